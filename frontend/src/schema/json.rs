//! The language as a JSON Schema (2020-12), <https://json-schema.org/draft/2020-12>.

use serde_json::{Map, Value as Json, json};

use crate::schema::{Choice, Field, SPEC, Section, Value};

/// The schema of a spec.
pub fn document() -> Json {
    let mut root = section(&SPEC);
    let definitions: Map<String, Json> = SPEC
        .all()
        .into_iter()
        .filter(|one| one.name != SPEC.name)
        .map(|one| (one.name.to_owned(), Json::Object(section(one))))
        .collect();
    root.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("title".to_owned(), json!("A spec of Annex"));
    root.insert("patternProperties".to_owned(), json!({ "^[xX]-": {} }));
    root.insert("$defs".to_owned(), Json::Object(definitions));
    Json::Object(root)
}

fn section(section: &Section) -> Map<String, Json> {
    let Section { name: _, about, choice, example: _, fields } = section;
    // Where one field says what all is, it says something.
    let one_of: &[&str] = match choice {
        Choice::One(names) => names,
        Choice::Any | Choice::AtMostOne(_) | Choice::Some(_) => &[],
    };
    let properties: Map<String, Json> = fields
        .iter()
        .map(|field| (field.name.to_owned(), property(field, one_of.contains(&field.name))))
        .collect();
    let needed: Vec<&str> = fields.iter().filter(|field| field.needed).map(|field| field.name).collect();
    let mut members = Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("description".to_owned(), json!(about)),
        ("properties".to_owned(), Json::Object(properties)),
        ("additionalProperties".to_owned(), json!(false)),
    ]);
    if !needed.is_empty() {
        members.insert("required".to_owned(), json!(needed));
    }
    let each = |names: &[&str]| names.iter().map(|name| json!({ "required": [name] })).collect::<Vec<_>>();
    match choice {
        Choice::Any => {}
        Choice::AtMostOne(names) => {
            members.insert("not".to_owned(), json!({ "required": names }));
        }
        Choice::One(names) => {
            members.insert("oneOf".to_owned(), json!(each(names)));
        }
        Choice::Some(names) => {
            members.insert("anyOf".to_owned(), json!(each(names)));
        }
    }
    members
}

fn property(field: &Field, is_choice: bool) -> Json {
    let Field { name: _, needed, value, about } = field;
    let mut schema = of(value);
    if !needed && !is_choice {
        schema = or_nothing(schema);
    }
    // What stands beside a reference counts as well in this version of the standard.
    schema["description"] = json!(about);
    schema
}

fn of(value: &Value) -> Json {
    match value {
        Value::Anything => json!({}),
        Value::Day => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Value::Either(values) => json!({ "anyOf": values.iter().map(of).collect::<Vec<_>>() }),
        Value::Flag => json!({ "type": "boolean" }),
        Value::List(value) => json!({ "type": "array", "items": entry(value) }),
        Value::Mapping(_, value) => {
            let value = match value {
                Value::Text => or_nothing(of(value)),
                _ => entry(value),
            };
            json!({ "type": "object", "additionalProperties": value })
        }
        // Readers of YAML disagree on whether `0644` is octal; as a number it is 644 or 420.
        Value::Mode => {
            json!({ "type": ["integer", "string"], "minimum": 0, "pattern": "^0[oO]?[0-7]+$" })
        }
        Value::Number => json!({
            "type": ["integer", "string"],
            "minimum": 0,
            "maximum": u32::MAX,
            "pattern": "^(0|[1-9][0-9]*)$",
        }),
        Value::Section(section) => json!({ "$ref": format!("#/$defs/{}", section.name) }),
        Value::Text => json!({ "type": ["string", "number", "boolean"] }),
        Value::Variables => {
            let value = or_nothing(of(&Value::Text));
            json!({
                "type": "object",
                "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" },
                "additionalProperties": value,
            })
        }
        Value::Word(words) => json!({ "enum": words() }),
        Value::WordOrArg(words) => {
            json!({ "anyOf": [{ "enum": words() }, { "type": "string", "pattern": "\\$" }] })
        }
    }
}

/// A value in a list or mapping: nothing may stand for a section that needs nothing.
fn entry(value: &Value) -> Json {
    match value {
        Value::Section(section) if section.may_be_nothing() => or_nothing(of(value)),
        _ => of(value),
    }
}

fn or_nothing(schema: Json) -> Json {
    match schema {
        Json::Object(members) if members.is_empty() => Json::Object(members),
        schema => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}
