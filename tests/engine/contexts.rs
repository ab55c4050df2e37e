//! Workers of the user's own.

use crate::engine::build::{LOCK, SYSEXT, build, image_name, spec};
use crate::engine::docker::Engine;
use crate::engine::image::Image;
use crate::engine::repository::Repository;

pub(crate) fn a_worker_image_is_used_as_it_is(engine: &Engine) {
    engine.image("localhost/annex-test-worker", WORKER);
    let worker = "--build-context=dalec-trixie-worker=docker-image://localhost/annex-test-worker";
    let spec = spec("own-worker", &["jq"]);
    let name = image_name("own-worker");
    let own = build(engine, &spec, SYSEXT, &[worker]).succeeded();
    let installed = own.steps().iter().filter(|step| step.name.contains(": install ")).count();
    assert_eq!(installed, 0, "something is installed in it:\n{}", own.stderr);
    let usual = build(engine, &spec, SYSEXT, &[]).succeeded();
    assert!(own.bytes(&name) == usual.bytes(&name), "the same tools give another image");
}

pub(crate) fn a_repository_with_file_urls_is_read_from_the_worker(engine: &Engine) {
    let worker = Repository::local(engine);
    let spec = spec("greeting", &["annex-hello"]);
    let made = build(engine, &spec, SYSEXT, &[&worker]).succeeded();
    let image = Image::open(&made.file(&image_name("greeting")));
    assert_eq!(image.text("usr/bin/annex-hello"), "#!/bin/sh\necho hello from 1.0\n");

    let lock = build(engine, &spec, LOCK, &[&worker]).succeeded();
    let lock = String::from_utf8(lock.bytes("sysext.lock")).unwrap();
    assert!(lock.contains("\"file:/srv/repository/"), "{lock}");
}

const WORKER: &str = "FROM docker.io/library/debian:trixie
RUN apt-get update && apt-get install --yes --no-install-recommends erofs-utils
";
