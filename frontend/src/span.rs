//! Places in a spec: byte ranges, values that carry them, and the lines they fall on.

use std::ops::Range;

/// A half-open range of bytes in the spec's text.
///
/// Bytes, not characters: the one unit in which slicing the text cannot go wrong. Lines and columns
/// are made by [`LineIndex`] where a person or BuildKit asks for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to, not including, `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The range as indices into the text.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A value with the place it was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spanned<T> {
    /// What was read.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value`, read at `span`.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// The same place with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: f(self.value), span: self.span }
    }

    /// A borrowed value at the same place.
    pub fn as_ref(&self) -> Spanned<&T> {
        Spanned { value: &self.value, span: self.span }
    }
}

/// A line and column as people and editors count them: both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// The index of `text`; a line ends with `\n`, a `\r` before it belongs to the line's end.
    pub fn new(text: &str) -> Self {
        let ends = text.bytes().zip(1..).filter(|&(byte, _)| byte == b'\n').map(|(_, after)| after);
        Self { starts: std::iter::once(0).chain(ends).collect() }
    }

    /// The line on which `offset` falls, from 1.
    pub fn line(&self, offset: u32) -> u32 {
        u32::try_from(self.starts.partition_point(|&start| start <= offset)).unwrap_or(u32::MAX)
    }

    /// Where a line begins in the text, counted from 1; beyond the last line, the last line's start.
    pub fn start(&self, line: u32) -> u32 {
        let index = (line as usize).saturating_sub(1).min(self.starts.len() - 1);
        self.starts[index]
    }

    /// Line and column of `offset` in `text`, the text this index was made of. A byte order mark at
    /// the start of the text is no column, as in editors.
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let line = self.line(offset);
        let before = text.get(self.start(line) as usize..offset as usize).unwrap_or_default();
        let before = if line == 1 { before.trim_start_matches(BYTE_ORDER_MARK) } else { before };
        let column = u32::try_from(before.chars().count()).unwrap_or(u32::MAX).saturating_add(1);
        LineColumn { line, column }
    }

    /// The text of a line, counted from 1, without its end.
    pub fn text<'t>(&self, text: &'t str, line: u32) -> &'t str {
        let index = (line as usize).saturating_sub(1);
        let start = self.starts.get(index).map_or(text.len(), |&start| start as usize);
        let end = self.starts.get(index + 1).map_or(text.len(), |&end| end as usize);
        text[start..end].trim_end_matches(['\n', '\r'])
    }
}

/// U+FEFF, which some editors put at the start of a file.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, offset: u32, line: u32, column: u32) {
        let place = LineIndex::new(text).line_column(text, offset);
        assert_eq!(place, LineColumn { line, column }, "{text:?} at {offset}");
    }

    #[test]
    fn columns_count_characters_and_lines_end_at_line_feeds() {
        check("a: 1\r\nb: 2", 6, 2, 1);
        check("# héé日本\nname", 13, 1, 8);
        check("a\n\nb", 3, 3, 1);
        check("a\n", 2, 2, 1);
        check("", 0, 1, 1);
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        check("\u{feff}name: x", 3, 1, 1);
        check("\u{feff}name: x", 9, 1, 7);
    }

    #[test]
    fn a_line_is_given_without_its_end() {
        let text = "a\r\nb\n";
        let index = LineIndex::new(text);
        let lines: Vec<_> = (1..=4).map(|line| index.text(text, line)).collect();
        assert_eq!(lines, ["a", "b", "", ""]);
    }
}
