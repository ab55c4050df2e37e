//! The page of the reference.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use annex::schema::{Choice, SPEC, Section, Value};

/// All of it.
pub(crate) fn page() -> String {
    let mut page = String::from(HEAD);
    let sections = SPEC.all();
    let places = places(&sections);
    for section in &sections {
        write(&mut page, section, &places);
    }
    page
}

fn write(page: &mut String, section: &Section, places: &BTreeMap<&str, Vec<String>>) {
    let Section { name, about, choice, example, fields } = section;
    let mut line = |text: &str| writeln!(page, "{text}").expect("a string takes all");
    line(&format!("\n## {name}\n\n{about}"));
    if let Some(places) = places.get(name) {
        line(&format!("\nIt stands at {}.", places.join(", ")));
    }
    let listed = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match choice {
        Choice::Any => {}
        Choice::AtMostOne(names) => line(&format!("\nOf {} there is one at most.", listed(names))),
        Choice::One(names) => line(&format!("\nOf {} there is exactly one.", listed(names))),
        Choice::Some(names) => line(&format!("\nOf {} there is one at least.", listed(names))),
    }
    line(&format!("\nSuch as `{example}`."));
    if !fields.is_empty() {
        line("\n| field | holds | says |\n|---|---|---|");
    }
    for field in *fields {
        let needed = if field.needed { " (needed)" } else { "" };
        let says = field.about.replace('|', "\\|");
        line(&format!("| `{}`{needed} | {} | {says} |", field.name, holds(&field.value)));
    }
}

fn holds(value: &Value) -> String {
    let words = |words: Vec<&str>| {
        let words = words.into_iter().filter(|word| !word.is_empty());
        words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
    };
    match value {
        Value::Anything => "anything".to_owned(),
        Value::Day => "a day".to_owned(),
        Value::Either(values) => values.iter().map(holds).collect::<Vec<_>>().join(", or "),
        Value::Flag => "`true` or `false`".to_owned(),
        Value::List(value) => format!("a list: {}", holds(value)),
        Value::Mapping(key, value) => format!("a mapping of names, such as `{key}`, to: {}", holds(value)),
        Value::Mode => "a mode, such as `0o644`".to_owned(),
        Value::Number => "a whole number".to_owned(),
        Value::Section(section) => format!("[{0}](#{1})", section.name, section.name.to_lowercase()),
        Value::Text => "text".to_owned(),
        Value::Variables => "a mapping of names of variables to texts".to_owned(),
        Value::Word(all) if all().len() > 10 => "a word".to_owned(),
        Value::Word(all) => format!("one of {}", words(all())),
        Value::WordOrArg(all) => format!("one of {}, or a build arg", words(all())),
    }
}

/// Where each section can stand, by its name.
fn places(sections: &[&'static Section]) -> BTreeMap<&'static str, Vec<String>> {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for section in sections {
        for field in section.fields {
            for inner in field.value.sections() {
                let of = if section.name == SPEC.name {
                    String::new()
                } else {
                    format!(" of [{}](#{})", section.name, section.name.to_lowercase())
                };
                let place = format!("`{}`{of}", field.name);
                let known = places.entry(inner.name).or_default();
                if !known.contains(&place) {
                    known.push(place);
                }
            }
        }
    }
    places
}

const HEAD: &str = "# Reference of the spec

Every section of the language and its fields, as the loader reads them: this page and the [schema](spec.schema.json) for
editors are written from the loader's own table. [The spec](spec.md) shows how they go together, [Editors](editors.md) how to
have this page while you write, and [Differences](compatibility.md) where Annex reads a spec in another way than Dalec.

A field that holds text takes numbers and truth values as they are written: `1.10` stays `1.10`. A field without a value
is as if it were not there, and so is an empty text. At the top of a spec, fields that begin with `x-` are yours.
";
