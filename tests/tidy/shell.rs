//! Shell: every script is a file that says how it is used, and is checked.

use std::process::Command;

use crate::{File, assert_none, files, has_extension, root};

/// Longest script that runs in a worker, in lines.
const MAX_LINES: usize = 50;

#[test]
fn shellcheck_finds_nothing() {
    let mut command = Command::new("shellcheck");
    let scripts = scripts();
    assert!(!scripts.is_empty(), "no scripts were found: is this still the way to tell them?");
    for file in &scripts {
        command.arg(&file.path);
    }
    let output = command.current_dir(root()).output();
    let output = output.expect("shellcheck starts: install the package `shellcheck`");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "\n{}{}", said(&output.stdout), said(&output.stderr));
}

#[test]
fn every_script_is_read_by_its_shell() {
    let mut found = Vec::new();
    for file in scripts() {
        let output = Command::new(shell_of(&file)).arg("-n").arg(&file.path).current_dir(root()).output();
        let output = output.expect("every system has the shell");
        if !output.status.success() {
            found.push(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
    }
    assert_none(&found, "mend the syntax");
}

#[test]
fn every_script_says_how_it_is_used() {
    let mut found = Vec::new();
    for file in scripts() {
        let mut head = file.text.lines().skip(1).take_while(|line| line.starts_with('#'));
        let sourced = !file.text.starts_with("#!");
        if !head.clone().any(|line| line.starts_with("# ")) {
            found.push(format!("{}: no comment at its head", file.path));
        } else if in_workers(&file) && !sourced && !head.any(|line| line.starts_with("# usage:")) {
            found.push(format!("{}: no line `# usage: NAME ARGUMENT...` at its head", file.path));
        }
    }
    assert_none(&found, "say below the first line what the script does, its arguments and its environment");
}

#[test]
fn every_script_of_a_worker_is_small_and_tested() {
    let tests: String = files().iter().filter(|file| file.is_rust()).filter_map(tests_of).collect();
    let mut found = Vec::new();
    for file in scripts().iter().filter(|file| in_workers(file)) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        if !tests.contains(name) {
            found.push(format!("{}: no test names `{name}`", file.path));
        }
        if file.text.lines().count() > MAX_LINES {
            found.push(format!("{}: more than {MAX_LINES} lines", file.path));
        }
        if !file.text.starts_with("#!/bin/sh\n") {
            found.push(format!("{}: does not begin with `#!/bin/sh`", file.path));
        }
    }
    assert_none(
        &found,
        "test it with stub tools; what is longer belongs into `frontend/src/worker`, in Rust",
    );
}

/// The shell of the first line, or the one that a file to be sourced names for shellcheck.
fn shell_of(file: &File) -> &'static str {
    match file.text.lines().next() {
        Some("#!/bin/bash" | "#!/usr/bin/env bash" | "# shellcheck shell=bash") => "bash",
        _ => "sh",
    }
}

fn scripts() -> Vec<File> {
    let shell = |file: &File| {
        let first = file.text.lines().next().unwrap_or_default();
        has_extension(&file.path, "sh") || (first.starts_with("#!/bin/") && first.ends_with("sh"))
    };
    files().into_iter().filter(shell).collect()
}

fn in_workers(file: &File) -> bool {
    file.path.starts_with("frontend/src/script/")
}

/// The tests at the end of a module, or a whole test target.
fn tests_of(file: &File) -> Option<&str> {
    if file.path.starts_with("tests/") {
        return Some(&file.text);
    }
    file.text.find(crate::TESTS).map(|at| &file.text[at..])
}
