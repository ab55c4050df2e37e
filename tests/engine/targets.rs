//! The ways to ask for an extension.

use crate::engine::build::{SPEC, SYSEXT, architecture, build, built, fed, folder, image_name, spec};
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

pub(crate) fn a_foreign_platform_is_built_without_running_it(engine: &Engine) {
    let spec = spec("foreign", &["jq", "zsh"]);
    let (host, foreign) = if architecture() == "arm64" { ("arm64", "amd64") } else { ("amd64", "arm64") };
    let foreign_image = if foreign == "arm64" {
        String::from("foreign-v1.0.0-1-trixie-arm64.raw")
    } else {
        String::from("foreign-v1.0.0-1-trixie-x86-64.raw")
    };
    let path = if engine.is_recent() {
        let platforms = format!("--platform=linux/{host},linux/{foreign}");
        let made = build(engine, &spec, SYSEXT, &[&platforms]).succeeded();
        let foreign_file = format!("linux_{foreign}/{foreign_image}");
        let mut files = vec![format!("linux_{host}/{}", image_name("foreign")), foreign_file.clone()];
        files.sort();
        assert_eq!(made.files(), files);
        check_foreign(&made.out().join(foreign_file), foreign);
        return;
    } else {
        build(engine, &spec, SYSEXT, &[&format!("--platform=linux/{foreign}")]).succeeded()
    };
    check_foreign(&path.file(&foreign_image), foreign);
}

/// The programs are the other platform's: `e_machine` of elf(5) is at byte 18.
fn check_foreign(path: &std::path::Path, architecture: &str) {
    let image = Image::open(path);
    let machine = if architecture == "arm64" { 183 } else { 62 };
    let jq = std::fs::read(image.path("usr/bin/jq")).unwrap();
    assert_eq!((&jq[..4], jq[18]), (&b"\x7fELF"[..], machine));
    let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
    let release = image.text(&format!("usr/lib/extension-release.d/extension-release.{stem}"));
    let systemd = if architecture == "arm64" { "arm64" } else { "x86-64" };
    assert!(release.lines().any(|line| line == format!("ARCHITECTURE={systemd}")), "{release}");
}

/// The spec of the README.
pub(crate) fn example() -> String {
    std::fs::read_to_string(top().join("examples/my-sysext.yml")).unwrap()
}

/// The file that the README promises for [`example`].
pub(crate) fn example_image() -> String {
    format!("my-sysext-v0.1.0-1-trixie-{}.raw", architecture())
}
