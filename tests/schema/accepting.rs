//! A validator that is not ours, on every spec of the repository.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use annex::diagnostic::{Problems, Severity};
use annex::schema;
use annex::spec::Spec;
use boon::{Compiler, Draft, SchemaIndex, Schemas};
use expect_test::expect_file;
use serde_json::Value;

use crate::json;

/// Whether the schema allows a value; if not, why.
pub(crate) fn validate(value: &Value) -> Result<(), String> {
    let (schemas, index) = &*SCHEMA;
    schemas.validate(value, *index).map_err(|error| format!("{error:#}"))
}

/// The schema as the validator reads it, and found well formed by the schema of schemas.
static SCHEMA: LazyLock<(Schemas, SchemaIndex)> = LazyLock::new(|| {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.set_default_draft(Draft::V2020_12);
    compiler.add_resource(PLACE, schema::document()).expect("the place is a good URL");
    let index = compiler.compile(PLACE, &mut schemas).expect("the schema is one");
    (schemas, index)
});

#[test]
fn every_good_spec_is_allowed() {
    let mut count = 0;
    for folder in ["examples", "tests/golden", "tests/language", "tests/bench"] {
        for (place, text) in specs(folder) {
            let value = json::read(&text).unwrap_or_else(|| panic!("{place} is no YAML"));
            if Spec::parse(&text, &mut Problems::default()).is_some() {
                assert_eq!(validate(&value), Ok(()), "{place}");
                count += 1;
            }
        }
    }
    assert!(count >= 10, "{count} specs");
}

/// What no schema can say, or what this one leaves to the loader: each spec that the schema allows and the loader
/// refuses, with what the loader says first and why it is not the schema that does.
#[test]
fn what_the_schema_leaves_to_the_loader_is_known() {
    let mut list = String::new();
    let (mut both, mut unsound) = (0, Vec::new());
    for (place, text) in specs("tests/diagnostics") {
        let mut problems = Problems::default();
        let is_good = Spec::parse(&text, &mut problems).is_some();
        let Some(value) = json::read(&text) else { continue };
        match (is_good, validate(&value)) {
            (false, Ok(())) => {
                let first = problems.iter().find(|problem| problem.severity == Severity::Error);
                let message = first.map_or("", |problem| problem.message.as_str());
                let why = REASONS.iter().find(|(words, _)| words.iter().any(|word| message.contains(word)));
                let (_, why) =
                    why.unwrap_or_else(|| panic!("say why no schema finds it: {place}: {message}"));
                writeln!(list, "{place}: {message}\n  {why}").expect("a string takes all");
            }
            (true, Err(why)) => unsound.push(format!("{place}: {why}")),
            (false, Err(_)) => both += 1,
            (true, Ok(())) => {}
        }
    }
    assert!(unsound.is_empty(), "good specs that an editor marks:\n{}", unsound.join("\n"));
    assert!(both > 30, "the schema refuses {both} of the specs that the loader refuses");
    expect_file!["left-to-the-loader.txt"].assert_eq(&list);
}

/// The specs below a folder, with their places.
fn specs(folder: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut found, mut next) = (BTreeMap::new(), vec![root.join(folder)]);
    while let Some(folder) = next.pop() {
        for entry in fs::read_dir(folder).expect("the folder is a part of the repository") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                next.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                let place = path.strip_prefix(&root).expect("it is below").display().to_string();
                let text = fs::read(&path).expect("it can be read");
                found.extend(String::from_utf8(text).ok().map(|text| (place, text)));
            }
        }
    }
    found
}

/// Words of messages, and why a schema does not find what they are about.
const REASONS: &[(&[&str], &str)] = &[
    (&["is not declared", "after the name"], "a schema knows nothing of build args in texts"),
    (
        &["is for the steps", "is for directories", "has no `path`", "are not run", "is one file"],
        "a schema that told how far fields go together would tell editors too little of each",
    ),
    (
        &[
            "cannot be empty",
            "has at most",
            "has no `/`",
            "has the control character",
            "is made of",
            "leads out of its tree",
            "unknown architecture",
            "unknown relation",
        ],
        "the loader names the character that is wrong; a pattern could not",
    ),
];

/// Where the validator takes the schema to be.
const PLACE: &str = "https://annex.example/spec.schema.json";
