//! `annex worker assemble`: package files become one image, or an answer that says why not.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use serde::Serialize;

use crate::job::{ANSWER, Allow, Assemble, Assembly, Finding, Level, Rule, Tools};
use crate::worker::assemble::read::Packages;
use crate::worker::entry::Node;
use crate::worker::finding::warning;
use crate::worker::mkfs::{self, Mkfs, MkfsError};
use crate::worker::store::Store;
use crate::worker::tree::Tree;
use crate::worker::{rule, tar};

mod error;
mod read;

pub use error::Error;

/// Makes `out`/`IMAGE.raw` of the packages that the file `job` names, an [`Assemble`] in JSON; package number `n`
/// is the file `packages`/`n`. The answer, an [`Assembly`], goes to `report`/[`ANSWER`].
///
/// What is wrong with the packages is in the answer, all of it at once, and then there is no image.
///
/// # Errors
///
/// What may be different the next time: a file that cannot be read or written, a missing or failing `mkfs.erofs`.
pub fn assemble(job: &Path, packages: &Path, out: &Path, report: &Path) -> Result<(), Error> {
    // On the same file system as the image, which is moved to its place when it is complete.
    let scratch = Scratch::create(out.join(SCRATCH))?;
    run(job, packages, &scratch.path, report, |job, content| {
        let unfinished = scratch.path.join("image");
        make(job, content, &scratch.path, &unfinished)?;
        let image = out.join(format!("{}.raw", job.image));
        finish(&unfinished, content.epoch).map_err(|source| Error::write(&unfinished, source))?;
        fs::rename(&unfinished, &image).map_err(|source| Error::write(&image, source))?;
        let size = fs::metadata(&image).map_err(|source| Error::read(&image, source))?.len();
        eprintln!("image made: {}.raw, {size} bytes", job.image);
        Ok(())
    })
}

/// Does all of [`assemble`] but the image: the tar stream that `mkfs.erofs` would get is the file `tar`.
///
/// # Errors
///
/// As for [`assemble`].
pub fn stage(job: &Path, packages: &Path, tar: &Path, report: &Path) -> Result<(), Error> {
    let mut scratch = tar.as_os_str().to_owned();
    scratch.push(SCRATCH);
    let scratch = Scratch::create(scratch.into())?;
    run(job, packages, &scratch.path, report, |_, content| {
        let write = || tar::write(&content.tree, content.epoch, &content.store, File::create(tar)?);
        write().map_err(|source| Error::write(tar, source))
    })
}

/// What goes into an image.
#[derive(Debug)]
struct Content {
    tree: Tree,
    store: Store,
    /// In seconds since 1970-01-01 UTC.
    epoch: i64,
}

fn run(
    job: &Path,
    packages: &Path,
    scratch: &Path,
    report: &Path,
    make: impl FnOnce(&Assemble, &Content) -> Result<(), Error>,
) -> Result<(), Error> {
    let job = parse(job)?;
    let Packages { read, scripts, newest, mut findings, store } = read::all(&job, packages, scratch)?;
    let packed: u64 = job.packages.iter().map(|package| package.size).sum();
    eprintln!("packages read: {}, {packed} bytes", job.packages.len());
    let applied = rule::apply(&job, read, &scripts, &store);
    let (tree, said) = applied.map_err(|source| Error::read(scratch, source))?;
    findings.extend(said);
    findings.extend(other_tools(&job));
    findings.sort();
    findings.dedup();
    if job.unchecked {
        findings.retain(|finding| !finding.rule.is_allowable(finding.level));
    }
    let allowed = Allow::take(&job.allow, &mut findings);
    let (mut files, mut bytes) = (0, 0);
    if findings.iter().all(|finding| finding.level != Level::Error) {
        (files, bytes) = count(&tree);
        eprintln!("files to write: {files}, {bytes} bytes");
        let epoch = job.epoch.unwrap_or(newest).clamp(0, tar::MAX_EPOCH);
        make(&job, &Content { tree, store, epoch })?;
    }
    answer(report, &Assembly { findings, allowed, files, bytes })
}

/// Whether the lock was made with another `mkfs.erofs` than the one that is here.
fn other_tools(job: &Assemble) -> Option<Finding> {
    let noted = job.erofs_utils.as_ref()?;
    let here = mkfs::version().filter(|here| here != noted)?;
    let message = format!(
        "the lock was made with erofs-utils {noted}, the image is made with {here}: its bytes may differ"
    );
    Some(
        warning(Rule::Tools, &[], message)
            .with_help("make the lock anew, or build with the worker of its time"),
    )
}

/// Writes [`Tools`] to the answer in the directory `out`.
///
/// # Errors
/// The answer cannot be written.
pub fn list_tools(out: &Path) -> Result<(), Error> {
    answer(out, &Tools { erofs_utils: mkfs::version() })
}

/// Reads the job. The names in it become names of files.
fn parse(path: &Path) -> Result<Assemble, Error> {
    let text = fs::read(path).map_err(|source| Error::read(path, source))?;
    let job: Assemble =
        serde_json::from_slice(&text).map_err(|source| Error::Job { path: path.to_owned(), source })?;
    let is_name = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['/', '\0', '\n']);
    for name in [&job.name, &job.image] {
        if !is_name(name) {
            return Err(Error::Name { name: name.clone() });
        }
    }
    Ok(job)
}

fn make(job: &Assemble, content: &Content, scratch: &Path, image: &Path) -> Result<(), Error> {
    let Content { tree, store, epoch } = content;
    let mkfs = Mkfs {
        words: job.mkfs.clone(),
        epoch: *epoch,
        uuid: mkfs::uuid(job, *epoch),
        scratch: scratch.to_owned(),
    };
    eprintln!("{mkfs}");
    mkfs.run(image, |stdin| tar::write(tree, *epoch, store, stdin)).map_err(|error| match error {
        MkfsError::Start(source) => Error::Start { source },
        MkfsError::Write(source) => Error::write(image, source),
        MkfsError::Failed(status, words) => Error::Mkfs { status, words },
    })
}

/// Gives an image the permissions and the time that it has wherever it is built.
fn finish(image: &Path, epoch: i64) -> io::Result<()> {
    let file = File::options().write(true).open(image)?;
    file.set_permissions(Permissions::from_mode(0o644))?;
    file.set_modified(UNIX_EPOCH + Duration::from_secs(epoch.unsigned_abs()))
}

/// Regular files and the bytes of their contents; hard links of one file are several files with one content.
fn count(tree: &Tree) -> (u64, u64) {
    let mut seen = std::collections::BTreeSet::new();
    let (mut files, mut bytes) = (0, 0);
    for placed in tree.values() {
        if let Node::File { content, inode } = &placed.node {
            files += 1;
            if placed.package.is_none() || seen.insert((placed.package, inode)) {
                bytes += content.len();
            }
        }
    }
    (files, bytes)
}

fn answer(out: &Path, value: &impl Serialize) -> Result<(), Error> {
    let path = out.join(ANSWER);
    let write = || -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(value)?;
        text.push(b'\n');
        fs::write(&path, text)
    };
    write().map_err(|source| Error::write(&path, source))
}

/// A directory that is gone when the work ends, in whatever way.
#[derive(Debug)]
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    fn create(path: PathBuf) -> Result<Self, Error> {
        fs::create_dir(&path).map_err(|source| Error::write(&path, source))?;
        Ok(Self { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is in nobody's way but the disk's.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Name of the directory for temporary files.
const SCRATCH: &str = ".annex-scratch";

#[cfg(test)]
mod tests;
