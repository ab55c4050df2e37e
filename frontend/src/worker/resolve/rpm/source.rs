//! Where chosen packages are, and who vouches for them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Offer, finding};
use crate::job::Finding;
use crate::lock::Package;
use crate::worker::dnf::{Entry, Fetched, Keys};
use crate::worker::resolve::finding::unfit;

/// Certificates by fingerprint, in ASCII armor.
type Certificates = BTreeMap<String, String>;

/// By the number of a repository, the certificates of those who may sign its packages, for the repositories of the
/// chosen. One whose packages need no signature has none, and that is said.
pub(super) fn signers(
    chosen: &[(usize, &Entry)],
    offer: &Offer<'_>,
    keys: &Keys<'_>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<usize, Certificates> {
    let mut packages: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (number, entry) in chosen {
        packages.entry(*number).or_default().push(&entry.name);
    }
    let mut signers = BTreeMap::new();
    for (number, packages) in packages {
        let repository = &offer.fetched.configuration.repositories[number];
        if !repository.signed {
            findings.push(finding::unsigned(&packages, &repository.id));
            continue;
        }
        match keys.of(repository) {
            Ok(certificates) => drop(signers.insert(number, certificates)),
            Err(why) => findings.push(finding::no_keys(&packages, &repository.id, &why)),
        }
    }
    signers
}

/// A package as a lock has it; `keys` are the fingerprints of those one of whom must have signed it.
pub(super) fn package(
    entry: &Entry,
    fetched: &Fetched,
    number: usize,
    keys: Vec<String>,
) -> Result<Package, Finding> {
    let repository = &fetched.configuration.repositories[number];
    let bad = |why| finding::unreachable(entry, &repository.id, why);
    if repository.login {
        return Err(bad("which wants to know who asks"));
    }
    let base = entry.base.as_ref().or(fetched.indices[number].base.as_ref());
    let base = base.ok_or_else(|| bad("of which the package manager does not say where it is"))?;
    let scheme = base.split(':').next().unwrap_or_default();
    if !["file", "http", "https"].contains(&scheme) {
        return Err(bad("which is not read by HTTP or from a file"));
    }
    let (Some(size), ("sha256", digits)) = (entry.size, (entry.checksum.0.as_str(), &entry.checksum.1))
    else {
        return Err(finding::no_hash(entry));
    };
    let package = Package {
        name: entry.name.clone(),
        version: entry.version.clone(),
        architecture: entry.architecture.clone(),
        source: entry.source.clone(),
        url: encode(&format!("{}/{}", base.trim_end_matches('/'), entry.href.trim_start_matches('/'))),
        size,
        sha256: digits.clone(),
        keys,
    };
    match package.check() {
        Ok(()) => Ok(package),
        Err(problem) => Err(unfit(&entry.name, &entry.version, &problem)),
    }
}

/// Paths in an index are those of files: what cannot be in an address is encoded.
fn encode(address: &str) -> String {
    let mut encoded = String::with_capacity(address.len());
    for byte in address.bytes() {
        if byte.is_ascii_graphic() && !br#""'<>\^`{|}"#.contains(&byte) {
            encoded.push(byte.into());
        } else {
            write!(encoded, "%{byte:02X}").expect("a string takes any text");
        }
    }
    encoded
}
