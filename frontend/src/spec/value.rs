//! Values that may depend on build args.

use crate::diagnostic::Problems;
use crate::span::{Span, Spanned};
use crate::spec::decode::{Parse, Place, Text};
use crate::spec::template::{self, Part, Scope, Template};

/// A value of a field in which build args are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<T> {
    /// One that is known without build args, and therefore well formed.
    Known(Spanned<T>),
    /// One that is known when the build args are.
    /// It is boxed, since nearly all values are known.
    Template(Box<Template>),
}

impl<T> Value<T> {
    /// A value that is known.
    pub(super) fn known(value: T, span: Span) -> Self {
        Self::Known(Spanned::new(value, span))
    }

    /// The value, when it is known without build args.
    pub fn as_known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(&value.value),
            Self::Template(_) => None,
        }
    }

    /// Two values that make one: when both are known, by `make`; else as a text with `between` between them.
    pub(super) fn join<A: ToString, B: ToString>(
        a: Value<A>,
        between: &str,
        b: Value<B>,
        place: Place,
        make: impl FnOnce(A, B) -> T,
    ) -> Self {
        let (a, b) = match (a, b) {
            (Value::Known(a), Value::Known(b)) => return Self::known(make(a.value, b.value), place.span),
            (a, b) => (a.into_parts(), b.into_parts()),
        };
        let between = Part::Text(String::from(between));
        Self::Template(Box::new(Template { parts: a.into_iter().chain([between]).chain(b).collect(), place }))
    }

    fn into_parts(self) -> Vec<Part>
    where
        T: ToString,
    {
        match self {
            Self::Known(value) => vec![Part::Text(value.value.to_string())],
            Self::Template(template) => template.parts,
        }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Known(value) => value.span,
            Self::Template(template) => template.place.span,
        }
    }
}

impl<T: Parse> Value<T> {
    /// The value that a text writes; `what` begins sentences about it.
    pub(super) fn of(
        text: &Text<'_, '_>,
        what: &str,
        scope: Scope<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        if !text.as_str().contains('$') {
            return text.parse(problems).map(Self::Known);
        }
        let template = template::parse(text, what, scope, problems)?;
        let Some(literal) = template.literal() else { return Some(Self::Template(Box::new(template))) };
        if literal == text.as_str() {
            return text.parse(problems).map(Self::Known);
        }
        match T::parse(literal) {
            Ok(value) => Some(Self::known(value, template.place.span)),
            Err(invalid) => {
                problems.push(invalid.diagnostic(template.place));
                None
            }
        }
    }
}
