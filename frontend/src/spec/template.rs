//! Text with build args in it, such as `v$VERSION` or `${TAG#v}`.
//!
//! The notation is that of variables in a Dockerfile
//! (<https://docs.docker.com/reference/dockerfile/#environment-replacement>), with one difference:
//! quotes and backslashes are text, so that a value means what it shows. What is not a variable
//! (`$1`, `$$`, a `$` alone) is text as well. A backslash before a variable makes it text, and two make one
//! backslash; nothing else is taken away.

mod parse;
mod pattern;

use crate::spec::decode::Place;

pub use parse::escape;
pub(super) use parse::{Scope, parse};
pub use pattern::Pattern;

/// A text with build args in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its pieces in order.
    pub parts: Vec<Part>,
    /// Where all of it stands.
    pub place: Place,
}

/// A piece of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// What stays as it is.
    Text(String),
    /// What is replaced.
    Variable(Variable),
}

/// The use of a build arg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Name of the arg.
    pub name: String,
    /// From the `$` to the last byte of the name or to the brace.
    pub place: Place,
    /// What is made of the arg's value.
    pub operation: Operation,
}

/// What a variable becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `+`: another text, when the arg is set; with `:`, when its value is not empty.
    Alternative(Condition, Vec<Part>),
    /// `-`: another text, when the arg is not set; with `:`, when its value is empty.
    Default(Condition, Vec<Part>),
    /// `#`, `##`: the value without a start that matches.
    RemovePrefix(Length, Vec<Part>),
    /// `%`, `%%`: the value without an end that matches.
    RemoveSuffix(Length, Vec<Part>),
    /// `/`, `//`: the value with another text for what matches.
    Replace {
        /// Whether all places that match are replaced, not only the first.
        all: bool,
        /// What is looked for.
        pattern: Vec<Part>,
        /// What takes its place.
        replacement: Vec<Part>,
    },
    /// `?`: the value, and an error with this text when there is none.
    Require(Condition, Vec<Part>),
    /// The value.
    Value,
}

/// When a variable counts as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// When it has a value that is not empty.
    NotEmpty,
    /// When it has a value.
    Set,
}

/// Which of several matches of a pattern is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// The longest.
    Longest,
    /// The shortest.
    Shortest,
}

impl Template {
    /// The text, when there is nothing to replace in it.
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }
}
