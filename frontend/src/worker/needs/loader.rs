//! Where the loader looks for libraries: ld.so(8).

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Bound;

use super::architecture;
use crate::worker::elf::{Elf, Machine};
use crate::worker::entry::Node;
use crate::worker::path::TreePath;
use crate::worker::view::{Found, View};

/// Where a library is that something needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// Where the loader looks.
    At(Found),
    /// In the image, but where the loader does not look.
    Elsewhere(Found),
    /// Nowhere.
    Missing,
    /// Not in the image; every host has it.
    OfHosts,
}

/// Finds libraries as the loader does.
pub(crate) struct Loader<'a> {
    view: &'a View<'a>,
    programs: &'a BTreeMap<&'a TreePath, Elf>,
    /// Directories that files in `ld.so.conf.d` name.
    configured: Vec<Vec<u8>>,
    /// What is in the directories that are searched for everybody.
    cache: BTreeMap<(String, Machine), Option<Found>>,
    /// Libraries of the base that were read.
    base: BTreeMap<TreePath, Option<(Machine, BTreeSet<String>)>>,
    /// By the name of a file, the libraries of the image.
    names: BTreeMap<&'a [u8], Vec<&'a TreePath>>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(view: &'a View<'a>, programs: &'a BTreeMap<&'a TreePath, Elf>) -> io::Result<Self> {
        let mut names: BTreeMap<&[u8], Vec<&TreePath>> = BTreeMap::new();
        for (path, placed) in view.tree {
            let is_library = match &placed.node {
                Node::File { .. } => programs.get(path).is_some_and(|elf| elf.is_loaded),
                Node::Symlink(_) => true,
                _ => false,
            };
            if is_library && let Some(name) = path.parts().last() {
                names.entry(name).or_default().push(path);
            }
        }
        let configured = configured(view)?;
        Ok(Self { view, programs, configured, cache: BTreeMap::new(), base: BTreeMap::new(), names })
    }

    pub(super) fn view(&self) -> &'a View<'a> {
        self.view
    }

    /// Where the library `name` is for the program `elf` at `path`.
    pub(super) fn find(&mut self, path: &TreePath, elf: &Elf, name: &str) -> io::Result<Place> {
        if name.contains('/') {
            let path = origin(path, elf, name);
            let found = self.fitting(&path, elf.machine)?;
            return Ok(found.map_or(Place::Missing, Place::At));
        }
        // `DT_RPATH` counts only where there is no `DT_RUNPATH`.
        let own = if elf.runpath.is_empty() { &elf.rpath } else { &elf.runpath };
        for directory in own {
            let file = [&*origin(path, elf, directory), b"/", name.as_bytes()].concat();
            if let Some(found) = self.fitting(&file, elf.machine)? {
                return Ok(Place::At(found));
            }
        }
        if let Some(found) = self.common(name, elf.machine)? {
            return Ok(Place::At(found));
        }
        if let Some(found) = self.elsewhere(path, elf.machine, name)? {
            return Ok(found);
        }
        let is_of_hosts = self.view.base.is_none() && architecture::is_of_hosts(name);
        Ok(if is_of_hosts { Place::OfHosts } else { Place::Missing })
    }

    /// The versions that a library defines; `None` where it cannot be read.
    pub(super) fn defines(&mut self, found: &Found) -> io::Result<Option<BTreeSet<String>>> {
        Ok(match found {
            Found::Ours(path) => self.programs.get(path).map(|elf| elf.defines.iter().cloned().collect()),
            Found::Base(path) => self.of_base(path)?.map(|(_, defines)| defines),
        })
    }

    /// Looks in the directories that are searched for everybody.
    fn common(&mut self, name: &str, machine: Machine) -> io::Result<Option<Found>> {
        if let Some(known) = self.cache.get(&(name.to_owned(), machine)) {
            return Ok(known.clone());
        }
        let mut directories = self.configured.clone();
        directories.extend(architecture::directories(machine));
        let mut found = None;
        for directory in directories {
            let path = [&*directory, b"/", name.as_bytes()].concat();
            found = self.fitting(&path, machine)?;
            if found.is_some() {
                break;
            }
        }
        self.cache.insert((name.to_owned(), machine), found.clone());
        Ok(found)
    }

    /// Looks in the whole image. Programs that come with directories of their own make the loader find
    /// what is in them by means that cannot be seen: what lies near is taken as found.
    fn elsewhere(&mut self, by: &TreePath, machine: Machine, name: &str) -> io::Result<Option<Place>> {
        let paths = self.names.get(name.as_bytes()).cloned().unwrap_or_default();
        let mut place = None;
        for path in paths {
            let Some(found) = self.fitting(path.as_bytes(), machine)? else { continue };
            if near(by, path, machine) {
                return Ok(Some(Place::At(found)));
            }
            place.get_or_insert(Place::Elsewhere(found));
        }
        Ok(place)
    }

    /// The library at `path`, if it is for this machine: others are passed over.
    fn fitting(&mut self, path: &[u8], machine: Machine) -> io::Result<Option<Found>> {
        let Some(found) = self.view.find(path)? else { return Ok(None) };
        let of = match &found {
            Found::Ours(path) => self.programs.get(path).map(|elf| elf.machine),
            Found::Base(path) => self.of_base(path)?.map(|(machine, _)| machine),
        };
        Ok((of == Some(machine)).then_some(found))
    }

    fn of_base(&mut self, path: &TreePath) -> io::Result<Option<(Machine, BTreeSet<String>)>> {
        if let Some(known) = self.base.get(path) {
            return Ok(known.clone());
        }
        let file = self.view.open(&Found::Base(path.clone()))?;
        let elf = Elf::read(&*file)?;
        let known = elf.map(|elf| (elf.machine, elf.defines.into_iter().collect()));
        self.base.insert(path.clone(), known.clone());
        Ok(known)
    }
}

/// A path in which the loader's variables are replaced.
fn origin(path: &TreePath, elf: &Elf, text: &str) -> Vec<u8> {
    let directory = path.as_bytes();
    let directory = &directory[..directory.iter().rposition(|byte| *byte == b'/').unwrap_or_default()];
    let directory = format!("/{}", String::from_utf8_lossy(directory));
    let library = architecture::library(elf.machine);
    let mut out = text.to_owned();
    for (variable, value) in [("ORIGIN", &*directory), ("LIB", library)] {
        out = out.replace(&format!("${{{variable}}}"), value).replace(&format!("${variable}"), value);
    }
    out.into_bytes()
}

/// Whether a library lies in the private directories that its user is in: below one directory of `/usr/lib`
/// or `/opt` that is not the loader's.
fn near(by: &TreePath, library: &TreePath, machine: Machine) -> bool {
    let directories: Vec<Vec<u8>> = architecture::directories(machine).collect();
    let private = |path: &TreePath| {
        let parents: Vec<TreePath> = path.parents().collect();
        // The last of the loader's directories on the way, and one more.
        let common = parents.iter().rposition(|parent| {
            parent.is("opt")
                || parent.is("usr/libexec")
                || parent.is("usr/share")
                || directories.iter().any(|directory| directory[1..] == *parent.as_bytes())
        });
        common.and_then(|at| parents.into_iter().nth(at + 1))
    };
    matches!((private(by), private(library)), (Some(one), Some(other)) if one == other)
}

/// The directories that files in `ld.so.conf.d` name: those of the image are copied to `/etc`, and `ldconfig`
/// has to be run on the host.
fn configured(view: &View<'_>) -> io::Result<Vec<Vec<u8>>> {
    let mut files: Vec<Found> = Vec::new();
    let ours = [view.etc.as_bytes(), b"/ld.so.conf.d/"].concat();
    let of_image = view
        .tree
        .range::<[u8], _>((Bound::Included(ours.as_slice()), Bound::Unbounded))
        .map(|(path, _)| path);
    let of_image = of_image.take_while(|path| path.as_bytes().starts_with(&ours)).take(MAX_FILES);
    files.extend(of_image.cloned().map(Found::Ours));
    if let Some(base) = view.base {
        let directory = TreePath::of(["etc/ld.so.conf.d"]).ok();
        if let Some(directory) = directory {
            let names = base.names(&directory)?.into_iter().take(MAX_FILES);
            let paths = names.filter_map(|name| TreePath::of([directory.as_bytes(), &name]).ok());
            files.extend(paths.map(Found::Base));
        }
        files.extend(TreePath::of(["etc/ld.so.conf"]).ok().map(Found::Base));
    }
    let mut directories = Vec::new();
    for found in files.into_iter().filter(|found| found.path().as_bytes().ends_with(b".conf")) {
        let Ok(file) = view.open(&found) else { continue };
        let text = file.read_at(0, MAX_CONFIGURATION)?;
        let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        directories.extend(lines.filter(|line| line.starts_with(b"/")).map(<[u8]>::to_vec));
    }
    directories.sort();
    directories.dedup();
    directories.truncate(MAX_FILES);
    Ok(directories)
}

/// Files, and directories, of the loader's configuration.
const MAX_FILES: usize = 1000;
/// Bytes of one file of the loader's configuration.
const MAX_CONFIGURATION: usize = 64 << 10;
