//! Locks: written, given back, of several platforms.

use std::path::Path;

use serde_json::Value;

use crate::engine::build::{LOCK, SYSEXT, build, image_name, spec};
use crate::engine::docker::Engine;

pub(crate) fn an_exported_lock_lists_the_exact_packages(engine: &Engine) {
    let made = build(engine, &spec("listed", &["zsh", "jq"]), LOCK, &[]).succeeded();
    let lock: Value = serde_json::from_slice(&made.bytes("sysext.lock")).unwrap();
    assert_eq!(lock["target"], "trixie");
    let names: Vec<_> = lock["packages"].as_array().unwrap().iter().map(|package| &package["name"]).collect();
    assert_eq!(names, ["jq", "zsh"]);
    for package in lock["packages"].as_array().unwrap() {
        let word = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        assert_eq!(package["source"], package["name"]);
        assert_eq!(word("sha256").len(), 64, "{package}");
        assert!(word("version").starts_with(|digit: char| digit.is_ascii_digit()), "{package}");
        assert!(word("url").starts_with("http") && word("url").contains(".deb"), "{package}");
        assert!(package["size"].as_u64().unwrap() > 10_000, "{package}");
    }
}

pub(crate) fn a_lock_builds_the_same_bytes_without_an_index(engine: &Engine) {
    let spec = spec("locked", &["jq", "zsh"]);
    let name = image_name("locked");
    let free = build(engine, &spec, SYSEXT, &[]).succeeded().bytes(&name);
    let lock = build(engine, &spec, LOCK, &[]).succeeded();
    let lock = context(&lock.out());

    let locked = build(engine, &spec, SYSEXT, &[&lock]).succeeded();
    assert!(locked.bytes(&name) == free, "a lock changes the image");
    assert_eq!(locked.steps().iter().filter(|step| step.name.starts_with("[resolve]")).count(), 0);

    // A worker that reaches no repository: whatever builds with it has read no index.
    engine.image("localhost/annex-test-unreachable", UNREACHABLE);
    let worker = "--build-context=dalec-trixie-worker=docker-image://localhost/annex-test-unreachable";
    let alone = build(engine, &spec, SYSEXT, &[worker]);
    assert!(!alone.success, "the repository is reachable, so this proves nothing");
    let locked = build(engine, &spec, SYSEXT, &[worker, &lock]).succeeded();
    assert!(locked.bytes(&name) == free, "another worker with the same tools changes the image");
}

pub(crate) fn locks_of_two_platforms_lie_side_by_side(engine: &Engine) {
    if !engine.is_recent() {
        // Docker 26 with its default store builds for one platform at a time, and says so itself.
        let made = build(engine, &spec("pair", &["jq"]), LOCK, &["--platform=linux/amd64,linux/arm64"]);
        assert!(made.stderr.contains("Multi-platform build is not supported"), "{}", made.stderr);
        return;
    }
    let spec = spec("pair", &["jq"]);
    let both = "--platform=linux/amd64,linux/arm64";
    let locks = build(engine, &spec, LOCK, &[both]).succeeded();
    assert_eq!(locks.files(), ["linux_amd64/sysext.lock", "linux_arm64/sysext.lock"]);
    let free = build(engine, &spec, SYSEXT, &[both]).succeeded();
    let locked = build(engine, &spec, SYSEXT, &[both, &context(&locks.out())]).succeeded();
    assert_eq!(locked.steps().iter().filter(|step| step.name.contains("[resolve]")).count(), 0);
    assert_eq!(free.files(), locked.files());
    for file in free.files() {
        let read = |folder: &Path| std::fs::read(folder.join(&file)).unwrap();
        assert!(read(&free.out()) == read(&locked.out()), "{file} differs");
    }
}

fn context(folder: &Path) -> String {
    format!("--build-context=dalec-sysext-lock={}", folder.display())
}

const UNREACHABLE: &str = "FROM docker.io/library/debian:trixie
RUN apt-get update && apt-get install --yes --no-install-recommends erofs-utils && rm -rf /var/lib/apt/lists/*
RUN rm -rf /etc/apt/sources.list.d/* && echo 'deb http://127.0.0.1:9/debian trixie main' >/etc/apt/sources.list
";
