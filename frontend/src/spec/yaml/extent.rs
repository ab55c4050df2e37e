//! Bytes, number and depth of what is in a collection.

use crate::span::Span;
use crate::spec::yaml::Node;

/// What a collection covers, as far as it was read.
pub(super) struct Extent {
    pub(super) span: Span,
    pub(super) weight: usize,
    pub(super) depth: usize,
}

impl Extent {
    pub(super) fn new(start: Span) -> Self {
        Self { span: start, weight: 1, depth: 1 }
    }

    pub(super) fn hold(&mut self, span: Span, node: &Node<'_>) {
        self.span = self.span.to(span);
        self.weigh(node);
    }

    pub(super) fn weigh(&mut self, node: &Node<'_>) {
        self.weight = self.weight.saturating_add(node.weight);
        self.depth = self.depth.max(node.depth + 1);
    }

    /// The whole: a block has no end of its own, its event is at the next line that has text.
    pub(super) fn end(&self, end: Span) -> Span {
        if end.start == end.end { self.span } else { self.span.to(end) }
    }
}
