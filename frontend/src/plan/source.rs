//! The plan of what a package is built from: its sources, patched or not, and what their languages need.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Copy, Image, MkFile, Platform, State};

use super::outside::Asking;
use super::{Answers, Contexts, Open, Product, beside, both, pin};
use crate::diagnostic::{Diagnostic, Problems};
use crate::distro::{self, Debugging};
use crate::package::Release;
use crate::request::PackageArgs;
use crate::resolve::Resolved;
use crate::spec::source::SourceName;
use crate::step::{Places, Steps};
use crate::tree::{self, Trees};

/// The sources of a spec, for one platform.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What the spec says for this platform.
    pub resolved: &'a Resolved,
    /// Platform of the images and contexts among the sources.
    pub platform: &'a Platform,
    /// What all steps have in common.
    pub steps: &'a Steps,
    /// Names of the contexts that the client gave.
    pub contexts: &'a dyn Contexts,
    /// What build args say of packages and their sources.
    pub args: &'a PackageArgs,
    /// How places in the spec become places of vertices.
    pub places: &'a dyn Places,
    /// What is wanted.
    pub output: SourceOutput,
}

/// What a route of sources gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceOutput {
    /// Crates of Rust.
    Cargohome,
    /// Modules of Go.
    Gomods,
    /// The sources with patches.
    Patched,
    /// Packages of Python.
    Pip,
    /// The spec itself, with nothing left to decide.
    Resolved,
    /// The sources as they are fetched.
    Sources,
}

impl Source<'_> {
    /// The graph, or what must be known first.
    pub fn advance(&self, answers: &Answers) -> Result<Product, Open> {
        if self.output == SourceOutput::Resolved {
            let state = self.spec();
            return Ok(Product { state, warnings: Problems::default(), unused: BTreeSet::new() });
        }
        let asking = Asking::new(answers, self.contexts);
        let args = beside::of_sources(self.args, self.contexts, self.platform, answers)?;
        let trees = Trees {
            resolved: self.resolved,
            platform: self.platform,
            steps: self.steps,
            outside: &asking,
            places: self.places,
            key: distro::DEBUGGING,
            args: &args,
        };
        let state = self.state(&trees, &asking, answers);
        // Asked together: what a source is now is told by a step of its own.
        let (state, warnings) = both(state, pin::warnings(&trees, answers, &asking))?;
        Ok(Product { state, warnings, unused: BTreeSet::new() })
    }

    fn state(&self, trees: &Trees<'_>, asking: &Asking<'_>, answers: &Answers) -> Result<State, Open> {
        let merge = |sources: BTreeMap<&SourceName, State>| self.steps.merge.merge(sources.values());
        Ok(match self.output {
            SourceOutput::Resolved => self.spec(),
            SourceOutput::Sources => merge(asking.end(trees.sources())?),
            SourceOutput::Patched => {
                let worker = self.worker(answers, &distro::PATCHING)?;
                merge(asking.end(trees.patched(&worker))?)
            }
            SourceOutput::Cargohome => {
                let worker = self.worker(answers, &distro::CARGO)?;
                let generated = asking.end(trees.generated(&worker))?;
                self.top(generated.cargohome, "cargohome", tree::CARGOHOME)?
            }
            SourceOutput::Gomods => {
                let worker = self.worker(answers, &distro::GO)?;
                let generated = asking.end(trees.generated(&worker))?;
                self.top(generated.gomods, "gomod", tree::GOMODS)?
            }
            SourceOutput::Pip => {
                let worker = self.worker(answers, &distro::PYTHON)?;
                let generated = asking.end(trees.generated(&worker))?;
                self.top(generated.pip, "pip", tree::PIP)?
            }
        })
    }

    /// The resolved spec as a file. `$` in it is text: where it is read again, args have been replaced.
    fn spec(&self) -> State {
        let text = self.resolved.to_string();
        State::scratch().mkfile(MkFile::new("/spec.yml", text.as_bytes())).named("[resolve] spec.yml")
    }

    /// What is in the one directory that a generator filled.
    fn top(&self, generated: Option<State>, kind: &str, directory: &str) -> Result<State, Open> {
        let Some(generated) = generated else {
            let message = format!("no source has a generator `{kind}`");
            let help = format!("write `generate: [{{{kind}: {{}}}}]` in a source");
            return Err(Problems::from(Diagnostic::error(self.resolved.name.span, message).help(help)).into());
        };
        let copy = Copy { dir_copy_contents: true, ..Copy::new(&generated, format!("/{directory}"), "/") };
        Ok(State::scratch().copy(copy))
    }

    /// Where tools run: in the client's worker, or in one of our own.
    fn worker(&self, answers: &Answers, debugging: &Debugging) -> Result<State, Open> {
        let platform = &self.steps.platform;
        if self.contexts.has(debugging.context, platform) {
            return Ok(answers.ask_context(debugging.context, platform)?.clone());
        }
        let release =
            distro::find(distro::DEBUGGING).expect("the table has the release that is debugged with");
        let (release, pinned) = release.origin();
        let name = release.image_context();
        let image = if self.contexts.has(name, platform) {
            answers.ask_context(name, platform)?.clone()
        } else {
            let reference = answers.ask_image(pinned, platform)?;
            let image =
                Image { resolve_mode: self.steps.resolve_mode, ..Image::new(reference, platform.clone()) };
            image.state().named(format!("[worker] {}: image {name}", release.key))
        };
        let words = Release { key: release.key, sources: None, mounts: &[] };
        let mut tools: BTreeSet<&str> = debugging.tools.iter().copied().collect();
        let generators = self.resolved.sources.values().flat_map(|source| &source.generate);
        let mut gomods = generators.filter_map(|generator| generator.gomod.as_ref());
        if gomods.any(|gomod| !(gomod.edits.replace.is_empty() && gomod.edits.drop.is_empty())) {
            tools.extend(distro::EDITING);
        }
        let tools: Vec<&str> = tools.into_iter().collect();
        Ok(release.family.worker(self.steps, &words, &image, &tools))
    }
}
