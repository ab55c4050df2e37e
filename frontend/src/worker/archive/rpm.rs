//! Binary packages of rpm (rpm's `docs/manual/format_v4.md` and `format_v6.md`).

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use crate::lock::Package;
use crate::worker::archive::rpm::cpio::Cpio;
use crate::worker::archive::rpm::header::{Header, Kind};
use crate::worker::archive::{Archive, Budget, Identity, Metered, Refusal, compression};
use crate::worker::openpgp::Keys;
use crate::worker::store::Spool;

mod cpio;
mod digest;
mod files;
#[cfg(test)]
pub(in crate::worker) mod fixture;
mod header;
mod identity;
mod payload;
mod script;
mod signature;

/// First bytes of a package file.
pub(super) const MAGIC: [u8; 4] = [0xed, 0xab, 0xee, 0xdb];

/// Reads a package file. What `package` names keys for must be signed by one of them.
pub(super) fn read(
    file: &File,
    package: &Package,
    keys: &Keys,
    threads: u32,
    budget: &Budget,
    spool: &mut Spool,
) -> Result<Archive, Refusal> {
    let (signatures, header, read) = headers(file)?;
    if !package.keys.is_empty() {
        signature::check(file, &signatures, &header, read, &package.keys, keys)?;
    }
    drop(signatures);
    identity::check(&header, package)?;
    let listed = files::list(&header, budget)?;
    let scripts = script::scripts(&header, budget)?;
    let suffix = compressor(file, read)?;
    let mut packed = file;
    packed.seek(SeekFrom::Start(read))?;
    let inner = compression::reader(suffix, packed, threads)?;
    payload::read(Cpio::new(Metered { inner, budget }), &header, listed, scripts, spool)
}

/// Which package a file says it is; `None` of a source package.
pub(super) fn identify(file: &File) -> Result<Option<Identity>, Refusal> {
    let (_, header, _) = headers(file)?;
    identity::of(&header)
}

/// The two headers of a package file, and how many bytes of it they end at.
fn headers(file: &File) -> Result<(Header, Header, u64), Refusal> {
    let size = file.metadata()?.len();
    let mut input = BufReader::new(file);
    input.seek(SeekFrom::Start(0))?;
    // What the lead tells is told again, and better, by the header.
    let mut lead = [0; LEAD];
    input.read_exact(&mut lead)?;
    if lead[..4] != MAGIC {
        return Err(Refusal::Content("is not a package of rpm".into()));
    }
    let mut read = LEAD as u64;
    let signatures = Header::read(&mut input, Kind::Signature, size.saturating_sub(read))?;
    read += signatures.len();
    let padding = read.next_multiple_of(8) - read;
    input.seek_relative(i64::try_from(padding).unwrap_or_default())?;
    read += padding;
    let header = Header::read(&mut input, Kind::Main, size.saturating_sub(read))?;
    read += header.len();
    Ok((signatures, header, read))
}

/// The suffix of the payload's packer, by its first bytes: the tag that names it is missing where there is none, and
/// where it is gzip.
fn compressor(mut file: &File, payload: u64) -> Result<&'static str, Refusal> {
    file.seek(SeekFrom::Start(payload))?;
    let mut first = Vec::new();
    file.take(6).read_to_end(&mut first)?;
    let known = PACKERS.iter().find(|(magic, _)| first.starts_with(magic));
    known.map(|(_, suffix)| *suffix).ok_or_else(|| {
        let why =
            "has a payload that is packed in an unknown way: only gzip, bzip2, xz, lzma and zstd can be read";
        Refusal::Content(why.into())
    })
}

/// Bytes of the lead.
const LEAD: usize = 96;
/// How the files begin that packers write, and cpio's.
const PACKERS: [(&[u8], &str); 6] = [
    (b"0707", ""),
    (b"BZh", ".bz2"),
    (b"\x1f\x8b", ".gz"),
    (b"\x5d\0\0", ".lzma"),
    (b"\xfd7zXZ\0", ".xz"),
    (b"\x28\xb5\x2f\xfd", ".zst"),
];

#[cfg(test)]
mod tests;
