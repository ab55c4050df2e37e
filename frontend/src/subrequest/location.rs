//! The spec as answers show it: its text, and places in it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::diagnostic::SourceFile;
use crate::span::{LineIndex, Span};

/// The whole text, as Go encodes bytes.
pub(super) fn base64(file: &SourceFile) -> String {
    STANDARD.encode(&file.text)
}

/// `pb.Location`; as in Go, the index of the first source is left out.
#[derive(Serialize)]
pub(super) struct Location {
    #[serde(rename = "sourceIndex", skip_serializing_if = "is_first")]
    source_index: i32,
    ranges: [Range; 1],
}

impl Location {
    /// `span` as `BuildKit` counts: lines from 1, characters from 0, the end after the last character.
    pub(super) fn of(file: &SourceFile, span: Span) -> Self {
        let index = LineIndex::new(&file.text);
        let position = |offset: u32| {
            let place = index.line_column(&file.text, offset);
            Position { line: place.line, character: place.column - 1 }
        };
        // A block ends at the start of the line after it, which is not part of it.
        let inside = file.text.get(span.range()).unwrap_or_default().trim_end().len();
        let end = span.start.saturating_add(u32::try_from(inside).unwrap_or(u32::MAX));
        Self { source_index: 0, ranges: [Range { start: position(span.start), end: position(end) }] }
    }

    /// The same, or what buildx takes for no place where a place must be.
    pub(super) fn of_any(file: &SourceFile, span: Option<Span>) -> Self {
        let nowhere = || Range { start: Position::default(), end: Position::default() };
        span.map_or_else(|| Self { source_index: -1, ranges: [nowhere()] }, |span| Self::of(file, span))
    }
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
