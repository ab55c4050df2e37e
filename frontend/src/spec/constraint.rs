//! Bounds of a package's version, such as `>= 1.7`.

use crate::diagnostic::literal;
use crate::job::{Bound, Relation};
use crate::spec::decode::{Invalid, Parse};

impl Parse for Bound {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let trimmed = text.trim();
        let end =
            trimmed.find(|c: char| c.is_ascii_alphanumeric() || c.is_whitespace()).unwrap_or(trimmed.len());
        let (operator, rest) = trimmed.split_at(end);
        let version = rest.trim_start();
        let start = text.len() - text.trim_start().len();
        let relation = match operator {
            "" if version.starts_with(|c: char| c.is_ascii_digit()) => Relation::Eq,
            "" => {
                return Err(Invalid::new(format!("no version starts like {}", literal(trimmed)))
                    .help("write `=` before a version that starts with no digit"));
            }
            _ => match RELATIONS.iter().find(|(name, _)| *name == operator) {
                Some(&(_, relation)) => relation,
                None => {
                    let names: Vec<_> = RELATIONS.iter().map(|(name, _)| format!("`{name}`")).collect();
                    return Err(Invalid::new(format!("unknown relation {}", literal(operator)))
                        .help(format!("use one of {}", names.join(", ")))
                        .at(start..start + end));
                }
            },
        };
        if version.is_empty() {
            return Err(Invalid::new(format!("expected a version after {}", literal(operator))));
        }
        let from = start + trimmed.len() - version.len();
        if let Some((at, wrong)) = version.char_indices().find(|&(_, c)| !is_legal(c)) {
            let range = from + at..from + at + wrong.len_utf8();
            let error =
                Invalid::new("a version is made of `A-Z`, `a-z`, `0-9`, `.`, `+`, `-`, `_`, `~`, `^`, `:`");
            let list = matches!(wrong, ',' | '|' | '<' | '>' | '=') || wrong.is_whitespace();
            return Err(if list {
                error.help("write each bound as an entry of its own").at(range)
            } else {
                error.at(range)
            });
        }
        if version.len() > MAX_VERSION {
            return Err(Invalid::new(format!("a version has at most {MAX_VERSION} characters")));
        }
        Ok(Self { relation, version: String::from(version) })
    }
}

/// Characters of versions in Debian (Policy 5.6.12) and in RPM (`rpm-version(7)`).
fn is_legal(character: char) -> bool {
    character.is_ascii_alphanumeric() || ".+-_~^:".contains(character)
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
            (">=", None),
            ("~> 1.0", Some(0..2)),
            (" != 1", Some(1..3)),
            (">= -1", None),
            (">= 1, << 2", Some(4..5)),
            (">= 1 2", Some(4..5)),
            ("= 1;rm", Some(3..4)),
            ("= é", None),
            ("= 1é", Some(3..5)),
        ] {
            assert_eq!(Bound::parse(text).map_err(|invalid| invalid.range), Err(range), "{text}");
        }
    }
}
