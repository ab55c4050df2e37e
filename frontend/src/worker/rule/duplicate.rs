//! One path, one file: packages may agree on it, but none of them wins.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::io;

use crate::job::{Finding, Rule};
use crate::worker::entry::Node;
use crate::worker::finding::{error, list};
use crate::worker::path::TreePath;
use crate::worker::store::Store;
use crate::worker::tree::{Placed, Tree};

/// Builds the tree of all packages.
#[derive(Debug)]
pub(super) struct Merger<'a> {
    store: &'a Store,
    tree: Tree,
    conflicts: BTreeMap<(Option<usize>, Option<usize>, Difference), Vec<TreePath>>,
}

/// In what two files with one path differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    Content,
    Permissions,
}

impl<'a> Merger<'a> {
    /// An empty tree.
    pub(super) fn new(store: &'a Store) -> Self {
        Self { store, tree: Tree::new(), conflicts: BTreeMap::new() }
    }

    /// Adds a file. Directories merge, with the rights that any of them gives; equal files are one.
    pub(super) fn add(&mut self, path: TreePath, placed: Placed) -> io::Result<()> {
        let mut slot = match self.tree.entry(path) {
            Slot::Vacant(slot) => {
                slot.insert(placed);
                return Ok(());
            }
            Slot::Occupied(slot) => slot,
        };
        let there = slot.get_mut();
        let same = match (&there.node, &placed.node) {
            (Node::Directory, Node::Directory) => {
                there.mode |= placed.mode;
                return Ok(());
            }
            (Node::Symlink(one), Node::Symlink(other)) => one == other,
            (Node::File { content: one, .. }, Node::File { content: other, .. }) => {
                self.store.same(one, other)?
            }
            _ => false,
        };
        let difference = match same {
            false => Some(Difference::Content),
            true if (there.mode, &there.xattrs) != (placed.mode, &placed.xattrs) => {
                Some(Difference::Permissions)
            }
            true => None,
        };
        if let Some(difference) = difference {
            let packages = (there.package, placed.package, difference);
            self.conflicts.entry(packages).or_default().push(slot.key().clone());
        }
        Ok(())
    }

    /// The tree, in which the first of two different files stands, and what is wrong with it.
    pub(super) fn finish(self, names: &[&str], findings: &mut Vec<Finding>) -> Tree {
        let name =
            |number: Option<usize>| number.and_then(|number| names.get(number)).copied().unwrap_or_default();
        for ((one, other, difference), mut paths) in self.conflicts {
            let (one, other) = (name(one), name(other));
            paths.sort();
            paths.dedup();
            let are = if paths.len() == 1 { "is" } else { "are" };
            let (shown, how) = (list(&paths), difference.how());
            findings.push(if one == other {
                let message = format!("{shown} {are} twice in `{one}`, {how}");
                error(Rule::DuplicatePath, &[one], message)
                    .about(paths)
                    .with_help("leave the package out: `/lib` and `/usr/lib` are one directory")
            } else {
                let message = format!("{shown} {are} in both `{one}` and `{other}`, {how}");
                error(Rule::DuplicatePath, &[one, other], message)
                    .about(paths)
                    .with_help("keep one of the two packages")
            });
        }
        self.tree
    }
}

impl Difference {
    fn how(self) -> &'static str {
        match self {
            Self::Content => "with different content",
            Self::Permissions => "with different permissions",
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::worker::entry::Entry;
    use crate::worker::entry::tests::{directory, file, link};
    use crate::worker::{finding, tree};

    fn check(entries: Vec<(usize, Entry)>, expected: &Expect) {
        let store = Store::default();
        let mut merger = Merger::new(&store);
        for (package, Entry { path, mode, xattrs, node, .. }) in entries {
            merger.add(path, Placed { package: Some(package), mode, xattrs, node }).unwrap();
        }
        let mut findings = Vec::new();
        let tree = merger.finish(&["a", "b", "c"], &mut findings);
        expected.assert_eq(&(tree::tests::text(&tree) + &finding::tests::text(&findings)));
    }

    fn mode(mut entry: Entry, mode: u32) -> Entry {
        entry.mode = mode;
        entry
    }

    #[test]
    fn equal_files_are_one_and_directories_merge() {
        check(
            vec![
                (0, mode(directory("usr/x"), 0o755)),
                (1, mode(directory("usr/x"), 0o775)),
                (0, file("usr/x/a", "same")),
                (1, file("usr/x/a", "same")),
                (0, link("usr/x/l", "a")),
                (2, link("usr/x/l", "a")),
            ],
            &expect![[r#"
                d 0775 /usr/x
                f 0644 /usr/x/a "same"
                l 0777 /usr/x/l -> a
            "#]],
        );
    }

    #[test]
    fn different_files_are_named_with_both_packages() {
        check(
            vec![
                (0, file("usr/sbin/sendmail", "1")),
                (0, file("usr/bin/mailq", "1")),
                (1, file("usr/sbin/sendmail", "2")),
                (1, file("usr/bin/mailq", "2")),
                (2, file("usr/sbin/sendmail", "3")),
                (0, file("usr/lib/m", "1")),
                (1, mode(file("usr/lib/m", "1"), 0o755)),
                (0, link("usr/lib/l", "1")),
                (1, link("usr/lib/l", "2")),
                (0, file("usr/lib/k", "1")),
                (1, directory("usr/lib/k")),
                (2, file("usr/lib/z", "1")),
                (2, file("usr/lib/z", "2")),
            ],
            &expect![[r#"
                f 0644 /usr/bin/mailq "1"
                f 0644 /usr/lib/k "1"
                l 0777 /usr/lib/l -> 1
                f 0644 /usr/lib/m "1"
                f 0644 /usr/lib/z "1"
                f 0644 /usr/sbin/sendmail "1"
                Error duplicate-path ["a", "b"]: `/usr/bin/mailq`, `/usr/lib/k`, `/usr/lib/l` and `/usr/sbin/sendmail` are in both `a` and `b`, with different content
                  help: keep one of the two packages
                Error duplicate-path ["a", "b"]: `/usr/lib/m` is in both `a` and `b`, with different permissions
                  help: keep one of the two packages
                Error duplicate-path ["a", "c"]: `/usr/sbin/sendmail` is in both `a` and `c`, with different content
                  help: keep one of the two packages
                Error duplicate-path ["c"]: `/usr/lib/z` is twice in `c`, with different content
                  help: leave the package out: `/lib` and `/usr/lib` are one directory
            "#]],
        );
    }
}
