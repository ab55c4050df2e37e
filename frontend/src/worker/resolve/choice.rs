//! Which of a package's versions to take.

use std::collections::BTreeMap;

use crate::job::Bound;
use crate::version::deb::{compare, meets};
use crate::worker::apt::Stanza;

/// Why there is no choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No version meets the bounds.
    Bounds,
    /// Versions meet the bounds, but the preferences forbid them.
    Preferences,
}

/// The version of the highest priority that meets all bounds, and of several the newest.
///
/// `priorities` has what apt says of the package's versions; one that it does not name is not for sale.
pub(super) fn choose<'s>(
    bounds: &[Bound],
    stanzas: &'s [Stanza],
    priorities: Option<&BTreeMap<String, i32>>,
) -> Result<&'s str, Refusal> {
    let within =
        || stanzas.iter().map(|stanza| stanza.version.as_str()).filter(|version| within(version, bounds));
    let priority = |version: &str| priorities.and_then(|priorities| priorities.get(version)).copied();
    let allowed = within()
        .filter_map(|version| Some((priority(version)?, version)).filter(|(priority, _)| *priority >= 0));
    // versions that are equal in other words are ordered by their text
    let best = allowed.max_by(|(p, v), (q, w)| p.cmp(q).then_with(|| compare(v, w)).then_with(|| v.cmp(w)));
    match best {
        Some((_, version)) => Ok(version),
        None if within().next().is_some() => Err(Refusal::Preferences),
        None => Err(Refusal::Bounds),
    }
}

/// Whether a version meets all of the bounds.
pub(super) fn within(version: &str, bounds: &[Bound]) -> bool {
    bounds.iter().all(|bound| meets(version, bound))
}
