//! The same again: from the cache, without it, on other engines.

use crate::engine::build::{SYSEXT, build, image_name, spec};
use crate::engine::docker::Engine;
use crate::engine::image::Image;
use crate::engine::repository::Repository;
use crate::engine::targets::{example, example_image};

pub(crate) fn all_engines_give_the_same_bytes(engines: &[Engine]) {
    let images: Vec<_> = engines
        .iter()
        .map(|engine| build(engine, &example(), SYSEXT, &[]).succeeded().bytes(&example_image()))
        .collect();
    for (engine, image) in engines.iter().zip(&images) {
        assert!(*image == images[0], "`{}` and `{}` differ", engine.name, engines[0].name);
    }
}

pub(crate) fn no_cache_runs_again_and_gives_the_same_bytes(engine: &Engine) {
    // A base of its own: while a build runs without cache, BuildKit gives its steps to every build that has the same.
    engine.image("localhost/annex-test-base", BASE);
    let base = "--build-context=docker.io/library/debian:trixie=docker-image://localhost/annex-test-base";
    let spec = spec("again", &["jq", "zsh", "zsh-common"]);
    let name = image_name("again");
    let first = build(engine, &spec, SYSEXT, &[base]).succeeded();
    let second = build(engine, &spec, SYSEXT, &[base, "--no-cache"]).succeeded();
    for step in STEPS {
        assert!(!second.ran(step).is_empty(), "{step} did not run:\n{}", second.stderr);
    }
    assert!(first.bytes(&name) == second.bytes(&name), "two builds differ");

    let third = build(engine, &spec, SYSEXT, &[base, "--no-cache-filter=assemble"]).succeeded();
    for step in STEPS {
        assert_eq!(third.ran(step).is_empty(), step != "[assemble]", "{step}:\n{}", third.stderr);
    }
    assert!(first.bytes(&name) == third.bytes(&name), "two builds differ");
}

/// The program that makes the bytes once has one core on a day in 2031, once all there are today.
pub(crate) fn neither_the_day_nor_the_number_of_cores_shows(engine: &Engine) {
    engine.image("localhost/annex-test-another-day", ANOTHER_DAY);
    let worker = "--build-context=dalec-trixie-worker=docker-image://localhost/annex-test-another-day";
    let spec = spec("day", &["jq", "vim-runtime", "zsh"]);
    let name = image_name("day");
    for profile in ["lz4hc", "zstd"] {
        let profile = format!("--build-arg=DALEC_SYSEXT_COMPRESSION={profile}");
        let today = build(engine, &spec, SYSEXT, &[&profile]).succeeded();
        // An earlier run on this engine has put the same into the cache.
        let again = "--no-cache-filter=assemble";
        let another = build(engine, &spec, SYSEXT, &[&profile, worker, again]).succeeded();
        assert!(!another.ran("[assemble]").is_empty(), "it came from the cache:\n{}", another.stderr);
        assert!(today.bytes(&name) == another.bytes(&name), "{profile}: two builds differ");
    }
}

pub(crate) fn source_date_epoch_is_the_time_of_everything(engine: &Engine) {
    let spec = spec("dated", &["jq", "zsh"]);
    let name = image_name("dated");
    let newest = build(engine, &spec, SYSEXT, &[]).succeeded();
    let times = Image::open(&newest.file(&name)).times();
    assert_eq!(times.len(), 1, "the newest file's time is that of all: {times:?}");

    let made = build(engine, &spec, SYSEXT, &["--build-arg=SOURCE_DATE_EPOCH=1234567890"]).succeeded();
    let image = Image::open(&made.file(&name));
    assert_eq!(image.times(), ["1234567890.0000000000"]);
    assert!(image.superblock().contains("2009"), "{}", image.superblock());
}

pub(crate) fn a_second_build_runs_nothing_yet_asks_the_repository(engine: &Engine) {
    let repository = Repository::serve(engine);
    let spec = spec("fresh", &["annex-hello"]);
    let name = image_name("fresh");
    let worker = repository.worker();
    let arguments = [worker.as_str()];

    let first = build(engine, &spec, SYSEXT, &arguments).succeeded();
    repository.requests();
    let second = build(engine, &spec, SYSEXT, &arguments).succeeded();
    for step in STEPS {
        assert_eq!(second.ran(step), <[String; 0]>::default(), "{}", second.stderr);
    }
    assert!(first.bytes(&name) == second.bytes(&name), "two builds differ");
    assert_eq!(repository.requests(), ["HEAD /dists/example/InRelease if-none-match 304"]);

    // A new version in the repository is found without any option.
    repository.publish_next();
    let third = build(engine, &spec, SYSEXT, &arguments).succeeded();
    let hello = Image::open(&third.file(&name)).text("usr/bin/annex-hello");
    assert!(hello.contains("hello from 2.0"), "{hello}");
}

/// What the names of steps that run a program begin with.
const STEPS: [&str; 3] = ["[worker]", "[resolve]", "[assemble]"];
const BASE: &str = "FROM docker.io/library/debian:trixie
RUN echo of a test >/etc/annex-test
";
/// The last line makes sure that the day and the core are what they should be.
const ANOTHER_DAY: &str = r#"FROM docker.io/library/debian:trixie
RUN apt-get update && apt-get install --yes --no-install-recommends erofs-utils faketime
RUN mv /usr/bin/mkfs.erofs /usr/bin/mkfs.erofs.real && \
    printf '#!/bin/sh\nexec taskset --cpu-list 0 faketime 2031-03-01 mkfs.erofs.real "$@"\n' >/usr/bin/mkfs.erofs && \
    chmod 0755 /usr/bin/mkfs.erofs
RUN test "$(sed '2s/mkfs.erofs.real.*/sh -c "nproc; date +%Y"/' /usr/bin/mkfs.erofs | sh | tr '\n' ' ')" = '1 2031 '
"#;
