//! What our steps have in common that run a distribution's package manager.

mod copy;
mod error;
mod invocation;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) use self::copy::{checksum, is_copied};
pub use self::error::Error;
pub(super) use self::invocation::Invocation;
use crate::job::ANSWER;

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

/// The variables of `environment` that a package manager gets.
pub(super) fn kept(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Vec<(OsString, OsString)> {
    let kept = |name: &OsStr| KEPT.iter().any(|kept| name.eq_ignore_ascii_case(kept));
    environment.into_iter().filter(|(name, _)| kept(name)).collect()
}

/// Variables that package managers and their methods get, in any case: the search path, and what BuildKit sets
/// for a client's proxy.
const KEPT: [&str; 6] = ["all_proxy", "ftp_proxy", "http_proxy", "https_proxy", "no_proxy", "path"];
