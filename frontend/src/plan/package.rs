//! The plan of a package that is built from the sources of a spec.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Location, Platform, State};

use super::extension::{Contexts, Product};
use super::extra::Extra;
use super::outside::Asking;
use super::worker::Workers;
use super::{Answers, Open, beside, both, pin};
use crate::diagnostic::{Diagnostic, Problems};
use crate::distro::Distro;
use crate::package::{Build, Needs, Part, Recipe, Release, recipe};
use crate::request::PackageArgs;
use crate::resolve::Resolved;
use crate::spec::repository::RepositoryEnv;
use crate::step::{Places, Steps};
use crate::tree::{self, Offline, Trees};

/// One package to build, for one target and one platform.
#[derive(Clone, Copy, Debug)]
pub struct Package<'a> {
    /// The release that the package is for.
    pub distro: &'static Distro,
    /// What the spec says for this target and platform.
    pub resolved: &'a Resolved,
    /// Platform of the hosts that install it.
    pub platform: &'a Platform,
    /// What all steps have in common.
    pub steps: &'a Steps,
    /// Names of the contexts that the client gave.
    pub contexts: &'a dyn Contexts,
    /// What build args say of packages and their sources.
    pub args: &'a PackageArgs,
    /// Time of everything in the package, in seconds since 1970-01-01 UTC; `None`: that of the newest change.
    pub epoch: Option<i64>,
    /// How places in the spec become places of vertices.
    pub places: &'a dyn Places,
}

impl Package<'_> {
    /// The graph of a part of the work, or what must be known first.
    pub fn advance(&self, part: Part, answers: &Answers) -> Result<Product, Open> {
        let mut warnings = Problems::default();
        let given = if part == Part::Packages { self.given() } else { None };
        let state = if let Some(context) = given {
            let prebuilt = self.prebuilt(&context, answers)?;
            warnings.extend(prebuilt.warnings);
            let state = self.signed(prebuilt.tree, answers, &mut warnings)?;
            self.tested(&state, answers, &mut warnings)?;
            state
        } else if part == Part::Worker {
            self.worker(answers)?
        } else {
            let state = self.part(part, answers);
            let state = match (state, part) {
                (Ok(state), Part::Packages) => {
                    let state = self.signed(state, answers, &mut warnings);
                    state.and_then(|state| self.tested(&state, answers, &mut warnings).map(|()| state))
                }
                (state, _) => state,
            };
            let (state, unpinned) = both(state, self.unpinned(answers))?;
            warnings.extend(unpinned);
            state
        };
        Ok(Product { state, warnings, unused: BTreeSet::new() })
    }

    fn part(&self, part: Part, answers: &Answers) -> Result<State, Open> {
        let offline = tree::offline(self.resolved);
        let work = self.work(answers, &offline)?;
        Ok(self.distro.family.part(part, &work.steps, &self.release(), &work.worker, &work.build))
    }

    /// Sources that may be others tomorrow.
    pub(super) fn unpinned(&self, answers: &Answers) -> Result<Problems, Open> {
        let asking = Asking::new(answers, self.contexts);
        let args = beside::of_sources(self.args, self.contexts, self.platform, answers)?;
        pin::warnings(&self.trees(self.steps, &asking, &args), answers, &asking)
    }

    /// The packages.
    pub(super) fn build(&self, answers: &Answers) -> Result<State, Open> {
        let offline = tree::offline(self.resolved);
        let work = self.work(answers, &offline)?;
        Ok(self.distro.family.build(&work.steps, &self.release(), &work.worker, &work.build))
    }

    /// Whether the spec has a package of its own.
    pub(super) fn installs(&self) -> bool {
        self.given().is_some() || !self.resolved.artifacts.is_empty()
    }

    /// Units by name, and whether they start with the system.
    pub(super) fn units(&self) -> BTreeMap<String, bool> {
        let units = self.resolved.artifacts.systemd.units.values();
        units.map(|unit| (unit.name.to_string(), unit.enable)).collect()
    }

    /// The worker in which packages are built, without what this one needs.
    pub(super) fn worker(&self, answers: &Answers) -> Result<State, Open> {
        let steps = self.steps();
        self.workers(&steps).build(answers)
    }

    pub(super) fn workers<'w>(&'w self, steps: &'w Steps) -> Workers<'w> {
        Workers { distro: self.distro, steps, contexts: self.contexts }
    }

    pub(super) fn trees<'t>(
        &'t self,
        steps: &'t Steps,
        asking: &'t Asking<'t>,
        args: &'t tree::Args,
    ) -> Trees<'t> {
        let Self { resolved, platform, places, .. } = *self;
        Trees { resolved, platform, steps, outside: asking, places, key: self.release().key, args }
    }

    fn work<'w>(&'w self, answers: &Answers, offline: &'w [Offline]) -> Result<Work<'w>, Open> {
        let recipe = Recipe {
            resolved: self.resolved,
            target: self.distro.key,
            platform: self.platform,
            epoch: self.epoch(),
            offline,
        };
        let mut problems = Problems::default();
        if self.distro.family.arch(self.platform).is_none() {
            let message = format!("{} has no packages for platform `{}`", self.distro.name, self.platform);
            problems.push(Diagnostic::error(None, message));
        }
        self.distro.family.check(&recipe, &mut problems);
        if problems.has_errors() {
            return Err(problems.into());
        }
        let steps = self.steps();
        let tools = self.worker(answers)?;
        let needed: Vec<Location> = recipe
            .on_platform(&self.resolved.dependencies.build)
            .map(|entry| self.places.location(entry.name.span))
            .collect();
        let extra = Extra::of(self, &[RepositoryEnv::Build], answers)?;
        let family = self.distro.family;
        let keys = extra.keys();
        let release = Release { mounts: &extra.mounts, ..self.release() };
        let needs = Needs { recipe: &recipe, locations: &needed };
        let worker = family.trusting(&steps, &release, &tools, &keys);
        let worker = family.builder(&steps, &release, &worker, &needs);
        let asking = Asking::new(answers, self.contexts);
        let args = beside::of_sources(self.args, self.contexts, self.platform, answers)?;
        let trees = self.trees(&steps, &asking, &args);
        let tree = asking.end(trees.prepared(&worker))?.tree(&steps);
        let mounts = self.mounts(&trees, &asking)?;
        let locations = self.resolved.build.steps.iter();
        let locations = locations.map(|step| self.places.location(step.command.span)).collect();
        Ok(Work { build: Build { recipe, tree, mounts, locations }, steps, worker })
    }

    /// What the steps find beside the sources: as they are one process, each of them finds all of it.
    fn mounts(&self, trees: &Trees<'_>, asking: &Asking<'_>) -> Result<Vec<(String, State, String)>, Open> {
        let mut mounts: Vec<(String, State, String)> = Vec::new();
        let mut places = BTreeMap::new();
        let mut problems = Problems::default();
        for mount in self.resolved.build.steps.iter().flat_map(|step| &step.mounts) {
            if let Some((span, source)) = places.insert(&mount.dest.value, (mount.dest.span, &mount.source)) {
                if source.variant != mount.source.variant || source.path.value != mount.source.path.value {
                    let message = format!("two steps find different things at `{}`", mount.dest.value);
                    let error = Diagnostic::error(mount.dest.span, message).label(span, "first here");
                    problems.push(
                        error.help("mount one of them elsewhere: all steps of a build share its mounts"),
                    );
                }
                continue;
            }
            let part = asking.end(trees.mounted(&mount.source))?;
            mounts.push((mount.dest.value.to_string(), part.tree, part.path));
        }
        if problems.is_empty() { Ok(mounts) } else { Err(problems.into()) }
    }

    /// Time of everything: what the client says, what the spec says, or the day of the newest change.
    fn epoch(&self) -> i64 {
        let said = self.resolved.build.env.iter().find(|(name, _)| name.as_str() == "SOURCE_DATE_EPOCH");
        let said = said.and_then(|(_, value)| value.value.trim().parse().ok());
        let newest = self.resolved.changelog.first().map(|change| recipe::midnight(change.date.value));
        self.epoch.or(said).or(newest).filter(|epoch| *epoch >= 0).unwrap_or(recipe::DEFAULT_EPOCH)
    }

    /// The steps of a build run on the platform that the package is for, unless it is for all.
    pub(super) fn steps(&self) -> Steps {
        let platform = if self.resolved.noarch { &self.steps.platform } else { self.platform };
        Steps { platform: platform.clone(), ..self.steps.clone() }
    }

    pub(super) fn release(&self) -> Release<'static> {
        Release { key: self.distro.origin().0.key, sources: None, mounts: &[] }
    }
}

/// What a package is built with.
struct Work<'a> {
    build: Build<'a>,
    steps: Steps,
    worker: State,
}
