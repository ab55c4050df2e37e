//! The packages of an extension.

use crate::diagnostic::Problems;
use crate::resolve::Dependency;
use crate::resolve::argument::Arguments;
use crate::spec::{self, Spec};

/// The packages that an extension for a target is made of. The list of a target takes the place of
/// the spec's, unless it is empty.
pub(super) fn sysext(
    spec: &Spec,
    target: &str,
    arguments: &Arguments,
    problems: &mut Problems,
) -> Vec<Dependency> {
    let own = spec.target(target).map(|target| target.dependencies.as_slice());
    let list = own.filter(|list| !list.is_empty()).unwrap_or(&spec.dependencies);
    let mut resolved: Vec<_> = list.iter().map(|entry| dependency(entry, arguments, problems)).collect();
    resolved.sort_by(|a, b| a.name.value.cmp(&b.name.value));
    resolved
}

fn dependency(dependency: &spec::Dependency, arguments: &Arguments, problems: &mut Problems) -> Dependency {
    let spec::Dependency { name, versions, arch } = dependency;
    Dependency {
        name: name.as_ref().map(ToString::to_string),
        bounds: versions.iter().filter_map(|version| arguments.apply(version, problems)).collect(),
        arch: arch.clone(),
    }
}
