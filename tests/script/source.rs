//! The scripts that fetch and patch sources.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use annex::script::{CARGO_FETCH, GOMOD_DOWNLOAD, GOMOD_EDIT, NPM_INSTALL, PATCH, PIP_DOWNLOAD, Script};
use expect_test::{Expect, expect};

/// Runs `script` with `words` where `tool` is a stub, in a directory with the empty files `files`; `$D` in words, calls
/// and messages is that directory, `$T` the one above it.
fn check(script: Script, tool: &str, files: &[&str], words: &[&str], fail: &str, expected: &Expect) {
    let directory = tempfile::tempdir().unwrap();
    let top = directory.path().to_str().unwrap().to_owned();
    let (stubs, tree, record) =
        (directory.path().join("bin"), directory.path().join("tree"), directory.path().join("calls"));
    fs::create_dir(&stubs).unwrap();
    fs::write(&record, "").unwrap();
    for file in files {
        let file = tree.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "go 1.22\n").unwrap();
    }
    symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/stub/record"), stubs.join(tool)).unwrap();
    let file = directory.path().join(script.name);
    fs::write(&file, script.text).unwrap();
    let mut path = OsString::from(&stubs);
    path.push(":/usr/bin:/bin");
    let words = words.iter().map(|word| word.replace("$D", &format!("{top}/tree")));
    let Output { status, stderr, .. } = Command::new("/bin/sh")
        .arg(&file)
        .args(words)
        .env_clear()
        .envs([("PATH", path), ("RECORD", record.clone().into())])
        .env("SHOW", "CARGO_HOME|GOMODCACHE|GONOPROXY|GOPROXY|PIP_NO_INPUT")
        .env("CARGO_HOME", format!("{top}/tree/cargo"))
        .env("FAIL", fail)
        .current_dir(&top)
        .output()
        .unwrap();
    let calls = fs::read_to_string(&record).unwrap();
    let calls = calls
        .replace("    DEBIAN_FRONTEND= LC_ALL=\n", "")
        .replace(&format!("    CARGO_HOME={top}/tree/cargo\n"), "");
    let text = format!("{calls}exit {}\n{}", status.code().unwrap(), String::from_utf8_lossy(&stderr));
    expected.assert_eq(&text.replace(&format!("{top}/tree"), "$D").replace(&top, "$T"));
}

#[test]
fn a_patch_is_applied_as_it_is_told_and_never_taken_away() {
    check(
        PATCH,
        "patch",
        &[],
        &["/a b", "1", "/run/$(touch here)"],
        "",
        &expect![[r#"
        patch [--batch] [--forward] [--no-backup-if-mismatch] [--directory=/a b] [--strip=1] [--input=/run/$(touch here)]
            in $T
        exit 0
    "#]],
    );
    check(
        PATCH,
        "patch",
        &[],
        &["/a", "1", "/p"],
        "patch",
        &expect![[r#"
        patch [--batch] [--forward] [--no-backup-if-mismatch] [--directory=/a] [--strip=1] [--input=/p]
            in $T
        exit 7
    "#]],
    );
    check(
        PATCH,
        "patch",
        &[],
        &["/a", "1"],
        "",
        &expect![[r#"
        exit 64
        usage: patch.sh DIRECTORY STRIP FILE
    "#]],
    );
}

#[test]
fn modules_are_asked_for_once_and_then_taken_from_the_cache() {
    let files = ["m/go.mod", "a b/go.mod"];
    check(
        GOMOD_DOWNLOAD,
        "go",
        &files,
        &["/cache", "$D/out", "$D/m", "$D/a b"],
        "",
        &expect![[r#"
        go [mod] [download]
            in $D/m
            GOMODCACHE=/cache
        go [mod] [download]
            in $D/m
            GOMODCACHE=$D/out
            GONOPROXY=none
            GOPROXY=file:///cache/cache/download
        go [mod] [download]
            in $D/a b
            GOMODCACHE=/cache
        go [mod] [download]
            in $D/a b
            GOMODCACHE=$D/out
            GONOPROXY=none
            GOPROXY=file:///cache/cache/download
        exit 0
    "#]],
    );
    check(
        GOMOD_DOWNLOAD,
        "go",
        &files,
        &["/cache", "$D/out", "$D/m", "$D/a b"],
        "go mod",
        &expect![[r#"
        go [mod] [download]
            in $D/m
            GOMODCACHE=/cache
        exit 7
    "#]],
    );
    check(
        GOMOD_DOWNLOAD,
        "go",
        &files,
        &["/cache", "$D/out"],
        "",
        &expect![[r#"
        exit 64
        usage: gomod-download.sh CACHE OUT DIRECTORY...
    "#]],
    );
}

#[test]
fn edits_of_a_module_reach_its_vendor_directory() {
    let edits = ["$D", "-replace=a.example/m=b.example/m@v1", "-droprequire=$(touch here)"];
    check(
        GOMOD_EDIT,
        "go",
        &["go.mod"],
        &edits,
        "",
        &expect![[r#"
        go [mod] [edit] [-replace=a.example/m=b.example/m@v1] [-droprequire=$(touch here)]
            in $D
        go [mod] [tidy]
            in $D
        exit 0
    "#]],
    );
    check(
        GOMOD_EDIT,
        "go",
        &["go.mod", "vendor/modules.txt"],
        &edits[..2],
        "",
        &expect![[r#"
        go [mod] [edit] [-replace=a.example/m=b.example/m@v1]
            in $D
        go [mod] [tidy]
            in $D
        go [mod] [vendor]
            in $D
        exit 0
    "#]],
    );
    check(
        GOMOD_EDIT,
        "go",
        &["go.mod", "go.work", "vendor/modules.txt"],
        &edits[..2],
        "",
        &expect![[r#"
        go [mod] [edit] [-replace=a.example/m=b.example/m@v1]
            in $D
        go [mod] [tidy]
            in $D
        go [work] [edit] [-go=1.22]
            in $D
        go [work] [vendor]
            in $D
        exit 0
    "#]],
    );
    check(
        GOMOD_EDIT,
        "go",
        &["go.mod"],
        &edits[..1],
        "",
        &expect![[r#"
        exit 64
        usage: gomod-edit.sh DIRECTORY EDIT...
    "#]],
    );
}

#[test]
fn crates_are_those_of_the_lock() {
    let files = ["a/Cargo.toml"];
    check(
        CARGO_FETCH,
        "cargo",
        &files,
        &["$D/a"],
        "",
        &expect![[r#"
        cargo [locate-project] [--workspace] [--message-format] [plain]
            in $D/a
        cargo [fetch]
            in $D/a
        exit 0
        cargo-fetch.sh:  has no Cargo.lock: other crates may be fetched another day
    "#]],
    );
    check(
        CARGO_FETCH,
        "cargo",
        &files,
        &["$D/a"],
        "cargo locate-project",
        &expect![[r#"
        cargo [locate-project] [--workspace] [--message-format] [plain]
            in $D/a
        exit 7
    "#]],
    );
    check(
        CARGO_FETCH,
        "cargo",
        &files,
        &[],
        "",
        &expect![[r#"
        exit 64
        usage: cargo-fetch.sh DIRECTORY...
    "#]],
    );
}

#[test]
fn modules_of_node_are_those_of_the_lock() {
    let files = ["a/package.json", "a/package-lock.json", "b/package.json"];
    check(
        NPM_INSTALL,
        "npm",
        &files,
        &["$D/a", "$D/b"],
        "",
        &expect![[r#"
        npm [ci] [--no-audit] [--no-fund] [--no-update-notifier]
            in $D/a
        npm [install] [--no-audit] [--no-fund] [--no-update-notifier]
            in $D/b
        exit 0
        npm-install.sh: $D/b has no package-lock.json: other modules may be installed another day
    "#]],
    );
    check(
        NPM_INSTALL,
        "npm",
        &files,
        &["$D/a", "$D/b"],
        "npm ci",
        &expect![[r#"
        npm [ci] [--no-audit] [--no-fund] [--no-update-notifier]
            in $D/a
        exit 7
    "#]],
    );
    check(
        NPM_INSTALL,
        "npm",
        &files,
        &[],
        "",
        &expect![[r#"
        exit 64
        usage: npm-install.sh DIRECTORY...
    "#]],
    );
}

#[test]
fn packages_of_python_are_fetched_as_sources() {
    let files = ["a/requirements.txt"];
    check(
        PIP_DOWNLOAD,
        "python3",
        &files,
        &["$D/out", "$(touch here); *", "$D/a"],
        "",
        &expect![[r#"
        python3 [-m] [pip] [download] [--dest] [$D/out] [setuptools] [wheel]
            in $T
            PIP_NO_INPUT=1
        python3 [-m] [pip] [download] [--dest] [$D/out] [--no-binary=:all:] [--requirement=$(touch here); *]
            in $D/a
            PIP_NO_INPUT=1
        exit 0
    "#]],
    );
    check(
        PIP_DOWNLOAD,
        "python3",
        &files,
        &["$D/out", "requirements.txt", "$D/a"],
        "python3 -m",
        &expect![[r#"
        python3 [-m] [pip] [download] [--dest] [$D/out] [setuptools] [wheel]
            in $T
            PIP_NO_INPUT=1
        exit 7
    "#]],
    );
    check(
        PIP_DOWNLOAD,
        "python3",
        &files,
        &["$D/out", "requirements.txt"],
        "",
        &expect![[r#"
        exit 64
        usage: pip-download.sh OUT REQUIREMENTS DIRECTORY...
    "#]],
    );
}
