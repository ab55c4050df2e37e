//! The words for what is wrong with wanted packages.

use std::collections::{BTreeMap, BTreeSet};

use super::choice::{Refusal, within};
use crate::job::{Finding, Level, Rule, Wanted};
use crate::lock::PackageError;
use crate::version::{Order, bounds};
use crate::worker::apt::Stanza;

pub(super) fn error(rule: Rule, packages: &[&str], message: String, help: Option<String>) -> Finding {
    finding(rule, Level::Error, packages, message, help)
}

pub(super) fn warning(rule: Rule, packages: &[&str], message: String, help: Option<String>) -> Finding {
    finding(rule, Level::Warning, packages, message, help)
}

/// `name` cannot be the name of a package.
pub(super) fn no_name(name: &str) -> Finding {
    let help = "a name is two or more of `a-z`, `0-9`, `+`, `-`, `.`, starting with a letter or digit";
    error(
        Rule::PackageName,
        &[name],
        format!("`{}` is no name of a Debian package", name.escape_debug()),
        Some(help.to_owned()),
    )
}

/// Nothing is called `name`.
pub(super) fn unknown(name: &str, architecture: &str, nearest: &[&str]) -> Finding {
    let help = (!nearest.is_empty()).then(|| format!("there is {}", one_of(nearest, "and")));
    error(
        Rule::PackageUnknown,
        &[name],
        format!("no repository has a package `{name}` for `{architecture}`"),
        help,
    )
}

/// `name` is only a name that `providers` go by as well.
pub(super) fn is_virtual(name: &str, providers: &BTreeSet<String>) -> Finding {
    let providers: Vec<&str> = providers.iter().map(String::as_str).collect();
    let help = format!("ask for {}", one_of(&providers, "or"));
    error(
        Rule::PackageVirtual,
        &[name],
        format!("`{name}` is a virtual package: a name that others provide"),
        Some(help),
    )
}

/// `name` is a package for `architectures` alone.
pub(super) fn elsewhere(name: &str, architecture: &str, architectures: &BTreeSet<String>) -> Finding {
    let architectures: Vec<&str> = architectures.iter().map(String::as_str).collect();
    let message = format!(
        "no repository has a package `{name}` for `{architecture}`, only for {}",
        one_of(&architectures, "and")
    );
    error(
        Rule::PackageArchitecture,
        &[name],
        message,
        Some("leave the platform or the package out".to_owned()),
    )
}

/// None of the versions may be taken from the repositories of a Debian worker.
pub(super) fn refused(wanted: &Wanted, stanzas: &[Stanza], refusal: Refusal) -> Finding {
    let versions = stanzas.iter().map(|stanza| (stanza.version.as_str(), stanza.label.as_str()));
    match refusal {
        Refusal::Bounds => out_of_bounds(wanted, versions, Order::Deb),
        Refusal::Preferences => forbidden(
            wanted,
            versions.filter(|(version, _)| within(version, &wanted.versions)),
            Order::Deb,
            "the worker's apt preferences forbid",
            "give the version a priority of 0 or more in the worker's `/etc/apt/preferences.d`",
        ),
    }
}

/// There are only versions, each with the place that has it, which do not meet all bounds.
pub(super) fn out_of_bounds<'v>(
    wanted: &Wanted,
    versions: impl IntoIterator<Item = (&'v str, &'v str)>,
    order: Order,
) -> Finding {
    let message = format!("no repository has {}, only {}", asked(wanted), offered(versions, order));
    let help = "change the bounds so that one of these versions is within them";
    error(Rule::PackageVersion, &[&wanted.name], message, Some(help.to_owned()))
}

/// There are versions which meet all bounds, but the worker's configuration does not let us have them; `by` says what
/// does so, and ends in a verb.
pub(super) fn forbidden<'v>(
    wanted: &Wanted,
    versions: impl IntoIterator<Item = (&'v str, &'v str)>,
    order: Order,
    by: &str,
    help: &str,
) -> Finding {
    let message = format!("{by} {}, which would be {}", asked(wanted), offered(versions, order));
    error(Rule::PackageVersion, &[&wanted.name], message, Some(help.to_owned()))
}

fn asked(wanted: &Wanted) -> String {
    match wanted.versions.as_slice() {
        [] => format!("`{}`", wanted.name),
        versions => format!("`{} ({})`", wanted.name, bounds(versions)),
    }
}

/// The index has no checksum of the file.
pub(super) fn no_hash(name: &str, version: &str) -> Finding {
    let message = format!("the repository's index gives no size and SHA-256 of `{name}` {version}");
    error(
        Rule::PackageIndex,
        &[name],
        message,
        Some("publish the repository with `SHA256` in its index".to_owned()),
    )
}

/// What the index says cannot be put into a lock.
pub(super) fn unfit(name: &str, version: &str, problem: &PackageError) -> Finding {
    error(
        Rule::PackageIndex,
        &[name],
        format!("the repository's index has an entry for `{name}` {version} that cannot be used: {problem}"),
        None,
    )
}

/// Names in backticks, all but the last few of a long list.
fn one_of(names: &[&str], word: &str) -> String {
    let mut parts: Vec<String> = names.iter().take(LIST).map(|name| format!("`{name}`")).collect();
    if let Some(more) = names.len().checked_sub(LIST).filter(|more| *more > 0) {
        parts.push(format!("{more} more"));
    }
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Versions and where they are, newest first.
fn offered<'v>(versions: impl IntoIterator<Item = (&'v str, &'v str)>, order: Order) -> String {
    let mut places: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (version, place) in versions {
        places.entry(version).or_default().insert(place);
    }
    let mut versions: Vec<_> = places.into_iter().collect();
    versions.sort_by(|(left, _), (right, _)| order.compare(right, left).then_with(|| right.cmp(left)));
    let more = versions.len().saturating_sub(LIST);
    versions.truncate(LIST);
    let named = |(version, places): (&str, BTreeSet<&str>)| {
        format!("`{version}` ({})", places.into_iter().collect::<Vec<_>>().join(", "))
    };
    let mut parts: Vec<String> = versions.into_iter().map(named).collect();
    parts.extend((more > 0).then(|| format!("{more} older")));
    parts.join(", ")
}

fn finding(rule: Rule, level: Level, packages: &[&str], message: String, help: Option<String>) -> Finding {
    let packages = packages.iter().map(|name| (*name).to_owned()).collect();
    Finding { rule, level, packages, paths: Vec::new(), message, help }
}

/// Entries of a list in a message, at most.
const LIST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(one_of(&["a"], "or"), "`a`");
        assert_eq!(one_of(&["a", "b", "c"], "or"), "`a`, `b` or `c`");
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        assert_eq!(one_of(&names[..8], "and"), "`a`, `b`, `c`, `d`, `e`, `f`, `g` and `h`");
        assert_eq!(one_of(&names, "or"), "`a`, `b`, `c`, `d`, `e`, `f`, `g`, `h` or 2 more");
    }

    #[test]
    fn versions_are_listed_newest_first_with_their_suites() {
        let versions = [("1.9", "b/main"), ("1.10", "c/main"), ("1.9", "a/main")];
        assert_eq!(offered(versions, Order::Deb), "`1.10` (c/main), `1.9` (a/main, b/main)");
        let numbers: Vec<String> = (0..10).map(|number: u8| number.to_string()).collect();
        let many = numbers.iter().map(|number| (number.as_str(), "s"));
        assert!(offered(many, Order::Rpm).ends_with("`2` (s), 2 older"));
    }
}
