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

    fn push(&mut self, character: char) {
        match self.0.last_mut() {
            Some(Part::Text(text)) => text.push(character),
            _ => self.0.push(Part::Text(character.into())),
        }
    }
}

/// The tokens of a program; `None` where quotes do not end, or are in each other more than a few times.
pub(super) fn tokens(text: &str, depth: usize) -> Option<Vec<Token>> {
    if depth > DEPTH {
        return None;
    }
    let characters: Vec<char> = text.chars().collect();
    let mut lexer = Lexer { text: &characters, at: 0, depth, tokens: Vec::new(), documents: Vec::new() };
    while lexer.at < characters.len() {
        lexer.step()?;
    }
    Some(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a [char],
    at: usize,
    depth: usize,
    tokens: Vec<Token>,
    /// Words that end the here-documents which begin at the next line, and whether tabs may precede them.
    documents: Vec<(String, bool)>,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek(0)?;
        self.at += 1;
        Some(character)
    }

    fn follows(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(ahead, character)| self.peek(ahead) == Some(character))
    }

    fn operator(&mut self, text: &str, token: Token) -> bool {
        let follows = self.follows(text);
        if follows {
            self.at += text.len();
            self.tokens.push(token);
        }
        follows
    }

    fn step(&mut self) -> Option<()> {
        match self.peek(0)? {
            '\n' => {
                self.at += 1;
                self.tokens.push(Token::Separator);
                self.skip_documents();
            }
            ' ' | '\t' | '\r' => self.at += 1,
            '\\' if self.peek(1) == Some('\n') => self.at += 2,
            '#' => {
                while self.peek(0).is_some_and(|character| character != '\n') {
                    self.at += 1;
                }
            }
            '<' | '>' => self.redirection()?,
            '&' if self.peek(1) == Some('>') => self.at += 1,
            ';' | '&' | '|' => {
                let known =
                    [(";;&", Token::EndOfClause), (";;", Token::EndOfClause), (";&", Token::EndOfClause)];
                if !known.into_iter().any(|(text, token)| self.operator(text, token)) {
                    self.at += 1;
                    self.tokens.push(Token::Separator);
                }
            }
            '(' => drop(self.operator("(", Token::Open)),
            ')' => drop(self.operator(")", Token::Close)),
            _ => {
                let start = self.at;
                let word = self.word()?;
                // The number before a redirection is no word.
                let number = self.text[start..self.at].iter().all(char::is_ascii_digit);
                if !(number && matches!(self.peek(0), Some('<' | '>'))) {
                    self.tokens.push(Token::Word(word));
                }
            }
        }
        Some(())
    }

    fn redirection(&mut self) -> Option<()> {
        for document in ["<<-", "<<"] {
            if self.follows(document) && !self.follows("<<<") {
                self.at += document.len();
                while matches!(self.peek(0), Some(' ' | '\t')) {
                    self.at += 1;
                }
                let word = self.word()?;
                let mut end = String::new();
                for part in &word.0 {
                    match part {
                        Part::Text(text) => end += text,
                        _ => return None,
                    }
                }
                self.documents.push((end, document == "<<-"));
                return Some(());
            }
        }
        for text in ["<<<", "<&", "<>", ">>", ">&", ">|", "<", ">"] {
            if self.operator(text, Token::Redirection) {
                break;
            }
        }
        Some(())
    }

    fn skip_documents(&mut self) {
        for (end, tabs) in std::mem::take(&mut self.documents) {
            while self.at < self.text.len() {
                let rest = &self.text[self.at..];
                let line = &rest[..rest.iter().position(|c| *c == '\n').unwrap_or(rest.len())];
                self.at += (line.len() + 1).min(rest.len());
                let line: String = line.iter().collect();
                if (if tabs { line.trim_start_matches('\t') } else { &line }) == end {
                    break;
                }
            }
        }
    }

    fn word(&mut self) -> Option<Word> {
        let mut word = Word::default();
        let start = self.at;
        while let Some(character) = self.peek(0) {
            match character {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')' => break,
                '\\' => {
                    self.at += 1;
                    match self.next() {
                        Some('\n') => {}
                        Some(escaped) => word.push(escaped),
                        None => return None,
                    }
                }
                '\'' => {
                    self.at += 1;
                    // An empty text in quotes is a word too.
                    word.0.push(Part::Text(String::new()));
                    loop {
                        match self.next()? {
                            '\'' => break,
                            character => word.push(character),
                        }
                    }
                }
                '"' => {
                    self.at += 1;
                    word.0.push(Part::Text(String::new()));
                    self.quoted(&mut word)?;
                }
                '$' | '`' => self.expansion(&mut word, false)?,
                '*' | '?' => {
                    self.at += 1;
                    word.0.push(Part::Unknown);
                }
                // `[` by itself is a command.
                '[' if self.at > start && !matches!(self.peek(1), None | Some(' ' | '\n')) => {
                    self.at += 1;
                    word.0.push(Part::Unknown);
                }
                '~' if self.at == start => {
                    self.at += 1;
                    word.0.push(Part::Unknown);
                }
                character => {
                    self.at += 1;
                    word.push(character);
                }
            }
        }
        merge(&mut word);
        Some(word)
    }

    fn quoted(&mut self, word: &mut Word) -> Option<()> {
        loop {
            match self.peek(0)? {
                '"' => {
                    self.at += 1;
                    return Some(());
                }
                '\\' => {
                    self.at += 1;
                    match self.next()? {
                        '\n' => {}
                        escaped @ ('"' | '\\' | '$' | '`') => word.push(escaped),
                        other => {
                            word.push('\\');
                            word.push(other);
                        }
                    }
                }
                '$' | '`' => self.expansion(word, true)?,
                character => {
                    self.at += 1;
                    word.push(character);
                }
            }
        }
    }

    /// What begins with `$` or a backtick.
    fn expansion(&mut self, word: &mut Word, quoted: bool) -> Option<()> {
        if self.next() == Some('`') {
            loop {
                match self.next()? {
                    '`' => break,
                    '\\' => drop(self.next()?),
                    _ => {}
                }
            }
            word.0.push(Part::Unknown);
            return Some(());
        }
        match self.peek(0) {
            Some('(') => {
                self.at += 1;
                let start = self.at;
                self.skip_to_close()?;
                let inner: String = self.text[start..self.at - 1].iter().collect();
                word.0.push(output(&inner, self.depth));
            }
            Some('{') => {
                self.at += 1;
                let start = self.at;
                let mut open = 1;
                while open > 0 {
                    match self.next()? {
                        '{' => open += 1,
                        '}' => open -= 1,
                        '\\' => drop(self.next()?),
                        _ => {}
                    }
                }
                let name: String = self.text[start..self.at - 1].iter().collect();
                word.0.push(if is_name(&name) { Part::Variable { name, quoted } } else { Part::Unknown });
            }
            Some(first) if first.is_ascii_alphabetic() || first == '_' => {
                let mut name = String::new();
                while let Some(character) = self.peek(0).filter(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    self.at += 1;
                    name.push(character);
                }
                word.0.push(Part::Variable { name, quoted });
            }
            Some(special) if special.is_ascii_digit() || "@*#?-$!".contains(special) => {
                self.at += 1;
                word.0.push(Part::Unknown);
            }
            _ => word.push('$'),
        }
        Some(())
    }

    /// Reads up to the `)` that closes a `$(`. Quotes inside hide parentheses.
    fn skip_to_close(&mut self) -> Option<()> {
        let mut open = 1;
        while open > 0 {
            match self.next()? {
                '(' => open += 1,
                ')' => open -= 1,
                '\\' => drop(self.next()?),
                '\'' => while self.next()? != '\'' {},
                '"' => self.skip_quoted(0)?,
                _ => {}
            }
        }
        Some(())
    }

    fn skip_quoted(&mut self, depth: usize) -> Option<()> {
        if depth > DEPTH {
            return None;
        }
        loop {
            match self.next()? {
                '"' => return Some(()),
                '\\' => drop(self.next()?),
                '$' if self.peek(0) == Some('(') => {
                    let mut open = 0;
                    loop {
                        match self.next()? {
                            '(' => open += 1,
                            ')' => {
                                open -= 1;
                                if open == 0 {
                                    break;
                                }
                            }
                            '\\' => drop(self.next()?),
                            '"' => self.skip_quoted(depth + 1)?,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// The words of the one command in `$(…)`.
fn output(inner: &str, depth: usize) -> Part {
    let mut words = Vec::new();
    for token in tokens(inner, depth + 1).unwrap_or_else(|| vec![Token::Separator]) {
        match token {
            Token::Word(word) => words.push(word),
            _ => return Part::Unknown,
        }
    }
    Part::Output(words)
}

/// Texts that follow each other are one.
fn merge(word: &mut Word) {
    let mut parts: Vec<Part> = Vec::with_capacity(word.0.len());
    for part in word.0.drain(..) {
        match (parts.last_mut(), part) {
            (Some(Part::Text(text)), Part::Text(more)) => *text += &more,
            (_, part) => parts.push(part),
        }
    }
    if parts.is_empty() {
        parts.push(Part::Text(String::new()));
    }
    word.0 = parts;
}

/// Whether a text can be a variable's name.
fn is_name(text: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !text.is_empty() && text.chars().all(known) && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// How many substitutions may be in each other.
const DEPTH: usize = 8;
