//! The graph of a package: sources and spec file for `rpmbuild`, and what it makes of them.

use buildkit_llb::{Bind, Copy, Discard, ReadOnly, State};

use super::{Rpm, spec};
use crate::job;
use crate::package::build::{Build, Install, Needs, folder};
use crate::package::recipe::{Recipe, Text, files};
use crate::package::{Family as _, Release, finish_install, output};
use crate::script;
use crate::step::{Stage, Steps};

impl Rpm {
    /// The spec file, and what lies beside the archive of the sources, in `rpmbuild`'s directories.
    pub(super) fn texts(recipe: &Recipe<'_>) -> Vec<Text> {
        let beside = files(recipe);
        let name = &recipe.resolved.name.value;
        let spec = Text::new(format!("SPECS/{name}/{name}.spec"), spec::spec(recipe, &beside));
        let sources = beside.into_iter().map(|text| Text { path: format!("SOURCES/{}", text.path), ..text });
        sources.chain([spec]).collect()
    }

    /// The sources in one archive.
    fn archive(steps: &Steps, release: &Release<'_>, worker: &State, build: &Build<'_>) -> State {
        let recipe = &build.recipe;
        let shown = format!("{}: sources of {}", release.key, recipe.resolved.name.value);
        let epoch = recipe.epoch.to_string();
        let (archive, top) = (spec::archive(recipe), spec::top(recipe));
        let words = [&archive, &top, &epoch, "/tree", job::OUT];
        let mut exec = steps.script(Stage::Source, &shown, script::RPM_SOURCES, words);
        exec.mount("/", Discard(worker.clone()));
        exec.mount("/tree", ReadOnly(build.tree.clone()));
        let out = exec.mount(job::OUT, Bind(State::scratch()));
        exec.run().output(out)
    }

    /// The directories `SOURCES` and `SPECS`.
    pub(super) fn inputs(
        steps: &Steps,
        release: &Release<'_>,
        worker: &State,
        build: &Build<'_>,
        with_spec: bool,
    ) -> State {
        let mut texts = Self::texts(&build.recipe);
        texts.retain(|text| with_spec || text.path.starts_with("SOURCES/"));
        let archive = Self::archive(steps, release, worker, build);
        let name = spec::archive(&build.recipe);
        folder(&texts, "spec file and sources")
            .copy(Copy::new(&archive, format!("/{name}"), format!("/SOURCES/{name}")))
            .named("[source] directories for rpmbuild")
    }

    pub(super) fn build_packages(
        &self,
        steps: &Steps,
        release: &Release<'_>,
        worker: &State,
        build: &Build<'_>,
    ) -> State {
        let recipe = &build.recipe;
        let name = &recipe.resolved.name.value;
        let inputs = Self::inputs(steps, release, worker, build, true);
        let shown = format!("{}: package {name}", release.key);
        let architecture = self.arch(recipe.platform).unwrap_or_default();
        let epoch = recipe.epoch.to_string();
        let words = [name, "/run/annex/source", &epoch, architecture, job::OUT];
        let mut exec = steps.script(Stage::Build, &shown, script::RPM_BUILD, words);
        exec.mount("/", Discard(worker.clone()));
        exec.mount("/run/annex/source", ReadOnly(inputs));
        exec.mount("/build", Discard(State::scratch()));
        build.furnish(&mut exec, steps, release);
        let packages = exec.mount(job::OUT, Bind(State::scratch()));
        exec.run().output(packages)
    }

    pub(super) fn trust(steps: &Steps, release: &Release<'_>, worker: &State, keys: &[String]) -> State {
        if keys.is_empty() {
            return worker.clone();
        }
        let words = ["armor-keys"].into_iter().chain(keys.iter().map(String::as_str));
        let words: Vec<&str> = words.collect();
        let name = format!("{}: read keys of the spec's repositories", release.key);
        let armored = output(steps.program(Stage::Worker, &name, &words, None), release, worker);
        let name = format!("{}: trust keys of the spec's repositories", release.key);
        let mut exec = steps.script(Stage::Worker, &name, script::RPM_IMPORT, [job::KEYS]);
        exec.mount(job::KEYS, ReadOnly(armored));
        let root = exec.mount("/", Bind(worker.clone()));
        exec.run().output(root)
    }

    pub(super) fn install_package(
        &self,
        steps: &Steps,
        release: &Release<'_>,
        base: &State,
        install: &Install<'_>,
    ) -> State {
        let Install { package: (tree, path), name, others: _, worker, locations } = install;
        let needs = worker.map(|worker| Self::needs(steps, release, worker, install));
        let words = [self.manager.name(), self.releasever, INSTALLED].into_iter().chain(install.unbounded());
        let words = words.chain(needs.is_some().then_some(NEEDS));
        let shown = format!("{}: install {name}", release.key);
        let mut exec = steps.script(Stage::Test, &shown, script::DNF_INSTALL, words);
        // Tests may look for documentation.
        exec.env("TSFLAGS", "");
        exec.mount(INSTALLED, ReadOnly((*tree).clone()).selector(*path));
        if let Some(needs) = needs {
            exec.mount(NEEDS, ReadOnly(needs).selector("/needs.rpm"));
        }
        for location in *locations {
            exec.location(location.clone());
        }
        finish_install(exec, steps, release, base, super::caches(self.manager))
    }

    /// The file `needs.rpm`, a package without content that needs what tests need in the versions that fit: no word of a
    /// manager says two bounds of one name, and tdnf knows none for any.
    fn needs(steps: &Steps, release: &Release<'_>, worker: &State, install: &Install<'_>) -> State {
        let names: Vec<&str> = install.bounded().map(|other| other.name.value.as_str()).collect();
        let spec = spec::needs("annex-test", "What tests need", install.bounded());
        let spec = folder(&[Text::new("needs.spec", spec)], "spec file with what tests need");
        let name = format!("{}: bounds of what tests need: {}", release.key, names.join(" "));
        let words = ["/run/annex/source/needs.spec", job::OUT];
        let mut exec = steps.script(Stage::Test, &name, script::RPM_NEEDS, words);
        exec.mount("/", Discard(worker.clone()));
        exec.mount("/run/annex/source", ReadOnly(spec));
        let out = exec.mount(job::OUT, Bind(State::scratch()));
        exec.run().output(out)
    }

    pub(super) fn install_needs(
        &self,
        steps: &Steps,
        release: &Release<'_>,
        worker: &State,
        needs: &Needs<'_>,
    ) -> State {
        let Needs { recipe, locations } = needs;
        if recipe.on_platform(&recipe.resolved.dependencies.build).next().is_none() {
            return worker.clone();
        }
        let needed = recipe.on_platform(&recipe.resolved.dependencies.build);
        let spec = spec::needs("annex-build", "What a build needs", needed);
        let spec = folder(&[Text::new("needs.spec", spec)], "spec file with what the build needs");
        let name = needs.title(release);
        let words = [self.manager.name(), self.releasever, "/run/annex/source/needs.spec"];
        let mut exec = steps.script(Stage::Worker, &name, script::RPM_BUILD_DEP, words);
        exec.mount("/run/annex/source", ReadOnly(spec));
        for location in *locations {
            exec.location(location.clone());
        }
        finish_install(exec, steps, release, worker, super::caches(self.manager))
    }
}

/// Where a package is mounted to be installed.
const INSTALLED: &str = "/run/annex/package.rpm";

/// Where one is mounted that needs others.
const NEEDS: &str = "/run/annex/needs.rpm";
