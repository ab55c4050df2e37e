//! What an extension cannot be made of: said before any work, where the spec asks for it.

use crate::diagnostic::{Diagnostic, Problems};
use crate::job::Rule;
use crate::resolve::Resolved;

/// Refuses a spec that asks for more than packages of repositories; `given` tells that its own package is one that need
/// not be built.
pub(super) fn check(resolved: &Resolved, given: bool) -> Result<(), Problems> {
    if given {
        return Ok(());
    }
    let mut problems = Problems::default();
    let first = resolved.sources.iter().min_by_key(|(_, source)| source.span);
    if let Some((name, source)) = first.filter(|_| resolved.artifacts.is_empty()) {
        let message = format!("source `{name}` is of no use to an extension: nothing is made of it");
        problems.push(Diagnostic::error(source.span, message).help(HELP));
    }
    if !resolved.build.steps.is_empty() && resolved.artifacts.is_empty() {
        let message = "nothing of this build is installed";
        let help = "list what it makes under `artifacts:`, or leave the build out";
        problems.push(Diagnostic::error(resolved.build.span, message).help(help));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// What is checked in a spec but not done, where it has no package of its own.
pub(super) fn undone(resolved: &Resolved) -> Problems {
    let mut problems = Problems::default();
    if let Some(first) = resolved.tests.first() {
        let message = "tests are not run: there is no package of this spec to install for them";
        let warning = Diagnostic::warning(first.span, message).rule(Rule::TestsNotRun.name());
        problems.push(warning.help("packages of repositories are used as they are"));
    }
    problems
}

/// The way out of sources without a package.
const HELP: &str = "list what a build makes of it under `artifacts:`, or leave it out";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::diagnostic::{SourceFile, render};
    use crate::resolve::{Platform, Selection, resolve};
    use crate::spec::Spec;

    /// What is refused and what is left undone.
    fn check(text: &str, expected: &Expect) {
        let mut problems = Problems::default();
        let spec = Spec::parse(text, &mut problems).unwrap();
        let platform = Platform { os: "linux", architecture: "amd64", variant: None };
        let build_args = BTreeMap::new();
        let selection = Selection {
            target: "trixie",
            platform,
            build_platform: platform,
            build_args: &build_args,
            known_targets: &["trixie"],
        };
        let (resolved, _) = resolve(&spec, &selection).unwrap();
        let mut said = super::check(&resolved, false).err().unwrap_or_default();
        said.extend(undone(&resolved));
        let file = SourceFile { name: String::from("spec.yml"), text: String::from(text) };
        expected.assert_eq(&render(&file, &said));
    }

    #[test]
    fn what_is_made_of_nothing_or_for_nothing_is_refused_at_its_line() {
        check(
            "name: n
version: 1
sources:
  a: {context: {}}
  b: {context: {}}
build: {steps: [{command: make}]}
dependencies:
  sysext: [jq]
",
            &expect![[r#"
                spec.yml:4:3: source `a` is of no use to an extension: nothing is made of it
                4 |   a: {context: {}}
                  |   ^
                help: list what a build makes of it under `artifacts:`, or leave it out
                spec.yml:6:1: nothing of this build is installed
                6 | build: {steps: [{command: make}]}
                  | ^^^^^
                help: list what it makes under `artifacts:`, or leave the build out
            "#]],
        );
    }

    #[test]
    fn what_describes_a_package_or_a_container_does_not_hinder_an_extension() {
        check(
            "name: n
version: 1
noarch: true
build: {}
artifacts: {disable_strip: true}
image: {entrypoint: n, bases: [{rootfs: {image: {ref: a}}}]}
package_config: {signer: {image: a}}
changelog: [{date: 2026-01-01, author: A, changes: [x]}]
provides: [a]
replaces: [b]
conflicts: [c]
dependencies:
  build: [gcc]
  runtime: [libc6]
  recommends: [d]
  test: [bash]
  sysext: [jq]
  extra_repos: [{config: {a: {inline: {file: {}}}}, envs: [build, test]}]
targets:
  noble: {frontend: {image: registry.example.org/other}}
",
            &expect![[""]],
        );
    }

    #[test]
    fn tests_without_a_package_of_the_spec_are_told() {
        check(
            "{name: n, version: 1, dependencies: {sysext: [jq]}, tests: [{name: t, files: {/usr/bin/jq: }}]}",
            &expect![[r#"
                spec.yml:1:61: warning: tests are not run: there is no package of this spec to install for them [tests-not-run]
                1 | {name: n, version: 1, dependencies: {sysext: [jq]}, tests: [{name: t, files: {/usr/bin/jq: }}]}
                  |                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                help: packages of repositories are used as they are
            "#]],
        );
    }
}
