//! What may be different the next time.

use std::fmt::{Display, Formatter};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Why there is no answer.
#[derive(Debug)]
pub enum Error {
    /// The job's file does not hold a job.
    Job {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// `mkfs.erofs` failed.
    Mkfs {
        /// How it ended.
        status: ExitStatus,
        /// The last that it said.
        words: String,
    },
    /// A name in the job cannot be that of a file.
    Name {
        /// The name.
        name: String,
    },
    /// A file could not be read.
    Read {
        /// Its path.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// `mkfs.erofs` could not be run.
    Start {
        /// The system's reason.
        source: io::Error,
    },
    /// A file could not be written.
    Write {
        /// Its path.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl Error {
    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source }
    }

    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write { path: path.to_owned(), source }
    }
}

impl Display for Error {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Job { path, source } => {
                write!(formatter, "`{}` is not a job for this version: {source}", path.display())
            }
            Self::Mkfs { status, words } if words.contains("unrecognized option") => {
                write!(
                    formatter,
                    "`mkfs.erofs` is older than erofs-utils 1.7, the first to read tar ({status}: {words})"
                )
            }
            Self::Mkfs { status, words } => write!(formatter, "`mkfs.erofs` ended with {status}: {words}"),
            Self::Name { name } => write!(formatter, "`{name}` cannot be part of a file's name"),
            Self::Read { path, source } => write!(formatter, "cannot read `{}`: {source}", path.display()),
            Self::Start { source } if source.kind() == io::ErrorKind::NotFound => formatter
                .write_str("`mkfs.erofs` is not in the worker: install erofs-utils 1.7 or newer there"),
            Self::Start { source } => write!(formatter, "cannot run `mkfs.erofs`: {source}"),
            Self::Write { path, source } => {
                write!(formatter, "cannot write `{}`: {source}", path.display())?;
                if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
                    formatter
                        .write_str("; make room for the builder, such as with `docker builder prune`")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Job { source, .. } => Some(source),
            Self::Mkfs { .. } | Self::Name { .. } => None,
            Self::Read { source, .. } | Self::Start { source } | Self::Write { source, .. } => Some(source),
        }
    }
}
