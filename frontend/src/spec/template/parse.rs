//! From text to [`Template`].

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::diagnostic::{Problems, literal};
use crate::nearest::nearest;
use crate::spec::decode::{Place, Text};
use crate::spec::template::{Condition, Length, Operation, Part, Pattern, Template, Variable};

/// Which args a template may use.
#[derive(Clone, Copy, Debug)]
pub(in crate::spec) struct Scope<'s> {
    /// Names in the field `args`.
    pub(in crate::spec) declared: &'s BTreeSet<&'s str>,
    /// Names that have a value without being declared.
    pub(in crate::spec) always: &'s [&'s str],
    /// Names that have a value once they are declared.
    pub(in crate::spec) opt_in: &'s [&'s str],
}

/// The template that a text writes; `what` begins sentences about it.
pub(in crate::spec) fn parse(
    text: &Text<'_, '_>,
    what: &str,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<Template> {
    if text.as_str().len() > MAX_LENGTH {
        problems.push(text.place().error(format!("{what} is longer than {MAX_LENGTH} bytes")));
        return None;
    }
    let mut parser = Parser { text, scope, position: 0, depth: 0, failed: false, problems };
    let parts = parser.parts(Stops::NONE);
    let failed = parser.failed;
    (!failed).then_some(Template { parts, place: text.place() })
}

struct Parser<'a, 'n, 't> {
    text: &'a Text<'n, 't>,
    scope: Scope<'a>,
    position: usize,
    /// Braces around the position.
    depth: usize,
    failed: bool,
    problems: &'a mut Problems,
}

/// What ends a piece of text within braces.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stops {
    brace: bool,
    slash: bool,
    /// Whether `\` is kept for [`Pattern`], which knows it.
    pattern: bool,
}

impl Stops {
    const NONE: Self = Self { brace: false, slash: false, pattern: false };
    const WORD: Self = Self { brace: true, slash: false, pattern: false };
    const PATTERN: Self = Self { brace: true, slash: false, pattern: true };
    const SEARCH: Self = Self { brace: true, slash: true, pattern: true };
}

impl Parser<'_, '_, '_> {
    fn parts(&mut self, stops: Stops) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        while let Some(next) = self.peek() {
            if stops.brace && next == '}' || stops.slash && next == '/' {
                break;
            }
            if !stops.pattern && self.backslashes(&mut plain) {
                continue;
            }
            match self.escaped(stops) {
                Some(escaped) => {
                    plain.push_str(if stops.pattern { escaped } else { &escaped[1..] });
                    self.position += escaped.len();
                }
                None => match self.variable() {
                    Some(variable) => {
                        if !plain.is_empty() {
                            parts.push(Part::Text(std::mem::take(&mut plain)));
                        }
                        parts.push(Part::Variable(variable));
                    }
                    None => self.literal(&mut plain),
                },
            }
            if self.failed {
                break;
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        parts
    }

    /// Backslashes before what would be a variable: each two are one, and one more makes the variable text.
    /// Whether there were any.
    fn backslashes(&mut self, plain: &mut String) -> bool {
        let rest = self.rest();
        let count = rest.len() - rest.trim_start_matches('\\').len();
        if count == 0 || !is_variable(&rest[count..]) {
            return false;
        }
        plain.push_str(&"\\".repeat(count / 2));
        self.position += count;
        if count % 2 == 1 {
            plain.push('$');
            self.position += 1;
        }
        true
    }

    /// A backslash with what it makes literal, within braces.
    fn escaped(&self, stops: Stops) -> Option<&'static str> {
        let rest = self.rest();
        let all = [r"\}", r"\/", r"\\", r"\*", r"\?"];
        let escapes = if stops.pattern { &all[..] } else { &all[..usize::from(stops.brace)] };
        escapes.iter().find(|escape| rest.starts_with(**escape)).copied()
    }

    /// A character that is itself; `$$` is one, so that its second half begins nothing.
    fn literal(&mut self, plain: &mut String) {
        let rest = self.rest();
        let width = if rest.starts_with("$$") { 2 } else { rest.chars().next().map_or(0, char::len_utf8) };
        plain.push_str(&rest[..width]);
        self.position += width;
    }

    /// The variable at the position, if there is one or something that was meant to be.
    fn variable(&mut self) -> Option<Variable> {
        let start = self.position;
        let rest = self.rest().strip_prefix('$')?;
        let (braces, rest) = rest.strip_prefix('{').map_or((0, rest), |rest| (1, rest));
        let name = String::from(name(rest)?);
        self.position += 1 + braces + name.len();
        let operation = if braces == 0 { Operation::Value } else { self.operation(&name, start)? };
        let place = self.text.part(start..self.position);
        self.check_declared(&name, place);
        Some(Variable { name, place, operation })
    }

    /// What follows a name in braces, up to the closing one.
    fn operation(&mut self, name: &str, start: usize) -> Option<Operation> {
        let rest = self.rest();
        let operators = ["##", "#", "%%", "%", "//", "/", ":-", ":+", ":?", "-", "+", "?", "}"];
        let Some(operator) = operators.iter().find(|operator| rest.starts_with(**operator)).copied() else {
            let message = format!("expected `}}` or an operator after the name {}", literal(name));
            return self.fail(
                start,
                message,
                Some("operators: `:-`, `-`, `:+`, `+`, `:?`, `?`, `#`, `##`, `%`, `%%`, `/`, `//`"),
            );
        };
        if operator == "}" {
            self.position += 1;
            return Some(Operation::Value);
        }
        if self.depth == MAX_DEPTH {
            return self.fail(start, format!("more than {MAX_DEPTH} variables within each other"), None);
        }
        self.position += operator.len();
        self.depth += 1;
        let condition = if operator.starts_with(':') { Condition::NotEmpty } else { Condition::Set };
        let length = if operator.len() == 2 { Length::Longest } else { Length::Shortest };
        let operation = match operator {
            "##" | "#" => Operation::RemovePrefix(length, self.pattern(start, Stops::PATTERN)),
            "%%" | "%" => Operation::RemoveSuffix(length, self.pattern(start, Stops::PATTERN)),
            "//" | "/" => {
                let pattern = self.pattern(start, Stops::SEARCH);
                let slash = self.peek() == Some('/');
                self.position += usize::from(slash);
                let replacement = if slash { self.parts(Stops::WORD) } else { Vec::new() };
                Operation::Replace { all: operator == "//", pattern, replacement }
            }
            ":-" | "-" => Operation::Default(condition, self.parts(Stops::WORD)),
            ":+" | "+" => Operation::Alternative(condition, self.parts(Stops::WORD)),
            _ => Operation::Require(condition, self.parts(Stops::WORD)),
        };
        self.depth -= 1;
        if self.failed {
            return None;
        }
        if self.peek() != Some('}') {
            return self.fail(start, String::from("`${` is not closed"), Some("end it with `}`"));
        }
        self.position += 1;
        Some(operation)
    }

    fn pattern(&mut self, start: usize, stops: Stops) -> Vec<Part> {
        let parts = self.parts(stops);
        let literal = match parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text.as_str()),
            _ => None,
        };
        if !self.failed
            && let Some(Err(invalid)) = literal.map(Pattern::parse)
        {
            self.fail::<()>(start, invalid.message, invalid.help.as_deref());
        }
        parts
    }

    fn check_declared(&mut self, name: &str, place: Place) {
        let Scope { declared, always, opt_in } = self.scope;
        if declared.contains(name) || always.contains(&name) {
            return;
        }
        let error = place.error(format!("build arg {} is not declared", literal(name)));
        let known = declared.iter().chain(always).copied();
        let near = if self.problems.is_full() { None } else { nearest(name, known) };
        self.problems.push(if opt_in.contains(&name) {
            error.help(format!("to use it, declare it in `args`: `{name}:`"))
        } else if let Some(near) = near {
            error.help(format!("did you mean `{near}`?"))
        } else {
            error.help("declare it in `args`, with a default or without")
        });
    }

    /// Reports what is from `start` to the position.
    fn fail<T>(&mut self, start: usize, message: String, help: Option<&str>) -> Option<T> {
        let error = self.text.part(start..self.position).error(message);
        self.problems.push(match help {
            Some(help) => error.help(help),
            None => error,
        });
        self.failed = true;
        None
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &str {
        &self.text.as_str()[self.position..]
    }
}

/// A text that a template writes so that it means itself.
pub fn escape(text: &str) -> Cow<'_, str> {
    let mut escaped = String::new();
    let mut done = 0;
    let mut dollars = text.match_indices('$').map(|(at, _)| at).peekable();
    while let Some(at) = dollars.next() {
        if dollars.next_if_eq(&(at + 1)).is_some() || !is_variable(&text[at..]) {
            continue;
        }
        let before = &text[..at];
        let count = before.len() - before.trim_end_matches('\\').len();
        escaped.push_str(&text[done..at]);
        escaped.push_str(&"\\".repeat(count + 1));
        done = at;
    }
    if escaped.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(escaped + &text[done..]) }
}

/// Whether `text` starts with a variable, or with something that was meant to be one.
fn is_variable(text: &str) -> bool {
    let rest = text.strip_prefix('$').map(|rest| rest.strip_prefix('{').unwrap_or(rest));
    rest.and_then(name).is_some()
}

/// The name of an arg at the start of `text`.
fn name(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0 && !text.starts_with(|c: char| c.is_ascii_digit())).then(|| &text[..end])
}

/// Most bytes of a text that can hold variables.
const MAX_LENGTH: usize = 4096;
/// Most variables within each other.
const MAX_DEPTH: usize = 8;
