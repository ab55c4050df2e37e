//! Only `/usr` and `/opt` can be extended, so what belongs there moves there and the rest is dropped
//! (systemd-sysext(8)). `/etc` is left to the next rule.

use crate::job::{Finding, Rule};
use crate::worker::entry::{Entry, Node};
use crate::worker::finding::{error, list, warning};
use crate::worker::path::{TreePath, printable};
use crate::worker::rule::link::{MERGED, follow, moved, retarget};

/// Moves or drops the entries of a package.
pub(super) fn apply(package: &str, entries: Vec<Entry>, findings: &mut Vec<Finding>) -> Vec<Entry> {
    let mut kept = Vec::with_capacity(entries.len());
    let mut dropped = Vec::new();
    for mut entry in entries {
        if entry.path.parts().nth(1).is_none() && is_known(entry.path.top()) {
            check_top(package, &entry, findings);
            continue;
        }
        let place = match entry.path.top() {
            b"etc" | b"opt" | b"usr" => entry.path.clone(),
            _ => {
                let Some(place) = moved(&entry.path) else {
                    dropped.push((entry.path, entry.node == Node::Directory));
                    continue;
                };
                place
            }
        };
        if let Node::Symlink(target) = &entry.node
            && entry.path.top() != b"etc"
            && let Some(target) = retarget(&entry.path, &place, target)
        {
            entry.node = Node::Symlink(target.into());
        }
        entry.path = place;
        kept.push(entry);
    }
    if !dropped.is_empty() {
        let dropped = leaves(dropped);
        let message = format!(
            "`{package}` also has {}, which an extension cannot bring: it extends only `/usr` and `/opt`",
            list(&dropped)
        );
        findings.push(
            warning(Rule::Outside, &[package], message)
                .about(dropped)
                .with_help("make on the host what its programs need of these"),
        );
    }
    kept
}

fn is_known(top: &[u8]) -> bool {
    matches!(top, b"etc" | b"opt" | b"usr") || MERGED.iter().any(|merged| merged.as_bytes() == top)
}

/// A top-level directory is made when something is in it; a link that every host has is not needed.
fn check_top(package: &str, entry: &Entry, findings: &mut Vec<Finding>) {
    let place = match &entry.node {
        Node::Directory => return,
        Node::Symlink(target) => follow(&entry.path, target),
        _ => Vec::new(),
    };
    if place.len() == 2 && place[0] == b"usr" && place[1] == entry.path.top() {
        return;
    }
    let what = match &entry.node {
        Node::Symlink(target) => format!("a symbolic link to `{}`", printable(target)),
        _ => "no directory".into(),
    };
    let message = format!("`{}` is {what} in `{package}`; it would hide the host's directory", entry.path);
    findings.push(error(Rule::Mask, &[package], message).about([&entry.path]));
}

/// The paths without directories that hold others of them: these say nothing new.
fn leaves(mut paths: Vec<(TreePath, bool)>) -> Vec<TreePath> {
    paths.sort();
    paths.dedup();
    let parents: std::collections::BTreeSet<TreePath> =
        paths.iter().filter_map(|(path, _)| path.parents().last()).collect();
    paths.retain(|(path, directory)| !directory || !parents.contains(path));
    paths.into_iter().map(|(path, _)| path).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::worker::entry::tests::{directory, file, link};
    use crate::worker::{finding, tree};

    fn check(entries: Vec<Entry>, expected: &Expect) {
        let mut findings = Vec::new();
        let kept = apply("p", entries, &mut findings);
        let kept = tree::tests::tree(kept.into_iter().map(|entry| (0, entry)));
        expected.assert_eq(&(tree::tests::text(&kept) + &finding::tests::text(&findings)));
    }

    #[test]
    fn old_top_level_directories_move_below_usr_and_leave_nothing() {
        check(
            vec![
                directory("bin"),
                file("bin/sh", "sh"),
                directory("lib64"),
                directory("lib"),
                directory("lib/systemd"),
                link("lib/systemd/x", "../../etc/y"),
                link("sbin/halt", "/bin/systemctl"),
                link("usr/bin/vi", "../../bin/ed"),
                file("opt/x/y", "z"),
                directory("usr"),
                directory("opt"),
                directory("etc"),
                file("etc/x", "y"),
            ],
            &expect![[r#"
                f 0644 /etc/x "y"
                f 0644 /opt/x/y "z"
                f 0644 /usr/bin/sh "sh"
                l 0777 /usr/bin/vi -> ed
                d 0755 /usr/lib/systemd
                l 0777 /usr/lib/systemd/x -> ../../../etc/y
                l 0777 /usr/sbin/halt -> /usr/bin/systemctl
            "#]],
        );
    }

    #[test]
    fn what_an_extension_cannot_bring_is_named_once() {
        check(
            vec![
                directory("var"),
                directory("var/lib"),
                directory("var/lib/x"),
                file("var/lib/y/z", ""),
                directory("var/lib/y"),
                directory("run/x"),
                file("usr/bin/x", "x"),
                file("README", ""),
            ],
            &expect![[r#"
                f 0644 /usr/bin/x "x"
                Warning outside ["p"]: `p` also has `/README`, `/run/x`, `/var/lib/x` and `/var/lib/y/z`, which an extension cannot bring: it extends only `/usr` and `/opt`
                  help: make on the host what its programs need of these
            "#]],
        );
    }

    #[test]
    fn links_that_every_host_has_are_dropped_and_others_are_refused() {
        check(
            vec![
                link("bin", "usr/bin"),
                link("lib64", "/usr/lib64"),
                link("lib", "lib32"),
                file("usr", ""),
                link("opt", "/x"),
            ],
            &expect![[r#"
                Error mask ["p"]: `/lib` is a symbolic link to `lib32` in `p`; it would hide the host's directory
                Error mask ["p"]: `/usr` is no directory in `p`; it would hide the host's directory
                Error mask ["p"]: `/opt` is a symbolic link to `/x` in `p`; it would hide the host's directory
            "#]],
        );
    }
}
