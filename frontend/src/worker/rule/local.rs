//! `/usr/local` is the host's own.

use crate::job::{Finding, Rule};
use crate::worker::entry::{Entry, Node};
use crate::worker::finding::{list, warning};
use crate::worker::path::TreePath;

/// Drops the empty directories that a package has there, and says what else it has.
///
/// On hosts whose `/usr` is an image, `/usr/local` is often a link to `/var` or a file system of its own: a directory
/// of the extension would hide it.
pub(super) fn apply(package: &str, entries: Vec<Entry>, findings: &mut Vec<Finding>) -> Vec<Entry> {
    let is_local = |path: &TreePath| path.is(LOCAL) || path.below(LOCAL).is_some();
    let mut files = Vec::new();
    let mut kept = Vec::with_capacity(entries.len());
    for entry in entries {
        if is_local(&entry.path) {
            if entry.node == Node::Directory {
                continue;
            }
            files.push(entry.path.clone());
        }
        kept.push(entry);
    }
    if !files.is_empty() {
        let message = format!(
            "`{package}` has {} in `/usr/local`: while the extension is merged, that is read-only, and what the host keeps there in a file system of its own or behind a link is hidden",
            list(&files)
        );
        let help = "choose a package that keeps its files elsewhere in `/usr`";
        findings.push(warning(Rule::Local, &[package], message).about(files).with_help(help));
    }
    kept
}

const LOCAL: &str = "usr/local";

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::entry::tests::{directory, file};
    use crate::worker::finding::tests::text;

    #[test]
    fn usr_local_is_left_to_the_host() {
        let mut findings = Vec::new();
        let empty = vec![directory("usr/local"), directory("usr/local/share"), file("usr/locale", "")];
        assert_eq!(apply("p", empty, &mut findings).len(), 1);
        assert!(findings.is_empty());
        let full = vec![directory("usr/local/bin"), file("usr/local/bin/x", "")];
        assert_eq!(apply("p", full, &mut findings).len(), 1);
        expect![[r#"
            Warning local ["p"]: `p` has `/usr/local/bin/x` in `/usr/local`: while the extension is merged, that is read-only, and what the host keeps there in a file system of its own or behind a link is hidden
              help: choose a package that keeps its files elsewhere in `/usr`
        "#]]
        .assert_eq(&text(&findings));
    }
}
