//! Problems as text for people: place, message, excerpt with carets, help.

use std::fmt::Write as _;

use crate::diagnostic::{Diagnostic, Problems, Severity, SourceFile, is_format};
use crate::span::{BYTE_ORDER_MARK, LineIndex, Span};

/// The problems in the order of their places, each with the lines it is about:
///
/// ```text
/// spec.yml:2:1: unknown field `verison`
/// 2 | verison: 1.10
///   | ^^^^^^^
/// help: did you mean `version`?
/// ```
///
/// What has no place in the file comes first. Of very many problems only some are shown, errors
/// before warnings, and the others counted.
pub fn render(file: &SourceFile, problems: &Problems) -> String {
    let mut chosen: Vec<&Diagnostic> = problems.iter().collect();
    chosen.sort_by_key(|diagnostic| (diagnostic.severity, place(diagnostic)));
    chosen.dedup();
    let hidden = chosen.len().saturating_sub(MAX_SHOWN) + problems.more();
    chosen.truncate(MAX_SHOWN);
    chosen.sort_by_key(|diagnostic| place(diagnostic));
    let page = Page { text: &file.text, lines: LineIndex::new(&file.text) };
    let mut out = String::new();
    for diagnostic in chosen {
        page.diagnostic(&file.name, diagnostic, &mut out);
    }
    if hidden > 0 {
        put(&mut out, format_args!("and {hidden} more\n"));
    }
    out
}

/// Key by which problems are sorted: those outside the file first.
fn place(diagnostic: &Diagnostic) -> Option<Span> {
    diagnostic.span
}

struct Page<'t> {
    text: &'t str,
    lines: LineIndex,
}

impl Page<'_> {
    fn diagnostic(&self, name: &str, diagnostic: &Diagnostic, out: &mut String) {
        let Diagnostic { severity, span, message, help, rule, labels } = diagnostic;
        if let Some(span) = span {
            let place = self.lines.line_column(self.text, span.start);
            put(out, format_args!("{name}:{}:{}: ", place.line, place.column));
        }
        match severity {
            Severity::Error => {}
            Severity::Warning => out.push_str("warning: "),
        }
        put(out, format_args!("{message}"));
        if let Some(rule) = rule {
            put(out, format_args!(" [{rule}]"));
        }
        out.push('\n');
        let labels = labels.iter().map(|(span, words)| (*span, '-', words.as_str()));
        let marks: Vec<_> = span.map(|span| (span, '^', "")).into_iter().chain(labels).collect();
        let gutter = marks.iter().map(|(span, ..)| self.lines.line(span.start).to_string().len()).max();
        let mut shown = None;
        for (span, mark, words) in marks {
            let line = self.lines.line(span.start);
            let excerpt = self.excerpt(line, span);
            if excerpt.line.is_empty() {
                continue;
            }
            let gutter = gutter.unwrap_or_default();
            if shown != Some((line, excerpt.from)) {
                put(out, format_args!("{line:>gutter$} | {}\n", excerpt.line));
            }
            shown = Some((line, excerpt.from));
            let (indent, marks) = (" ".repeat(excerpt.indent), mark.to_string().repeat(excerpt.width));
            let space = if words.is_empty() { "" } else { " " };
            put(out, format_args!("{:gutter$} | {indent}{marks}{space}{words}\n", ""));
        }
        if let Some(help) = help {
            put(out, format_args!("help: {help}\n"));
        }
    }

    /// The part of a line that fits on a screen and holds the start of `span`.
    fn excerpt(&self, line: u32, span: Span) -> Excerpt {
        let start = self.lines.start(line);
        let text = self.lines.text(self.text, line);
        let at = |offset: u32| offset.saturating_sub(start) as usize;
        // Column before the byte at an offset of the line, on a screen without an edge.
        let column = |offset: usize| -> usize {
            text.char_indices().take_while(|&(index, _)| index < offset).map(|(_, c)| width(c)).sum()
        };
        let (first, last) = (column(at(span.start)), column(at(span.end)));
        let from = if last <= MAX_WIDTH { 0 } else { first.saturating_sub(CONTEXT) };
        let mut shown = String::new();
        let (mut position, mut clipped) = (0, false);
        for character in text.chars() {
            let next = position + width(character);
            if next > from + MAX_WIDTH {
                clipped = true;
                break;
            }
            if position >= from {
                show(character, &mut shown);
            } else if next > from {
                // Half of a wide character is outside.
                shown.push(' ');
            }
            position = next;
        }
        if clipped {
            shown.push('…');
        }
        let indent = first - from;
        let width = last.min(from + MAX_WIDTH).saturating_sub(first).max(1);
        if from > 0 {
            return Excerpt { from, line: format!("…{shown}"), indent: indent + 1, width };
        }
        Excerpt { from, line: shown, indent, width }
    }
}

struct Excerpt {
    /// Column of the line at which the excerpt starts.
    from: usize,
    line: String,
    /// Columns before the marks.
    indent: usize,
    /// Columns under which the marks stand.
    width: usize,
}

/// Puts a character as it is to be seen: a terminal must not act on it.
fn show(character: char, out: &mut String) {
    match character {
        '\t' => out.extend(std::iter::repeat_n(' ', TAB)),
        BYTE_ORDER_MARK => {}
        _ if character.is_control() || is_format(character) => out.push(char::REPLACEMENT_CHARACTER),
        _ => out.push(character),
    }
}

/// Columns of a character on a terminal, as [`show`] puts it.
fn width(character: char) -> usize {
    match character {
        '\t' => TAB,
        BYTE_ORDER_MARK => 0,
        _ if is_format(character) => 1,
        _ if in_ranges(character, COMBINING) => 0,
        _ if in_ranges(character, WIDE) => 2,
        _ => 1,
    }
}

fn in_ranges(character: char, ranges: &[(char, char)]) -> bool {
    ranges.iter().any(|&(first, last)| (first..=last).contains(&character))
}

fn put(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("writing to a string does not fail");
}

/// Most problems that are shown: more than a screen is not read.
const MAX_SHOWN: usize = 20;
/// Most columns of an excerpt.
const MAX_WIDTH: usize = 100;
/// Columns before the place when a long line is cut at its start.
const CONTEXT: usize = 30;
/// Columns of a tab.
const TAB: usize = 4;

/// Blocks of combining marks and variation selectors, which take no column (Unicode 16, `Blocks.txt`).
const COMBINING: &[(char, char)] = &[
    ('\u{300}', '\u{36f}'),
    ('\u{1ab0}', '\u{1aff}'),
    ('\u{1dc0}', '\u{1dff}'),
    ('\u{20d0}', '\u{20ff}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{fe20}', '\u{fe2f}'),
];

/// Ranges of characters that take two columns (Unicode 16, `EastAsianWidth.txt`, W and F, joined
/// where only unassigned or rare characters lie between).
const WIDE: &[(char, char)] = &[
    ('\u{1100}', '\u{115f}'),
    ('\u{2e80}', '\u{303e}'),
    ('\u{3041}', '\u{4dbf}'),
    ('\u{4e00}', '\u{a4cf}'),
    ('\u{a960}', '\u{a97c}'),
    ('\u{ac00}', '\u{d7a3}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{fe30}', '\u{fe6b}'),
    ('\u{ff01}', '\u{ff60}'),
    ('\u{ffe0}', '\u{ffe6}'),
    ('\u{1f300}', '\u{1f64f}'),
    ('\u{1f680}', '\u{1f6ff}'),
    ('\u{1f900}', '\u{1f9ff}'),
    ('\u{20000}', '\u{3fffd}'),
];

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, diagnostics: impl IntoIterator<Item = Diagnostic>, expected: &Expect) {
        let mut problems = Problems::default();
        diagnostics.into_iter().for_each(|diagnostic| problems.push(diagnostic));
        let file = SourceFile { name: String::from("spec.yml"), text: String::from(text) };
        expected.assert_eq(&render(&file, &problems));
    }

    /// Where `needle` stands in `text`.
    fn span(text: &str, needle: &str) -> Span {
        let start = text.find(needle).unwrap();
        Span::new(u32::try_from(start).unwrap(), u32::try_from(start + needle.len()).unwrap())
    }

    #[test]
    fn a_problem_has_place_excerpt_and_help() {
        let text = "name: jq\nverison: 1.10\n";
        check(
            text,
            [Diagnostic::error(span(text, "verison"), "unknown field `verison`")
                .help("did you mean `version`?")],
            &expect![[r"
                spec.yml:2:1: unknown field `verison`
                2 | verison: 1.10
                  | ^^^^^^^
                help: did you mean `version`?
            "]],
        );
    }

    #[test]
    fn problems_come_in_the_order_of_their_places() {
        let text = "a: 1\nb: 2\n";
        check(
            text,
            [
                Diagnostic::error(span(text, "2"), "second"),
                Diagnostic::warning(span(text, "a"), "first"),
                Diagnostic::error(None, "of an option"),
            ],
            &expect![[r"
                of an option
                spec.yml:1:1: warning: first
                1 | a: 1
                  | ^
                spec.yml:2:4: second
                2 | b: 2
                  |    ^
            "]],
        );
    }

    #[test]
    fn other_places_are_shown_with_their_words() {
        let text = "name: a\n\n\n\n\n\n\n\n\nname: b # again\n";
        let again = Span::new(16, 20);
        check(
            text,
            [Diagnostic::error(again, "duplicate key `name`").label(span(text, "name"), "first here")],
            &expect![[r"
                spec.yml:10:1: duplicate key `name`
                10 | name: b # again
                   | ^^^^
                 1 | name: a
                   | ---- first here
            "]],
        );
        check(
            "{a: 1, a: 2}",
            [Diagnostic::error(Span::new(7, 8), "duplicate key `a`").label(Span::new(1, 2), "first here")],
            &expect![[r"
                spec.yml:1:8: duplicate key `a`
                1 | {a: 1, a: 2}
                  |        ^
                  |  - first here
            "]],
        );
    }

    #[test]
    fn carets_stand_below_wide_combining_and_control_characters() {
        let text = "\u{feff}日本: q\u{301}\t\u{1b}[0m x\n";
        check(
            text,
            [Diagnostic::error(span(text, "x"), "here")],
            &expect![[r"
                spec.yml:1:13: here
                1 | 日本: q́    �[0m x
                  |                 ^
            "]],
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}x{}", "日".repeat(200), "é".repeat(200));
        check(
            &text,
            [Diagnostic::error(span(&text, "x"), "here")],
            &expect![[r"
            spec.yml:1:201: here
            1 | …日日日日日日日日日日日日日日日xééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé…
              |                                ^
        "]],
        );
        check(
            &text,
            [Diagnostic::error(span(&text, &text), "all of it")],
            &expect![[r"
            spec.yml:1:1: all of it
            1 | 日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日…
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        "]],
        );
    }

    #[test]
    fn a_place_of_many_lines_or_of_none_is_marked_at_its_start() {
        let text = "a:\n  b: c\n";
        check(
            text,
            [Diagnostic::error(span(text, text), "all")],
            &expect![[r"
            spec.yml:1:1: all
            1 | a:
              | ^^
        "]],
        );
        check(
            text,
            [Diagnostic::error(Span::new(11, 11), "the end")],
            &expect![[r"
                spec.yml:3:1: the end
            "]],
        );
    }

    #[test]
    fn of_very_many_problems_the_errors_are_shown() {
        let text = "x".repeat(100);
        let warnings = (0..60).map(|at| Diagnostic::warning(Span::new(at, at + 1), "small"));
        let error = Diagnostic::error(Span::new(99, 100), "big");
        let mut problems = Problems::default();
        warnings.chain([error]).for_each(|diagnostic| problems.push(diagnostic));
        let text = render(&SourceFile { name: String::from("s"), text }, &problems);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.first(), Some(&"s:1:1: warning: small"));
        assert_eq!(lines.last(), Some(&"and 41 more"));
        assert_eq!(lines[lines.len() - 4], "s:1:100: big");
    }
}
