//! Reader of shell programs: which commands stand in them, without running any (POSIX.1-2024, "Shell Command
//! Language").

use std::collections::{BTreeMap, BTreeSet};

use crate::worker::rule::shell::word::{Part, Token, Word};

mod lexer;
mod word;

/// The commands of a program in the order of its text, whether they would be run or not.
#[derive(Debug, Default)]
pub(super) struct Program {
    /// Each with its words; `None` is a word that only a run would know.
    pub(super) commands: Vec<Vec<Option<String>>>,
    /// Names of the functions that it defines.
    pub(super) functions: BTreeSet<String>,
}

impl Program {
    /// Reads a program. What is not a shell program gives few or no commands, but never an error.
    pub(super) fn parse(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        let Some(tokens) = lexer::tokens(&text, 0) else { return Self::default() };
        let mut reader = Reader::default();
        for token in tokens {
            reader.take(token);
        }
        reader.end_command();
        let Reader { commands, functions, assignments, .. } = reader;
        let variables = Variables { assignments };
        let resolve = |words: Vec<Word>| words.iter().map(|word| variables.text(word, DEPTH)).collect();
        Self { commands: commands.into_iter().map(resolve).collect(), functions }
    }
}

/// What the next word is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Expect {
    /// A command's name, an assignment or a reserved word.
    #[default]
    Command,
    /// Another word of a command.
    Argument,
    /// The words of `for` up to the end of the line.
    List,
    /// The word that `case` compares.
    Subject,
    /// `in` after that word.
    In,
    /// A pattern of `case`, or its end.
    Pattern,
    /// The target of a redirection, then what was expected before.
    Target(Before),
}

/// What was expected before a redirection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Command,
    Argument,
}

#[derive(Default)]
struct Reader {
    expect: Expect,
    words: Vec<Word>,
    /// How many `case` are open.
    cases: usize,
    commands: Vec<Vec<Word>>,
    functions: BTreeSet<String>,
    assignments: BTreeMap<String, Vec<Option<Word>>>,
}

impl Reader {
    fn take(&mut self, token: Token) {
        match token {
            Token::Word(word) => self.word(word),
            Token::Redirection => {
                self.expect = match self.expect {
                    Expect::Command => Expect::Target(Before::Command),
                    _ => Expect::Target(Before::Argument),
                };
            }
            Token::Open => match (self.expect, self.words.as_slice()) {
                (Expect::Pattern, _) => {}
                (Expect::Argument, [name]) => {
                    // `name ()` defines a function.
                    self.functions.extend(name.plain().map(str::to_owned));
                    self.words.clear();
                    self.expect = Expect::Command;
                }
                _ => self.end_command(),
            },
            Token::Close if self.expect == Expect::Pattern => self.expect = Expect::Command,
            Token::Close | Token::Separator if self.expect != Expect::Pattern => {
                if self.expect != Expect::In {
                    self.end_command();
                }
            }
            Token::EndOfClause if self.cases > 0 => {
                self.end_command();
                self.expect = Expect::Pattern;
            }
            Token::Close | Token::EndOfClause | Token::Separator => {}
        }
    }

    fn word(&mut self, word: Word) {
        let plain = word.plain();
        match self.expect {
            Expect::Target(before) => {
                self.expect = match before {
                    Before::Command => Expect::Command,
                    Before::Argument => Expect::Argument,
                };
            }
            Expect::List => {}
            Expect::Subject => self.expect = Expect::In,
            Expect::In => self.expect = Expect::Pattern,
            Expect::Pattern => {
                if plain == Some("esac") {
                    self.end_case();
                }
            }
            Expect::Argument => {
                if self.words.first().and_then(Word::plain) == Some("for") {
                    self.words.clear();
                    self.assign_unknown(plain);
                    self.expect = Expect::List;
                } else {
                    self.words.push(word);
                }
            }
            Expect::Command => match plain {
                Some("case") => {
                    self.cases += 1;
                    self.expect = Expect::Subject;
                }
                Some("esac") => self.end_case(),
                Some(word) if RESERVED.contains(&word) => {}
                _ if self.assign(&word) => {}
                _ => {
                    self.words.push(word);
                    self.expect = Expect::Argument;
                }
            },
        }
    }

    fn end_case(&mut self) {
        if self.cases == 0 {
            return;
        }
        self.cases -= 1;
        self.end_command();
        self.expect = Expect::Argument;
    }

    /// Notes an assignment, if the word is one.
    fn assign(&mut self, word: &Word) -> bool {
        let Some((name, value)) = word.assignment() else { return false };
        self.assignments.entry(name).or_default().push(Some(value));
        true
    }

    /// Notes that a variable gets a value that nobody knows.
    fn assign_unknown(&mut self, name: Option<&str>) {
        if let Some(name) = name {
            self.assignments.entry(name.to_owned()).or_default().push(None);
        }
    }

    fn end_command(&mut self) {
        self.expect = Expect::Command;
        let words = std::mem::take(&mut self.words);
        match words.first().and_then(Word::plain) {
            None if words.is_empty() => return,
            Some("export" | "local" | "readonly") => {
                // `export x` changes nothing that we know of.
                for word in &words[1..] {
                    self.assign(word);
                }
                return;
            }
            Some("getopts" | "read" | "unset") => {
                for word in &words[1..] {
                    self.assign_unknown(word.plain());
                }
            }
            _ => {}
        }
        self.commands.push(words);
    }
}

/// The values of variables.
struct Variables {
    /// All assignments of each; `None` is a value that nobody knows.
    assignments: BTreeMap<String, Vec<Option<Word>>>,
}

impl Variables {
    /// The text of a word, if it is the same in every run.
    fn text(&self, word: &Word, depth: usize) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let mut text = String::new();
        for part in &word.0 {
            match part {
                Part::Text(part) => text += part,
                Part::Unknown => return None,
                Part::Variable { name, quoted } => {
                    let [Some(value)] = self.assignments.get(name)?.as_slice() else { return None };
                    let value = self.text(value, depth)?;
                    // Without quotes, a shell would make several words of it, or names of files.
                    if !quoted && value.contains([' ', '\t', '\n', '*', '?', '[']) {
                        return None;
                    }
                    text += &value;
                }
                Part::Output(words) => {
                    // Nothing is diverted in an extension: dpkg-divert(1), `--truename`.
                    let words: Option<Vec<String>> =
                        words.iter().map(|word| self.text(word, depth)).collect();
                    match words?.as_slice() {
                        [program, option, path] if program == "dpkg-divert" && option == "--truename" => {
                            text += path;
                        }
                        _ => return None,
                    }
                }
            }
        }
        Some(text)
    }
}

/// Words that stand before a command (POSIX.1-2024, "Reserved Words"), but those that begin something else.
const RESERVED: [&str; 13] =
    ["!", "do", "done", "elif", "else", "fi", "if", "then", "time", "until", "while", "{", "}"];
/// How many variables may be made of others in a row.
const DEPTH: usize = 8;

#[cfg(test)]
mod tests;
