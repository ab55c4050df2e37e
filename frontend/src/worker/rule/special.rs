//! Devices and named pipes have no place in an extension.

use crate::job::{Finding, Rule};
use crate::worker::entry::{Entry, Node};
use crate::worker::finding::{error, list, warning};

/// Refuses devices, which are ways around permissions or marks of an overlay, and drops named pipes.
pub(super) fn apply(package: &str, entries: Vec<Entry>, findings: &mut Vec<Finding>) -> Vec<Entry> {
    let mut devices = Vec::new();
    let mut pipes = Vec::new();
    let mut kept = Vec::with_capacity(entries.len());
    for entry in entries {
        match entry.node {
            Node::Device => devices.push(entry.path),
            Node::Fifo => pipes.push(entry.path),
            _ => kept.push(entry),
        }
    }
    if !devices.is_empty() {
        let message =
            format!("`{package}` has device nodes, which an extension must not have: {}", list(&devices));
        findings.push(error(Rule::SpecialFile, &[package], message).about(devices));
    }
    if !pipes.is_empty() {
        let message =
            format!("`{package}` has named pipes, which cannot be used in an extension: {}", list(&pipes));
        findings.push(warning(Rule::SpecialFile, &[package], message).about(pipes));
    }
    kept
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::entry::tests::{entry, file};
    use crate::worker::finding::tests::text;

    #[test]
    fn devices_are_refused_and_pipes_dropped() {
        let mut findings = Vec::new();
        let entries = vec![file("usr/a", ""), entry("usr/b", Node::Device), entry("usr/c", Node::Fifo)];
        assert_eq!(apply("p", entries, &mut findings).len(), 1);
        expect![[r#"
            Error special-file ["p"]: `p` has device nodes, which an extension must not have: `/usr/b`
            Warning special-file ["p"]: `p` has named pipes, which cannot be used in an extension: `/usr/c`
        "#]]
        .assert_eq(&text(&findings));
    }
}
