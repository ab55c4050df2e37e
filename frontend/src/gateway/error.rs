//! What can go wrong between the engine and us.

use std::error::Error as _;
use std::fmt;

use crate::gateway::{Status, Unsupported};

/// Why a call of the gateway did not give what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The engine's answer is not one that the protocol allows.
    Answer {
        /// Method of the gateway.
        call: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The connection ended: the build was cancelled, or the engine stopped.
    Closed {
        /// Method of the gateway.
        call: &'static str,
        /// The transport's own words.
        reason: String,
    },
    /// The engine could not do it. What it says is for the user.
    Engine {
        /// Method of the gateway.
        call: &'static str,
        /// The engine's error.
        status: Status,
    },
    /// A policy of the client replaced an image by something else.
    NotAnImage {
        /// The image that was asked for.
        reference: String,
        /// What it became.
        identifier: String,
    },
    /// The engine's limit for one message is lower than what it was sent.
    RequestTooLarge {
        /// Method of the gateway.
        call: &'static str,
        /// Size of the request in bytes.
        bytes: usize,
        /// The engine's words.
        reason: String,
    },
    /// Nobody answers at the other end.
    Silent {
        /// How long was waited.
        seconds: u64,
    },
    /// A file is larger than its reader allows.
    TooLarge {
        /// Path of the file.
        path: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The engine lacks something that is needed.
    Unsupported(Unsupported),
    /// The variable `BUILDKIT_WORKERS` holds something else than a list of workers.
    Workers {
        /// What is wrong with it.
        problem: String,
    },
}

impl Error {
    /// The error to end a build with.
    pub fn to_status(&self) -> Status {
        match self {
            Self::Engine { status, .. } => status.clone(),
            other => Status::new(other.to_string()),
        }
    }

    /// A failed call. An error that has a cause here never came over the wire.
    pub(super) fn of_call(call: &'static str, status: &tonic::Status) -> Self {
        match status.source() {
            Some(_) => Self::Closed { call, reason: with_causes(status) },
            None => Self::Engine { call, status: Status::of_tonic(status) },
        }
    }

    /// The same, where the request had this size.
    pub(super) fn with_size(self, bytes: usize) -> Self {
        match self {
            Self::Engine { call, status }
                if status.code == Status::RESOURCE_EXHAUSTED && status.message.contains(LARGER) =>
            {
                Self::RequestTooLarge { call, bytes, reason: status.message }
            }
            other => other,
        }
    }

    pub(super) fn answer(call: &'static str, problem: impl Into<String>) -> Self {
        Self::Answer { call, problem: problem.into() }
    }

    /// Whether it says that a file does not exist. Engines give no code of its own to that.
    pub(super) fn is_not_found(&self) -> bool {
        match self {
            Self::Engine { status, .. } => status.message.ends_with(NO_SUCH_FILE),
            _ => false,
        }
    }
}

impl From<Unsupported> for Error {
    fn from(unsupported: Unsupported) -> Self {
        Self::Unsupported(unsupported)
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer { call, problem } => {
                write!(f, "BuildKit's answer to `{call}` cannot be used: {problem}")
            }
            Self::Closed { call, reason } => {
                write!(f, "the connection to BuildKit ended during `{call}`: {reason}")
            }
            Self::Engine { status, .. } => f.write_str(&status.message),
            Self::NotAnImage { reference, identifier } => {
                write!(f, "the image `{reference}` was replaced by `{identifier}`, which is not an image")
            }
            Self::RequestTooLarge { call, bytes, reason } => write!(
                f,
                "`{call}` needs a message of {bytes} bytes, more than BuildKit accepts ({reason}): use BuildKit \
                 0.14 or newer, which accepts 16 MiB, or build fewer packages at once"
            ),
            Self::Silent { seconds } => write!(
                f,
                "BuildKit does not answer for {seconds} seconds: a frontend is started by BuildKit, not by hand"
            ),
            Self::TooLarge { path, limit } => write!(f, "`{path}` is larger than {limit} bytes"),
            Self::Unsupported(unsupported) => unsupported.fmt(f),
            Self::Workers { problem } => write!(f, "`BUILDKIT_WORKERS` is not a list of workers: {problem}"),
        }
    }
}

fn with_causes(status: &tonic::Status) -> String {
    let mut text = status.message().to_owned();
    let mut cause = status.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = error.source();
    }
    text
}

/// End of the text of Go's `fs.ErrNotExist`.
const NO_SUCH_FILE: &str = "no such file or directory";
/// grpc-go's words for a message beyond its limit (`rpc_util.go`).
const LARGER: &str = "larger than max";
