//! What is fuzzed: each function takes any bytes and panics when something is true that must not be.

use std::collections::BTreeMap;
use std::ffi::OsString;

use annex::diagnostic::{Problems, SourceFile, render};
use annex::job::Bound;
use annex::request::Request;
use annex::resolve::{Platform, Selection, resolve};
use annex::spec::yaml::{self, Kind, Node};
use annex::spec::{Arch, PackageName, Parse, Spec};

/// A function and its name, which is that of its corpus.
pub type Target = (&'static str, fn(&[u8]));

/// All of them, sorted by name.
pub const TARGETS: &[Target] = &[
    ("constraint", constraint),
    ("decode", decode),
    ("options", options),
    ("substitute", substitute),
    ("yaml", yaml),
];

/// The reading of YAML: every place is one of the text.
pub fn yaml(bytes: &[u8]) {
    let (file, mut problems) = SourceFile::from_bytes("spec.yml", bytes);
    if let Some(node) = yaml::parse(&file.text, &mut problems) {
        check_places(&node, &file.text);
    }
    show(&file, &problems);
}

/// The reading of a spec, for a target.
pub fn decode(bytes: &[u8]) {
    let (file, mut problems) = SourceFile::from_bytes("spec.yml", bytes);
    if let Some(spec) = Spec::parse(&file.text, &mut problems) {
        problems.extend(resolving(&spec, &BTreeMap::new()));
    }
    show(&file, &problems);
}

/// Build args in a text: the first line is the arg, the rest the text.
pub fn substitute(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (arg, text) = text.split_once('\n').unwrap_or(("", &text));
    let quoted = serde_json::Value::from(text).to_string();
    let text = format!(
        "{{name: n, version: 1, args: {{A: , B: b}}, sources: {{s: {{context: {{}}, path: {quoted}}}}}, \
         tests: [{{steps: [{{command: x, stdin: {quoted}}}]}}]}}"
    );
    let mut problems = Problems::default();
    if let Some(spec) = Spec::parse(&text, &mut problems) {
        problems.extend(resolving(&spec, &BTreeMap::from([("A".to_owned(), arg.to_owned())])));
    }
    show(&SourceFile { name: "spec.yml".to_owned(), text }, &problems);
}

/// Bounds of versions, names of packages and of architectures: what is shown is read again as the same.
pub fn constraint(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Bound::parse(&text) {
        Ok(bound) => assert_eq!(Bound::parse(&bound.to_string()), Ok(bound)),
        Err(invalid) => assert!(invalid.range.is_none_or(|range| text.get(range).is_some())),
    }
    match PackageName::parse(&text) {
        Ok(name) => assert_eq!(name.as_str(), text),
        Err(invalid) => assert!(invalid.range.is_none_or(|range| text.get(range).is_some())),
    }
    if let Ok(arch) = Arch::parse(&text) {
        assert!(arch.matches(arch.architecture, arch.variant));
    }
}

/// What a client and an engine say: each line is an option.
pub fn options(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let variables = text.lines().enumerate().map(|(number, line)| match line.strip_prefix('!') {
        Some(variable) => {
            let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
            (OsString::from(name), OsString::from(value))
        }
        None => (OsString::from(format!("BUILDKIT_FRONTEND_OPT_{number}")), OsString::from(line)),
    });
    if let Err(problems) = Request::parse(variables.collect::<Vec<_>>()) {
        show(&SourceFile { name: "spec.yml".to_owned(), text: String::new() }, &problems);
    }
}

fn resolving(spec: &Spec, build_args: &BTreeMap<String, String>) -> Problems {
    let platform = Platform { os: "linux", architecture: "arm64", variant: None };
    let selection = Selection {
        target: "trixie",
        platform,
        build_platform: platform,
        build_args,
        known_targets: &["noble", "trixie"],
    };
    match resolve(spec, &selection) {
        Ok((_, problems)) | Err(problems) => problems,
    }
}

fn check_places(node: &Node<'_>, text: &str) {
    assert!(text.get(node.span.range()).is_some(), "{:?} of a text of {} bytes", node.span, text.len());
    match &node.kind {
        // An alias stands for a value elsewhere, which is checked there: following it could take long.
        Kind::Mapping(entries) => {
            let own = entries.iter().filter(|entry| entry.value.alias.is_none() && entry.merged.is_none());
            own.for_each(|entry| check_places(&entry.value.node, text));
        }
        Kind::Sequence(items) => {
            let own = items.iter().filter(|item| item.alias.is_none());
            own.for_each(|item| check_places(&item.node, text));
        }
        Kind::Broken | Kind::Null | Kind::Scalar(_) => {}
    }
}

/// What is said has its places in the text, and nothing in it that a terminal obeys.
fn show(file: &SourceFile, problems: &Problems) {
    for problem in problems {
        let labels = problem.labels.iter().map(|(span, _)| *span);
        for span in problem.span.into_iter().chain(labels) {
            assert!(file.text.get(span.range()).is_some(), "{span:?} of {}", problem.message);
        }
    }
    let shown = render(file, problems);
    assert!(shown.chars().all(|c| !c.is_control() || c == '\n'), "{shown:?}");
}
