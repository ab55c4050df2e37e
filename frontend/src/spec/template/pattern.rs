//! The patterns of `${NAME#pattern}` and its kin: `*`, `?`, and `\` before what is meant literally.

use std::ops::Range;

use crate::spec::decode::Invalid;
use crate::spec::template::Length;

/// A pattern, ready to be matched.
///
/// Matching follows all ways through the pattern at once, one bit each, so that its time is bounded
/// by the square of the text's length whatever the pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<Token>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// `*`: any characters, or none.
    Any,
    /// One character, itself.
    Character(char),
    /// `?`: one character.
    One,
}

impl Pattern {
    /// Most tokens: one less than the bits in which their states are kept.
    pub const MAX: usize = 127;

    /// The pattern that `text` writes.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let mut tokens = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            tokens.push(match character {
                '*' if tokens.last() == Some(&Token::Any) => continue,
                '*' => Token::Any,
                '?' => Token::One,
                '\\' => match characters.next() {
                    Some(escaped @ ('*' | '?' | '\\' | '/' | '}')) => Token::Character(escaped),
                    _ => {
                        return Err(Invalid::new(
                            "a `\\` in a pattern stands before `*`, `?`, `/`, `}` or `\\`",
                        )
                        .help("write `\\\\` for a backslash"));
                    }
                },
                other => Token::Character(other),
            });
        }
        match tokens.len() {
            0 => Err(Invalid::new("a pattern cannot be empty")),
            1..=Self::MAX => Ok(Self(tokens)),
            _ => Err(Invalid::new(format!("a pattern has at most {} characters", Self::MAX))),
        }
    }

    /// `text` without a start that matches.
    pub fn without_prefix<'t>(&self, text: &'t str, length: Length) -> &'t str {
        &text[self.ends(text.char_indices().map(|(at, c)| (c, at + c.len_utf8())), length).unwrap_or(0)..]
    }

    /// `text` without an end that matches.
    pub fn without_suffix<'t>(&self, text: &'t str, length: Length) -> &'t str {
        let reversed = Self(self.0.iter().rev().copied().collect());
        let characters = text.char_indices().rev().map(|(at, c)| (c, at));
        let end = if reversed.matches_nothing() && length == Length::Shortest {
            text.len()
        } else {
            reversed.ends(characters, length).unwrap_or(text.len())
        };
        &text[..end]
    }

    /// `text` with `replacement` for the first place that matches, or for all, each the longest
    /// from where it starts. A place without characters is none.
    pub fn replace(&self, text: &str, replacement: &str, all: bool) -> String {
        let mut out = String::new();
        let mut done = 0;
        while let Some(found) = self.find(text, done) {
            out.push_str(&text[done..found.start]);
            out.push_str(replacement);
            done = found.end;
            if !all {
                break;
            }
        }
        out.push_str(&text[done..]);
        out
    }

    fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        text[from..].char_indices().find_map(|(offset, _)| {
            let start = from + offset;
            let characters = text[start..].char_indices().map(|(at, c)| (c, start + at + c.len_utf8()));
            let end = self.ends(characters, Length::Longest)?;
            (end > start).then_some(start..end)
        })
    }

    /// The position after the shortest or longest match at the start of some characters, each with
    /// the position after it. `None` when nothing matches, or only what has no characters.
    fn ends(&self, characters: impl Iterator<Item = (char, usize)>, length: Length) -> Option<usize> {
        let accepting: States = 1 << self.0.len();
        let mut states = self.skip_any(1);
        let mut end = None;
        if length == Length::Shortest && states & accepting != 0 {
            return None;
        }
        for (character, after) in characters {
            states = self.step(states, character);
            if states & accepting != 0 {
                end = Some(after);
                if length == Length::Shortest {
                    break;
                }
            }
            if states == 0 {
                break;
            }
        }
        end
    }

    fn matches_nothing(&self) -> bool {
        self.skip_any(1) >> self.0.len() & 1 == 1
    }

    /// The states after a character.
    fn step(&self, states: States, character: char) -> States {
        let mut next = 0;
        for (at, token) in self.0.iter().enumerate() {
            if states >> at & 1 == 0 {
                continue;
            }
            match token {
                Token::Any => next |= 1 << at,
                Token::Character(expected) if *expected != character => {}
                Token::Character(_) | Token::One => next |= 1 << (at + 1),
            }
        }
        self.skip_any(next)
    }

    /// The same with the states after each `*` that matches nothing.
    fn skip_any(&self, mut states: States) -> States {
        for (at, token) in self.0.iter().enumerate() {
            if *token == Token::Any && states >> at & 1 == 1 {
                states |= 1 << (at + 1);
            }
        }
        states
    }
}

/// How far into the pattern the ways through it are, one bit for each number of tokens.
type States = u128;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    #[test]
    fn a_prefix_is_removed() {
        for (pattern_text, length, expected) in [
            ("v", Length::Shortest, "1.2-é/v3"),
            ("*-", Length::Longest, "é/v3"),
            ("*v", Length::Shortest, "1.2-é/v3"),
            ("*v", Length::Longest, "3"),
            ("*", Length::Shortest, "v1.2-é/v3"),
            ("*", Length::Longest, ""),
            ("??", Length::Shortest, ".2-é/v3"),
            ("x", Length::Longest, "v1.2-é/v3"),
        ] {
            assert_eq!(pattern(pattern_text).without_prefix("v1.2-é/v3", length), expected, "{pattern_text}");
        }
    }

    #[test]
    fn a_suffix_is_removed() {
        for (pattern_text, length, expected) in [
            (".*", Length::Shortest, "1.2"),
            (".*", Length::Longest, "1"),
            ("*", Length::Shortest, "1.2.é"),
            ("*", Length::Longest, ""),
            ("?", Length::Shortest, "1.2."),
            ("2", Length::Shortest, "1.2.é"),
        ] {
            assert_eq!(pattern(pattern_text).without_suffix("1.2.é", length), expected, "{pattern_text}");
        }
    }

    #[test]
    fn matches_are_replaced() {
        for (pattern_text, all, expected) in
            [("/", false, "a-b/c"), ("/", true, "a-b-c"), ("/*", true, "a-"), ("x*", true, "a/b/c")]
        {
            assert_eq!(pattern(pattern_text).replace("a/b/c", "-", all), expected, "{pattern_text}");
        }
        assert_eq!(pattern("\\*").replace("a*b", "$1", true), "a$1b");
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["", "a\\b", "\\", &"x".repeat(128)] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn prefixes_and_suffixes_agree_with_trying_all(
            tokens in "[ab*?]{1,6}",
            text in "[ab]{0,8}",
        ) {
            let pattern = pattern(&tokens);
            let whole = |part: &str| slow(&tokens.chars().collect::<Vec<_>>(), &part.chars().collect::<Vec<_>>());
            let starts: Vec<_> = (0..=text.len()).filter(|&end| whole(&text[..end])).collect();
            let ends: Vec<_> = (0..=text.len()).filter(|&start| whole(&text[start..])).collect();
            let least = starts.first().copied().unwrap_or(0);
            let most = starts.last().copied().unwrap_or(0);
            prop_assert_eq!(pattern.without_prefix(&text, Length::Shortest), &text[least..]);
            prop_assert_eq!(pattern.without_prefix(&text, Length::Longest), &text[most..]);
            let least = ends.last().copied().unwrap_or(text.len());
            let most = ends.first().copied().unwrap_or(text.len());
            prop_assert_eq!(pattern.without_suffix(&text, Length::Shortest), &text[..least]);
            prop_assert_eq!(pattern.without_suffix(&text, Length::Longest), &text[..most]);
        }
    }

    /// Whether all of `text` matches, by trying.
    fn slow(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], rest) => rest.is_empty(),
            (['*', pattern @ ..], text) => {
                slow(pattern, text)
                    || text.split_first().is_some_and(|(_, rest)| {
                        slow(&['*'].iter().chain(pattern).copied().collect::<Vec<_>>(), rest)
                    })
            }
            (['?', pattern @ ..], [_, text @ ..]) => slow(pattern, text),
            ([letter, pattern @ ..], [other, text @ ..]) => letter == other && slow(pattern, text),
            _ => false,
        }
    }
}
