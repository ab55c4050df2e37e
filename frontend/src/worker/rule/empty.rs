//! An extension that brings nothing is a mistake.

use crate::job::{Finding, Rule};
use crate::worker::finding::{error, list};
use crate::worker::tree::Tree;

/// Refuses a tree without any file of a package.
pub(super) fn apply(tree: &Tree, names: &[&str], findings: &mut Vec<Finding>) {
    if tree.values().any(|placed| !placed.is_directory()) {
        return;
    }
    let message = match names {
        [] => "there are no packages, so the extension would be empty".to_owned(),
        names => format!("nothing of {} can be in an extension, so it would be empty", list(names)),
    };
    findings
        .push(error(Rule::Empty, names, message).with_help("name packages with files in `/usr` or `/opt`"));
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::entry::tests::{directory, file};
    use crate::worker::{finding, tree};

    #[test]
    fn directories_alone_are_nothing() {
        let mut findings = Vec::new();
        apply(&Tree::new(), &[], &mut findings);
        apply(&tree::tests::tree([(0, directory("usr/lib/x"))]), &["meta"], &mut findings);
        apply(&tree::tests::tree([(0, file("usr/lib/x", ""))]), &["x"], &mut findings);
        expect![[r#"
            Error empty []: there are no packages, so the extension would be empty
              help: name packages with files in `/usr` or `/opt`
            Error empty ["meta"]: nothing of `meta` can be in an extension, so it would be empty
              help: name packages with files in `/usr` or `/opt`
        "#]]
        .assert_eq(&finding::tests::text(&findings));
    }
}
