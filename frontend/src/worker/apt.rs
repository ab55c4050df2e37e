//! Runs of apt with a state of their own: what a worker's sources offer, whatever is installed in it.

mod download;
mod index;
mod policy;
mod relation;
mod repositories;
#[cfg(test)]
pub(super) mod stub;
mod target;
mod uri;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

pub use self::download::download_deb;
pub use self::index::{Found, Stanza};
pub use self::policy::Priorities;
pub use self::relation::{Alternative, groups, provides};
pub use self::repositories::list_indices;
pub use self::target::Target;
pub use self::uri::Uri;
pub use super::manager::Error;
use super::manager::{Invocation, kept};
pub(super) use super::manager::{answer, job};

/// The apt of a worker.
#[derive(Clone, Debug)]
pub struct Apt {
    scratch: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl Apt {
    /// The apt that is found by the `PATH` of `environment`, of which only the proxies are handed on.
    ///
    /// `scratch` is an absolute path for apt's state; it is made if it is not there. All users must be
    /// able to enter it, as apt downloads as the user `_apt`.
    pub fn new(scratch: &Path, environment: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self { scratch: scratch.to_owned(), environment: kept(environment) }
    }

    /// A state for packages of `architecture`, in the words of dpkg, in which nothing is installed.
    ///
    /// # Errors
    /// The word is no architecture, or the directories cannot be made.
    pub fn state(&self, architecture: &str) -> Result<State<'_>, Error> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if architecture.is_empty() || architecture.starts_with('-') || !architecture.bytes().all(allowed) {
            return Err(Error::Architecture(architecture.to_owned()));
        }
        let directory = self.scratch.join(architecture);
        for subdirectory in ["state/lists/partial", "cache/archives/partial"] {
            let path = directory.join(subdirectory);
            DirBuilder::new().recursive(true).mode(0o755).create(&path).map_err(Error::file(&path))?;
        }
        for (name, content) in [("status", ""), ("apt.conf", CONFIGURATION)] {
            let path = directory.join(name);
            fs::write(&path, content).map_err(Error::file(&path))?;
        }
        Ok(State { apt: self, directory, architecture: architecture.to_owned() })
    }
}

/// What apt knows about the packages of one architecture.
#[derive(Clone, Debug)]
pub struct State<'a> {
    apt: &'a Apt,
    directory: PathBuf,
    architecture: String,
}

impl State<'_> {
    /// Fetches and verifies the indices of all repositories.
    ///
    /// # Errors
    /// A repository cannot be had, or is not signed by a key of the worker.
    pub fn update(&self) -> Result<(), Error> {
        let output = self.command("apt-get", "update").stdout(io::stderr()).run()?;
        // before 2.2 apt goes on without the repository, and says so with a warning
        let incomplete = |line: &str| {
            line.starts_with("E: ")
                || line.starts_with("W: Failed to fetch ")
                || line.starts_with("W: Some index files failed ")
        };
        if output.errors.lines().any(incomplete) {
            return Err(Error::Refused { command: "apt-get update".to_owned(), words: output.errors });
        }
        // there may be no one to read it
        let _ = io::stderr().write_all(output.errors.as_bytes());
        Ok(())
    }

    /// The addresses that [`State::update`] begins with, without asking any of them.
    ///
    /// # Errors
    /// The worker's sources cannot be read.
    pub fn update_uris(&self) -> Result<Vec<Uri>, Error> {
        let output = self.command("apt-get", "update").arg("--print-uris").run()?;
        uri::parse(&output.text)
    }

    /// The architecture, in the words of dpkg.
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    /// The indices of packages.
    ///
    /// # Errors
    /// The worker's sources cannot be read.
    pub fn targets(&self) -> Result<Vec<Target>, Error> {
        let arguments = ["--format", target::FORMAT, "Created-By: Packages"];
        target::parse(&self.command("apt-get", "indextargets").args(arguments).run()?.text)
    }

    /// What the indices say of the packages of these names, and of those that provide them.
    ///
    /// # Errors
    /// An index cannot be read.
    pub fn find(&self, targets: &[Target], names: &[&str]) -> Result<Found, Error> {
        index::find(targets, names, &self.architecture)
    }

    /// The names of all packages of the indices.
    ///
    /// # Errors
    /// An index cannot be read.
    pub fn names(&self, targets: &[Target]) -> Result<BTreeSet<String>, Error> {
        index::names(targets, &self.architecture)
    }

    /// What every package of the indices needs, by name: the values of `Pre-Depends` and `Depends` of the
    /// last version that they list.
    ///
    /// # Errors
    /// An index cannot be read.
    pub fn depends(&self, targets: &[Target]) -> Result<BTreeMap<String, String>, Error> {
        index::depends(targets, &self.architecture)
    }

    /// The versions of these packages with the priority that apt's preferences give them.
    ///
    /// # Errors
    /// The indices cannot be read.
    pub fn priorities(&self, names: &[&str]) -> Result<Priorities, Error> {
        if names.is_empty() {
            return Ok(Priorities::default());
        }
        let output = self.command("apt-cache", "policy").arg("--").args(names).run()?;
        Ok(policy::parse(&output.text, &self.architecture))
    }

    /// Where the files of these packages, each a name and a version, are.
    ///
    /// # Errors
    /// apt knows none of this name and version, or does not trust its repository.
    pub fn uris(&self, packages: &[(&str, &str)]) -> Result<Vec<Uri>, Error> {
        if packages.is_empty() {
            return Ok(Vec::new());
        }
        let options = ["--print-uris", "-o", "Acquire::ForceHash=SHA256", "--"];
        let words = packages.iter().map(|(name, version)| format!("{name}={version}"));
        uri::parse(&self.command("apt-get", "download").args(options).args(words).run()?.text)
    }

    /// Fetches and verifies the files of these packages, each a name and a version; returns the directory
    /// in which they are by the name of [`Uri::file`].
    ///
    /// # Errors
    /// As of [`State::uris`], or a repository cannot be had.
    pub fn download(&self, packages: &[(&str, &str)]) -> Result<PathBuf, Error> {
        let directory = self.directory.join("download");
        DirBuilder::new().recursive(true).mode(0o755).create(&directory).map_err(Error::file(&directory))?;
        if !packages.is_empty() {
            let words = packages.iter().map(|(name, version)| format!("{name}={version}"));
            let command = self.command("apt-get", "download").arg("--").args(words);
            command.inside(&directory).stdout(io::stderr()).run()?;
        }
        Ok(directory)
    }

    fn command(&self, program: &'static str, operation: &'static str) -> Invocation {
        let path = |name: &str| self.directory.join(name);
        Invocation::new(program, operation, &self.apt.environment)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .arg("-c")
            .arg(path("apt.conf"))
            .option("Dir::State", path("state"))
            .option("Dir::State::lists", path("state/lists"))
            .option("Dir::State::status", path("status"))
            .option("Dir::Cache", path("cache"))
            .option("Dir::Cache::archives", path("cache/archives"))
            .option("APT::Architecture", &self.architecture)
            .option("APT::Architectures", &self.architecture)
    }
}

/// Options that need no value of ours.
const CONFIGURATION: &str = include_str!("apt/apt.conf");
