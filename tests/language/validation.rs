//! Patches, builds, images and artifacts: what is accepted and what is not.

use annex::spec::build::{Cache, CacheSharing};
use annex::spec::source::Variant;

use crate::{count, refused, resolved};

#[test]
fn a_patch_from_a_file_has_no_path_and_one_from_a_directory_has_one() {
    let files = ["{inline: {file: {}}}", "{http: {url: 'https://example.org/p'}}"];
    let directories = [
        "{inline: {dir: {files: {p: }}}}",
        "{git: {url: 'https://example.org/r', commit: v1}}",
        "{image: {ref: a}, path: /}",
        "{context: {}}",
        "{build: {source: {context: {}}}}",
    ];
    let text = |source: &str, path: &str| {
        format!("sources: {{code: {{context: {{}}}}, p: {source}}}\npatches: {{code: [{{source: p{path}}}]}}")
    };
    for source in files {
        assert_eq!(resolved(&text(source, "")).patches.len(), 1);
        refused(&text(source, ", path: p"), "source `p` is one file, the patch itself");
    }
    for source in directories {
        assert_eq!(resolved(&text(source, ", path: p")).patches.len(), 1);
        refused(&text(source, ""), "source `p` is a directory");
    }
}

#[test]
fn a_patch_is_of_a_source_and_for_a_source() {
    let sources = "sources: {code: {context: {}}, p: {inline: {file: {}}}}\n";
    refused(&format!("{sources}patches: {{code: [{{source: q}}]}}"), "there is no source `q`");
    refused(&format!("{sources}patches: {{cod: [{{source: p}}]}}"), "there is no source `cod`");
    let strip = |text: &str| {
        let resolved = resolved(&format!("{sources}patches: {{code: [{{source: p{text}}}]}}"));
        resolved.patches.values().next().unwrap().list[0].strip
    };
    assert_eq!((strip(""), strip(", strip: 0"), strip(", strip: 3")), (1, 0, 3));
    refused(&format!("{sources}patches: {{code: [{{source: p, strip: -1}}]}}"), "`strip` cannot be negative");
}

#[test]
fn the_base_of_an_image_is_one_of_its_bases() {
    let image = resolved("image: {base: 'example.org/a:1'}").image;
    let [base] = image.bases.as_slice() else { panic!("{image:?}") };
    let Variant::Image(base) = &base.variant else { panic!("{base:?}") };
    assert_eq!(base.reference.value.as_str(), "example.org/a:1");
    refused("image: {base: a, bases: [{rootfs: {image: {ref: b}}}]}", "`bases` says the same as `base`");
}

#[test]
fn a_base_is_an_image_and_needs_no_path() {
    assert_eq!(resolved("image: {bases: [{rootfs: {image: {ref: a}}}]}").image.bases.len(), 1);
    refused("image: {bases: [{rootfs: {context: {}}}]}", "a base is an image, not of the kind `context`");
    refused("image: {bases: [{rootfs: {image: {}}}]}", "missing field `ref`");
}

#[test]
fn links_of_an_image_have_one_place_each() {
    let post = |text: &str| format!("image: {{post: {{symlinks: {{{text}}}}}}}");
    for text in [
        "/a: {path: /b}",
        "/a: {paths: [/b, /c]}",
        "/a: {path: /b}, /c: {path: /d}",
        "/a: {paths: [/b], user: u}",
    ] {
        assert!(!resolved(&post(text)).image.post.symlinks.is_empty());
    }
    let paths: Vec<_> = resolved(&post("/a: {path: /b}")).image.post.symlinks.into_values().collect();
    assert_eq!(paths[0].paths.iter().map(ToString::to_string).collect::<Vec<_>>(), ["/b"]);
    refused(&post("/a: {}"), "there is no link to `/a`");
    refused(&post("/a: {path: /b, paths: [/c]}"), "`paths` says the same as `path`");
    refused(&post("'': {path: /b}"), "a path cannot be empty");
    for text in
        ["/a: {paths: [/b, /b]}", "/a: {path: /b}, /c: {paths: [/b]}", "/a: {path: /b}, /c: {path: /b/}"]
    {
        refused(&post(text), "two links at `/b`");
    }
}

#[test]
fn a_build_is_empty_or_has_steps() {
    assert!(resolved("build: {}").build.steps.is_empty());
    assert!(resolved("build:").build.steps.is_empty());
    for field in ["env: {A: b}", "network_mode: none", "caches: [{gobuild: {}}]"] {
        let name = field.split(':').next().unwrap();
        refused(
            &format!("build: {{{field}}}"),
            &format!("`{name}` is for the steps of a build, and there are none"),
        );
    }
    assert_eq!(count("build: {steps: [{command: ''}, {}, {command: x}, {env: {A: b}}]}"), 3);
}

#[test]
fn a_build_has_a_network_when_it_says_so() {
    let mode = |text: &str| {
        resolved(&format!("build: {{steps: [{{command: x}}]{text}}}")).build.network_mode.value.word()
    };
    assert_eq!(mode(""), "none");
    assert_eq!(mode(", network_mode: ''"), "none");
    assert_eq!(mode(", network_mode: none"), "none");
    assert_eq!(mode(", network_mode: sandbox"), "sandbox");
    refused("build: {steps: [{command: x}], network_mode: host}", "unknown network mode `host`");
}

#[test]
fn caches_are_of_one_kind_each() {
    let caches = |text: &str| format!("build: {{steps: [{{command: x}}], caches: [{text}]}}");
    let minimal = resolved(&caches("{dir: {dest: /a}}")).build.caches;
    let [Cache::Dir(dir)] = minimal.as_slice() else { panic!("{minimal:?}") };
    assert_eq!((dir.key.as_str(), dir.sharing, dir.no_auto_namespace), ("/a", CacheSharing::Shared, false));
    for (text, sharing) in [("locked", CacheSharing::Locked), ("private", CacheSharing::Private)] {
        let full = resolved(&caches(&format!(
            "{{dir: {{dest: /a, key: k, sharing: {text}, no_auto_namespace: true}}}}"
        )));
        let [Cache::Dir(dir)] = full.build.caches.as_slice() else { panic!("{text}") };
        assert_eq!((dir.key.as_str(), dir.sharing, dir.no_auto_namespace), ("k", sharing, true));
    }
    assert_eq!(
        resolved(&caches("{gobuild: {}}, {dir: {dest: /a}}, {bazel: {scope: s}}, {rustsccache: {}}"))
            .build
            .caches
            .len(),
        4
    );
    refused(&caches("{}"), "a cache does not say what it is for");
    refused(&caches("{dir: {dest: ''}}"), "a path cannot be empty");
    refused(&caches("{dir: {dest: /a, sharing: x}}"), "unknown way of sharing `x`");
    refused(&caches("{dir: {dest: /a}, gobuild: {}}"), "a cache has both `dir` and `gobuild`");
    refused(&caches("{gobuild: {}}, {gobuild: {scope: s}}"), "there can be one `gobuild` cache");
    assert_eq!(count(&caches("{}, {dir: {}}, {dir: {dest: a}}")), 3);
}

#[test]
fn only_programs_have_capabilities_in_the_spec_and_in_targets() {
    let with = |kind: &str| {
        format!("artifacts: {{{kind}: {{a: {{linux_capabilities: [{{name: cap_kill, permitted: true}}]}}}}}}")
    };
    for kind in ["binaries", "libs", "libexec", "opt"] {
        resolved(&with(kind));
    }
    for kind in ["docs", "configFiles", "manpages", "data_dirs", "licenses", "headers"] {
        let message = format!("files of `{kind}` are not run, and have no capabilities");
        refused(&with(kind), &message);
        refused(&format!("targets: {{trixie: {{{}}}}}", with(kind)), &message);
    }
    let two =
        with("docs").replace("}}}", "}, b: {linux_capabilities: [{name: cap_kill, permitted: true}]}}}");
    assert_eq!(count(&two), 2);
}

#[test]
fn a_spec_with_only_one_kind_of_artifact_is_not_empty() {
    for text in [
        "libexec: {a: }",
        "users: [{name: u}]",
        "groups: [{name: g}]",
        "links: [{source: a, dest: /b}]",
        "systemd: {units: {a.service: }}",
        "createDirectories: {state: {a: }}",
    ] {
        assert!(!resolved(&format!("artifacts: {{{text}}}")).artifacts.is_empty(), "{text}");
    }
    assert!(resolved("artifacts: {disable_strip: true}").artifacts.is_empty());
}

#[test]
fn a_unit_is_named_by_its_file_or_by_itself() {
    let units = resolved("artifacts: {systemd: {units: {x/a.service: {start: true}, b: {name: c.timer}}}}")
        .artifacts
        .systemd
        .units;
    let names: Vec<_> = units.values().map(|unit| (unit.name.as_str(), unit.enable, unit.start)).collect();
    assert_eq!(names, [("c.timer", false, false), ("a.service", false, true)]);
}
