//! The rules that turn packages into an extension; each says what it changed and what it cannot do.

use std::collections::BTreeMap;
use std::io;

use crate::job::{Assemble, Finding, Rule};
use crate::worker::archive::Scripts;
use crate::worker::entry::Entry;
use crate::worker::finding::{error, list};
use crate::worker::path::TreePath;
use crate::worker::rule::link::Places;
use crate::worker::rule::maintainer::{Effects, Missing};
use crate::worker::store::Store;
use crate::worker::tree::{Placed, Tree};

mod alternative;
mod database;
mod duplicate;
mod empty;
mod etc;
mod layout;
mod link;
mod local;
mod maintainer;
mod mask;
mod overlay;
mod preset;
mod privilege;
mod release;
mod script;
mod secret;
mod service;
mod setup;
mod shell;
mod special;
mod state;
mod tmpfiles;
mod unit;
mod user;

/// Applies all rules to the packages that could be read, each with its number in the job.
///
/// The tree is to be used only if no finding is an error.
///
/// # Errors
///
/// Where the store cannot be read.
pub(crate) fn apply(
    job: &Assemble,
    packages: Vec<(usize, Vec<Entry>)>,
    scripts: &[(usize, Scripts)],
    store: &Store,
) -> io::Result<(Tree, Vec<Finding>)> {
    let names: Vec<&str> = job.packages.iter().map(|package| package.name.as_str()).collect();
    let places = Places::new(&job.links);
    let effects = scripts.iter().map(|(number, scripts)| (*number, Effects::of(scripts, &places)));
    let mut host = Host { effects: effects.collect(), ..Host::default() };
    let mut findings = Vec::new();
    let complete = packages.len() == names.len();
    let mut tree = merge(job, packages, &names, &places, &mut host, store, &mut findings)?;
    if complete {
        empty::apply(&tree, &names, &mut findings);
    }
    let registered: Vec<(usize, alternative::Alternative)> = host
        .effects
        .iter_mut()
        .flat_map(|(number, effects)| {
            effects.alternatives.drain(..).map(|one| (*number, one)).collect::<Vec<_>>()
        })
        .collect();
    for (number, name) in alternative::apply(&mut tree, &places, &registered, &names, &mut findings) {
        host.effects.entry(number).or_default().missing.insert(Missing::Alternative(Some(name)));
    }
    mask::apply(&tree, &names, &mut findings);
    complete_tree(job, &mut tree, &names, &host, store, &mut findings)?;
    let libraries = format!("{}/ld.so.conf.d", etc::directory(&job.name));
    for (number, effects) in &host.effects {
        let others = effects.missing.contains(&Missing::Loader)
            && tree.iter().any(|(path, placed)| {
                placed.package == Some(*number) && !placed.is_directory() && path.below(&libraries).is_some()
            });
        script::report(names.get(*number).copied().unwrap_or_default(), effects, others, &mut findings);
    }
    // Authors know the files of `/etc` by the paths that they have in their packages.
    let moved = format!("/{}/", etc::directory(&job.name));
    for finding in &mut findings {
        finding.message = finding.message.replace(&moved, "/etc/");
        for path in &mut finding.paths {
            *path = path.replace(&moved, "/etc/");
        }
    }
    Ok((tree, findings))
}

/// What has to be done on the host beside having the files.
#[derive(Debug, Default)]
struct Host {
    /// What the scripts of each package would do.
    effects: BTreeMap<usize, Effects>,
    directories: state::Directories,
    copied: etc::Copied,
}

/// The files of all packages in one tree, each as the rules about a package leave it.
fn merge(
    job: &Assemble,
    packages: Vec<(usize, Vec<Entry>)>,
    names: &[&str],
    places: &Places,
    host: &mut Host,
    store: &Store,
    findings: &mut Vec<Finding>,
) -> io::Result<Tree> {
    let Host { effects, directories, copied } = host;
    let mut merger = duplicate::Merger::new(store);
    for (number, entries) in packages {
        let package = names[number];
        let entries = overlay::apply(package, entries, findings);
        let entries = match effects.get_mut(&number) {
            Some(effects) => effects.apply(entries, places),
            None => entries,
        };
        let entries = layout::apply(package, entries, places, directories, findings);
        let entries = local::apply(package, entries, findings);
        let entries = etc::apply(package, &job.name, entries, copied, findings);
        secret::check(package, &job.name, &entries, store, findings)?;
        let entries = special::apply(package, entries, findings);
        let entries = database::apply(package, entries, findings);
        release::check(package, &job.name, &entries, findings);
        for (path, placed) in privilege::apply(package, number, entries, findings) {
            merger.add(path, placed)?;
        }
    }
    Ok(merger.finish(names, findings))
}

/// Adds the files of the extension itself.
fn complete_tree(
    job: &Assemble,
    tree: &mut Tree,
    names: &[&str],
    host: &Host,
    store: &Store,
    findings: &mut Vec<Finding>,
) -> io::Result<()> {
    let Host { effects, directories, copied } = host;
    let started = service::apply(tree, &job.name, &job.units, names, store, findings)?;
    let mut lines = tmpfiles::Lines::default();
    directories.add(&tmpfiles::said(tree, store)?, &mut lines);
    copied.add(tree, &job.name, &mut lines, findings);
    let file = format!("10-{}.conf", job.name);
    if let Some(lines) = lines.into_file() {
        add(tree, [tmpfiles::DIRECTORY, &file], Placed::generated(lines), names, findings);
    }
    let said = user::said(tree, store)?;
    let accounts = effects.values().flat_map(|effects| &effects.accounts);
    if let Some(lines) = user::Lines::of(accounts, &said).into_file() {
        add(tree, [user::DIRECTORY, &file], Placed::generated(lines), names, findings);
    }
    let made: Vec<(&str, &[user::Account])> = effects
        .iter()
        .filter_map(|(number, effects)| Some((*names.get(*number)?, effects.accounts.as_slice())))
        .collect();
    user::report(&job.name, &made, &said, names, findings);
    let unit = setup::unit(&job.name);
    let unit = setup::apply(tree, &job.name, &started, names, findings).then_some(unit.as_str());
    release::add(tree, &job.image, &job.release, unit, names, findings);
    Ok(())
}

/// Where the files of `/etc` lie in the image of the spec `name`.
pub(crate) fn etc(name: &str) -> String {
    etc::directory(name)
}

/// Adds a file of ours at the path of `parts`; a package that has one there is in the way.
fn add(tree: &mut Tree, parts: [&str; 2], placed: Placed, names: &[&str], findings: &mut Vec<Finding>) {
    let Ok(path) = TreePath::of(parts) else {
        let message = format!("`/{}` is not a path that a file system takes", parts.join("/"));
        findings.push(error(Rule::Reserved, &[], message).with_help("choose a shorter name"));
        return;
    };
    match tree.get(&path).map(|there| there.package.and_then(|number| names.get(number))) {
        None => drop(tree.insert(path, placed)),
        Some(owner) => {
            let owner: Vec<&str> = owner.into_iter().copied().collect();
            let message = format!("`{path}` of {} is a file that the extension itself needs", list(&owner));
            findings.push(error(Rule::Reserved, &owner, message));
        }
    }
}
