//! Reader of unit files and other files of systemd's syntax (systemd.syntax(7)).

/// The assignments of a unit file in their order.
#[derive(Debug)]
pub(super) struct Unit {
    /// Section, key and value.
    assignments: Vec<(String, String, String)>,
}

impl Unit {
    /// Reads a file. What is not an assignment is passed over, as systemd does.
    pub(super) fn parse(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        let mut assignments = Vec::new();
        let mut section = String::new();
        let mut line = String::new();
        for part in text.lines() {
            if part.trim_start().starts_with(['#', ';']) {
                // Comments may stand between the lines of a continued one.
                continue;
            }
            if let Some(begun) = part.strip_suffix('\\') {
                line += begun;
                line.push(' ');
                continue;
            }
            line += part;
            let whole = std::mem::take(&mut line);
            let whole = whole.trim();
            if let Some(name) = whole.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                name.clone_into(&mut section);
            } else if let Some((key, value)) = whole.split_once('=') {
                assignments.push((section.clone(), key.trim().to_owned(), value.trim().to_owned()));
            }
        }
        Self { assignments }
    }

    /// The value that counts, the last, of a setting with one value; `None` if it is empty or not there.
    pub(super) fn last(&self, section: &str, key: &str) -> Option<&str> {
        self.all(section, key).last().filter(|value| !value.is_empty())
    }

    /// The words of all values of a setting that is a list; an empty value forgets those before it.
    pub(super) fn words(&self, section: &str, key: &str) -> Vec<&str> {
        let mut words = Vec::new();
        for value in self.all(section, key) {
            if value.is_empty() {
                words.clear();
            }
            words.extend(value.split_whitespace());
        }
        words
    }

    /// Whether a setting is on, in any of the words for it.
    pub(super) fn is_on(&self, section: &str, key: &str) -> bool {
        let value = self.last(section, key).map(str::to_ascii_lowercase);
        matches!(value.as_deref(), Some("1" | "on" | "t" | "true" | "y" | "yes"))
    }

    /// Whether a setting is off, in any of the words for it.
    pub(super) fn is_off(&self, section: &str, key: &str) -> bool {
        let value = self.last(section, key).map(str::to_ascii_lowercase);
        matches!(value.as_deref(), Some("0" | "f" | "false" | "n" | "no" | "off"))
    }

    fn all(&self, section: &str, key: &str) -> impl Iterator<Item = &str> {
        let matching =
            move |(in_section, of_key, _): &&(String, String, String)| in_section == section && of_key == key;
        self.assignments.iter().filter(matching).map(|(_, _, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_value_counts_and_an_empty_one_forgets() {
        let unit = Unit::parse(
            b"; c\n[Service]\nType=simple\n  Type = oneshot \n[Install]\nWantedBy=a.target \\\n# between\n  b.target\nAlias=x\nAlias=\nAlias=y z\n[Service]\nRemainAfterExit=Yes\nnonsense\n",
        );
        assert_eq!(unit.last("Service", "Type"), Some("oneshot"));
        assert_eq!(unit.words("Install", "WantedBy"), ["a.target", "b.target"]);
        assert_eq!(unit.words("Install", "Alias"), ["y", "z"]);
        assert!(unit.is_on("Service", "RemainAfterExit"));
        assert!(!unit.is_off("Service", "RemainAfterExit"));
        assert!(Unit::parse(b"[Unit]\nDefaultDependencies=False").is_off("Unit", "DefaultDependencies"));
        assert_eq!(unit.last("Unit", "Type"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in proptest::collection::vec(any::<u8>(), 0..80)) {
            Unit::parse(&text).words("Install", "WantedBy");
        }
    }
}
