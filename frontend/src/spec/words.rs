//! Texts that are split into words as a shell does, and run without one.

use std::fmt;

use crate::spec::decode::{Invalid, Parse};

/// A program with its arguments, written as for a shell: quotes and backslashes, but nothing else, mean
/// something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    text: String,
    words: Vec<String>,
}

impl Words {
    /// The words of a list.
    pub(super) fn of(words: Vec<String>) -> Self {
        let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
        Self { text: quoted.join(" "), words }
    }

    /// The words.
    pub fn words(&self) -> &[String] {
        &self.words
    }
}

impl fmt::Display for Words {
    /// As its author wrote it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Parse for Words {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let mut words = Vec::new();
        let mut word: Option<String> = None;
        let mut characters = text.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
                '#' if word.is_none() => {
                    for (_, skipped) in characters.by_ref() {
                        if skipped == '\n' {
                            break;
                        }
                    }
                }
                '\'' | '"' => {
                    let word = word.get_or_insert_default();
                    if !quoted(character, &mut characters, word) {
                        let message = format!("a quote `{character}` is not closed");
                        return Err(Invalid::new(message).at(at..at + 1));
                    }
                }
                '\\' => match characters.next() {
                    None => {
                        return Err(Invalid::new("a `\\` at the end makes nothing literal").at(at..at + 1));
                    }
                    // A line that goes on.
                    Some((_, '\n')) => {}
                    Some((_, escaped)) => word.get_or_insert_default().push(escaped),
                },
                '\0' => return Err(Invalid::new("a word has no zero characters").at(at..at + 1)),
                other => word.get_or_insert_default().push(other),
            }
        }
        words.extend(word);
        Ok(Self { text: String::from(text), words })
    }
}

/// Reads up to the closing quote; whether there is one.
fn quoted(quote: char, characters: &mut std::str::CharIndices<'_>, word: &mut String) -> bool {
    while let Some((_, character)) = characters.next() {
        match character {
            end if end == quote => return true,
            '\\' if quote == '"' => match characters.next() {
                None => return false,
                Some((_, '\n')) => {}
                Some((_, escaped)) => {
                    if !matches!(escaped, '"' | '\\' | '$' | '`') {
                        word.push('\\');
                    }
                    word.push(escaped);
                }
            },
            other => word.push(other),
        }
    }
    false
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        String::from(word)
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_in_a_shell() {
        for (text, expected) in [
            ("", &[][..]),
            ("a b\tc\nd", &["a", "b", "c", "d"]),
            ("a 'b c' \"d e\" ''", &["a", "b c", "d e", ""]),
            (r#"a\ b "c\"d\e" 'f\g'"#, &["a b", r#"c"d\e"#, r"f\g"]),
            ("a # b\nc d#e", &["a", "c", "d#e"]),
            ("a\\\nb $HOME *", &["ab", "$HOME", "*"]),
        ] {
            let words = Words::parse(text).unwrap();
            assert_eq!(words.words(), expected, "{text}");
            assert_eq!(Words::parse(&Words::of(words.words.clone()).text).unwrap().words, words.words);
        }
    }

    #[test]
    fn what_is_open_at_the_end_is_refused() {
        for (text, at) in [("a 'b", 2), ("a \"b\\\"", 2), ("a\\", 1)] {
            assert_eq!(Words::parse(text).map_err(|invalid| invalid.range), Err(Some(at..at + 1)), "{text}");
        }
    }
}
