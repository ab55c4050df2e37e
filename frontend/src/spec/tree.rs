//! A YAML value on its own, and its text: what is printed, and what other programs wrote for each other.

use std::fmt::{self, Write as _};

use crate::spec::yaml::{Kind, Node, Style};

/// A YAML value. Shown, it is a document in block style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// Values in their order.
    List(Vec<Tree>),
    /// Pairs in their order, each key once.
    Map(Vec<(String, Tree)>),
    /// Nothing.
    Null,
    /// What stands without quotes, such as a number.
    Plain(String),
    /// Text, which stands in quotes where it could be read as anything else.
    Text(String),
}

impl Tree {
    /// The value of a node, with what its aliases stand for in their place.
    pub(super) fn of(node: &Node<'_>) -> Self {
        match &node.kind {
            Kind::Broken | Kind::Null => Self::Null,
            Kind::Mapping(entries) => {
                let pair = |entry: &crate::spec::yaml::Entry<'_>| {
                    (entry.key.text.clone().into_owned(), Self::of(&entry.value.node))
                };
                Self::Map(entries.iter().map(pair).collect())
            }
            Kind::Scalar(scalar) if scalar.style == Style::Plain && is_value(&scalar.text) => {
                Self::Plain(scalar.text.clone().into_owned())
            }
            Kind::Scalar(scalar) => Self::Text(scalar.text.clone().into_owned()),
            Kind::Sequence(items) => Self::List(items.iter().map(|item| Self::of(&item.node)).collect()),
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::List(items) => items.is_empty(),
            Self::Map(pairs) => pairs.is_empty(),
            Self::Null => true,
            Self::Plain(_) | Self::Text(_) => false,
        }
    }

    /// The value in a line, or `None` where it takes more.
    fn inline(&self) -> Option<String> {
        match self {
            Self::List(items) if items.is_empty() => Some(String::from("[]")),
            Self::Map(pairs) if pairs.is_empty() => Some(String::from("{}")),
            Self::List(_) | Self::Map(_) => None,
            Self::Null => Some(String::from("null")),
            Self::Plain(text) => Some(text.clone()),
            Self::Text(text) => (!is_block(text)).then(|| scalar(text)),
        }
    }

    /// Writes the value from the start of a line, all lines after the first with `indent`.
    fn block(&self, indent: usize, out: &mut String) {
        match self {
            Self::List(items) if !items.is_empty() => {
                for (number, item) in items.iter().enumerate() {
                    start(number, indent, out);
                    out.push_str("- ");
                    item.block(indent + 2, out);
                }
            }
            Self::Map(pairs) if !pairs.is_empty() => {
                for (number, (key, value)) in pairs.iter().enumerate() {
                    start(number, indent, out);
                    let key = scalar(key);
                    if key.len() > MAX_IMPLICIT {
                        out.push_str("? ");
                        out.push_str(&key);
                        out.push('\n');
                        out.push_str(&" ".repeat(indent));
                    } else {
                        out.push_str(&key);
                    }
                    out.push(':');
                    value.after_key(indent, out);
                }
            }
            Self::Text(text) if is_block(text) => literal(text, indent, out),
            _ => {
                out.push_str(&self.inline().unwrap_or_default());
                out.push('\n');
            }
        }
    }

    /// Writes the value behind the `:` of its key, which is indented so.
    fn after_key(&self, indent: usize, out: &mut String) {
        if let Self::Text(text) = self
            && is_block(text)
        {
            out.push(' ');
            literal(text, indent + 2, out);
        } else if let Some(text) = self.inline() {
            out.push(' ');
            out.push_str(&text);
            out.push('\n');
        } else {
            out.push('\n');
            out.push_str(&" ".repeat(indent + 2));
            self.block(indent + 2, out);
        }
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.block(0, &mut out);
        f.write_str(&out)
    }
}

/// Indents all lines but the first of a collection, which stands where the collection does.
fn start(number: usize, indent: usize, out: &mut String) {
    if number > 0 {
        out.push_str(&" ".repeat(indent));
    }
}

/// Whether a text is written as it is, line by line.
fn is_block(text: &str) -> bool {
    let lines = text.strip_suffix('\n').unwrap_or(text);
    let legal = |c: char| c == '\n' || c == '\t' || !must_be_escaped(c);
    lines.contains('\n')
        && !lines.starts_with(['\n', ' ', '\t'])
        && !lines.ends_with('\n')
        && lines.chars().all(legal)
        && !lines.lines().any(|line| line.starts_with('\t') || !line.is_empty() && line.trim().is_empty())
}

fn literal(text: &str, indent: usize, out: &mut String) {
    out.push_str(if text.ends_with('\n') { "|\n" } else { "|-\n" });
    for line in text.lines() {
        if !line.is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// A text in one line: without quotes where every reader of YAML takes it for a text.
fn scalar(text: &str) -> String {
    if is_text(text) && text.chars().all(|c| c.is_ascii_alphanumeric() || "_./-+".contains(c)) {
        return String::from(text);
    }
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            escaped if must_be_escaped(escaped) => {
                let _ = write!(out, "\\U{:08X}", u32::from(escaped));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// Whether every reader of YAML takes the text for one when it stands without quotes.
fn is_text(text: &str) -> bool {
    let first = text.chars().next();
    first.is_some_and(|c| c.is_ascii_alphabetic() || c == '/' || c == '_')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether some reader of YAML could take the text for something else when it stands without quotes.
fn is_value(text: &str) -> bool {
    !is_text(text) && !text.contains('\n')
}

/// Characters that YAML does not print, and those that change how their neighbours are shown.
fn must_be_escaped(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(character, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Most bytes of a key that stands before its `:` on one line (YAML 1.2.2, 7.4.2, has 1024 characters).
const MAX_IMPLICIT: usize = 1000;
/// Words that are no text in YAML 1.1 or 1.2.
const WORDS: &[&str] = &["false", "n", "no", "null", "off", "on", "true", "y", "yes"];

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::Problems;
    use crate::spec::yaml::parse;

    fn text(text: &str) -> Tree {
        Tree::Text(String::from(text))
    }

    #[test]
    fn a_tree_is_printed_in_blocks() {
        let tree = Tree::Map(vec![
            (String::from("a"), Tree::List(vec![text("x"), Tree::List(vec![text("1.10")]), Tree::Null])),
            (
                String::from("yes"),
                Tree::Map(vec![(String::from("b"), text("p\n q\n\nr")), (String::from("c"), text(""))]),
            ),
            (
                String::from("d"),
                Tree::List(vec![Tree::Map(vec![
                    (String::from("e"), Tree::Plain(String::from("0o644"))),
                    (String::from("f"), text("s\nt\n")),
                ])]),
            ),
            (String::from("g"), Tree::Map(Vec::new())),
        ]);
        expect![[r#"
            a:
              - x
              - - "1.10"
              - null
            "yes":
              b: |-
                p
                 q

                r
              c: ""
            d:
              - e: 0o644
                f: |
                  s
                  t
            g: {}
        "#]]
        .assert_eq(&tree.to_string());
    }

    #[test]
    fn a_long_key_is_printed_so_that_it_is_read_again() {
        let tree = Tree::Map(vec![("k".repeat(2000), Tree::Map(vec![(String::from("a"), text("b"))]))]);
        let printed = tree.to_string();
        let node = parse(&printed, &mut Problems::default()).unwrap();
        assert!(same(&tree, &Tree::of(&node)), "{printed}");
    }

    /// Texts without characters that a text file cannot hold.
    fn tree() -> impl Strategy<Value = Tree> {
        let word = "([ -~]|[\n\té日\u{7f}\u{85}\u{2028}\u{feff}]|: |- |#|'|\"|\n  ){0,12}";
        let leaf = prop_oneof![word.prop_map(Tree::Text), Just(Tree::Null)];
        leaf.prop_recursive(4, 30, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Tree::List),
                prop::collection::btree_map(word, inner, 0..4)
                    .prop_map(|pairs| Tree::Map(pairs.into_iter().filter(|(key, _)| key != "<<").collect())),
            ]
        })
    }

    /// Scalars are compared as text: without quotes or in them, that is what a field reads.
    fn same(tree: &Tree, node: &Tree) -> bool {
        match (tree, node) {
            (Tree::Text(a) | Tree::Plain(a), Tree::Text(b) | Tree::Plain(b)) => a == b,
            (Tree::List(a), Tree::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
            (Tree::Map(a), Tree::Map(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|((k, a), (l, b))| k == l && same(a, b))
            }
            (a, b) => a == b,
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(tree in tree()) {
            let printed = tree.to_string();
            let mut problems = Problems::default();
            let node = parse(&printed, &mut problems);
            prop_assert_eq!(&problems, &Problems::default(), "{}", printed);
            prop_assert!(node.is_some_and(|node| same(&tree, &Tree::of(&node))), "{}", printed);
        }
    }
}
