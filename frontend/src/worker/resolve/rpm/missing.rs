//! Why there is no package of a name.

use super::Offer;
use crate::job::Finding;
use crate::worker::dnf::{Dnf, Found, names};
use crate::worker::manager::Error;
use crate::worker::progress::say;
use crate::worker::resolve::{finding, nearest};

/// One finding for each of `missing`, none of which is a package for the wanted architecture.
pub(super) fn explain(missing: &[&str], offer: &Offer<'_>) -> Result<Vec<Finding>, Error> {
    let Offer { dnf, architecture, fetched, found } = offer;
    let mut findings = Vec::new();
    let mut unknown = Vec::new();
    for &name in missing {
        match found.providers.get(name) {
            Some(providers) => findings.push(finding::is_virtual(name, providers)),
            None => unknown.push(name),
        }
    }
    if unknown.is_empty() {
        return Ok(findings);
    }
    let mut elsewhere = found.elsewhere.clone();
    for other in ARCHITECTURES.into_iter().filter(|other| other != architecture) {
        match look_in(other, &unknown, dnf) {
            Ok(names) => {
                for name in names {
                    elsewhere.entry(name).or_default().insert(other.to_owned());
                }
            }
            // it would only have told more about what is an error already
            Err(error) => say(&format!("no look at the packages for {other}: {error}")),
        }
    }
    let all = names(&fetched.indices, architecture)?;
    findings.extend(unknown.into_iter().map(|name| match elsewhere.get(name) {
        Some(architectures) => finding::elsewhere(name, architecture, architectures),
        None => finding::unknown(name, architecture, &nearest::nearest(name, &all)),
    }));
    Ok(findings)
}

/// Those of `names` that are packages for another architecture.
fn look_in(architecture: &str, names: &[&str], dnf: &Dnf) -> Result<Vec<String>, Error> {
    let fetched = dnf.fetch(architecture, names)?;
    let found = Found::of(&fetched.indices, names, architecture)?;
    Ok(found.packages.into_keys().collect())
}

/// Where a package is looked for that the wanted architecture has not: those that specs are built for.
const ARCHITECTURES: [&str; 2] = ["aarch64", "x86_64"];
