//! Words and operators of shell programs.

/// One word, or an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `)`.
    Close,
    /// `;;` and its kin.
    EndOfClause,
    /// `(`.
    Open,
    /// `>` and its kin; a word follows.
    Redirection,
    /// What ends a command.
    Separator,
    /// A word.
    Word(Word),
}

/// A word, in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word(pub(super) Vec<Part>);

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The output of one command.
    Output(Vec<Word>),
    /// Its own text, in quotes or not.
    Text(String),
    /// What only a run would know.
    Unknown,
    /// A variable's value.
    Variable {
        /// The variable.
        name: String,
        /// Whether it stands in quotes.
        quoted: bool,
    },
}

impl Word {
    /// The text of a word that is nothing else.
    pub(super) fn plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The variable and the value of `NAME=VALUE`.
    pub(super) fn assignment(&self) -> Option<(String, Self)> {
        let Some(Part::Text(first)) = self.0.first() else { return None };
        let (name, rest) = first.split_once('=')?;
        if !is_name(name) {
            return None;
        }
        let mut value = vec![Part::Text(rest.to_owned())];
        value.extend_from_slice(&self.0[1..]);
        Some((name.to_owned(), Self(value)))
    }

    /// Adds a character of its own text.
    pub(super) fn push(&mut self, character: char) {
        match self.0.last_mut() {
            Some(Part::Text(text)) => text.push(character),
            _ => self.0.push(Part::Text(character.into())),
        }
    }

    /// Makes one of texts that follow each other; a word without any part is an empty text.
    pub(super) fn merge(&mut self) {
        let mut parts: Vec<Part> = Vec::with_capacity(self.0.len());
        for part in self.0.drain(..) {
            match (parts.last_mut(), part) {
                (Some(Part::Text(text)), Part::Text(more)) => *text += &more,
                (_, part) => parts.push(part),
            }
        }
        if parts.is_empty() {
            parts.push(Part::Text(String::new()));
        }
        self.0 = parts;
    }
}

/// Whether a text can be a variable's name.
pub(super) fn is_name(text: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !text.is_empty() && text.chars().all(known) && !text.starts_with(|c: char| c.is_ascii_digit())
}
