//! Whether chosen packages go together, as far as they name each other.

use std::collections::BTreeSet;

use crate::job::{Bound, Finding, Relation, Rule};
use crate::version::rpm::meets;
use crate::worker::dnf::{Capability, Entry};
use crate::worker::resolve::finding::{error, warning};

/// An error for each requirement of a chosen package in another version, and a warning for each two that refuse to be
/// installed together: their files decide whether they can share an image.
pub(super) fn check(chosen: &[&Entry]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in chosen {
        findings.extend(entry.requires.iter().filter_map(|required| unmet(entry, required, chosen)));
    }
    let mut told = BTreeSet::new();
    for entry in chosen {
        for refused in &entry.conflicts {
            for other in chosen.iter().filter(|other| other.name != entry.name && is(other, refused)) {
                let mut pair = [entry.name.as_str(), other.name.as_str()];
                pair.sort_unstable();
                if told.insert(pair) {
                    findings.push(conflict(entry, refused, other));
                }
            }
        }
    }
    findings
}

/// A requirement that names a chosen package, and that none meets. Others may be met by the system that the image is
/// for.
fn unmet(entry: &Entry, required: &Capability, chosen: &[&Entry]) -> Option<Finding> {
    let other = chosen.iter().find(|other| other.name == package_of(&required.name))?;
    if chosen.iter().any(|other| is(other, required)) {
        return None;
    }
    let message = format!(
        "`{}` {} requires `{}`, but `{}` is {}",
        entry.name,
        entry.version,
        text(required),
        other.name,
        other.version
    );
    let help = Some("ask for versions of them that go together".to_owned());
    Some(error(Rule::PackageConflict, &[&entry.name, &other.name], message, help))
}

/// The package in `jq-libs(x86-64)`, the name by which one for an architecture is required.
fn package_of(capability: &str) -> &str {
    capability.split_once('(').map_or(capability, |(name, _)| name)
}

fn conflict(entry: &Entry, refused: &Capability, other: &Entry) -> Finding {
    let but = if refused.name == other.name {
        format!("and `{}` is {}", other.name, other.version)
    } else {
        format!("which `{}` {} provides", other.name, other.version)
    };
    let message = format!("`{}` {} conflicts with `{}`, {but}", entry.name, entry.version, text(refused));
    warning(Rule::PackageConflict, &[&entry.name, &other.name], message, None)
}

/// Whether a package provides what a relation names: every package provides its own name.
fn is(entry: &Entry, named: &Capability) -> bool {
    let own = (&entry.name, Some((Relation::Eq, &entry.version)));
    let provided = entry.provides.iter().map(|one| (&one.name, one.version.as_ref().map(|(r, v)| (*r, v))));
    provided.chain([own]).any(|(name, version)| *name == named.name && overlap(version, named))
}

/// Whether a version that is provided is among those that a relation means. One without a version is provided in all.
fn overlap(provided: Option<(Relation, &String)>, named: &Capability) -> bool {
    match (provided, &named.version) {
        (Some((Relation::Eq, provided)), Some((relation, version))) => {
            meets(provided, &Bound { relation: *relation, version: version.clone() })
        }
        _ => true,
    }
}

fn text(capability: &Capability) -> String {
    let sign = |relation: Relation| match relation {
        Relation::Eq => "=",
        Relation::Ge => ">=",
        Relation::Gt => ">",
        Relation::Le => "<=",
        Relation::Lt => "<",
    };
    let version = capability.version.as_ref();
    let version = version.map(|(relation, version)| format!(" {} {version}", sign(*relation)));
    format!("{}{}", capability.name, version.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// Each package is `NAME VERSION`, followed by lines of `FIELD: CAPABILITY`.
    fn checks(packages: &[&str], expected: &Expect) {
        let capability = |text: &str| {
            let words: Vec<&str> = text.split(' ').collect();
            let relation = |sign| match sign {
                "=" => Relation::Eq,
                "<" => Relation::Lt,
                ">=" => Relation::Ge,
                other => panic!("{other}"),
            };
            let version = words.get(1).map(|sign| (relation(*sign), words[2].to_owned()));
            Capability { name: words[0].to_owned(), version }
        };
        let entry = |text: &&str| {
            let mut lines = text.lines();
            let (name, version) = lines.next().and_then(|line| line.split_once(' ')).unwrap();
            let mut entry = Entry { name: name.to_owned(), version: version.to_owned(), ..Entry::default() };
            for (field, value) in lines.map(|line| line.split_once(": ").unwrap()) {
                match field {
                    "Requires" => entry.requires.push(capability(value)),
                    "Conflicts" => entry.conflicts.push(capability(value)),
                    "Provides" => entry.provides.push(capability(value)),
                    other => panic!("{other}"),
                }
            }
            entry
        };
        let entries: Vec<Entry> = packages.iter().map(entry).collect();
        let findings = check(&entries.iter().collect::<Vec<_>>());
        let line =
            |Finding { level, packages, message, .. }: Finding| format!("{level:?} {packages:?} {message}\n");
        expected.assert_eq(&findings.into_iter().map(line).collect::<String>());
    }

    #[test]
    fn a_requirement_of_another_version_is_an_error() {
        let libraries = "jq-libs 1.6-1\nProvides: jq-libs = 1.6-1\nProvides: jq-libs(x86-64) = 1.6-1";
        checks(
            &[
                "jq 1.7-1\nRequires: jq-libs(x86-64) = 1.7-1\nRequires: libc.so.6(GLIBC_2.34)(64bit)",
                libraries,
            ],
            &expect![[r#"
                Error ["jq", "jq-libs"] `jq` 1.7-1 requires `jq-libs(x86-64) = 1.7-1`, but `jq-libs` is 1.6-1
            "#]],
        );
        checks(&["jq 1.6-2\nRequires: jq-libs(x86-64) >= 1.6\nRequires: jq-libs", libraries], &expect![[""]]);
        checks(&["jq 1.7-1\nRequires: (jq-libs >= 2 if other)", libraries], &expect![[""]]);
        checks(&["a 1-1\nRequires: b >= 2", "b 1-1", "c 1-1\nProvides: b = 2"], &expect![[""]]);
    }

    #[test]
    fn a_conflict_is_a_warning_told_once() {
        checks(
            &["a 1-1\nConflicts: b < 3\nConflicts: c", "b 2-1\nConflicts: a", "c 1-1"],
            &expect![[r#"
                Warning ["a", "b"] `a` 1-1 conflicts with `b < 3`, and `b` is 2-1
                Warning ["a", "c"] `a` 1-1 conflicts with `c`, and `c` is 1-1
            "#]],
        );
        checks(&["a 1-1\nConflicts: b < 3", "b 3-1"], &expect![[""]]);
        checks(
            &["exim 4-1\nProvides: mta\nConflicts: mta", "postfix 3-1\nProvides: mta\nConflicts: mta"],
            &expect![[r#"
                Warning ["exim", "postfix"] `exim` 4-1 conflicts with `mta`, which `postfix` 3-1 provides
            "#]],
        );
    }
}
