//! Runs of dnf, dnf 5 and tdnf with a cache of their own: what a worker's repositories offer.
//!
//! The manager fetches the indices and verifies their signatures as the worker's configuration says; what is in them
//! is read here, so that all names are looked up in one and the same index and every bound counts.

mod configuration;
mod download;
mod fetch;
mod glob;
mod index;
mod indices;
mod ini;
mod key;
mod primary;
mod repository;
#[cfg(test)]
pub(super) mod stub;
mod variable;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use self::configuration::Configuration;
pub use self::download::download_rpm;
pub use self::fetch::{Fetched, Visible};
pub use self::index::{Found, Index, is_for, names};
pub use self::indices::list_indices_rpm;
pub use self::key::Keys;
pub use self::primary::{Capability, Entry};
pub use self::repository::Repository;
use super::manager::kept;
use crate::job::Manager;

/// The package manager of a worker.
#[derive(Clone, Debug)]
pub struct Dnf {
    manager: Manager,
    releasever: String,
    root: PathBuf,
    scratch: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl Dnf {
    /// The manager that is found by the `PATH` of `environment`, of which only the proxies are handed on, for
    /// `releasever`. `root` is where the worker's own files begin, and `scratch` an absolute path for what the manager
    /// keeps; it is made if it is not there.
    pub fn new(
        manager: Manager,
        releasever: &str,
        root: &Path,
        scratch: &Path,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        Self {
            manager,
            releasever: releasever.to_owned(),
            root: root.to_owned(),
            scratch: scratch.to_owned(),
            environment: kept(environment),
        }
    }

    /// The worker's file of an absolute path.
    fn inside(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }
}

/// The path that an address of the worker's own files tells, percent-decoded.
fn local(address: &str) -> Option<String> {
    let rest = address.strip_prefix("file:")?;
    let rest = match rest.strip_prefix("//") {
        Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest),
        None => rest,
    };
    let path = rest.strip_prefix('/')?.as_bytes();
    let mut bytes = vec![b'/'];
    let mut at = 0;
    while let Some(&byte) = path.get(at) {
        let digits = path.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let decoded = digits.filter(|_| byte == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(byte));
        at += if decoded.is_some() { 3 } else { 1 };
    }
    String::from_utf8(bytes).ok().filter(|path| !path.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_files_are_paths() {
        for (address, path) in [
            ("file:///etc/pki/key", Some("/etc/pki/key")),
            ("file:/srv/my%20repo", Some("/srv/my repo")),
            ("file://localhost/a", Some("/a")),
            ("file://elsewhere/a", None),
            ("file:a", None),
            ("file:///a%", Some("/a%")),
            ("https://example.org/", None),
            ("file:///%00", None),
        ] {
            assert_eq!(local(address).as_deref(), path, "{address}");
        }
    }
}
