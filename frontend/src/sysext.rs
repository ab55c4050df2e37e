//! The graph of an extension image: packages fetched, unpacked, judged and packed.

pub mod name;
pub mod release;

use buildkit_llb::{Bind, Discard, Http, Location, ReadOnly, State};

use crate::job;
use crate::lock;
use crate::step::{Stage, Steps, count};

/// The two results of packing.
#[derive(Clone, Debug)]
pub struct Assembled {
    /// A tree with the image's file, and the two of its hash tree where these are asked for.
    pub result: State,
    /// A tree with [`job::ANSWER`], a [`job::Assembly`].
    pub report: State,
}

/// The file of a package, as a source that `BuildKit` fetches, checks and caches by content; `None`
/// when it is not at an address that `BuildKit` reads.
pub fn fetch(package: &lock::Package, locations: &[Location]) -> Option<State> {
    if !package.is_plain_http() {
        return None;
    }
    let lock::Package { name, version, architecture, source: _, url, size: _, sha256, keys: _ } = package;
    let http = Http {
        checksum: Some(format!("sha256:{sha256}")),
        // One name for all: it is part of the cache key, and an index would tie a package to a spec.
        filename: Some(PACKAGE.to_owned()),
        ..Http::new(url)
    };
    let state = http.state().named(format!("[fetch] {name} {version} ({architecture})"));
    Some(locations.iter().fold(state, |state, location| state.located(location.clone())))
}

/// A tree with [`job::ANSWER`], a [`job::Tools`]: what makes images in `worker`.
pub fn tools(steps: &Steps, worker: &State) -> State {
    let mut exec = steps.program(Stage::Worker, "version of mkfs.erofs", &["list-tools"], None);
    exec.mount("/", Discard(worker.clone()));
    let out = exec.mount(job::OUT, Bind(State::scratch()));
    exec.run().output(out)
}

/// What the step that reads packages is made of.
#[derive(Clone, Copy, Debug)]
pub struct Assembling<'a> {
    /// Where it runs.
    pub worker: &'a State,
    /// What it is told.
    pub job: &'a job::Assemble,
    /// The trees of [`fetch`] in the order of the job.
    pub packages: &'a [Mounted],
    /// The tree of the base, where the job says that there is one.
    pub base: Option<&'a State>,
    /// Places in the spec that it is about.
    pub locations: &'a [Location],
}

impl Assembling<'_> {
    /// The step that packs the image.
    ///
    /// It has no network, and whether it finds something wrong with the packages is an answer in the
    /// report: then the tree of the image is empty.
    pub fn image(&self, steps: &Steps) -> Assembled {
        let name = format!("{}, mkfs.erofs {}.raw", count(self.job.packages.len()), self.job.image);
        self.step(steps, &name, "assemble")
    }

    /// The step that tells what would be in the image; its tree holds that in place of the image.
    pub fn report(&self, steps: &Steps) -> Assembled {
        let name = format!("{}, report of {}.raw", count(self.job.packages.len()), self.job.image);
        self.step(steps, &name, "report")
    }

    fn step(&self, steps: &Steps, name: &str, command: &str) -> Assembled {
        let Self { worker, job, packages, base, locations } = self;
        let mut exec = steps.program(Stage::Assemble, name, &[command], Some(job::to_json(job)));
        for location in *locations {
            exec.location(location.clone());
        }
        exec.mount("/", Discard((*worker).clone()));
        for (number, Mounted { tree, path }) in packages.iter().enumerate() {
            exec.mount(format!("{}/{number}", job::PACKAGES), ReadOnly(tree.clone()).selector(path));
        }
        if let Some(base) = base {
            exec.mount(job::BASE, ReadOnly((*base).clone()));
        }
        let result = exec.mount(job::OUT, Bind(State::scratch()));
        let report = exec.mount(job::REPORT, Bind(State::scratch()));
        let run = exec.run();
        Assembled { result: run.output(result), report: run.output(report) }
    }
}

/// A package's file and the tree it lies in.
#[derive(Clone, Debug)]
pub struct Mounted {
    /// The tree.
    pub tree: State,
    /// Absolute path of the file in it.
    pub path: String,
}

impl Mounted {
    /// The one file of a tree made by [`fetch`].
    pub fn fetched(tree: State) -> Self {
        Self { tree, path: format!("/{PACKAGE}") }
    }
}

/// Name of the one file in the tree of a fetched package.
const PACKAGE: &str = "package";
