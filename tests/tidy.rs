//! House rules that a compiler does not know, checked over the repository's own files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/licences.rs"]
mod licences;
#[path = "tidy/names.rs"]
mod names;
#[path = "tidy/shell.rs"]
mod shell;
#[path = "tidy/text.rs"]
mod text;

/// A file of the repository.
#[derive(Debug)]
struct File {
    /// Path from the repository's root, with `/`.
    path: String,
    /// Content; what is not UTF-8 is replaced.
    text: String,
}

impl File {
    /// Whether it is Rust that a person wrote.
    fn is_rust(&self) -> bool {
        has_extension(&self.path, "rs") && !self.path.contains("/generated/")
    }

    /// Rust without comments and without the tests at its end.
    fn code(&self) -> String {
        let lines = self.text.lines().take_while(|line| *line != TESTS);
        lines.flat_map(|line| [without_comment(line), "\n"]).collect()
    }
}

/// All files that are not the result of a build, sorted.
fn files() -> Vec<File> {
    let root = root();
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    let mut files: Vec<File> = paths
        .iter()
        .map(|path| File {
            path: path.strip_prefix(&root).unwrap().to_str().expect("names are UTF-8").to_owned(),
            text: String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned(),
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn rust_files() -> Vec<File> {
    files().into_iter().filter(File::is_rust).collect()
}

/// Fails with all that was found, each with its place, and one way out.
#[track_caller]
fn assert_none(found: &[String], way_out: &str) {
    let mut list = String::new();
    for line in found {
        writeln!(list, "  {line}").unwrap();
    }
    assert!(found.is_empty(), "\n{list}{way_out}\n");
}

/// `path:line: text` of each line of the files for which `bad` says why.
fn lines(files: &[File], bad: impl Fn(&File, &str) -> Option<String>) -> Vec<String> {
    let of = |file: &File| -> Vec<String> {
        let numbered = file.text.lines().zip(1..);
        let found = numbered
            .filter_map(|(line, number)| Some(format!("{}:{number}: {}", file.path, bad(file, line)?)));
        found.collect()
    };
    files.iter().flat_map(of).collect()
}

/// Whether `word` stands in `text` with no letter, digit or `_` beside it.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in the workspace's folder").to_owned()
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_symlink() || MADE.contains(&name) {
            continue;
        }
        if path.is_dir() {
            walk(&path, paths);
        } else {
            paths.push(path);
        }
    }
}

/// The line up to `//`, unless that stands in a string.
fn without_comment(line: &str) -> &str {
    let in_string = |at: usize| line[..at].replace("\\\"", "").matches('"').count() % 2 == 1;
    let comment = line.match_indices("//").find(|&(at, _)| !in_string(at));
    comment.map_or(line, |(at, _)| &line[..at])
}

/// The line with which the tests of a file begin.
const TESTS: &str = "#[cfg(test)]";

/// What tools make and git does not keep.
const MADE: [&str; 4] = [".git", "out", "proptest-regressions", "target"];

#[test]
fn comments_end_where_strings_begin() {
    assert_eq!(without_comment("a // b"), "a ");
    assert_eq!(without_comment(r#"a("https://x") // b"#), r#"a("https://x") "#);
}

#[test]
fn a_word_is_more_than_a_part_of_one() {
    assert!(has_word("use tonic::x;", "tonic"));
    assert!(!has_word("use tonic_x;", "tonic"));
    assert!(!has_word("architectonic::x", "tonic"));
}
