//! What an image needs of its host: libraries, their versions, loaders and interpreters.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::job::{Assemble, Finding};
use crate::worker::elf::{Dlopen, Elf, Machine, Priority};
use crate::worker::entry::Node;
use crate::worker::path::TreePath;
use crate::worker::view::{Found, View};

mod architecture;
mod finding;
mod glibc;
mod loader;
mod provider;
mod script;

pub(crate) use self::glibc::Glibc;
use self::loader::Loader;
pub(crate) use self::loader::Place;

/// What an image needs, and what is to be said of it.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Libraries, sorted by name.
    pub(crate) libraries: Vec<Library>,
    /// Programs that run its scripts and programs, sorted by path.
    pub(crate) interpreters: Vec<Interpreter>,
    /// Libraries that it can use, one of each list: what they are for, and which have been found.
    pub(crate) features: Vec<Feature>,
    /// The least glibc that all of its programs can run with.
    pub(crate) glibc: Option<Glibc>,
    /// Programs for other machines, by number of the package.
    pub(crate) foreign: BTreeMap<usize, Vec<(TreePath, Machine)>>,
    /// Number of programs and libraries that were read.
    pub(crate) programs: usize,
}

/// A library that something in the image needs, and where that finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Library {
    /// Its `DT_SONAME`, such as `libonig.so.5`.
    pub(crate) name: String,
    /// For which kind of processor.
    pub(crate) machine: Machine,
    /// Where it is.
    pub(crate) place: Place,
    /// What needs it and finds it there, sorted.
    pub(crate) by: Vec<TreePath>,
    /// The packages of these.
    pub(crate) packages: BTreeSet<usize>,
    /// Versions that are needed of it.
    pub(crate) versions: BTreeSet<String>,
    /// Those of them that it does not have; none where it is not known.
    pub(crate) lacks: BTreeSet<String>,
}

/// A program that runs others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interpreter {
    /// Its path, or its name where it is looked for.
    pub(crate) path: String,
    /// Where it is; `None`: nowhere that is known.
    pub(crate) found: Option<Found>,
    /// Whether every host has it.
    pub(crate) is_of_hosts: bool,
    /// What needs it, sorted.
    pub(crate) by: Vec<TreePath>,
    /// The packages of these.
    pub(crate) packages: BTreeSet<usize>,
}

/// Libraries that a program loads if they are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Feature {
    /// What loads them.
    pub(crate) by: TreePath,
    /// What they are for, how much they are missed, and their names.
    pub(crate) dlopen: Dlopen,
    /// Which of them is there.
    pub(crate) found: Option<Found>,
}

/// Finds what `view` needs. `None` when the programs say more than any image's do: they are made to use up our memory.
///
/// # Errors
/// Where a file cannot be read.
pub(crate) fn of(job: &Assemble, view: &View<'_>) -> io::Result<Option<Needs>> {
    let mut needs = Needs::default();
    let mut names = 0;
    let mut programs: BTreeMap<&TreePath, Elf> = BTreeMap::new();
    let mut scripts: Vec<(&TreePath, script::Shebang)> = Vec::new();
    for (path, placed) in view.tree {
        let Node::File { content, .. } = &placed.node else { continue };
        let head = view.store.read(content, script::HEAD)?;
        if head.starts_with(b"\x7fELF") {
            let Some(elf) = Elf::read(&view.store.part(content))? else { continue };
            names += elf.needed.len() + elf.requires.len() + elf.defines.len() + elf.dlopen.len() + 1;
            if names > MAX_NAMES {
                return Ok(None);
            }
            programs.insert(path, elf);
        } else if placed.mode & EXECUTABLE != 0
            && !DOCUMENTATION.iter().any(|directory| path.below(directory).is_some())
            && let Some(shebang) = script::Shebang::read(&head)
        {
            scripts.push((path, shebang));
        }
    }
    needs.programs = programs.len();
    let mut loader = Loader::new(view, &programs)?;
    let mut found = Gathered::default();
    for (&path, elf) in &programs {
        let number = view.tree.get(path).and_then(|placed| placed.package).unwrap_or_default();
        if let Some(expected) = architecture::machine(&job.architecture)
            && architecture::is_foreign(path, elf, expected)
        {
            needs.foreign.entry(number).or_default().push((path.clone(), elf.machine));
            continue;
        }
        if elf.is_loaded {
            found.program(path, elf, number, &mut loader, &mut needs)?;
        }
    }
    for (path, shebang) in scripts {
        let number = view.tree.get(path).and_then(|placed| placed.package).unwrap_or_default();
        let (name, place) = shebang.find(view)?;
        found.interpreter(name, place, path, number);
    }
    needs.glibc = Glibc::least(&programs);
    needs.libraries = found.libraries.into_values().collect();
    needs.interpreters = found.interpreters.into_values().collect();
    Ok(Some(needs))
}

/// What is to be said of an image that has these needs; each library that is missing is a finding of its own,
/// so that a spec can allow it.
pub(crate) fn findings(needs: &Needs, job: &Assemble, with_base: bool) -> Vec<Finding> {
    finding::all(needs, &names(job), &job.providers, with_base)
}

/// Makes one finding of those about libraries that are missing.
pub(crate) fn gather(needs: &Needs, job: &Assemble, with_base: bool, findings: &mut Vec<Finding>) {
    finding::gather(needs, &names(job), &job.providers, with_base, findings);
}

fn names(job: &Assemble) -> Vec<&str> {
    job.packages.iter().map(|package| package.name.as_str()).collect()
}

impl Library {
    /// The packages to add for it.
    pub(crate) fn providers(&self, job: &Assemble) -> Vec<String> {
        providers(self.place == Place::Missing, &self.name, job)
    }
}

impl Interpreter {
    /// The packages to add for it.
    pub(crate) fn providers(&self, job: &Assemble) -> Vec<String> {
        providers(self.found.is_none() && !self.is_of_hosts, &self.path, job)
    }
}

fn providers(is_missing: bool, name: &str, job: &Assemble) -> Vec<String> {
    if !is_missing {
        return Vec::new();
    }
    let packages = provider::packages(name, &job.providers, &names(job));
    packages.into_iter().map(str::to_owned).collect()
}

/// What has been found so far.
#[derive(Default)]
struct Gathered {
    libraries: BTreeMap<(String, Machine, Place), Library>,
    interpreters: BTreeMap<String, Interpreter>,
}

impl Gathered {
    fn program(
        &mut self,
        path: &TreePath,
        elf: &Elf,
        number: usize,
        loader: &mut Loader<'_>,
        needs: &mut Needs,
    ) -> io::Result<()> {
        for name in &elf.needed {
            let place = loader.find(path, elf, name)?;
            self.library(name, place, path, elf, number, loader)?;
        }
        for dlopen in &elf.dlopen {
            let mut there = None;
            for name in &dlopen.sonames {
                let place = loader.find(path, elf, name)?;
                if let Place::At(found) = &place {
                    there = Some(found.clone());
                }
                if matches!(place, Place::At(_) | Place::OfHosts) {
                    if dlopen.priority == Priority::Required {
                        self.library(name, place, path, elf, number, loader)?;
                    }
                    break;
                }
            }
            if let Some(first) = dlopen.sonames.first()
                && there.is_none()
                && dlopen.priority == Priority::Required
            {
                let place = loader.find(path, elf, first)?;
                self.library(first, place, path, elf, number, loader)?;
            }
            needs.features.push(Feature { by: path.clone(), dlopen: dlopen.clone(), found: there });
        }
        if let Some(interpreter) = &elf.interpreter {
            let found = loader.view().find(interpreter.as_bytes())?;
            self.interpreter(interpreter.clone(), found, path, number);
        }
        Ok(())
    }

    fn library(
        &mut self,
        name: &str,
        place: Place,
        path: &TreePath,
        elf: &Elf,
        number: usize,
        loader: &mut Loader<'_>,
    ) -> io::Result<()> {
        let versions = elf.requires.iter().filter(|(library, _)| library == name);
        let versions: BTreeSet<String> = versions.map(|(_, version)| version.clone()).collect();
        let defines = match &place {
            Place::At(found) | Place::Elsewhere(found) => loader.defines(found)?,
            Place::Missing | Place::OfHosts => None,
        };
        // A library without any version takes all (dl-version.c of glibc).
        let defines = defines.filter(|defines| !defines.is_empty());
        let lacks = defines.map_or_else(BTreeSet::new, |defines| &versions - &defines);
        let key = (name.to_owned(), elf.machine, place.clone());
        let library = self.libraries.entry(key).or_insert_with(|| Library {
            name: name.to_owned(),
            machine: elf.machine,
            place,
            by: Vec::new(),
            packages: BTreeSet::new(),
            versions: BTreeSet::new(),
            lacks: BTreeSet::new(),
        });
        if library.by.last() != Some(path) {
            library.by.push(path.clone());
        }
        library.packages.insert(number);
        library.versions.extend(versions);
        library.lacks.extend(lacks);
        Ok(())
    }

    fn interpreter(&mut self, path: String, found: Option<Found>, by: &TreePath, number: usize) {
        let interpreter = self.interpreters.entry(path.clone()).or_insert_with(|| Interpreter {
            is_of_hosts: script::is_of_hosts(&path),
            path,
            found: None,
            by: Vec::new(),
            packages: BTreeSet::new(),
        });
        interpreter.found = interpreter.found.take().or(found);
        interpreter.by.push(by.clone());
        interpreter.packages.insert(number);
    }
}

/// Anybody may run it.
const EXECUTABLE: u32 = 0o111;
/// Where scripts are examples.
const DOCUMENTATION: &[&str] = &["usr/share/doc", "usr/share/examples"];
/// Names of libraries and versions in all programs together: an image of a thousand packages has half a million.
const MAX_NAMES: usize = 4_000_000;

#[cfg(test)]
mod tests;
