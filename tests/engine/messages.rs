//! What a user reads: each `golden/<case>.yml` gives `golden/<case>.txt`, and a failed build exports nothing.
//!
//! A `golden/<case>.lock` beside it is given as the lock. A line `#: OPTION` in the spec is an option of the command;
//! the worker that reads our own repository from its file system is there when one names it.

use std::path::{Path, PathBuf};

use expect_test::expect_file;

use crate::engine::build::{Built, SPEC, SYSEXT, built, folder};
use crate::engine::docker::{Engine, top};
use crate::engine::repository::{LOCAL, Repository};

/// The specs whose messages are compared.
pub(crate) fn cases() -> Vec<PathBuf> {
    let golden = top().join("tests/engine/golden");
    let paths = std::fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "yml")).collect();
    cases.sort();
    cases
}

/// Builds a case and compares what a user reads.
pub(crate) fn check(engine: &Engine, case: &Path) {
    let spec = std::fs::read_to_string(case).unwrap();
    let folder = folder(&spec);
    let mut words = vec![format!("--target={SYSEXT}")];
    for option in spec.lines().filter_map(|line| line.strip_prefix("#: ")) {
        if option.starts_with("--target") {
            words.clear();
        }
        words.push(option.into());
    }
    if words.iter().any(|word| word.ends_with(LOCAL)) {
        Repository::local(engine);
    }
    let lock = case.with_extension("lock");
    if lock.is_file() {
        std::fs::create_dir(folder.path().join("lock")).unwrap();
        std::fs::copy(lock, folder.path().join("lock/sysext.lock")).unwrap();
        words.push("--build-context=dalec-sysext-lock=lock".into());
    }
    let mut docker = engine.docker();
    docker.args(["build", "--progress=plain", "-f", SPEC, "--output=out"]).args(&words).arg(".");
    let made = built(docker, folder);

    let files = made.files();
    let result = if made.success { files.join("\n") } else { String::from("failed") };
    assert!(made.success || files.is_empty(), "a failed build exported {files:?}");
    let text = format!("$ docker build {}\n{}{result}\n", words.join(" "), said(&made));
    expect_file![case.with_extension("txt")].assert_eq(&text);
}

/// What the client says beside the progress, without what differs between runs, machines and clients.
pub(crate) fn said(built: &Built) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in built.stderr.lines() {
        // A step's line: `#7 [resolve] …`, `#7 DONE 0.1s`.
        let step =
            line.strip_prefix('#').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
        if step || line.trim().is_empty() {
            continue;
        }
        let mut line = without_digests(line.trim_end());
        for (words, fewer) in CLIENTS {
            line = line.replace(words, fewer);
        }
        lines.push(line);
    }
    // Warnings arrive in any order.
    for warnings in lines.chunk_by_mut(|one, other| is_warning(one) && is_warning(other)) {
        warnings.sort();
    }
    lines.iter().map(|line| format!("{line}\n")).collect::<Vec<_>>().concat()
}

fn is_warning(line: &str) -> bool {
    line.starts_with(" - ")
}

/// `sha256:…` in place of each digest.
fn without_digests(line: &str) -> String {
    let mut parts = line.split("sha256:");
    let mut kept = String::from(parts.next().unwrap_or_default());
    for part in parts {
        kept.push_str("sha256:…");
        kept.push_str(part.trim_start_matches(|digit: char| digit.is_ascii_hexdigit()));
    }
    kept
}

/// Words that one client says and another does not, with what is kept of them.
///
/// A client waits for the answer of the engine and for its own part of the build, and shows the failure that it has first:
/// under load now and then that of its own part, which is the same in other words.
const CLIENTS: [(&str, &str); 5] = [
    ("ERROR: failed to build: ", "ERROR: "),
    ("ERROR: failed to run Build function: ", "ERROR: failed to solve: "),
    ("(use docker --debug to expand)", "(use --debug to expand)"),
    ("\u{1b}[33m", ""),
    ("\u{1b}[0m", ""),
];
