//! `targets`: what is different for one target.

use crate::diagnostic::{Problems, literal};
use crate::span::Spanned;
use crate::spec::decode::{Field, Fields};
use crate::spec::dependency::{self, Dependency};
use crate::spec::template::Scope;

/// An entry of the field `targets`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The target it is about, such as `trixie`; the place is that of the key.
    pub key: Spanned<String>,
    /// Packages in place of those of the spec; none: those of the spec.
    pub dependencies: Vec<Dependency>,
}

/// The field `targets`.
pub(super) fn targets(
    field: Option<Field<'_, '_>>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Vec<Target> {
    let entries = field.and_then(|field| field.value.mapping("`targets`", problems));
    let mut targets = Vec::new();
    for entry in entries.unwrap_or_default() {
        let mut fields = Fields::of(entry.value, &literal(entry.key), problems);
        let dependencies = dependency::dependencies(fields.take("dependencies"), scope, problems);
        fields.refuse(OTHERS, "what works now for a target is `dependencies: {sysext: …}`", problems);
        fields.finish(OTHERS, problems);
        let key = Spanned::new(String::from(entry.key), entry.place.span);
        targets.push(Target { key, dependencies });
    }
    targets
}

/// Fields of the language that nothing here works with.
const OTHERS: &[&str] =
    &["artifacts", "conflicts", "frontend", "image", "package_config", "provides", "replaces", "tests"];
