//! The rules that turn packages into an extension; each says what it changed and what it cannot do.

use std::io;

use crate::job::{Assemble, Finding, Rule};
use crate::worker::archive::Scripts;
use crate::worker::entry::Entry;
use crate::worker::finding::{error, list};
use crate::worker::path::TreePath;
use crate::worker::store::Store;
use crate::worker::tree::{Placed, Tree};

mod database;
mod duplicate;
mod empty;
mod etc;
mod layout;
mod link;
mod mask;
mod preset;
mod privilege;
mod release;
mod script;
mod service;
mod special;
mod unit;

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
    let mut findings = Vec::new();
    let names: Vec<&str> = job.packages.iter().map(|package| package.name.as_str()).collect();
    let complete = packages.len() == names.len();
    let mut copied = etc::Copied::default();
    let mut merger = duplicate::Merger::new(store);
    for (number, scripts) in scripts {
        script::apply(names[*number], scripts, &mut findings);
    }
    for (number, entries) in packages {
        let package = names[number];
        let entries = layout::apply(package, entries, &mut findings);
        let entries = etc::apply(package, &job.name, entries, &mut copied, &mut findings);
        let entries = special::apply(package, entries, &mut findings);
        let entries = database::apply(package, entries, &mut findings);
        release::check(package, &job.name, &entries, &mut findings);
        for (path, placed) in privilege::apply(package, number, &job.name, entries, &mut findings) {
            merger.add(path, placed)?;
        }
    }
    let mut tree = merger.finish(&names, &mut findings);
    mask::apply(&tree, &names, &mut findings);
    if complete {
        empty::apply(&tree, &names, &mut findings);
    }
    service::apply(&mut tree, &job.name, &names, store, &mut findings)?;
    etc::add(&mut tree, &job.name, &copied, &names, &mut findings);
    release::add(&mut tree, &job.image, &job.release, &names, &mut findings);
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
