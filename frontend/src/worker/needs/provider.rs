//! Which package has a library that is missing.

use std::collections::BTreeSet;

use super::architecture;
use crate::job::Provider;

/// The packages to add for something that is missing: the one that has it, and those that this one needs in turn.
pub(super) fn packages<'p>(name: &str, providers: &'p [Provider], present: &[&str]) -> Vec<&'p str> {
    let tells = |provider: &&Provider| provider.provides.iter().any(|provided| provided == name);
    let is_called = |key: &str| providers.iter().find(|provider| self::key(&provider.package) == key);
    // Some are called after the library alone: `libpython3.13.so.1.0` is in `libpython3.13`.
    let stem = name.split_once(".so.").map(|(stem, _)| key(stem));
    let found = providers.iter().find(tells).or_else(|| is_called(&key(name)));
    let Some(first) = found.or_else(|| is_called(&stem?)) else { return Vec::new() };
    let mut all = vec![first.package.as_str()];
    let mut open = vec![first];
    let mut seen: BTreeSet<&str> = [first.package.as_str()].into();
    while let Some(provider) = open.pop() {
        for depends in &provider.depends {
            let Some(next) = providers.iter().find(|next| next.package == *depends) else { continue };
            let needed = is_library(next) && !present.contains(&next.package.as_str()) && !is_of_hosts(next);
            if needed && seen.insert(&next.package) {
                all.push(&next.package);
                open.push(next);
            }
        }
    }
    all[1..].sort_unstable();
    all
}

/// Whether a package is one of libraries alone.
fn is_library(provider: &Provider) -> bool {
    let is_named_so = provider.package.starts_with("lib")
        && provider.package.trim_end_matches("t64").ends_with(|last: char| last.is_ascii_digit());
    is_named_so || provider.provides.iter().any(|name| name.contains(".so"))
}

/// Whether every host has what the package has.
fn is_of_hosts(provider: &Provider) -> bool {
    let named = ["libc.so.6", "libgcc_s.so.1"].iter().any(|name| key(name) == key(&provider.package));
    named || provider.provides.iter().any(|name| architecture::is_of_hosts(name))
}

/// What a library's name and that of its package have in common. By Debian Policy 8.1 a package is called after the
/// library and its version, in lower case, with a `-` between two digits: `libonig.so.5` is in `libonig5`,
/// `libpcre2-8.so.0` in `libpcre2-8-0`, `libdb-5.3.so` in `libdb5.3`. Those for 64-bit times end in `t64`.
fn key(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or_default();
    let joined = match name.split_once(".so") {
        Some((stem, version)) => [stem, version.strip_prefix('.').unwrap_or(version)].concat(),
        None => name.strip_suffix("t64").unwrap_or(name).to_owned(),
    };
    joined.to_ascii_lowercase().replace(['-', '_'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(package: &str, provides: &[&str], depends: &[&str]) -> Provider {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Provider { package: package.to_owned(), provides: own(provides), depends: own(depends) }
    }

    #[test]
    fn a_library_is_in_the_package_that_is_called_after_it() {
        for (library, package) in [
            ("libonig.so.5", "libonig5"),
            ("libpcre2-8.so.0", "libpcre2-8-0"),
            ("libglib-2.0.so.0", "libglib2.0-0t64"),
            ("libX11.so.6", "libx11-6"),
            ("libdb-5.3.so", "libdb5.3t64"),
            ("libssl.so.3", "libssl3t64"),
            ("libbz2.so.1.0", "libbz2-1.0"),
            ("libgcc_s.so.1", "libgcc-s1"),
            ("libstdc++.so.6", "libstdc++6"),
            ("libncursesw.so.6", "libncursesw6"),
            ("libapt-pkg.so.7.0", "libapt-pkg7.0"),
            ("libgtk-3.so.0", "libgtk-3-0t64"),
            ("libpython3.13.so.1.0", "libpython3.13"),
            ("python3", "python3"),
            ("/usr/bin/perl", "perl"),
        ] {
            let other = provider("libother1", &[], &[]);
            assert_eq!(packages(library, &[other, provider(package, &[], &[])], &[]), [package], "{library}");
        }
    }

    #[test]
    fn a_repository_that_tells_is_believed() {
        let zlib = provider("zlib1g", &["libz.so.1"], &["libc6"]);
        let oniguruma = provider("oniguruma", &["libonig.so.5"], &[]);
        let known = [zlib, oniguruma];
        assert_eq!(packages("libz.so.1", &known, &[]), ["zlib1g"]);
        assert_eq!(packages("libonig.so.5", &known, &[]), ["oniguruma"]);
        assert!(packages("libonig.so.6", &known, &[]).is_empty());
    }

    #[test]
    fn what_a_package_needs_in_turn_is_named_but_not_what_is_there() {
        let known = [
            provider("libjq1", &[], &["libonig5", "libc6", "libaudit-common", "libzstd1"]),
            provider("libonig5", &[], &["libc6", "libjq1"]),
            provider("libc6", &[], &["libgcc-s1"]),
            provider("libgcc-s1", &[], &[]),
            provider("libaudit-common", &[], &[]),
            provider("libzstd1", &[], &[]),
        ];
        assert_eq!(packages("libjq.so.1", &known, &["jq", "libzstd1"]), ["libjq1", "libonig5"]);
    }
}
