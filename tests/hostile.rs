//! No text does harm: not by panics, not by places outside it, not by what it makes of a terminal,
//! not by the time it takes.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::num::NonZero;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use annex::diagnostic::{Problems, Severity, SourceFile, render};
use annex::resolve::{Platform, Resolved, Selection, resolve};
use annex::spec::{Spec, yaml};
use proptest::prelude::*;
use proptest::sample::Index;

/// A spec with something of everything.
const WHOLE: &str = include_str!("language/everything.yml");

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
fn the_largest_files_take_little_time_and_memory() {
    let files = Mutex::new(large().into_iter());
    let next = || files.lock().expect("nobody panics while they take one").next();
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(text) = next() {
                    measure(&text);
                }
            });
        }
    });
}

/// Reads a file in a process of its own, so that its memory is that of this file alone.
fn measure(text: &str) {
    let start: String = text.chars().take(60).collect();
    let mut file = tempfile::NamedTempFile::new().expect("there is room for a file");
    file.write_all(text.as_bytes()).expect("there is room for a file");
    let program = std::env::current_exe().expect("a test knows its own program");
    let child = Command::new(program)
        .args(["--exact", "one_of_the_largest_files", "--nocapture"])
        .env(LARGE, file.path())
        .output()
        .expect("the test's own program can be run");
    let said = String::from_utf8_lossy(&child.stdout).into_owned();
    let number = |label: &str| {
        let number = said.lines().find_map(|line| line.split_once(label)?.1.trim().parse::<u64>().ok());
        number.unwrap_or_else(|| panic!("no {label}in {said} for {start:?}…"))
    };
    let (peak, took) = (number(PEAK), Duration::from_millis(number(TIME)));
    assert!(peak < MAX_KIB, "{peak} KiB for {start:?}…");
    assert!(took < MAX_TIME, "{took:?} for {start:?}…");
}

/// What the test above runs in a process of its own: nothing, unless it says which file.
#[test]
fn one_of_the_largest_files() {
    let Some(path) = std::env::var_os(LARGE) else { return };
    let text = std::fs::read_to_string(path).expect("the file was just written");
    let before = peak();
    let started = Instant::now();
    check(&file(text)).expect("it does no harm");
    println!("{PEAK}{}\n{TIME}{}", peak() - before, started.elapsed().as_millis());
}

/// `VmHWM` of `proc_pid_status(5)`: the most memory that this process had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells of processes");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it tells of memory");
    line.trim().trim_end_matches(" kB").parse().expect("it is a number")
}

/// The largest files of many kinds.
fn large() -> Vec<String> {
    let spec = "name: n\nversion: 1\n";
    let packages = "name: n\nversion: 1\ndependencies:\n  sysext:\n";
    let numbered = |piece: &'static str| move |index: usize| piece.replace('#', &format!("{index:x}"));
    let long = |piece: &'static str| move |index: usize| piece.replace('#', &format!("{index:0>50}"));
    let below = |head: &str| format!("{spec}{head}");
    let half =
        format!("{spec}x-a: &a \"{}\"\nbuild:\n  steps: [{{command: x}}]\n  env:\n", "x".repeat(500_000));
    vec![
        fill(spec, numbered("#:\n"), ""),
        fill(spec, numbered("dependencie#:\n"), ""),
        fill(spec, numbered("x-#: &a#\n"), ""),
        fill(spec, numbered("x-#: [#]\n"), ""),
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
        fill(&below("sources:\n"), numbered("  s#: {context: {}}\n"), ""),
        fill(&below("sources:\n"), numbered("  s#: {gi: {}}\n"), ""),
        fill(&below("sources:\n"), numbered("  s#: {inline: {file: {contents: x}}}\n"), ""),
        fill(&below("sources: {s: {context: {}, includes: ["), numbered("a#,"), "]}}"),
        fill(&below("sources: {s: {context: {}, path: "), numbered("a/../"), "}}"),
        fill(
            &below("sources: {s: {context: {}, generate: [{gomod: {auth: {"),
            numbered("h#: {token: t},"),
            "}}}]}}",
        ),
        fill(
            &below("sources: {p: {inline: {file: {}}}, s: {context: {}}}\npatches:\n  s:\n"),
            numbered("  - {source: p#}\n"),
            "",
        ),
        fill(&below("sources: {s: {build: "), |_| String::from("{source: {build: "), ""),
        fill(&below("build:\n  steps:\n"), numbered("  - command: x\n"), ""),
        fill(&below("build:\n  steps: [{command: x}]\n  env:\n"), numbered("    A#:\n"), ""),
        fill(&below("artifacts:\n  binaries:\n"), numbered("    a#:\n"), ""),
        fill(&below("artifacts:\n  links:\n"), numbered("  - {source: a, dest: /#}\n"), ""),
        fill(&below("artifacts:\n  users:\n"), numbered("  - {name: u#}\n"), ""),
        fill(&below("image:\n  env:\n"), numbered("  - A#=\n"), ""),
        fill(&below("image:\n  post:\n    symlinks:\n"), numbered("      /#: {path: /l#}\n"), ""),
        fill(&below("image:\n  entrypoint: \""), numbered("' "), "\""),
        fill(&below("tests:\n"), numbered("- {name: t}\n"), ""),
        fill(&below("tests:\n- files:\n"), numbered("    /#: {contains: [a]}\n"), ""),
        fill(&below("tests: [{steps: [{command: x, stdout: {matches: ["), numbered("(a#),"), "]}}]}]"),
        fill(&below("tests: [{steps: [{command: x, stdin: \""), numbered("$A"), "\"}]}]"),
        fill(&below("changelog:\n"), numbered("- {date: 2026-01-01, author: a}\n"), ""),
        fill(&below("targets:\n"), numbered("  trixi#: {}\n"), ""),
        fill(&half, numbered("    A#: *a\n"), ""),
    ]
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

#[test]
fn a_long_text_cannot_be_multiplied_by_aliases() {
    let uses: String = (0..1000)
        .flat_map(|number| [String::from("    A"), number.to_string(), String::from(": *a\n")])
        .collect();
    let long = "x".repeat(500_000);
    let text =
        format!("name: n\nversion: 1\nx-a: &a {long}\nbuild:\n  steps: [{{command: x}}]\n  env:\n{uses}");
    let mut problems = Problems::default();
    assert_eq!(Spec::parse(&text, &mut problems), None);
    let messages: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["the aliases up to this one stand for more than 100000 values"]);
}

#[test]
fn what_costs_much_is_limited_in_number() {
    let check = |list: &str, item: &str, expected: &str| {
        let text =
            fill(&format!("name: n\nversion: 1\n{list}:\n"), |at| item.replace('#', &at.to_string()), "");
        let mut problems = Problems::default();
        assert_eq!(Spec::parse(&text, &mut problems), None);
        let error = problems.iter().find(|problem| problem.severity == Severity::Error);
        assert_eq!(error.map(|error| error.message.as_str()), Some(expected));
    };
    check("tests", "- {name: t}\n", "there are more than 10000 tests");
    check("targets", "  t#: {}\n", "there are more than 1000 targets");
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

/// The variable that says which file a process of its own is for.
const LARGE: &str = "ANNEX_LARGE_FILE";
/// What stands before the memory that such a process took.
const PEAK: &str = "peak of reading in KiB: ";
/// What stands before the time that it took.
const TIME: &str = "time of reading in milliseconds: ";
/// Most memory that reading a file may take, in KiB.
const MAX_KIB: u64 = 64 * 1024;
/// Most time that it may take: without optimization the slowest takes about a second on an idle machine; what
/// grows with the square takes minutes.
const MAX_TIME: Duration = Duration::from_secs(20);

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
        prop_assert!(resolved.dependencies.sysext.is_sorted_by(|a, b| a.name.value < b.name.value));
        for dependency in &resolved.dependencies.sysext {
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
