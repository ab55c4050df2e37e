//! What would hide files of the host: in an overlay anything but a directory hides a directory below it.

use std::collections::BTreeMap;

use crate::job::{Finding, Rule};
use crate::worker::finding::{error, list};
use crate::worker::path::TreePath;
use crate::worker::tree::Tree;

/// Finds files and links where hosts have directories, and files below something that is no directory.
pub(super) fn apply(tree: &Tree, names: &[&str], findings: &mut Vec<Finding>) {
    let name =
        |number: Option<usize>| number.and_then(|number| names.get(number)).copied().unwrap_or_default();
    let mut below: BTreeMap<(TreePath, usize), Vec<TreePath>> = BTreeMap::new();
    for (path, placed) in tree {
        if !placed.is_directory() && is_directory_of_hosts(path) {
            let package = name(placed.package);
            let message = format!(
                "`{path}` is {} in `{package}`; it would hide the host's directory and all that is in it",
                placed.what()
            );
            findings.push(error(Rule::Mask, &[package], message).about([path]));
        }
        for parent in path.parents() {
            if tree.get(&parent).is_some_and(|placed| !placed.is_directory()) {
                below.entry((parent, placed.package.unwrap_or_default())).or_default().push(path.clone());
            }
        }
    }
    for ((parent, package), paths) in below {
        let Some(there) = tree.get(&parent) else { continue };
        let (owner, package) = (name(there.package), name(Some(package)));
        let message = format!(
            "{} of `{package}` cannot be in `{parent}`, which is {} in `{owner}`",
            list(&paths),
            there.what()
        );
        let mut packages = vec![package, owner];
        packages.dedup();
        findings.push(error(Rule::Mask, &packages, message).about(paths));
    }
}

/// Whether hosts usually have this directory.
pub(super) fn is_directory_of_hosts(path: &TreePath) -> bool {
    let known = DIRECTORIES.binary_search_by(|known| known.as_bytes().cmp(path.as_bytes())).is_ok();
    known || path.below("usr/lib").is_some_and(is_multiarch)
}

/// Whether a name is that of a multiarch directory, such as `x86_64-linux-gnu` or `arm-linux-gnueabihf`
/// (Debian's multiarch specification, "Tuples").
fn is_multiarch(name: &[u8]) -> bool {
    let split = name.windows(MULTIARCH.len()).position(|window| window == MULTIARCH);
    let Some((processor, abi)) = split.map(|at| (&name[..at], &name[at + MULTIARCH.len()..])) else {
        return false;
    };
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    !processor.is_empty() && processor.iter().chain(abi).all(word)
}

/// What stands between the processor and the ABI.
const MULTIARCH: &[u8] = b"-linux-gnu";

/// Directories that hosts have: file-hierarchy(7), the Filesystem Hierarchy Standard 3.0, and those of systemd, udev,
/// D-Bus and desktops that many packages fill.
const DIRECTORIES: [&str; 66] = [
    "opt",
    "usr",
    "usr/bin",
    "usr/etc",
    "usr/games",
    "usr/include",
    "usr/lib",
    "usr/lib/binfmt.d",
    "usr/lib/dracut",
    "usr/lib/environment.d",
    "usr/lib/extension-release.d",
    "usr/lib/firmware",
    "usr/lib/kernel",
    "usr/lib/locale",
    "usr/lib/modprobe.d",
    "usr/lib/modules",
    "usr/lib/modules-load.d",
    "usr/lib/pkgconfig",
    "usr/lib/security",
    "usr/lib/sysctl.d",
    "usr/lib/systemd",
    "usr/lib/systemd/network",
    "usr/lib/systemd/system",
    "usr/lib/systemd/system-preset",
    "usr/lib/systemd/user",
    "usr/lib/sysusers.d",
    "usr/lib/tmpfiles.d",
    "usr/lib/udev",
    "usr/lib/udev/hwdb.d",
    "usr/lib/udev/rules.d",
    "usr/lib32",
    "usr/lib64",
    "usr/libexec",
    "usr/libo32",
    "usr/libx32",
    "usr/local",
    "usr/local/bin",
    "usr/local/etc",
    "usr/local/include",
    "usr/local/lib",
    "usr/local/sbin",
    "usr/local/share",
    "usr/local/src",
    "usr/sbin",
    "usr/share",
    "usr/share/applications",
    "usr/share/bash-completion",
    "usr/share/ca-certificates",
    "usr/share/dbus-1",
    "usr/share/dbus-1/system-services",
    "usr/share/dbus-1/system.d",
    "usr/share/doc",
    "usr/share/factory",
    "usr/share/fonts",
    "usr/share/glib-2.0",
    "usr/share/icons",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/man",
    "usr/share/mime",
    "usr/share/pixmaps",
    "usr/share/polkit-1",
    "usr/share/polkit-1/actions",
    "usr/share/polkit-1/rules.d",
    "usr/share/zoneinfo",
    "usr/src",
];

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::worker::entry::Entry;
    use crate::worker::entry::tests::{directory, file, link};
    use crate::worker::{finding, tree};

    fn check(entries: Vec<(usize, Entry)>, expected: &Expect) {
        let mut findings = Vec::new();
        apply(&tree::tests::tree(entries), &["a", "b"], &mut findings);
        expected.assert_eq(&finding::tests::text(&findings));
    }

    #[test]
    fn a_directory_of_hosts_must_be_a_directory() {
        assert!(DIRECTORIES.is_sorted());
        check(
            vec![
                (0, link("usr/lib64", "lib")),
                (0, link("usr/lib/x86_64-linux-gnu", "x")),
                (1, file("usr/share", "")),
                (1, directory("usr/sbin")),
                (1, link("usr/share/doc/x", "y")),
                (1, link("usr/lib/x/aarch64-linux-gnu", "y")),
                (1, link("usr/lib/gcc-x86_64-linux-gnu", "y")),
                (1, link("usr/lib/arm-linux-gnueabihf", "y")),
            ],
            &expect![[r#"
                Error mask ["b"]: `/usr/lib/arm-linux-gnueabihf` is a symbolic link in `b`; it would hide the host's directory and all that is in it
                Error mask ["a"]: `/usr/lib/x86_64-linux-gnu` is a symbolic link in `a`; it would hide the host's directory and all that is in it
                Error mask ["a"]: `/usr/lib64` is a symbolic link in `a`; it would hide the host's directory and all that is in it
                Error mask ["b"]: `/usr/share` is a file in `b`; it would hide the host's directory and all that is in it
                Error mask ["b"]: `/usr/share/doc/x` of `b` cannot be in `/usr/share`, which is a file in `b`
            "#]],
        );
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        check(
            vec![
                (0, link("usr/share/x", "/etc")),
                (1, file("usr/share/x/passwd", "")),
                (1, file("usr/share/x/y/z", "")),
                (1, file("usr/share/x.txt", "")),
            ],
            &expect![[r#"
                Error mask ["b", "a"]: `/usr/share/x/passwd` and `/usr/share/x/y/z` of `b` cannot be in `/usr/share/x`, which is a symbolic link in `a`
            "#]],
        );
    }
}
