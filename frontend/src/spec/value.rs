//! Values that may depend on build args.

use crate::diagnostic::Problems;
use crate::span::Spanned;
use crate::spec::decode::{Parse, Text};
use crate::spec::template::{self, Scope, Template};

/// A value of a field in which build args are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<T> {
    /// One that is known without build args, and therefore well formed.
    Known(Spanned<T>),
    /// One that is known when the build args are.
    Template(Template),
}

impl<T: Parse> Value<T> {
    /// The value that a text writes; `what` begins sentences about it.
    pub(super) fn of(
        text: &Text<'_, '_>,
        what: &str,
        scope: Scope<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let template = template::parse(text, what, scope, problems)?;
        match template.literal() {
            Some(_) => text.parse(problems).map(Self::Known),
            None => Some(Self::Template(template)),
        }
    }
}
