//! Sources that are mounted where commands run.

use std::collections::BTreeMap;

use crate::diagnostic::Problems;
use crate::span::Spanned;
use crate::spec::decode::{Fields, Text};
use crate::spec::path::AbsolutePath;
use crate::spec::source::{Named, Source, source};
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;

/// A source at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount<S: Stage> {
    /// The path, not the root.
    pub dest: Spanned<AbsolutePath>,
    /// What is there.
    pub source: Source<S>,
}

/// The field `mounts`.
pub(super) fn mounts(
    fields: &mut Fields<'_, '_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Vec<Mount<Written>> {
    list(fields, "mounts", scope, problems)
}

/// A list of mounts.
pub(in crate::spec) fn list(
    fields: &mut Fields<'_, '_>,
    name: &'static str,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Vec<Mount<Written>> {
    let mut seen = BTreeMap::new();
    let mut mounts = Vec::new();
    for item in fields.list(name, problems) {
        let Some(mut fields) = Fields::read(item, "a mount", problems) else { continue };
        let place = item.place();
        let dest = fields.require("dest", place, problems);
        let dest = dest.and_then(|field| field.value.text("`dest`", problems));
        let place = dest.as_ref().map_or(place, Text::place);
        let dest = dest.and_then(|text| text.parse::<AbsolutePath>(problems));
        let spec = fields.require("spec", item.place(), problems);
        let source = spec.and_then(|field| {
            let named = Named { what: "a mount", place: field.place, whole: false, key: false };
            source(field.value, named, scope, problems)
        });
        fields.finish(problems);
        let (Some(dest), Some(source)) = (dest, source) else { continue };
        if dest.value.is_root() {
            problems.push(
                place.error("a mount at `/` would hide everything").help("choose a directory below it"),
            );
        } else if let Some(first) = seen.insert(dest.value.clone(), dest.span) {
            let error = place.error(format!("two mounts at `{}`", dest.value));
            problems.push(error.label(first, "first here"));
        }
        mounts.push(Mount { dest, source });
    }
    mounts
}
