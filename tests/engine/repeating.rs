//! The same again: from the cache, without it, on other engines.

use crate::engine::build::{Built, SYSEXT, build, image_name, spec};
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
    let spec = spec("again", &["jq", "zsh", "zsh-common"]);
    let name = image_name("again");
    let base: Vec<&str> = engine.base().into_iter().collect();
    let with = |option| [base.as_slice(), &[option]].concat();
    let first = build(engine, &spec, SYSEXT, &base).succeeded();
    let second = build(engine, &spec, SYSEXT, &with("--no-cache")).succeeded();
    for step in STEPS {
        assert!(!second.ran(step).is_empty(), "{step} did not run:\n{}", second.stderr);
    }
    assert!(first.bytes(&name) == second.bytes(&name), "two builds differ");

    let third = alone(engine, &spec, "[assemble]", &with("--no-cache-filter=assemble"));
    assert!(first.bytes(&name) == third.bytes(&name), "two builds differ");
}

/// A build in which one kind of step ran and the others were answered from the cache. An engine that does much at
/// once may lose a result that it had; not three times in a row.
fn alone(engine: &Engine, spec: &str, step: &str, arguments: &[&str]) -> Built {
    let mut tries = Vec::new();
    for _ in 0..3 {
        let made = build(engine, spec, SYSEXT, arguments).succeeded();
        let ran = STEPS.into_iter().filter(|step| !made.ran(step).is_empty());
        if ran.eq([step]) {
            return made;
        }
        tries.push(made.stderr);
    }
    panic!("something else than `{step}` ran, three times:\n{}", tries.join("\n"));
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
