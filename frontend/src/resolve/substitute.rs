//! Build args in the place of their uses.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Problems, literal};
use crate::resolve::argument::Arguments;
use crate::span::Spanned;
use crate::spec::{Condition, Operation, Parse, Part, Pattern, Template, Value, Variable};

impl Arguments {
    /// The value with its build args replaced. Why it is none is reported.
    pub(super) fn apply<T: Clone + Parse>(
        &self,
        value: &Value<T>,
        problems: &mut Problems,
    ) -> Option<Spanned<T>> {
        match value {
            Value::Known(value) => Some(value.clone()),
            Value::Template(template) => self.expand(template, problems),
        }
    }

    fn expand<T: Parse>(&self, template: &Template, problems: &mut Problems) -> Option<Spanned<T>> {
        let text = match self.parts(&template.parts) {
            Ok(text) => text,
            Err(error) => {
                problems.push(*error);
                return None;
            }
        };
        match T::parse(&text) {
            Ok(value) => Some(Spanned::new(value, template.place.span)),
            Err(invalid) => {
                let mut error = invalid.diagnostic(template.place);
                error.message = format!("{}; with its build args this is {}", error.message, literal(&text));
                problems.push(error);
                None
            }
        }
    }

    fn parts(&self, parts: &[Part]) -> Result<String, Box<Diagnostic>> {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Variable(variable) => {
                    text.push_str(&self.variable(variable)?);
                    if text.len() > MAX_LENGTH {
                        let message =
                            format!("with this build arg the text is longer than {MAX_LENGTH} bytes");
                        return Err(Box::new(variable.place.error(message)));
                    }
                }
            }
        }
        Ok(text)
    }

    fn variable<'a>(&'a self, variable: &'a Variable) -> Result<Cow<'a, str>, Box<Diagnostic>> {
        let Variable { name, place, operation } = variable;
        let value = self.value(name);
        if value.is_some_and(|value| value.len() > MAX_LENGTH) {
            let message = format!("the value of `{name}` is longer than {MAX_LENGTH} bytes");
            return Err(Box::new(place.error(message)));
        }
        let given = |condition: &Condition| match condition {
            Condition::NotEmpty => value.filter(|value| !value.is_empty()),
            Condition::Set => value,
        };
        let set = || {
            value.ok_or_else(|| {
                let error = place.error(format!("build arg `{name}` is not set"));
                Box::new(
                    error
                        .help(format!("give it a value with `--build-arg {name}=…`, or a default in `args`")),
                )
            })
        };
        let pattern = |parts: &[Part]| {
            let pattern = Pattern::parse(&self.parts(parts)?);
            pattern.map_err(|invalid| Box::new(invalid.diagnostic(*place)))
        };
        Ok(match operation {
            Operation::Value => Cow::Borrowed(set()?),
            Operation::Alternative(condition, word) => match given(condition) {
                Some(_) => Cow::Owned(self.parts(word)?),
                None => Cow::Borrowed(""),
            },
            Operation::Default(condition, word) => match given(condition) {
                Some(value) => Cow::Borrowed(value),
                None => Cow::Owned(self.parts(word)?),
            },
            Operation::Require(condition, word) => match given(condition) {
                Some(value) => Cow::Borrowed(value),
                None => return Err(Box::new(self.required(variable, word)?)),
            },
            Operation::RemovePrefix(length, parts) => {
                Cow::Borrowed(pattern(parts)?.without_prefix(set()?, *length))
            }
            Operation::RemoveSuffix(length, parts) => {
                Cow::Borrowed(pattern(parts)?.without_suffix(set()?, *length))
            }
            Operation::Replace { all, pattern: parts, replacement } => {
                let replacement = self.parts(replacement)?;
                Cow::Owned(pattern(parts)?.replace(set()?, &replacement, *all))
            }
        })
    }

    /// The error of a `?`.
    fn required(&self, variable: &Variable, word: &[Part]) -> Result<Diagnostic, Box<Diagnostic>> {
        let Variable { name, place, .. } = variable;
        let reason = match self.parts(word)? {
            reason if reason.is_empty() => format!("build arg `{name}` has no value"),
            reason => format!("build arg `{name}`: {}", reason.escape_debug()),
        };
        Ok(place.error(reason).help(format!("give it a value with `--build-arg {name}=…`")))
    }
}

/// Most bytes of a build arg's value and of a text with its args replaced.
const MAX_LENGTH: usize = 4096;
