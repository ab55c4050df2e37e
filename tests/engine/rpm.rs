//! Extensions of rpm packages, built for stand-ins of their distributions.

use serde_json::Value;

use crate::engine::build::{SPEC, architecture, build, built, folder, spec};
use crate::engine::docker::{Engine, run, text, top};
use crate::engine::image::Image;
use crate::engine::standin::{AZURE, Standin, extension, image_name, lock};
use crate::engine::targets::example;

pub(crate) fn the_command_that_users_copy_builds_one_file(engine: &Engine) {
    let folder = folder(&example());
    let mut docker = engine.docker();
    docker.args(["build", "-f", "my-sysext.yml", "--target=azlinux3/testing/sysext", "--output=.", "."]);
    let made = built(docker, folder).succeeded();

    let mut names: Vec<_> = std::fs::read_dir(made.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let name = example_image();
    assert_eq!(names, [name.as_str(), SPEC]);
    let image = Image::open(&made.folder.path().join(&name));
    assert!(image.path("usr/bin/jq").is_file());
    assert!(image.path("usr/bin/zsh").is_file());
    let stem = name.trim_end_matches(".raw");
    let release = image.text(&format!("usr/lib/extension-release.d/extension-release.{stem}"));
    assert!(release.lines().any(|line| line == format!("ARCHITECTURE={}", architecture())), "{release}");
}

pub(crate) fn each_distribution_builds_with_its_own_manager(engine: &Engine) {
    for distribution in ["almalinux8", "almalinux9", "azlinux4", "rockylinux8", "rockylinux9"] {
        let made = extension(engine, distribution, "each", &["annex-hello", "annex-both"], &[]).succeeded();
        let image = Image::open(&made.file(&image_name("each", distribution)));
        assert_eq!(image.text("usr/bin/annex-hello"), "#!/bin/sh\necho hello from 1.0-1\n", "{distribution}");
        assert_eq!(image.text("usr/bin/annex-both"), "#!/bin/sh\necho both from 1.0-1\n", "{distribution}");
    }
}

pub(crate) fn the_newest_version_is_taken_as_rpm_orders_them(engine: &Engine) {
    let lock = lock(engine, AZURE, &spec("newest", &["annex-epoch", "annex-updated", "annex-versions"]), &[]);
    assert_eq!(
        versions(&lock),
        [
            "annex-epoch 1:1.0-1.lab noarch",
            "annex-updated 1.1-1.lab noarch",
            "annex-versions 1.1-1.lab noarch"
        ]
    );
}

pub(crate) fn all_bounds_of_a_version_hold_at_once(engine: &Engine) {
    for (bounds, version) in [
        (r#"["< 1.1"]"#, "1.0^20260101-1.lab"),
        (r#"[">= 0.9", "< 1.0"]"#, "1.0~rc1-1.lab"),
        (r#"["> 0.9", "<= 1.0-1.lab"]"#, "1.0-1.lab"),
        (r#"["= 1.0-2.lab"]"#, "1.0-2.lab"),
        (r#"["< 1.0~rc1"]"#, "0.9-1.lab"),
    ] {
        let spec = format!(
            "# syntax=localhost/annex\nname: bounded\nversion: 1.0.0\ndependencies:\n  sysext:\n    \
             annex-versions: {{version: {bounds}}}\n"
        );
        let lock = lock(engine, AZURE, &spec, &[]);
        assert_eq!(versions(&lock), [format!("annex-versions {version} noarch")], "{bounds}");
    }
}

pub(crate) fn a_foreign_platform_gets_its_own_packages(engine: &Engine) {
    let spec = spec("foreign", &["annex-both", "annex-arm", "annex-hello"]);
    let made = build(engine, &spec, "azlinux3/testing/sysext", &["--platform=linux/arm64"]).succeeded();
    let image = Image::open(&made.file("foreign-v1.0.0-1-azlinux3-arm64.raw"));
    for program in ["annex-both", "annex-arm", "annex-hello"] {
        assert!(image.path(&format!("usr/bin/{program}")).is_file(), "{program}");
    }
    let lock = lock(engine, AZURE, &spec, &["--platform=linux/arm64"]);
    assert_eq!(
        versions(&lock),
        ["annex-arm 1.0-1.lab aarch64", "annex-both 1.0-1.lab aarch64", "annex-hello 1.0-1.lab noarch"]
    );
}

pub(crate) fn a_lock_names_files_and_keys_and_builds_the_same_bytes_without_an_index(engine: &Engine) {
    let standin = Standin::of(engine, "good", "locked");
    let base = standin.worker();
    let spec = spec("locked", &["annex-hello", "annex-second-key", "annex-updated"]);
    let target = "azlinux3/testing/sysext";
    let name = image_name("locked", AZURE);
    let free = build(engine, &spec, target, &[&base]).succeeded().bytes(&name);

    let made = build(engine, &spec, &format!("{target}/lock"), &[&base]).succeeded();
    let written: Value = serde_json::from_slice(&made.bytes("sysext.lock")).unwrap();
    assert_eq!(written["target"], AZURE);
    for package in written["packages"].as_array().unwrap() {
        let word = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        assert_eq!(word("sha256").len(), 64, "{package}");
        assert!(word("url").starts_with("http://198.19.0.1:8080/good@locked-"), "{package}");
        assert!(word("url").ends_with(&format!(
            "{}-{}.{}.rpm",
            word("name"),
            word("version"),
            word("architecture")
        )));
        assert!(package["size"].as_u64().unwrap() > 1000, "{package}");
        assert!(!package["keys"].as_array().unwrap().is_empty(), "{package}");
    }

    // From now on there is a newer version, and the index is not even asked for.
    standin.show("next");
    let before = standin.requests().len();
    let lock = format!("--build-context=dalec-sysext-lock={}", made.out().display());
    let locked = build(engine, &spec, target, &[&base, &lock]).succeeded();
    assert!(locked.bytes(&name) == free, "a lock changes the image");
    let asked = &standin.requests()[before..];
    assert!(!asked.iter().any(|request| request.contains("repomd.xml")), "{asked:?}");
    let newer = build(engine, &spec, target, &[&base]).succeeded();
    assert!(newer.bytes(&name) != free, "the newer version was not seen, so this proves nothing");
}

pub(crate) fn nothing_runs_again_until_the_repository_changes(engine: &Engine) {
    let standin = Standin::of(engine, "good", "fresh");
    let base = standin.base();
    let packages = ["annex-hello", "annex-updated"];
    let first = extension(engine, AZURE, "fresh", &packages, &[&base]).succeeded();
    let name = image_name("fresh", AZURE);
    let before = standin.requests().len();
    let second = extension(engine, AZURE, "fresh", &packages, &[&base]).succeeded();
    for step in STEPS {
        assert_eq!(second.ran(step), <[String; 0]>::default(), "{}", second.stderr);
    }
    assert!(first.bytes(&name) == second.bytes(&name), "two builds differ");
    let asked = &standin.requests()[before..];
    assert!(asked.iter().all(|request| request.contains("repomd.xml")), "{asked:?}");

    // A package more is one more look at the indices, and one more package is fetched.
    let before = standin.requests().len();
    let more = ["annex-goodbye", "annex-hello", "annex-updated"];
    let third = extension(engine, AZURE, "fresh", &more, &[&base]).succeeded();
    assert_eq!(third.ran("[worker]"), <[String; 0]>::default(), "{}", third.stderr);
    // Neither where an earlier run has left what came of it: engines know a file by its name and its checksum.
    assert!(third.ran("[resolve]").len() <= 1, "{}", third.stderr);
    let fetched: Vec<_> =
        standin.requests()[before..].iter().filter(|request| request.contains(".rpm ")).cloned().collect();
    let one = ["GET annex-goodbye-1.0-1.lab.noarch.rpm 200"];
    assert!(fetched.is_empty() || fetched == one, "{fetched:?}");

    standin.show("next");
    let fourth = extension(engine, AZURE, "fresh", &packages, &[&base]).succeeded();
    let updated = Image::open(&fourth.file(&name)).text("usr/bin/annex-updated");
    assert!(updated.contains("updated from 1.2-1"), "{updated}");
}

pub(crate) fn all_engines_give_the_same_bytes(engines: &[Engine]) {
    let packages = ["annex-links", "annex-many", "annex-places", "annex-privilege", "jq", "zsh"];
    let images: Vec<_> = engines
        .iter()
        .map(|engine| {
            extension(engine, AZURE, "same", &packages, &[]).succeeded().bytes(&image_name("same", AZURE))
        })
        .collect();
    for (engine, image) in engines.iter().zip(&images) {
        assert!(*image == images[0], "`{}` and `{}` differ", engine.name, engines[0].name);
    }
}

pub(crate) fn systemd_merges_it_and_its_programs_run(engines: &[Engine]) {
    let packages = ["jq", "libcap", "oniguruma", "zsh"];
    let made = extension(engines.last().unwrap(), AZURE, "shell", &packages, &[]).succeeded();
    let image = made.file(&image_name("shell", AZURE));
    for suite in ["trixie", "forky"] {
        let said = merged(suite, &image, "echo '{\"a\": [1, 2]}' | jq -c '.a | add'; zsh -c 'echo ok'");
        assert_eq!(said, "3\nok\n", "{suite}");
    }
    // The C library of Debian 12 is older than the one that these programs ask for.
    assert_eq!(merged("bookworm", &image, "head -c 4 /usr/bin/jq | tail -c 3"), "ELF");
}

/// What a command says in a system of a release with an image merged.
fn merged(suite: &str, image: &std::path::Path, command: &str) -> String {
    let mut script = std::process::Command::new(top().join("tests/engine/merge.sh"));
    let output = run(script.arg(suite).arg(image).args(["--", "sh", "-c", command]));
    assert!(output.status.success(), "{suite}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// The packages of a lock: name, version, architecture.
fn versions(lock: &Value) -> Vec<String> {
    let word = |package: &Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let packages = lock["packages"].as_array().unwrap().iter();
    packages
        .map(|package| ["name", "version", "architecture"].map(|key| word(package, key)).join(" "))
        .collect()
}

/// The file that the README promises.
fn example_image() -> String {
    format!("my-sysext-v0.1.0-1-azlinux3-{}.raw", architecture())
}

/// What the names of steps that run a program begin with.
const STEPS: [&str; 3] = ["[worker]", "[resolve]", "[assemble]"];
