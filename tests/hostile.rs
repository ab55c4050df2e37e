//! No text does harm: not by panics, not by places outside it, not by what it makes of a terminal,
//! not by the time it takes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use annex::diagnostic::{Problems, SourceFile, render};
use annex::resolve::{Platform, Resolved, Selection, resolve};
use annex::spec::{Spec, yaml};
use proptest::prelude::*;
use proptest::sample::Index;

/// A spec with something of everything.
const WHOLE: &str = include_str!("../frontend/src/resolve/whole.yml");

proptest! {
    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (file, _) = SourceFile::from_bytes("spec.yml", &bytes);
        check(&file)?;
    }

    #[test]
    fn no_marks_of_yaml_do_harm(
        text in "([-a:?{}\\[\\],&*!|>'\"%@`# \n\t~$\\\\é日\u{301}]|: |- |<<|&a |\\*a |\\$\\{A|\r\n){0,60}"
    ) {
        check(&file(text))?;
    }

    #[test]
    fn no_change_of_a_spec_does_harm(
        changes in prop::collection::vec(
            (any::<Index>(), 0..30_usize, "[-a:{}\\[\\],&*!|>'\"# \n\t~$\\\\é]{0,4}"),
            1..6,
        )
    ) {
        let mut text = String::from(WHOLE);
        for (at, length, replacement) in changes {
            let starts: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let first = at.index(starts.len());
            let last = (first + length).min(starts.len() - 1);
            text.replace_range(starts[first]..starts[last], &replacement);
        }
        check(&file(text))?;
    }

    #[test]
    fn no_text_of_a_value_does_harm(value in "([ -~]|\\$A|\\$\\{A|\\}|é){0,40}", arg in "[ -~é]{0,20}") {
        let quoted = value.replace('\'', "''");
        let text = format!(
            "{{args: {{A: }}, name: '{quoted}', version: '{quoted}', revision: '{quoted}', dependencies: {{sysext: \
             {{'{quoted}': {{version: ['{quoted}', '>= {quoted}'], arch: ['{quoted}']}}}}}}}}"
        );
        let build_args = BTreeMap::from([(String::from("A"), arg)]);
        check_with(&file(text), &build_args)?;
    }
}

#[test]
fn the_largest_files_end_soon() {
    let spec = "name: n\nversion: 1\n";
    let packages = "name: n\nversion: 1\ndependencies:\n  sysext:\n";
    let numbered = |piece: &'static str| move |index: usize| piece.replace('#', &format!("{index:x}"));
    let long = |piece: &'static str| move |index: usize| piece.replace('#', &format!("{index:0>50}"));
    for text in [
        fill(spec, numbered("#:\n"), ""),
        fill(spec, numbered("dependencie#:\n"), ""),
        fill(spec, numbered("x-#: &a#\n"), ""),
        fill(spec, long("x-#: &a#\nx-b#: *b#\n"), ""),
        fill("name: n\nversion: \"$X\"\nargs:\n", long("  A#:\n"), ""),
        fill(packages, numbered("    - p#\n"), ""),
        fill(packages, numbered("    p#: {version: [\">= 1\", $x]}\n"), ""),
        fill("{name: n, version: 1, ", numbered("a: , "), "}"),
        fill("name: n\nx-a: &a {b: c}\nversion: ", numbered("$A"), ""),
        fill("name: n\nversion: 1\nx-a: &a {b: c}\nx-b:\n", numbered(" a#: {<<: *a}\n"), ""),
        fill("x-a: &a [", numbered("*a,"), "]"),
        fill("name: \"", numbered("\\u00e9"), "\""),
        fill("name: '", numbered("a\n\n"), "'"),
        fill("name: |\n", numbered("  a\n"), ""),
        fill("a: ", numbered("["), ""),
        fill("a: ", numbered("{a: "), ""),
        fill("", numbered("? "), ""),
        fill("", numbered("- "), ""),
        fill("", numbered("a: &a\n"), ""),
        fill("", numbered("\n"), "name: a"),
        fill("", numbered("日"), ""),
    ] {
        let start = String::from(&text[..text.floor_char_boundary(60)]);
        let started = Instant::now();
        check(&file(text)).expect("it does no harm");
        let took = started.elapsed();
        // Without optimization the slowest takes about a second; what grows with the square takes minutes.
        assert!(took < Duration::from_secs(20), "{took:?} for {start:?}…");
    }
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let mut problems = Problems::default();
    assert_eq!(Spec::parse(&"#".repeat(yaml::MAX_BYTES + 1), &mut problems), None);
    let messages: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["the spec has 1048577 bytes"]);
}

#[test]
fn an_alias_bomb_ends_at_its_limit() {
    let levels = (1..1000).map(|level| format!("x-{level}: &a{level} [*a{0}, *a{0}]\n", level - 1));
    let text: String = std::iter::once(String::from("x-0: &a0 {k: v}\n")).chain(levels).collect();
    let mut problems = Problems::default();
    assert_eq!(Spec::parse(&text, &mut problems), None);
    let messages: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["the aliases up to this one stand for more than 100000 values"]);
}

/// As many pieces as a spec can hold.
fn fill(start: &str, piece: impl Fn(usize) -> String, end: &str) -> String {
    let mut text = String::from(start);
    let mut index = 0;
    loop {
        let next = piece(index);
        if text.len() + next.len() + end.len() > yaml::MAX_BYTES {
            return text + end;
        }
        text.push_str(&next);
        index += 1;
    }
}

fn file(text: String) -> SourceFile {
    SourceFile { name: String::from("spec.yml"), text }
}

fn check(file: &SourceFile) -> Result<(), TestCaseError> {
    let build_args = BTreeMap::from([(String::from("UNKNOWN"), String::new())]);
    check_with(file, &build_args)
}

/// Reads a text as a build would, and checks what must be true of any.
fn check_with(file: &SourceFile, build_args: &BTreeMap<String, String>) -> Result<(), TestCaseError> {
    let (resolved, problems) = run(&file.text, build_args);
    prop_assert_eq!(resolved.is_none(), problems.has_errors());
    for problem in &problems {
        let labels = problem.labels.iter().map(|(span, _)| *span);
        for span in problem.span.into_iter().chain(labels) {
            prop_assert!(file.text.get(span.range()).is_some(), "{span:?} of {}", problem.message);
        }
    }
    if let Some(resolved) = resolved {
        let is_part =
            |text: &str| !text.contains('/') && text.starts_with(|c: char| c.is_ascii_alphanumeric());
        prop_assert!(is_part(&resolved.name.value));
        prop_assert!(is_part(&resolved.version.value));
        prop_assert!(is_part(&resolved.revision));
        prop_assert!(resolved.sysext.is_sorted_by(|a, b| a.name.value < b.name.value));
        for dependency in &resolved.sysext {
            let name = dependency.name.value.as_str();
            prop_assert!(file.text.get(dependency.name.span.range()).is_some());
            prop_assert!(name.starts_with(|c: char| c.is_ascii_alphanumeric()), "{name}");
            prop_assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "+-._()/:".contains(c)), "{name}");
            for bound in &dependency.bounds {
                let version = bound.value.version.as_str();
                prop_assert!(version.starts_with(|c: char| c.is_ascii_alphanumeric()), "{version}");
                prop_assert!(version.chars().all(|c| c.is_ascii_graphic()), "{version}");
            }
        }
    }
    let shown = render(file, &problems);
    prop_assert!(shown.chars().all(|c| !c.is_control() || c == '\n'), "{shown:?}");
    Ok(())
}

fn run(text: &str, build_args: &BTreeMap<String, String>) -> (Option<Resolved>, Problems) {
    let mut problems = Problems::default();
    let Some(spec) = Spec::parse(text, &mut problems) else { return (None, problems) };
    let selection = Selection {
        target: "trixie",
        platform: Platform { os: "linux", architecture: "arm64", variant: None },
        build_platform: Platform { os: "linux", architecture: "amd64", variant: None },
        build_args,
        known_targets: &["noble", "trixie"],
    };
    match resolve(&spec, &selection) {
        Ok((resolved, warnings)) => {
            problems.extend(warnings);
            (Some(resolved), problems)
        }
        Err(more) => {
            problems.extend(more);
            (None, problems)
        }
    }
}
