//! The package of a spec: where it comes from, and what is done with it once it is there.

use std::collections::BTreeMap;

use super::*;
use crate::builder::file;

/// A spec with a package and nothing beside it.
pub(crate) const PACKAGE: &str = "\
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
        Step::ListFiles(..) => Some(job::to_json(&files)),
        _ => None,
    })
}

/// What is done with package files, and what is said.
pub(crate) fn told(built: &Built) -> String {
    let story = story(built);
    let kinds = ["Solve assemble", "Solve by another", "Solve list files", "Solve Build", "Warn"];
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

/// A spec with a package that is signed.
fn signed() -> String {
    format!(
        "{PACKAGE}package_config: {{signer: {{image: example.org/signer:1, cmdline: /sign, args: {{KEY: $ID}}}}}}\nargs: {{ID: a}}\n"
    )
}

/// What a signer was asked: its options, and the ends of the graphs that it was given.
fn asked(built: &Built) -> String {
    let mut asked = String::new();
    for call in built.calls.all() {
        let Call::Solve(request) = call else { continue };
        if request.frontend.is_empty() {
            continue;
        }
        writeln!(asked, "{}", request.frontend).unwrap();
        for (name, value) in BTreeMap::from_iter(request.frontend_opt) {
            writeln!(asked, "{name}={value}").unwrap();
        }
        for (name, graph) in BTreeMap::from_iter(request.frontend_inputs) {
            let text = builder::Graph::read(graph).text();
            let last = text.rfind("\nv").map_or(0, |at| at + 1);
            writeln!(asked, "{name}: {}", text[last..].trim_end()).unwrap();
        }
    }
    asked
}

pub(crate) fn packages(options: &[(&str, &str)]) -> Request {
    let mut all = vec![("target", "trixie/deb")];
    all.extend(options);
    Request::new(&all)
}

#[tokio::test]
async fn packages_go_to_the_signer_with_the_clients_options_and_come_back_over_the_others() {
    let mut builder = Builder::with_spec(signed());
    let given = State::scratch().mkfile(MkFile::new("/key", "k"));
    builder.inputs.insert("keys".to_owned(), Definition::of(&given).into());
    let request = packages(&[("build-arg:ID", "b"), ("context:keys", "input:keys"), ("label:x", "y")]);
    let built = builder.build(&request).await;
    assert!(built.end.error.is_none(), "{}", built.error());
    expect![[r#"
        gateway.v0
        build-arg:ID=b
        build-arg:KEY=b
        cmdline=/sign
        context:keys=input:keys
        dalec.target=trixie
        platform=linux/amd64
        source=example.org/signer:1
        context: v8 file
           copy v7:1 / to / dir-contents include=["**/*.deb"]
           name [internal] what is signed
        root v8:0
        keys: v0 file
           mkfile /key 0644
           | k (no line feed)
        root v0:0
    "#]]
    .assert_eq(&asked(&built));
    let text = built.results()[""].text();
    expect![[r#"
        v9 file
           on v7:1
           copy v8:0 / to / dir-contents
           name [sign] trixie: packages of hello
        root v9:0
    "#]]
    .assert_eq(&text[text.rfind("\nv").unwrap() + 1..]);
}

#[tokio::test]
async fn who_signs_is_said_by_the_target_the_client_or_nobody() {
    let config = "signer: {image: example.org/another:1, args: {A: $ID}}\nother: 1\n";
    let target = format!(
        "{}targets: {{trixie: {{package_config: {{signer: {{image: example.org/of-trixie:1}}}}}}}}\n",
        signed()
    );
    let file = ("build-arg:DALEC_SIGNING_CONFIG_PATH", "/sign/it.yml");
    for (spec, options, expected) in [
        (&*signed(), &[][..], expect!["source=example.org/signer:1"]),
        (&target, &[], expect!["source=example.org/of-trixie:1"]),
        (PACKAGE, &[], expect![[""]]),
        (
            &target,
            &[file],
            expect![[r#"
            build-arg:A=$ID
            source=example.org/another:1
            Warn another signer is asked: `DALEC_SIGNING_CONFIG_PATH` names one"#]],
        ),
        (
            PACKAGE,
            &[file, ("build-arg:DALEC_SIGNING_CONFIG_CONTEXT_NAME", "keys"), ("context:keys", "local:keys")],
            expect![[r#"
                build-arg:A=$ID
                source=example.org/another:1"#]],
        ),
        (
            &target,
            &[file, ("build-arg:DALEC_SKIP_SIGNING", "1")],
            expect!["Warn packages are not signed: `DALEC_SKIP_SIGNING` says so"],
        ),
        (&signed(), &[("build-arg:DALEC_SKIP_SIGNING", "false")], expect!["source=example.org/signer:1"]),
    ] {
        let builder = Builder::with_spec(spec).file("local://context", "sign/it.yml", config).file(
            "local://keys",
            "sign/it.yml",
            config,
        );
        let built = builder.build(&packages(options)).await;
        assert!(built.end.error.is_none(), "{}", built.error());
        let asked = asked(&built);
        let mut said: Vec<&str> = asked
            .lines()
            .filter(|line| line.starts_with("source=") || line.starts_with("build-arg:A="))
            .collect();
        let story = story(&built);
        said.extend(story.lines().filter(|line| line.starts_with("Warn")));
        expected.assert_eq(&said.join("\n"));
    }
}

#[tokio::test]
async fn a_configuration_of_signing_that_cannot_be_used_is_told() {
    for (config, context, expected) in [
        (
            None,
            "context",
            expect![[r#"
            there is no `it.yml` of context `context`
            help: check its path, and what the context's `.dockerignore` says
            [Source+json spec.yml 0-0]
        "#]],
        ),
        (
            Some("signer:\n  image: a b\n  imagen: c\n"),
            "context",
            expect![[r#"
            `it.yml` of context `context`, line 2: the reference of an image has no white space
            `it.yml` of context `context`, line 3: unknown field `imagen`
            help: did you mean `image`?
            [Source+json spec.yml 0-0]
        "#]],
        ),
        (
            Some("other: 1\n"),
            "context",
            expect![[r#"
            `it.yml` of context `context` names no signer
            help: write `signer: {image: …}` in it, or build with `DALEC_SKIP_SIGNING=1`
            [Source+json spec.yml 0-0]
        "#]],
        ),
        (
            Some(""),
            "keys",
            expect![[r#"
            `it.yml` of context `keys` is wanted, and the client gave no such context
            help: add `--build-context keys=DIRECTORY`
            [Source+json spec.yml 0-0]
        "#]],
        ),
    ] {
        let mut builder = Builder::with_spec(PACKAGE);
        if let Some(config) = config {
            builder = builder.file("local://context", "it.yml", config);
        }
        let built = builder
            .build(&packages(&[
                ("build-arg:DALEC_SIGNING_CONFIG_PATH", "it.yml"),
                ("build-arg:DALEC_SIGNING_CONFIG_CONTEXT_NAME", context),
            ]))
            .await;
        expected.assert_eq(&error(&built));
    }
}

#[tokio::test]
async fn what_a_signer_must_not_give_back_is_refused() {
    let hello = |version: &str| BTreeMap::from([("hello.deb".to_owned(), file("hello", version, "amd64"))]);
    let files = |packages, broken: &[(&str, &str)], others| {
        let broken = broken.iter().map(|&(path, why)| (path.to_owned(), why.to_owned()));
        job::PackageFiles { packages, broken: broken.collect(), others }
    };
    let other = BTreeMap::from([("more.deb".to_owned(), file("more", "1", "amd64"))]);
    for (got, expected) in [
        (
            files(BTreeMap::new(), &[], 0),
            expect![[r#"
            spec.yml:7:34: signer `example.org/signer:1` gave nothing back
            7 | package_config: {signer: {image: example.org/signer:1, cmdline: /sign, args: {KEY: $ID}}}
              |                                  ^^^^^^^^^^^^^^^^^^^^
            help: a signer gives back the files that it was given, signed, or files beside them
            [Source+json spec.yml 7-7]
        "#]],
        ),
        (
            files(hello("1.0.0-2"), &[], 0),
            expect![[r#"
            spec.yml:7:34: signer `example.org/signer:1` made `hello` 1.0.0-2 for `amd64` of `hello.deb`, which was `hello` 1.0.0-1 for `amd64`
            7 | package_config: {signer: {image: example.org/signer:1, cmdline: /sign, args: {KEY: $ID}}}
              |                                  ^^^^^^^^^^^^^^^^^^^^
            help: a signer gives back the files that it was given, signed, or files beside them
            [Source+json spec.yml 7-7]
        "#]],
        ),
        (
            files(other, &[], 0),
            expect![[r#"
            spec.yml:7:34: signer `example.org/signer:1` gave back a package `more.deb`, which it was not given
            7 | package_config: {signer: {image: example.org/signer:1, cmdline: /sign, args: {KEY: $ID}}}
              |                                  ^^^^^^^^^^^^^^^^^^^^
            help: a signer gives back the files that it was given, signed, or files beside them
            [Source+json spec.yml 7-7]
        "#]],
        ),
        (
            files(BTreeMap::new(), &[("hello.deb", "is damaged")], 0),
            expect![[r#"
            spec.yml:7:34: signer `example.org/signer:1` gave back `hello.deb`, which is damaged
            7 | package_config: {signer: {image: example.org/signer:1, cmdline: /sign, args: {KEY: $ID}}}
              |                                  ^^^^^^^^^^^^^^^^^^^^
            help: a signer gives back the files that it was given, signed, or files beside them
            [Source+json spec.yml 7-7]
        "#]],
        ),
    ] {
        let before = files(hello("1.0.0-1"), &[], 0);
        let builder = Builder::with_spec(signed()).answering(move |step| match step {
            Step::ListFiles(_, tree) if tree.is_empty() => Some(job::to_json(&before)),
            Step::ListFiles(..) => Some(job::to_json(&got)),
            _ => None,
        });
        expected.assert_eq(&error(&builder.build(&packages(&[])).await));
    }
}

#[tokio::test]
async fn detached_signatures_may_lie_beside_the_packages() {
    let none = job::PackageFiles { others: 1, ..job::PackageFiles::default() };
    let builder = Builder::with_spec(signed()).answering(move |step| match step {
        Step::ListFiles(_, tree) if !tree.is_empty() => Some(job::to_json(&none)),
        _ => None,
    });
    let built = builder.build(&packages(&[])).await;
    assert!(built.end.error.is_none(), "{}", built.error());
}

#[tokio::test]
async fn a_signer_with_many_results_is_refused() {
    let one = |id: &str| (format!("linux/{id}"), wire::Ref { id: id.to_owned(), def: None });
    let refs = wire::RefMap { refs: [one("a"), one("b")].into() };
    let result = wire::Result { result: Some(wire::result::Result::Refs(refs)), ..Default::default() };
    let answer = wire::SolveResponse { result: Some(result), ..Default::default() };
    let builder = Builder::with_spec(signed()).asking(move |_| Reply::Answer(answer.clone()));
    let built = builder.build(&packages(&[])).await;
    expect![[r#"
        spec.yml:7:34: signer `example.org/signer:1` gives no single result
        7 | package_config: {signer: {image: example.org/signer:1, cmdline: /sign, args: {KEY: $ID}}}
          |                                  ^^^^^^^^^^^^^^^^^^^^
        help: a signer gives the packages for one platform
        [Source+json spec.yml 7-7]
    "#]]
    .assert_eq(&error(&built));
}

#[tokio::test]
async fn what_a_signer_says_is_told_as_its_own_words() {
    let builder = Builder::with_spec(signed()).asking(|_| Reply::Fail(failed(2, "the key is locked", &[])));
    expect![[r#"
        signer `example.org/signer:1`: the key is locked
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&error(&builder.build(&packages(&[])).await));
}
