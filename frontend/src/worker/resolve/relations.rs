//! Whether chosen packages go together, as far as they name each other.

use std::collections::BTreeSet;

use super::finding;
use crate::job::{Finding, Rule};
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
    Some(finding::error(
        Rule::PackageConflict,
        &packages,
        message,
        Some("ask for versions of them that go together".to_owned()),
    ))
}

fn conflict(stanza: &Stanza, refused: &Alternative<'_>, other: &Stanza) -> Finding {
    let but = if refused.name == other.name {
        format!("and `{}` is {}", other.name, other.version)
    } else {
        format!("which `{}` {} provides", other.name, other.version)
    };
    let message = format!("`{}` {} conflicts with `{}`, {but}", stanza.name, stanza.version, refused.text);
    finding::warning(Rule::PackageConflict, &[&stanza.name, &other.name], message, None)
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

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// Each package is `NAME VERSION`, followed by lines of `FIELD: VALUE`.
    fn checks(packages: &[&str], expected: &Expect) {
        let stanza = |text: &&str| {
            let mut lines = text.lines();
            let (name, version) = lines.next().and_then(|line| line.split_once(' ')).unwrap();
            let mut stanza =
                Stanza { name: name.to_owned(), version: version.to_owned(), ..Stanza::default() };
            for (field, value) in lines.map(|line| line.split_once(": ").unwrap()) {
                match field {
                    "Depends" => stanza.depends.push(value.to_owned()),
                    "Conflicts" => stanza.conflicts.push(value.to_owned()),
                    "Provides" => value.clone_into(&mut stanza.provides),
                    other => panic!("{other}"),
                }
            }
            stanza
        };
        let stanzas: Vec<Stanza> = packages.iter().map(stanza).collect();
        let lines: Vec<String> = check(&stanzas.iter().collect::<Vec<_>>())
            .into_iter()
            .map(|finding| format!("{:?} {:?} {}\n", finding.level, finding.packages, finding.message))
            .collect();
        expected.assert_eq(&lines.concat());
    }

    #[test]
    fn a_dependency_on_another_version_is_an_error() {
        checks(
            &["curl 8.21\nDepends: libcurl4 (= 8.21), libc6 (>= 2.34)", "libcurl4 8.14"],
            &expect![[r#"
            Error ["curl", "libcurl4"] `curl` 8.21 needs `libcurl4 (= 8.21)`, but `libcurl4` is 8.14
        "#]],
        );
        checks(&["curl 8.14\nDepends: libcurl4 (= 8.14), libc6 (>= 2.34)", "libcurl4 8.14"], &expect![[""]]);
    }

    #[test]
    fn a_dependency_that_the_system_may_meet_is_none() {
        checks(&["a 1\nDepends: b (>= 2) | c", "b 1"], &expect![[""]]);
        checks(&["a 1\nDepends: c | d"], &expect![[""]]);
        checks(
            &["a 1\nDepends: b (>= 2) | c (>= 2)", "b 1", "c 1"],
            &expect![[r#"
            Error ["a", "b", "c"] `a` 1 needs `b (>= 2)` or `c (>= 2)`, but `b` is 1 and `c` is 1
        "#]],
        );
        checks(&["a 1\nDepends: b (>= 2) | c (>= 2)", "b 1", "c 2"], &expect![[""]]);
    }

    #[test]
    fn a_provided_version_meets_a_dependency() {
        checks(&["a 1\nDepends: b (>= 2)", "b 1", "c 1\nProvides: b (= 2)"], &expect![[""]]);
        checks(
            &["a 1\nDepends: b (>= 2)", "b 1", "c 1\nProvides: b"],
            &expect![[r#"
            Error ["a", "b"] `a` 1 needs `b (>= 2)`, but `b` is 1
        "#]],
        );
    }

    #[test]
    fn a_conflict_is_a_warning_told_once() {
        checks(
            &["a 1\nConflicts: b (<< 3), c", "b 2\nConflicts: a", "c 1"],
            &expect![[r#"
            Warning ["a", "b"] `a` 1 conflicts with `b (<< 3)`, and `b` is 2
            Warning ["a", "c"] `a` 1 conflicts with `c`, and `c` is 1
        "#]],
        );
        checks(&["a 1\nConflicts: b (<< 3)", "b 3"], &expect![[""]]);
    }

    #[test]
    fn those_that_provide_one_name_may_conflict() {
        let (exim, postfix) =
            ("exim4 4\nProvides: mta\nConflicts: mta", "postfix 3\nProvides: mta\nConflicts: mta");
        checks(
            &[exim, postfix],
            &expect![[r#"
            Warning ["exim4", "postfix"] `exim4` 4 conflicts with `mta`, which `postfix` 3 provides
        "#]],
        );
        checks(&[exim], &expect![[""]]);
        checks(&["a 1\nConflicts: mta (<< 2)", postfix], &expect![[""]]);
    }
}
