//! Runs of apt with a state of their own: what a worker's sources offer, whatever is installed in it.

mod download;
mod index;
mod policy;
mod relation;
mod repositories;
mod target;
mod uri;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::download::download_deb;
pub use self::index::{Found, Stanza};
pub use self::policy::Priorities;
pub use self::relation::{Alternative, groups, provides};
pub use self::repositories::list_indices;
pub use self::target::Target;
pub use self::uri::Uri;
use crate::job::ANSWER;
use crate::lock::PackageError;

/// The apt of a worker.
#[derive(Clone, Debug)]
pub struct Apt {
    scratch: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl Apt {
    /// The apt that is found by the `PATH` of `environment`, of which only [`KEPT`] is handed on.
    ///
    /// `scratch` is an absolute path for apt's state; it is made if it is not there. All users must be
    /// able to enter it, as apt downloads as the user `_apt`.
    pub fn new(scratch: &Path, environment: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let kept = |name: &OsStr| KEPT.iter().any(|kept| name.eq_ignore_ascii_case(kept));
        let environment = environment.into_iter().filter(|(name, _)| kept(name)).collect();
        Self { scratch: scratch.to_owned(), environment }
    }

    /// An empty state for packages of `architecture`, in the words of dpkg. Nothing counts as installed.
    ///
    /// # Errors
    /// The directories cannot be made.
    pub fn state(&self, architecture: &str) -> Result<State<'_>, Error> {
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
        let output = self.command("apt-get").arg("update").stdout(io::stderr()).run()?;
        // before 2.2 apt goes on without the repository, and says so with a warning
        let incomplete = |line: &str| {
            line.starts_with("E: ")
                || line.starts_with("W: Failed to fetch ")
                || line.starts_with("W: Some index files failed ")
        };
        if output.errors.lines().any(incomplete) {
            return Err(Error::Apt { command: "apt-get update".to_owned(), words: output.errors });
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
        let output = self.command("apt-get").args(["update", "--print-uris"]).run()?;
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
        let arguments = ["indextargets", "--format", target::FORMAT, "Created-By: Packages"];
        target::parse(&self.command("apt-get").args(arguments).run()?.text)
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
    pub fn names(&self, targets: &[Target]) -> Result<std::collections::BTreeSet<String>, Error> {
        index::names(targets, &self.architecture)
    }

    /// The versions of these packages with the priority that apt's preferences give them.
    ///
    /// # Errors
    /// The indices cannot be read.
    pub fn priorities(&self, names: &[&str]) -> Result<Priorities, Error> {
        if names.is_empty() {
            return Ok(Priorities::default());
        }
        let output = self.command("apt-cache").arg("policy").arg("--").args(names).run()?;
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
        let options = ["download", "--print-uris", "-o", "Acquire::ForceHash=SHA256", "--"];
        let words = packages.iter().map(|(name, version)| format!("{name}={version}"));
        uri::parse(&self.command("apt-get").args(options).args(words).run()?.text)
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
            let command = self.command("apt-get").args(["download", "--"]).args(words);
            command.inside(&directory).stdout(io::stderr()).run()?;
        }
        Ok(directory)
    }

    fn command(&self, program: &'static str) -> Invocation {
        let path = |suffix: &str| self.directory.join(suffix).into_os_string();
        let option = |name: &str, value: &OsStr| {
            let mut word = OsString::from(name);
            word.push("=");
            word.push(value);
            [OsString::from("-o"), word]
        };
        let mut command = Command::new(program);
        command.env_clear().envs(FIXED).envs(self.apt.environment.iter().cloned());
        command.stdin(Stdio::null()).arg("-c").arg(path("apt.conf"));
        command.args(option("Dir::State", &path("state")));
        command.args(option("Dir::State::status", &path("status")));
        command.args(option("Dir::Cache", &path("cache")));
        command.args(option("APT::Architecture", self.architecture.as_ref()));
        command.args(option("APT::Architectures", self.architecture.as_ref()));
        Invocation { program, command }
    }
}

/// A program about to be run.
struct Invocation {
    program: &'static str,
    command: Command,
}

/// What a program that succeeded wrote.
struct Written {
    text: String,
    errors: String,
}

impl Invocation {
    fn arg(mut self, word: impl AsRef<OsStr>) -> Self {
        self.command.arg(word);
        self
    }

    fn args(mut self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(words);
        self
    }

    fn inside(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    fn stdout(mut self, to: impl Into<Stdio>) -> Self {
        self.command.stdout(to);
        self
    }

    fn run(mut self) -> Result<Written, Error> {
        // `output` pipes both, unless told otherwise above
        let result = self.command.output();
        let Output { status, stdout, stderr } =
            result.map_err(|source| Error::Start { program: self.program, source })?;
        let errors = String::from_utf8_lossy(&stderr).into_owned();
        if status.success() {
            return Ok(Written { text: String::from_utf8_lossy(&stdout).into_owned(), errors });
        }
        let words: Vec<_> = self.command.get_args().map(OsStr::to_string_lossy).collect();
        let own = words.iter().position(|word| !word.starts_with('-') && !word.contains(['/', '=']));
        let command = [self.program, own.map_or("", |at| &words[at])].join(" ");
        let words = if errors.trim().is_empty() { status.to_string() } else { errors };
        Err(Error::Apt { command, words })
    }
}

/// Reads a step's job.
pub(super) fn job<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = fs::read(path).map_err(Error::file(path))?;
    serde_json::from_slice(&text).map_err(|source| Error::Job { path: path.to_owned(), source })
}

/// Writes a step's answer into the directory `out`.
pub(super) fn answer(out: &Path, value: &impl Serialize) -> Result<(), Error> {
    let path = out.join(ANSWER);
    let text = serde_json::to_vec_pretty(value).map_err(io::Error::from);
    text.and_then(|text| fs::write(&path, [&text[..], b"\n"].concat())).map_err(Error::file(&path))
}

/// Why a step failed: most of these may go away by themselves.
#[derive(Debug)]
pub enum Error {
    /// apt refused.
    Apt {
        /// The command, without options.
        command: String,
        /// What it said.
        words: String,
    },
    /// A repository has a package with another content than the lock's.
    Content {
        /// Package name.
        name: String,
        /// Version, which is the same.
        version: String,
    },
    /// A file cannot be read or written.
    File {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A job is not what this program reads.
    Job {
        /// Path of the job.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// apt's words or indices are not what this program knows.
    Output {
        /// The program or file.
        of: String,
        /// What was found where something else should be.
        text: String,
    },
    /// A package of a job is none.
    Package {
        /// Its name.
        name: String,
        /// Why.
        problem: PackageError,
    },
    /// A program cannot be started.
    Start {
        /// Its name.
        program: &'static str,
        /// Why.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err` at work on the file at `path`.
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apt { command, words } => write!(f, "`{command}` failed:\n{}", words.trim_end()),
            Self::Content { name, version } => {
                write!(f, "`{name}` {version} of the repository has another size or SHA-256 than in the lock")
            }
            Self::File { path, .. } => write!(f, "cannot use `{}`", path.display()),
            Self::Job { path, .. } => write!(f, "cannot read the job `{}`", path.display()),
            Self::Output { of, text } => write!(f, "cannot understand {of}: `{text}`"),
            Self::Package { name, .. } => {
                write!(f, "cannot use package `{}` of the job", name.escape_debug())
            }
            Self::Start { program, .. } => write!(f, "cannot start `{program}`"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { source, .. } | Self::Start { source, .. } => Some(source),
            Self::Job { source, .. } => Some(source),
            Self::Package { problem, .. } => Some(problem),
            Self::Apt { .. } | Self::Content { .. } | Self::Output { .. } => None,
        }
    }
}

/// Variables that apt and its methods get, in any case: the search path, and what BuildKit sets for a
/// client's proxy.
pub const KEPT: [&str; 6] = ["all_proxy", "ftp_proxy", "http_proxy", "https_proxy", "no_proxy", "path"];

/// Variables that are the same everywhere: messages are read, nobody answers questions.
const FIXED: [(&str, &str); 3] =
    [("DEBIAN_FRONTEND", "noninteractive"), ("LC_ALL", "C.UTF-8"), ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")];

/// Options that need no value of ours.
const CONFIGURATION: &str = include_str!("apt/apt.conf");
