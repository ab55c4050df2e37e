//! The spec with nothing left to decide: `docker build --call=dalec.resolve`.

use serde_json::{Map, Value};

use crate::resolve::Resolved;
use crate::spec::tree::Tree;
use crate::subrequest::{Metadata, answer};

/// The answer to [`Subrequest::Resolve`](crate::subrequest::Subrequest::Resolve): a list with the spec for each
/// platform.
pub fn resolved<'r>(specs: impl Iterator<Item = &'r Resolved>) -> Metadata {
    let trees: Vec<Tree> = specs.map(Resolved::tree).collect();
    let json = Value::Array(trees.iter().map(json).collect());
    answer(&json, Tree::List(trees).to_string())
}

/// A number stays one where all readers of JSON read the same number: `1.10` is the text of a version.
fn json(tree: &Tree) -> Value {
    match tree {
        Tree::List(items) => Value::Array(items.iter().map(json).collect()),
        Tree::Map(pairs) => {
            Value::Object(pairs.iter().map(|(key, value)| (key.clone(), json(value))).collect::<Map<_, _>>())
        }
        Tree::Null => Value::Null,
        Tree::Plain(text) => plain(text),
        Tree::Text(text) => text.as_str().into(),
    }
}

fn plain(text: &str) -> Value {
    let octal = text.strip_prefix("0o").and_then(|digits| u32::from_str_radix(digits, 8).ok());
    let number = octal.or_else(|| text.parse::<u32>().ok().filter(|number| number.to_string() == text));
    match (text, number) {
        ("true", _) => true.into(),
        ("false", _) => false.into(),
        (_, Some(number)) => number.into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_a_number_for_everybody_is_one() {
        let shown = |text: &str| plain(text).to_string();
        assert_eq!(["true", "0o644", "12", "0"].map(shown), ["true", "420", "12", "0"]);
        assert_eq!(["1.10", "010", "yes", "-1"].map(shown), ["\"1.10\"", "\"010\"", "\"yes\"", "\"-1\""]);
    }
}
