//! Every section is asked what it knows, and every field what it takes.

use std::collections::{BTreeMap, BTreeSet};

use annex::diagnostic::{Diagnostic, Problems, Severity};
use annex::schema::{Choice, Field, SPEC, Section, Value};
use annex::spec::Spec;
use serde_json::{Value as Json, json};

use crate::{accepting, json};

#[test]
fn the_loader_knows_the_fields_of_every_section() {
    for (section, path) in places() {
        if section.fields.is_empty() {
            continue;
        }
        let mut value = json::read(section.example).expect("an example is YAML");
        value[UNKNOWN] = json!("x");
        let said = say(&path.around(value));
        let unknown = said.iter().find(|one| one.message == format!("unknown field `{UNKNOWN}`"));
        let unknown = unknown.unwrap_or_else(|| panic!("`{}` takes any field: {said:?}", section.name));
        let help = unknown.help.as_deref().unwrap_or_default();
        let mut known: Vec<&str> =
            help.strip_prefix("known fields here: ").unwrap_or_default().split(", ").collect();
        let mut listed: Vec<&str> = section.fields.iter().map(|field| field.name).collect();
        known.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, known, "fields of `{}`", section.name);
    }
}

#[test]
fn the_loader_needs_the_fields_that_are_said_to_be_needed() {
    for (section, path) in places() {
        let missing = |name: &str| format!("missing field `{name}`");
        let said = say(&path.around(json!({})));
        for field in section.fields {
            let is_missed = said.iter().any(|one| one.message == missing(field.name));
            let has_steps =
                field.name == "steps" && said.iter().any(|one| one.message == "`cmd` has no steps");
            assert_eq!(field.needed, is_missed || has_steps, "`{}` of `{}`", field.name, section.name);
        }
    }
}

#[test]
fn every_example_is_good_and_allowed() {
    for (section, path) in places() {
        let value = json::read(section.example).expect("an example is YAML");
        let spec = path.around(value);
        let errors: Vec<_> = say(&spec).into_iter().filter(is_error).collect();
        assert!(errors.is_empty(), "`{}`: {errors:?}", section.name);
        assert_eq!(accepting::validate(&spec), Ok(()), "`{}`", section.name);
    }
}

#[test]
fn the_schema_allows_whatever_a_field_takes() {
    let probes = [
        json!("text"),
        json!(1),
        json!(1.5),
        json!(true),
        Json::Null,
        json!([]),
        json!({}),
        json!(["text"]),
        json!([1, null]),
        json!({ "text": "text" }),
        json!({ "text": null }),
        json!({ "text": {} }),
        json!("$A"),
        json!("/text"),
        json!("0644"),
        json!("2026-01-31"),
    ];
    let mut taken = 0;
    for (section, path) in places() {
        for field in section.fields {
            for probe in &probes {
                let mut spec = path.around(with(section, field, probe.clone()));
                spec["args"] = json!({ "A": "1" });
                if !say(&spec).iter().any(is_error) {
                    taken += 1;
                    let allowed = accepting::validate(&spec);
                    assert_eq!(allowed, Ok(()), "`{}` of `{}`: {probe}", field.name, section.name);
                }
            }
        }
    }
    assert!(taken > 500, "of all probes, {taken} were taken");
}

/// What the loader says of a spec.
fn say(spec: &Json) -> Vec<Diagnostic> {
    let mut problems = Problems::default();
    Spec::parse(&spec.to_string(), &mut problems);
    problems.iter().cloned().collect()
}

fn is_error(said: &Diagnostic) -> bool {
    said.severity == Severity::Error
}

/// The way from a spec to a section in it.
#[derive(Clone, Default)]
struct Path(Vec<Step>);

#[derive(Clone)]
enum Step {
    Field(&'static Section, &'static Field),
    Item,
    Key(&'static str),
}

impl Path {
    fn then(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }

    /// A spec with a value at this place, good but for the value.
    fn around(&self, value: Json) -> Json {
        let inner = self.0.iter().rev().fold(value, |value, step| match step {
            Step::Field(section, field) => with(section, field, value),
            Step::Item => json!([value]),
            Step::Key(key) => json!({ *key: value }),
        });
        let mut spec = if self.0.is_empty() { json!({}) } else { json!({ "name": "n", "version": 1 }) };
        for (name, value) in inner.as_object().expect("a section is a mapping") {
            spec[name] = value.clone();
        }
        if spec.get("patches").is_some() {
            spec["sources"] = json!({ "code": { "context": {} }, "fix.patch": { "inline": { "file": {} } } });
        }
        spec
    }
}

/// The example of a section with a field of one's own.
fn with(section: &Section, field: &Field, value: Json) -> Json {
    let mut whole = json::read(section.example).expect("an example is YAML");
    let members = whole.as_object_mut().expect("an example is a mapping");
    if let Choice::AtMostOne(names) | Choice::One(names) = section.choice
        && names.contains(&field.name)
    {
        members.retain(|name, _| !names.contains(&name.as_str()));
    }
    members.insert(field.name.to_owned(), value);
    if section.name == "source" && field.name == "image" {
        members.insert("path".to_owned(), json!("/"));
    }
    whole
}

/// Each section and a place where it can stand.
fn places() -> Vec<(&'static Section, Path)> {
    let mut found = BTreeMap::new();
    let mut seen = BTreeSet::from([SPEC.name]);
    let mut next = vec![(&SPEC, Path::default())];
    while let Some((section, path)) = next.pop() {
        for field in section.fields {
            for (inner, path) in ends(&field.value, &path.then(Step::Field(section, field))) {
                if seen.insert(inner.name) {
                    next.insert(0, (inner, path));
                }
            }
        }
        found.insert(section.name, (section, path));
    }
    found.into_values().collect()
}

/// The sections of a value with their places.
fn ends(value: &'static Value, path: &Path) -> Vec<(&'static Section, Path)> {
    match value {
        Value::Either(values) => values.iter().flat_map(|value| ends(value, path)).collect(),
        Value::List(value) => ends(value, &path.then(Step::Item)),
        Value::Mapping(key, value) => ends(value, &path.then(Step::Key(key))),
        Value::Section(section) => vec![(section, path.clone())],
        _ => Vec::new(),
    }
}

/// A field that no section has.
const UNKNOWN: &str = "zzzzzzzzzz";
