//! Where in a user's files a vertex comes from.

use std::sync::Arc;

use buildkit_proto::pb;

use crate::Definition;

/// A file whose text engine and client show when a vertex fails.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceInfo {
    /// Name shown above the excerpt.
    pub filename: String,
    /// Language of the text in GitHub linguist's names; may be empty. Engines before 0.12 ignore it.
    pub language: String,
    /// The whole text; it is sent with every solve.
    pub data: Vec<u8>,
    definition: Option<pb::Definition>,
}

impl SourceInfo {
    /// The text `data` of the file `filename`.
    pub fn new(filename: impl Into<String>, language: impl Into<String>, data: impl Into<Vec<u8>>) -> Self {
        Self { filename: filename.into(), language: language.into(), data: data.into(), definition: None }
    }

    /// Names the graph the file was read from.
    #[must_use]
    pub fn read_from(self, definition: Definition) -> Self {
        Self { definition: Some(definition.into()), ..self }
    }

    /// The location of `ranges` in this file.
    pub fn location(self: &Arc<Self>, ranges: impl Into<Vec<Range>>) -> Location {
        Location { source: Arc::clone(self), ranges: ranges.into() }
    }

    /// BuildKit's message of this file.
    pub fn to_pb(&self) -> pb::SourceInfo {
        pb::SourceInfo {
            filename: self.filename.clone(),
            data: self.data.clone(),
            definition: self.definition.clone(),
            language: self.language.clone(),
        }
    }
}

impl From<pb::SourceInfo> for SourceInfo {
    fn from(info: pb::SourceInfo) -> Self {
        let pb::SourceInfo { filename, data, definition, language } = info;
        Self { filename, language, data, definition }
    }
}

/// Ranges of one file; a vertex may have several locations, and each is printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Location {
    /// The file; share one [`Arc`] among all its locations.
    pub source: Arc<SourceInfo>,
    /// The ranges to point at, the most important first.
    pub ranges: Vec<Range>,
}

/// From one position to another; both lines are pointed at.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Range {
    /// The first position.
    pub start: Position,
    /// The last position.
    pub end: Position,
}

impl Range {
    /// Whole lines, counted from 1, from `first` to `last`.
    pub fn lines(first: u32, last: u32) -> Self {
        Self { start: Position { line: first, character: 0 }, end: Position { line: last, character: 0 } }
    }

    /// BuildKit's message of this range.
    pub fn to_pb(&self) -> pb::Range {
        pb::Range { start: Some(self.start.to_pb()), end: Some(self.end.to_pb()) }
    }
}

impl From<&pb::Range> for Range {
    fn from(range: &pb::Range) -> Self {
        let position = |position: &Option<pb::Position>| position.as_ref().map(Position::from);
        Self {
            start: position(&range.start).unwrap_or_default(),
            end: position(&range.end).unwrap_or_default(),
        }
    }
}

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Position {
    /// The line, counted from 1.
    pub line: u32,
    /// The character in the line, counted from 0; Docker prints whole lines whatever it is.
    pub character: u32,
}

impl Position {
    fn to_pb(self) -> pb::Position {
        let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        pb::Position { line: number(self.line), character: number(self.character) }
    }
}

impl From<&pb::Position> for Position {
    fn from(position: &pb::Position) -> Self {
        let number = |number: i32| u32::try_from(number).unwrap_or_default();
        Self { line: number(position.line), character: number(position.character) }
    }
}
