//! Build args in the place of their uses.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Problems, literal};
use crate::resolve::argument::Arguments;
use crate::span::Spanned;
use crate::spec::{Condition, Operation, Parse, Part, Pattern, Template, Value, Variable};

impl Arguments {
    /// The value with its build args replaced. Why it is none is reported.
    pub(super) fn value_of<T: Clone + Parse>(
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    use expect_test::expect;

    use super::*;
    use crate::resolve::{Platform, Resolved, Selection, resolve};
    use crate::spec::Spec;

    fn args(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| (String::from(*name), String::from(*value))).collect()
    }

    fn run(text: &str, build_args: &BTreeMap<String, String>) -> (Option<Resolved>, Problems) {
        let mut problems = Problems::default();
        let Some(spec) = Spec::parse(text, &mut problems) else { return (None, problems) };
        let selection = Selection {
            target: "trixie",
            platform: Platform { os: "linux", architecture: "arm", variant: Some("v7") },
            build_platform: Platform { os: "linux", architecture: "amd64", variant: None },
            build_args,
            known_targets: &["trixie"],
        };
        match resolve(&spec, &selection) {
            Ok((resolved, _)) => (Some(resolved), problems),
            Err(problems) => (None, problems),
        }
    }

    /// What a text in `revision` becomes, with `A=1.2.3-4`, `EMPTY` empty and nothing for the epoch.
    fn check_text(text: &str, expected: Result<&str, &str>) {
        let quoted = text.replace('\'', "''");
        let spec = format!("{{args: {{A: , B: b, EMPTY: }}, name: n, version: 1, revision: '{quoted}'}}");
        let build_args = args(&[("A", "1.2.3-4")]);
        let (resolved, problems) = run(&spec, &build_args);
        let found = resolved.map(|resolved| resolved.revision);
        let message = problems.iter().map(|problem| problem.message.as_str()).next();
        assert_eq!(found.as_deref().ok_or(message.unwrap_or_default()), expected, "{text}");
    }

    #[test]
    fn build_args_are_replaced_as_in_a_dockerfile() {
        for (text, expected) in [
            ("$A", "1.2.3-4"),
            ("x$A.${B}y", "x1.2.3-4.by"),
            ("${A:-x}", "1.2.3-4"),
            ("x${EMPTY}", "x"),
            ("x${EMPTY-y}", "x"),
            ("x${EMPTY:-y}", "xy"),
            ("x${EMPTY:-${EMPTY:-$B}c}", "xbc"),
            ("x${SOURCE_DATE_EPOCH-y}", "xy"),
            ("x${SOURCE_DATE_EPOCH+y}", "x"),
            ("x${A:+$B}", "xb"),
            ("x${EMPTY:+y}", "x"),
            ("x${EMPTY+y}", "xy"),
            ("${A:?unused}", "1.2.3-4"),
            ("x${EMPTY?unused}", "x"),
            ("${A#*.}", "2.3-4"),
            ("${A##*.}", "3-4"),
            ("${A%.*}", "1.2"),
            ("${A%%.*}", "1"),
            ("${A%-4}", "1.2.3"),
            ("${A/./_}", "1_2.3-4"),
            ("${A//./_}", "1_2_3-4"),
            ("${A//[.]/_}", "1.2.3-4"),
            ("${A//.}", "123-4"),
            ("${A/${A%.*}./$B}", "b3-4"),
            ("${B/b/a}", "a"),
        ] {
            check_text(text, Ok(expected));
        }
    }

    #[test]
    fn what_is_no_build_arg_is_text() {
        let rule = "a revision is made of `A-Z`, `a-z`, `0-9`, `+`, `-`, `.`, `_`, `~`, `^` and starts with a \
                    letter or digit; with its build args this is ";
        for (text, whole) in [
            ("$A$", "`1.2.3-4$`"),
            ("$A$$B", "`1.2.3-4$$B`"),
            ("$A$1", "`1.2.3-4$1`"),
            ("$A${1}", "`1.2.3-4${1}`"),
            ("$A${}", "`1.2.3-4${}`"),
            (r"$A\$B", "`1.2.3-4$B`"),
            (r"$A\\$B", r"`1.2.3-4\b`"),
            (r"$A\\\${B}", r"`1.2.3-4\${B}`"),
            ("'$A'", "`'1.2.3-4'`"),
            ("\"$A\"", "`\"1.2.3-4\"`"),
            (r"${EMPTY:-a\}b}", "`a}b`"),
            (r"${EMPTY:-a\b}", r"`a\b`"),
        ] {
            check_text(text, Err(&format!("{rule}{whole}")));
        }
    }

    #[test]
    fn what_has_no_value_or_too_much_is_an_error() {
        for (text, message) in [
            ("$SOURCE_DATE_EPOCH", "build arg `SOURCE_DATE_EPOCH` is not set"),
            ("${SOURCE_DATE_EPOCH#1}", "build arg `SOURCE_DATE_EPOCH` is not set"),
            ("${EMPTY:?say $B}", "build arg `EMPTY`: say b"),
            ("${A#$EMPTY}", "a pattern cannot be empty"),
        ] {
            check_text(text, Err(message));
        }
        let long = "x".repeat(4000);
        let build_args = args(&[("A", &long)]);
        let spec = "{args: {A: }, name: n, version: '${A//x/$A}'}";
        let (_, problems) = run(spec, &build_args);
        let messages: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages, ["with this build arg the text is longer than 4096 bytes"]);
    }

    #[test]
    fn platform_args_are_those_of_the_build_once_they_are_declared() {
        let names = [
            "BUILDARCH",
            "BUILDOS",
            "BUILDPLATFORM",
            "BUILDVARIANT",
            "DALEC_TARGET",
            "TARGETARCH",
            "TARGETOS",
            "TARGETPLATFORM",
            "TARGETVARIANT",
        ];
        let build_args = args(&[("TARGETARCH", "of-the-user")]);
        let mut found = String::new();
        for name in names {
            let text = format!("{{args: {{{name}: mine}}, name: n, version: 'x${{{name}//\\//.}}'}}");
            let (resolved, problems) = run(&text, &build_args);
            assert_eq!(problems, Problems::default());
            writeln!(found, "{name} {}", resolved.unwrap().version.value).unwrap();
        }
        expect![[r"
            BUILDARCH xamd64
            BUILDOS xlinux
            BUILDPLATFORM xlinux.amd64
            BUILDVARIANT x
            DALEC_TARGET xtrixie
            TARGETARCH xarm
            TARGETOS xlinux
            TARGETPLATFORM xlinux.arm.v7
            TARGETVARIANT xv7
        "]]
        .assert_eq(&found);
    }
}
