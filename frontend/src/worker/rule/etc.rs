//! `/etc` cannot be extended, so a package's part of it lies in `/usr/share/NAME/etc`, and tmpfiles.d(5) lines
//! copy it to where the host has nothing yet.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::job::{Finding, Rule};
use crate::worker::entry::{Entry, Node};
use crate::worker::finding::error;
use crate::worker::path::{TreePath, printable};
use crate::worker::rule::tmpfiles::{self, Lines};
use crate::worker::tree::Tree;

/// What is to be done in `/etc`.
#[derive(Debug, Default)]
pub(super) struct Copied {
    /// The names directly in it that are to be copied, each with a package that has it.
    names: BTreeMap<Box<[u8]>, String>,
    /// User and group of what does not belong to root, by path.
    owners: BTreeMap<TreePath, String>,
}

/// Moves the entries of a package that are in `/etc`. An earlier rule has moved what systemd reads from `/usr` too.
pub(super) fn apply(
    package: &str,
    name: &str,
    entries: Vec<Entry>,
    copied: &mut Copied,
    findings: &mut Vec<Finding>,
) -> Vec<Entry> {
    let mut kept = Vec::with_capacity(entries.len());
    for mut entry in entries {
        let Some(below) = entry.path.below("etc") else {
            kept.push(entry);
            continue;
        };
        let first: Box<[u8]> = below.split(|byte| *byte == b'/').next().unwrap_or(below).into();
        if let Ok(place) = TreePath::of([directory(name).as_bytes(), below]) {
            copied.names.entry(first).or_insert_with(|| package.to_owned());
            copied.take_owner(&mut entry);
            entry.path = place;
            kept.push(entry);
        } else {
            let message =
                format!("`{}` of `{package}` is too long a path to be copied to `/etc`", entry.path);
            findings.push(error(Rule::Etc, &[package], message));
        }
    }
    kept
}

impl Copied {
    /// Notes whose the entry is and gives it to root. Whoever it is for, setuid and setgid would now mean root.
    fn take_owner(&mut self, entry: &mut Entry) {
        let Entry { path, mode, user, group, node, .. } = entry;
        let is_owner = |name: &Option<Box<str>>| name.as_deref().is_none_or(tmpfiles::is_owner);
        let is_line = !path.as_bytes().iter().any(u8::is_ascii_control);
        let plain = matches!(node, Node::Directory | Node::File { .. }) && *mode & 0o6000 == 0;
        if (user.is_none() && group.is_none()) || !is_owner(user) || !is_owner(group) || !is_line || !plain {
            return;
        }
        let [user, group] = [user, group].map(|name| name.take().unwrap_or_else(|| "root".into()));
        self.owners.insert(path.clone(), format!("- {user} {group}"));
    }

    /// Adds the lines that copy what [`apply`] moved, and give it to its owners.
    pub(super) fn add(&self, tree: &Tree, name: &str, lines: &mut Lines, findings: &mut Vec<Finding>) {
        for (entry, package) in &self.names {
            let from = [directory(name).as_bytes(), b"/", &entry[..]].concat();
            if !holds(tree, &from) {
                // Another rule has dropped it.
                continue;
            }
            if entry.iter().any(u8::is_ascii_control) {
                let shown = printable(entry);
                let message = format!(
                    "`/etc/{shown}` of `{package}` has a control character in its name: no line of tmpfiles.d can copy it"
                );
                findings.push(error(Rule::Etc, &[package], message));
                continue;
            }
            let from = [b"/", &from[..]].concat();
            lines.add("C+", &[b"/etc/", &entry[..]].concat(), "- - -", Some(&from));
        }
        for (path, owner) in &self.owners {
            lines.add("z", &[b"/", path.as_bytes()].concat(), owner, None);
        }
    }
}

/// Whether there is something at a path or below it.
fn holds(tree: &Tree, path: &[u8]) -> bool {
    let below = [path, b"/"].concat();
    let next = tree.range::<[u8], _>((Bound::Included(&below[..]), Bound::Unbounded)).next();
    tree.contains_key(path) || next.is_some_and(|(next, _)| next.as_bytes().starts_with(&below))
}

/// Where the files of `/etc` lie in the image of the spec `name`.
pub(super) fn directory(name: &str) -> String {
    format!("usr/share/{name}/etc")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::entry::tests::{directory, file, link};
    use crate::worker::{finding, tree};

    #[test]
    fn each_name_in_etc_is_copied_and_belongs_to_whom_the_package_says() {
        let owned = |mut entry: Entry, mode, user: Option<&str>, group: &str| {
            (entry.mode, entry.user, entry.group) = (mode, user.map(Into::into), Some(group.into()));
            entry
        };
        let entries = vec![
            directory("etc/zsh"),
            file("etc/zsh/zshrc", "rc"),
            file("etc/my conf", ""),
            file("etc/.hidden", ""),
            file("etc/100%", ""),
            file("etc/a\"b\\c", ""),
            link("etc/link", "../lib/x"),
            owned(directory("etc/redis"), 0o2770, None, "redis"),
            owned(file("etc/redis/redis.conf", ""), 0o640, Some("redis"), "redis"),
            owned(file("etc/odd", ""), 0o640, Some("a b"), "redis"),
            file("etc/systemd/journald.conf", ""),
            file("opt/x/etc/systemd/y", ""),
            file("usr/lib/etc", ""),
        ];
        let (mut copied, mut findings, mut lines) = (Copied::default(), Vec::new(), Lines::default());
        let kept = apply("zsh-common", "shell", entries, &mut copied, &mut findings);
        let left = kept.iter().filter(|entry| entry.user.is_some() || entry.group.is_some());
        let left: Vec<_> = left.map(|entry| entry.path.to_string()).collect();
        assert_eq!(left, ["/usr/share/shell/etc/redis", "/usr/share/shell/etc/odd"]);
        let tree = tree::tests::tree(kept.into_iter().map(|entry| (0, entry)));
        copied.add(&tree, "shell", &mut lines, &mut findings);
        expect![[r#"
            f 0644 /opt/x/etc/systemd/y ""
            f 0644 /usr/lib/etc ""
            f 0644 /usr/share/shell/etc/.hidden ""
            f 0644 /usr/share/shell/etc/100% ""
            f 0644 /usr/share/shell/etc/a"b\c ""
            l 0777 /usr/share/shell/etc/link -> ../lib/x
            f 0644 /usr/share/shell/etc/my conf ""
            f 0640 /usr/share/shell/etc/odd ""
            d 2770 /usr/share/shell/etc/redis
            f 0640 /usr/share/shell/etc/redis/redis.conf ""
            f 0644 /usr/share/shell/etc/systemd/journald.conf ""
            d 0755 /usr/share/shell/etc/zsh
            f 0644 /usr/share/shell/etc/zsh/zshrc "rc"
            C+ /etc/.hidden - - - - /usr/share/shell/etc/.hidden
            C+ /etc/100%% - - - - /usr/share/shell/etc/100%%
            C+ "/etc/a\"b\\c" - - - - /usr/share/shell/etc/a"b\x5cc
            C+ /etc/link - - - - /usr/share/shell/etc/link
            C+ "/etc/my conf" - - - - /usr/share/shell/etc/my\x20conf
            C+ /etc/odd - - - - /usr/share/shell/etc/odd
            C+ /etc/redis - - - - /usr/share/shell/etc/redis
            C+ /etc/systemd - - - - /usr/share/shell/etc/systemd
            C+ /etc/zsh - - - - /usr/share/shell/etc/zsh
            z /etc/redis/redis.conf - redis redis
        "#]]
        .assert_eq(&(tree::tests::text(&tree) + &lines.text() + &finding::tests::text(&findings)));
    }

    #[test]
    fn a_line_break_cannot_add_a_line() {
        let (mut copied, mut findings, mut lines) = (Copied::default(), Vec::new(), Lines::default());
        let kept = apply("p", "n", vec![file("etc/x\nr etc", "")], &mut copied, &mut findings);
        let tree = tree::tests::tree(kept.into_iter().map(|entry| (0, entry)));
        copied.add(&tree, "n", &mut lines, &mut findings);
        assert_eq!(lines.into_file(), None);
        expect![[r#"
            Error etc ["p"]: `/etc/x\u{a}r etc` of `p` has a control character in its name: no line of tmpfiles.d can copy it
        "#]]
        .assert_eq(&finding::tests::text(&findings));
    }
}
