//! Bounds of a package's version, such as `>= 1.7`.

use std::fmt;

use crate::diagnostic::literal;
use crate::job::{Bound, Relation};
use crate::spec::decode::{Invalid, Parse};

impl Parse for Bound {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let trimmed = text.trim();
        let end = trimmed.find(|c: char| !"!<=>~".contains(c)).unwrap_or(trimmed.len());
        let (operator, rest) = trimmed.split_at(end);
        let version = rest.trim_start();
        let start = text.len() - text.trim_start().len();
        let relation = relation(operator, version).map_err(|invalid| match operator {
            "" => invalid,
            _ => invalid.at(start..start + end),
        })?;
        let from = start + trimmed.len() - version.len();
        if let Some((at, wrong)) = version.char_indices().find(|&(at, c)| !is_legal(at, c)) {
            let range = from + at..from + at + wrong.len_utf8();
            let error = Invalid::new(RULE).at(range);
            let is_list = at > 0 && (",|<>=".contains(wrong) || wrong.is_whitespace());
            return Err(if is_list { error.help("write each bound as an entry of its own") } else { error });
        }
        if version.len() > MAX_VERSION {
            return Err(Invalid::new(format!("a version has at most {MAX_VERSION} characters")));
        }
        Ok(Self { relation, version: String::from(version) })
    }
}

impl fmt::Display for Bound {
    /// As it is written in a spec.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { relation, version } = self;
        let sign = match relation {
            Relation::Eq => "=",
            Relation::Ge => ">=",
            Relation::Gt => ">",
            Relation::Le => "<=",
            Relation::Lt => "<",
        };
        write!(f, "{sign} {version}")
    }
}

/// The relation that an operator means before a version.
fn relation(operator: &str, version: &str) -> Result<Relation, Invalid> {
    if operator.is_empty() {
        return if version.starts_with(|c: char| c.is_ascii_digit()) {
            Ok(Relation::Eq)
        } else {
            Err(Invalid::new("expected a version that starts with a digit, or a relation before it")
                .help("such as `1.7` or `>= 1.7`"))
        };
    }
    let known = RELATIONS.iter().find(|(name, _)| *name == operator);
    let &(_, relation) = known.ok_or_else(|| {
        let names: Vec<_> = RELATIONS.iter().map(|(name, _)| format!("`{name}`")).collect();
        Invalid::new(format!("unknown relation {}", literal(operator)))
            .help(format!("use one of {}", names.join(", ")))
    })?;
    if version.is_empty() {
        return Err(Invalid::new(format!("expected a version after `{operator}`")));
    }
    Ok(relation)
}

/// Characters of versions in Debian (Policy 5.6.12) and in RPM (`rpm-version(7)`).
fn is_legal(position: usize, character: char) -> bool {
    character.is_ascii_alphanumeric() || position > 0 && ".+-_~^:".contains(character)
}

/// How a relation is written; the double signs are dpkg's for strict order and rpm's for equality.
const RELATIONS: [(&str, Relation); 8] = [
    ("<", Relation::Lt),
    ("<<", Relation::Lt),
    ("<=", Relation::Le),
    ("=", Relation::Eq),
    ("==", Relation::Eq),
    (">", Relation::Gt),
    (">=", Relation::Ge),
    (">>", Relation::Gt),
];

/// What a version may be; see [`is_legal`].
const RULE: &str = "a version is made of `A-Z`, `a-z`, `0-9`, `.`, `+`, `-`, `_`, `~`, `^`, `:` \
                    and starts with a letter or digit";

/// Most bytes of a version; the longest in a repository have about a hundred.
const MAX_VERSION: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_relation_is_read_with_and_without_space() {
        for (operator, relation) in RELATIONS {
            let expected = Ok(Bound { relation, version: String::from("1:2.0~rc1-3+b1") });
            assert_eq!(Bound::parse(&format!("{operator} 1:2.0~rc1-3+b1")), expected);
            assert_eq!(Bound::parse(&format!(" {operator}1:2.0~rc1-3+b1 ")), expected);
        }
    }

    #[test]
    fn a_version_alone_means_that_version() {
        assert_eq!(Bound::parse("1.7"), Ok(Bound { relation: Relation::Eq, version: String::from("1.7") }));
    }

    #[test]
    fn what_is_no_bound_is_refused_at_its_bytes() {
        for (text, range) in [
            ("", None),
            ("latest", None),
            (">=", Some(0..2)),
            ("~> 1.0", Some(0..2)),
            (" != 1", Some(1..3)),
            (">= -1", Some(3..4)),
            (">= 1, << 2", Some(4..5)),
            (">= 1 2", Some(4..5)),
            ("= 1;rm", Some(3..4)),
            ("= é", Some(2..4)),
            ("é", None),
            ("= 1é", Some(3..5)),
        ] {
            assert_eq!(Bound::parse(text).map_err(|invalid| invalid.range), Err(range), "{text}");
        }
    }
}
