//! YAML as a tree whose every node knows its bytes in the text.
//!
//! Scalars stay text: `1.10` is `1.10` and `0644` is `0644`. Aliases share the node they name, so that
//! a small file cannot fill the memory; how much they stand for is counted all the same, so that it
//! cannot fill the time of a reader either. Merge keys (`<<`) are merged. This is the only module
//! that names the YAML library.

mod extent;
mod syntax;
mod tree;

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use crate::span::Span;

pub use tree::parse;

/// One value of the document.
#[derive(Debug)]
pub struct Node<'t> {
    /// What it is.
    pub kind: Kind<'t>,
    /// Where it stands: from its first to its last byte, without properties such as anchors.
    pub span: Span,
    /// Values in it, itself among them, with each alias counted as all it stands for.
    weight: usize,
    /// Levels of collections in it, aliases followed.
    depth: usize,
}

impl Node<'_> {
    /// Values in it, itself among them, with each alias counted as all it stands for.
    pub fn weight(&self) -> usize {
        self.weight
    }
}

/// What a [`Node`] is.
#[derive(Debug)]
pub enum Kind<'t> {
    /// Something that was already reported as wrong: readers take it as neither there nor missing.
    Broken,
    /// Pairs in the order of the text, those of merge keys last; each key once.
    Mapping(Vec<Entry<'t>>),
    /// Nothing, `~` or `null`.
    Null,
    /// Text.
    Scalar(Scalar<'t>),
    /// Values in their order.
    Sequence(Vec<Child<'t>>),
}

/// A value at its place in a collection.
#[derive(Clone, Debug)]
pub struct Child<'t> {
    /// The value.
    pub node: Rc<Node<'t>>,
    /// How it came here, if not by being written here.
    pub alias: Option<Alias>,
}

/// A pair of a mapping.
#[derive(Clone, Debug)]
pub struct Entry<'t> {
    /// The key.
    pub key: Scalar<'t>,
    /// Where the key stands.
    pub span: Span,
    /// The value.
    pub value: Child<'t>,
    /// The alias that a merge key brought the pair with.
    pub merged: Option<Alias>,
}

/// A use of a value that is written elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The use, such as `*common`.
    pub span: Span,
    /// The definition, such as `&common`.
    pub anchor: Span,
}

/// A text with the bytes it was read from.
#[derive(Clone, Debug)]
pub struct Scalar<'t> {
    /// The text after YAML's escapes and line folding.
    pub text: Cow<'t, str>,
    /// The bytes, with quotes but without the header of a block.
    raw: &'t str,
    /// How it was written.
    pub style: Style,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// With `|` or `>`.
    Block,
    /// Without marks.
    Plain,
    /// In single or double quotes.
    Quoted,
}

impl Scalar<'_> {
    /// Where a part of the text stands, given where the scalar does. Behind escapes and folded lines
    /// a part is found by its content; when that is not certain, the place is the whole scalar.
    pub fn locate(&self, span: Span, part: Range<usize>) -> Span {
        let Some(needle) = self.text.get(part.clone()) else { return span };
        let exact = |offset: usize| {
            let narrow = |at: usize| span.start + u32::try_from(at + offset).unwrap_or_default();
            Span::new(narrow(part.start), narrow(part.end))
        };
        if *self.text == *self.raw {
            return exact(0);
        }
        if self.raw.len() == self.text.len() + 2 && self.raw[1..].starts_with(&*self.text) {
            return exact(1);
        }
        if needle.is_empty() || self.text.matches(needle).count() != self.raw.matches(needle).count() {
            return span;
        }
        let before = self.text.match_indices(needle).take_while(|&(at, _)| at < part.start).count();
        self.raw.match_indices(needle).nth(before).map_or(span, |(at, _)| {
            let start = span.start + u32::try_from(at).unwrap_or_default();
            Span::new(start, start + u32::try_from(needle.len()).unwrap_or_default())
        })
    }
}

/// Most bytes of a spec.
pub const MAX_BYTES: usize = 1 << 20;
/// Most values that all aliases of a spec together may stand for; a long text counts as several.
pub const MAX_ALIASED: usize = 100_000;
/// Most levels of collections within each other.
pub const MAX_DEPTH: usize = 64;

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::diagnostic::Problems;

    /// Checks the tree, a line for each node: what it is, its bytes, how it came there.
    fn check(text: &str, expected: &Expect) {
        let mut problems = Problems::default();
        let mut out = String::new();
        if let Some(node) = parse(text, &mut problems) {
            show(&Child { node: Rc::new(node), alias: None }, "", text, 0, &mut out);
        }
        for problem in &problems {
            let bytes = problem.span.map(|span| &text[span.range()]);
            writeln!(out, "! {} {bytes:?}", problem.message).unwrap();
        }
        expected.assert_eq(&out);
    }

    fn show(child: &Child<'_>, name: &str, text: &str, depth: usize, out: &mut String) {
        let bytes = &text[child.node.span.range()];
        let kind = match &child.node.kind {
            Kind::Broken => String::from("broken"),
            Kind::Mapping(_) => String::from("mapping"),
            Kind::Null => String::from("null"),
            Kind::Scalar(scalar) => format!("{:?} {:?}", scalar.style, scalar.text),
            Kind::Sequence(_) => String::from("sequence"),
        };
        let alias = child.alias.map_or(String::new(), |alias| format!(" by {}", &text[alias.span.range()]));
        writeln!(out, "{}{name}{kind} {bytes:?}{alias}", "  ".repeat(depth)).unwrap();
        match &child.node.kind {
            Kind::Mapping(entries) => entries.iter().for_each(|entry| {
                let merged = entry.merged.map_or("", |alias| &text[alias.span.range()]);
                let name = format!("{}{merged}: ", &text[entry.span.range()]);
                show(&entry.value, &name, text, depth + 1, out);
            }),
            Kind::Sequence(items) => items.iter().for_each(|item| show(item, "", text, depth + 1, out)),
            Kind::Broken | Kind::Null | Kind::Scalar(_) => {}
        }
    }

    #[test]
    fn scalars_keep_their_text_and_style() {
        check(
            "a: 1.10\nb: 0644\nc: '1''2'\nd: \"x\\ty\"\ne: |\n  p\n  q\n\nf: >-\n  r\n  s\ng: t\n  u\n",
            &expect![[r#"
                mapping "a: 1.10\nb: 0644\nc: '1''2'\nd: \"x\\ty\"\ne: |\n  p\n  q\n\nf: >-\n  r\n  s\ng: t\n  u"
                  a: Plain "1.10" "1.10"
                  b: Plain "0644" "0644"
                  c: Quoted "1'2" "'1''2'"
                  d: Quoted "x\ty" "\"x\\ty\""
                  e: Block "p\nq\n" "p\n  q"
                  f: Block "r s" "r\n  s"
                  g: Plain "t u" "t\n  u"
            "#]],
        );
    }

    #[test]
    fn nothing_is_null_and_quotes_make_text() {
        check(
            "{a: , b: ~, c: null, d: 'null', e: !!str , f: !!str ~, ? g, h: nUll}",
            &expect![[r#"
                mapping "{a: , b: ~, c: null, d: 'null', e: !!str , f: !!str ~, ? g, h: nUll}"
                  a: null ""
                  b: null "~"
                  c: null "null"
                  d: Quoted "null" "'null'"
                  e: Plain "" ""
                  f: Plain "~" "~"
                  g: null ""
                  h: Plain "nUll" "nUll"
            "#]],
        );
    }

    #[test]
    fn every_span_is_of_bytes_whatever_stands_around() {
        check(
            "\u{feff}# héé日本\r\n\r\n{é: [日, \"本\"]}\r\n# end",
            &expect![[r#"
                mapping "{é: [日, \"本\"]}"
                  é: sequence "[日, \"本\"]"
                    Plain "日" "日"
                    Quoted "本" "\"本\""
            "#]],
        );
        check(
            "\n\n- a:\t1\n  b:\n    - c\n- d # e\n\n",
            &expect![[r#"
                sequence "- a:\t1\n  b:\n    - c\n- d"
                  mapping "a:\t1\n  b:\n    - c"
                    a: Plain "1" "1"
                    b: sequence "- c"
                      Plain "c" "c"
                  Plain "d" "d"
            "#]],
        );
    }

    #[test]
    fn no_document_is_null() {
        check(
            "",
            &expect![[r#"
                null ""
            "#]],
        );
        check(
            "\n# only this\n",
            &expect![[r#"
                null ""
            "#]],
        );
        check(
            "---\n...\n",
            &expect![[r#"
                null ""
            "#]],
        );
    }

    #[test]
    fn aliases_know_their_use_and_what_they_stand_for() {
        check(
            "a: &x [1, &y 2]\nb: *x\nc: [*y]\n*y : d",
            &expect![[r#"
                mapping "a: &x [1, &y 2]\nb: *x\nc: [*y]\n*y : d"
                  a: sequence "[1, &y 2]"
                    Plain "1" "1"
                    Plain "2" "2"
                  b: sequence "[1, &y 2]" by *x
                    Plain "1" "1"
                    Plain "2" "2"
                  c: sequence "[*y]"
                    Plain "2" "2" by *y
                  *y: Plain "d" "d"
            "#]],
        );
    }

    #[test]
    fn an_explicit_key_beats_a_merged_one_and_the_first_merged_one_the_next() {
        check(
            "a: &a {p: 1, q: 2}\nb: &b {<<: *a, q: 3, r: 4}\nc: {r: 5, <<: [*b, *a, {s: 6}]}\nd: {'<<': 7}\n",
            &expect![[r#"
                mapping "a: &a {p: 1, q: 2}\nb: &b {<<: *a, q: 3, r: 4}\nc: {r: 5, <<: [*b, *a, {s: 6}]}\nd: {'<<': 7}"
                  a: mapping "{p: 1, q: 2}"
                    p: Plain "1" "1"
                    q: Plain "2" "2"
                  b: mapping "{<<: *a, q: 3, r: 4}"
                    q: Plain "3" "3"
                    r: Plain "4" "4"
                    p*a: Plain "1" "1"
                  c: mapping "{r: 5, <<: [*b, *a, {s: 6}]}"
                    r: Plain "5" "5"
                    q*b: Plain "3" "3"
                    p*a: Plain "1" "1"
                    s: Plain "6" "6"
                  d: mapping "{'<<': 7}"
                    '<<': Plain "7" "7"
            "#]],
        );
    }

    #[test]
    fn an_anchor_can_be_given_again() {
        check(
            "[&x 1, *x, &x 2, *x]",
            &expect![[r#"
                sequence "[&x 1, *x, &x 2, *x]"
                  Plain "1" "1"
                  Plain "1" "1" by *x
                  Plain "2" "2"
                  Plain "2" "2" by *x
            "#]],
        );
    }

    #[test]
    fn what_was_reported_is_broken() {
        check(
            "{a: *none, b: !secret c, d: e, d: f}",
            &expect![[r#"
                mapping "{a: *none, b: !secret c, d: e, d: f}"
                  a: broken "*none"
                  b: broken "c"
                  d: Plain "e" "e"
                ! no anchor `&none` before this alias Some("*none")
                ! tag `!secret` is not supported here Some("!secret")
                ! duplicate key `d` Some("d")
            "#]],
        );
    }

    #[test]
    fn a_part_of_a_scalar_is_found_behind_escapes_and_folds() {
        let text = "a: \"\\t$A é $A\"\nb: >\n  $A\n  $A\nc: $A$A\nd: \"\\x24A $A\"\n";
        let mut problems = Problems::default();
        let node = parse(text, &mut problems).unwrap();
        let Kind::Mapping(entries) = &node.kind else { panic!("a mapping") };
        let mut found = String::new();
        for entry in entries {
            let Kind::Scalar(scalar) = &entry.value.node.kind else { panic!("text") };
            for (at, part) in scalar.text.match_indices("$A") {
                let span = scalar.locate(entry.value.node.span, at..at + part.len());
                writeln!(found, "{} {at} {:?} {:?}", entry.key.text, span.range(), &text[span.range()])
                    .unwrap();
            }
        }
        expect![[r#"
            a 1 6..8 "$A"
            a 7 12..14 "$A"
            b 0 23..25 "$A"
            b 3 28..30 "$A"
            c 0 34..36 "$A"
            c 2 36..38 "$A"
            d 0 42..52 "\"\\x24A $A\""
            d 3 42..52 "\"\\x24A $A\""
        "#]]
        .assert_eq(&found);
    }
}
