//! Owners and permissions: in an image everything belongs to root, so that what a package gave to another user
//! must not gain root's rights.

use crate::job::{Finding, Rule};
use crate::worker::capability;
use crate::worker::entry::{Entry, Node, Xattrs};
use crate::worker::finding::{join, warning};
use crate::worker::path::{TreePath, printable};
use crate::worker::rule::mask;
use crate::worker::tree::Placed;

/// What is to be said of one package.
#[derive(Default)]
struct Said {
    /// Programs that run with root's rights whoever starts them.
    kept: Listed,
    /// Programs that ran with another user's or group's rights.
    cleared: Listed,
    /// Other files that belonged to somebody else.
    owned: Listed,
    /// Directories of hosts that not everybody could enter.
    opened: Listed,
    /// Extended attributes.
    xattrs: Listed,
}

/// Files, and what is said of each.
#[derive(Default)]
struct Listed {
    paths: Vec<TreePath>,
    words: Vec<String>,
}

impl Listed {
    fn add(&mut self, path: &TreePath, words: String) {
        self.paths.push(path.clone());
        self.words.push(words);
    }
}

/// Gives the entries of package `number` to root.
pub(super) fn apply(
    package: &str,
    number: usize,
    entries: Vec<Entry>,
    findings: &mut Vec<Finding>,
) -> Vec<(TreePath, Placed)> {
    let mut said = Said::default();
    let placed = entries.into_iter().map(|entry| place(number, entry, &mut said));
    let placed = placed.collect();
    said.report(package, findings);
    placed
}

fn place(number: usize, entry: Entry, said: &mut Said) -> (TreePath, Placed) {
    let Entry { path, mut mode, user, group, xattrs, node } = entry;
    match &node {
        Node::Symlink(_) => mode = 0o777,
        Node::Directory => {
            mode = directory(&path, mode, user.as_deref(), group.as_deref(), said);
        }
        _ => mode = program(&path, mode, user.as_deref(), group.as_deref(), said),
    }
    let xattrs = keep_capabilities(&path, &node, xattrs, said);
    (path, Placed { package: Some(number), mode, xattrs, node })
}

/// A directory's mode. The topmost layer's mode counts in a merged `/usr`, so one that hosts have must let everybody
/// in, while the package's own may be as closed as it wants them.
fn directory(path: &TreePath, mode: u32, user: Option<&str>, group: Option<&str>, said: &mut Said) -> u32 {
    if user.is_some() || group.is_some() {
        said.owned.add(path, owned(path, user, group));
    }
    let mode = mode & !SETUID & if group.is_some() { !SETGID } else { !0 };
    if !mask::is_directory_of_hosts(path) || mode & OPEN == OPEN {
        return mode;
    }
    said.opened.add(path, format!("`{path}`"));
    mode | OPEN
}

/// The mode of a file.
fn program(path: &TreePath, mode: u32, user: Option<&str>, group: Option<&str>, said: &mut Said) -> u32 {
    let mut words = Vec::new();
    let mut lost = Vec::new();
    let mut mode = mode;
    for (bit, word, owner) in [(SETUID, "setuid", user), (SETGID, "setgid", group)] {
        match owner {
            _ if mode & bit == 0 => {}
            None => words.push(word.to_owned()),
            Some(owner) => {
                mode &= !bit;
                lost.push(format!("{word} {owner}"));
            }
        }
    }
    if !words.is_empty() {
        said.kept.add(path, format!("`{path}` ({})", words.join(", ")));
    }
    if !lost.is_empty() {
        said.cleared.add(path, format!("`{path}` ({})", lost.join(", ")));
    } else if user.is_some() || group.is_some() {
        said.owned.add(path, owned(path, user, group));
    }
    mode
}

/// Keeps file capabilities, which need no owner; others mean nothing on another host.
fn keep_capabilities(path: &TreePath, node: &Node, mut xattrs: Xattrs, said: &mut Said) -> Xattrs {
    xattrs.retain(|name, value| {
        let is_capability = **name == *capability::ATTRIBUTE && matches!(node, Node::File { .. });
        let capabilities = if is_capability { capability::names(value) } else { None };
        let keep = capabilities.is_some();
        if let Some(names) = capabilities {
            said.kept.add(path, format!("`{path}` ({names})"));
        } else {
            said.xattrs.add(path, format!("`{}` of `{path}`", printable(name)));
        }
        keep
    });
    xattrs
}

fn owned(path: &TreePath, user: Option<&str>, group: Option<&str>) -> String {
    format!("`{path}` ({}:{})", user.unwrap_or("root"), group.unwrap_or("root"))
}

impl Said {
    fn report(self, package: &str, findings: &mut Vec<Finding>) {
        let Self { kept, cleared, owned, opened, xattrs } = self;
        let mut say = |listed: Listed, message: String, help: Option<&str>| {
            let Listed { paths, words } = listed;
            if !words.is_empty() {
                let message = format!("{message}: {}", join(&words));
                let finding = warning(Rule::Privilege, &[package], message).about(paths);
                findings.push(match help {
                    Some(help) => finding.with_help(help),
                    None => finding,
                });
            }
        };
        say(kept, format!("`{package}` has programs with privileges for whoever starts them"), None);
        say(
            cleared,
            format!(
                "programs of `{package}` lose the rights of another user or group, since an extension's files belong to root"
            ),
            Some("where they need them, give them back on the host, such as with `User=` in a service"),
        );
        say(
            owned,
            format!("files of `{package}` belong to another user or group, and to root in an extension"),
            None,
        );
        say(
            opened,
            format!(
                "directories of `{package}` that every host has are closed, and mode 0755 in an extension"
            ),
            None,
        );
        say(xattrs, format!("extended attributes of `{package}` are left out"), None);
    }
}

/// Runs with the owner's rights.
const SETUID: u32 = 0o4000;
/// Runs with the group's rights.
const SETGID: u32 = 0o2000;
/// What every directory of `/usr` and `/opt` has at least.
const OPEN: u32 = 0o755;

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::worker::entry::tests::{directory, file, link};
    use crate::worker::{finding, tree};

    fn with(mut entry: Entry, mode: u32, user: &str, group: &str) -> Entry {
        entry.mode = mode;
        entry.user = (user != "root").then(|| user.into());
        entry.group = (group != "root").then(|| group.into());
        entry
    }

    fn check(entries: Vec<Entry>, expected: &Expect) {
        let mut findings = Vec::new();
        let placed = apply("p", 0, entries, &mut findings);
        let tree = placed.into_iter().collect();
        expected.assert_eq(&(tree::tests::text(&tree) + &finding::tests::text(&findings)));
    }

    #[test]
    fn only_what_was_roots_keeps_its_bits() {
        check(
            vec![
                with(file("usr/bin/sudo", ""), 0o4755, "root", "root"),
                with(file("usr/bin/at", ""), 0o6755, "daemon", "daemon"),
                with(file("usr/bin/wall", ""), 0o2755, "root", "tty"),
                with(file("usr/bin/both", ""), 0o6755, "root", "mail"),
                with(file("usr/bin/group", ""), 0o6750, "mail", "root"),
            ],
            &expect![[r#"
                f 0755 /usr/bin/at ""
                f 4755 /usr/bin/both ""
                f 2750 /usr/bin/group ""
                f 4755 /usr/bin/sudo ""
                f 0755 /usr/bin/wall ""
                Warning privilege ["p"]: `p` has programs with privileges for whoever starts them: `/usr/bin/sudo` (setuid), `/usr/bin/both` (setuid) and `/usr/bin/group` (setgid)
                Warning privilege ["p"]: programs of `p` lose the rights of another user or group, since an extension's files belong to root: `/usr/bin/at` (setuid daemon, setgid daemon), `/usr/bin/wall` (setgid tty), `/usr/bin/both` (setgid mail) and `/usr/bin/group` (setuid mail)
                  help: where they need them, give them back on the host, such as with `User=` in a service
            "#]],
        );
    }

    #[test]
    fn directories_of_hosts_let_everybody_in() {
        check(
            vec![
                with(directory("usr/bin"), 0o700, "root", "root"),
                with(directory("usr/share/polkit-1/rules.d"), 0o700, "polkitd", "root"),
                with(directory("usr/lib/x"), 0o700, "root", "root"),
                with(directory("usr/share/n/etc/x"), 0o750, "root", "root"),
                with(directory("opt/tmp"), 0o1777, "root", "root"),
                with(directory("opt/x"), 0o2750, "root", "dip"),
            ],
            &expect![[r#"
                d 1777 /opt/tmp
                d 0750 /opt/x
                d 0755 /usr/bin
                d 0700 /usr/lib/x
                d 0750 /usr/share/n/etc/x
                d 0755 /usr/share/polkit-1/rules.d
                Warning privilege ["p"]: files of `p` belong to another user or group, and to root in an extension: `/usr/share/polkit-1/rules.d` (polkitd:root) and `/opt/x` (root:dip)
                Warning privilege ["p"]: directories of `p` that every host has are closed, and mode 0755 in an extension: `/usr/bin` and `/usr/share/polkit-1/rules.d`
            "#]],
        );
    }

    #[test]
    fn of_all_attributes_only_capabilities_stay() {
        let mut ping = file("usr/bin/ping", "");
        let value = capability::attribute("cap_net_raw+ep").unwrap().unwrap();
        ping.xattrs.insert(capability::ATTRIBUTE.into(), value.into());
        ping.xattrs.insert((*b"security.selinux").into(), (*b"x").into());
        let mut folder = directory("usr/bin");
        folder.xattrs.insert((*b"user.x").into(), (*b"y").into());
        let mut odd = file("usr/bin/odd", "");
        odd.xattrs.insert(capability::ATTRIBUTE.into(), (*b"\x01").into());
        let mut findings = Vec::new();
        let placed = apply("p", 0, vec![ping, folder, link("usr/bin/x", "y"), odd], &mut findings);
        assert_eq!(placed[0].1.xattrs.len(), 1);
        assert!(placed[1].1.xattrs.is_empty());
        expect![[r#"
            Warning privilege ["p"]: `p` has programs with privileges for whoever starts them: `/usr/bin/ping` (cap_net_raw)
            Warning privilege ["p"]: extended attributes of `p` are left out: `security.selinux` of `/usr/bin/ping`, `user.x` of `/usr/bin` and `security.capability` of `/usr/bin/odd`
        "#]]
        .assert_eq(&finding::tests::text(&findings));
    }
}
