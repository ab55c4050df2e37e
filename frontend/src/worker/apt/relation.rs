//! Relations between packages: the values of `Depends`, `Conflicts`, `Provides` and their like, by
//! Debian Policy 7.1.

use crate::job::{Bound, Relation};

/// One package that a relation names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative<'t> {
    /// Package name, without the architecture that may be qualified by.
    pub name: &'t str,
    /// Versions that are meant; `None` for all.
    pub bound: Option<Bound>,
    /// The relation as it is written.
    pub text: &'t str,
}

/// The comma-separated parts of a value, each a list of alternatives. What has no known form is left
/// out: it is apt's business, and nothing can be said of it.
pub fn groups(value: &str) -> impl Iterator<Item = Vec<Alternative<'_>>> {
    value
        .split(',')
        .map(|group| group.split('|').filter_map(alternative).collect::<Vec<_>>())
        .filter(|group| !group.is_empty())
}

/// The names that a value of `Provides` has, each with the version it is provided in.
pub fn provides(value: &str) -> impl Iterator<Item = (&str, Option<String>)> {
    value.split(',').filter_map(alternative).map(|provided| {
        let version =
            provided.bound.filter(|bound| bound.relation == Relation::Eq).map(|bound| bound.version);
        (provided.name, version)
    })
}

fn alternative(text: &str) -> Option<Alternative<'_>> {
    let text = text.trim();
    let (name, bound) = match text.split_once('(') {
        None => (text, None),
        Some((name, rest)) => (name.trim_end(), Some(bound(rest.split_once(')')?.0)?)),
    };
    let name = name.split_once(':').map_or(name, |(name, _architecture)| name);
    (!name.is_empty() && !name.contains(char::is_whitespace)).then_some(Alternative { name, bound, text })
}

fn bound(text: &str) -> Option<Bound> {
    let text = text.trim();
    let at = text.find(|sign| !matches!(sign, '<' | '=' | '>'))?;
    let (sign, version) = text.split_at(at);
    let relation = match sign {
        "=" => Relation::Eq,
        // the single signs are old words for these
        ">=" | ">" => Relation::Ge,
        ">>" => Relation::Gt,
        "<=" | "<" => Relation::Le,
        "<<" => Relation::Lt,
        _ => return None,
    };
    Some(Bound { relation, version: version.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(value: &str) -> Vec<Vec<String>> {
        let words = |one: Alternative<'_>| match one.bound {
            None => one.name.to_owned(),
            Some(bound) => format!("{} {:?} {}", one.name, bound.relation, bound.version),
        };
        groups(value).map(|group| group.into_iter().map(words).collect()).collect()
    }

    #[test]
    fn signs_alternatives_and_qualifiers_are_read() {
        let groups = check("a, b:any (>= 1:2~), c(<<3)|d (= 4)\n , e [amd64], (, , f (~ 1), g (>> ");
        assert_eq!(groups, [vec!["a"], vec!["b Ge 1:2~"], vec!["c Lt 3", "d Eq 4"]]);
    }

    #[test]
    fn provided_names_may_have_a_version() {
        let provided: Vec<_> = provides("awk, libssl3 (= 3.5-1), x:any, odd (>= 2)").collect();
        let version = Some("3.5-1".to_owned());
        assert_eq!(provided, [("awk", None), ("libssl3", version), ("x", None), ("odd", None)]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(value in "[a(:|,<=> )\n]{0,30}") {
            for one in groups(&value).flatten() {
                prop_assert!(value.contains(one.text) && one.text.starts_with(one.name));
            }
        }
    }
}
