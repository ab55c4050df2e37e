//! `annex worker resolve-deb`: chooses exact packages from the repositories of a Debian worker.
//!
//! The rule: of the versions that meet all bounds, the one that apt's preferences rank highest, and of
//! these the newest. Each package is chosen by itself: what it depends on is not added, and nothing is
//! taken as installed.

mod choice;
mod finding;
mod missing;
mod nearest;
mod providers;
mod relations;
mod rpm;

use std::collections::BTreeMap;
use std::path::Path;

pub use self::rpm::resolve_rpm;
use crate::job::{Finding, Level, Resolution, Resolve, Wanted};
use crate::lock::{self, Lock, Package};
use crate::worker::apt::{self, Apt, Error, Found, Stanza, State, Target, Uri};
use crate::worker::progress::say;

/// Reads a [`Resolve`] at the path `job` and writes a [`Resolution`] to `answer.json` in the directory
/// `out`.
///
/// # Errors
/// The repositories or files cannot be used: worth another try. What is wrong with the wanted packages
/// is in the answer.
pub fn resolve_deb(job: &Path, out: &Path, apt: &Apt) -> Result<(), Error> {
    apt::answer(out, &resolution(apt::job(job)?, apt)?)
}

/// What the repositories have for the wanted names.
struct Offer<'a> {
    apt: &'a Apt,
    state: State<'a>,
    targets: Vec<Target>,
    found: Found,
}

fn resolution(resolve: Resolve, apt: &Apt) -> Result<Resolution, Error> {
    let (wanted, mut findings) = named(&resolve.packages);
    let state = apt.state(&resolve.architecture)?;
    state.update()?;
    let targets = state.targets()?;
    let found = state.find(&targets, &wanted.keys().copied().collect::<Vec<_>>())?;
    let offer = Offer { apt, state, targets, found };

    let chosen = choose(&wanted, &offer, &mut findings)?;
    let packages = locate(&chosen, &offer, &mut findings)?;
    findings.extend(relations::check(&packages.iter().map(|(stanza, _)| *stanza).collect::<Vec<_>>()));
    findings.sort();
    findings.dedup();

    let stanzas: Vec<&Stanza> = packages.iter().map(|(stanza, _)| *stanza).collect();
    let depends = if stanzas.is_empty() { BTreeMap::new() } else { offer.state.depends(&offer.targets)? };
    let providers = providers::of(&stanzas, &depends);
    let packages = packages.into_iter().map(|(_, package)| package).collect();
    let Resolve { target, platform, .. } = resolve;
    let forbidden = findings.iter().any(|finding| finding.level == Level::Error);
    let lock = (!forbidden).then_some(Lock {
        version: lock::VERSION,
        target,
        platform,
        erofs_utils: None,
        keys: BTreeMap::new(),
        packages,
    });
    Ok(Resolution { lock, findings, providers })
}

/// The wanted packages by name, without those whose names are none: names become words of commands.
fn named(packages: &[Wanted]) -> (BTreeMap<&str, &Wanted>, Vec<Finding>) {
    let (good, bad): (Vec<_>, Vec<_>) = packages.iter().partition(|wanted| is_package_name(&wanted.name));
    let good = good.into_iter().map(|wanted| (wanted.name.as_str(), wanted)).collect();
    (good, bad.into_iter().map(|wanted| finding::no_name(&wanted.name)).collect())
}

/// Debian Policy 5.6.7.
fn is_package_name(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() >= 2
        && name.bytes().next().is_some_and(letter)
        && name.bytes().all(|byte| letter(byte) || b"+-.".contains(&byte))
}

/// Name and version of each package that can be chosen, and why others cannot.
fn choose<'o>(
    wanted: &BTreeMap<&'o str, &Wanted>,
    offer: &'o Offer<'_>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<(&'o str, &'o str)>, Error> {
    let known: Vec<&str> = offer.found.packages.keys().map(String::as_str).collect();
    let priorities = offer.state.priorities(&known)?;
    let (mut chosen, mut missing) = (Vec::new(), Vec::new());
    for (&name, wanted) in wanted {
        let Some(stanzas) = offer.found.packages.get(name) else {
            missing.push(name);
            continue;
        };
        match choice::choose(&wanted.versions, stanzas, priorities.get(name)) {
            Ok(version) => chosen.push((name, version)),
            Err(refusal) => findings.push(finding::refused(wanted, stanzas, refusal)),
        }
    }
    findings.extend(missing::explain(&missing, offer)?);
    Ok(chosen)
}

/// What the index says of each chosen package, with where its file is.
fn locate<'o>(
    chosen: &[(&'o str, &'o str)],
    offer: &'o Offer<'_>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<(&'o Stanza, Package)>, Error> {
    let uris = offer.state.uris(chosen)?;
    let mut packages = Vec::new();
    for &(name, version) in chosen {
        let stanzas = offer.found.packages[name].iter().filter(|stanza| stanza.version == version);
        let uri = uris.iter().find(|uri| uri.package() == name);
        let Some((stanza, package)) = uri.and_then(|uri| package(uri, stanzas)) else {
            findings.push(finding::no_hash(name, version));
            continue;
        };
        if let Err(problem) = package.check() {
            findings.push(finding::unfit(name, version, &problem));
            continue;
        }
        say(&format!("{name} {version} {} ({})", stanza.architecture, stanza.label));
        packages.push((stanza, package));
    }
    Ok(packages)
}

/// The package whose file apt would fetch from `uri`: repositories may have one version with several
/// contents, of which apt chose one.
fn package<'s>(uri: &Uri, stanzas: impl IntoIterator<Item = &'s Stanza>) -> Option<(&'s Stanza, Package)> {
    let sha256 = uri.sha256.as_ref()?;
    let stanza = stanzas.into_iter().find(|stanza| stanza.sha256.as_ref() == Some(sha256))?;
    let package = Package {
        name: stanza.name.clone(),
        version: stanza.version.clone(),
        architecture: stanza.architecture.clone(),
        source: stanza.source.clone(),
        url: uri.uri.clone(),
        size: stanza.size?,
        sha256: sha256.clone(),
        keys: Vec::new(),
    };
    Some((stanza, package))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::apt::stub::Stub;

    const SHA256: &str = "7350392f700e20e46b7ae174a57f54e4ea106dd559753646d629b4e618bf2bff";

    fn stub(packages: &str) -> (Stub, std::path::PathBuf) {
        let stanza = |name: &str, version: &str, rest: &str| {
            let fixed = format!("Architecture: amd64\nSize: 5\nSHA256: {SHA256}");
            format!("Package: {name}\nVersion: {version}\n{fixed}\n{rest}\n\n")
        };
        let index = [
            stanza("jq", "1.7-1", "Depends: libjq1 (= 1.7-1)"),
            stanza("jq", "1.8-1", ""),
            stanza("jq", "2.0-1", ""),
            stanza("libjq1", "1.6-1", "Source: jq (1.6)"),
            stanza("mawk", "1", "Provides: awk"),
            stanza("gawk", "1", "Provides: awk"),
            "Package: other\nVersion: 1\nArchitecture: i386\n\n".to_owned(),
            "Package: weak\nVersion: 1\nArchitecture: all\nSize: 5\n\n".to_owned(),
        ];
        let uris = |name: &str, version: &str| {
            format!("'http://example.org/{name}.deb' {name}_{version}_amd64.deb 5 SHA256:{SHA256}\n")
        };
        let policy = |name: &str, versions: &str| {
            format!("{name}:\n  Installed: (none)\n  Version table:\n{versions}")
        };
        let priorities = [
            policy("jq", "     2.0-1 -1\n     1.8-1 100\n     1.7-1 500\n"),
            policy("libjq1", "     1.6-1 500\n"),
            policy("weak", "     1 500\n"),
        ];
        let uris = [
            uris("jq", "1.7-1"),
            uris("libjq1", "1.6-1"),
            "'http://example.org/weak.deb' weak_1_all.deb 5\n".to_owned(),
        ];
        let stub = Stub::new()
            .offers(".amd64", &index.concat())
            .offers(".arm64", "Package: armed\nVersion: 1\nArchitecture: arm64\n")
            .tells("policy", &priorities.concat())
            .tells("download-uris", &uris.concat());
        let job = stub.job(&format!(
            r#"{{"target": "trixie", "platform": "linux/amd64", "architecture": "amd64", "packages": [{packages}]}}"#
        ));
        (stub, job)
    }

    fn wanted(name: &str) -> String {
        format!(r#"{{"name": "{name}", "versions": []}}"#)
    }

    #[test]
    fn a_choice_is_a_lock_and_a_few_runs_of_apt() {
        let (stub, job) = stub(&wanted("libjq1"));
        resolve_deb(&job, &stub.path("out"), &stub.apt()).unwrap();
        expect![[r#"
            {
              "lock": {
                "version": 1,
                "target": "trixie",
                "platform": "linux/amd64",
                "packages": [
                  {
                    "name": "libjq1",
                    "version": "1.6-1",
                    "architecture": "amd64",
                    "source": "jq",
                    "url": "http://example.org/libjq1.deb",
                    "size": 5,
                    "sha256": "7350392f700e20e46b7ae174a57f54e4ea106dd559753646d629b4e618bf2bff"
                  }
                ]
              },
              "findings": []
            }
        "#]]
        .assert_eq(&stub.text("out/answer.json"));
        expect![[r"
            apt-get [update] amd64
            apt-get [indextargets] amd64 [--format] [$(FILENAME)	$(RELEASE)	$(COMPONENT)	$(SITE)] [Created-By: Packages]
            apt-cache [policy] amd64 [--] [libjq1]
            apt-get [download] amd64 [--print-uris] [-o] [Acquire::ForceHash=SHA256] [--] [libjq1=1.6-1]
        "]].assert_eq(&stub.calls());
    }

    #[test]
    fn apt_gets_nothing_of_the_environment_but_the_proxies() {
        let (stub, job) = stub(&wanted("libjq1"));
        resolve_deb(&job, &stub.path("out"), &stub.apt()).unwrap();
        let environment = stub.text("bin/environment");
        let names: Vec<&str> = environment.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        // the shell that is the stub sets these
        let names: Vec<&str> =
            names.into_iter().filter(|name| !["OLDPWD", "PWD", "SHLVL", "_"].contains(name)).collect();
        assert_eq!(names, ["DEBIAN_FRONTEND", "HTTPS_proxy", "LC_ALL", "PATH"]);
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let bounded = |name: &str, relation: &str, version: &str| {
            format!(
                r#"{{"name": "{name}", "versions": [{{"relation": "{relation}", "version": "{version}"}}]}}"#
            )
        };
        let packages = [
            wanted("-o"),
            wanted("armed"),
            wanted("awk"),
            bounded("jq", "ge", "1.9"),
            bounded("libjq1", "ge", "99"),
            wanted("libjq"),
            wanted("nothing-like-it"),
            wanted("other"),
            wanted("weak"),
        ];
        let (stub, job) = stub(&packages.join(","));
        resolve_deb(&job, &stub.path("out"), &stub.apt()).unwrap();
        let answer: Resolution = serde_json::from_str(&stub.text("out/answer.json")).unwrap();
        let lines: Vec<String> = answer
            .findings
            .into_iter()
            .map(|Finding { rule, level, packages, message, help, .. }| {
                let help = help.map_or(String::new(), |help| format!("    {help}\n"));
                format!("{level:?} {rule} {packages:?} {message}\n{help}")
            })
            .collect();
        expect![[r#"
            Error package-architecture ["armed"] no repository has a package `armed` for `amd64`, only for `arm64`
                leave the platform or the package out
            Error package-architecture ["other"] no repository has a package `other` for `amd64`, only for `i386`
                leave the platform or the package out
            Error package-index ["weak"] the repository's index gives no size and SHA-256 of `weak` 1
                publish the repository with `SHA256` in its index
            Error package-name ["-o"] `-o` is no name of a Debian package
                a name is two or more of `a-z`, `0-9`, `+`, `-`, `.`, starting with a letter or digit
            Error package-unknown ["libjq"] no repository has a package `libjq` for `amd64`
                there is `libjq1`
            Error package-unknown ["nothing-like-it"] no repository has a package `nothing-like-it` for `amd64`
            Error package-version ["jq"] the worker's apt preferences forbid `jq (>= 1.9)`, which would be `2.0-1` (trixie/main)
                give the version a priority of 0 or more in the worker's `/etc/apt/preferences.d`
            Error package-version ["libjq1"] no repository has `libjq1 (>= 99)`, only `1.6-1` (trixie/main)
                change the bounds so that one of these versions is within them
            Error package-virtual ["awk"] `awk` is a virtual package: a name that others provide
                ask for `gawk` or `mawk`
        "#]].assert_eq(&lines.concat());
        assert_eq!(answer.lock, None);
    }

    #[test]
    fn chosen_versions_must_go_together() {
        let (stub, job) = stub(&[wanted("jq"), wanted("libjq1")].join(","));
        resolve_deb(&job, &stub.path("out"), &stub.apt()).unwrap();
        let answer: Resolution = serde_json::from_str(&stub.text("out/answer.json")).unwrap();
        expect!["`jq` 1.7-1 needs `libjq1 (= 1.7-1)`, but `libjq1` is 1.6-1"]
            .assert_eq(&answer.findings[0].message);
    }

    #[test]
    fn a_repository_that_cannot_be_had_fails_the_step() {
        let (stub, job) = stub(&wanted("jq"));
        let stub = stub.tells("update.fail", "E: Failed to fetch http://example.org/  404  Not Found\n");
        let error = resolve_deb(&job, &stub.path("out"), &stub.apt()).unwrap_err();
        expect![[r"
            `apt-get update` failed:
            E: Failed to fetch http://example.org/  404  Not Found"]]
        .assert_eq(&error.to_string());
    }

    #[test]
    fn an_index_past_its_date_is_refused_with_what_to_do_about_an_archive() {
        let (stub, job) = stub(&wanted("jq"));
        let words = "E: Release file for http://example.org/dists/old/InRelease is expired (invalid since 41d 2h \
                     3min 27s). Updates for this repository will not be applied.\n";
        let stub = stub.tells("update.fail", words);
        let error = resolve_deb(&job, &stub.path("out"), &stub.apt()).unwrap_err();
        expect![[r#"
            `apt-get update` failed:
            E: Release file for http://example.org/dists/old/InRelease is expired (invalid since 41d 2h 3min 27s). Updates for this repository will not be applied.
            help: for the archive of an old release use a worker whose sources say `check-valid-until=no`, see sources.list(5)"#]].assert_eq(&error.to_string());
    }

    #[test]
    fn a_repository_that_old_apt_leaves_out_fails_the_step() {
        let (stub, job) = stub(&wanted("jq"));
        let stub = stub.tells("update.warn", "W: Failed to fetch http://example.org/  404  Not Found\n");
        let error = resolve_deb(&job, &stub.path("out"), &stub.apt()).unwrap_err();
        expect![[r"
            `apt-get update` failed:
            W: Failed to fetch http://example.org/  404  Not Found"]]
        .assert_eq(&error.to_string());
        let stub = stub.tells("update.warn", "W: The repository has an odd field\n");
        resolve_deb(&job, &stub.path("out"), &stub.apt()).unwrap();
    }
}
