//! Directories of `/var` and `/run`, which an extension cannot bring: lines of tmpfiles.d(5) make them on the host.

use std::collections::BTreeMap;

use crate::worker::entry::{Entry, Node};
use crate::worker::path::TreePath;
use crate::worker::rule::tmpfiles::{self, Lines};

/// Directories to make.
#[derive(Debug, Default)]
pub(super) struct Directories(BTreeMap<TreePath, Directory>);

/// How one is made.
#[derive(Debug)]
struct Directory {
    mode: u32,
    user: Box<str>,
    group: Box<str>,
}

impl Directories {
    /// Takes what is such a directory; of two packages with one, the first says how it is made.
    pub(super) fn take(&mut self, entry: &Entry) -> bool {
        let Entry { path, mode, user, group, node, .. } = entry;
        let makes = matches!(path.top(), b"run" | b"var")
            && *node == Node::Directory
            && !path.as_bytes().iter().any(u8::is_ascii_control);
        if !makes {
            return false;
        }
        let name = |owner: &Option<Box<str>>| match owner {
            None => Some("root".into()),
            Some(name) => tmpfiles::is_owner(name).then(|| name.clone()),
        };
        let (Some(user), Some(group)) = (name(user), name(group)) else { return false };
        if !is_hosts(path) {
            self.0.entry(path.clone()).or_insert(Directory { mode: *mode, user, group });
        }
        true
    }

    /// Adds the lines; `said` are paths that packages themselves have lines for.
    pub(super) fn add(&self, said: &std::collections::BTreeSet<Box<[u8]>>, lines: &mut Lines) {
        for (path, Directory { mode, user, group }) in &self.0 {
            let path = [b"/", path.as_bytes()].concat();
            if !said.contains(path.as_slice()) {
                lines.add("d", &path, &format!("{mode:04o} {user} {group}"), None);
            }
        }
    }
}

fn is_hosts(path: &TreePath) -> bool {
    HOSTS.binary_search_by(|known| known.as_bytes().cmp(path.as_bytes())).is_ok()
}

/// What every host has: file-hierarchy(7), and the Filesystem Hierarchy Standard 3.0, chapter 5.
const HOSTS: [&str; 27] = [
    "run",
    "run/lock",
    "run/user",
    "var",
    "var/account",
    "var/adm",
    "var/backups",
    "var/cache",
    "var/crash",
    "var/db",
    "var/empty",
    "var/games",
    "var/lib",
    "var/lib/misc",
    "var/lib/private",
    "var/local",
    "var/lock",
    "var/log",
    "var/mail",
    "var/nis",
    "var/opt",
    "var/preserve",
    "var/run",
    "var/spool",
    "var/spool/mail",
    "var/tmp",
    "var/yp",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use expect_test::expect;

    use super::*;
    use crate::worker::entry::tests::{directory, file};

    fn with(at: &str, mode: u32, user: &str, group: &str) -> Entry {
        let owner = |name: &str| (name != "root").then(|| name.into());
        Entry { mode, user: owner(user), group: owner(group), ..directory(at) }
    }

    #[test]
    fn directories_become_lines_with_mode_and_owner() {
        assert!(HOSTS.is_sorted());
        let mut directories = Directories::default();
        for entry in [
            directory("var"),
            directory("var/lib"),
            with("var/lib/chrony", 0o750, "_chrony", "_chrony"),
            with("var/lib/chrony", 0o755, "root", "root"),
            with("var/spool/my mail", 0o3770, "root", "mail"),
            with("run/x", 0o755, "root", "root"),
            with("var/lib/said", 0o755, "root", "root"),
        ] {
            assert!(directories.take(&entry), "{}", entry.path);
        }
        for entry in [
            file("var/lib/chrony/drift", ""),
            directory("srv/x"),
            directory("var/lib/x\ny"),
            with("var/lib/y", 0o755, "a b", "root"),
        ] {
            assert!(!directories.take(&entry), "{}", entry.path);
        }
        let mut lines = Lines::default();
        directories.add(&BTreeSet::from([(*b"/var/lib/said").into()]), &mut lines);
        expect![[r#"
            d /run/x 0755 root root
            d /var/lib/chrony 0750 _chrony _chrony
            d "/var/spool/my mail" 3770 root mail
        "#]]
        .assert_eq(&lines.text());
    }
}
