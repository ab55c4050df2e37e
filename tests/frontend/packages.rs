//! The package of a spec: where it comes from, and what is done with it once it is there.

use std::collections::BTreeMap;

use super::*;
use crate::builder::file;

/// A spec with a package and nothing beside it.
const PACKAGE: &str = "\
name: hello
version: 1.0.0
description: says hello
license: MIT
packager: Packagers <packagers@example.org>
artifacts: {binaries: {hello: }}
";

/// A context that has these packages: path, name, version, architecture.
fn given(packages: &[[&str; 4]]) -> Builder {
    let packages = packages
        .iter()
        .map(|[path, name, version, architecture]| ((*path).to_owned(), file(name, version, architecture)));
    let files = job::PackageFiles { packages: packages.collect(), broken: BTreeMap::new(), others: 0 };
    Builder::with_spec(PACKAGE).answering(move |step| match step {
        Step::ListFiles(_) => Some(job::to_json(&files)),
        _ => None,
    })
}

/// What is done with package files, and what is said.
fn told(built: &Built) -> String {
    let story = story(built);
    let kinds = ["Solve assemble", "Solve list files", "Solve Build", "Warn"];
    let lines: Vec<&str> =
        story.lines().filter(|line| kinds.iter().any(|kind| line.starts_with(kind))).collect();
    lines.join("\n") + "\n"
}

fn with_context(name: &str, options: &[(&str, &str)]) -> Request {
    let context = format!("context:{name}");
    let mut all = vec![(&*context, "local:packages")];
    all.extend(options);
    Request::new(&all)
}

/// Whether a build ends well, and the packages that the image is made of.
async fn packed(builder: Builder, request: &Request) -> Vec<String> {
    let built = builder.build(request).await;
    assert!(built.end.error.is_none(), "{}", built.error());
    let mut paths = Vec::new();
    for graph in built.results().values() {
        for (_, exec, step) in graph.execs() {
            assert!(!matches!(step, Step::Build), "a package is built");
            let packages = exec.mounts.iter().filter(|mount| mount.dest.starts_with(job::PACKAGES));
            paths.extend(packages.map(|mount| mount.selector.clone()));
        }
    }
    paths
}

#[tokio::test]
async fn a_package_that_was_built_before_is_not_built() {
    let built = Builder::with_spec(PACKAGE).build(&with_context("pkg", &[])).await;
    expect![[r#"
        Solve list files .deb, now
        Solve assemble hello-v1.0.0-1-trixie-x86-64, now
        Solve assemble hello-v1.0.0-1-trixie-x86-64
        Warn package `hello` is not built: context `pkg` has it [package-given]
    "#]]
    .assert_eq(&told(&built));
}

#[tokio::test]
async fn the_context_of_the_target_goes_before_that_of_all() {
    let request = Request::new(&[
        ("context:pkg", "local:all"),
        ("context:trixie-pkg", "local:trixie"),
        ("target", "trixie/deb"),
    ]);
    let built = Builder::with_spec(PACKAGE).build(&request).await;
    let text = built.results()[""].text();
    assert!(text.starts_with("v0 source local://trixie\n"), "{text}");
}

#[tokio::test]
async fn of_many_packages_that_of_the_spec_and_the_platform_is_taken() {
    let builder = given(&[
        ["linux_amd64/hello-dbgsym_1.0.0-1_amd64.deb", "hello-dbgsym", "1.0.0-1", "amd64"],
        ["linux_amd64/hello_1.0.0-1_all.deb", "hello", "1.0.0-1", "all"],
        ["linux_arm64/hello_1.0.0-1_all.deb", "hello", "1.0.0-1", "all"],
    ]);
    let paths = packed(builder, &with_context("pkg", &[("platform", "linux/arm64")])).await;
    assert_eq!(paths, ["/linux_arm64/hello_1.0.0-1_all.deb"]);
}

#[tokio::test]
async fn a_context_without_the_package_is_told_with_what_it_has() {
    for (packages, expected) in [
        (
            &[][..],
            expect![[r#"
            spec.yml:1:7: context `pkg` has no package `hello` for `amd64`, nor any other
            1 | name: hello
              |       ^^^^^
            help: give the result of `--target=trixie/deb --output=DIRECTORY`
            [Source+json spec.yml 1-1]
        "#]],
        ),
        (
            &[["x.deb", "other\u{1b}", "1", "amd64"]],
            expect![[r#"
            spec.yml:1:7: context `pkg` has no package `hello` for `amd64`: `x.deb` is `other\u{1b}` 1 for `amd64`
            1 | name: hello
              |       ^^^^^
            help: give the result of `--target=trixie/deb --output=DIRECTORY`
            [Source+json spec.yml 1-1]
        "#]],
        ),
        (
            &[["x.deb", "hello", "1.0.0-1", "arm64"]],
            expect![[r#"
            spec.yml:1:7: context `pkg` has no package `hello` for `amd64`: `x.deb` is `hello` 1.0.0-1 for `arm64`
            1 | name: hello
              |       ^^^^^
            help: give the result of `--target=trixie/deb --output=DIRECTORY`
            [Source+json spec.yml 1-1]
        "#]],
        ),
        (
            &[["a.deb", "hello", "1.0.0-1", "amd64"], ["b.deb", "hello", "1.0.0-2", "all"]],
            expect![[r#"
            spec.yml:1:7: context `pkg` has more than one package `hello`: `a.deb` is `hello` 1.0.0-1 for `amd64`, and `b.deb` is `hello` 1.0.0-2 for `all`
            1 | name: hello
              |       ^^^^^
            help: give the result of `--target=trixie/deb --output=DIRECTORY`
            [Source+json spec.yml 1-1]
        "#]],
        ),
    ] {
        expected.assert_eq(&error(&given(packages).build(&with_context("pkg", &[])).await));
    }
}

#[tokio::test]
async fn a_package_of_another_version_than_the_spec_is_told() {
    let builder = given(&[["x.deb", "hello", "1:1.0.0.1-1", "amd64"]]);
    expect![[r#"
        Solve list files .deb, now
        Solve assemble hello-v1.0.0-1-trixie-x86-64, now
        Solve assemble hello-v1.0.0-1-trixie-x86-64
        Warn package `hello` is not built: context `trixie-pkg` has it [package-given]
        Warn `x.deb` of context `trixie-pkg` has version 1.0.0.1-1, the spec has 1.0.0 [package-given]
    "#]]
    .assert_eq(&told(&builder.build(&with_context("trixie-pkg", &[])).await));
}
