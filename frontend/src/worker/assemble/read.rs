//! Reads all packages at once, on all processors.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use sha2::{Digest, Sha256};

use crate::job::{Assemble, Finding, Rule};
use crate::lock::Package;
use crate::worker::archive::{self, Archive, Budget, Refusal, Scripts};
use crate::worker::assemble::Error;
use crate::worker::digest::digits;
use crate::worker::entry::Entry;
use crate::worker::finding::error;
use crate::worker::openpgp::Keys;
use crate::worker::store::{Spool, Store};

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Packages {
    /// The packages that could be read, each with its number.
    pub(super) read: Vec<(usize, Vec<Entry>)>,
    /// The programs of these packages, each with the package's number.
    pub(super) scripts: Vec<(usize, Scripts)>,
    /// Newest modification time of an entry.
    pub(super) newest: i64,
    /// What is wrong with the others.
    pub(super) findings: Vec<Finding>,
    /// The contents.
    pub(super) store: Store,
}

/// Reads the job's package files in `directory`; contents go to files in `scratch`.
pub(super) fn all(job: &Assemble, directory: &Path, scratch: &Path) -> Result<Packages, Error> {
    let packages = job.packages.as_slice();
    let keys = match Keys::parse(&job.keys) {
        Ok(keys) => keys,
        Err((fingerprint, why)) => {
            let message =
                format!("the lock's OpenPGP certificate of the key `{fingerprint}` cannot be used: {why}");
            let finding = error(Rule::PackageSignature, &[], message).with_help("make the lock anew");
            return Ok(Packages { findings: vec![finding], ..Packages::default() });
        }
    };
    let packed = packages.iter().map(|package| package.size).fold(0, u64::saturating_add);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(packages.len()).max(1);
    let work = Work {
        packages,
        keys,
        directory,
        // The largest first, so that none of them is what all others wait for at the end.
        order: {
            let mut order: Vec<usize> = (0..packages.len()).collect();
            order.sort_by_key(|number| std::cmp::Reverse(packages.get(*number).map(|package| package.size)));
            order
        },
        next: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        budget: Budget::of(packed),
        // A package with more than its share of the bytes is unpacked by more than one thread.
        share: packed / processors as u64,
        threads: u32::try_from(processors).unwrap_or(1),
    };
    let done: Vec<Result<Done, Error>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|number| {
                let work = &work;
                scope.spawn(move || work.run(number, scratch))
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let mut outcomes = Vec::with_capacity(packages.len());
    let mut spools = Vec::with_capacity(threads);
    for done in done {
        let Done { outcomes: some, spool } = done?;
        outcomes.extend(some);
        spools.push(spool);
    }
    outcomes.sort_by_key(|(number, _)| *number);
    collect(packages, outcomes, Store::new(spools))
}

/// What the threads share.
struct Work<'a> {
    packages: &'a [Package],
    keys: Keys,
    directory: &'a Path,
    order: Vec<usize>,
    next: AtomicUsize,
    stop: AtomicBool,
    budget: Budget,
    share: u64,
    threads: u32,
}

/// What one thread did.
struct Done {
    outcomes: Vec<(usize, Result<Archive, Problem>)>,
    spool: File,
}

/// Why a package was not read.
enum Problem {
    /// The file is not the one that was chosen; the rest of a sentence about it.
    Other(String),
    /// The file is not a good package.
    Refused(Refusal),
}

impl Work<'_> {
    fn run(&self, thread: usize, scratch: &Path) -> Result<Done, Error> {
        let path = scratch.join(thread.to_string());
        let result = self.read(thread, &path);
        if result.is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
        result
    }

    fn read(&self, thread: usize, path: &Path) -> Result<Done, Error> {
        let write = |source| Error::write(path, source);
        let mut spool = Spool::create(path, u32::try_from(thread).unwrap_or_default()).map_err(write)?;
        let mut outcomes = Vec::new();
        while !self.stop.load(Ordering::Relaxed) {
            let next = self.order.get(self.next.fetch_add(1, Ordering::Relaxed));
            let Some((number, package)) =
                next.and_then(|number| Some((*number, self.packages.get(*number)?)))
            else {
                break;
            };
            let file_path = self.directory.join(number.to_string());
            let file = File::open(&file_path).map_err(|source| Error::read(&file_path, source))?;
            let outcome = verify(&file, package).and_then(|()| {
                let threads = if package.size > self.share { self.threads } else { 1 };
                archive::read(&file, package, &self.keys, threads, &self.budget, &mut spool)
                    .map_err(Problem::Refused)
            });
            match outcome {
                Err(Problem::Refused(Refusal::Read(source))) => return Err(Error::read(&file_path, source)),
                Err(Problem::Refused(Refusal::Write(source))) => return Err(write(source)),
                Err(Problem::Refused(Refusal::TooLarge)) => self.stop.store(true, Ordering::Relaxed),
                _ => {}
            }
            outcomes.push((number, outcome));
        }
        Ok(Done { outcomes, spool: spool.finish().map_err(write)? })
    }
}

/// Notes the size and the sum of the package that was built: from now on it is one like all others.
pub(super) fn measure(job: &mut Assemble, directory: &Path) -> Result<(), Error> {
    let Some((number, package)) = job.built.and_then(|number| Some((number, job.packages.get_mut(number)?)))
    else {
        return Ok(());
    };
    let path = directory.join(number.to_string());
    let failed = |source| Error::read(&path, source);
    let file = File::open(&path).map_err(failed)?;
    package.size = file.metadata().map_err(failed)?.len();
    package.sha256 = sum(&file).map_err(failed)?;
    Ok(())
}

/// Compares a file with what was chosen, before anything in it is looked at.
fn verify(file: &File, package: &Package) -> Result<(), Problem> {
    let failed = |source| Problem::Refused(Refusal::Read(source));
    let size = file.metadata().map_err(failed)?.len();
    if size != package.size {
        return Err(Problem::Other(format!("it has {size} bytes, not {}", package.size)));
    }
    let sha256 = sum(file).map_err(failed)?;
    if sha256 == package.sha256 {
        return Ok(());
    }
    Err(Problem::Other(format!("its SHA-256 is `{sha256}`, not `{}`", package.sha256)))
}

/// SHA-256 of a file, in hexadecimal digits.
fn sum(mut file: &File) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        digest.update(&buffer[..count]);
    }
    Ok(digits(&digest.finalize()))
}

fn collect(
    packages: &[Package],
    outcomes: Vec<(usize, Result<Archive, Problem>)>,
    store: Store,
) -> Result<Packages, Error> {
    let mut all = Packages { read: Vec::new(), scripts: Vec::new(), newest: 0, findings: Vec::new(), store };
    for (number, outcome) in outcomes {
        let name = packages.get(number).map_or("", |package| package.name.as_str());
        let finding = match outcome {
            Ok(Archive { entries, newest, scripts }) => {
                all.newest = all.newest.max(newest);
                all.scripts.push((number, scripts));
                all.read.push((number, entries));
                continue;
            }
            Err(Problem::Other(why)) => error(
                Rule::PackageFile,
                &[name],
                format!("the file of `{name}` is not the one that was chosen: {why}"),
            )
            .with_help("the repository's files do not match its index: resolve the packages again"),
            Err(Problem::Refused(Refusal::Content(why))) => {
                error(Rule::PackageFile, &[name], format!("the file of `{name}` {why}"))
                    .with_help("choose another version of the package")
            }
            Err(Problem::Refused(Refusal::Signature(why))) => {
                error(Rule::PackageSignature, &[name], format!("the file of `{name}` {why}")).with_help(
                    "take the package from a repository that you trust, with the keys it signs with",
                )
            }
            Err(Problem::Refused(Refusal::TooLarge)) => {
                // Which package met the limit is a matter of chance: nothing else is said.
                let message = "the packages hold more than they may for their size".to_owned();
                all.findings = vec![
                    error(Rule::PackageFile, &[], message)
                        .with_help("leave out the package that unpacks without end"),
                ];
                all.read.clear();
                return Ok(all);
            }
            Err(Problem::Refused(Refusal::Read(source) | Refusal::Write(source))) => {
                return Err(Error::read(Path::new(name), source));
            }
        };
        all.findings.push(finding);
    }
    Ok(all)
}

/// Bytes that are read at once.
const BUFFER: usize = 256 << 10;
