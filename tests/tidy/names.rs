//! Names, heads and lengths of files.

use crate::{assert_none, files, root, rust_files};

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 6] = ["common", "helper", "helpers", "misc", "types", "utils"];

/// Longest code of a file, in lines before its tests.
const MAX_LINES: usize = 400;

/// What a reader expects at the root.
const DOCUMENTS: [&str; 5] = ["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md"];

#[test]
fn a_file_opens_with_what_it_is() {
    let files = rust_files();
    let bare = files.iter().filter(|file| !file.text.starts_with("//! "));
    let found: Vec<String> = bare.map(|file| file.path.clone()).collect();
    assert_none(&found, "begin the file with a sentence after `//! ` that a stranger can read");
}

#[test]
fn a_file_is_short_enough_to_be_read() {
    let mut found = Vec::new();
    let tests = |path: &str| path.contains("tests/") || path.ends_with("/tests.rs");
    for file in rust_files().iter().filter(|file| !tests(&file.path)) {
        let lines = file.code().lines().count();
        if lines > MAX_LINES {
            found.push(format!("{}: {lines} lines", file.path));
        }
    }
    assert_none(&found, "at most 400 lines of code: split by subject, into `x.rs` and files in `x/`");
}

#[test]
fn a_name_says_what_is_inside() {
    let mut found = Vec::new();
    for file in files().iter().filter(|file| !file.path.contains("/generated/")) {
        let parts = file.path.split('/').map(|part| part.split('.').next().unwrap_or_default());
        if parts.into_iter().any(|part| EMPTY_NAMES.contains(&part)) {
            found.push(file.path.clone());
        }
        if file.path.ends_with("/mod.rs") {
            found.push(file.path.clone());
        }
    }
    assert_none(
        &found,
        "name the file after its subject; a module with parts is `x.rs` and `x/`, without mod.rs",
    );
}

#[test]
fn the_root_has_what_readers_look_for() {
    let root = root();
    let missing = DOCUMENTS.iter().filter(|name| !root.join(name).is_file());
    let found: Vec<String> = missing.map(|name| format!("{name} is missing")).collect();
    assert_none(&found, "add the file");
}
