//! Files that a host computes over everything it has: one from an extension would hide the host's.

use crate::job::{Finding, Rule};
use crate::worker::entry::{Entry, Node};
use crate::worker::finding::{list, warning};
use crate::worker::path::TreePath;

/// Drops such files. The rule before this has moved `/etc` to `/usr/share/NAME/etc`.
pub(super) fn apply(package: &str, entries: Vec<Entry>, findings: &mut Vec<Finding>) -> Vec<Entry> {
    let (dropped, kept): (Vec<Entry>, Vec<Entry>) =
        entries.into_iter().partition(|entry| is_database(&entry.path));
    let dropped: Vec<TreePath> =
        dropped.into_iter().filter(|entry| entry.node != Node::Directory).map(|entry| entry.path).collect();
    if !dropped.is_empty() {
        let message = format!(
            "`{package}` has {}, left out since it would hide what the host has computed from all of its files",
            list(&dropped)
        );
        findings.push(warning(Rule::PackageDatabase, &[package], message).about(dropped));
    }
    kept
}

fn is_database(path: &TreePath) -> bool {
    DATABASES.iter().any(|pattern| {
        let mut parts = path.parts();
        // A pattern that names a directory means everything in it.
        pattern
            .split('/')
            .all(|wanted| parts.next().is_some_and(|part| wanted == "*" || wanted.as_bytes() == part))
    })
}

/// Package databases, and indices that ldconfig(8), iconvconfig(8), localedef(1), depmod(8), udev, `GLib`, GTK,
/// fontconfig, desktop-file-utils, shared-mime-info and install-info write; `*` is any name.
const DATABASES: [&str; 51] = [
    "usr/lib/*/gconv/gconv-modules.cache",
    "usr/lib/*/gdk-pixbuf-2.0/2.10.0/loaders.cache",
    "usr/lib/*/gio/modules/giomodule.cache",
    "usr/lib/*/gtk-2.0/2.10.0/immodules.cache",
    "usr/lib/*/gtk-3.0/3.0.0/immodules.cache",
    "usr/lib/fontconfig/cache",
    "usr/lib/gconv/gconv-modules.cache",
    "usr/lib/gdk-pixbuf-2.0/2.10.0/loaders.cache",
    "usr/lib/gio/modules/giomodule.cache",
    "usr/lib/ld.so.cache",
    "usr/lib/locale/locale-archive",
    "usr/lib/modules/*/modules.alias",
    "usr/lib/modules/*/modules.alias.bin",
    "usr/lib/modules/*/modules.builtin.alias.bin",
    "usr/lib/modules/*/modules.builtin.bin",
    "usr/lib/modules/*/modules.dep",
    "usr/lib/modules/*/modules.dep.bin",
    "usr/lib/modules/*/modules.devname",
    "usr/lib/modules/*/modules.softdep",
    "usr/lib/modules/*/modules.symbols",
    "usr/lib/modules/*/modules.symbols.bin",
    "usr/lib/modules/*/modules.weakdep",
    "usr/lib/sysimage",
    "usr/lib/udev/hwdb.bin",
    "usr/lib64/gconv/gconv-modules.cache",
    "usr/lib64/gdk-pixbuf-2.0/2.10.0/loaders.cache",
    "usr/lib64/gio/modules/giomodule.cache",
    "usr/lib64/gtk-2.0/2.10.0/immodules.cache",
    "usr/lib64/gtk-3.0/3.0.0/immodules.cache",
    "usr/share/*/etc/ld.so.cache",
    "usr/share/*/etc/udev/hwdb.bin",
    "usr/share/applications/mimeinfo.cache",
    "usr/share/fonts/.uuid",
    "usr/share/glib-2.0/schemas/gschemas.compiled",
    "usr/share/icons/*/.icon-theme.cache",
    "usr/share/icons/*/icon-theme.cache",
    "usr/share/info/dir",
    "usr/share/info/dir.gz",
    "usr/share/mime/XMLnamespaces",
    "usr/share/mime/aliases",
    "usr/share/mime/generic-icons",
    "usr/share/mime/globs",
    "usr/share/mime/globs2",
    "usr/share/mime/icons",
    "usr/share/mime/magic",
    "usr/share/mime/mime.cache",
    "usr/share/mime/subclasses",
    "usr/share/mime/treemagic",
    "usr/share/mime/types",
    "usr/share/mime/version",
    "usr/share/rpm",
];

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::entry::tests::{directory, file};
    use crate::worker::finding::tests::text;

    #[test]
    fn what_the_host_computes_is_left_to_it() {
        assert!(DATABASES.is_sorted());
        let mut findings = Vec::new();
        let entries = vec![
            file("usr/lib/modules/6.1/modules.dep", ""),
            file("usr/lib/modules/6.1/modules.order", ""),
            directory("usr/lib/sysimage/rpm"),
            file("usr/lib/sysimage/rpm/rpmdb.sqlite", ""),
            file("usr/share/n/etc/ld.so.cache", ""),
            file("usr/share/info/dir.txt", ""),
            directory("usr/share/mime"),
        ];
        let kept: Vec<_> =
            apply("p", entries, &mut findings).into_iter().map(|entry| entry.path.to_string()).collect();
        assert_eq!(
            kept,
            ["/usr/lib/modules/6.1/modules.order", "/usr/share/info/dir.txt", "/usr/share/mime"]
        );
        expect![[r#"
            Warning package-database ["p"]: `p` has `/usr/lib/modules/6.1/modules.dep`, `/usr/lib/sysimage/rpm/rpmdb.sqlite` and `/usr/share/n/etc/ld.so.cache`, left out since it would hide what the host has computed from all of its files
        "#]]
        .assert_eq(&text(&findings));
    }
}
