//! `annex worker resolve-deb`: chooses exact packages from the repositories of a Debian worker.
//!
//! The rule: of the versions that meet all bounds, the one that apt's preferences rank highest, and of
//! these the newest. Each package is chosen by itself: what it depends on is not added, and nothing is
//! taken as installed.

mod choice;
mod finding;
mod missing;
mod nearest;
mod relations;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::job::{Finding, Level, Resolution, Resolve, Wanted};
use crate::lock::{self, Lock, Package};
use crate::worker::apt::{self, Apt, Error, Found, Stanza, State, Target, Uri};

/// Reads a [`Resolve`] at the path `job` and writes a [`Resolution`] to [`ANSWER`] in the directory
/// `out`; when there is a lock, it is also alone in [`lock::FILE`] there.
///
/// # Errors
/// The repositories or files cannot be used: worth another try. What is wrong with the wanted packages
/// is in the answer.
pub fn resolve_deb(job: &Path, out: &Path, apt: &Apt) -> Result<(), Error> {
    let resolution = resolution(apt::job(job)?, apt)?;
    if let Some(lock) = &resolution.lock {
        let path = out.join(lock::FILE);
        fs::write(&path, lock.to_json()).map_err(Error::file(&path))?;
    }
    apt::answer(out, &resolution)
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

    let packages = packages.into_iter().map(|(_, package)| package).collect();
    let Resolve { target, platform, .. } = resolve;
    let forbidden = findings.iter().any(|finding| finding.level == Level::Error);
    let lock = (!forbidden).then_some(Lock { version: lock::VERSION, target, platform, packages });
    Ok(Resolution { lock, findings })
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
        eprintln!("{name} {version} {} ({})", stanza.architecture, stanza.label);
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
    };
    Some((stanza, package))
}
