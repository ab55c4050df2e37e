//! Dependencies of programming languages, fetched before a build that has no network.
//!
//! A tool runs in the worker on the source with its patches. Each source adds to one directory that all sources of a
//! language share, so that a build finds them in one place.

mod gomod;

use std::collections::BTreeMap;

use buildkit_llb::{Bind, Cache, Copy, Discard, Exec, Sharing, State};

use crate::script::{self, Script};
use crate::span::Spanned;
use crate::spec::Concrete;
use crate::spec::generator::Generator;
use crate::spec::path::SubPath;
use crate::spec::source::SourceName;
use crate::step::Stage;
use crate::tree::{CARGOHOME, PIP, Trees};

/// Sources by their names.
type Sources<'a> = BTreeMap<&'a SourceName, State>;

impl Trees<'_> {
    /// The crates of all sources that want them.
    pub(super) fn cargohome(&self, sources: &Sources<'_>, worker: &State) -> Option<State> {
        let mut out = None;
        for (name, source, generator) in self.generators(sources) {
            let Some(cargohome) = &generator.cargohome else { continue };
            let directories = directories(name, generator, &cargohome.paths);
            if directories.is_empty() {
                continue;
            }
            let mut exec = self.online(&format!("{name}: crates of Rust"), script::CARGO_FETCH, &directories);
            exec.env("CARGO_HOME", format!("{OUT}/{CARGOHOME}"));
            out = Some(self.add(exec, generator, source, worker, out));
        }
        out
    }

    /// The packages of Python of all sources that want them.
    pub(super) fn pip(&self, sources: &Sources<'_>, worker: &State) -> Option<State> {
        let mut out = None;
        for (name, source, generator) in self.generators(sources) {
            let Some(pip) = &generator.pip else { continue };
            let directories = directories(name, generator, &pip.paths);
            if directories.is_empty() {
                continue;
            }
            let target = format!("{OUT}/{PIP}");
            let words = [target.as_str(), pip.requirements_file.value.as_str()];
            let words: Vec<&str> = words.into_iter().chain(directories.iter().map(String::as_str)).collect();
            let mut exec = self.online(&format!("{name}: packages of Python"), script::PIP_DOWNLOAD, &words);
            if let Some(url) = &pip.index_url {
                exec.env("PIP_INDEX_URL", url.value.as_str());
            }
            if !pip.extra_index_urls.is_empty() {
                let urls: Vec<&str> = pip.extra_index_urls.iter().map(|url| url.value.as_str()).collect();
                exec.env("PIP_EXTRA_INDEX_URL", urls.join(" "));
            }
            exec.env("PIP_CACHE_DIR", PERSISTENT);
            exec.mount(PERSISTENT, self.cache("pip"));
            out = Some(self.add(exec, generator, source, worker, out));
        }
        out
    }

    /// A source with the modules of Node that it wants in it.
    pub(super) fn node_modules(&self, name: &SourceName, source: &State, worker: &State) -> State {
        let generators = self.resolved.sources.get(name).into_iter().flat_map(|source| &source.generate);
        generators.fold(source.clone(), |tree, generator| {
            let Some(nodemod) = &generator.nodemod else { return tree };
            let directories = directories(name, generator, &nodemod.paths);
            if directories.is_empty() {
                return tree;
            }
            let mut exec =
                self.online(&format!("{name}: modules of Node"), script::NPM_INSTALL, &directories);
            if let Some(url) = &nodemod.registry {
                exec.env("npm_config_registry", url.value.as_str());
            }
            exec.env("npm_config_cache", PERSISTENT);
            exec.mount(PERSISTENT, self.cache("npm"));
            exec.location(self.places.location(generator.span));
            exec.mount("/", Discard(worker.clone()));
            let out = exec.mount(SOURCE, Bind(tree));
            exec.run().output(out)
        })
    }

    /// Every generator of a source, with the source.
    fn generators<'s>(
        &'s self,
        sources: &'s Sources<'_>,
    ) -> impl Iterator<Item = (&'s SourceName, &'s State, &'s Generator<Concrete>)> {
        self.resolved.sources.iter().flat_map(|(name, source)| {
            let state = sources.get(name);
            source.generate.iter().filter_map(move |generator| Some((name, state?, generator)))
        })
    }

    /// A step with a network.
    fn online<W: AsRef<str>>(&self, title: &str, script: Script, words: &[W]) -> Exec {
        let words = words.iter().map(AsRef::as_ref);
        let mut exec = self.steps.script(Stage::Source, title, script, words);
        self.steps.online(&mut exec);
        exec.env("HOME", HOME);
        exec
    }

    /// What a step leaves, beside what others left before. Its changes of the source are lost.
    fn add(
        &self,
        mut exec: Exec,
        generator: &Generator<Concrete>,
        source: &State,
        worker: &State,
        before: Option<State>,
    ) -> State {
        exec.location(self.places.location(generator.span));
        exec.mount("/", Discard(worker.clone()));
        exec.mount(SOURCE, Discard(source.clone()));
        let out = exec.mount(OUT, Bind(before.unwrap_or_default()));
        exec.run().output(out)
    }

    /// A cache that tools of the release keep between builds.
    fn cache(&self, what: &str) -> Cache {
        let id = format!("{}{}-{what}-{}", self.steps.cache_namespace, self.key, self.steps.platform);
        Cache { id, sharing: Sharing::Locked }
    }
}

/// Of a source only what matches, so that a step runs again only when that changes.
fn only(source: &State, patterns: &[&str]) -> State {
    let include_patterns = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
    let copy = Copy { include_patterns, ..Copy::all(source) };
    State::scratch().copy(copy).named("[internal] what modules are made of")
}

/// Where a tool works: below the mounted source, each directory once.
fn directories(
    name: &SourceName,
    generator: &Generator<Concrete>,
    paths: &[Spanned<SubPath>],
) -> Vec<String> {
    let mut directories: Vec<String> = Vec::new();
    for path in paths {
        let parts = [SOURCE, name.as_str(), generator.subpath.value.as_str(), path.value.as_str()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let directory = parts.join("/");
        if !directories.contains(&directory) {
            directories.push(directory);
        }
    }
    directories
}

/// Where the source is mounted, under its name.
const SOURCE: &str = "/run/annex/source";
/// Where a step leaves what it fetched.
const OUT: &str = "/out";
/// Where a tool keeps what the next build finds.
const PERSISTENT: &str = "/run/annex/cache";
/// The home of who runs the tool.
const HOME: &str = "/root";
