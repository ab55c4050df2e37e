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
    /// A tree with the image's one file.
    pub image: State,
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

/// The step that reads `packages`, the trees of [`fetch`] in the order of the job, and packs the image.
///
/// It has no network, and whether it finds something wrong with the packages is an answer in the
/// report: then the tree of the image is empty.
pub fn assemble(
    steps: &Steps,
    worker: &State,
    assemble: &job::Assemble,
    packages: &[Mounted],
    locations: &[Location],
) -> Assembled {
    let name = format!("{}, mkfs.erofs {}.raw", count(assemble.packages.len()), assemble.image);
    let mut exec = steps.program(Stage::Assemble, &name, &["assemble"], Some(job::to_json(assemble)));
    for location in locations {
        exec.location(location.clone());
    }
    exec.mount("/", Discard(worker.clone()));
    for (number, Mounted { tree, path }) in packages.iter().enumerate() {
        exec.mount(format!("{}/{number}", job::PACKAGES), ReadOnly(tree.clone()).selector(path));
    }
    let image = exec.mount(job::OUT, Bind(State::scratch()));
    let report = exec.mount(job::REPORT, Bind(State::scratch()));
    let run = exec.run();
    Assembled { image: run.output(image), report: run.output(report) }
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
