//! Whether chosen packages go together, as far as they name each other.

use std::collections::BTreeSet;

use super::finding;
use crate::job::Finding;
use crate::version::deb::meets;
use crate::worker::apt::{Alternative, Stanza, groups, provides};

/// An error for each dependency on a chosen package in another version, and a warning for each two that
/// refuse to be installed together: their files decide whether they can share an image.
pub(super) fn check(chosen: &[&Stanza]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stanza in chosen {
        for group in stanza.depends.iter().flat_map(|value| groups(value)) {
            findings.extend(unmet(stanza, &group, chosen));
        }
    }
    let mut told = BTreeSet::new();
    for stanza in chosen {
        for refused in stanza.conflicts.iter().flat_map(|value| groups(value)).flatten() {
            for other in chosen.iter().filter(|other| other.name != stanza.name && is(other, &refused)) {
                let mut pair = [stanza.name.as_str(), other.name.as_str()];
                pair.sort_unstable();
                if told.insert(pair) {
                    findings.push(conflict(stanza, &refused, other));
                }
            }
        }
    }
    findings
}

/// A dependency that only chosen packages could meet, and none does. One that names others may be met
/// by the system that the image is for.
fn unmet(stanza: &Stanza, group: &[Alternative<'_>], chosen: &[&Stanza]) -> Option<Finding> {
    let met = chosen.iter().any(|other| group.iter().any(|one| is(other, one)));
    let others: Option<Vec<&&Stanza>> =
        group.iter().map(|one| chosen.iter().find(|other| other.name == one.name)).collect();
    let others = others.filter(|others| !met && !others.is_empty())?;
    let needs = group.iter().map(|one| format!("`{}`", one.text)).collect::<Vec<_>>().join(" or ");
    let has = others.iter().map(|other| format!("`{}` is {}", other.name, other.version)).collect::<Vec<_>>();
    let message = format!("`{}` {} needs {needs}, but {}", stanza.name, stanza.version, has.join(" and "));
    let packages: Vec<&str> = std::iter::once(&stanza.name)
        .chain(others.iter().map(|other| &other.name))
        .map(String::as_str)
        .collect();
    Some(finding::error(&packages, message, Some("ask for versions of them that go together".to_owned())))
}

fn conflict(stanza: &Stanza, refused: &Alternative<'_>, other: &Stanza) -> Finding {
    let but = if refused.name == other.name {
        format!("and `{}` is {}", other.name, other.version)
    } else {
        format!("which `{}` {} provides", other.name, other.version)
    };
    let message = format!("`{}` {} conflicts with `{}`, {but}", stanza.name, stanza.version, refused.text);
    finding::warning(&[&stanza.name, &other.name], message, None)
}

/// Whether a package is, or provides, what a relation names.
fn is(stanza: &Stanza, named: &Alternative<'_>) -> bool {
    let meets = |version: &str| named.bound.as_ref().is_none_or(|bound| meets(version, bound));
    if stanza.name == named.name {
        return meets(&stanza.version);
    }
    provides(&stanza.provides).any(|(name, version)| {
        name == named.name && version.map_or(named.bound.is_none(), |version| meets(&version))
    })
}
