//! Why a step that runs a package manager fails.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use crate::lock::PackageError;

/// Why a step failed: most of these may go away by themselves.
#[derive(Debug)]
pub enum Error {
    /// Text that no architecture is called.
    Architecture(String),
    /// A file of the worker's configuration is not what its program reads.
    Configuration {
        /// Its path.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
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
    /// The package manager's words or indices are not what this program knows.
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
    /// The package manager refused.
    Refused {
        /// The command, without options.
        command: String,
        /// What it said.
        words: String,
    },
    /// What the package manager fetched of a repository cannot be used.
    Repository {
        /// Its id.
        id: String,
        /// Why.
        problem: String,
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
    pub(in crate::worker) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Architecture(text) => {
                write!(f, "an architecture is a word such as `amd64`, not `{}`", text.escape_debug())
            }
            Self::Configuration { path, line } => {
                write!(f, "line {line} of `{}` is neither `[NAME]` nor `KEY=VALUE`", path.display())
            }
            Self::Content { name, version } => {
                write!(f, "`{name}` {version} of the repository has another size or SHA-256 than in the lock")
            }
            Self::File { path, .. } => write!(f, "cannot use `{}`", path.display()),
            Self::Job { path, .. } => write!(f, "cannot read the job `{}`", path.display()),
            Self::Output { of, text } => write!(f, "cannot understand {of}: `{text}`"),
            Self::Package { name, .. } => {
                write!(f, "cannot use package `{}` of the job", name.escape_debug())
            }
            Self::Refused { command, words } => {
                write!(f, "`{command}` failed:\n{}", words.trim_end())?;
                if words.contains(EXPIRED) { write!(f, "\nhelp: {OF_AN_ARCHIVE}") } else { Ok(()) }
            }
            Self::Repository { id, problem } => {
                write!(f, "repository `{}` cannot be used: {problem}", id.escape_debug())
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
            Self::Architecture(_)
            | Self::Configuration { .. }
            | Self::Content { .. }
            | Self::Output { .. }
            | Self::Refused { .. }
            | Self::Repository { .. } => None,
        }
    }
}

/// How apt says that an index is past its `Valid-Until` (`apt-pkg/deb/debmetaindex.cc`, since 1.5).
const EXPIRED: &str = " is expired (invalid since ";

/// What to do then, when it is to be expected: no update will come to an archive.
const OF_AN_ARCHIVE: &str = "for the archive of an old release use a worker whose sources say `check-valid-until=no`, see sources.list(5)";
