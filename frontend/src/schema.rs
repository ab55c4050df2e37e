//! The fields of the language, as data: for editors, for the reference in `docs/`, and for tests that compare them with
//! what is read.

mod artifact;
mod build;
mod dependency;
mod image;
mod json;
mod root;
mod source;
mod test;

use std::collections::BTreeSet;

pub use json::document;
pub use root::SPEC;

/// A mapping of the language whose fields have names.
#[derive(Debug)]
pub struct Section {
    /// Its name among the definitions of the schema, such as `git`.
    pub name: &'static str,
    /// What it says, in a sentence or two.
    pub about: &'static str,
    /// How its fields go together.
    pub choice: Choice,
    /// A short one that is good, in YAML.
    pub example: &'static str,
    /// Its fields, in the order of the reference.
    pub fields: &'static [Field],
}

/// A field of a section.
#[derive(Debug)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// Whether it must be there.
    pub needed: bool,
    /// What it may hold.
    pub value: Value,
    /// What it says.
    pub about: &'static str,
}

/// How the fields of a section go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// All can be there.
    Any,
    /// Of these there is one at most.
    AtMostOne(&'static [&'static str]),
    /// Of these there is exactly one.
    One(&'static [&'static str]),
    /// Of these there is one at least.
    Some(&'static [&'static str]),
}

/// What a field may hold.
#[derive(Debug)]
pub enum Value {
    /// Anything at all.
    Anything,
    /// A day such as `2026-01-31`.
    Day,
    /// One of several.
    Either(&'static [Self]),
    /// `true` or `false`.
    Flag,
    /// A list.
    List(&'static Self),
    /// A mapping of names of the author's own, of which one is given as an example.
    Mapping(&'static str, &'static Self),
    /// The mode of a file, in octal.
    Mode,
    /// A whole number that is not negative.
    Number,
    /// A section.
    Section(&'static Section),
    /// A text; numbers and truth values are texts as well.
    Text,
    /// Texts by the names of variables.
    Variables,
    /// One of some words.
    Word(Words),
    /// One of some words, or a build arg.
    WordOrArg(Words),
}

/// The words that a field may hold, sorted.
pub type Words = fn() -> Vec<&'static str>;

impl Section {
    /// All sections from this one on, each before those in it.
    pub fn all(&'static self) -> Vec<&'static Self> {
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        self.visit(&mut seen, &mut found);
        found
    }

    /// Whether nothing at all may stand in its place.
    pub fn may_be_nothing(&self) -> bool {
        let free = matches!(self.choice, Choice::Any | Choice::AtMostOne(_));
        free && self.fields.iter().all(|field| !field.needed)
    }

    fn visit(&'static self, seen: &mut BTreeSet<&'static str>, found: &mut Vec<&'static Self>) {
        if seen.insert(self.name) {
            found.push(self);
            for section in self.fields.iter().flat_map(|field| field.value.sections()) {
                section.visit(seen, found);
            }
        }
    }
}

impl Value {
    /// The sections that are named in it.
    pub fn sections(&self) -> Vec<&'static Section> {
        match self {
            Self::Either(values) => values.iter().flat_map(Self::sections).collect(),
            Self::List(value) | Self::Mapping(_, value) => value.sections(),
            Self::Section(section) => vec![section],
            Self::Anything
            | Self::Day
            | Self::Flag
            | Self::Mode
            | Self::Number
            | Self::Text
            | Self::Variables
            | Self::Word(_)
            | Self::WordOrArg(_) => Vec::new(),
        }
    }
}

/// A field that must be there.
const fn needed(name: &'static str, value: Value, about: &'static str) -> Field {
    Field { name, needed: true, value, about }
}

/// A field that may be left out.
const fn field(name: &'static str, value: Value, about: &'static str) -> Field {
    Field { name, needed: false, value, about }
}

/// A list of texts.
const TEXTS: Value = Value::List(&Value::Text);
