//! Why there is no package of a name.

use super::{Offer, finding, nearest};
use crate::job::Finding;
use crate::worker::apt::{Apt, Error};
use crate::worker::progress::say;

/// One finding for each of `names`, none of which is a package for the wanted architecture.
pub(super) fn explain(names: &[&str], offer: &Offer<'_>) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    let mut unknown = Vec::new();
    for &name in names {
        match offer.found.providers.get(name) {
            Some(providers) => findings.push(finding::is_virtual(name, providers)),
            None => unknown.push(name),
        }
    }
    if unknown.is_empty() {
        return Ok(findings);
    }
    let architecture = offer.state.architecture();
    let mut elsewhere = offer.found.elsewhere.clone();
    for other in ARCHITECTURES.into_iter().filter(|other| *other != architecture) {
        match look_in(other, &unknown, offer.apt) {
            Ok(names) => {
                for name in names {
                    elsewhere.entry(name).or_default().insert(other.to_owned());
                }
            }
            // it would only have told more about what is an error already
            Err(error) => say(&format!("no look at the packages for {other}: {error}")),
        }
    }
    let all = offer.state.names(&offer.targets)?;
    findings.extend(unknown.into_iter().map(|name| match elsewhere.get(name) {
        Some(architectures) => finding::elsewhere(name, architecture, architectures),
        None => finding::unknown(name, architecture, &nearest::nearest(name, &all)),
    }));
    Ok(findings)
}

/// Those of `names` that are packages for another architecture.
fn look_in(architecture: &str, names: &[&str], apt: &Apt) -> Result<Vec<String>, Error> {
    let state = apt.state(architecture)?;
    state.update()?;
    let found = state.find(&state.targets()?, names)?;
    Ok(found.packages.into_keys().collect())
}

/// Where a package is looked for that the wanted architecture has not: those that specs are built for.
const ARCHITECTURES: [&str; 2] = ["amd64", "arm64"];
