//! Which of a package's versions to take.

use std::cmp::Reverse;

use crate::job::Bound;
use crate::version::rpm::{compare, meets};
use crate::worker::dnf::{Entry, Fetched};

/// Why there is no choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No version meets the bounds.
    Bounds,
    /// Versions meet the bounds, but the worker's configuration hides them.
    Hidden,
}

/// The package, and the number of its repository, of the best priority that meets all bounds, of several the newest, of
/// these the cheapest. Bounds come first: who asks for a version means it.
pub(super) fn choose<'e>(
    bounds: &[Bound],
    entries: &'e [(usize, Entry)],
    fetched: &Fetched,
) -> Result<(usize, &'e Entry), Refusal> {
    let repository = |number: usize| &fetched.configuration.repositories[number];
    let within = || entries.iter().filter(|(_, entry)| within(&entry.version, bounds));
    let visible = within().filter(|(number, entry)| fetched.visible.has(&repository(*number).id, entry));
    let best = visible.max_by(|(m, a), (n, b)| {
        let (left, right) = (repository(*m), repository(*n));
        let priority = Reverse(left.priority).cmp(&Reverse(right.priority));
        let cost = || Reverse(left.cost).cmp(&Reverse(right.cost));
        // versions that are equal in other words are ordered by their text, equal packages by their repositories' ids
        let text = || a.version.cmp(&b.version).then_with(|| right.id.cmp(&left.id));
        priority.then_with(|| compare(&a.version, &b.version)).then_with(cost).then_with(text)
    });
    match best {
        Some((number, entry)) => Ok((*number, entry)),
        None if within().next().is_some() => Err(Refusal::Hidden),
        None => Err(Refusal::Bounds),
    }
}

/// Whether a version meets all of the bounds.
pub(super) fn within(version: &str, bounds: &[Bound]) -> bool {
    bounds.iter().all(|bound| meets(version, bound))
}
