//! The plan of a system extension: which worker, which packages, what was found in them.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Location, MkFile, Platform, State};
use serde::de::DeserializeOwned;

use super::built::{self, Made};
use super::extra::Extra;
use super::package::Package;
use super::repository::{LIST, Repositories, odd};
use super::verdict::Verdict;
use super::worker::Workers;
use super::{Answers, Open, both, compression, refusal, test};
use crate::diagnostic::{Diagnostic, Problems};
use crate::distro::{Distro, Stem};
use crate::job;
use crate::lock::{self, Lock};
use crate::package::{Mount, Release, Resolve, Sources};
use crate::request::{Check, PackageArgs, SysextArgs};
use crate::resolve::{self, Resolved};
use crate::spec::repository::RepositoryEnv;
use crate::step::{Places, Steps};
use crate::sysext::{self, Assembling, name, release};

/// One extension to make, for one target and one platform.
#[derive(Clone, Copy, Debug)]
pub struct Extension<'a> {
    /// The release whose packages go in.
    pub distro: &'static Distro,
    /// What the spec says for this target and platform.
    pub resolved: &'a Resolved,
    /// Platform of the hosts that will merge the image.
    pub platform: &'a Platform,
    /// What all steps have in common.
    pub steps: &'a Steps,
    /// Names of the contexts that the client gave.
    pub contexts: &'a dyn Contexts,
    /// What build args say of the image.
    pub args: &'a SysextArgs,
    /// What build args say of packages and their sources.
    pub package_args: &'a PackageArgs,
    /// Time of everything in the image, in seconds since 1970-01-01 UTC; `None`: taken from the packages.
    pub epoch: Option<i64>,
    /// How places in the spec become places of vertices.
    pub places: &'a dyn Places,
    /// What is wanted.
    pub output: Output,
}

/// What an extension route gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// The image.
    Image,
    /// The choice of packages.
    Lock,
    /// What would be in the image.
    Report,
}

/// The contexts that a client gave.
pub trait Contexts: std::fmt::Debug + Sync {
    /// Whether there is one of this name for the platform.
    fn has(&self, name: &str, platform: &Platform) -> bool;
}

/// The finished graph.
#[derive(Clone, Debug)]
pub struct Product {
    /// The tree to export.
    pub state: State,
    /// What the author should know of it.
    pub warnings: Problems,
    /// Entries of the spec's `x-annex.allow` that allowed nothing, where all findings are known.
    pub unused: BTreeSet<usize>,
}

impl Extension<'_> {
    /// The graph, or what must be known first.
    pub fn advance(&self, answers: &Answers) -> Result<Product, Open> {
        refusal::check(self.resolved, self.package().given().is_some())?;
        let wanted = self.wanted()?;
        let mut verdict = Verdict::new(self.resolved, self.args.check);
        let package = self.package();
        if !package.installs() {
            verdict.warnings.extend(refusal::undone(self.resolved));
        }
        let chosen = match self.given_lock(answers, &wanted, &mut verdict)? {
            Some(lock) => Ok(Chosen { lock, providers: Vec::new() }),
            None if wanted.packages.is_empty() => self.choose_nothing(answers, &wanted),
            None => self.resolve(answers, &wanted, &mut verdict),
        };
        // Asked together, so that the package is built while others are chosen.
        let built = if self.output == Output::Lock { Ok(None) } else { built::built(&package, answers) };
        let sources = if package.installs() && package.given().is_none() {
            package.unpinned(answers)
        } else {
            Ok(Problems::default())
        };
        let tests = match (self.output, &built) {
            (Output::Image, Ok(Some(Made { file, .. }))) if package.tests(&mut verdict.warnings) => {
                package.unanswered(&file.tree, &file.path, answers)
            }
            _ => Ok(Vec::new()),
        };
        let around = match self.output {
            Output::Image | Output::Report => {
                both(self.workers().tools(answers), self.base(answers)).map(Some)
            }
            Output::Lock => Ok(None),
        };
        let ((chosen, built), (sources, (around, tests))) =
            both(both(chosen, built), both(sources, both(around, tests)))?;
        verdict.warnings.extend(sources);
        let state = if let Some(around) = around {
            // The image is made while the tests run: nothing else waits for them.
            let image = self.image(answers, &wanted.architecture, chosen, built, around, &mut verdict);
            both(image, test::passed(tests))?.0
        } else {
            State::scratch()
                .mkfile(MkFile::new(format!("/{}", lock::FILE), chosen.lock.to_json()))
                .named(format!("[resolve] {}", lock::FILE))
        };
        let unused = match (self.output, self.args.check) {
            (Output::Lock, _) | (_, Check::Off) => BTreeSet::new(),
            (Output::Image | Output::Report, _) => verdict.unused(),
        };
        Ok(Product { state, warnings: verdict.warnings, unused })
    }

    /// What the spec asks for on this platform.
    fn wanted(&self) -> Result<job::Resolve, Problems> {
        let mut problems = Problems::default();
        let Some(architecture) = self.distro.family.arch(self.platform) else {
            let message = format!("{} has no packages for platform `{}`", self.distro.name, self.platform);
            return Err(Diagnostic::error(None, message).into());
        };
        let platform = resolve::Platform {
            os: self.platform.os(),
            architecture: self.platform.architecture(),
            variant: self.platform.variant(),
        };
        let mut packages = Vec::new();
        for dependency in &self.resolved.dependencies.sysext {
            if let Err(why) = self.distro.family.check_name(&dependency.name.value) {
                problems.push(Diagnostic::error(dependency.name.span, why));
            }
            if dependency.is_for(platform) {
                let versions = dependency.bounds.iter().map(|bound| bound.value.clone()).collect();
                packages.push(job::Wanted { name: dependency.name.value.clone(), versions });
            }
        }
        if let Err(unreadable) = self.compression() {
            problems.extend(unreadable);
        }
        let builds = self.package().installs();
        if builds && let Some(entry) = self.listed(&self.resolved.name.value) {
            let message =
                format!("package `{}` is built, and listed as one that is had already", entry.name.value);
            problems
                .push(Diagnostic::error(entry.name.span, message).help("give one of the two another name"));
        }
        if packages.is_empty() && problems.is_empty() && !builds {
            let message = match self.resolved.dependencies.sysext.first() {
                None => "nothing to put into the extension".to_owned(),
                Some(_) => format!("none of the packages is for platform `{}`", self.platform),
            };
            let span = self
                .resolved
                .dependencies
                .sysext
                .first()
                .map_or(self.resolved.name.span, |first| first.name.span);
            let help = "list packages under `dependencies:` `sysext:`";
            problems.push(Diagnostic::error(span, message).help(help));
        }
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(job::Resolve {
            target: self.distro.key.to_owned(),
            platform: self.platform.to_string(),
            architecture: architecture.to_owned(),
            keys: Vec::new(),
            extra: Vec::new(),
            packages,
        })
    }

    /// Lets the distribution's own tools choose.
    fn resolve(
        &self,
        answers: &Answers,
        wanted: &job::Resolve,
        verdict: &mut Verdict<'_>,
    ) -> Result<Chosen, Open> {
        let family = self.distro.family;
        let workers = self.workers();
        let (((worker, sources), tools), extra) = both(
            both(
                both(workers.packages(answers), workers.sources(self.platform, answers)),
                workers.tools(answers),
            ),
            Extra::of(&self.package(), &[RepositoryEnv::Install], answers),
        )?;
        let release = self.release(sources.as_ref(), &extra.mounts);
        let listing = family.indices(self.steps, &release, &worker, &wanted.architecture);
        let listed: job::Indices = read(answers, &listing, LIST)?;
        let Repositories { indices, keys, key_files, unwatched, warnings: found } =
            Repositories::find(answers, listed)?;
        let job = job::Resolve { keys, extra: extra.repositories, ..wanted.clone() };
        let locations: Vec<Location> = self
            .resolved
            .dependencies
            .sysext
            .iter()
            .map(|entry| self.places.location(entry.name.span))
            .collect();
        let resolve =
            Resolve { job: &job, indices: &indices, keys: &key_files, unwatched, locations: &locations };
        let resolution = family.resolve(self.steps, &release, &worker, &resolve);
        // Asked together, so that the tools are installed while packages are chosen.
        let (resolution, tools) = both(
            read::<job::Resolution>(answers, &resolution, "resolution"),
            read::<job::Tools>(answers, &sysext::tools(self.steps, &tools), "list of tools"),
        )?;
        verdict.warnings.extend(found);
        verdict.hear(resolution.findings)?;
        let mut lock = resolution.lock.ok_or_else(|| odd("resolution", "it holds no lock"))?;
        lock.erofs_utils = tools.erofs_utils;
        lock.check().map_err(|error| odd("resolution", &error.to_string()))?;
        // What was chosen must be what was asked for, whatever program answered in the worker.
        if let Some(misfit) = lock.fit(wanted, self.distro.family.order()).first() {
            return Err(odd("resolution", &misfit.message).into());
        }
        Ok(Chosen { lock, providers: resolution.providers })
    }

    /// The image of the packages in `lock`.
    fn image(
        &self,
        answers: &Answers,
        architecture: &str,
        chosen: Chosen,
        built: Option<Made>,
        (tools, base): (State, Option<&State>),
        verdict: &mut Verdict<'_>,
    ) -> Result<State, Open> {
        let mut packages = self.fetch(answers, architecture, &chosen.lock.packages)?;
        let mut job = self.assemble(chosen, base.is_some(), verdict)?;
        if let Some(Made { file, package, units, warnings }) = built {
            verdict.warnings.extend(warnings);
            packages.push(file);
            job.built = Some(job.packages.len());
            job.packages.push(package);
            job.units = units;
        }
        let locations = [self.places.location(self.resolved.name.span)];
        let step = Assembling { worker: &tools, job: &job, packages: &packages, base, locations: &locations };
        let assembled = match self.output {
            Output::Report => step.report(self.steps),
            Output::Image | Output::Lock => step.image(self.steps),
        };
        let assembly: job::Assembly = read(answers, &assembled.report, "report")?;
        verdict.used(assembly.allowed.into_iter().flat_map(|allowed| allowed.by));
        match self.output {
            // What is wrong with an image is what a report is read for.
            Output::Report => verdict.tell(assembly.findings),
            Output::Image | Output::Lock => verdict.hear(assembly.findings)?,
        }
        Ok(assembled.result)
    }

    fn compression(&self) -> Result<&'static [&'static str], Problems> {
        compression::words(self.distro, self.args.compression, self.resolved.annex.compression)
    }

    /// What the assemble step is told.
    fn assemble(&self, chosen: Chosen, base: bool, verdict: &Verdict<'_>) -> Result<job::Assemble, Problems> {
        let Chosen { lock, providers } = chosen;
        let Some(architecture) = name::architecture(self.platform) else {
            let message = format!("systemd has no name for the architecture of platform `{}`", self.platform);
            return Err(Diagnostic::error(None, message).into());
        };
        let Resolved { name, version, revision, .. } = self.resolved;
        let SysextArgs { check, compression: _, image_name, os_id, os_version_id, sysext_level, verity } =
            self.args;
        let defaults = &self.distro.sysext;
        let image = image_name.clone().unwrap_or_else(|| match defaults.stem {
            Stem::Full => name::stem(&name.value, &version.value, revision, self.distro.key, architecture),
            Stem::Name => name.value.clone(),
        });
        // Who pins the version of the hosts does not want it overruled: of the two the level wins.
        let default_level = defaults.sysext_level.filter(|_| os_version_id.is_none());
        let release = release::Release {
            name: &name.value,
            version: &version.value,
            revision,
            os_id: os_id.as_deref().unwrap_or(defaults.os_id),
            architecture,
            version_id: os_version_id.as_deref(),
            sysext_level: sysext_level.as_deref().or(default_level),
        };
        Ok(job::Assemble {
            name: name.value.clone(),
            image,
            release: release.text(),
            epoch: self.epoch,
            mkfs: self.compression()?.iter().map(|&word| word.to_owned()).collect(),
            erofs_utils: lock.erofs_utils,
            allow: verdict.allow().to_vec(),
            unchecked: *check == Check::Off,
            keys: lock.keys,
            links: defaults.links.iter().map(|&(link, to)| (link.into(), to.into())).collect(),
            units: BTreeMap::new(),
            built: None,
            base,
            verity: *verity,
            architecture: architecture.to_owned(),
            providers,
            packages: lock.packages,
        })
    }

    /// The package that the spec builds.
    pub(super) fn package(&self) -> Package<'_> {
        let Self {
            distro,
            resolved,
            platform,
            steps,
            contexts,
            package_args,
            epoch,
            places,
            args: _,
            output: _,
        } = *self;
        Package { distro, resolved, platform, steps, contexts, args: package_args, epoch, places }
    }

    /// The entry of the spec that lists a package.
    pub(super) fn listed(&self, name: &str) -> Option<&resolve::Dependency> {
        self.resolved.dependencies.sysext.iter().find(|entry| entry.name.value == name)
    }

    pub(super) fn workers(&self) -> Workers<'_> {
        Workers { distro: self.distro, steps: self.steps, contexts: self.contexts }
    }

    pub(super) fn release<'s>(&self, sources: Option<&'s Sources>, mounts: &'s [Mount]) -> Release<'s> {
        Release { key: self.distro.origin().0.key, sources, mounts }
    }
}

/// The packages of an image.
pub(super) struct Chosen {
    pub(super) lock: Lock,
    /// Others that they need in turn, where that is known.
    pub(super) providers: Vec<job::Provider>,
}

/// The answer of one of our own steps.
pub(super) fn read<T: DeserializeOwned>(answers: &Answers, state: &State, what: &str) -> Result<T, Open> {
    let path = format!("/{}", job::ANSWER);
    let bytes = answers.ask_file(state, &path)?.ok_or_else(|| odd(what, "there is none"))?;
    serde_json::from_slice(bytes).map_err(|error| odd(what, &error.to_string()).into())
}
