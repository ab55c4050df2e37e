//! Packages that are built of a spec: what they are for the distribution's own tools, and in an extension.

use std::process::Command;

use crate::engine::build::{self, Built, SYSEXT, architecture, build, built, folder};
use crate::engine::docker::{Engine, run, text};
use crate::engine::image::Image;
use crate::engine::standin::{self, Standin};

pub(crate) fn apt_installs_and_purges_what_was_built(engine: &Engine) {
    let built = build(engine, SPEC, "trixie/deb", &[]).succeeded();
    let arch = debian_architecture();
    assert_eq!(
        built.files(),
        [
            format!("annex-built-dbgsym_1.2.0-debian13u1_{arch}.deb"),
            "annex-built_1.2.0-debian13u1.debian.tar.xz".to_owned(),
            "annex-built_1.2.0-debian13u1.dsc".to_owned(),
            format!("annex-built_1.2.0-debian13u1_{arch}.deb"),
            "annex-built_1.2.0.orig.tar.gz".to_owned(),
        ]
    );
    let said = installed(engine, &built, "trixie");
    let expected = [
        "it's $HOME",
        "it's $HOME",
        "/usr/bin/annex-built cap_net_raw=ep",
        "hello:root 640 /etc/annex-built.conf",
        "hello:hello 4750 /usr/libexec/annex-tool",
        "hello:hello 750 /var/lib/annex-built",
        "/usr/sbin/nologin",
        "annex-built.service",
        "nothing is left",
    ];
    assert_eq!(said, expected);
}

pub(crate) fn a_release_has_its_own_versions_and_places(engine: &Engine) {
    let built = build(engine, SPEC, "bookworm", &[]).succeeded();
    let package = format!("annex-built_1.2.0-debian12u1_{}.deb", debian_architecture());
    let listed = run(Command::new("dpkg-deb").arg("-c").arg(built.out().join(package)));
    let listed = text(&listed.stdout);
    assert!(listed.contains(" ./lib/systemd/system/annex-built.service\n"), "{listed}");
    assert_eq!(installed(engine, &built, "bookworm").last().map(String::as_str), Some("nothing is left"));
}

pub(crate) fn a_package_built_twice_is_the_same(engine: &Engine) {
    let once = build(engine, SPEC, "trixie/deb", &[]).succeeded();
    let again = build(engine, SPEC, "trixie/deb", &["--no-cache-filter=build,source"]).succeeded();
    assert!(!again.ran("[build] ").is_empty() && !again.ran("[source] ").is_empty(), "{}", again.stderr);
    assert_eq!(once.files(), again.files());
    for file in once.files() {
        let read = |built: &Built| std::fs::read(built.out().join(&file)).unwrap();
        assert!(read(&once) == read(&again), "{file} differs");
    }
    let source = build(engine, SPEC, "trixie/dsc", &[]).succeeded();
    assert_eq!(source.files().len(), 3, "{:?}", source.files());
}

pub(crate) fn the_extension_holds_what_was_built_beside_what_is_listed(engine: &Engine) {
    let spec = format!("{SPEC}  sysext: [jq]\n");
    let built = build(engine, &spec, "trixie/testing/sysext", &[]).succeeded();
    let image = Image::open(&built.file(&format!("annex-built-v1.2.0-1-trixie-{}.raw", architecture())));
    assert!(image.path("usr/bin/jq").is_file());
    assert!(image.path("usr/bin/annex-built").is_file());
    assert!(!image.path("usr/lib/debug").exists(), "symbols are in the image");
    assert_eq!(image.text("usr/share/annex-built/etc/annex-built.conf"), "a=1\n");
    let lines = image.text("usr/lib/tmpfiles.d/10-annex-built.conf");
    assert!(lines.contains("/var/lib/annex-built"), "{lines}");
    let users = image.text("usr/lib/sysusers.d/10-annex-built.conf");
    assert!(users.contains("u hello "), "{users}");
}

pub(crate) fn a_package_that_was_built_before_gives_the_same_extension(engine: &Engine) {
    let before = build(engine, SPEC, "trixie/deb", &[]).succeeded();
    let packages = format!("--build-context=pkg={}", before.out().display());
    let given = build(engine, SPEC, SYSEXT, &[&packages, "--no-cache"]).succeeded();
    for stage in ["[build] ", "[source] "] {
        assert_eq!(given.ran(stage), <[String; 0]>::default(), "{}", given.stderr);
    }
    assert!(given.stderr.contains("context `pkg` has it [package-given]"), "{}", given.stderr);
    let name = format!("annex-built-v1.2.0-1-trixie-{}.raw", architecture());
    let built = build(engine, SPEC, SYSEXT, &[]).succeeded();
    assert!(given.bytes(&name) == built.bytes(&name), "the images differ");

    // The packages of another spec are none of this one.
    let other = SPEC.replace("name: annex-built", "name: annex-other");
    let refused = build(engine, &other, SYSEXT, &[&packages]);
    assert!(!refused.success && refused.files().is_empty(), "{}", refused.stderr);
    assert!(refused.stderr.contains("context `pkg` has no package `annex-other`"), "{}", refused.stderr);
}

/// The signer is this frontend: it reads the `Dockerfile` beside the spec, which makes a package of the same name and
/// version that tells what was handed over.
pub(crate) fn a_signer_gets_the_packages_and_its_answer_is_exported(engine: &Engine) {
    let spec = format!("{NOARCH}package_config: {{signer: {{image: localhost/annex}}}}\n");
    let dockerfile = "# syntax=localhost/annex\nname: annex-built\nversion: 1.2.0\ndescription: is signed\nlicense: MIT\n\
                  packager: Packagers <packagers@example.org>\nnoarch: true\nsources: {given: {context: {}}}\n\
                  build: {steps: [{command: \"cd given; sha256sum *.deb >../given.sums\"}]}\n\
                  artifacts: {data_dirs: {given.sums: }}\n";
    let made = |arguments: &[&str]| {
        let folder = folder(&spec);
        std::fs::write(folder.path().join("Dockerfile"), dockerfile).unwrap();
        let mut docker = engine.docker();
        docker.args(["build", "--progress=plain", "-f", build::SPEC, "--output=out", "--target=trixie/deb"]);
        docker.args(arguments).arg(".");
        built(docker, folder).succeeded()
    };
    let package = "annex-built_1.2.0-debian13u1_all.deb";
    let unsigned = made(&["--build-arg=DALEC_SKIP_SIGNING=1"]);
    assert!(unsigned.stderr.contains("packages are not signed: `DALEC_SKIP_SIGNING` says so"));
    let signed = made(&[]);
    // What is not signed is there as well.
    assert_eq!(signed.files(), unsigned.files());
    let sum = run(Command::new("sha256sum").arg(package).current_dir(unsigned.out()));
    let extract = run(Command::new("dpkg-deb").args(["--fsys-tarfile", package]).current_dir(signed.out()));
    let unpacked = signed.folder.path().join("signed.tar");
    std::fs::write(&unpacked, extract.stdout).unwrap();
    let told = run(Command::new("tar").arg("-xOf").arg(unpacked).arg("./usr/share/given.sums"));
    assert_eq!(text(&told.stdout), text(&sum.stdout), "{}", signed.stderr);
}

pub(crate) fn tests_decide_whether_there_is_a_package(engine: &Engine) {
    let tests = "tests:
  - name: the program says what it was built with
    steps:
      - {command: annex-built, stdout: {equals: \"it's \\\\$HOME\\n\"}, stderr: {empty: true}}
    files:
      /etc/annex-built.conf: {permissions: 0o640, equals: \"a=1\\n\"}
      /usr/bin/annex-alias: {link_target: annex-built}
      /usr/share/man/man1/annex-built.1.gz:
      /var/lib/annex-built: {is_dir: true, permissions: 0o750}
";
    let built = build(engine, &format!("{SPEC}{tests}"), "trixie/deb", &[]).succeeded();
    // On an engine that has done this before they may be answered from its cache.
    let steps = built.steps().into_iter().filter(|step| step.name.starts_with("[test] "));
    assert_eq!(steps.count(), 2, "{}", built.stderr);
    assert!(built.files().iter().any(|file| file.starts_with("annex-built_1.2.0-debian13u1_")));

    let wrong = tests.replace("0o640", "0o600").replace("it's \\\\$HOME", "nothing");
    let wrong = format!(
        "{SPEC}{wrong}  - name: it is not there\n    files: {{/usr/bin/annex-built: {{not_exist: true}}}}\n"
    );
    let refused = build(engine, &wrong, "trixie/deb", &[]);
    assert!(!refused.success && refused.files().is_empty(), "{}", refused.stderr);
    for line in [
        "step 1, `annex-built`: stdout is `it's $HOME\\u{a}`, it must be `nothing\\u{a}`",
        "file `/etc/annex-built.conf`: its mode is 0o640, it must be 0o600",
        "the test failed: 2 things are not as they must be",
        "file `/usr/bin/annex-built`: it is there, it must not be",
        "  - name: the program says what it was built with",
    ] {
        assert!(refused.stderr.contains(line), "`{line}` is not said:\n{}", refused.stderr);
    }
    let skipped = build(engine, &wrong, "trixie/deb", &["--build-arg=DALEC_SKIP_TESTS=1"]).succeeded();
    assert!(skipped.ran("[test] ").is_empty(), "{}", skipped.stderr);
}

pub(crate) fn a_failing_step_is_told_with_its_place(engine: &Engine) {
    let spec =
        SPEC.replace("        echo 'a=1' >annex-built.conf\n", "        echo before; false; echo after\n");
    let built = build(engine, &spec, "trixie/deb", &[]);
    assert!(!built.success);
    for line in ["before", "step 2 of the build failed with exit code 1", "    - command: |"] {
        assert!(built.stderr.contains(line), "`{line}` is not said:\n{}", built.stderr);
    }
    assert!(
        !built.stderr.lines().any(|line| line.ends_with(" after") && !line.contains("echo")),
        "{}",
        built.stderr
    );
}

pub(crate) fn a_build_has_the_network_that_its_spec_says(engine: &Engine) {
    let interfaces = |mode: &str| {
        let spec = NOARCH.replace("build:\n", &format!("build:\n{mode}"));
        let spec = spec.replace(
            "        chmod 755 annex-built\n",
            "        chmod 755 annex-built\n        ls /sys/class/net >net\n",
        );
        let spec = spec.replace("artifacts:\n", "artifacts:\n  data_dirs: {net: {name: annex-net}}\n");
        let made = build(engine, &spec, "trixie/deb", &[]).succeeded();
        let package = "annex-built_1.2.0-debian13u1_all.deb";
        let read = run(Command::new("dpkg-deb").args(["--fsys-tarfile", package]).current_dir(made.out()));
        std::fs::write(made.out().join("tar"), read.stdout).unwrap();
        let tar = ["-xOf", "tar", "./usr/share/annex-net"];
        text(&run(Command::new("tar").args(tar).current_dir(made.out())).stdout)
    };
    for without in ["", "  network_mode: none\n"] {
        assert_eq!(interfaces(without), "lo\n");
    }
    assert_eq!(interfaces("  network_mode: sandbox\n").lines().count(), 2);
}

pub(crate) fn rpm_installs_and_removes_what_was_built(engine: &Engine) {
    let standin = Standin::of(engine, "good", "built");
    let worker = standin.worker();
    let once = build(engine, NOARCH, "azlinux3/rpm", &[&worker]).succeeded();
    let again =
        build(engine, NOARCH, "azlinux3/rpm", &[&worker, "--no-cache-filter=build,source"]).succeeded();
    assert_eq!(
        once.files(),
        ["RPMS/noarch/annex-built-1.2.0-1.noarch.rpm", "SRPMS/annex-built-1.2.0-1.src.rpm"]
    );
    for file in once.files() {
        let read = |built: &Built| std::fs::read(built.out().join(&file)).unwrap();
        assert!(read(&once) == read(&again), "{file} differs");
    }
    let dockerfile = format!(
        "FROM {}\nCOPY out/RPMS /rpms\nRUN rpm --install --nodeps /rpms/noarch/*.rpm && annex-built \
         && rpm --query --configfiles annex-built && rpm --verify --nodeps annex-built \
         && rpm --erase --nodeps annex-built && test ! -e /usr/bin/annex-built && echo nothing is left\n",
        standin.image()
    );
    let said = ran(engine, &once, &dockerfile);
    assert_eq!(said, ["built", "/etc/annex-built.conf", "nothing is left"]);
    let packages = format!("--build-context=azlinux3-pkg={}", once.out().display());
    let given =
        build(engine, NOARCH, "azlinux3/testing/sysext", &[&worker, &packages, "--no-cache"]).succeeded();
    assert_eq!(given.ran("[build] "), <[String; 0]>::default(), "{}", given.stderr);
    let name = standin::image_name("annex-built", "azlinux3").replace("1.0.0", "1.2.0");
    assert!(Image::open(&given.file(&name)).path("usr/bin/annex-built").is_file());
    let spec = build(engine, NOARCH, "azlinux3/rpm/debug/spec", &[&worker]).succeeded();
    assert_eq!(spec.files(), ["SPECS/annex-built/annex-built.spec"]);
}

/// What is said by a clean root in which the package is installed, tried, and purged.
fn installed(engine: &Engine, built: &Built, release: &str) -> Vec<String> {
    let dockerfile = format!(
        "FROM docker.io/library/debian:{release}\nCOPY out/*.deb /debs/\n\
         RUN apt-get update >/dev/null && apt-get install --yes --no-install-recommends /debs/annex-built_*.deb \
         >/dev/null 2>&1 && annex-built && annex-alias && getcap /usr/bin/annex-built \
         && stat --format '%U:%G %a %n' /etc/annex-built.conf /usr/libexec/annex-tool \
         /var/lib/annex-built \
         && getent passwd hello | cut -d : -f 7 && ls /etc/systemd/system/multi-user.target.wants/ \
         && apt-get purge --yes annex-built >/dev/null 2>&1 && test ! -e /usr/bin/annex-built \
         && test ! -e /etc/annex-built.conf && echo nothing is left\n"
    );
    ran(engine, built, &dockerfile)
}

/// The output of the last command of a Dockerfile.
pub(crate) fn ran(engine: &Engine, built: &Built, dockerfile: &str) -> Vec<String> {
    let context = built.folder.path();
    std::fs::write(context.join("Dockerfile.try"), dockerfile).unwrap();
    let mut docker = engine.docker();
    docker
        .args(["build", "--progress=plain", "--no-cache", "-f", "Dockerfile.try", "."])
        .current_dir(context);
    let output = run(&mut docker);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    let step = said.lines().rfind(|line| line.contains("] RUN ")).expect("it has such a step");
    let number = step.split(' ').next().expect("steps are numbered");
    let lines = said.lines().filter_map(|line| line.strip_prefix(number)?.strip_prefix(' '));
    // Each line of output comes after the seconds since the step began.
    let lines = lines.filter_map(|line| line.split_once(' ').filter(|(at, _)| at.parse::<f64>().is_ok()));
    lines.map(|(_, line)| line.to_owned()).collect()
}

fn debian_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// A program with symbols, configuration, state, a user, a page and a unit.
const SPEC: &str = r##"# syntax=localhost/annex
name: annex-built
version: 1.2.0
description: |
  says what it was built with

  Nothing else.
license: MIT
packager: Packagers <packagers@example.org>
changelog: [{date: 2026-01-31, author: "Packagers <packagers@example.org>", changes: [begins]}]
sources:
  hello.c: {inline: {file: {contents: "#include <stdio.h>\nint main(void) { puts(WORD); return 0; }\n"}}}
build:
  env: {GREETING: "it's \\$HOME"}
  steps:
    - command: gcc -O2 -g "-DWORD=\"$GREETING\"" -o annex-built hello.c
    - command: |
        echo '.TH BUILT 1' >annex-built.1
        printf '[Service]\nExecStart=/usr/bin/annex-built\n[Install]\nWantedBy=multi-user.target\n' >annex-built.service
        echo 'a=1' >annex-built.conf
        printf '#!/bin/sh\n' >annex-tool
artifacts:
  binaries: {annex-built: {linux_capabilities: [{name: cap_net_raw, effective: true, permitted: true}]}}
  libexec: {annex-tool: {permissions: 0o4750, user: hello, group: hello}}
  manpages: {annex-built.1: }
  configFiles: {annex-built.conf: {user: hello, permissions: 0o640}}
  createDirectories: {state: {annex-built: {mode: 0o750, user: hello, group: hello}}}
  systemd: {units: {annex-built.service: {enable: true}}}
  users: [{name: hello}]
  links: [{source: /usr/bin/annex-built, dest: /usr/bin/annex-alias}]
dependencies:
  build: {gcc: {version: [">= 10", "< 99:0"]}, libc6-dev: }
"##;

/// A package that needs no compiler: the stand-ins have none.
pub(crate) const NOARCH: &str = r##"# syntax=localhost/annex
name: annex-built
version: 1.2.0
description: says that it is built
license: MIT
packager: Packagers <packagers@example.org>
noarch: true
changelog: [{date: 2026-01-31, author: "Packagers <packagers@example.org>", changes: [begins]}]
build:
  steps:
    - command: |
        printf '#!/bin/sh\necho built\n' >annex-built
        chmod 755 annex-built
        echo a=1 >annex-built.conf
artifacts:
  binaries: {annex-built: }
  configFiles: {annex-built.conf: }
  createDirectories: {state: {annex-built: {mode: 0o750}}}
"##;
