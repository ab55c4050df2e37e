//! Options as they arrive in the environment, taken out one by one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use crate::diagnostic::{Diagnostic, Problems, literal};

/// Why a value was refused, said as what would have been right: a phrase that follows "expected".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected(pub Cow<'static, str>);

impl Expected {
    /// A fixed phrase.
    pub const fn phrase(phrase: &'static str) -> Self {
        Self(Cow::Borrowed(phrase))
    }
}

impl From<String> for Expected {
    fn from(phrase: String) -> Self {
        Self(Cow::Owned(phrase))
    }
}

/// What the engine put into the environment, and what was found wrong with it so far.
#[derive(Debug, Default)]
pub(super) struct Options {
    values: BTreeMap<String, Vec<u8>>,
    variables: BTreeMap<&'static str, Vec<u8>>,
    problems: Problems,
}

impl Options {
    /// Sorts the environment: `BUILDKIT_FRONTEND_OPT_<n>=key=value` and the variables beside it.
    pub(super) fn read(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut options = Self::default();
        for (variable, value) in environment {
            let value = value.into_vec();
            if let Some(&name) = VARIABLES.iter().find(|name| variable == **name) {
                options.variables.insert(name, value);
            } else if is_option(&variable.into_vec()) {
                options.insert(&value);
            }
        }
        options
    }

    /// The value of a variable that is no option; empty counts as unset.
    pub(super) fn variable(&mut self, name: &'static str) -> Option<String> {
        let value = self.variables.remove(name).filter(|value| !value.is_empty())?;
        self.text(name, value)
    }

    /// Takes an option out, empty or not.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let value = self.values.remove(name)?;
        self.text(name, value)
    }

    /// Takes an option out; empty counts as unset, as old clients send `cache-from=`.
    pub(super) fn filled(&mut self, name: &str) -> Option<String> {
        self.take(name).filter(|value| !value.is_empty())
    }

    /// Takes an option out and reads it; a problem when it cannot be read.
    pub(super) fn parse<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, Expected>,
    ) -> Option<T> {
        let value = self.filled(name)?;
        self.checked(name, &value, read)
    }

    /// Reads a value that was taken out before; a problem when it cannot be read.
    pub(super) fn checked<T>(
        &mut self,
        name: &str,
        value: &str,
        read: impl FnOnce(&str) -> Result<T, Expected>,
    ) -> Option<T> {
        match read(value) {
            Ok(read) => Some(read),
            Err(expected) => {
                self.problems.push(refusal(name, value, &expected));
                None
            }
        }
    }

    /// Takes out all options `prefix` + key, by key.
    pub(super) fn family(&mut self, prefix: &str) -> BTreeMap<String, String> {
        let names: Vec<String> =
            self.values.keys().filter(|name| name.starts_with(prefix)).cloned().collect();
        let taken = names.into_iter().map(|name| (name[prefix.len()..].to_owned(), self.take(&name)));
        taken.filter_map(|(key, value)| Some((key, value?))).collect()
    }

    /// Adds a problem that is about more than one option.
    pub(super) fn problem(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }

    /// What another frontend is told that builds a part of this build: all but where the spec and the context are, what
    /// is asked, and what becomes of the result.
    pub(super) fn forwarded(&self) -> BTreeMap<String, String> {
        self.without(|name| {
            let (family, _) = name.split_once(':').unwrap_or((name, ""));
            OWN.contains(&name) || OWN_FAMILIES.contains(&family)
        })
    }

    /// What another frontend is told that builds all of this build: all but where the spec and a remote context are,
    /// who builds, and which target and question it is.
    pub(super) fn handed_on(&self) -> BTreeMap<String, String> {
        let context = self.values.get("contextkey").and_then(|name| std::str::from_utf8(name).ok());
        self.without(|name| OF_THE_SPEC.contains(&name) || Some(name) == context)
    }

    fn without(&self, known: impl Fn(&str) -> bool) -> BTreeMap<String, String> {
        let text =
            |(name, value): (&String, &Vec<u8>)| Some((name.clone(), String::from_utf8(value.clone()).ok()?));
        self.values.iter().filter(|(name, _)| !known(name)).filter_map(text).collect()
    }

    /// The options nobody took, as text, and all problems.
    pub(super) fn finish(self) -> (BTreeMap<String, String>, Problems) {
        let text = |value: Vec<u8>| String::from_utf8_lossy(&value).into_owned();
        (self.values.into_iter().map(|(name, value)| (name, text(value))).collect(), self.problems)
    }

    fn insert(&mut self, pair: &[u8]) {
        let mut parts = pair.splitn(2, |&byte| byte == b'=');
        let name = parts.next().unwrap_or_default();
        let value = parts.next().unwrap_or_default().to_vec();
        let Ok(name) = std::str::from_utf8(name) else {
            let name = String::from_utf8_lossy(name).into_owned();
            self.problems.push(Diagnostic::error(None, format!("option {} is not UTF-8", literal(&name))));
            return;
        };
        let before = self.values.insert(name.to_owned(), value);
        if before.is_some_and(|before| before != self.values[name]) {
            let message = format!("option {} is given twice with different values", literal(name));
            self.problems.push(Diagnostic::error(None, message));
        }
    }

    fn text(&mut self, name: &str, value: Vec<u8>) -> Option<String> {
        let text = String::from_utf8(value).ok();
        if text.is_none() {
            let message = format!("the value of option {} is not UTF-8", literal(name));
            self.problems.push(Diagnostic::error(None, message));
        }
        text
    }
}

/// Options that are for the spec's frontend alone.
const OWN: &[&str] = &[
    "build-arg:BUILDKIT_MULTI_PLATFORM",
    "build-arg:BUILDKIT_SYNTAX",
    "cmdline",
    "context",
    "contextkey",
    "contextsubdir",
    "dalec.target",
    "dockerfilekey",
    "filename",
    "frontend.caps",
    "multi-platform",
    "platform",
    "requestid",
    "source",
    "target",
];

/// Options that tell where a spec is and what is asked of it.
const OF_THE_SPEC: &[&str] = &[
    "build-arg:BUILDKIT_SYNTAX",
    "cmdline",
    "context",
    "contextkey",
    "contextsubdir",
    "dalec.target",
    "dockerfilekey",
    "filename",
    "frontend.caps",
    "requestid",
    "source",
    "target",
];

/// Families of such options.
const OWN_FAMILIES: &[&str] = &["attest", "label"];

/// The diagnostic for an option whose value is not `expected`.
pub(super) fn refusal(name: &str, value: &str, expected: &Expected) -> Diagnostic {
    let value = literal(&without_password(value));
    Diagnostic::error(None, format!("option {} is {value}: expected {}", literal(name), expected.0))
}

/// A URL without the password that it may hold, for a message that may end up in a public log.
pub(super) fn without_password(value: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = value.split_once("://") else { return Cow::Borrowed(value) };
    let place = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match place.rsplit_once('@').map(|(user, _)| user).and_then(|user| user.split_once(':')) {
        Some((user, password)) => {
            let after = &rest[user.len() + 1 + password.len()..];
            Cow::Owned(format!("{scheme}://{user}:…{after}"))
        }
        None => Cow::Borrowed(value),
    }
}

fn is_option(variable: &[u8]) -> bool {
    let number = variable.strip_prefix(b"BUILDKIT_FRONTEND_OPT_");
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// `BuildKit`'s variables that are no options, from `frontend/gateway/gateway.go`.
const VARIABLES: [&str; 3] = ["BUILDKIT_EXPORTEDPRODUCT", "BUILDKIT_SESSION_ID", "BUILDKIT_WORKERS"];

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use proptest::prelude::*;

    use super::*;

    fn read(pairs: &[(&str, &[u8])]) -> Options {
        Options::read(pairs.iter().map(|(name, value)| (name.into(), OsString::from_vec(value.to_vec()))))
    }

    #[test]
    fn a_value_is_split_at_its_first_equals_sign_and_keeps_newlines() {
        let mut options = read(&[("BUILDKIT_FRONTEND_OPT_7", b"build-arg:A=b=c\nd")]);
        assert_eq!(options.take("build-arg:A").as_deref(), Some("b=c\nd"));
    }

    #[test]
    fn other_variables_are_not_options() {
        let options = read(&[
            ("PATH", b"target=x"),
            ("BUILDKIT_FRONTEND_OPT_", b"target=x"),
            ("BUILDKIT_FRONTEND_OPT_1a", b"target=x"),
        ]);
        assert_eq!(options.finish(), (BTreeMap::new(), Problems::default()));
    }

    #[test]
    fn text_that_is_not_utf8_is_a_problem_only_where_it_is_wanted() {
        let mut options =
            read(&[("BUILDKIT_FRONTEND_OPT_0", b"target=\xff"), ("BUILDKIT_FRONTEND_OPT_1", b"odd=\xff")]);
        assert_eq!(options.take("target"), None);
        let (ignored, problems) = options.finish();
        assert_eq!(ignored["odd"], "\u{fffd}");
        assert_eq!(problems.iter().count(), 1);
    }

    #[test]
    fn an_option_given_twice_is_a_problem_unless_both_agree() {
        let same =
            read(&[("BUILDKIT_FRONTEND_OPT_0", b"target=x"), ("BUILDKIT_FRONTEND_OPT_1", b"target=x")]);
        assert!(same.finish().1.is_empty());
        let other =
            read(&[("BUILDKIT_FRONTEND_OPT_0", b"target=x"), ("BUILDKIT_FRONTEND_OPT_1", b"target=y")]);
        assert!(other.finish().1.has_errors());
    }

    #[test]
    fn a_password_is_not_repeated_in_a_message() {
        let shown = |value| refusal("context", value, &Expected::phrase("x")).message;
        assert_eq!(
            shown("https://me:secret@example.org/a b.git"),
            "option `context` is `https://me:…@example.org/a b.git`: expected x"
        );
        assert_eq!(shown("a:b@c"), "option `context` is `a:b@c`: expected x");
    }

    proptest! {
        #[test]
        fn any_environment_is_read(pairs in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)), 0..8)) {
            let environment = pairs.into_iter().map(|(number, value)| {
                (OsString::from(format!("BUILDKIT_FRONTEND_OPT_{number}")), OsString::from_vec(value))
            });
            let mut options = Options::read(environment);
            options.family("");
            options.finish();
        }
    }
}
