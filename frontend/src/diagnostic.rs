//! What is wrong with a spec, where, and what to do about it.

mod render;

use crate::span::Span;

pub use render::render;

/// A spec as it was read, with the name that its author knows it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// File name, as in messages.
    pub name: String,
    /// Content.
    pub text: String,
}

impl SourceFile {
    /// The file of these bytes. YAML 1.2 allows more encodings than UTF-8; nobody uses them for
    /// specs, so that bytes of another encoding are an error with the place of the first.
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> (Self, Problems) {
        let mut problems = Problems::default();
        let text = String::from_utf8_lossy(bytes).into_owned();
        if let Err(error) = std::str::from_utf8(bytes) {
            let start = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
            let width = u32::try_from(char::REPLACEMENT_CHARACTER.len_utf8()).unwrap_or(1);
            problems.push(
                Diagnostic::error(Span::new(start, start + width), "the file is not UTF-8 text")
                    .help("save it in the encoding UTF-8"),
            );
        }
        (Self { name: name.into(), text }, problems)
    }
}

/// `text` in backticks for a message: clipped when long, with escapes for what a terminal would act on.
pub fn literal(text: &str) -> String {
    format!("`{}`", harmless(text, MAX_LITERAL))
}

/// `text` that somebody else wrote: clipped to `length` characters, with escapes for what a terminal
/// would act on.
pub fn harmless(text: &str, length: usize) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == length {
            shown.push('…');
            break;
        }
        if character.is_control() || is_format(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether the character changes how a terminal shows its neighbours (the Unicode categories of
/// formats and of line and paragraph separators, as far as they do harm).
fn is_format(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// How much a [`Diagnostic`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be built.
    Error,
    /// The build goes on; its author should know.
    Warning,
}

/// One thing to tell a spec's author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether a build is possible.
    pub severity: Severity,
    /// The place in the spec; `None` when the cause is outside it (an option, a context).
    pub span: Option<Span>,
    /// What is wrong: a phrase in lower case without a full stop, literals in backticks.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Name of the rule that it is an instance of, where it is a finding about content.
    pub rule: Option<&'static str>,
    /// Other places that belong to it, each with a few words.
    pub labels: Vec<(Span, String)>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, span.into(), message.into())
    }

    /// A warning at `span`.
    pub fn warning(span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, span.into(), message.into())
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same as an instance of a rule.
    #[must_use]
    pub fn rule(mut self, name: &'static str) -> Self {
        self.rule = Some(name);
        self
    }

    /// The same with one more place that belongs to it.
    #[must_use]
    pub fn label(mut self, span: Span, words: impl Into<String>) -> Self {
        self.labels.push((span, words.into()));
        self
    }

    fn new(severity: Severity, span: Option<Span>, message: String) -> Self {
        Self { severity, span, message, help: None, rule: None, labels: Vec::new() }
    }
}

/// All that was found.
///
/// A hostile file can have a problem in every byte: after [`Problems::MAX`] they are only counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Diagnostic>,
    more: usize,
}

impl Problems {
    /// How many are kept.
    pub const MAX: usize = 200;

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let first_error = diagnostic.severity == Severity::Error && !self.has_errors();
        if !self.is_full() || first_error {
            self.list.push(diagnostic);
        } else {
            self.more += 1;
        }
    }

    /// Adds all of another.
    pub fn extend(&mut self, other: Self) {
        other.list.into_iter().for_each(|diagnostic| self.push(diagnostic));
        self.more += other.more;
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether one more would only be counted, so that no help for it need be looked for.
    pub fn is_full(&self) -> bool {
        self.list.len() >= Self::MAX
    }

    /// The errors alone: where nothing is built, what would be odd about it does not matter.
    #[must_use]
    pub fn into_errors(self) -> Self {
        let mut errors = self;
        errors.list.retain(|diagnostic| diagnostic.severity == Severity::Error);
        errors
    }

    /// Whether one of them forbids building.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The diagnostics that were kept, in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// How many more there are than were kept.
    pub fn more(&self) -> usize {
        self.more
    }
}

impl<'p> IntoIterator for &'p Problems {
    type Item = &'p Diagnostic;
    type IntoIter = std::slice::Iter<'p, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<Diagnostic> for Problems {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { list: vec![diagnostic], more: 0 }
    }
}

/// Most characters of a literal in a message.
const MAX_LITERAL: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_is_kept_even_after_many_warnings() {
        let mut problems = Problems::default();
        for _ in 0..Problems::MAX + 5 {
            problems.push(Diagnostic::warning(None, "a trifle"));
        }
        problems.push(Diagnostic::error(None, "fatal"));
        problems.push(Diagnostic::error(None, "fatal too"));
        assert!(problems.has_errors());
        assert_eq!((problems.iter().len(), problems.more()), (Problems::MAX + 1, 6));
    }

    #[test]
    fn a_literal_is_clipped_and_harmless() {
        assert_eq!(literal("a\u{1b}[31m\u{202e}b"), "`a\\u{1b}[31m\\u{202e}b`");
        assert_eq!(literal(&"é".repeat(100)), format!("`{}…`", "é".repeat(60)));
    }

    #[test]
    fn bytes_that_are_not_text_have_a_place() {
        let (file, problems) = SourceFile::from_bytes("spec.yml", b"name: caf\xe9\n");
        assert_eq!(
            render(&file, &problems),
            "spec.yml:1:10: the file is not UTF-8 text\n1 | name: caf�\n  |          ^\nhelp: save it in the encoding UTF-8\n"
        );
    }
}
