//! Package formats behind one trait: what differs between families is an answer, not a question.

pub mod build;
mod deb;
pub mod recipe;
mod rpm;

use std::fmt::Debug;

use buildkit_llb::{Bind, Cache, Discard, Exec, Location, Platform, ReadOnly, Sharing, Slot, State};

use crate::diagnostic::Problems;
use crate::job;
use crate::lock;
use crate::script::Script;
use crate::step::{Stage, Steps};
use crate::version::Order;

pub use build::{Build, Form, Install, Needs, Part};
pub use deb::Deb;
pub use recipe::{Recipe, Text};
pub use rpm::Rpm;

/// A family of distributions: those that share a package format and its tools.
pub trait Family: Debug + Sync {
    /// The family's own name for the architecture of a platform, or `None` if it has none.
    fn arch(&self, platform: &Platform) -> Option<&'static str>;

    /// How the family orders versions.
    fn order(&self) -> Order;

    /// Whether a package of the family can have this name; else what such names are like.
    fn check_name(&self, name: &str) -> Result<(), String>;

    /// Whether a package can need this: a name, or what packages provide beside theirs; else what such names are like.
    fn check_need(&self, name: &str) -> Result<(), String> {
        self.check_name(name)
    }

    /// Folder of an image that says where its packages come from, if a worker of the platform `worker` does not
    /// know that of packages for `target`.
    fn sources(&self, worker: &Platform, target: &Platform) -> Option<&'static str> {
        let _ = (worker, target);
        None
    }

    /// Where a worker has a file that tells of repositories, called `name` in the spec; else why it can have none.
    fn repository_file(&self, name: &str) -> Result<String, String>;

    /// Where a worker has a key of a repository, called `name` in the spec.
    fn key_file(&self, name: &str) -> String;

    /// The words of such a file by which the package manager would not verify signatures, and what to write.
    fn unverified(&self, file: &str, text: &str) -> Option<(String, &'static str)>;

    /// What the package manager reads of its own accord: files and directories, sorted.
    fn configuration(&self) -> &'static [&'static str];

    /// `base` with `tools` installed from its own repositories.
    fn worker(&self, steps: &Steps, release: &Release<'_>, base: &State, tools: &[&str]) -> State;

    /// A tree with [`job::ANSWER`]: the addresses of the signed indices of the worker's repositories.
    fn indices(&self, steps: &Steps, release: &Release<'_>, worker: &State, architecture: &str) -> State;

    /// A tree with [`job::ANSWER`]: a [`job::Resolution`] of what the spec asks for.
    fn resolve(&self, steps: &Steps, release: &Release<'_>, worker: &State, resolve: &Resolve<'_>) -> State;

    /// A tree in which package number `n` is the file `n`, fetched by the distribution's own tools:
    /// for repositories that `BuildKit` cannot read.
    fn download(
        &self,
        steps: &Steps,
        release: &Release<'_>,
        worker: &State,
        download: &Download<'_>,
    ) -> State;

    /// How the names of the family's package files end, without the dot.
    fn extension(&self) -> &'static str;

    /// A tree with [`job::ANSWER`]: the [`job::PackageFiles`] of a tree that somebody else filled, which is called
    /// `name` in progress.
    fn list(
        &self,
        steps: &Steps,
        release: &Release<'_>,
        worker: &State,
        (name, tree): (&str, &State),
    ) -> State {
        let name = format!("{}: packages in {name}", release.key);
        let mut exec = steps.program(Stage::Resolve, &name, &["list-packages", self.extension()], None);
        exec.mount(job::PACKAGES, ReadOnly(tree.clone()));
        output(exec, release, worker)
    }

    /// What the package of a spec can be had as, sorted by path.
    fn forms(&self) -> &'static [Form] {
        &[]
    }

    /// Says what the family's packages cannot be or have.
    fn check(&self, recipe: &Recipe<'_>, problems: &mut Problems);

    /// The texts that describe a package to the family's tools, sorted by path.
    fn metadata(&self, recipe: &Recipe<'_>) -> Vec<Text> {
        let _ = recipe;
        Vec::new()
    }

    /// What builds packages, to be installed in a worker.
    fn build_tools(&self) -> &'static [&'static str] {
        &[]
    }

    /// `worker` with trust in the keys of the spec's repositories: paths of what is mounted as the release says.
    fn trusting(&self, steps: &Steps, release: &Release<'_>, worker: &State, keys: &[String]) -> State {
        let _ = (steps, release, keys);
        worker.clone()
    }

    /// `worker`, which has the tools, with what this package needs for its build.
    fn builder(&self, steps: &Steps, release: &Release<'_>, worker: &State, needs: &Needs<'_>) -> State {
        let _ = (steps, release, needs);
        worker.clone()
    }

    /// `base` with a package, what it needs, and others, from the repositories of the release and of the spec.
    fn install(&self, steps: &Steps, release: &Release<'_>, base: &State, install: &Install<'_>) -> State;

    /// A part of the work, made in a worker that [`Family::builder`] made.
    fn part(
        &self,
        part: Part,
        steps: &Steps,
        release: &Release<'_>,
        worker: &State,
        build: &Build<'_>,
    ) -> State;

    /// The packages, the source package among them, built in a worker that [`Family::builder`] made.
    ///
    /// One tree and no other: engines keep only those results of a step that somebody asked for, and the packages are
    /// asked for by themselves or for an extension.
    fn build(&self, steps: &Steps, release: &Release<'_>, worker: &State, build: &Build<'_>) -> State;
}

/// Which release a step works for: words for its name, and for the ids of its caches.
#[derive(Clone, Copy, Debug)]
pub struct Release<'a> {
    /// Target key, such as `trixie`.
    pub key: &'a str,
    /// Where packages of another architecture come from, where the worker does not know it.
    pub sources: Option<&'a Sources>,
    /// What else there is to choose packages from, sorted by where it is mounted.
    pub mounts: &'a [Mount],
}

/// A file or directory that is mounted into a worker to be read.
#[derive(Clone, Debug)]
pub struct Mount {
    /// Where it is in the worker.
    pub dest: String,
    /// A tree that has it.
    pub tree: State,
    /// Its path in that tree.
    pub path: String,
}

/// Where packages come from, as an image of their architecture says it. Nothing of the image is executed.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The image.
    pub image: State,
    /// The folder of it that takes the place of the worker's, see [`Family::sources`].
    pub folder: &'static str,
}

/// What a resolve step is made of.
#[derive(Clone, Copy, Debug)]
pub struct Resolve<'a> {
    /// What is asked for.
    pub job: &'a job::Resolve,
    /// The repositories' signed indices, each a tree with the file [`INDEX`]: when one changes,
    /// the step runs anew.
    pub indices: &'a [State],
    /// By number of their address in the job, the keys that were had, each a tree with the file [`INDEX`].
    pub keys: &'a [(usize, State)],
    /// Whether some repository has no index to watch, so that the cache must not answer.
    pub unwatched: bool,
    /// Places in the spec that ask for the packages.
    pub locations: &'a [Location],
}

/// What a download step is made of.
#[derive(Clone, Copy, Debug)]
pub struct Download<'a> {
    /// Architecture in the family's own words.
    pub architecture: &'a str,
    /// The packages, in the order of their files.
    pub packages: &'a [&'a lock::Package],
    /// Places in the spec that ask for the packages.
    pub locations: &'a [Location],
}

/// Name of the one file in the tree of a repository's index, or of a key.
pub const INDEX: &str = "index";

/// The tree that `exec` leaves in [`job::OUT`], run in a worker whose own changes are thrown away.
fn output(mut exec: Exec, release: &Release<'_>, worker: &State) -> State {
    exec.mount("/", Discard(worker.clone()));
    if let Some(Sources { image, folder }) = release.sources {
        if release.mounts.is_empty() {
            exec.mount(*folder, ReadOnly(image.clone()).selector(*folder));
        } else {
            // what is mounted in it needs a place to be made
            exec.mount(*folder, Discard(image.clone()).selector(*folder));
        }
    }
    for Mount { dest, tree, path } in release.mounts {
        exec.mount(dest, ReadOnly(tree.clone()).selector(path));
    }
    let out: Slot = exec.mount(job::OUT, Bind(State::scratch()));
    exec.run().output(out)
}

/// Mounts the indices and keys of a resolve step.
fn mount_repositories(exec: &mut Exec, resolve: &Resolve<'_>) {
    let Resolve { job: _, indices, keys, unwatched, locations } = resolve;
    for (number, index) in indices.iter().enumerate() {
        let path = format!("{}/{number}", job::INDICES);
        exec.mount(path, ReadOnly(index.clone()).selector(format!("/{INDEX}")));
    }
    for (number, key) in *keys {
        let path = format!("{}/{number}", job::KEYS);
        exec.mount(path, ReadOnly(key.clone()).selector(format!("/{INDEX}")));
    }
    if *unwatched {
        exec.ignore_cache(true);
    }
    for location in *locations {
        exec.location(location.clone());
    }
}

/// `base` with the words of `words` run by `script`, and caches that the next worker finds: paths and the ends of their
/// ids.
fn install(
    steps: &Steps,
    release: &Release<'_>,
    base: &State,
    (script, words): (Script, &[&str]),
    (name, caches): (&str, &[(&str, &str)]),
) -> State {
    let exec = steps.script(Stage::Worker, name, script, words.iter().copied());
    finish_install(exec, steps, release, base, caches)
}

/// What `exec` makes of `base` with a network and caches that the next worker finds.
fn finish_install(
    mut exec: Exec,
    steps: &Steps,
    release: &Release<'_>,
    base: &State,
    caches: &[(&str, &str)],
) -> State {
    steps.online(&mut exec);
    for (path, id) in caches {
        let id = format!("{}{}-{id}-{}", steps.cache_namespace, release.key, steps.platform);
        exec.mount(*path, Cache { id, sharing: Sharing::Locked });
    }
    for Mount { dest, tree, path } in release.mounts {
        exec.mount(dest, ReadOnly(tree.clone()).selector(path));
    }
    let root = exec.mount("/", Bind(base.clone()));
    exec.run().output(root)
}
