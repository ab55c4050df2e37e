//! What an extension cannot be made of yet: said before any work, where the spec asks for it.

use crate::diagnostic::{Diagnostic, Problems};
use crate::job::Rule;
use crate::resolve::Resolved;

/// Refuses a spec that asks for more than packages of repositories.
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
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// What is checked in a spec but not done.
pub(super) fn undone(resolved: &Resolved) -> Problems {
    let mut problems = Problems::default();
    if let Some(first) = resolved.tests.first() {
        let warning = Diagnostic::warning(first.span, "tests are not run with extensions yet");
        let warning = warning.rule(Rule::TestsNotRun.name());
        problems.push(warning.help("a test of the package in a container says little of the extension"));
    }
    problems
}

/// The way out of what would have to be built.
const HELP: &str = "list packages that are built already under `dependencies:` `sysext:`";

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
        let mut said = super::check(&resolved).err().unwrap_or_default();
        said.extend(undone(&resolved));
        let file = SourceFile { name: String::from("spec.yml"), text: String::from(text) };
        expected.assert_eq(&render(&file, &said));
    }

    #[test]
    fn what_would_have_to_be_built_is_refused_at_its_line() {
        check(
            "name: n
version: 1
sources:
  a: {context: {}}
  b: {context: {}}
build: {steps: [{command: make}]}
artifacts: {binaries: {a/n: }}
dependencies:
  sysext: [jq]
  extra_repos: [{config: {a: {inline: {file: {}}}}}]
targets:
  trixie: {frontend: {image: registry.example.org/other}}
",
            &expect![[r#"
                spec.yml:4:3: source `a` would be built, and extensions are made of packages alone yet
                4 |   a: {context: {}}
                  |   ^
                help: list packages that are built already under `dependencies:` `sysext:`
                spec.yml:6:1: a build would make a package, and extensions are made of packages alone yet
                6 | build: {steps: [{command: make}]}
                  | ^^^^^
                help: list packages that are built already under `dependencies:` `sysext:`
                spec.yml:7:1: artifacts would be installed from a build, and extensions are made of packages alone yet
                7 | artifacts: {binaries: {a/n: }}
                  | ^^^^^^^^^
                help: list packages that are built already under `dependencies:` `sysext:`
                spec.yml:12:3: target `trixie` is for another frontend, which cannot be asked yet
                12 |   trixie: {frontend: {image: registry.example.org/other}}
                   |   ^^^^^^
                help: build it with that one: `--build-arg BUILDKIT_SYNTAX=registry.example.org/other`
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
    fn tests_that_are_not_run_are_told() {
        check(
            "{name: n, version: 1, dependencies: {sysext: [jq]}, tests: [{name: t, files: {/usr/bin/jq: }}]}",
            &expect![[r#"
                spec.yml:1:61: warning: tests are not run with extensions yet [tests-not-run]
                1 | {name: n, version: 1, dependencies: {sysext: [jq]}, tests: [{name: t, files: {/usr/bin/jq: }}]}
                  |                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                help: a test of the package in a container says little of the extension
            "#]],
        );
    }
}
