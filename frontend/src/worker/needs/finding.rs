//! What is to be said of needs that are not met.

use std::collections::{BTreeMap, BTreeSet};

use super::{Interpreter, Library, Needs, Place, architecture, provider};
use crate::job::{Finding, Provider, Rule};
use crate::worker::finding::{error, join, list, warning};
use crate::worker::path::{TreePath, printable};

/// All that is to be said; `names` are those of the packages.
pub(super) fn all(needs: &Needs, names: &[&str], providers: &[Provider], with_base: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, programs) in &needs.foreign {
        let package = names.get(*number).copied().unwrap_or_default();
        let machines: BTreeSet<String> =
            programs.iter().map(|(_, machine)| architecture::name(*machine)).collect();
        let paths: Vec<&TreePath> = programs.iter().map(|(path, _)| path).collect();
        let message = format!(
            "{} of `{package}` cannot run on the hosts of this image: they are for {}",
            list(&paths),
            list(machines)
        );
        findings.push(error(Rule::ElfArchitecture, &[package], message).about(paths));
    }
    let words = Words::new(names, providers, with_base);
    for library in &needs.libraries {
        findings.extend(words.library(library));
    }
    findings.extend(needs.interpreters.iter().filter_map(|interpreter| words.interpreter(interpreter)));
    findings
}

/// Makes one finding of those about libraries that are missing: they are one decision.
pub(super) fn gather(
    needs: &Needs,
    names: &[&str],
    providers: &[Provider],
    with_base: bool,
    findings: &mut Vec<Finding>,
) {
    let is_missing = |finding: &Finding| finding.rule == Rule::LibraryMissing;
    if findings.iter().filter(|finding| is_missing(finding)).count() < 2 {
        return;
    }
    let said: BTreeSet<String> =
        findings.extract_if(.., |finding| is_missing(finding)).flat_map(|finding| finding.paths).collect();
    let words = Words::new(names, providers, with_base);
    let is_said = |library: &&Library| {
        library.place == Place::Missing && said.contains(&printable(library.name.as_bytes()))
    };
    findings.push(words.libraries(&needs.libraries.iter().filter(is_said).collect::<Vec<_>>()));
}

/// What sentences are made of.
struct Words<'a> {
    names: &'a [&'a str],
    providers: &'a [Provider],
    who: &'a str,
}

impl<'a> Words<'a> {
    fn new(names: &'a [&'a str], providers: &'a [Provider], with_base: bool) -> Self {
        Self { names, providers, who: if with_base { WITH_BASE } else { ALONE } }
    }

    fn library(&self, library: &Library) -> Option<Finding> {
        let Library { name, place, by, packages, lacks, .. } = library;
        let (name, by) = (printable(name.as_bytes()), users(by));
        let packages = self.packages(packages);
        match place {
            Place::Missing => {
                let message = format!("{by} needs `{name}`, which {}", self.who);
                let help = self.help(&name);
                Some(warning(Rule::LibraryMissing, &packages, message).about([name]).with_help(help))
            }
            Place::Elsewhere(found) => {
                let message = format!(
                    "{by} needs `{name}`, which is in the extension as `{}`, where the loader does not look",
                    found.path()
                );
                let help =
                    "its package makes it known by a link or by `ldconfig`, which has to be done on the host";
                Some(warning(Rule::LibraryPath, &packages, message).about([name]).with_help(help))
            }
            Place::At(found) if !lacks.is_empty() => {
                let message = format!(
                    "{by} needs {} of `{name}`, which `{}` does not have",
                    list(lacks.iter().map(|version| printable(version.as_bytes()))),
                    found.path()
                );
                Some(warning(Rule::LibraryVersion, &packages, message).about([name]))
            }
            Place::At(_) | Place::OfHosts => None,
        }
    }

    /// Several that are missing, in one sentence.
    fn libraries(&self, libraries: &[&Library]) -> Finding {
        let mut adds: BTreeSet<String> = BTreeSet::new();
        let mut others: Vec<String> = Vec::new();
        let mut packages: BTreeSet<usize> = BTreeSet::new();
        let mut shown: Vec<String> = Vec::new();
        for Library { name, by, packages: of, .. } in libraries {
            packages.extend(of);
            let name = printable(name.as_bytes());
            shown.push(format!("`{name}` (for {})", users(by)));
            match provider::packages(&name, self.providers, self.names).as_slice() {
                [] => others.push(name),
                found => adds.extend(found.iter().map(|package| format!("`{package}`"))),
            }
        }
        let mut adds: Vec<String> = adds.into_iter().collect();
        match others.as_slice() {
            [] => {}
            _ if adds.is_empty() => adds.push("the packages that have them".to_owned()),
            others => adds.push(format!("what has {}", list(others))),
        }
        let message = format!("programs need libraries which {}: {}", self.who, join(&shown));
        let names = libraries.iter().map(|library| printable(library.name.as_bytes()));
        warning(Rule::LibraryMissing, &self.packages(&packages), message).about(names).with_help(format!(
            "add {} under `dependencies.sysext`, or make sure that the host has them",
            join(&adds)
        ))
    }

    fn interpreter(&self, interpreter: &Interpreter) -> Option<Finding> {
        let Interpreter { path, found, is_of_hosts, by, packages } = interpreter;
        let is_known = found.is_some() || (*is_of_hosts && self.who == ALONE);
        (!is_known).then(|| {
            let path = printable(path.as_bytes());
            let message = format!("{} is run by `{path}`, which {}", users(by), self.who);
            let help = self.help(&path);
            warning(Rule::InterpreterMissing, &self.packages(packages), message).about([path]).with_help(help)
        })
    }

    fn help(&self, name: &str) -> String {
        let adds = provider::packages(name, self.providers, self.names);
        let adds: Vec<String> = adds.into_iter().map(|package| format!("`{package}`")).collect();
        let adds = if adds.is_empty() { "the package that has it".to_owned() } else { join(&adds) };
        format!("add {adds} under `dependencies.sysext`, or make sure that the host has it")
    }

    fn packages(&self, numbers: &BTreeSet<usize>) -> Vec<&str> {
        numbers.iter().filter_map(|number| self.names.get(*number).copied()).collect()
    }
}

/// The first of the files, in the order in which people look for them: programs before libraries.
fn users(by: &[TreePath]) -> String {
    let rank =
        |path: &TreePath| (!PROGRAMS.iter().any(|directory| path.below(directory).is_some()), path.clone());
    let mut ranked: BTreeMap<(bool, TreePath), &TreePath> = BTreeMap::new();
    ranked.extend(by.iter().map(|path| (rank(path), path)));
    match (ranked.values().next(), by.len()) {
        (Some(first), 1) => format!("`{first}`"),
        (Some(first), count) => format!("`{first}` (and {} more)", count - 1),
        (None, _) => String::new(),
    }
}

/// Directories of programs that people start.
const PROGRAMS: &[&str] = &["usr/bin", "usr/sbin"];
const ALONE: &str = "the extension does not carry";
const WITH_BASE: &str = "neither the extension nor the base has";
