//! What an image needs of its host and hides of it: real packages, real bases.

use crate::engine::build::{Built, SPEC, SYSEXT, build, built, folder, image_name, spec};
use crate::engine::docker::Engine;
use crate::engine::merging::merged;
use crate::engine::repository::Repository;

pub(crate) fn a_missing_library_is_told_with_its_package(engine: &Engine) {
    let built = build(engine, &spec("alone", &["jq"]), SYSEXT, &[]).succeeded();
    let warning = "`/usr/bin/jq` needs `libjq.so.1`, which the extension does not carry; add `libjq1` and \
                   `libonig5` under `dependencies.sysext`, or make sure that the host has it [library-missing]";
    assert!(built.stderr.contains(warning), "{}", built.stderr);
}

pub(crate) fn with_its_libraries_nothing_is_missing(engine: &Engine) {
    let built = build(engine, &spec("complete", &["jq", "libjq1", "libonig5"]), SYSEXT, &[]).succeeded();
    assert_eq!(rules(&built), <[&str; 0]>::default(), "{}", built.stderr);
}

pub(crate) fn a_strict_build_exports_nothing(engine: &Engine) {
    let strict = "--build-arg=DALEC_SYSEXT_CHECK=error";
    let built = build(engine, &spec("strict", &["jq"]), SYSEXT, &[strict]);
    assert!(!built.success && built.files().is_empty(), "{}", built.stderr);
    assert!(built.stderr.contains("[library-missing]"), "{}", built.stderr);
    build(engine, &spec("strict", &["jq", "libjq1", "libonig5"]), SYSEXT, &[strict]).succeeded();
    let off = "--build-arg=DALEC_SYSEXT_CHECK=off";
    let built = build(engine, &spec("strict", &["jq"]), SYSEXT, &[off]).succeeded();
    assert_eq!(rules(&built), <[&str; 0]>::default(), "{}", built.stderr);
}

pub(crate) fn what_a_spec_allows_is_not_told(engine: &Engine) {
    let allow =
        "x-annex:\n  allow:\n    - {rule: library-missing, path: libjq.so.*, reason: the host's own}\n";
    let built = build(engine, &(spec("accepted", &["jq"]) + allow), SYSEXT, &[]).succeeded();
    assert_eq!(rules(&built), <[&str; 0]>::default(), "{}", built.stderr);
    let built =
        build(engine, &(spec("idle", &["jq", "libjq1", "libonig5"]) + allow), SYSEXT, &[]).succeeded();
    assert_eq!(rules(&built), ["allow-unused"], "{}", built.stderr);
}

pub(crate) fn the_c_library_is_not_replaced_unless_it_is_meant(engine: &Engine) {
    let libc = spec("libc", &["libc6"]);
    let built = build(engine, &libc, SYSEXT, &[]);
    assert!(!built.success && built.files().is_empty(), "{}", built.stderr);
    assert!(built.stderr.contains("[system-part]"), "{}", built.stderr);
    let allow = "x-annex:\n  allow:\n    - {rule: system-part, package: libc6, reason: for a test}\n";
    build(engine, &(libc + allow), SYSEXT, &[]).succeeded().file(&image_name("libc"));
}

pub(crate) fn a_base_decides_whatever_form_it_has(engine: &Engine) {
    engine.image("localhost/annex-test-base", BASE);
    let image = "docker-image://localhost/annex-test-base".to_owned();
    let exported = |output: &str| {
        let mut docker = engine.docker();
        docker.args(["build", "-f", SPEC, output, "."]);
        built(docker, folder(BASE)).succeeded()
    };
    let directory = exported("--output=base");
    let mut bases = vec![image, directory.folder.path().join("base").display().to_string()];
    // Only an engine with a store of images writes a layout of its own.
    let layout = engine.is_recent().then(|| exported("--output=type=oci,tar=false,dest=layout"));
    if let Some(layout) = &layout {
        let path = layout.folder.path().join("layout");
        let index: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path.join("index.json")).unwrap()).unwrap();
        let digest = index["manifests"][0]["digest"].as_str().unwrap();
        bases.push(format!("oci-layout://{}@{digest}", path.display()));
    }
    for base in bases {
        let base = format!("--build-context=dalec-sysext-base={base}");
        let built = build(engine, &spec("based", &["jq", "zsh"]), SYSEXT, &[&base]).succeeded();
        let hidden = "`jq` hides `/usr/bin/jq` of `jq` of the base by other content";
        assert!(built.stderr.contains(hidden), "{base}\n{}", built.stderr);
        // The base has libjq and libonig, and lacks what zsh needs beside its own.
        assert!(!built.stderr.contains("`libjq.so.1`"), "{base}\n{}", built.stderr);
        for missing in ["which neither the extension nor the base has", "`libcap.so.2` (for `/usr/bin/zsh`"] {
            assert!(built.stderr.contains(missing), "{base}\n{}", built.stderr);
        }
    }
}

/// Where such an image can be built at all, a merged system shows what would have happened.
pub(crate) fn what_breaks_on_a_host_is_found_while_it_is_built(engines: &[Engine]) {
    let engine = engines.last().unwrap();
    let worker = Repository::local(engine);
    let check = |check: &str| format!("--build-arg=DALEC_SYSEXT_CHECK={check}");
    for (package, workers, rule, there) in [
        ("jq", &[][..], "[library-missing]", "libjq.so.1: cannot open shared object file"),
        ("annex-elsewhere", &[worker.as_str()][..], "[elf-architecture]", "Exec format error"),
    ] {
        let spec = spec("breaks", &[package]);
        let strict = build(engine, &spec, SYSEXT, &[workers, &[&check("error")]].concat());
        assert!(!strict.success && strict.files().is_empty(), "{package}: {}", strict.stderr);
        assert!(strict.stderr.contains(rule), "{package}: {}", strict.stderr);
        let unchecked = build(engine, &spec, SYSEXT, &[workers, &[&check("off")]].concat()).succeeded();
        let said = merged("trixie", &unchecked.file(&image_name("breaks")), &format!("{package} . 2>&1; :"));
        assert!(said.contains(there), "{package}: {said}");
    }
    for (package, argument, expected) in [
        ("annex-mask", check("off"), "[mask]"),
        ("annex-hello", "--build-arg=DALEC_SYSEXT_IMAGE_NAME=of/another".into(), "DALEC_SYSEXT_IMAGE_NAME"),
    ] {
        let broken = build(engine, &spec("breaks", &[package]), SYSEXT, &[&worker, &argument]);
        assert!(!broken.success && broken.files().is_empty(), "{package}: {}", broken.stderr);
        assert!(broken.stderr.contains(expected), "{package}: {}", broken.stderr);
    }
}

/// The rules in the warnings that a client shows.
fn rules(built: &Built) -> Vec<&str> {
    let ends = built.stderr.lines().filter_map(|line| line.trim().strip_suffix(']'));
    let mut rules: Vec<&str> = ends.filter_map(|line| line.rsplit_once(" [")).map(|(_, rule)| rule).collect();
    rules.retain(|rule| {
        rule.contains('-') || matches!(*rule, "etc" | "mask" | "outside" | "privilege" | "script")
    });
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// A system with a jq of its own, and without the library that zsh needs.
const BASE: &str = "FROM docker.io/library/debian:trixie
RUN apt-get update && apt-get install --yes --no-install-recommends jq && echo >> /usr/bin/jq \
    && rm -f /usr/lib/x86_64-linux-gnu/libcap.so.2*
";
