//! From the text of a shell program to its words and operators.

use crate::worker::rule::shell::word::{Part, Token, Word, is_name};

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
        word.merge();
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

/// How many substitutions may be in each other.
const DEPTH: usize = 8;
