//! What a family builds a package of, and what comes of it.

use std::collections::BTreeSet;

use buildkit_llb::{Cache, Exec, Location, MkDir, MkFile, ReadOnly, Sharing, State};

use super::{Release, recipe::Recipe, recipe::Text};
use crate::diagnostic::{Diagnostic, Problems};
use crate::resolve::Dependency;
use crate::spec::build::{self, CacheDir, CacheSharing, NetworkMode};
use crate::step::Steps;

/// A result that the package of a spec has in a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// What follows the target key in its path; empty where nothing does.
    pub path: &'static str,
    /// What it gives, for a list.
    pub description: &'static str,
    /// Which part of the work it is.
    pub part: Part,
}

/// A part of the work of building a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What the source package is made of: sources and metadata.
    Inputs,
    /// The texts that describe the package to the family's tools.
    Metadata,
    /// The packages, the source package among them.
    Packages,
    /// The source package.
    Source,
    /// The sources in the form that the source package has them in.
    Sources,
    /// The worker in which packages are built.
    Worker,
}

/// What a package is built of.
#[derive(Clone, Debug)]
pub struct Build<'a> {
    /// The package.
    pub recipe: Recipe<'a>,
    /// The tree of its sources.
    pub tree: State,
    /// What the steps find beside it: paths, and trees with the path in them.
    pub mounts: Vec<(String, State, String)>,
    /// Places in the spec of the steps.
    pub locations: Vec<Location>,
}

/// What a build needs in its worker.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// The package that is built.
    pub recipe: &'a Recipe<'a>,
    /// Places in the spec that ask for it.
    pub locations: &'a [Location],
}

impl Needs<'_> {
    /// What the step is called that installs it: builds with the same needs share it.
    pub(super) fn title(&self, release: &Release<'_>) -> String {
        let needed = self.recipe.on_platform(&self.recipe.resolved.dependencies.build);
        let names: Vec<&str> = needed.map(|entry| entry.name.value.as_str()).collect();
        format!("{}: install what a build needs: {}", release.key, names.join(" "))
    }
}

/// What is installed where the tests of a package run.
#[derive(Clone, Copy, Debug)]
pub struct Install<'a> {
    /// The package: a tree, and the absolute path of its file in it.
    pub package: (&'a State, &'a str),
    /// Name of the package.
    pub name: &'a str,
    /// Packages that are installed beside it, sorted by name.
    pub others: &'a [&'a Dependency],
    /// A worker in which packages are built; there is one where bounds of `others` must be told by a package.
    pub worker: Option<&'a State>,
    /// Places in the spec that ask for `others`.
    pub locations: &'a [Location],
}

impl<'a> Install<'a> {
    /// Names of the others that may have any version.
    pub(super) fn unbounded(&self) -> impl Iterator<Item = &'a str> {
        let others = self.others.iter().filter(|other| other.bounds.is_empty());
        others.map(|other| other.name.value.as_str())
    }

    /// Those of the others whose versions are bounded.
    pub(super) fn bounded(&self) -> impl Iterator<Item = &'a Dependency> {
        self.others.iter().copied().filter(|other| !other.bounds.is_empty())
    }
}

impl Build<'_> {
    /// Gives a process of the build what the spec gives it: network, caches, mounts.
    pub(super) fn furnish(&self, exec: &mut Exec, steps: &Steps, release: &Release<'_>) {
        let build = &self.recipe.resolved.build;
        exec.platform(self.recipe.platform).env("HOME", "/root");
        if build.network_mode.value == NetworkMode::Sandbox {
            steps.online(exec);
        }
        for location in &self.locations {
            exec.location(location.clone());
        }
        for (path, tree, selected) in &self.mounts {
            exec.mount(path, ReadOnly(tree.clone()).selector(selected));
        }
        let namespace = format!("{}{}-{}", steps.cache_namespace, release.key, self.recipe.platform);
        let cache = |exec: &mut Exec, path: &str, id: String, sharing| {
            exec.mount(path, Cache { id, sharing });
        };
        for cached in self.caches() {
            match cached {
                build::Cache::Bazel { scope } => {
                    let file = State::scratch().mkfile(MkFile::new("/bazelrc", BAZELRC));
                    let file = file.named("[internal] bazelrc");
                    exec.mount("/etc/bazel.bazelrc", ReadOnly(file).selector("/bazelrc"));
                    let id = format!("{namespace}-bazel{}", suffix(&scope));
                    cache(exec, BAZEL, id, Sharing::Shared);
                }
                build::Cache::Dir(CacheDir { dest, key, sharing, no_auto_namespace }) => {
                    let id = if no_auto_namespace { key } else { format!("{namespace}-{key}") };
                    let sharing = match sharing {
                        CacheSharing::Locked => Sharing::Locked,
                        CacheSharing::Private => Sharing::Private,
                        CacheSharing::Shared => Sharing::Shared,
                    };
                    cache(exec, dest.value.as_str(), id, sharing);
                }
                build::Cache::GoBuild { scope, disabled: _ } => {
                    let id = format!("{namespace}-gobuild{}", suffix(&scope));
                    exec.env("GOCACHE", GOBUILD);
                    cache(exec, GOBUILD, id, Sharing::Shared);
                }
                build::Cache::RustSccache { scope } => {
                    let id = format!("{namespace}-sccache{}", suffix(&scope));
                    exec.env("RUSTC_WRAPPER", SCCACHE).env("SCCACHE_DIR", SCCACHE_DIR);
                    cache(exec, SCCACHE_DIR, id, Sharing::Shared);
                }
            }
        }
    }

    /// The caches of the spec, and that of Go where the build is one of Go and the spec does not say otherwise.
    fn caches(&self) -> Vec<build::Cache> {
        let resolved = self.recipe.resolved;
        let mut caches = resolved.build.caches.clone();
        let said = caches.iter().any(|cache| matches!(cache, build::Cache::GoBuild { .. }));
        caches.retain(|cache| !matches!(cache, build::Cache::GoBuild { disabled: true, .. }));
        let mut names = resolved.dependencies.build.iter().map(|entry| entry.name.value.as_str());
        let is_go = |name: &str| matches!(name, "golang" | "msft-golang") || name.starts_with("golang-");
        if !said && names.any(is_go) {
            caches.push(build::Cache::GoBuild { scope: String::new(), disabled: false });
        }
        caches
    }
}

/// Says what a build would need and the spec does not ask for.
pub(super) fn check(recipe: &Recipe<'_>, problems: &mut Problems) {
    let resolved = recipe.resolved;
    let has = |name: &str| resolved.dependencies.build.iter().any(|entry| entry.name.value == name);
    let wants = resolved.build.caches.iter().any(|cache| matches!(cache, build::Cache::RustSccache { .. }));
    if wants && !has(SCCACHE) {
        let message =
            format!("the cache `rustsccache` is one of the program `{SCCACHE}`, which the build has not");
        let error = Diagnostic::error(resolved.build.span, message);
        problems.push(error.help(format!("list a package `{SCCACHE}` under `dependencies:` `build:`")));
    }
}

/// A tree of texts below `folder`.
pub(super) fn folder(texts: &[Text], name: &str) -> State {
    let mut actions = Vec::new();
    let mut folders = BTreeSet::new();
    for Text { path, text, program } in texts {
        if let Some((above, _)) = path.rsplit_once('/')
            && folders.insert(above)
        {
            actions.push(MkDir::parents(format!("/{above}")).into());
        }
        let mode = if *program { 0o755 } else { 0o644 };
        actions.push(MkFile { mode, ..MkFile::new(format!("/{path}"), text.as_bytes()) }.into());
    }
    State::scratch().file(actions).named(format!("[internal] {name}"))
}

fn suffix(scope: &str) -> String {
    if scope.is_empty() { String::new() } else { format!("-{scope}") }
}

/// Where Bazel keeps what it has built.
const BAZEL: &str = "/var/cache/annex/bazel";
/// Where the compiler of Go does.
const GOBUILD: &str = "/var/cache/annex/gobuild";
/// What keeps results of the compiler of Rust, and where.
const SCCACHE: &str = "sccache";
const SCCACHE_DIR: &str = "/var/cache/annex/sccache";
/// Bazel's file of options for all users (<https://bazel.build/run/bazelrc>).
const BAZELRC: &str =
    "build --disk_cache=/var/cache/annex/bazel\nfetch --disk_cache=/var/cache/annex/bazel\n";
