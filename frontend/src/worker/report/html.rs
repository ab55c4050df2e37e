//! Text as HTML.

use std::fmt::Write as _;

/// A page that grows.
#[derive(Debug, Default)]
pub(super) struct Html(pub(super) String);

impl Html {
    /// Adds markup of ours.
    pub(super) fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds text from outside: nothing in it is markup.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(character),
                _ if character.is_control() => self.0.push(char::REPLACEMENT_CHARACTER),
                _ => self.0.push(character),
            }
        }
        self
    }

    /// Adds a message in which literals stand in backticks.
    pub(super) fn message(&mut self, text: &str) -> &mut Self {
        for (number, part) in text.split('`').enumerate() {
            if number % 2 == 0 {
                self.text(part);
            } else {
                self.raw("<code>").text(part).raw("</code>");
            }
        }
        self
    }

    /// Adds an element with text.
    pub(super) fn element(&mut self, name: &str, attributes: &str, text: &str) -> &mut Self {
        write!(self.0, "<{name}{attributes}>").expect("a String takes all text");
        self.text(text);
        write!(self.0, "</{name}>").expect("a String takes all text");
        self
    }

    /// Adds a cell of a table.
    pub(super) fn cell(&mut self, text: &str) -> &mut Self {
        self.element("td", "", text)
    }

    /// Adds a cell of a table with a number.
    pub(super) fn number(&mut self, text: &str) -> &mut Self {
        self.element("td", " class=\"n\"", text)
    }

    /// Adds a cell of a table with names, the first of them where there are many.
    pub(super) fn names(&mut self, names: &[String]) -> &mut Self {
        self.raw("<td>");
        for (number, name) in names.iter().take(NAMES).enumerate() {
            self.raw(if number == 0 { "" } else { "<br>" });
            self.element("code", "", name);
        }
        if let Some(more) = names.len().checked_sub(NAMES).filter(|more| *more > 0) {
            self.text(&format!(" and {more} more"));
        }
        self.raw("</td>")
    }
}

/// A size for people, in powers of 1024.
pub(super) fn size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut tenths = bytes.saturating_mul(10) / 1024;
    let mut unit = 0;
    while tenths >= 10240 && unit + 1 < units.len() {
        tenths /= 1024;
        unit += 1;
    }
    match tenths {
        0..1000 => format!("{}.{} {}", tenths / 10, tenths % 10, units[unit]),
        _ => format!("{} {}", tenths / 10, units[unit]),
    }
}

/// A count with its noun.
pub(super) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// Names in a cell.
const NAMES: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_is_markup() {
        let mut html = Html::default();
        html.text("<script>\"'&\u{1b}").message(" `<b>` ok");
        assert_eq!(html.0, "&lt;script&gt;&quot;&#39;&amp;\u{fffd} <code>&lt;b&gt;</code> ok");
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (102_399, "99.9 KiB"),
            (102_400, "100 KiB"),
            (1_048_575, "1023 KiB"),
            (1_048_576, "1.0 MiB"),
            (5 << 30, "5.0 GiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
        assert_eq!((count(1, "file"), count(2, "file")), ("1 file".to_owned(), "2 files".to_owned()));
    }
}
