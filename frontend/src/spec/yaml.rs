//! YAML as a tree whose every node knows its bytes in the text.
//!
//! Scalars stay text: `1.10` is `1.10` and `0644` is `0644`. Aliases share the node they name, so that
//! a small file cannot fill the memory; how much they stand for is counted all the same, so that it
//! cannot fill the time of a reader either. Merge keys (`<<`) are merged. This is the only module
//! that names the YAML library.

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
/// Most values that all aliases of a spec together may stand for.
pub const MAX_ALIASED: usize = 100_000;
/// Most levels of collections within each other.
pub const MAX_DEPTH: usize = 64;
