//! The keys that may sign the packages of repositories.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Dnf, Repository, local};
use crate::worker::openpgp::{self, Certificate};

/// Reads the keys that a worker's configuration names.
#[derive(Debug)]
pub struct Keys<'a> {
    dnf: &'a Dnf,
    /// Directory of keys that were fetched, by number.
    fetched: &'a Path,
    /// Where they were fetched from, in the order of their numbers.
    addresses: &'a [String],
}

impl<'a> Keys<'a> {
    /// Those of the worker itself, and those that were fetched from `addresses` into the directory `fetched`.
    pub fn new(dnf: &'a Dnf, fetched: &'a Path, addresses: &'a [String]) -> Self {
        Self { dnf, fetched, addresses }
    }

    /// The certificates of a repository by fingerprint, in ASCII armor.
    ///
    /// # Errors
    /// The rest of a sentence about the repository that says why there are none.
    pub fn of(&self, repository: &Repository) -> Result<BTreeMap<String, String>, String> {
        if repository.keys.is_empty() {
            return Err("wants signed packages, but names no key (`gpgkey=`)".to_owned());
        }
        let mut found = BTreeMap::new();
        for address in &repository.keys {
            let shown = address.escape_debug();
            let text = self.read(address).map_err(|why| format!("has a key at `{shown}`, {why}"))?;
            let certificates = openpgp::certificates(&text);
            let certificates = certificates
                .map_err(|error| format!("has a key at `{shown}` that cannot be used: {error}"))?;
            found.extend(
                certificates.into_iter().map(|Certificate { fingerprint, armor }| (fingerprint, armor)),
            );
        }
        Ok(found)
    }

    fn read(&self, address: &str) -> Result<Vec<u8>, String> {
        if let Some(path) = local(address) {
            return fs::read(self.dnf.inside(&path))
                .map_err(|error| format!("which cannot be read: {error}"));
        }
        let number = self.addresses.iter().position(|known| known == address);
        let number = number.ok_or("but a key is read by HTTP or from a file of the worker")?;
        fs::read(self.fetched.join(number.to_string())).map_err(|_| "which cannot be fetched".to_owned())
    }
}
