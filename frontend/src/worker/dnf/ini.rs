//! The form in which dnf and its kin are configured: sections of keys and values.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// A section: its name, and its values by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
    /// The file that has it; empty where it was read from a text.
    pub(super) file: PathBuf,
    pub(super) name: String,
    pub(super) values: BTreeMap<String, String>,
}

/// Reads `[NAME]` and `KEY=VALUE` lines as dnf.conf(5) has them: `#` and `;` begin a comment, a line that begins with
/// white space goes on with the value before it, and of two values of one key the last counts.
///
/// # Errors
/// The number of the first line, from 1, that is none of this.
pub(super) fn parse(text: &str) -> Result<Vec<Section>, usize> {
    let mut sections: Vec<Section> = Vec::new();
    let mut last: Option<String> = None;
    for (line, number) in text.lines().zip(1_usize..) {
        if line.trim().is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let section = sections.last_mut();
        if line.starts_with(char::is_whitespace) {
            let (section, key) = section.zip(last.as_ref()).ok_or(number)?;
            let value = section.values.entry(key.clone()).or_default();
            value.push('\n');
            value.push_str(line.trim());
        } else if let Some(rest) = line.strip_prefix('[') {
            let (name, _) = rest.split_once(']').ok_or(number)?;
            sections.push(Section { name: name.trim().to_owned(), ..Section::default() });
            last = None;
        } else {
            let (key, value) = line.split_once('=').ok_or(number)?;
            let key = key.trim().to_owned();
            section.ok_or(number)?.values.insert(key.clone(), value.trim().to_owned());
            last = Some(key);
        }
    }
    Ok(sections)
}

impl Section {
    /// The value of a key; an empty one is none.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The words of a list: separated by white space and commas.
    pub(super) fn list(&self, key: &str) -> impl Iterator<Item = &str> {
        let value = self.value(key).unwrap_or_default();
        value.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty())
    }

    /// A switch; a word that is none is no answer.
    pub(super) fn switch(&self, key: &str) -> Option<bool> {
        match self.value(key)?.to_ascii_lowercase().as_str() {
            "1" | "yes" | "true" | "on" => Some(true),
            "0" | "no" | "false" | "off" => Some(false),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sections_have_values_of_one_or_more_lines() {
        let text = "\
# comment
[main]
gpgcheck = True
; comment
[a-repo]
baseurl=https://example.org/a=b,
  https://example.net/ c
enabled=0
enabled=1
name=
";
        let sections = parse(text).unwrap();
        assert_eq!(
            sections.iter().map(|section| section.name.as_str()).collect::<Vec<_>>(),
            ["main", "a-repo"]
        );
        assert_eq!(sections[0].switch("gpgcheck"), Some(true));
        let list: Vec<_> = sections[1].list("baseurl").collect();
        assert_eq!(list, ["https://example.org/a=b", "https://example.net/", "c"]);
        assert_eq!(sections[1].switch("enabled"), Some(true));
        assert_eq!(sections[1].value("name"), None);
        assert_eq!(sections[1].switch("baseurl"), None);
    }

    #[test]
    fn the_line_that_cannot_be_read_is_told() {
        for (text, line) in [("key=value", 1), ("[a]\nx", 2), ("\n[a", 2), (" x", 1), ("[a]\n x=1", 2)] {
            assert_eq!(parse(text), Err(line), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[\\[\\]a=#; \n]{0,40}") {
            let _ = parse(&text);
        }
    }
}
