//! What the author of a spec reads when a build fails or warns.

use super::*;

#[tokio::test]
async fn all_problems_of_a_spec_are_one_error_with_their_places() {
    let spec = "name: Tools\nverison: 1\ndependencies:\n  sysext: [jq, 5]\n";
    let built = Builder::with_spec(spec).build(&Request::new(&[])).await;
    expect![[r#"
        spec.yml:1:1: missing field `version`
        1 | name: Tools
          | ^^^^^^^^^^^
        spec.yml:2:1: unknown field `verison`
        2 | verison: 1
          | ^^^^^^^
        help: did you mean `version`?
        [Source+json spec.yml 2-2]
        [Source+json spec.yml 1-4]
    "#]]
    .assert_eq(&error(&built));
    // Nothing is built for a spec that is wrong.
    expect![[r#"
        Ping
        Inputs
        Solve local://dockerfile, now
        ReadFile spec.yml
        Return
    "#]]
    .assert_eq(&story(&built));
}

#[tokio::test]
async fn problems_of_two_platforms_are_told_once() {
    let spec = "name: tools\nversion: $NOPE\ndependencies:\n  sysext: [jq]\n";
    let request = Request::new(&[("platform", "linux/arm64,linux/amd64"), ("build-arg:GONE", "1")]);
    expect![[r#"
        spec.yml:2:10: build arg `NOPE` is not declared
        2 | version: $NOPE
          |          ^^^^^
        help: declare it in `args`, with a default or without
        [Source+json spec.yml 2-2]
    "#]]
    .assert_eq(&error(&Builder::with_spec(spec).build(&request).await));
}

#[tokio::test]
async fn the_excerpts_show_the_text_that_was_read() {
    let built = Builder::with_spec("name: tools\nverison: 1\n").build(&Request::new(&[])).await;
    let details = &built.end.error.as_ref().unwrap().details;
    for detail in details {
        let json: serde_json::Value = serde_json::from_slice(&detail.value).unwrap();
        let data = STANDARD.decode(json["info"]["data"].as_str().unwrap()).unwrap();
        assert_eq!(String::from_utf8(data).unwrap(), "name: tools\nverison: 1\n");
    }
    assert!(!details.is_empty());
}

#[tokio::test]
async fn an_unknown_package_is_an_error_at_its_line() {
    let builder = Builder::with_spec(SPEC).answering(|step| match step {
        Step::Resolve(job) => Some(resolution(
            job,
            vec![Finding {
                help: Some("did you mean `zsh`?".to_owned()),
                ..finding(Level::Error, "zsh", "no repository has a package `zhs`")
            }],
        )),
        _ => None,
    });
    expect![[r#"
        spec.yml:6:3: no repository has a package `zhs` [package-unknown]
        6 |   zsh: }}
          |   ^^^
        help: did you mean `zsh`?
        [Source+json spec.yml 6-6]
    "#]]
    .assert_eq(&error(&builder.build(&Request::new(&[])).await));
}

#[tokio::test]
async fn what_two_packages_have_in_common_is_shown_at_both_lines() {
    let builder = Builder::with_spec(SPEC).answering(|step| match step {
        Step::Assemble(_) => Some(job::to_json(&job::Assembly {
            findings: vec![Finding {
                rule: Rule::DuplicatePath,
                level: Level::Error,
                packages: vec!["jq".to_owned(), "zsh".to_owned()],
                paths: Vec::new(),
                message: "`/usr/bin/x` is in two packages".to_owned(),
                help: None,
            }],
            allowed: Vec::new(),
            files: 0,
            bytes: 0,
        })),
        _ => None,
    });
    expect![[r#"
        spec.yml:5:3: `/usr/bin/x` is in two packages [duplicate-path]
        5 |   jq: ,
          |   ^^
        6 |   zsh: }}
          |   --- and here
        [Source+json spec.yml 5-5]
    "#]]
    .assert_eq(&error(&builder.build(&Request::new(&[])).await));
}

#[tokio::test]
async fn a_finding_of_two_platforms_is_told_once() {
    let builder = Builder::with_spec(SPEC).answering(|step| match step {
        Step::Resolve(job) => {
            Some(resolution(job, vec![finding(Level::Error, "jq", "no repository has a package `jq`")]))
        }
        _ => None,
    });
    let request = Request::new(&[("platform", "linux/arm64,linux/amd64")]);
    expect![[r#"
        spec.yml:5:3: no repository has a package `jq` [package-unknown]
        5 |   jq: ,
          |   ^^
        [Source+json spec.yml 5-5]
    "#]]
    .assert_eq(&error(&builder.build(&request).await));
}

#[tokio::test]
async fn warnings_are_sent_with_their_lines() {
    let mut builder = Builder::with_spec(SPEC).answering(|step| match step {
        Step::Resolve(job) => Some(resolution(job, vec![finding(Level::Warning, "zsh", "it is old")])),
        Step::Assemble(_) => {
            let findings = vec![Finding {
                help: Some("do without".to_owned()),
                ..finding(Level::Warning, "jq", "`/var/x` is left out")
            }];
            Some(job::to_json(&job::Assembly { findings, allowed: Vec::new(), files: 1, bytes: 1 }))
        }
        _ => None,
    });
    builder.unreachable.insert(builder::SECURITY.to_owned());
    builder.others = 1;
    let request = Request::new(&[
        ("build-arg:DALEC_SYSEXT_OSID", "debian"),
        ("no-cache", "dalec.pkg,resolv,resolve"),
        ("attest:sbom", ""),
    ]);
    let built = builder.build(&request).await;
    assert!(built.end.error.is_none());
    let mut warnings = String::new();
    for call in built.calls.all() {
        let Call::Warn(wire::WarnRequest { level, short, info, ranges, .. }) = call else { continue };
        let lines: Vec<String> = ranges.iter().map(|range| range.start.unwrap().line.to_string()).collect();
        let file = info.map(|info| info.filename).unwrap_or_default();
        writeln!(warnings, "{level} {file}:{} {}", lines.join(","), String::from_utf8(short).unwrap())
            .unwrap();
    }
    expect![[r#"
        1 : build arg `DALEC_SYSEXT_OSID` has no meaning; the build args of system extensions are `DALEC_SYSEXT_CHECK`, `DALEC_SYSEXT_COMPRESSION`, `DALEC_SYSEXT_IMAGE_NAME`, `DALEC_SYSEXT_OS_ID`, `DALEC_SYSEXT_OS_VERSION_ID`, `DALEC_SYSEXT_SYSEXT_LEVEL`, `DALEC_SYSEXT_VERITY`
        1 : `--no-cache-filter` names no step `resolv`; did you mean `resolve`?
        1 : a list of contents, as `--sbom` asks for, is not made yet; `--target=trixie/testing/sysext/lock` lists the packages
        1 : no signed index at `http://example.org/debian-security/dists/trixie-security/InRelease`: its packages are chosen anew in each build
        1 : a repository of the worker can be asked by its own tools alone: packages are chosen anew in each build
        1 spec.yml:6 it is old [package-unknown]
        1 spec.yml:5 `/var/x` is left out; do without [package-unknown]
    "#]].assert_eq(&warnings);
}

#[tokio::test(start_paused = true)]
async fn an_index_that_never_ends_is_left_to_the_package_manager() {
    let mut builder = Builder::with_spec(SPEC);
    builder.stalled.insert(builder::SECURITY.to_owned());
    let built = builder.build(&Request::new(&[])).await;
    assert!(built.end.error.is_none());
    let warnings = built.calls.all().into_iter().filter_map(|call| match call {
        Call::Warn(request) => Some(String::from_utf8(request.short).unwrap()),
        _ => None,
    });
    expect!["no signed index at `http://example.org/debian-security/dists/trixie-security/InRelease`: its packages are chosen anew in each build"]
        .assert_eq(&warnings.collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn a_lock_that_does_not_fit_is_told_with_all_differences() {
    let job = job::Resolve {
        target: "trixie".to_owned(),
        platform: "linux/amd64".to_owned(),
        architecture: "amd64".to_owned(),
        keys: Vec::new(),
        extra: Vec::new(),
        packages: ["git", "jq"].map(|name| job::Wanted { name: name.to_owned(), versions: vec![] }).into(),
    };
    let spec = "name: tools\nversion: 1\ndependencies:\n  sysext:\n    jq: {version: [\">= 2\"]}\n    zsh:\n";
    let builder = Builder::with_spec(spec).file("local://lock", "sysext.lock", choice(&job).to_json());
    let built = builder.build(&Request::new(&[("context:dalec-sysext-lock", "local:lock")])).await;
    expect![[r#"
        spec.yml:1:7: the lock has a package `git`, which the spec does not ask for [lock]
        1 | name: tools
          |       ^^^^^
        help: make the lock anew, or build without it
        spec.yml:5:5: the lock has `jq` 1.0-1, the spec asks for `>= 2` [lock]
        5 |     jq: {version: [">= 2"]}
          |     ^^
        help: make the lock anew, or build without it
        spec.yml:6:5: the lock has no package `zsh` [lock]
        6 |     zsh:
          |     ^^^
        help: make the lock anew, or build without it
        [Source+json spec.yml 6-6]
        [Source+json spec.yml 5-5]
        [Source+json spec.yml 1-1]
    "#]]
    .assert_eq(&error(&built));
}

#[tokio::test]
async fn a_lock_of_another_platform_or_none_at_all_is_told() {
    let request = Request::new(&[("context:dalec-sysext-lock", "local:lock"), ("platform", "linux/arm64")]);
    let none = Builder::with_spec(SPEC).build(&request).await;
    expect![[r#"
        context `dalec-sysext-lock` has no file `sysext.lock`
        help: make one with `--target=trixie/testing/sysext/lock --output=DIR`
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&error(&none));
    let odd = Builder::with_spec(SPEC).file("local://lock", "linux_arm64/sysext.lock", "{}");
    expect![[r#"
        `/linux_arm64/sysext.lock` of context `dalec-sysext-lock` is not a lock: the lock cannot be read: missing field `version` at line 1 column 2
        [Source+json spec.yml 0-0]
    "#]].assert_eq(&error(&odd.build(&request).await));
}

#[tokio::test]
async fn options_that_cannot_be_read_are_told_before_anything_is_asked() {
    let built =
        Builder::with_spec(SPEC).build(&Request::new(&[("ulimit", "nofile"), ("platform", "x")])).await;
    expect![[r#"
        option `platform` is `x`: expected comma-separated platforms `os/architecture` or `os/architecture/variant`
        option `ulimit` is `nofile`: expected comma-separated `name=soft:hard` limits, each name once, soft not above hard, -1 for unlimited
    "#]].assert_eq(&error(&built));
    expect![[r#"
        Ping
        Return
    "#]]
    .assert_eq(&story(&built));
}

#[tokio::test]
async fn a_target_that_is_not_there_is_told_with_those_that_are() {
    for (target, expected) in [
        (
            "",
            expect![[r#"
                which target to build is not said
                help: add `--target=…`, such as `--target=trixie/testing/sysext`; `--call=targets` lists all
                [Source+json spec.yml 0-0]
            "#]],
        ),
        (
            "trixie/testing",
            expect![[r#"
                unknown target `trixie/testing`
                help: did you mean `trixie/testing/sysext`, `trixie/testing/sysext/lock`, `trixie/testing/sysext/report`? `--call=targets` lists all
                [Source+json spec.yml 0-0]
            "#]],
        ),
        (
            "windowscross/container",
            expect![[r#"
                unknown target `windowscross/container`
                help: targets are called like `trixie/testing/sysext`; `--call=targets` lists all
                [Source+json spec.yml 0-0]
            "#]],
        ),
    ] {
        let built = Builder::with_spec(SPEC).build(&Request::new(&[("target", target)])).await;
        check(&built, &expected);
    }
}

#[tokio::test]
async fn a_repository_of_the_spec_is_of_files_that_are_there() {
    let problems = async |repositories: &str| {
        let spec = format!(
            "name: tools\nversion: 1.0.0\ndependencies:\n  sysext: [jq]\n  extra_repos:\n{repositories}"
        );
        let request = Request::new(&[("target", "trixie/testing/sysext")]);
        error(&Builder::with_spec(spec).build(&request).await)
    };
    expect![[r#"
        spec.yml:6:14: apt reads no file of the name `a b`: use letters, digits, `_`, `-` and `.`
        6 |   - config: {'a b': {inline: {file: {}}}, c: {inline: {file: {}}}}
          |              ^^^^^
        spec.yml:7:32: the client gave no context `keys`
        7 |     keys: {k: {context: {name: keys}, path: k}}
          |                                ^^^^
        help: add `--build-context keys=DIRECTORY`
        spec.yml:8:19: `/run` cannot be mounted: `/run/annex` belongs to the step
        8 |     data: [{dest: /run, spec: {inline: {dir: {}}}}]
          |                   ^^^^
        help: choose another directory
        spec.yml:9:14: two repositories have `/etc/apt/sources.list.d/c.list`
        9 |   - config: {c.list: {inline: {file: {}}}}
          |              ^^^^^^
        6 |   - config: {'a b': {inline: {file: {}}}, c: {inline: {file: {}}}}
          |                                           - first here
        [Source+json spec.yml 9-9]
        [Source+json spec.yml 8-8]
        [Source+json spec.yml 7-7]
        [Source+json spec.yml 6-6]
    "#]]
    .assert_eq(
        &problems(
            "  - config: {'a b': {inline: {file: {}}}, c: {inline: {file: {}}}}\n    \
             keys: {k: {context: {name: keys}, path: k}}\n    \
             data: [{dest: /run, spec: {inline: {dir: {}}}}]\n  \
             - config: {c.list: {inline: {file: {}}}}\n",
        )
        .await,
    );
}

#[tokio::test]
async fn a_repository_of_the_spec_is_signed() {
    let problems = async |builder: fn(String) -> Builder, target: &str, repositories: &str| {
        let spec = format!(
            "name: tools\nversion: 1.0.0\ndescription: d\nlicense: MIT\npackager: P\nartifacts: {{docs: {{x: }}}}\n\
             dependencies:\n  sysext: [jq]\n  extra_repos:\n{repositories}"
        );
        error(&builder(spec).build(&Request::new(&[("target", target)])).await)
    };
    expect![[r#"
        spec.yml:10:14: signatures of repositories are verified, and this file says not to: `trusted=yes`
        10 |   - config: {a: {inline: {file: {contents: 'deb [trusted=yes] https://example.org/ s main'}}}}
           |              ^
        help: list the repository's key under `keys`, and write `signed-by=/usr/share/keyrings/` with its name
        spec.yml:11:19: `/etc/apt` cannot be mounted: `/etc/apt/apt.conf` is the package manager's own
        11 |     data: [{dest: /etc/apt, spec: {inline: {dir: {}}}}]
           |                   ^^^^^^^^
        help: list files of repositories under `config`, keys under `keys`
        [Source+json spec.yml 11-11]
        [Source+json spec.yml 10-10]
    "#]]
    .assert_eq(
        &problems(
            Builder::with_spec,
            "trixie/testing/sysext",
            "  - config: {a: {inline: {file: {contents: 'deb [trusted=yes] https://example.org/ s main'}}}}\n    \
             data: [{dest: /etc/apt, spec: {inline: {dir: {}}}}]\n  \
             - config: {c: {inline: {file: {contents: 'deb [trusted=yes] file:/srv/own ./'}}}}\n",
        )
        .await,
    );
    expect![[r#"
        spec.yml:10:14: signatures of repositories are verified, and this file says not to: `gpgcheck=0`
        10 |   - config: {a: {inline: {file: {contents: "[a]\nbaseurl=https://example.org/\ngpgcheck=0\n"}}}}
           |              ^
        help: list the repository's key under `keys`, and write `gpgcheck=1`
        [Source+json spec.yml 10-10]
    "#]]
    .assert_eq(
        &problems(
            Builder::with_spec,
            "azlinux3/rpm",
            "  - config: {a: {inline: {file: {contents: \"[a]\\nbaseurl=https://example.org/\\ngpgcheck=0\\n\"}}}}\n",
        )
        .await,
    );
    // A file that the spec does not have in it is read.
    let read = |spec| {
        let file = "Types: deb\nURIs: https://example.org/\nTrusted: yes\n";
        Builder::with_spec(spec).file("https://example.org/b", "source", file)
    };
    expect![[r#"
        spec.yml:10:14: signatures of repositories are verified, and this file says not to: `Trusted: yes`
        10 |   - config: {b.sources: {http: {url: https://example.org/b}}}
           |              ^^^^^^^^^
        help: list the repository's key under `keys`, and write `signed-by=/usr/share/keyrings/` with its name
        [Source+json spec.yml 10-10]
    "#]]
    .assert_eq(
        &problems(
            read,
            "trixie/testing/sysext",
            "  - config: {b.sources: {http: {url: https://example.org/b}}}\n",
        )
        .await,
    );
}

fn check(built: &Built, expected: &Expect) {
    expected.assert_eq(&error(built));
}
