//! `annex worker assemble`: package files become one image, or an answer that says why not.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use serde::Serialize;

use crate::job::{ANSWER, Assemble, Assembly, Finding, Level, Rule, Tools};
use crate::worker::assemble::read::Packages;
use crate::worker::base::Base;
use crate::worker::check::{self, Checked};
use crate::worker::entry::Node;
use crate::worker::finding::warning;
use crate::worker::mkfs::{self, Mkfs, MkfsError};
use crate::worker::progress::say;
use crate::worker::report::{self, Report};
use crate::worker::store::Store;
use crate::worker::tree::Tree;
use crate::worker::{rule, tar, verity};

mod error;
mod read;

pub use error::Error;

/// What a step reads.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The file of the job, an [`Assemble`] in JSON.
    pub job: &'a Path,
    /// Directory of the packages: number `n` of the job is the file `n`.
    pub packages: &'a Path,
    /// Root directory of the base, where the job says that there is one.
    pub base: &'a Path,
}

/// Makes `out`/`IMAGE.raw` of `input`. The answer, an [`Assembly`], goes to `report`/[`ANSWER`].
///
/// What is wrong with the packages is in the answer, all of it at once, and then there is no image.
///
/// # Errors
///
/// What may be different the next time: a file that cannot be read or written, a missing or failing `mkfs.erofs`.
pub fn assemble(input: Input<'_>, out: &Path, report: &Path) -> Result<(), Error> {
    // On the same file system as the image, which is moved to its place when it is complete.
    let scratch = Scratch::create(out.join(SCRATCH))?;
    let judged = judge(input, &scratch.path)?;
    let Judged { job, content, .. } = &judged;
    if judged.is_good() {
        let unfinished = scratch.path.join("image");
        make(job, content, &scratch.path, &unfinished)?;
        let size = fs::metadata(&unfinished).map_err(|source| Error::read(&unfinished, source))?.len();
        let mut made = vec![(unfinished.clone(), "raw")];
        if job.verity {
            made.extend(hash_tree(judged.uuid(), &unfinished, &scratch.path)?);
        }
        for (unfinished, suffix) in made {
            finish(&unfinished, content.epoch).map_err(|source| Error::write(&unfinished, source))?;
            let file = out.join(format!("{}.{suffix}", job.image));
            fs::rename(&unfinished, &file).map_err(|source| Error::write(&file, source))?;
        }
        say(&format!("image made: {}.raw, {size} bytes", job.image));
    }
    answer(report, &judged.assembly())
}

/// Does all of [`assemble`] but the image: `out`/`report.json` and `out`/`report.html` tell what would be in it,
/// also where something is wrong.
///
/// # Errors
///
/// As for [`assemble`].
pub fn report(input: Input<'_>, out: &Path, report: &Path) -> Result<(), Error> {
    let scratch = Scratch::create(out.join(SCRATCH))?;
    let judged = judge(input, &scratch.path)?;
    answer(report, &judged.assembly())?;
    let Judged { job, content, checked } = judged;
    let told = Report::new(&job, &content.tree, checked, job.base);
    for (name, text) in [(report::JSON, told.json()), (report::HTML, told.html())] {
        let path = out.join(name);
        fs::write(&path, text).map_err(|source| Error::write(&path, source))?;
    }
    Ok(())
}

/// Does all of [`assemble`] but the image: the tar stream that `mkfs.erofs` would get is the file `tar`.
///
/// # Errors
///
/// As for [`assemble`].
pub fn stage(input: Input<'_>, tar: &Path, report: &Path) -> Result<(), Error> {
    let mut scratch = tar.as_os_str().to_owned();
    scratch.push(SCRATCH);
    let scratch = Scratch::create(scratch.into())?;
    let judged = judge(input, &scratch.path)?;
    if judged.is_good() {
        let Content { tree, store, epoch } = &judged.content;
        let write = || tar::write(tree, *epoch, store, File::create(tar)?);
        write().map_err(|source| Error::write(tar, source))?;
    }
    answer(report, &judged.assembly())
}

/// What goes into an image.
#[derive(Debug)]
struct Content {
    tree: Tree,
    store: Store,
    /// In seconds since 1970-01-01 UTC.
    epoch: i64,
}

/// A job of which all is known but the image.
#[derive(Debug)]
struct Judged {
    job: Assemble,
    content: Content,
    checked: Checked,
}

impl Judged {
    /// Whether an image can be made.
    fn is_good(&self) -> bool {
        self.checked.findings.iter().all(|finding| finding.level != Level::Error)
    }

    fn uuid(&self) -> [u8; 16] {
        mkfs::uuid(&self.job, self.content.epoch)
    }

    fn assembly(&self) -> Assembly {
        let (files, bytes) = if self.is_good() { count(&self.content.tree) } else { (0, 0) };
        let Checked { findings, allowed, .. } = &self.checked;
        Assembly { findings: findings.clone(), allowed: allowed.clone(), files, bytes }
    }
}

fn judge(input: Input<'_>, scratch: &Path) -> Result<Judged, Error> {
    let Input { job, packages, base } = input;
    let mut job = parse(job)?;
    read::measure(&mut job, packages)?;
    let Packages { read, scripts, newest, mut findings, store } = read::all(&job, packages, scratch)?;
    let packed: u64 = job.packages.iter().map(|package| package.size).sum();
    say(&format!("packages read: {}, {packed} bytes", job.packages.len()));
    let failed = |source| Error::read(scratch, source);
    let (tree, said) = rule::apply(&job, read, &scripts, &store).map_err(failed)?;
    findings.extend(said);
    findings.extend(other_tools(&job));
    let base = if job.base {
        Some(Base::open_root(base).map_err(|source| Error::read(base, source))?)
    } else {
        None
    };
    let checked = check::check(&job, &tree, &store, base.as_ref(), findings).map_err(failed)?;
    let (files, bytes) = count(&tree);
    say(&format!("files in the image: {files}, {bytes} bytes; programs read: {}", checked.needs.programs));
    let epoch = job.epoch.unwrap_or(newest).clamp(0, tar::MAX_EPOCH);
    Ok(Judged { job, content: Content { tree, store, epoch }, checked })
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
    say(&mkfs.to_string());
    mkfs.run(image, |stdin| tar::write(tree, *epoch, store, stdin)).map_err(|error| match error {
        MkfsError::Start(source) => Error::Start { source },
        MkfsError::Write(source) => Error::write(image, source),
        MkfsError::Failed(status, words) => Error::Mkfs { status, words },
    })
}

/// Makes the hash tree of an image; gives its file and that of the root hash, each with its suffix.
fn hash_tree(uuid: [u8; 16], image: &Path, scratch: &Path) -> Result<[(PathBuf, &'static str); 2], Error> {
    let [tree, root] = [scratch.join("verity"), scratch.join("roothash")];
    let data = File::open(image).map_err(|source| Error::read(image, source))?;
    let write = || {
        let mut out = BufWriter::new(File::create(&tree)?);
        let hash = verity::write(data, uuid, &mut out)?;
        out.flush()?;
        // Without an end of line: a signature is of these bytes.
        fs::write(&root, hash)
    };
    write().map_err(|source| Error::write(&tree, source))?;
    Ok([(tree, "verity"), (root, "roothash")])
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
