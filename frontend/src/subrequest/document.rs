//! The spec as answers show it: its text, and places in it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::span::{LineIndex, Span};

/// The text that an answer's places are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document<'d> {
    /// Name that is shown: the file name the client gave.
    pub filename: &'d str,
    /// The whole text, as it was read.
    pub text: &'d str,
}

impl Document<'_> {
    pub(super) fn base64(&self) -> String {
        STANDARD.encode(self.text)
    }

    /// `span` as `BuildKit` counts: lines from 1, characters from 0, the end after the last character.
    pub(super) fn location(&self, span: Span) -> Location {
        let index = LineIndex::new(self.text);
        let position = |offset: u32| {
            let place = index.line_column(self.text, offset);
            Position { line: place.line, character: place.column - 1 }
        };
        // A block ends at the start of the line after it, which is not part of it.
        let inside = self.text.get(span.range()).unwrap_or_default().trim_end().len();
        let end = span.start.saturating_add(u32::try_from(inside).unwrap_or(u32::MAX));
        Location { source_index: 0, ranges: [Range { start: position(span.start), end: position(end) }] }
    }

    /// The same, or what buildx takes for no place where a place must be.
    pub(super) fn location_or_none(&self, span: Option<Span>) -> Location {
        let nowhere = || Range { start: Position::default(), end: Position::default() };
        span.map_or_else(|| Location { source_index: -1, ranges: [nowhere()] }, |span| self.location(span))
    }

    /// `file:line:column`, each from 1.
    pub(super) fn place(&self, span: Option<Span>) -> String {
        let Some(span) = span else { return self.filename.to_owned() };
        let place = LineIndex::new(self.text).line_column(self.text, span.start);
        format!("{}:{}:{}", self.filename, place.line, place.column)
    }
}

/// `pb.Location`; as in Go, the index of the first source is left out.
#[derive(Serialize)]
pub(super) struct Location {
    #[serde(rename = "sourceIndex", skip_serializing_if = "is_first")]
    source_index: i32,
    ranges: [Range; 1],
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Default, Serialize)]
struct Position {
    line: u32,
    character: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_first(index: &i32) -> bool {
    *index == 0
}
