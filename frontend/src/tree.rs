//! The sources of a package as one tree: fetched, patched, and with what their languages need beside them.
//!
//! Everything here is a graph. What only the outside knows comes from [`Outside`], and the worker in which tools run
//! from the caller.

mod content;
mod context;
mod filter;
mod generator;
mod git;
mod image;
mod inline;
mod nested;
mod offline;
mod outside;
mod patch;
mod unmet;

use std::collections::BTreeMap;

use buildkit_llb::{Copy, MkDir, Platform, State};

use crate::resolve::{Resolved, Source};
use crate::spec::source::SourceName;
use crate::step::{Places, Steps};

pub use offline::{CARGOHOME, GOMODS, NODE_MODULES, Offline, PIP, Setting, offline};
pub use outside::{ContextPart, Image, Later, NestedBuild, Outside};
pub use unmet::Open;

use unmet::Unmet;

/// The sources of a package for one platform.
#[derive(Clone, Copy, Debug)]
pub struct Trees<'a> {
    /// What the spec says.
    pub resolved: &'a Resolved,
    /// Platform of the images and contexts that sources come from: that of the package.
    pub platform: &'a Platform,
    /// What all steps have in common.
    pub steps: &'a Steps,
    /// Who knows what images and contexts are.
    pub outside: &'a dyn Outside,
    /// How places in the spec become places of vertices.
    pub places: &'a dyn Places,
    /// Word for the ids of caches: the release whose tools run.
    pub key: &'a str,
    /// What build args say of sources.
    pub args: &'a Args,
}

/// What build args say of sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Args {
    /// Where modules of Go are asked for, in the words of `GOPROXY`.
    pub gomod_proxy: Option<String>,
    /// Patterns of what no source has, nor what is fetched for its language.
    pub excludes: Vec<String>,
}

/// A file or directory of a tree, to be mounted.
#[derive(Clone, Debug)]
pub struct Part {
    /// The tree.
    pub tree: State,
    /// The absolute path in it; `/` is all of it.
    pub path: String,
}

/// What the languages of sources need, each a tree with one directory at its top.
#[derive(Clone, Debug, Default)]
pub struct Generated {
    /// Modules of Go in [`GOMODS`].
    pub gomods: Option<State>,
    /// Crates of Rust in [`CARGOHOME`].
    pub cargohome: Option<State>,
    /// Packages of Python in [`PIP`].
    pub pip: Option<State>,
}

/// Everything that a build starts from.
#[derive(Clone, Debug)]
pub struct Prepared<'a> {
    /// The sources with patches, edits and modules of Node, each a tree with the file or directory of its name.
    pub sources: BTreeMap<&'a SourceName, State>,
    /// What their languages need.
    pub generated: Generated,
}

impl<'a> Trees<'a> {
    /// The sources as they are fetched, each a tree with the file or directory of its name.
    pub fn sources(&self) -> Result<BTreeMap<&'a SourceName, State>, Open> {
        let mut unmet = Unmet::default();
        let mut sources = BTreeMap::new();
        for (name, source) in &self.resolved.sources {
            let state = self.source(name, source, &mut unmet);
            let filtered = state.map(|state| self.filtered(name, source, state));
            sources.extend(filtered.map(|state| (name, state)));
        }
        unmet.end(sources)
    }

    /// The sources with their patches and with edits of `go.mod`; `worker` has the tools for it.
    pub fn patched(&self, worker: &State) -> Result<BTreeMap<&'a SourceName, State>, Open> {
        let original = self.sources()?;
        let patch = |(&name, state): (&&'a SourceName, &State)| {
            let state = self.patch(name, state, &original, worker);
            (name, self.edit_gomod(name, &state, worker))
        };
        Ok(original.iter().map(patch).collect())
    }

    /// What the languages of the sources need, fetched for the patched sources.
    pub fn generated(&self, worker: &State) -> Result<Generated, Open> {
        Ok(self.generate(&self.patched(worker)?, worker))
    }

    /// The sources with all that is done to them before a build, and what their languages need beside them.
    pub fn prepared(&self, worker: &State) -> Result<Prepared<'a>, Open> {
        let patched = self.patched(worker)?;
        let generated = self.generate(&patched, worker);
        let install = |(name, state)| {
            let installed = self.node_modules(name, &state, worker);
            (name, if installed == state { state } else { self.without(name.as_str(), installed) })
        };
        Ok(Prepared { sources: patched.into_iter().map(install).collect(), generated })
    }

    /// The tree of the source `name` alone, if there is such a source.
    pub fn source_alone(&self, name: &str) -> Result<Option<State>, Open> {
        let Some((name, source)) = self.resolved.sources.iter().find(|(known, _)| known.as_str() == name)
        else {
            return Ok(None);
        };
        let mut unmet = Unmet::default();
        let state = self.source(name, source, &mut unmet);
        unmet.end(state)
    }

    /// A source that stands where something is mounted.
    pub fn mounted(&self, source: &Source) -> Result<Part, Open> {
        let mut unmet = Unmet::default();
        let part = self.part(source, "a mount", &mut unmet);
        unmet.end_some(part)
    }

    fn generate(&self, patched: &BTreeMap<&SourceName, State>, worker: &State) -> Generated {
        let without = |tree: Option<State>, directory| tree.map(|tree| self.without(directory, tree));
        Generated {
            gomods: without(self.gomods(patched, worker), GOMODS),
            cargohome: without(self.cargohome(patched, worker), CARGOHOME),
            pip: without(self.pip(patched, worker), PIP),
        }
    }

    /// A source as a tree with the file or directory of its name.
    fn source(&self, name: &SourceName, source: &Source, unmet: &mut Unmet) -> Option<State> {
        let name = name.as_str();
        let content = self.content(name, source, unmet)?;
        if content.is_named {
            return Some(content.tree);
        }
        // Whatever the directory's own mode is, everybody may read what is built.
        let actions =
            [MkDir::new(format!("/{name}")).into(), content.copy(source, &format!("/{name}/")).into()];
        let state = State::scratch().file(actions).named(format!("[source] {name}"));
        Some(state.located(self.places.location(source.span)))
    }

    /// The part of a tree that a source is.
    fn part(&self, source: &Source, what: &str, unmet: &mut Unmet) -> Option<Part> {
        let content = self.content(what, source, unmet)?;
        let all = source.includes.is_empty() && source.excludes.is_empty();
        if all || content.is_selected {
            return Some(Part { path: content.absolute(), tree: content.tree });
        }
        let copy = Copy { create_dest_path: true, ..content.copy(source, "/") };
        let tree = State::scratch().copy(copy).named(format!("[source] {what}"));
        Some(Part { tree: tree.located(self.places.location(source.span)), path: "/".to_owned() })
    }
}

impl Part {
    /// What is at the path, as a tree of its own; of a file that is a tree with the file.
    pub fn alone(self) -> State {
        if self.path == "/" {
            return self.tree;
        }
        let copy =
            Copy { dir_copy_contents: true, follow_symlink: true, ..Copy::new(&self.tree, self.path, "/") };
        State::scratch().copy(copy)
    }
}

impl Prepared<'_> {
    /// All of it as one tree: what the directory of a build holds at its start.
    pub fn tree(&self, steps: &Steps) -> State {
        let Generated { gomods, cargohome, pip } = &self.generated;
        let generated = [gomods, cargohome, pip].into_iter().flatten();
        steps.merge.merge(self.sources.values().chain(generated))
    }
}

#[cfg(test)]
mod tests;
