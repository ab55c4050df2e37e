//! How findings are worded.

use crate::job::{Finding, Level, Rule};

/// What forbids the image.
pub(crate) fn error(rule: Rule, packages: &[&str], message: String) -> Finding {
    finding(rule, Level::Error, packages, message)
}

/// What the author should know of an image that can be made.
pub(crate) fn warning(rule: Rule, packages: &[&str], message: String) -> Finding {
    finding(rule, Level::Warning, packages, message)
}

fn finding(rule: Rule, level: Level, packages: &[&str], message: String) -> Finding {
    let packages = packages.iter().map(|name| (*name).to_owned()).collect();
    Finding { rule, level, packages, paths: Vec::new(), message, help: None }
}

impl Finding {
    /// Adds the files, or libraries, that it is about.
    pub(crate) fn about<T: ToString>(self, paths: impl IntoIterator<Item = T>) -> Self {
        Self { paths: paths.into_iter().map(|path| path.to_string()).collect(), ..self }
    }

    /// Adds what to do.
    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// The items in backticks, the first of them where there are many: `` `a`, `b` and 3 more ``.
pub(crate) fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| format!("`{}`", item.to_string())).collect();
    join(&items)
}

/// The items as they are, the first of them where there are many.
pub(crate) fn join(items: &[String]) -> String {
    let (shown, more) = items.split_at(items.len().min(SHOWN));
    match (shown, more.len()) {
        ([first @ .., last], 0) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        (shown, 0) => shown.join(", "),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Most items that a finding names.
const SHOWN: usize = 20;

#[cfg(test)]
pub(crate) mod tests {
    use std::fmt::Write;

    use super::*;

    /// Findings as a user would read them.
    pub(crate) fn text(findings: &[Finding]) -> String {
        let mut out = String::new();
        for Finding { rule, level, packages, message, help, .. } in findings {
            writeln!(out, "{level:?} {rule} {packages:?}: {message}").unwrap();
            if let Some(help) = help {
                writeln!(out, "  help: {help}").unwrap();
            }
        }
        out
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(list([1]), "`1`");
        assert_eq!(list([1, 2]), "`1` and `2`");
        assert_eq!(list([1, 2, 3]), "`1`, `2` and `3`");
        assert!(list(0..20).ends_with("`18` and `19`"));
        assert!(list(0..25).ends_with("`18`, `19` and 5 more"));
    }
}
