//! What the manager fetched of a repository: found, compared with its checksum, and read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::primary::{self, Entry};
use super::{Dnf, Repository};
use crate::job::first_mirror;
use crate::worker::archive;
use crate::worker::manager::{Error, checksum};
use crate::xml::{self, Attributes, Visitor};

/// The verified index of a repository's packages.
#[derive(Clone, Debug)]
pub struct Index {
    /// Id of the repository.
    pub repository: String,
    /// Where its files are; `None` if the manager does not say.
    pub base: Option<String>,
    file: PathBuf,
}

/// What indices say about some names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// By name, all versions of the package, each with the number of its index.
    pub packages: BTreeMap<String, Vec<(usize, Entry)>>,
    /// By name, the packages of other names that provide it.
    pub providers: BTreeMap<String, BTreeSet<String>>,
    /// By name, the other architectures for which an index has the package.
    pub elsewhere: BTreeMap<String, BTreeSet<String>>,
}

impl Index {
    /// Finds the index of `repository` in the cache of a manager that has just fetched it.
    pub(super) fn of(repository: &Repository, cache: &Path, dnf: &Dnf) -> Result<Self, Error> {
        let bad = |problem: String| Error::Repository { id: repository.id.clone(), problem };
        let directory = directory(&repository.id, cache)?;
        let directory = directory.ok_or_else(|| bad(format!("`{}` did not fetch it", dnf.manager.name())))?;
        let repomd = directory.join("repodata/repomd.xml");
        let text = fs::read(&repomd).map_err(Error::file(&repomd))?;
        let Primary { href, kind, digits } =
            Primary::read(&text).map_err(|error| bad(format!("its `repomd.xml` is damaged: {error}")))?;
        // The path is the repository's; the managers keep the file beside `repomd.xml`.
        let name = href.rsplit('/').next().filter(|name| !matches!(*name, "" | "." | ".."));
        let file =
            directory.join("repodata").join(name.ok_or_else(|| bad("it has no `primary`".to_owned()))?);
        match checksum(&file, &kind)? {
            None => return Err(bad(format!("the checksum of its index is of kind `{kind}`"))),
            Some(found) if found != digits => {
                return Err(bad("its index is not the one that `repomd.xml` tells of".to_owned()));
            }
            Some(_) => {}
        }
        let mirrors = ["metalink.xml", "metalink", "mirrorlist"];
        let listed =
            || mirrors.into_iter().find_map(|name| first_mirror(&fs::read(directory.join(name)).ok()?));
        let base = repository.bases.first().cloned().or_else(listed);
        Ok(Self { repository: repository.id.clone(), base, file })
    }

    /// Calls `with` for each package.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn each(&self, with: impl FnMut(Entry)) -> Result<(), Error> {
        let file = File::open(&self.file).map_err(Error::file(&self.file))?;
        let name = self.file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let suffix = name.split_once(".xml").map_or("", |(_, suffix)| suffix);
        let bad = |problem: String| Error::Repository { id: self.repository.clone(), problem };
        let unpacked = archive::unpacked(suffix, file).map_err(|error| bad(format!("its index {error}")))?;
        let limited = BufReader::with_capacity(BUFFER, unpacked.take(UNPACKED));
        primary::read(limited, with).map_err(|error| bad(format!("its index is damaged: {error}")))
    }
}

impl Found {
    /// What `indices` say about the packages of these names, and of those that provide them.
    ///
    /// # Errors
    /// An index cannot be read.
    pub fn of(indices: &[Index], names: &[&str], architecture: &str) -> Result<Self, Error> {
        let names: BTreeSet<&str> = names.iter().copied().collect();
        let mut found = Self::default();
        for (number, index) in indices.iter().enumerate() {
            index.each(|entry| found.add(number, entry, &names, architecture))?;
        }
        Ok(found)
    }

    fn add(&mut self, number: usize, entry: Entry, names: &BTreeSet<&str>, architecture: &str) {
        let is_for = is_for(&entry, architecture);
        if is_for {
            for capability in &entry.provides {
                if names.contains(capability.name.as_str()) && capability.name != entry.name {
                    self.providers.entry(capability.name.clone()).or_default().insert(entry.name.clone());
                }
            }
        }
        if !names.contains(entry.name.as_str()) {
            return;
        }
        if is_for {
            self.packages.entry(entry.name.clone()).or_default().push((number, entry));
        } else {
            self.elsewhere.entry(entry.name).or_default().insert(entry.architecture);
        }
    }
}

/// The names of all packages of the indices.
///
/// # Errors
/// An index cannot be read.
pub fn names(indices: &[Index], architecture: &str) -> Result<BTreeSet<String>, Error> {
    let mut names = BTreeSet::new();
    for index in indices {
        index.each(|entry| {
            if is_for(&entry, architecture) {
                names.insert(entry.name);
            }
        })?;
    }
    Ok(names)
}

/// Whether a package can be installed where packages are for `architecture`.
pub fn is_for(entry: &Entry, architecture: &str) -> bool {
    entry.architecture == architecture || entry.architecture == "noarch"
}

/// The directory of a repository in a manager's cache: its id and, but for old managers, a hash of its address.
fn directory(id: &str, cache: &Path) -> Result<Option<PathBuf>, Error> {
    let entries = fs::read_dir(cache).map_err(Error::file(cache))?;
    let mut found = None;
    for entry in entries {
        let path = entry.map_err(Error::file(cache))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let hash = name.strip_prefix(id).map(|rest| rest.strip_prefix('-').unwrap_or(rest));
        let is_hash =
            |text: &str| text.is_empty() || text.len() >= 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if hash.is_some_and(is_hash) && path.join("repodata/repomd.xml").is_file() {
            if found.is_some() {
                let problem = "the worker has another of a name that is too much like it".to_owned();
                return Err(Error::Repository { id: id.to_owned(), problem });
            }
            found = Some(path);
        }
    }
    Ok(found)
}

/// What `repomd.xml` says of the index of packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Primary {
    href: String,
    kind: String,
    digits: String,
}

impl Primary {
    fn read(text: &[u8]) -> io::Result<Self> {
        let mut reading = Reading::default();
        xml::walk(text, &mut reading)?;
        Ok(reading.primary)
    }
}

#[derive(Default)]
struct Reading {
    inside: bool,
    primary: Primary,
}

impl Visitor for Reading {
    fn open(&mut self, name: &str, attributes: &Attributes<'_>) -> io::Result<()> {
        let value = |name| attributes.value(name).unwrap_or_default();
        match name {
            "checksum" if self.inside => self.primary.kind = value("type"),
            "data" => self.inside = value("type") == "primary",
            "location" if self.inside => self.primary.href = value("href"),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str, text: &str) -> io::Result<()> {
        match name {
            "checksum" if self.inside => self.primary.digits = text.to_ascii_lowercase(),
            "data" => self.inside = false,
            _ => {}
        }
        Ok(())
    }
}

/// Bytes read at once.
const BUFFER: usize = 1 << 16;

/// Bytes of an index, at most: the largest distribution has 200 MB.
const UNPACKED: u64 = 2 << 30;
