//! What an extension cannot be made of yet: said before any work, where the spec asks for it.

use crate::diagnostic::{Diagnostic, Problems};
use crate::resolve::Resolved;
use crate::spec::repository::RepositoryEnv;

/// Refuses a spec that asks for more than packages of the release's repositories.
pub(super) fn check(resolved: &Resolved) -> Result<(), Problems> {
    let mut problems = Problems::default();
    let first = resolved.sources.iter().min_by_key(|(_, source)| source.span);
    if let Some((name, source)) = first {
        let message =
            format!("source `{name}` would be built, and extensions are made of packages alone yet");
        problems.push(Diagnostic::error(source.span, message).help(HELP));
    }
    if !resolved.build.steps.is_empty() {
        let message = "a build would make a package, and extensions are made of packages alone yet";
        problems.push(Diagnostic::error(resolved.build.span, message).help(HELP));
    }
    if let Some(span) = resolved.artifacts.span.filter(|_| !resolved.artifacts.is_empty()) {
        let message =
            "artifacts would be installed from a build, and extensions are made of packages alone yet";
        problems.push(Diagnostic::error(span, message).help(HELP));
    }
    if let Some(frontend) = &resolved.frontend {
        let target = &frontend.target;
        let message = format!("target `{}` is for another frontend, which cannot be asked yet", target.value);
        let help = format!("build it with that one: `--build-arg BUILDKIT_SYNTAX={}`", frontend.image.value);
        problems.push(Diagnostic::error(target.span, message).help(help));
    }
    let repositories = resolved.dependencies.extra_repos.iter();
    for repository in repositories.filter(|repository| repository.envs.contains(&RepositoryEnv::Install)) {
        let message = "packages come from the repositories of the release alone yet";
        let help =
            "give a worker with this repository as `--build-context`, or leave `install` out of `envs`";
        problems.push(Diagnostic::error(repository.span, message).help(help));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// What is checked in a spec but not done.
pub(super) fn undone(resolved: &Resolved) -> Problems {
    let mut problems = Problems::default();
    if let Some(first) = resolved.tests.first() {
        let warning = Diagnostic::warning(first.span, "tests are not run with extensions yet");
        problems.push(warning.help("a test of the package in a container says little of the extension"));
    }
    problems
}

/// The way out of what would have to be built.
const HELP: &str = "list packages that are built already under `dependencies:` `sysext:`";
