//! Repositories that a spec brings along (`extra_repos`), signed with keys of their own.

use crate::engine::build::{SYSEXT, build, image_name};
use crate::engine::docker::Engine;
use crate::engine::image::Image;
use crate::engine::messages::said;
use crate::engine::repository::Repository;
use crate::engine::standin::{self, AZURE, Standin, lock};

pub(crate) fn a_deb_comes_from_a_repository_with_its_key_in_the_spec(engine: &Engine) {
    let repository = Repository::serve(engine);
    let spec = |key: &str| Repository::spec_with("own", "annex-hello, jq", repository.url(), key);
    let made = build(engine, &spec(&repository.key()), SYSEXT, &[]).succeeded();
    let image = Image::open(&made.file(&image_name("own")));
    assert_eq!(image.text("usr/bin/annex-hello"), "#!/bin/sh\necho hello from 1.0\n");
    assert!(image.path("usr/bin/jq").is_file());

    // Unchanged it is only asked; a newer version is seen.
    repository.requests();
    let again = build(engine, &spec(&repository.key()), SYSEXT, &[]).succeeded();
    assert_eq!(again.ran("[resolve] trixie:"), <[String; 0]>::default(), "{}", again.stderr);
    assert!(repository.requests().iter().all(|request| request.contains("InRelease")));
    repository.publish_next();
    let newer = build(engine, &spec(&repository.key()), SYSEXT, &[]).succeeded();
    let image = Image::open(&newer.file(&image_name("own")));
    assert_eq!(image.text("usr/bin/annex-hello"), "#!/bin/sh\necho hello from 2.0\n");

    // The key of another is none.
    let key = std::fs::read_to_string(standin::keys(engine).join("stand-in.asc")).unwrap();
    let made = build(engine, &spec(&key), SYSEXT, &[]);
    assert!(!made.success && made.files().is_empty(), "{}", made.stderr);
    assert!(said(&made).contains("`apt-get update` failed"), "{}", made.stderr);
}

pub(crate) fn a_build_and_its_tests_use_a_repository_of_the_spec(engine: &Engine) {
    let repository = Repository::serve(engine);
    let spec = |key: &str| {
        let spec = Repository::spec_with("own", "annex-hello", repository.url(), key);
        let needs = "  build: {annex-hello: {version: [\"= 1.0\"]}}\n  test: [annex-hello]\n";
        let spec = spec.replace("  sysext: [annex-hello]\n", needs);
        format!(
            "{spec}description: tells what it was built with\nlicense: MIT\npackager: Packagers <packagers@example.org>\n\
             noarch: true\nbuild: {{steps: [{{command: annex-hello >said}}]}}\nartifacts: {{data_dirs: {{said: }}}}\n\
             tests:\n  - steps: [{{command: annex-hello, stdout: {{contains: [hello from]}}}}]\n    \
             files: {{/usr/share/said: {{equals: \"hello from 1.0\\n\"}}}}\n"
        )
    };
    let made = build(engine, &spec(&repository.key()), "trixie/deb", &[]).succeeded();
    assert!(made.files().contains(&"own_1.0.0-debian13u1_all.deb".to_owned()), "{:?}", made.files());

    // The key of another is none.
    let key = std::fs::read_to_string(standin::keys(engine).join("stand-in.asc")).unwrap();
    let made = build(engine, &spec(&key), "trixie/deb", &[]);
    assert!(!made.success && made.files().is_empty(), "{}", made.stderr);
    assert!(
        made.stderr.contains("[worker] trixie: install what a build needs: annex-hello"),
        "{}",
        made.stderr
    );
}

pub(crate) fn a_deb_comes_from_a_directory_of_an_image(engine: &Engine) {
    let image = format!("{{image: {{ref: \"{}\"}}", Repository::image(engine));
    let spec = format!(
        "{}  extra_repos:\n  - config: {{own.sources: {{inline: {{file: {{contents: \"Types: deb\\nURIs: file:/srv/own\\n\
         Suites: example\\nComponents: main\\nSigned-By: /usr/share/keyrings/own.gpg\\n\"}}}}}}}}\n    \
         keys: {{own.gpg: {image}, path: usr/share/keyrings/example.gpg}}}}\n    \
         data: [{{dest: /srv/own, spec: {image}, path: srv/repository}}}}]\n",
        head("local", "annex-hello")
    );
    let made = build(engine, &spec, SYSEXT, &[]).succeeded();
    let image = Image::open(&made.file(&image_name("local")));
    assert_eq!(image.text("usr/bin/annex-hello"), "#!/bin/sh\necho hello from 1.0\n");
}

pub(crate) fn an_rpm_comes_from_a_repository_with_its_key_in_a_context(engine: &Engine) {
    let standin = Standin::of(engine, "good", "own");
    let worker = standin.worker();
    let keys = format!("--build-context=keys={}", standin::keys(engine).display());
    let spec = |view: &str| {
        // No `gpgkey`: the keys that come with it are meant.
        let repository = format!(
            "[own]\\nbaseurl=http://198.19.0.1:8080/{view}@theirs/$releasever/base/$basearch\\n\
             [own-updates]\\nbaseurl=http://198.19.0.1:8080/{view}@theirs/$releasever/updates/$basearch\\n"
        );
        let repository = repository.replace("]\\n", "]\\nenabled=1\\ngpgcheck=1\\npriority=1\\n");
        format!(
            "{}  extra_repos:\n  - config: {{own: {{inline: {{file: {{contents: \"{repository}\"}}}}}}}}\n    \
             keys: {{own.asc: {{context: {{name: keys}}, path: stand-in.asc}}}}\n",
            head("own", "annex-updated, annex-hello")
        )
    };
    let written = lock(engine, AZURE, &spec("next"), &[&worker, &keys]);
    let packages = written["packages"].as_array().unwrap();
    let versions: Vec<_> = packages.iter().map(|package| package["version"].as_str().unwrap()).collect();
    assert_eq!(versions, ["1.0-1.lab", "1.2-1.lab"]);
    let made = build(engine, &spec("next"), "azlinux3/testing/sysext", &[&worker, &keys]).succeeded();
    let image = Image::open(&made.file(&standin::image_name("own", AZURE)));
    assert!(image.text("usr/bin/annex-updated").contains("updated from 1.2-1"));

    // A package that another has signed.
    let made = build(engine, &spec("stranger"), "azlinux3/testing/sysext", &[&worker, &keys]);
    assert!(!made.success && made.files().is_empty(), "{}", made.stderr);
    let said = said(&made);
    assert!(said.contains("annex-hello") && said.contains("[package-signature]"), "{said}");

    // A context that was not given.
    let made = build(engine, &spec("next"), "azlinux3/testing/sysext", &[&worker]);
    assert!(!made.success && made.stderr.contains("the client gave no context `keys`"), "{}", made.stderr);
}

pub(crate) fn an_rpm_comes_from_a_directory_of_a_context(engine: &Engine) {
    let standin = Standin::of(engine, "good", "directory");
    let worker = standin.worker();
    let keys = format!("--build-context=keys={}", standin::keys(engine).display());
    let directory = standin::served(engine, "next").join("updates").join(std::env::consts::ARCH);
    let data = format!("--build-context=data={}", directory.display());
    let spec = format!(
        "{}  extra_repos:\n  - config: {{own: {{inline: {{file: {{contents: \"[own]\\nbaseurl=file:///srv/own\\nenabled=1\\n\
         gpgcheck=1\\npriority=1\\n\"}}}}}}}}\n    keys: {{own.asc: {{context: {{name: keys}}, path: stand-in.asc}}}}\n    \
         data: [{{dest: /srv/own, spec: {{context: {{name: data}}}}}}]\n",
        head("directory", "annex-updated")
    );
    let made = build(engine, &spec, "azlinux3/testing/sysext", &[&worker, &keys, &data]).succeeded();
    let image = Image::open(&made.file(&standin::image_name("directory", AZURE)));
    assert!(image.text("usr/bin/annex-updated").contains("updated from 1.2-1"));
    // The stand-in's own repositories have an older one.
    let fetched = standin.requests();
    assert!(fetched.iter().all(|request| !request.contains("annex-updated")), "{fetched:?}");
}

/// The beginning of a spec, up to the packages of its `dependencies`.
fn head(name: &str, packages: &str) -> String {
    format!("# syntax=localhost/annex\nname: {name}\nversion: 1.0.0\ndependencies:\n  sysext: [{packages}]\n")
}
