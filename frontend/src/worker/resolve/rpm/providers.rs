//! Packages that have the libraries and programs which chosen ones require: what an image may lack is in one of them.

use std::collections::{BTreeMap, BTreeSet};

use super::Offer;
use crate::job::Provider;
use crate::version::rpm::compare;
use crate::worker::dnf::{Capability, Entry, is_for};
use crate::worker::manager::Error;

/// The packages for what `chosen` require, and for what these require in turn, sorted. Each is said to provide only
/// what something requires of it.
pub(super) fn of(chosen: &[&Entry], offer: &Offer<'_>) -> Result<Vec<Provider>, Error> {
    let Offer { architecture, fetched, .. } = offer;
    let programs: BTreeSet<&str> =
        chosen.iter().flat_map(|entry| &entry.requires).filter_map(program).collect();
    let mut known = Known::default();
    for (number, index) in fetched.indices.iter().enumerate() {
        let priority = fetched.configuration.repositories[number].priority;
        index.each(|entry| {
            if is_for(&entry, architecture) && !fetched.visible.excludes(&entry.name) {
                known.add(priority, &entry, &programs);
            }
        })?;
    }
    Ok(known.needed(chosen, &programs))
}

/// The packages of all repositories that have libraries, or the programs that are looked for.
#[derive(Default)]
struct Known {
    packages: BTreeMap<String, Package>,
    /// Number of names in them.
    names: usize,
}

/// One of them, in the version that would be chosen.
struct Package {
    priority: i64,
    version: String,
    /// Libraries and programs that it has.
    provides: BTreeSet<String>,
    /// Libraries that it needs.
    requires: BTreeSet<String>,
}

impl Known {
    fn add(&mut self, priority: i64, entry: &Entry, programs: &BTreeSet<&str>) {
        let files = entry.files.iter().map(String::as_str);
        let named = entry.provides.iter().filter_map(program).chain(files);
        let own = |name: &str| name.to_owned();
        let mut provides: BTreeSet<String> = named.filter(|name| programs.contains(name)).map(own).collect();
        provides.extend(entry.provides.iter().filter_map(library).map(own));
        let is_worse = self.packages.get(&entry.name).is_some_and(|known| {
            // the lower number is the preferred one
            let order = priority.cmp(&known.priority).then_with(|| compare(&known.version, &entry.version));
            order.is_ge()
        });
        if provides.is_empty() || is_worse || self.names > MAX_NAMES {
            return;
        }
        let requires: BTreeSet<String> = entry.requires.iter().filter_map(library).map(own).collect();
        self.names += provides.len() + requires.len();
        let package = Package { priority, version: entry.version.clone(), provides, requires };
        self.packages.insert(entry.name.clone(), package);
    }

    fn needed(&self, chosen: &[&Entry], programs: &BTreeSet<&str>) -> Vec<Provider> {
        let mut having: BTreeMap<&str, &str> = BTreeMap::new();
        for (package, Package { provides, .. }) in &self.packages {
            for name in provides {
                let first = having.entry(name).or_insert(package);
                // variants such as `libcurl-minimal` have a name that is longer
                if package.len() < first.len() {
                    *first = package;
                }
            }
        }
        let names: BTreeSet<&str> = chosen.iter().map(|entry| entry.name.as_str()).collect();
        let there: BTreeSet<&str> =
            chosen.iter().flat_map(|entry| &entry.provides).filter_map(library).collect();
        let mut found: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
        let required = chosen.iter().flat_map(|entry| &entry.requires).filter_map(library);
        let mut open: Vec<&str> = required.chain(programs.iter().copied()).collect();
        let mut seen: BTreeSet<&str> = open.iter().copied().collect();
        while let Some(name) = open.pop() {
            let Some(&package) = having.get(name) else { continue };
            let is_full = found.len() == MAX && !found.contains_key(package);
            if is_full || there.contains(name) || names.contains(package) {
                continue;
            }
            let (provides, depends) = found.entry(package).or_default();
            provides.insert(name);
            for name in &self.packages[package].requires {
                depends.extend(having.get(name.as_str()).filter(|other| **other != package));
                if seen.insert(name) {
                    open.push(name);
                }
            }
        }
        let known: BTreeSet<&str> = found.keys().copied().collect();
        let own = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
        let provider = |(package, (mut provides, depends)): (&str, (BTreeSet<&str>, BTreeSet<&str>))| {
            let depends = depends.intersection(&known).copied().collect();
            // env(1) is given the name alone
            let paths: Vec<&str> = provides.iter().copied().filter(|name| name.starts_with('/')).collect();
            provides.extend(paths.into_iter().filter_map(|path| path.rsplit('/').next()));
            Provider { package: package.to_owned(), provides: own(provides), depends: own(depends) }
        };
        found.into_iter().map(provider).collect()
    }
}

/// The library that a capability names, as rpm's `elfdeps` writes it: `libonig.so.5()(64bit)`,
/// `libc.so.6(GLIBC_2.34)(64bit)`.
fn library(capability: &Capability) -> Option<&str> {
    let (name, _) = capability.name.split_once('(')?;
    (name.contains(".so") && !name.contains(['/', ' '])).then_some(name)
}

/// The program that a capability names: a path.
fn program(capability: &Capability) -> Option<&str> {
    Some(capability.name.as_str()).filter(|name| name.starts_with('/'))
}

/// Packages at most.
const MAX: usize = 500;
/// Names of libraries in all packages, at most: the largest distribution has one million.
const MAX_NAMES: usize = 4_000_000;

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::job::{Manager, Resolve};
    use crate::worker::dnf::stub::{Stub, package};
    use crate::worker::resolve::rpm::resolution;

    const REPOSITORIES: &str = "\
[base]
enabled=1
baseurl=https://example.org/base/
gpgcheck=0
[preferred]
enabled=1
baseurl=https://example.org/preferred/
gpgcheck=0
priority=1
";

    fn entries(list: &str, names: &[&str]) -> String {
        let names: Vec<String> = names.iter().map(|name| format!("<entry name='{name}'/>")).collect();
        format!("<{list}>{}</{list}>", names.concat())
    }

    fn of(name: &str, version: &str, provides: &[&str], requires: &[&str]) -> String {
        package(name, version, "x86_64", &(entries("provides", provides) + &entries("requires", requires)))
    }

    fn file(name: &str, path: &str) -> String {
        package(name, "1-1", "x86_64", &format!("<file>{path}</file><file>/usr/bin/other</file>"))
    }

    fn check(wanted: &[&str], expected: &Expect) {
        let base = [
            of(
                "jq",
                "1-1",
                &["libjq.so.1()(64bit)"],
                &["libonig.so.5()(64bit)", "libjq.so.1()(64bit)", "oniguruma"],
            ),
            of(
                "oniguruma",
                "6-1",
                &["libonig.so.5()(64bit)", "oniguruma"],
                &["libc.so.6(GLIBC_2.34)(64bit)"],
            ),
            of("oniguruma", "5-1", &["libonig.so.5()(64bit)", "libold.so.1()(64bit)"], &[]),
            of("glibc", "2-1", &["libc.so.6()(64bit)", "libc.so.6(GLIBC_2.34)(64bit)"], &["glibc-common"]),
            of(
                "tool",
                "1-1",
                &[],
                &["/usr/bin/perl", "/bin/sh", "libcurl.so.4()(64bit)", "(a if b)", "config(tool)"],
            ),
            of("libcurl-minimal", "8-1", &["libcurl.so.4()(64bit)"], &[]),
            of(
                "libcurl",
                "8-1",
                &["libcurl.so.4()(64bit)"],
                &["libnghttp2.so.14()(64bit)", "libc.so.6()(64bit)"],
            ),
            of("libnghttp2", "1-1", &["libnghttp2.so.14()(64bit)"], &["libc.so.6()(64bit)"]),
            of("hidden", "1-1", &["libc.so.6()(64bit)"], &[]),
            file("perl-interpreter", "/usr/bin/perl"),
            of("bash", "5-1", &["/bin/sh"], &["libtinfo.so.6()(64bit)"]),
            of("unrelated", "1-1", &["libunrelated.so.1()(64bit)"], &[]),
            package("i", "1-1", "i686", &entries("provides", &["libonig.so.5()(64bit)"])),
        ];
        let preferred =
            [of("libnghttp2", "0.9-1", &["libnghttp2.so.14()(64bit)"], &["libonig.so.5()(64bit)"])];
        let stub = Stub::new(Manager::Tdnf)
            .has("etc/tdnf/tdnf.conf", "[main]\nexcludepkgs=hid*\n")
            .has("etc/yum.repos.d/all.repo", REPOSITORIES)
            .offers("x86_64", "base", &base)
            .offers("x86_64", "preferred", &preferred);
        let wanted: Vec<String> =
            wanted.iter().map(|name| format!(r#"{{"name": "{name}", "versions": []}}"#)).collect();
        let job = format!(
            r#"{{"target": "azlinux3", "platform": "linux/amd64", "architecture": "x86_64", "packages": [{}]}}"#,
            wanted.join(",")
        );
        let job: Resolve = serde_json::from_str(&job).unwrap();
        let providers = resolution(&job, &stub.path("keys"), &stub.dnf()).unwrap().providers;
        let line = |Provider { package, provides, depends }: Provider| {
            format!("{package} {provides:?} {depends:?}\n")
        };
        expected.assert_eq(&providers.into_iter().map(line).collect::<String>());
    }

    #[test]
    fn what_chosen_packages_require_is_followed_by_the_names_of_libraries() {
        check(
            &["jq"],
            &expect![[r#"
            glibc ["libc.so.6"] []
            oniguruma ["libonig.so.5"] ["glibc"]
        "#]],
        );
        check(
            &["jq", "oniguruma"],
            &expect![[r#"
            glibc ["libc.so.6"] []
        "#]],
        );
    }

    #[test]
    fn programs_are_known_by_their_paths_and_of_variants_the_first_counts() {
        check(
            &["tool"],
            &expect![[r#"
            bash ["/bin/sh", "sh"] []
            glibc ["libc.so.6"] []
            libcurl ["libcurl.so.4"] ["glibc", "libnghttp2"]
            libnghttp2 ["libnghttp2.so.14"] ["oniguruma"]
            oniguruma ["libonig.so.5"] ["glibc"]
            perl-interpreter ["/usr/bin/perl", "perl"] []
        "#]],
        );
    }
}
