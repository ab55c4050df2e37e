//! From a package file to entries. Package formats are known here and nowhere else in the worker.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::lock::Package;
use crate::worker::entry::Entry;
use crate::worker::finding::list;
use crate::worker::openpgp::Keys;
use crate::worker::store::Spool;

mod ar;
mod compression;
mod control;
mod deb;
#[cfg(test)]
pub(in crate::worker) mod fixture;
mod header;
mod identity;
mod links;
mod pax;
mod rpm;
mod script;
mod tarball;

pub(crate) use identity::{Identity, identify};
pub(crate) use script::{Moment, Script, Scripts};

/// What a package file holds.
#[derive(Debug)]
pub(crate) struct Archive {
    /// Entries in the order of the file, without the root itself.
    pub(crate) entries: Vec<Entry>,
    /// Newest modification time of an entry, in seconds since 1970-01-01 UTC.
    pub(crate) newest: i64,
    /// What its package manager would run beside putting files in their places.
    pub(crate) scripts: Scripts,
}

/// Why a package file was not read.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It is not what a package must be; the rest of a sentence about the package.
    Content(String),
    /// It could not be read from the disk.
    Read(io::Error),
    /// Nobody who should have signed it did; the rest of a sentence about the package.
    Signature(String),
    /// Its contents could not be written to the spool.
    Write(io::Error),
    /// All packages together hold more than [`Budget`] allows.
    TooLarge,
}

/// How much all packages together may hold: a small file can be made to unpack without end.
#[derive(Debug)]
pub(crate) struct Budget {
    /// Unpacked bytes that are left.
    bytes: AtomicU64,
    /// Bytes of memory for names that are left.
    memory: AtomicU64,
}

/// Reads the package file `file`, which should be `package`; contents go to `spool`. Where the package names keys,
/// nothing in the file is used before one of them turns out to have signed it.
///
/// With more than one of `threads`, a file that was compressed in blocks is unpacked by all of them.
///
/// # Errors
///
/// Of the content where the file is not a package, is damaged, is hostile or is another package; of the signature
/// where the package names keys.
pub(crate) fn read(
    file: &File,
    package: &Package,
    keys: &Keys,
    threads: u32,
    budget: &Budget,
    spool: &mut Spool,
) -> Result<Archive, Refusal> {
    let mut magic = [0; 4];
    // A file that is shorter is no package of any kind.
    if file.read_at(&mut magic, 0)? == magic.len() && magic == rpm::MAGIC {
        return rpm::read(file, package, keys, threads, budget, spool);
    }
    if !package.keys.is_empty() {
        let expected = list(&package.keys);
        return Err(Refusal::Signature(format!(
            "is of a kind that carries no signature, while its repository signs with {expected}"
        )));
    }
    deb::read(file, package, threads, budget, spool)
}

/// The unpacked bytes of a file whose name ends in `suffix`, such as `.gz`.
///
/// # Errors
///
/// The rest of a sentence about the file.
pub(crate) fn unpacked(suffix: &str, file: File) -> Result<Box<dyn Read>, String> {
    compression::reader(suffix, file, 1).map_err(|refusal| match refusal {
        Refusal::Content(why) | Refusal::Signature(why) => why,
        Refusal::Read(error) | Refusal::Write(error) => format!("cannot be read: {error}"),
        Refusal::TooLarge => Exhausted.to_string(),
    })
}

impl Budget {
    /// What files of `packed` bytes may hold.
    pub(crate) fn of(packed: u64) -> Self {
        let bytes = packed.saturating_mul(RATIO).saturating_add(FLOOR).min(CEILING);
        Self { bytes: AtomicU64::new(bytes), memory: AtomicU64::new(MEMORY) }
    }

    fn take(left: &AtomicU64, amount: u64) -> Result<(), Refusal> {
        let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(amount));
        taken.map(drop).map_err(|_| Refusal::TooLarge)
    }

    /// Takes the memory of an entry with `names` bytes of text.
    fn entry(&self, names: usize) -> Result<(), Refusal> {
        Self::take(&self.memory, ENTRY + names as u64)
    }
}

/// Errors of a reader of archives: those of the system are failures, those of a decoder are about the file.
impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Exhausted>) {
            Self::TooLarge
        } else if error.raw_os_error().is_some() {
            Self::Read(error)
        } else if error.kind() == io::ErrorKind::UnexpectedEof {
            Self::Content("ends too early".into())
        } else {
            Self::Content(format!("is damaged: {error}"))
        }
    }
}

/// A reader that takes what it gives from a [`Budget`].
#[derive(Debug)]
struct Metered<'a, R> {
    inner: R,
    budget: &'a Budget,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        Budget::take(&self.budget.bytes, count as u64).map_err(|_| io::Error::other(Exhausted))?;
        Ok(count)
    }
}

/// The budget's end, on its way through [`io::Error`].
#[derive(Debug)]
struct Exhausted;

impl std::fmt::Display for Exhausted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("unpacks to more than is allowed")
    }
}

impl std::error::Error for Exhausted {}

/// Most unpacked bytes for each byte of a package. Programs and text give 3 to 10.
const RATIO: u64 = 1000;
/// Unpacked bytes that are always allowed.
const FLOOR: u64 = 1 << 30;
/// Most unpacked bytes whatever the packages' sizes are.
const CEILING: u64 = 64 << 30;
/// Most memory for entries: four million of them with short names.
const MEMORY: u64 = 1 << 30;
/// Memory of one entry without its names.
const ENTRY: u64 = 224;
