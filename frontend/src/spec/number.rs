//! Numbers, modes of files and truth values, none of which is guessed.

use std::fmt;

use crate::diagnostic::{Problems, literal};
use crate::job::Rule;
use crate::span::Spanned;
use crate::spec::decode::{Fields, Shape, Text};

/// The mode of a file: its permissions and the bits setuid, setgid and sticky.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mode(u32);

impl Mode {
    /// A mode; only the bits of `0o7777` count.
    pub const fn new(bits: u32) -> Self {
        Self(bits & 0o7777)
    }

    /// Its bits.
    pub const fn bits(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0o{:o}", self.0)
    }
}

impl<'n, 't> Fields<'n, 't> {
    /// A truth value; one that is not set is false.
    pub(super) fn flag(&mut self, name: &'static str, problems: &mut Problems) -> bool {
        self.switch(name, problems).is_some_and(|flag| flag.value)
    }

    /// A truth value.
    pub(super) fn switch(&mut self, name: &'static str, problems: &mut Problems) -> Option<Spanned<bool>> {
        let text = self.scalar(name, "`true` or `false`", problems)?;
        let value = match text.as_str() {
            "true" | "True" | "TRUE" if text.is_plain() => true,
            "false" | "False" | "FALSE" if text.is_plain() => false,
            other => {
                let meant = match other.to_ascii_lowercase().as_str() {
                    "true" | "yes" | "on" | "y" | "1" => Some("true"),
                    "false" | "no" | "off" | "n" | "0" => Some("false"),
                    _ => None,
                };
                let error =
                    text.place().error(format!("`{name}` is `true` or `false`, not {}", literal(other)));
                problems.push(match meant {
                    Some(meant) if text.is_plain() => error.help(format!("write `{meant}`")),
                    Some(meant) => error.help(format!("write `{meant}` without quotes")),
                    None => error,
                });
                return None;
            }
        };
        Some(Spanned::new(value, text.place().span))
    }

    /// A number of things.
    pub(super) fn number(&mut self, name: &'static str, problems: &mut Problems) -> Option<Spanned<u32>> {
        let text = self.scalar(name, "a whole number", problems)?;
        number(&text, name, problems)
    }

    /// The mode of a file.
    pub(super) fn mode(&mut self, name: &'static str, problems: &mut Problems) -> Option<Spanned<Mode>> {
        let text = self.scalar(name, "the mode of a file", problems)?;
        mode(&text, name, problems)
    }

    /// The text of a field whose value is `expected`.
    fn scalar(
        &mut self,
        name: &'static str,
        expected: &str,
        problems: &mut Problems,
    ) -> Option<Text<'n, 't>> {
        let value = self.take(name)?.value;
        match value.shape() {
            Shape::Text => value.text(&format!("`{name}`"), problems),
            Shape::List(_) | Shape::Mapping(_) | Shape::Nothing => {
                value.unexpected(&format!("`{name}`"), expected, problems)
            }
        }
    }
}

fn number(text: &Text<'_, '_>, name: &str, problems: &mut Problems) -> Option<Spanned<u32>> {
    let written = text.as_str();
    let place = text.place();
    let error = if written.is_empty() || !written.bytes().all(|byte| byte.is_ascii_digit()) {
        let negative =
            written.strip_prefix('-').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
        let rule = if negative { "cannot be negative" } else { "is a whole number: `0`, `1`, `2`, …" };
        place.error(format!("`{name}` {rule}"))
    } else if written.len() > 1 && written.starts_with('0') {
        let digits = written.trim_start_matches('0');
        let digits = if digits.is_empty() { "0" } else { digits };
        place
            .error(format!("`{name}` is a decimal number; with a `0` before it, YAML has read octal ones"))
            .help(format!("write `{digits}`"))
    } else if let Ok(value) = written.parse() {
        return Some(Spanned::new(value, place.span));
    } else {
        place.error(format!("`{name}` is at most {}", u32::MAX))
    };
    problems.push(error);
    None
}

/// A mode is octal and says so. In quotes it is what it shows; others read it as a decimal number, and
/// one that does not say that it is octal as well.
fn mode(text: &Text<'_, '_>, name: &str, problems: &mut Problems) -> Option<Spanned<Mode>> {
    let (written, place) = (text.as_str(), text.place());
    let (marked, digits) = match written.strip_prefix("0o").or_else(|| written.strip_prefix("0O")) {
        Some(digits) => (true, digits),
        None => (written.starts_with('0'), written),
    };
    let octal = u32::from_str_radix(digits, 8).ok().filter(|_| !digits.starts_with(['+', '-']));
    let rule = format!("`{name}` is the mode of a file in octal, such as `0o644`");
    match octal {
        Some(bits) if bits > 0o7777 => {
            problems.push(place.error(format!("`{name}` is at most `0o7777`")));
            None
        }
        Some(bits) if marked => {
            if !text.is_plain() {
                let warning = place.warning(format!(
                    "{}: others read a mode in quotes as a decimal number",
                    literal(written)
                ));
                let warning = warning.rule(Rule::ModeQuoted.name());
                problems.push(warning.help(format!("write `{}` without quotes", Mode(bits))));
            }
            Some(Spanned::new(Mode(bits), place.span))
        }
        Some(bits) => {
            let error = place.error(format!("{rule}; {} does not say that it is", literal(written)));
            let decimal = digits.parse().ok().filter(|&decimal: &u32| decimal <= 0o7777);
            problems.push(error.help(match decimal {
                Some(decimal) if decimal != bits => {
                    format!("write `{}`, or `{}` for the decimal number", Mode(bits), Mode(decimal))
                }
                _ => format!("write `{}`", Mode(bits)),
            }));
            None
        }
        None => {
            let error = place.error(rule);
            let decimal = written.parse().ok().filter(|&decimal: &u32| decimal <= 0o7777);
            problems.push(match decimal {
                Some(decimal) => error.help(format!("write `{}` for the decimal number", Mode(decimal))),
                None => error,
            });
            None
        }
    }
}
