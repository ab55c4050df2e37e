//! The ways to ask for an extension.

use crate::engine::build::{Built, SPEC, SYSEXT, architecture, build, built, fed, folder};
use crate::engine::docker::{Engine, run, text, top};
use crate::engine::image::Image;
use crate::engine::messages::said;
use crate::engine::releases::without_updates;

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
    let output = run(docker.current_dir(top()));
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

pub(crate) fn a_target_can_be_built_by_another_image_of_this_frontend(engine: &Engine) {
    let tag = run(engine.docker().args(["tag", "localhost/annex", "localhost/annex:another"]));
    assert!(tag.status.success(), "{}", text(&tag.stderr));
    let own = example().replace("version: 0.1.0", "version: $V\nargs: {V: 0.1.0}");
    let frontend = |image: &str| format!("{own}targets: {{trixie: {{frontend: {{image: '{image}'}}}}}}\n");
    let version = ["--build-arg=V=0.2.0"];
    let directly = build(engine, &own, SYSEXT, &version).succeeded();
    let handed_on = build(engine, &frontend("localhost/annex:another"), SYSEXT, &version).succeeded();
    let name = example_image().replace("0.1.0", "0.2.0");
    assert_eq!(handed_on.bytes(&name), directly.bytes(&name));

    // Each platform is handed on by itself.
    if engine.is_recent() {
        let arguments = [version[0], without_updates(engine), "--platform=linux/arm64,linux/amd64"];
        let directly = build(engine, &own, SYSEXT, &arguments).succeeded();
        let handed_on = build(engine, &frontend("localhost/annex:another"), SYSEXT, &arguments).succeeded();
        let files = [("amd64", "x86-64"), ("arm64", "arm64")]
            .map(|(folder, machine)| format!("linux_{folder}/my-sysext-v0.2.0-1-trixie-{machine}.raw"));
        assert_eq!(handed_on.files(), files);
        assert_eq!(directly.files(), files);
        for file in files {
            let read = |made: &Built| std::fs::read(made.out().join(&file)).unwrap();
            assert!(read(&handed_on) == read(&directly), "{file} differs");
        }
    }

    let wrong = said(&build(engine, &frontend("localhost/annex:another"), "trixie/testing/sysxt", &version));
    assert!(wrong.contains("frontend `localhost/annex:another` of target `trixie`: "), "{wrong}");
    assert!(wrong.contains("did you mean `trixie/testing/sysext`?"), "{wrong}");
    let missing = said(&build(engine, &frontend("localhost/no-such-image:1"), SYSEXT, &[]));
    assert!(missing.contains("frontend `localhost/no-such-image:1` of target `trixie`: "), "{missing}");
    assert!(
        missing.contains(">>> targets: {trixie: {frontend: {image: 'localhost/no-such-image:1'}}}"),
        "{missing}"
    );
}

/// The spec of the README.
pub(crate) fn example() -> String {
    std::fs::read_to_string(top().join("examples/my-sysext.yml")).unwrap()
}

/// The file that the README promises for [`example`].
pub(crate) fn example_image() -> String {
    format!("my-sysext-v0.1.0-1-trixie-{}.raw", architecture())
}
