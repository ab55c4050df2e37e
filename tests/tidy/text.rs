//! Words that must not be in a file.

use crate::{File, assert_none, files, has_word, lines, rust_files};

/// Marks of unfinished work; split, so that this file does not hold them.
const MARKS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Code that is not there yet, or a test that does not run.
const STUBS: [&str; 4] = [
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("#[ig", "nore"),
    concat!("#[should", "_panic"),
];

/// Folders of one person's machine; split as above.
const MACHINE: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/Us", "ers/"), concat!("/ho", "me/u"), concat!("C:", "\\\\")];

/// Hosts of package registries and mirrors: they change, and tests need none; split as above.
const HOSTS: [&str; 9] = [
    concat!("debian", ".org"),
    concat!("ubuntu", ".com"),
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("npm", "js.org"),
    concat!("npm", "js.com"),
    concat!("proxy.golang", ".org"),
    concat!("packages.micro", "soft.com"),
    concat!("fedoraproject", ".org"),
];

/// The words of one package format, as literals.
const FORMAT_WORDS: [&str; 3] = ["\"deb\"", "\"dpkg\"", "\"rpm\""];

/// Who may know them: the family, the table that names it, what runs in its workers, and its versions.
const FORMAT_PLACES: [&str; 6] = [
    "frontend/src/distro/table.rs",
    "frontend/src/package",
    "frontend/src/script",
    "frontend/src/version",
    "frontend/src/worker",
    "tests/",
];

#[test]
fn nothing_is_left_for_later() {
    let mut found = lines(&people_write(), |_, line| {
        let mark = MARKS.iter().find(|mark| has_word(line, mark))?;
        Some(format!("`{mark}`"))
    });
    found.extend(lines(&rust_files(), |_, line| {
        let stub = STUBS.iter().find(|stub| line.contains(*stub))?;
        Some(format!("`{stub}`"))
    }));
    assert_none(&found, "finish it or leave it out; what is not there is said in the documentation");
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let found = lines(&people_write(), |_, line| {
        let path = MACHINE.iter().find(|path| line.contains(*path))?;
        Some(format!("`{path}`"))
    });
    assert_none(&found, "use a path relative to the file or the repository, or a variable");
}

#[test]
fn no_file_knows_a_registry_of_packages() {
    let mut files = people_write();
    files.retain(|file| !file.path.contains(UPSTREAM));
    let found = lines(&files, |_, line| {
        let host = HOSTS.iter().find(|host| line.contains(*host))?;
        Some(format!("`{host}`"))
    });
    assert_none(
        &found,
        "use the sources that an image brings; in tests and examples use a host of example.org",
    );
}

#[test]
fn only_its_own_modules_know_a_package_format() {
    let mut found = Vec::new();
    for file in rust_files() {
        let code = file.code();
        let allowed = FORMAT_PLACES.iter().any(|place| file.path.starts_with(place));
        let words = FORMAT_WORDS.iter().filter(|word| !allowed && code.contains(*word));
        found.extend(words.map(|word| format!("{} has the literal {word}", file.path)));
    }
    assert_none(&found, "ask the family for an answer instead of asking which family it is");
}

#[test]
fn lines_end_as_git_wants_them() {
    let odd = |file: &File| {
        let text = &file.text;
        // In Rust the formatter sees to it, and knows which ends are parts of strings.
        let blank_end = !file.is_rust() && text.lines().any(|line| line.ends_with([' ', '\t']));
        !text.is_empty()
            && (!text.ends_with('\n') || text.ends_with("\n\n") || text.contains('\r') || blank_end)
    };
    let checked = people_write().into_iter().filter(|file| !may_have_odd_lines(&file.path));
    let found: Vec<String> = checked.filter(odd).map(|file| file.path).collect();
    assert_none(
        &found,
        "end each line with a newline and without white space, the file without an empty line",
    );
}

/// Files whose lines are the point of a test.
fn may_have_odd_lines(path: &str) -> bool {
    path.starts_with("tests/diagnostics/")
        || path.starts_with("fuzz/corpus/")
        // empty lines of what is patched are lines with a space
        || path.contains("/patches/")
        || path == "LICENSE"
        || path == PACKAGE
}

/// A package among the sources, which is no text.
const PACKAGE: &str = "frontend/src/worker/archive/rpm/hard.rpm";

/// The example of a tarball that somebody else publishes, which must be somewhere, and its graph.
const UPSTREAM: &str = "/patched-tarball/";

/// What a person wrote: not the locks of dependencies, not generated code.
fn people_write() -> Vec<File> {
    let written = |file: &File| !file.path.ends_with("Cargo.lock") && !file.path.contains("/generated/");
    files().into_iter().filter(written).collect()
}
