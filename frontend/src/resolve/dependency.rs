//! Packages and repositories: those of the spec, with those of a target in their place.

use crate::diagnostic::Problems;
use crate::resolve::apply::{Apply, concrete};
use crate::resolve::argument::Arguments;
use crate::resolve::{Dependencies, Dependency};
use crate::spec::dependency;
use crate::spec::number::Mode;
use crate::spec::repository::Repository;
use crate::spec::source::Variant;
use crate::spec::{Concrete, Written};

concrete!(Repository: keys, config, data; span, envs);

/// What a target needs. Each list of a target takes the place of the spec's, unless it is empty.
pub(super) fn dependencies(
    global: &dependency::Dependencies<Written>,
    target: Option<&dependency::Dependencies<Written>>,
    arguments: &Arguments,
    problems: &mut Problems,
) -> Dependencies {
    let dependency::Dependencies { build, extra_repos, recommends, runtime, sysext, test } = global;
    let own = |list: fn(&dependency::Dependencies<Written>) -> &Vec<dependency::Dependency<Written>>| {
        target.map(list).filter(|list| !list.is_empty())
    };
    let mut list = |own: Option<&Vec<_>>, global| packages(own.unwrap_or(global), arguments, problems);
    let lists = [
        list(own(|target| &target.build), build),
        list(own(|target| &target.recommends), recommends),
        list(own(|target| &target.runtime), runtime),
        list(own(|target| &target.sysext), sysext),
        list(own(|target| &target.test), test),
    ];
    let own = target.map(|target| &target.extra_repos).filter(|list| !list.is_empty());
    let extra_repos = own.unwrap_or(extra_repos).apply(arguments, problems);
    let [build, recommends, runtime, sysext, test] = lists;
    let extra_repos = extra_repos.unwrap_or_default().into_iter().map(readable_keys).collect();
    Dependencies { build, extra_repos, recommends, runtime, sysext, test }
}

/// A list of packages, sorted by name.
pub(super) fn packages(
    list: &[dependency::Dependency<Written>],
    arguments: &Arguments,
    problems: &mut Problems,
) -> Vec<Dependency> {
    let mut resolved: Vec<_> = list.iter().map(|entry| package(entry, arguments, problems)).collect();
    resolved.sort_by(|a, b| a.name.value.cmp(&b.name.value));
    resolved
}

fn package(
    dependency: &dependency::Dependency<Written>,
    arguments: &Arguments,
    problems: &mut Problems,
) -> Dependency {
    let dependency::Dependency { name, versions, arch } = dependency;
    Dependency {
        name: name.as_ref().map(ToString::to_string),
        bounds: versions.iter().filter_map(|version| version.apply(arguments, problems)).collect(),
        arch: arch.clone(),
    }
}

/// The repository with keys that the package manager's own user can read.
fn readable_keys(mut repository: Repository<Concrete>) -> Repository<Concrete> {
    for key in repository.keys.values_mut() {
        if let Variant::Http(http) = &mut key.variant {
            http.permissions = http.permissions.or(Some(KEY_MODE));
        }
    }
    repository
}

/// The mode of a key that is fetched: package managers drop their privileges before they read it.
const KEY_MODE: Mode = Mode::new(0o644);
