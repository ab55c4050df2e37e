//! Only `/usr` and `/opt` can be extended, so what belongs there moves there and the rest is dropped
//! (systemd-sysext(8)). `/etc` is left to a later rule, and so are the directories of `/var`.

use crate::job::{Finding, Rule};
use crate::worker::entry::{Entry, Node};
use crate::worker::finding::{error, list, warning};
use crate::worker::path::{TreePath, printable};
use crate::worker::rule::link::{MERGED, Places, follow};
use crate::worker::rule::state::Directories;

/// Moves or drops the entries of a package.
pub(super) fn apply(
    package: &str,
    entries: Vec<Entry>,
    places: &Places,
    directories: &mut Directories,
    findings: &mut Vec<Finding>,
) -> Vec<Entry> {
    let mut kept = Vec::with_capacity(entries.len());
    let mut dropped = Vec::new();
    for mut entry in entries {
        if (entry.path.parts().nth(1).is_none() && is_known(entry.path.top())) || places.is_link(&entry.path)
        {
            check_top(package, &entry, places, findings);
            continue;
        }
        if is_left(&entry) {
            continue;
        }
        let place = places.moved(&entry.path).unwrap_or_else(|| entry.path.clone());
        if !matches!(place.top(), b"etc" | b"opt" | b"usr") {
            if !directories.take(&entry) {
                dropped.push((entry.path, entry.node == Node::Directory));
            }
            continue;
        }
        if let Node::Symlink(target) = &entry.node
            && place.top() != b"etc"
        {
            let target = places.retarget(&entry.path, &place, target).unwrap_or_else(|| target.to_vec());
            if follow(&place, &target).into_iter().eq(place.parts()) {
                // It led from one of two directories to the other, which are one on the host.
                continue;
            }
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

/// The directory that systemd's part of `/etc` leaves.
fn is_left(entry: &Entry) -> bool {
    entry.path.is("etc/systemd") && entry.node == Node::Directory
}

fn is_known(top: &[u8]) -> bool {
    matches!(top, b"etc" | b"opt" | b"usr") || MERGED.iter().any(|merged| merged.as_bytes() == top)
}

/// Such a directory is made when something is in it; a link that every host has is not needed.
fn check_top(package: &str, entry: &Entry, places: &Places, findings: &mut Vec<Finding>) {
    match &entry.node {
        Node::Directory => return,
        Node::Symlink(target) => {
            let meant = places.place(follow(&entry.path, target));
            if meant.len() > 1 && meant == places.place(entry.path.parts().collect()) {
                return;
            }
        }
        _ => {}
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
    use crate::worker::rule::link::tests::places;
    use crate::worker::{finding, tree};

    fn check(entries: Vec<Entry>, expected: &Expect) {
        check_on(&[], entries, expected);
    }

    fn check_on(links: &[(&str, &str)], entries: Vec<Entry>, expected: &Expect) {
        let (mut directories, mut findings) = (Directories::default(), Vec::new());
        let kept = apply("p", entries, &places(links), &mut directories, &mut findings);
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
                directory("srv"),
                directory("srv/lib"),
                directory("srv/lib/x"),
                file("srv/lib/y/z", ""),
                directory("srv/lib/y"),
                directory("var/lib/x"),
                file("var/lib/x/y", ""),
                file("usr/bin/x", "x"),
                file("README", ""),
            ],
            &expect![[r#"
                f 0644 /usr/bin/x "x"
                Warning outside ["p"]: `p` also has `/README`, `/srv/lib/x`, `/srv/lib/y/z` and `/var/lib/x/y`, which an extension cannot bring: it extends only `/usr` and `/opt`
                  help: make on the host what its programs need of these
            "#]],
        );
    }

    #[test]
    fn no_directory_hides_a_link_of_the_host() {
        check_on(
            &[("usr/lib64", "usr/lib"), ("usr/sbin", "usr/bin")],
            vec![
                directory("usr/sbin"),
                file("usr/sbin/x", "x"),
                file("sbin/y", "y"),
                link("usr/bin/z", "../sbin/x"),
                link("usr/sbin/both", "../bin/both"),
                file("usr/bin/both", "both"),
                link("sbin", "usr/bin"),
                link("usr/lib64", "lib"),
                file("lib64/l", "l"),
            ],
            &expect![[r#"
                f 0644 /usr/bin/both "both"
                f 0644 /usr/bin/x "x"
                f 0644 /usr/bin/y "y"
                l 0777 /usr/bin/z -> x
                f 0644 /usr/lib/l "l"
            "#]],
        );
        check_on(
            &[("usr/sbin", "usr/bin")],
            vec![link("usr/sbin", "lib"), file("usr/bin/x", "")],
            &expect![[r#"
                f 0644 /usr/bin/x ""
                Error mask ["p"]: `/usr/sbin` is a symbolic link to `lib` in `p`; it would hide the host's directory
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
