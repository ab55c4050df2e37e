//! The ways to ask for an extension.

use crate::engine::build::{SPEC, SYSEXT, architecture, build, built, fed, folder};
use crate::engine::docker::{Engine, text, top};
use crate::engine::image::Image;

pub(crate) fn the_command_of_the_readme_builds_one_file(engine: &Engine) {
    let folder = folder(&example());
    let mut docker = engine.docker();
    docker.args(["build", "-f", "my-sysext.yml", "--target=trixie/testing/sysext", "--output=.", "."]);
    let made = built(docker, folder).succeeded();

    let mut names: Vec<_> = std::fs::read_dir(made.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, [example_image().as_str(), SPEC]);
    let image = Image::open(&made.folder.path().join(example_image()));
    assert!(image.path("usr/bin/jq").is_file());
    assert!(image.path("usr/bin/zsh").exists());
}

pub(crate) fn the_frontend_can_be_given_as_a_build_argument(engine: &Engine) {
    let nameless = example().replace("# syntax=localhost/annex\n", "");
    let made = build(engine, &nameless, SYSEXT, &["--build-arg=BUILDKIT_SYNTAX=localhost/annex"]).succeeded();
    made.file(&example_image());
}

pub(crate) fn bake_builds_the_example(engine: &Engine) {
    let out = tempfile::tempdir().unwrap();
    let mut docker = engine.docker();
    docker.args(["buildx", "bake", "--progress=plain", "--set"]);
    docker.arg(format!("*.output={}", out.path().display())).arg("example-my-sysext");
    let output = crate::engine::docker::run(docker.current_dir(top()));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(out.path().join(example_image()).is_file());
}

pub(crate) fn a_spec_on_standard_input(engine: &Engine) {
    let mut docker = engine.docker();
    docker
        .args(["build", "--progress=plain", "-f", "-", "--output=out"])
        .arg(format!("--target={SYSEXT}"))
        .arg(".");
    let made = fed(docker, tempfile::tempdir().unwrap(), &example()).succeeded();
    made.file(&example_image());
}

/// The spec of the README.
pub(crate) fn example() -> String {
    std::fs::read_to_string(top().join("examples/my-sysext.yml")).unwrap()
}

/// The file that the README promises for [`example`].
pub(crate) fn example_image() -> String {
    format!("my-sysext-v0.1.0-1-trixie-{}.raw", architecture())
}
