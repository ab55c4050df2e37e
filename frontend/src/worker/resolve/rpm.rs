//! `annex worker resolve-rpm`: chooses exact packages from the repositories of a worker of RPM's family.
//!
//! The rule: of the versions that meet all bounds and that the manager's configuration does not exclude, those of the
//! repositories with the best priority, of these the newest, of these that of the cheapest repository. Each package is
//! chosen by itself: what it requires is not added, and nothing is taken as installed.

mod choice;
mod finding;
mod missing;
mod providers;
mod relations;
mod source;

use std::collections::BTreeMap;
use std::path::Path;

use crate::job::{Finding, Level, Resolution, Resolve, Wanted};
use crate::lock::{self, Lock, Package};
use crate::worker::dnf::{Dnf, Entry, Fetched, Found, Keys};
use crate::worker::manager::{self, Error};
use crate::worker::progress::say;

/// Reads a [`Resolve`] at the path `job` and writes a [`Resolution`] to `answer.json` in the directory `out`. `keys` is
/// the directory of the keys that the job names.
///
/// # Errors
/// The repositories or files cannot be used: worth another try. What is wrong with the wanted packages is in the
/// answer.
pub fn resolve_rpm(job: &Path, keys: &Path, out: &Path, dnf: &Dnf) -> Result<(), Error> {
    manager::answer(out, &resolution(&manager::job(job)?, keys, dnf)?)
}

/// What the repositories have for the wanted names.
struct Offer<'a> {
    dnf: &'a Dnf,
    architecture: &'a str,
    fetched: Fetched,
    found: Found,
}

fn resolution(resolve: &Resolve, keys: &Path, dnf: &Dnf) -> Result<Resolution, Error> {
    let (wanted, mut findings) = named(&resolve.packages);
    let names: Vec<&str> = wanted.keys().copied().collect();
    let mut lock = Lock {
        version: lock::VERSION,
        target: resolve.target.clone(),
        platform: resolve.platform.clone(),
        erofs_utils: None,
        keys: BTreeMap::new(),
        packages: Vec::new(),
    };
    let mut providers = Vec::new();
    // without names, dnf would tell of all packages
    if !names.is_empty() {
        let architecture = resolve.architecture.as_str();
        let mut fetched = dnf.fetch(architecture, &names)?;
        fetched.configuration.trust(&resolve.extra, dnf)?;
        let found = Found::of(&fetched.indices, &names, architecture)?;
        let offer = Offer { dnf, architecture, fetched, found };
        let chosen = choose(&wanted, &offer, &mut findings)?;
        let keys = Keys::new(dnf, keys, &resolve.keys);
        (lock.packages, lock.keys) = locate(&chosen, &offer, &keys, &mut findings);
        let chosen: Vec<&Entry> = chosen.into_iter().map(|(_, entry)| entry).collect();
        findings.extend(relations::check(&chosen));
        providers = providers::of(&chosen, &offer)?;
    }
    findings.sort();
    findings.dedup();
    let forbidden = findings.iter().any(|finding| finding.level == Level::Error);
    Ok(Resolution { lock: (!forbidden).then_some(lock), findings, providers })
}

/// The wanted packages by name, without those whose names are none: names become words of commands.
fn named(packages: &[Wanted]) -> (BTreeMap<&str, &Wanted>, Vec<Finding>) {
    let (good, bad): (Vec<_>, Vec<_>) = packages.iter().partition(|wanted| is_package_name(&wanted.name));
    let good = good.into_iter().map(|wanted| (wanted.name.as_str(), wanted)).collect();
    (good, bad.into_iter().map(|wanted| finding::no_name(&wanted.name)).collect())
}

/// What rpmbuild lets a name be, but for a first character that looks like an option's.
fn is_package_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte))
}

/// Each package that can be chosen, with the number of its repository, and why others cannot.
fn choose<'o>(
    wanted: &BTreeMap<&str, &Wanted>,
    offer: &'o Offer<'_>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<(usize, &'o Entry)>, Error> {
    let (mut chosen, mut missing) = (Vec::new(), Vec::new());
    for (&name, wanted) in wanted {
        let Some(entries) = offer.found.packages.get(name) else {
            missing.push(name);
            continue;
        };
        match choice::choose(&wanted.versions, entries, &offer.fetched) {
            Ok((number, entry)) => chosen.push((number, entry)),
            Err(refusal) => findings.push(finding::refused(wanted, entries, &offer.fetched, refusal)),
        }
    }
    findings.extend(missing::explain(&missing, offer)?);
    Ok(chosen)
}

/// The chosen packages as a lock has them, and the certificates of those who may have signed them.
fn locate(
    chosen: &[(usize, &Entry)],
    offer: &Offer<'_>,
    keys: &Keys<'_>,
    findings: &mut Vec<Finding>,
) -> (Vec<Package>, BTreeMap<String, String>) {
    let signers = source::signers(chosen, offer, keys, findings);
    let (mut packages, mut certificates) = (Vec::new(), BTreeMap::new());
    for &(number, entry) in chosen {
        let own = signers.get(&number);
        let fingerprints = own.map(|own| own.keys().cloned().collect()).unwrap_or_default();
        match source::package(entry, &offer.fetched, number, fingerprints) {
            Ok(package) => {
                let (Entry { name, version, architecture, .. }, id) =
                    (entry, &offer.fetched.indices[number].repository);
                say(&format!("{name} {version} {architecture} ({id})"));
                packages.push(package);
                certificates.extend(own.cloned().unwrap_or_default());
            }
            Err(finding) => findings.push(finding),
        }
    }
    (packages, certificates)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::job::Manager;
    use crate::worker::dnf::stub::{Stub, package};

    const REPOSITORIES: &str = "\
[base]
enabled=1
baseurl=https://example.org/$basearch/
gpgcheck=1
gpgkey=file:///etc/pki/KEY https://example.org/KEY
[mirrored]
enabled=1
mirrorlist=https://mirrors.example.org/
gpgcheck=0
[preferred]
enabled=1
baseurl=file:///srv/repo
gpgcheck=1
gpgkey=https://example.org/KEY
priority=1
";

    fn entry(list: &str, capability: &str) -> String {
        format!("<{list}><entry {capability}/></{list}>")
    }

    /// A worker with packages in three repositories.
    fn stub() -> Stub {
        let of = |name: &str, version: &str| package(name, version, "x86_64", "");
        let requires = entry("requires", "name='jq-libs' flags='EQ' epoch='0' ver='1.7' rel='1'");
        let base = [
            package("jq", "1.7-1", "x86_64", &requires),
            of("jq", "1.8~rc1-1"),
            of("jq", "2:0.1-1"),
            of("jq-libs", "1.6-1"),
            package("gawk", "5-1", "x86_64", &entry("provides", "name='awk'")),
            package("mawk", "1-1", "x86_64", &entry("provides", "name='awk'")),
            package("other", "1-1", "i686", ""),
            of("weak", "1-1").replace("sha256", "sha1"),
            of("hidden", "1-1"),
        ];
        let mirrored =
            [of("zsh", "5.10-1"), package("odd", "1-1", "noarch", "").replace("p/odd", "p/odd ^1")];
        let preferred = [of("zsh", "5.9-1"), of("zsh", "5.8-1")];
        let stub = Stub::new(Manager::Tdnf)
            .has("etc/tdnf/tdnf.conf", "[main]\nexcludepkgs=hid*\n")
            .has("etc/yum.repos.d/all.repo", REPOSITORIES)
            .has("etc/pki/KEY", crate::worker::openpgp::tests::REPOSITORY)
            .offers("x86_64", "base", &base)
            .offers("x86_64", "mirrored", &mirrored)
            .offers("x86_64", "preferred", &preferred)
            .offers("aarch64", "base", &[package("armed", "1-1", "aarch64", "")])
            .offers("aarch64", "mirrored", &[])
            .offers("aarch64", "preferred", &[]);
        let cache = stub.path("bin/cache.x86_64/mirrored-0123456789abcdef");
        fs::write(cache.join("mirrorlist"), "https://near.example.org/x/\n").unwrap();
        fs::write(stub.path("keys/0"), crate::worker::openpgp::tests::OTHER).unwrap();
        stub
    }

    fn resolve(stub: &Stub, packages: &[String]) -> Resolution {
        let job = stub.job(&format!(
            r#"{{"target": "azlinux3", "platform": "linux/amd64", "architecture": "x86_64",
                "keys": ["https://example.org/KEY"], "packages": [{}]}}"#,
            packages.join(",")
        ));
        resolve_rpm(&job, &stub.path("keys"), &stub.path("out"), &stub.dnf()).unwrap();
        serde_json::from_str(&stub.text("out/answer.json")).unwrap()
    }

    fn wanted(name: &str, bounds: &[(&str, &str)]) -> String {
        let bound = |(relation, version): &(&str, &str)| {
            format!(r#"{{"relation": "{relation}", "version": "{version}"}}"#)
        };
        let bounds: Vec<String> = bounds.iter().map(bound).collect();
        format!(r#"{{"name": "{name}", "versions": [{}]}}"#, bounds.join(","))
    }

    fn chosen(packages: &[String], expected: &Expect) {
        let Resolution { lock, findings, providers: _ } = resolve(&stub(), packages);
        let mut text = String::new();
        for Package { name, version, url, keys, .. } in lock.iter().flat_map(|lock| &lock.packages) {
            writeln!(text, "{name} {version} {url} {} keys", keys.len()).unwrap();
        }
        for Finding { rule, level, packages, message, help, .. } in findings {
            let help = help.map_or(String::new(), |help| format!("    {help}\n"));
            write!(text, "{level:?} {rule} {packages:?} {message}\n{help}").unwrap();
        }
        expected.assert_eq(&text);
    }

    #[test]
    fn a_choice_is_a_lock_with_the_keys_of_its_repositories() {
        let Resolution { lock, findings, providers: _ } = resolve(&stub(), &[wanted("jq-libs", &[])]);
        let lock = lock.unwrap();
        assert_eq!(findings, []);
        assert_eq!(lock.packages[0].keys, lock.keys.keys().cloned().collect::<Vec<_>>());
        assert_eq!(lock.keys.len(), 2);
        lock.check().unwrap();
        expect![[r#"
            [
                Package {
                    name: "jq-libs",
                    version: "1.6-1",
                    architecture: "x86_64",
                    source: "jq-libs",
                    url: "https://example.org/x86_64/p/jq-libs.rpm",
                    size: 5,
                    sha256: "7350392f700e20e46b7ae174a57f54e4ea106dd559753646d629b4e618bf2bff",
                    keys: [],
                },
            ]
        "#]]
        .assert_debug_eq(
            &lock
                .packages
                .iter()
                .map(|package| Package { keys: Vec::new(), ..package.clone() })
                .collect::<Vec<_>>(),
        );
    }

    #[test]
    fn all_bounds_hold_at_once() {
        let between = [("ge", "1.7"), ("lt", "1.8")];
        chosen(
            &[wanted("jq", &between)],
            &expect![[r#"
            jq 1.8~rc1-1 https://example.org/x86_64/p/jq.rpm 2 keys
        "#]],
        );
        chosen(
            &[wanted("jq", &[])],
            &expect![[r#"
            jq 2:0.1-1 https://example.org/x86_64/p/jq.rpm 2 keys
        "#]],
        );
        chosen(
            &[wanted("jq", &[("ge", "1.7"), ("lt", "1.7")])],
            &expect![[r#"
            Error package-version ["jq"] no repository has `jq (>= 1.7, < 1.7)`, only `2:0.1-1` (base), `1.8~rc1-1` (base), `1.7-1` (base)
                change the bounds so that one of these versions is within them
        "#]],
        );
    }

    #[test]
    fn a_preferred_repository_comes_before_a_newer_version_but_not_before_a_bound() {
        chosen(
            &[wanted("zsh", &[])],
            &expect![[r#"
            zsh 5.9-1 file:///srv/repo/p/zsh.rpm 1 keys
        "#]],
        );
        chosen(
            &[wanted("zsh", &[("gt", "5.9")])],
            &expect![[r#"
            zsh 5.10-1 https://near.example.org/x/p/zsh.rpm 0 keys
            Warning repository-unsigned ["zsh"] repository `mirrored` of the worker has `gpgcheck=0`: the signatures of its packages are not verified
                set `gpgcheck=1` and `gpgkey=` in the worker's configuration
        "#]],
        );
    }

    #[test]
    fn chosen_versions_must_go_together() {
        let jq = wanted("jq", &[("eq", "1.7")]);
        chosen(
            &[jq, wanted("jq-libs", &[])],
            &expect![[r#"
            Error package-conflict ["jq", "jq-libs"] `jq` 1.7-1 requires `jq-libs = 1.7-1`, but `jq-libs` is 1.6-1
                ask for versions of them that go together
        "#]],
        );
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let packages = [
            wanted("-o", &[]),
            wanted("armed", &[]),
            wanted("awk", &[]),
            wanted("hidden", &[]),
            wanted("jq-libs", &[("ge", "99")]),
            wanted("jq-lib", &[]),
            wanted("nothing-like-it", &[]),
            wanted("odd", &[]),
            wanted("other", &[]),
            wanted("weak", &[]),
        ];
        chosen(
            &packages,
            &expect![[r#"
            Error package-architecture ["armed"] no repository has a package `armed` for `x86_64`, only for `aarch64`
                leave the platform or the package out
            Error package-architecture ["other"] no repository has a package `other` for `x86_64`, only for `i686`
                leave the platform or the package out
            Error package-index ["weak"] the repository's index gives no size and SHA-256 of `weak` 1-1, but a checksum of kind `sha1`
                publish the repository with `createrepo_c --checksum sha256`
            Error package-name ["-o"] `-o` is no name of an RPM package
                a name has letters, digits, `+`, `-`, `.` and `_`, and begins with a letter or digit
            Error package-unknown ["jq-lib"] no repository has a package `jq-lib` for `x86_64`
                there is `jq-libs`
            Error package-unknown ["nothing-like-it"] no repository has a package `nothing-like-it` for `x86_64`
            Error package-version ["hidden"] the worker's package manager hides `hidden`, which would be `1-1` (base)
                remove it from `excludepkgs=` of the worker's configuration, or enable the stream of its module there
            Error package-version ["jq-libs"] no repository has `jq-libs (>= 99)`, only `1.6-1` (base)
                change the bounds so that one of these versions is within them
            Error package-virtual ["awk"] `awk` is a virtual package: a name that others provide
                ask for `gawk` or `mawk`
            Warning repository-unsigned ["odd"] repository `mirrored` of the worker has `gpgcheck=0`: the signatures of its packages are not verified
                set `gpgcheck=1` and `gpgkey=` in the worker's configuration
        "#]],
        );
    }

    #[test]
    fn a_repository_without_its_key_is_an_error() {
        let stub = stub();
        fs::remove_file(stub.path("keys/0")).unwrap();
        let Resolution { lock, findings, providers: _ } = resolve(&stub, &[wanted("jq-libs", &[])]);
        assert_eq!(lock, None);
        expect!["repository `base` has a key at `https://example.org/KEY`, which cannot be fetched"]
            .assert_eq(&stub.shown(&findings[0].message));
    }

    #[test]
    fn the_manager_gets_nothing_of_the_environment_but_the_proxies() {
        let stub = stub();
        resolve(&stub, &[wanted("jq-libs", &[])]);
        let environment = stub.text("bin/environment");
        let names: Vec<&str> = environment.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        // the shell that is the stub sets these
        let names: Vec<&str> =
            names.into_iter().filter(|name| !["OLDPWD", "PWD", "SHLVL", "_"].contains(name)).collect();
        assert_eq!(names, ["HTTPS_proxy", "LC_ALL", "PATH"]);
    }

    #[test]
    fn nothing_that_is_a_name_is_asked_for_nothing() {
        let stub = stub();
        let Resolution { lock, findings, providers: _ } = resolve(&stub, &[wanted("jq*", &[])]);
        assert_eq!((lock, findings.len()), (None, 1));
        assert_eq!(stub.calls(), "");
    }
}
