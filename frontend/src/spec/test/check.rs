//! What must be true of a file, or of what a command writes.

use std::fmt;

use crate::diagnostic::{Problems, literal};
use crate::spec::decode::{Field, Fields, Invalid, Parse};
use crate::spec::number::Mode;
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;

/// What must be true of a content; what is not said is not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentCheck<S: Stage> {
    /// Texts that are in it.
    pub contains: Vec<S::Of<String>>,
    /// Whether there is none.
    pub empty: bool,
    /// Its end.
    pub ends_with: Option<S::Of<String>>,
    /// All of it.
    pub equals: Option<S::Of<String>>,
    /// Patterns that match somewhere in it.
    pub matches: Vec<S::Of<Regex>>,
    /// Its start.
    pub starts_with: Option<S::Of<String>>,
}

/// What must be true of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCheck<S: Stage> {
    /// What must be true of its content.
    pub content: ContentCheck<S>,
    /// Whether it is a directory; else it is none.
    pub is_dir: bool,
    /// What the link says.
    pub link_target: Option<S::Of<String>>,
    /// Whether a link itself is looked at, not what it leads to.
    pub no_follow: bool,
    /// Whether it is not there.
    pub not_exist: bool,
    /// The lower nine bits of its mode.
    pub permissions: Option<Mode>,
}

/// A pattern of RE2 (<https://github.com/google/re2/wiki/Syntax>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regex(String);

impl Regex {
    /// The pattern.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<S: Stage> Default for ContentCheck<S> {
    fn default() -> Self {
        Self {
            contains: Vec::new(),
            empty: false,
            ends_with: None,
            equals: None,
            matches: Vec::new(),
            starts_with: None,
        }
    }
}

impl<S: Stage> ContentCheck<S> {
    /// Whether nothing is checked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Parse for Regex {
    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("a pattern cannot be empty"));
        }
        if text.len() > MAX_PATTERN {
            return Err(Invalid::new(format!("a pattern has at most {MAX_PATTERN} bytes")));
        }
        match regex_syntax::Parser::new().parse(text) {
            Ok(_) => Ok(Self(String::from(text))),
            Err(regex_syntax::Error::Parse(error)) => {
                let span = error.span().start.offset..error.span().end.offset;
                let range = if span.is_empty() { 0..text.len() } else { span };
                Err(Invalid::new(format!("this is no pattern: {}", error.kind())).at(range))
            }
            Err(regex_syntax::Error::Translate(error)) => {
                Err(Invalid::new(format!("this is no pattern: {}", error.kind())))
            }
            Err(_) => Err(Invalid::new("this is no pattern")),
        }
    }
}

/// A check of a content.
pub(super) fn content(
    field: Field<'_, '_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<ContentCheck<Written>> {
    let mut fields = Fields::read(field.value, &literal(field.key), problems)?;
    let content = contents(&mut fields, scope, problems);
    fields.finish(problems);
    Some(content)
}

/// A check of a file; nothing means that it is there and no directory.
pub(super) fn file(
    entry: Field<'_, '_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<FileCheck<Written>> {
    let mut fields = Fields::read(entry.value, &literal(entry.key), problems)?;
    let content = contents(&mut fields, scope, problems);
    let check = FileCheck {
        is_dir: fields.flag("is_dir", problems),
        link_target: fields.value("link_target", scope, problems),
        no_follow: fields.flag("no_follow", problems),
        not_exist: fields.flag("not_exist", problems),
        permissions: fields
            .mode("permissions", problems)
            .map(|mode| mode.value)
            .filter(|mode| mode.bits() != 0),
        content,
    };
    fields.finish(problems);
    let others = !check.content.is_empty()
        || check.is_dir
        || check.link_target.is_some()
        || check.permissions.is_some();
    if check.not_exist && others {
        let message = format!("{} cannot be missing and be like this as well", literal(entry.key));
        problems.push(entry.place.error(message).help("keep `not_exist` alone, or leave it out"));
    }
    if check.is_dir && !check.content.is_empty() {
        let error =
            entry.place.error(format!("{} is a directory and has no content to check", literal(entry.key)));
        problems.push(error.help("list the files in it on their own"));
    }
    if let Some(mode) = check.permissions.filter(|mode| mode.bits() > 0o777) {
        let error = entry.place.error(format!("of the mode `{mode}` the lower nine bits alone are compared"));
        problems.push(error.help(format!("write `{}`", Mode::new(mode.bits() & 0o777))));
    }
    Some(check)
}

fn contents(fields: &mut Fields<'_, '_>, scope: Scope<'_>, problems: &mut Problems) -> ContentCheck<Written> {
    ContentCheck {
        contains: fields.contents("contains", "a text", scope, problems),
        empty: fields.flag("empty", problems),
        ends_with: fields.content("ends_with", scope, problems),
        equals: fields.content("equals", scope, problems),
        matches: fields.values("matches", "a pattern", scope, problems),
        starts_with: fields.content("starts_with", scope, problems),
    }
}

/// Most bytes of a pattern.
const MAX_PATTERN: usize = 4096;
