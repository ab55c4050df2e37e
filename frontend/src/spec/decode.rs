//! Reading a [`Node`] by hand: every value is asked for by name, and everything wrong is reported.

mod fields;

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Problems};
use crate::span::{Span, Spanned};
use crate::spec::tree::Tree;
use crate::spec::yaml::{Alias, Child, Entry, Kind, Node, Scalar, Style};

pub(super) use fields::Fields;

/// A place to report at, with the alias that leads there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The place that is to blame: of a value that an alias stands for, the alias; of anything in
    /// such a value, the thing itself.
    pub span: Span,
    alias: Option<Via>,
}

/// The other end of an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Via {
    /// The place is the alias; this is its anchor.
    Anchor(Span),
    /// The place is in the anchor's value; this is the alias.
    Use(Span),
}

impl Place {
    /// An error here.
    pub fn error(self, message: impl Into<String>) -> Diagnostic {
        self.with_alias(Diagnostic::error(self.span, message))
    }

    /// A warning here.
    pub fn warning(self, message: impl Into<String>) -> Diagnostic {
        self.with_alias(Diagnostic::warning(self.span, message))
    }

    fn with_alias(self, diagnostic: Diagnostic) -> Diagnostic {
        match self.alias {
            None => diagnostic,
            Some(Via::Anchor(span)) => diagnostic.label(span, "defined here"),
            Some(Via::Use(span)) => diagnostic.label(span, "used here"),
        }
    }
}

/// A node where the decoder stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'n, 't> {
    node: &'n Node<'t>,
    /// The alias that is this value.
    alias: Option<Alias>,
    /// The alias whose value this is a part of.
    within: Option<Alias>,
}

impl<'n, 't> At<'n, 't> {
    pub(super) fn root(node: &'n Node<'t>) -> Self {
        Self { node, alias: None, within: None }
    }

    pub(super) fn place(self) -> Place {
        match (self.alias, self.within) {
            (Some(alias), _) => Place { span: alias.span, alias: Some(Via::Anchor(alias.anchor)) },
            (None, within) => within_alias(self.node.span, within),
        }
    }

    /// Whether there is nothing to read: no value, or one that was reported.
    pub(super) fn is_nothing(self) -> bool {
        matches!(self.node.kind, Kind::Null | Kind::Broken)
    }

    /// Whether no value is written.
    pub(super) fn is_null(self) -> bool {
        matches!(self.node.kind, Kind::Null)
    }

    /// The value on its own.
    pub(super) fn tree(self) -> Tree {
        Tree::of(self.node)
    }

    /// Values in it, itself among them.
    pub(super) fn weight(self) -> usize {
        self.node.weight()
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(self) -> bool {
        match &self.node.kind {
            Kind::Null | Kind::Broken => true,
            Kind::Mapping(entries) => entries.is_empty(),
            Kind::Sequence(items) => items.is_empty(),
            Kind::Scalar(_) => false,
        }
    }

    /// The value as text; `what` begins the sentence that says so when it is none.
    pub(super) fn text(self, what: &str, problems: &mut Problems) -> Option<Text<'n, 't>> {
        match &self.node.kind {
            Kind::Scalar(scalar) => {
                let text = self.as_text(scalar);
                let control = |c: char| c.is_control() && c != '\n' && c != '\t';
                if let Some((start, control)) = scalar.text.char_indices().find(|&(_, c)| control(c)) {
                    let place = text.part(start..start + control.len_utf8());
                    let message = format!("{what} has the control character U+{:04X}", u32::from(control));
                    problems.push(place.error(message).help("leave it out"));
                    return None;
                }
                Some(text)
            }
            _ => self.unexpected(what, "text", problems),
        }
    }

    /// The value as text in which every character is meant, such as the content of a file.
    pub(super) fn content(self, what: &str, problems: &mut Problems) -> Option<Text<'n, 't>> {
        match &self.node.kind {
            Kind::Scalar(scalar) => Some(self.as_text(scalar)),
            _ => self.unexpected(what, "text", problems),
        }
    }

    /// The value as a mapping.
    pub(super) fn mapping(self, what: &str, problems: &mut Problems) -> Option<Vec<Field<'n, 't>>> {
        match &self.node.kind {
            Kind::Mapping(entries) => Some(self.fields(entries)),
            _ => self.unexpected(what, "a mapping", problems),
        }
    }

    /// The value as a list.
    pub(super) fn list(self, what: &str, problems: &mut Problems) -> Option<Vec<Self>> {
        match &self.node.kind {
            Kind::Sequence(items) => Some(self.items(items)),
            _ => self.unexpected(what, "a list", problems),
        }
    }

    /// What the value is, for a reader that takes more than one kind.
    pub(super) fn shape(self) -> Shape<'n, 't> {
        match &self.node.kind {
            Kind::Null | Kind::Broken => Shape::Nothing,
            Kind::Mapping(entries) => Shape::Mapping(self.fields(entries)),
            Kind::Scalar(_) => Shape::Text,
            Kind::Sequence(items) => Shape::List(self.items(items)),
        }
    }

    /// Reports that the value is not what was expected, unless it was reported before.
    pub(super) fn unexpected<T>(self, what: &str, expected: &str, problems: &mut Problems) -> Option<T> {
        let found = match &self.node.kind {
            Kind::Broken => return None,
            Kind::Mapping(_) => "a mapping",
            Kind::Null => "nothing",
            Kind::Scalar(_) => "text",
            Kind::Sequence(_) => "a list",
        };
        problems.push(self.place().error(format!("{what} must be {expected}, not {found}")));
        None
    }

    fn fields(self, entries: &'n [Entry<'t>]) -> Vec<Field<'n, 't>> {
        let field = |entry: &'n Entry<'t>| {
            let within = entry.merged.or(self.inner());
            let place = within_alias(entry.span, within);
            let Child { node, alias } = &entry.value;
            let value = At { node, alias: *alias, within };
            Field { key: &entry.key.text, key_scalar: &entry.key, place, value }
        };
        entries.iter().map(field).collect()
    }

    fn items(self, items: &'n [Child<'t>]) -> Vec<Self> {
        items.iter().map(|item| At { node: &item.node, alias: item.alias, within: self.inner() }).collect()
    }

    fn as_text(self, scalar: &'n Scalar<'t>) -> Text<'n, 't> {
        Text { place: self.place(), span: self.node.span, within: self.inner(), scalar }
    }

    fn inner(self) -> Option<Alias> {
        self.alias.or(self.within)
    }
}

/// What [`At::shape`] found.
pub(super) enum Shape<'n, 't> {
    Nothing,
    Mapping(Vec<Field<'n, 't>>),
    Text,
    List(Vec<At<'n, 't>>),
}

/// A pair of a mapping.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'n, 't> {
    pub(super) key: &'n str,
    /// Where the key stands.
    pub(super) place: Place,
    pub(super) value: At<'n, 't>,
    key_scalar: &'n Scalar<'t>,
}

impl<'n, 't> Field<'n, 't> {
    /// The key as text.
    pub(super) fn key_text(&self) -> Text<'n, 't> {
        Text { place: self.place, span: self.place.span, within: self.value.within, scalar: self.key_scalar }
    }

    /// The key as a value of a type; why it is none is reported.
    pub(super) fn parse_key<T: Parse>(&self, problems: &mut Problems) -> Option<Spanned<T>> {
        self.key_text().parse(problems)
    }
}

/// A value that is text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'n, 't> {
    /// Where all of it stands.
    place: Place,
    /// The bytes of it, and the alias whose value it is a part of: for the places of its parts.
    span: Span,
    within: Option<Alias>,
    scalar: &'n Scalar<'t>,
}

impl<'n> Text<'n, '_> {
    pub(super) fn as_str(&self) -> &'n str {
        &self.scalar.text
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// Whether it is written without quotes.
    pub(super) fn is_plain(&self) -> bool {
        self.scalar.style == Style::Plain
    }

    /// The place of some bytes of the text.
    pub(super) fn part(&self, range: Range<usize>) -> Place {
        within_alias(self.scalar.locate(self.span, range), self.within)
    }

    pub(super) fn spanned(&self) -> Spanned<String> {
        Spanned::new(String::from(self.as_str()), self.place().span)
    }

    /// The text as a value of a type; why it is none is reported.
    pub(super) fn parse<T: Parse>(&self, problems: &mut Problems) -> Option<Spanned<T>> {
        match T::parse(self.as_str()) {
            Ok(value) => Some(Spanned::new(value, self.place().span)),
            Err(invalid) => {
                let place = invalid.range.clone().map_or_else(|| self.place(), |range| self.part(range));
                problems.push(invalid.diagnostic(place));
                None
            }
        }
    }
}

/// A type whose values are made of text alone.
pub trait Parse: Sized {
    /// The value that `text` means, or what is wrong with it.
    fn parse(text: &str) -> Result<Self, Invalid>;

    /// Whether the value says no more than a field that is left out.
    fn is_unset(&self) -> bool {
        false
    }
}

/// Why a text is not a value of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// What is wrong, as in [`Diagnostic::message`].
    pub message: String,
    /// What to do, as in [`Diagnostic::help`].
    pub help: Option<String>,
    /// The bytes that are to blame; `None`: all.
    pub range: Option<Range<usize>>,
}

impl Invalid {
    /// The report of it; `place` is that of the bytes to blame.
    pub fn diagnostic(self, place: Place) -> Diagnostic {
        let error = place.error(self.message);
        match self.help {
            Some(help) => error.help(help),
            None => error,
        }
    }

    /// The whole text is wrong.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, range: None }
    }

    /// The same with what to do about it.
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same about some bytes of the text.
    pub(super) fn at(self, range: Range<usize>) -> Self {
        Self { range: Some(range), ..self }
    }
}

fn within_alias(span: Span, within: Option<Alias>) -> Place {
    Place { span, alias: within.map(|alias| Via::Use(alias.span)) }
}
