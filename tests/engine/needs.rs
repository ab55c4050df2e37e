//! What builds and tests need: from which repositories, in which versions, and what comes of tests.

use crate::engine::build::{SYSEXT, build, image_name};
use crate::engine::docker::Engine;
use crate::engine::image::Image;
use crate::engine::repository::Repository;
use crate::engine::standin::{self, AZURE, Standin};

pub(crate) fn an_older_deb_is_taken_where_a_build_and_its_tests_ask_for_it(engine: &Engine) {
    let repository = Repository::serve(engine);
    repository.publish_next();
    let spec = |bound: &str| {
        let own = Repository::spec_with("own", "annex-hello", repository.url(), &repository.key());
        let needs = format!(
            "  build: {{annex-hello: {{version: [{bound}]}}}}\n  test: {{annex-hello: {{version: [\"<< 2.0\", \">= 0.5\"]}}}}\n"
        );
        own.replace("  sysext: [annex-hello]\n", &needs) + &said_by("annex-hello", "hello from 1.0")
    };
    build(engine, &spec("\"= 1.0\""), "trixie/deb", &[]).succeeded();

    let refused = build(engine, &spec("\"> 1.0\", \"< 2.0\""), "trixie/deb", &[]);
    assert!(!refused.success && refused.files().is_empty(), "{}", refused.stderr);
    let told = "no version of annex-hello fits << 2.0, >> 1.0; there are: 1.0 2.0";
    assert!(refused.stderr.contains(told), "{}", refused.stderr);

    let wrong = spec("\"= 1.0\"").replace("\"<< 2.0\"", "\"<< 0.9\"");
    let refused = build(engine, &wrong, "trixie/deb", &[]);
    assert!(!refused.success && refused.files().is_empty(), "{}", refused.stderr);
    let told = "no version of annex-hello fits << 0.9, >= 0.5; there are: 1.0 2.0";
    assert!(refused.stderr.contains(told), "{}", refused.stderr);
}

/// With each of the managers: tdnf, dnf and dnf 5.
pub(crate) fn an_older_rpm_is_taken_where_a_build_and_its_tests_ask_for_it(engine: &Engine) {
    for (distribution, official) in [
        (AZURE, "mcr.microsoft.com/azurelinux/base/core:3.0"),
        ("almalinux9", "docker.io/library/almalinux:9"),
        ("azlinux4", "mcr.microsoft.com/azurelinux/base/core:4.0"),
    ] {
        let image = format!("localhost/annex-test-needs:{distribution}");
        engine.image(&image, &format!("FROM {official}\n"));
        let worker = format!("--build-context=dalec-{distribution}-worker=docker-image://{image}");
        let target = format!("{distribution}/rpm");
        let spec = |bounds: &str| {
            let needs = "name: own\nversion: 1.0.0\ndependencies:\n  build: {annex-versions: {version: [\"= 1.0-1.lab\"]}}\n";
            let tests = format!("  test: {{annex-versions: {{version: [{bounds}]}}, annex-hello: }}\n");
            let said = said_by("annex-versions", "versions from 1.0-1");
            format!("# syntax=localhost/annex\n{needs}{tests}{said}")
        };
        build(engine, &spec("\">= 1.0\", \"< 1.0-2\""), &target, &[&worker]).succeeded();

        let refused = build(engine, &spec("\"> 1.1\""), &target, &[&worker]);
        assert!(!refused.success && refused.files().is_empty(), "{}", refused.stderr);
        assert!(refused.stderr.contains("annex-versions > 1.1"), "{}", refused.stderr);
    }
}

pub(crate) fn a_build_and_its_tests_use_an_rpm_repository_of_the_spec(engine: &Engine) {
    let worker = Standin::of(engine, "good", "needs").worker();
    let keys = format!("--build-context=keys={}", standin::keys(engine).display());
    let spec = |view: &str, package: &str, word: &str| {
        let repository = ["base", "updates"].map(|part| {
            format!(
                "[own-{part}]\\nbaseurl=http://198.19.0.1:8080/{view}@needs-theirs/$releasever/{part}/$basearch\\n\
                 enabled=1\\ngpgcheck=1\\npriority=1\\n"
            )
        });
        format!(
            "# syntax=localhost/annex\nname: own\nversion: 1.0.0\ndependencies:\n  build: [{package}]\n  test: [{package}]\n  \
             extra_repos:\n  - config: {{own: {{inline: {{file: {{contents: \"{}\"}}}}}}}}\n    \
             keys: {{own.asc: {{context: {{name: keys}}, path: stand-in.asc}}}}\n    envs: [build, test]\n{}",
            repository.concat(),
            said_by(package, word)
        )
    };
    // Only that repository has this version.
    let good = spec("next", "annex-updated", "updated from 1.2-1");
    let made = build(engine, &good, "azlinux3/rpm", &[&worker, &keys]).succeeded();
    assert!(made.files().contains(&"RPMS/noarch/own-1.0.0-1.noarch.rpm".to_owned()), "{:?}", made.files());

    // What another key has signed is not installed.
    let stranger = spec("stranger", "annex-hello", "hello from 1.0-1");
    let refused = build(engine, &stranger, "azlinux3/rpm", &[&worker, &keys]);
    assert!(!refused.success && refused.files().is_empty(), "{}", refused.stderr);
    let step = "[worker] azlinux3: install what a build needs: annex-hello";
    assert!(refused.stderr.contains(step), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("annex-hello-1.0-1.lab.noarch.rpm is not installed"),
        "{}",
        refused.stderr
    );
}

pub(crate) fn tests_decide_whether_there_is_an_rpm(engine: &Engine) {
    let worker = Standin::of(engine, "good", "tests").worker();
    let head = "# syntax=localhost/annex\nname: own\nversion: 1.0.0\ndependencies:\n  build: [annex-hello]\n  test: [annex-hello]\n";
    let spec = format!("{head}{}", said_by("annex-hello", "hello from 1.0-1"));
    let made = build(engine, &spec, "azlinux3/rpm", &[&worker]).succeeded();
    let tests = made.steps().into_iter().filter(|step| step.name.starts_with("[test] azlinux3: it says"));
    assert_eq!(tests.count(), 1, "{}", made.stderr);

    let wrong = spec.replace("equals: \"hello", "equals: \"HELLO");
    for target in ["azlinux3/rpm", "azlinux3/testing/sysext"] {
        let refused = build(engine, &wrong, target, &[&worker]);
        assert!(!refused.success && refused.files().is_empty(), "{}", refused.stderr);
        let told = "the test failed: 2 things are not as they must be";
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
    }
    let skip = "--build-arg=DALEC_SKIP_TESTS=1";
    build(engine, &wrong, "azlinux3/testing/sysext", &[&worker, skip]).succeeded();
}

pub(crate) fn an_extension_whose_test_fails_is_not_made(engine: &Engine) {
    let head = "# syntax=localhost/annex\nname: own\nversion: 1.0.0\ndependencies:\n  sysext: [jq]\n";
    let spec = format!("{head}{}", said_by("echo it works", "it works"));
    let made = build(engine, &spec, SYSEXT, &[]).succeeded();
    let image = Image::open(&made.file(&image_name("own")));
    assert_eq!(image.text("usr/share/said"), "it works\n");
    assert!(image.path("usr/bin/jq").is_file());
    assert!(!made.stderr.contains("tests-not-run"), "{}", made.stderr);

    let wrong = spec.replace("equals: \"it works", "equals: \"it fails");
    let refused = build(engine, &wrong, SYSEXT, &[]);
    assert!(!refused.success && refused.files().is_empty(), "{}", refused.stderr);
    for line in [
        "step 1, `echo it works`: stdout is `it works\\u{a}`, it must be `it fails\\u{a}`",
        "file `/usr/share/said`: its content is `it works\\u{a}`, it must be `it fails\\u{a}`",
        "- name: it says",
    ] {
        assert!(refused.stderr.contains(line), "`{line}` is not said:\n{}", refused.stderr);
    }
    let skipped = build(engine, &wrong, SYSEXT, &["--build-arg=DALEC_SKIP_TESTS=1"]).succeeded();
    assert!(made.bytes(&image_name("own")) == skipped.bytes(&image_name("own")), "the images differ");
}

/// The rest of a spec that keeps in a file what a program says while it is built, and whose test hears the same of it.
fn said_by(program: &str, word: &str) -> String {
    format!(
        "description: tells what it was built with\nlicense: MIT\npackager: Packagers <packagers@example.org>\n\
         noarch: true\nbuild: {{steps: [{{command: {program} >said}}]}}\nartifacts: {{data_dirs: {{said: }}}}\n\
         tests:\n  - name: it says\n    steps: [{{command: {program}, stdout: {{equals: \"{word}\\n\"}}}}]\n    \
         files: {{/usr/share/said: {{equals: \"{word}\\n\"}}}}\n"
    )
}
