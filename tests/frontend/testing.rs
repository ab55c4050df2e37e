//! The tests of a spec: where they run, and what comes of them.

use super::*;
use crate::packages::{PACKAGE, packages, told};

/// A spec with a package that is tested.
fn tested(more: &str) -> String {
    let tests = "\
tests:
  - name: it runs
    dir: srv
    env: {A: $WORD}
    mounts: [{dest: /data, spec: {inline: {file: {contents: x}}}}]
    steps:
      - {command: \"hello 'two words'\", stdin: \"in\", stdout: {equals: \"hello\\n\", matches: [\"^h\"]}, stderr: {empty: true}}
    files: {/usr/bin/hello: {permissions: 0o755}}
  - files: {/etc/hello: {not_exist: true}}
args: {WORD: w}
";
    format!("{PACKAGE}{tests}{more}")
}

/// The graphs of the tests, from where their package is installed.
fn tests(built: &Built) -> Vec<String> {
    let of_tests =
        built.solved.iter().filter(|solved| matches!(solved.graph.last_step(), Some(Step::Test(_))));
    let text = |solved: &builder::Solved| {
        let text = solved.graph.text();
        let start = text
            .find("exec [\"sh\", \"/run/annex/script/apt-install.sh\", \"/run/")
            .expect("it is installed");
        let start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        text[start..].to_owned()
    };
    of_tests.map(text).collect()
}

#[tokio::test]
async fn tests_run_where_the_package_is_installed() {
    let spec = tested("dependencies: {test: {bash: , jq: {version: ['>= 1']}, other: {arch: [arm64]}}}\n");
    let built = Builder::with_spec(spec).build(&packages(&[])).await;
    assert!(built.end.error.is_none(), "{}", built.error());
    let graphs = tests(&built);
    assert_eq!(graphs.len(), 2);
    expect![[r#"
        v10 exec ["sh", "/run/annex/script/apt-install.sh", "/run/annex/package.deb", "bash"]
           env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
           env LC_ALL=C.UTF-8
           env BOUNDS=/run/annex/bounds
           bind / from v0:0 -> :0
           bind /etc/dpkg/dpkg.cfg.d from scratch ro
           bind /run/annex/bounds from v1:0 path /bounds ro
           bind /run/annex/package.deb from v8:1 path /hello_1.0.0-1_amd64.deb ro
           bind /run/annex/script/apt-install.sh from v2:0 path /script ro
           bind /run/annex/script/apt-pin.sh from v9:0 path /script ro
           cache /var/cache/apt id=trixie-apt-cache-linux/amd64 locked
           cache /var/lib/apt/lists id=trixie-apt-lists-linux/amd64 locked
           platform linux/amd64
           name [test] trixie: install hello
           at spec.yml:17
        v11 file
           mkfile /source 0644 owner=0:0
           | x (no line feed)
           name [source] a mount
           at spec.yml:11
        v12 source docker-image://example.org/annex:1@sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
           platform linux/amd64
        v13 file
           mkfile /job.json 0644
           | {"dir":"/srv","env":{"A":"w"},"steps":[{"command":["hello","two words"],"stdin":"in","stdout":{"equals":"hello\n","matches":["^h"]},"stderr":{"empty":true}}],"files":{"/usr/bin/hello":{"permissions":493}}} (no line feed)
           name [internal] job of test
        v14 exec ["/run/annex/annex", "worker", "test"]
           env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
           env LC_ALL=C.UTF-8
           env HOME=/root
           network none
           bind / from v10:0 -> :0
           bind /data from v11:0 path /source discard
           bind /report from scratch -> :1
           bind /run/annex/annex from v12:0 path /annex ro
           bind /run/annex/job.json from v13:0 path /job.json ro
           platform linux/amd64
           name [test] trixie: it runs
           at spec.yml:8-14
           at spec.yml:13
        root v14:1
    "#]].assert_eq(&graphs[0]);
    // What is exported does not depend on who looked at it.
    let untested = Builder::with_spec(PACKAGE).build(&packages(&[])).await;
    assert_eq!(built.results()[""].digest(), untested.results()[""].digest());
}

/// The steps by which a package and what its tests need are installed, and the files that are made for them.
async fn installing(target: &str, needs: &str) -> String {
    let spec = tested(&format!("dependencies: {{test: {needs}}}\n"));
    let built = Builder::with_spec(spec).build(&Request::new(&[("target", target)])).await;
    if built.end.error.is_some() {
        return error(&built);
    }
    assert!(!told(&built).contains("Warn"), "{}", told(&built));
    let solved = built.solved.iter().find(|solved| matches!(solved.graph.last_step(), Some(Step::Test(_))));
    let text = solved.unwrap().graph.text();
    let parts = text.split("\nv").filter(|part| {
        let marks =
            ["mkfile /bounds", "mkfile /needs.spec", ": install hello\n", ": bounds of what tests need"];
        marks.iter().any(|mark| part.contains(mark))
    });
    parts.flat_map(|part| ["v", part, "\n"]).collect()
}

#[tokio::test]
async fn bounds_of_what_tests_need_are_kept() {
    let needs = "{bash: , jq: {version: ['>= 1', '< 2']}, other: {version: ['= 3'], arch: [arm64]}}";
    expect![[r#"
        v1 file
           mkfile /bounds 0644
           | jq << 2
           | jq >= 1
           name [internal] bounds of versions
        v10 exec ["sh", "/run/annex/script/apt-install.sh", "/run/annex/package.deb", "bash"]
           env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
           env LC_ALL=C.UTF-8
           env BOUNDS=/run/annex/bounds
           bind / from v0:0 -> :0
           bind /etc/dpkg/dpkg.cfg.d from scratch ro
           bind /run/annex/bounds from v1:0 path /bounds ro
           bind /run/annex/package.deb from v8:1 path /hello_1.0.0-1_amd64.deb ro
           bind /run/annex/script/apt-install.sh from v2:0 path /script ro
           bind /run/annex/script/apt-pin.sh from v9:0 path /script ro
           cache /var/cache/apt id=trixie-apt-cache-linux/amd64 locked
           cache /var/lib/apt/lists id=trixie-apt-lists-linux/amd64 locked
           platform linux/amd64
           name [test] trixie: install hello
           at spec.yml:17
    "#]]
    .assert_eq(&installing("trixie/deb", needs).await);
    expect![[r#"
        v4 file
           mkfile /needs.spec 0644
           | Name: annex-test
           | Version: 1
           | Release: 1
           | Summary: What tests need
           | License: MIT
           | BuildArch: noarch
           | Requires: jq >= 1
           | Requires: jq < 2
           |
           | %description
           | What tests need.
           |
           | %files
           name [internal] spec file with what tests need
        v5 exec ["sh", "/run/annex/script/rpm-needs.sh", "/run/annex/source/needs.spec", "/out"]
           env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
           env LC_ALL=C.UTF-8
           network none
           bind / from v2:0 -> :0
           bind /out from scratch -> :1
           bind /run/annex/script/rpm-needs.sh from v3:0 path /script ro
           bind /run/annex/source from v4:0 ro
           platform linux/amd64
           name [test] azlinux3: bounds of what tests need: jq
        v12 exec ["sh", "/run/annex/script/dnf-install.sh", "tdnf", "3.0", "/run/annex/package.rpm", "bash", "/run/annex/needs.rpm"]
           env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
           env LC_ALL=C.UTF-8
           env TSFLAGS=
           bind / from v0:0 -> :0
           bind /run/annex/needs.rpm from v5:1 path /needs.rpm ro
           bind /run/annex/package.rpm from v11:1 path /RPMS/x86_64/hello-1.0.0-1.x86_64.rpm ro
           bind /run/annex/script/dnf-install.sh from v1:0 path /script ro
           cache /var/cache/tdnf id=azlinux3-tdnf-cache-linux/amd64 locked
           platform linux/amd64
           name [test] azlinux3: install hello
           at spec.yml:17
    "#]].assert_eq(&installing("azlinux3/rpm", needs).await);
}

#[tokio::test]
async fn what_tests_need_has_names_of_packages() {
    let needs = "{Big: , \"pkgconfig(zlib)\": {version: ['= 3']}}";
    expect![[r#"
        spec.yml:17:23: `Big` is no name of a Debian package: at least two of `a-z`, `0-9`, `+`, `-`, `.`, the first a letter or digit
        17 | dependencies: {test: {Big: , "pkgconfig(zlib)": {version: ['= 3']}}}
           |                       ^^^
        spec.yml:17:30: `pkgconfig(zlib)` is no name of a Debian package: at least two of `a-z`, `0-9`, `+`, `-`, `.`, the first a letter or digit
        17 | dependencies: {test: {Big: , "pkgconfig(zlib)": {version: ['= 3']}}}
           |                              ^^^^^^^^^^^^^^^^^
        [Source+json spec.yml 17-17]
    "#]].assert_eq(&installing("trixie/deb", needs).await);
}

#[tokio::test]
async fn a_test_that_fails_ends_the_build_at_its_lines() {
    let builder = Builder::with_spec(tested("")).failing(|step, digest| match step {
        Step::Test(test) if test.steps.is_empty() => Some(builder::failed_vertex("exit code: 1", digest)),
        _ => None,
    });
    expect![[r#"
        spec.yml:15: exit code: 1
        [Vertex+json ]
        [tomorrow ]
        [Source+json spec.yml 15-15]
    "#]]
    .assert_eq(&error(&builder.build(&packages(&[])).await));
}

#[tokio::test]
async fn tests_are_left_out_where_the_client_says_so() {
    let built =
        Builder::with_spec(tested("")).build(&packages(&[("build-arg:DALEC_SKIP_TESTS", "true")])).await;
    assert!(tests(&built).is_empty());
    expect![[r#"
        Solve Build
        Warn tests are not run: `DALEC_SKIP_TESTS` says so
    "#]]
    .assert_eq(&told(&built));
}

#[tokio::test]
async fn a_package_that_was_built_before_is_tested_too() {
    let built = Builder::with_spec(tested("")).build(&packages(&[("context:pkg", "local:packages")])).await;
    let graphs = tests(&built);
    assert_eq!(graphs.len(), 2);
    assert!(graphs[0].contains("path /hello_1.0.0-1_amd64.deb ro"), "{}", graphs[0]);
}

#[tokio::test]
async fn tests_have_a_network_when_the_build_has_one() {
    for (mode, online) in [("none", false), ("sandbox", true)] {
        let builder = Builder::with_spec(tested(&format!(
            "build: {{network_mode: {mode}, steps: [{{command: x}}]}}\n"
        )));
        let built = builder.build(&packages(&[])).await;
        assert!(built.end.error.is_none(), "{}", built.error());
        let graphs = tests(&built);
        let last = graphs[0].rfind("exec [").unwrap();
        assert_eq!(!graphs[0][last..].contains("network none"), online, "{mode}");
    }
}

/// A spec with a package that is tested, and others beside it in its extension.
fn with_others() -> String {
    tested("dependencies: {sysext: {jq: , zsh: }}\n")
}

#[tokio::test]
async fn tests_run_for_an_extension_while_its_image_is_made() {
    let built = Builder::with_spec(with_others()).build(&Request::new(&[])).await;
    assert!(built.end.error.is_none(), "{}", built.error());
    expect![[r#"
        Ping
        Inputs
        Solve local://dockerfile, now
        ReadFile spec.yml
        ResolveSourceMeta docker-image://docker.io/library/debian:trixie@sha256:d5ce19d4736f0ebbacd686d1040271a5aeb0cc920f5990c1bfae1717627f0674
        Solve list files .deb, now
        Solve list amd64, now
        ReadFile /answer.json
        ReadFile /answer.json
        Solve http://example.org/debian-security/dists/trixie-security/InRelease, now
        Solve http://example.org/debian/dists/trixie/InRelease, now
        Solve resolve amd64, now
        Solve list tools, now
        ReadFile /answer.json
        ReadFile /answer.json
        Solve assemble hello-v1.0.0-1-trixie-x86-64, now
        Solve test in /srv, now
        Solve test in /, now
        ReadFile /answer.json
        Solve assemble hello-v1.0.0-1-trixie-x86-64
        Return
    "#]].assert_eq(&story(&built));
    // They are those of the package, where it is installed as it is built.
    let packages = Builder::with_spec(with_others()).build(&packages(&[])).await;
    assert_eq!(tests(&built), tests(&packages));
    // The image does not depend on who looked at the package.
    let skipped = Request::new(&[("build-arg:DALEC_SKIP_TESTS", "1")]);
    let skipped = Builder::with_spec(with_others()).build(&skipped).await;
    assert!(tests(&skipped).is_empty());
    assert!(
        told(&skipped).contains("Warn tests are not run: `DALEC_SKIP_TESTS` says so\n"),
        "{}",
        told(&skipped)
    );
    assert_eq!(built.results()[""].digest(), skipped.results()[""].digest());
}

#[tokio::test]
async fn there_is_no_extension_where_a_test_fails() {
    for options in [&[][..], &[("context:pkg", "local:packages")]] {
        let builder = Builder::with_spec(with_others()).failing(|step, digest| match step {
            Step::Test(test) if test.steps.is_empty() => Some(builder::failed_vertex("exit code: 1", digest)),
            _ => None,
        });
        let built = builder.build(&Request::new(options)).await;
        expect![[r#"
            spec.yml:15: exit code: 1
            [Vertex+json ]
            [tomorrow ]
            [Source+json spec.yml 15-15]
        "#]]
        .assert_eq(&error(&built));
    }
}

#[tokio::test]
async fn what_tests_find_there_is_asked_for_before_the_image_is_made() {
    let spec = with_others().replace("inline: {file: {contents: x}}", "context: {name: data}");
    let built = Builder::with_spec(spec).build(&Request::new(&[("context:data", "local:data")])).await;
    assert!(built.end.error.is_none(), "{}", built.error());
    assert_eq!(tests(&built).len(), 2);
    let kinds = ["Solve assemble", "Solve local://data", "Solve test"];
    let story = story(&built);
    let order: Vec<&str> =
        story.lines().filter(|line| kinds.iter().any(|kind| line.starts_with(kind))).collect();
    expect![[r#"
        Solve local://data, now
        Solve assemble hello-v1.0.0-1-trixie-x86-64, now
        Solve test in /srv, now
        Solve test in /, now
        Solve assemble hello-v1.0.0-1-trixie-x86-64"#]]
    .assert_eq(&order.join("\n"));
}

#[tokio::test]
async fn no_test_runs_for_a_choice_a_report_or_packages_of_repositories() {
    for (target, spec, expected) in [
        ("trixie/testing/sysext/lock", with_others(), expect![[""]]),
        ("trixie/testing/sysext/report", with_others(), expect![[""]]),
        (
            "trixie/testing/sysext",
            with_others().replace("artifacts", "x-artifacts"),
            expect![
                "Warn tests are not run: there is no package of this spec to install for them; packages of repositories are used as they are [tests-not-run]"
            ],
        ),
    ] {
        let built = Builder::with_spec(spec).build(&Request::new(&[("target", target)])).await;
        assert!(built.end.error.is_none(), "{}", built.error());
        assert!(tests(&built).is_empty(), "{target}");
        let story = story(&built);
        let warnings: Vec<&str> = story.lines().filter(|line| line.starts_with("Warn")).collect();
        expected.assert_eq(&warnings.join("\n"));
    }
}
