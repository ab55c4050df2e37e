//! Packages that chosen ones need in turn: what an image may lack is in one of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::job::Provider;
use crate::worker::apt::{Stanza, groups};

/// The packages that `chosen` need in turn, by `depends`, the values of `Pre-Depends` and `Depends` of every package
/// that there is. Of alternatives the first that there is counts, as apt has it.
pub(super) fn of(chosen: &[&Stanza], depends: &BTreeMap<String, String>) -> Vec<Provider> {
    let mut open: VecDeque<(&str, &str)> = VecDeque::new();
    let roots: BTreeSet<&str> = chosen.iter().map(|stanza| stanza.name.as_str()).collect();
    for stanza in chosen {
        open.extend(stanza.depends.iter().map(|value| (stanza.name.as_str(), value.as_str())));
    }
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    while let Some((name, value)) = open.pop_front() {
        for group in groups(value) {
            let there = group.iter().find_map(|one| depends.get_key_value(one.name));
            let Some((next, value)) = there else { continue };
            if !roots.contains(name) {
                found.entry(name).or_default().insert(next);
            }
            if !roots.contains(next.as_str()) && !found.contains_key(next.as_str()) && found.len() < MAX {
                found.insert(next, BTreeSet::new());
                open.push_back((next, value));
            }
        }
    }
    let known: BTreeSet<&str> = found.keys().copied().collect();
    let provider = |(package, depends): (&str, BTreeSet<&str>)| Provider {
        package: package.to_owned(),
        provides: provides(package),
        depends: depends.intersection(&known).map(|&name| name.to_owned()).collect(),
    };
    found.into_iter().map(provider).collect()
}

/// What a package has that it is not called after: those of Debian 10 to 13 that many programs need.
fn provides(package: &str) -> Vec<String> {
    let at = OTHERS.binary_search_by(|(known, _)| (*known).cmp(package));
    let names = at.map_or(&[][..], |at| OTHERS[at].1);
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Sorted by package. From the lists of files of the packages, read 2026-11-26.
const OTHERS: &[(&str, &[&str])] = &[
    ("gawk", &["awk"]),
    ("libcurl3-gnutls", &["libcurl-gnutls.so.4"]),
    ("libcurl3t64-gnutls", &["libcurl-gnutls.so.4"]),
    ("libldap-2.4-2", &["liblber-2.4.so.2"]),
    ("libldap-2.5-0", &["liblber-2.5.so.0"]),
    ("libldap2", &["liblber.so.2"]),
    ("libncurses6", &["libform.so.6", "libmenu.so.6", "libpanel.so.6"]),
    ("libncursesw6", &["libformw.so.6", "libmenuw.so.6", "libpanelw.so.6"]),
    ("libpam0g", &["libpam.so.0", "libpam_misc.so.0", "libpamc.so.0"]),
    ("libssl1.1", &["libcrypto.so.1.1"]),
    ("libssl3", &["libcrypto.so.3"]),
    ("libssl3t64", &["libcrypto.so.3"]),
    ("mawk", &["awk"]),
    ("perl-base", &["perl"]),
    ("zlib1g", &["libz.so.1"]),
];

/// Packages at most.
const MAX: usize = 500;

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(OTHERS.is_sorted());
    }

    #[test]
    fn what_chosen_packages_need_is_followed_to_its_end() {
        let stanza = |name: &str, depends: &str| Stanza {
            name: name.to_owned(),
            depends: vec![depends.to_owned()],
            ..Stanza::default()
        };
        let depends = [
            ("jq", "libjq1"),
            ("libjq1", "libonig5 (>= 6.9.8), libc6 (>= 2.38)"),
            ("libonig5", "libc6"),
            ("libc6", "libgcc-s1"),
            ("libgcc-s1", "libc6, gcc-14-base"),
            ("zlib1g", ""),
            ("other", "unrelated"),
        ];
        let depends = depends.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let chosen =
            [stanza("jq", "libjq1 (= 1.7.1), virtual | zlib1g, nothing"), stanza("zsh", "libc6, jq")];
        let found = of(&chosen.iter().collect::<Vec<_>>(), &depends);
        let lines: Vec<String> = found
            .iter()
            .map(|Provider { package, provides, depends }| format!("{package} {provides:?} {depends:?}\n"))
            .collect();
        expect![[r#"
            libc6 [] ["libgcc-s1"]
            libgcc-s1 [] ["libc6"]
            libjq1 [] ["libc6", "libonig5"]
            libonig5 [] ["libc6"]
            zlib1g ["libz.so.1"] []
        "#]]
        .assert_eq(&lines.concat());
    }
}
