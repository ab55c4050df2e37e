//! Places in the spec in the engine's words: lines of a file that it shows.

use std::sync::Arc;

use buildkit_llb::{Location, Range, SourceInfo};

use crate::diagnostic::SourceFile;
use crate::span::{LineIndex, Span};
use crate::step::Places;

/// The spec's text and where its lines are.
#[derive(Clone, Debug)]
pub(super) struct Map {
    file: SourceFile,
    source: Arc<SourceInfo>,
    lines: LineIndex,
}

impl Map {
    pub(super) fn new(file: &SourceFile) -> Self {
        Self {
            file: file.clone(),
            source: Arc::new(SourceInfo::new(&*file.name, "yaml", file.text.as_bytes())),
            lines: LineIndex::new(&file.text),
        }
    }

    pub(super) fn file(&self) -> &SourceFile {
        &self.file
    }

    pub(super) fn source(&self) -> &Arc<SourceInfo> {
        &self.source
    }

    /// The lines on which `span` begins and ends.
    pub(super) fn range(&self, span: Span) -> Range {
        let last = span.end.saturating_sub(1).max(span.start);
        Range::lines(self.lines.line(span.start), self.lines.line(last))
    }
}

impl Places for Map {
    fn location(&self, span: Span) -> Location {
        self.source.location(vec![self.range(span)])
    }
}
