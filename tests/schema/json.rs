//! YAML as an editor reads it: by the core schema of YAML 1.2.2, section 10.3.

use annex::diagnostic::Problems;
use annex::spec::yaml::{self, Kind, Node, Style};
use serde_json::{Number, Value, json};

/// The value of a document, unless it is none of YAML.
pub(crate) fn read(text: &str) -> Option<Value> {
    let mut problems = Problems::default();
    let node = yaml::parse(text, &mut problems)?;
    (!problems.has_errors()).then(|| of(&node))
}

fn of(node: &Node<'_>) -> Value {
    match &node.kind {
        Kind::Broken | Kind::Null => Value::Null,
        Kind::Mapping(entries) => {
            entries.iter().map(|entry| (entry.key.text.to_string(), of(&entry.value.node))).collect()
        }
        Kind::Scalar(scalar) if scalar.style == Style::Plain => plain(&scalar.text),
        Kind::Scalar(scalar) => json!(scalar.text),
        Kind::Sequence(items) => items.iter().map(|item| of(&item.node)).collect(),
    }
}

fn plain(text: &str) -> Value {
    let octal = text.strip_prefix("0o").and_then(|digits| u64::from_str_radix(digits, 8).ok());
    let sign = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number = sign.starts_with(|c: char| c.is_ascii_digit())
        && sign.chars().all(|c| c.is_ascii_digit() || ".eE+-".contains(c));
    match text {
        "true" | "True" | "TRUE" => json!(true),
        "false" | "False" | "FALSE" => json!(false),
        _ if octal.is_some() => json!(octal),
        _ if is_number => match (text.parse::<i64>(), text.parse::<f64>().ok().and_then(Number::from_f64)) {
            (Ok(number), _) => json!(number),
            (Err(_), Some(number)) => Value::Number(number),
            (Err(_), None) => json!(text),
        },
        _ => json!(text),
    }
}
