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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Relation;

    /// `versions` are of the form `VERSION@PRIORITY`, or a version that apt does not tell of.
    fn check(versions: &str, bounds: &[(Relation, &str)]) -> Result<String, Refusal> {
        let (mut stanzas, mut priorities) = (Vec::new(), BTreeMap::new());
        for word in versions.split(' ') {
            let (version, priority) = word.split_once('@').unwrap_or((word, ""));
            stanzas.push(Stanza { version: version.to_owned(), ..Stanza::default() });
            priorities.extend(priority.parse().map(|priority| (version.to_owned(), priority)));
        }
        let bound = |&(relation, version): &(Relation, &str)| Bound { relation, version: version.to_owned() };
        let bounds: Vec<Bound> = bounds.iter().map(bound).collect();
        choose(&bounds, &stanzas, Some(&priorities)).map(str::to_owned)
    }

    #[test]
    fn the_newest_of_the_highest_priority_is_taken() {
        assert_eq!(check("1.9@500 1.10@500 1.8@500", &[]), Ok("1.10".to_owned()));
        assert_eq!(check("1.7@500 1.8~bpo13+1@100", &[]), Ok("1.7".to_owned()));
        assert_eq!(check("1.7@990 1.8@500", &[]), Ok("1.7".to_owned()));
        assert_eq!(check("1.0@500 1.00@500", &[]), check("1.00@500 1.0@500", &[]));
    }

    #[test]
    fn bounds_come_before_priorities() {
        let bounds = [(Relation::Gt, "1.7"), (Relation::Lt, "2")];
        assert_eq!(check("1.7@500 1.8~bpo13+1@100 2@500", &bounds), Ok("1.8~bpo13+1".to_owned()));
        assert_eq!(check("1.7@500 2@500", &bounds), Err(Refusal::Bounds));
    }

    #[test]
    fn what_preferences_forbid_is_never_taken() {
        assert_eq!(check("1@-1", &[]), Err(Refusal::Preferences));
        assert_eq!(check("1", &[]), Err(Refusal::Preferences));
        assert_eq!(check("1@0 2@-1", &[]), Ok("1".to_owned()));
        assert_eq!(check("1@500 2@-1", &[(Relation::Ge, "2")]), Err(Refusal::Preferences));
        assert_eq!(check("1@-1", &[(Relation::Ge, "2")]), Err(Refusal::Bounds));
    }
}
