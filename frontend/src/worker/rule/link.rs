//! Targets of symbolic links, after top-level directories have moved below `/usr`.

use std::collections::BTreeMap;

use crate::worker::path::TreePath;

/// Where on a host the files of packages are: which of its directories are links to others.
#[derive(Debug)]
pub(super) struct Places {
    /// A directory below `/usr` that is a link on the hosts, and the directory that it leads to, in parts.
    links: Vec<(Parts, Parts)>,
}

/// The names of a path.
type Parts = Vec<Box<[u8]>>;

impl Places {
    /// The places of hosts on which each key of `links` is a link to its value.
    pub(super) fn new(links: &BTreeMap<String, String>) -> Self {
        let parts = |path: &String| path.split('/').map(|part| part.as_bytes().into()).collect();
        Self { links: links.iter().map(|(link, target)| (parts(link), parts(target))).collect() }
    }

    /// The path's new place, if it has one.
    pub(super) fn moved(&self, path: &TreePath) -> Option<TreePath> {
        let before: Vec<&[u8]> = path.parts().collect();
        let after = self.place(before.clone());
        if before == after { None } else { TreePath::of(after).ok() }
    }

    /// Whether the path is that of a link which every host has.
    pub(super) fn is_link(&self, path: &TreePath) -> bool {
        let same = |link: &[Box<[u8]>]| link.iter().map(|part| &**part).eq(path.parts());
        self.links.iter().any(|(link, _)| same(link))
    }

    /// The text of a link that was at `old` and is at `new`; `None` where `target` still says the right thing.
    ///
    /// The target is read as the package meant it, at the old place; where its meaning or the link has moved, the
    /// text is written anew. No link is followed.
    pub(super) fn retarget(&self, old: &TreePath, new: &TreePath, target: &[u8]) -> Option<Vec<u8>> {
        let absolute = target.first() == Some(&b'/');
        let before = follow(old, target);
        let after = self.place(before.clone());
        if absolute {
            return (before != after).then(|| [b"/", after.join(&b'/').as_slice()].concat());
        }
        if follow(new, target) == after {
            return None;
        }
        Some(relative(new, &after))
    }

    /// The parts of the place where the host finds what a package has at `parts`.
    pub(super) fn place<'a>(&'a self, mut parts: Vec<&'a [u8]>) -> Vec<&'a [u8]> {
        if parts.first().is_some_and(|top| MERGED.iter().any(|merged| merged.as_bytes() == *top)) {
            parts.insert(0, b"usr");
        }
        if let [b"etc", b"systemd", first, rest @ ..] = parts.as_slice()
            && is_systemds(first, rest.is_empty())
        {
            parts.splice(..1, [&b"usr"[..], b"lib"]);
        }
        for (link, target) in &self.links {
            if parts.len() >= link.len() && link.iter().zip(&parts).all(|(one, other)| **one == **other) {
                parts.splice(..link.len(), target.iter().map(|part| &**part));
            }
        }
        parts
    }
}

/// Whether systemd reads a name of `/etc/systemd` in `/usr/lib/systemd` as well: directories such as `system`,
/// `network` and `journald.conf.d` (systemd.unit(5), systemd.network(5), "Configuration Directories" of
/// systemd-system.conf(5)), but not nspawn's, and the main files only where the host has none.
fn is_systemds(first: &[u8], last: bool) -> bool {
    first != b"nspawn" && !(last && first.ends_with(b".conf"))
}

/// The text of a link at `link` to the file with these parts.
pub(super) fn relative(link: &TreePath, to: &[&[u8]]) -> Vec<u8> {
    let here: Vec<&[u8]> = link.parts().collect();
    let here = &here[..here.len() - 1];
    let common = here.iter().zip(to).take_while(|(one, other)| one == other).count();
    let mut parts: Vec<&[u8]> = vec![b".."; here.len() - common];
    parts.extend(&to[common..]);
    if parts.is_empty() { b".".to_vec() } else { parts.join(&b'/') }
}

/// The parts of the absolute path that a link at `link` points at; `..` at the root stays there.
pub(super) fn follow<'a>(link: &'a TreePath, target: &'a [u8]) -> Vec<&'a [u8]> {
    let mut parts: Vec<&[u8]> = Vec::new();
    if target.first() != Some(&b'/') {
        parts.extend(link.parts());
        parts.pop();
    }
    for part in target.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts
}

/// The top-level directories that are links into `/usr` on every host (file-hierarchy(7), "Compatibility
/// Symlinks", and the other ABIs' library directories of glibc).
pub(super) const MERGED: [&str; 7] = ["bin", "lib", "lib32", "lib64", "libo32", "libx32", "sbin"];

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::worker::path::tests::path;

    /// Hosts on which the pairs are links.
    pub(in crate::worker::rule) fn places(links: &[(&str, &str)]) -> Places {
        Places::new(&links.iter().map(|(link, target)| ((*link).to_owned(), (*target).to_owned())).collect())
    }

    fn check(link: &str, target: &str, expected: Option<&str>) {
        check_on(&places(&[]), link, target, expected);
    }

    fn check_on(places: &Places, link: &str, target: &str, expected: Option<&str>) {
        let old = path(link);
        let new = places.moved(&old).unwrap_or_else(|| old.clone());
        let text = places.retarget(&old, &new, target.as_bytes());
        assert_eq!(
            text.map(|text| String::from_utf8(text).unwrap()).as_deref(),
            expected,
            "{link} -> {target}"
        );
    }

    #[test]
    fn a_link_whose_meaning_stays_keeps_its_text() {
        check("usr/bin/awk", "mawk", None);
        check("usr/bin/awk", "./../bin//mawk", None);
        check("usr/bin/awk", "/etc/alternatives/awk", None);
        check("usr/lib/a/b", "../../../etc/x", None);
        check("usr/lib/a", "lib/b", None);
        check("opt/x/bin", "bin/y", None);
        check("lib/libx.so", "libx.so.1", None);
        check("lib/a/b/c", "../d", None);
        check("usr/lib/x", "/var/lib/x", None);
    }

    #[test]
    fn a_link_to_what_moved_follows_it() {
        check("usr/lib/libx.so", "../../lib/libx.so.1", Some("libx.so.1"));
        check(
            "usr/lib/libx.so",
            "/lib/x86_64-linux-gnu/libx.so.1",
            Some("/usr/lib/x86_64-linux-gnu/libx.so.1"),
        );
        check("usr/bin/sh", "../../bin/dash", Some("dash"));
        check("opt/x/sh", "../../bin/sh", Some("../../usr/bin/sh"));
        check("usr/bin/sh", "/bin", Some("/usr/bin"));
    }

    #[test]
    fn a_link_that_moved_still_points_at_the_same_file() {
        check("lib/a/b", "../../etc/x", Some("../../../etc/x"));
        check("sbin/x", "../usr/sbin/y", Some("y"));
        check("sbin/x", "../bin/y", None);
        check("lib/x", "..", Some("../.."));
        check("lib/x", "../usr/lib", Some("."));
        check("bin/x", "../../../../opt/y", None);
        check("bin/x", "../opt/y", Some("../../opt/y"));
    }

    #[test]
    fn a_directory_that_is_a_link_on_the_host_is_not_in_the_image() {
        let merged = places(&[("usr/lib64", "usr/lib"), ("usr/sbin", "usr/bin")]);
        for (from, to) in [
            ("sbin/x", Some("usr/bin/x")),
            ("usr/sbin/x/y", Some("usr/bin/x/y")),
            ("lib64/ld.so", Some("usr/lib/ld.so")),
            ("usr/sbin", Some("usr/bin")),
            ("usr/sbin.d/x", None),
            ("opt/usr/sbin/x", None),
        ] {
            assert_eq!(merged.moved(&path(from)), to.map(path), "{from}");
        }
        assert!(merged.is_link(&path("usr/sbin")) && !merged.is_link(&path("usr/sbin/x")));
        check_on(&merged, "usr/bin/x", "../sbin/y", Some("y"));
        check_on(&merged, "usr/sbin/x", "../bin/y", None);
        check_on(&merged, "usr/sbin/x", "../lib64/y", Some("../lib/y"));
        check_on(&merged, "usr/share/x", "/usr/sbin/y", Some("/usr/bin/y"));
    }

    #[test]
    fn what_systemd_reads_from_etc_goes_where_it_reads_it_from_usr() {
        for (from, to) in [
            ("etc/systemd/system/x.service", Some("usr/lib/systemd/system/x.service")),
            ("etc/systemd/journald.conf.d/x.conf", Some("usr/lib/systemd/journald.conf.d/x.conf")),
            ("etc/systemd/network", Some("usr/lib/systemd/network")),
            ("etc/systemd/journald.conf", None),
            ("etc/systemd/nspawn/x.nspawn", None),
            ("etc/systemd", None),
            ("opt/etc/systemd/system/x", None),
        ] {
            assert_eq!(places(&[]).moved(&path(from)), to.map(path), "{from}");
        }
        check(
            "etc/systemd/system/m.wants/x.service",
            "/lib/systemd/system/x.service",
            Some("/usr/lib/systemd/system/x.service"),
        );
        check("etc/systemd/system/m.wants/x.service", "../x.service", None);
        check("usr/share/x", "/etc/systemd/system/x.service", Some("/usr/lib/systemd/system/x.service"));
    }

    proptest! {
        #[test]
        fn a_new_text_means_what_the_old_one_meant(link in "(usr|lib|bin|opt)(/[ab]){1,3}", target in "/?((\\.\\.|a|lib|usr|etc)/?){1,5}") {
            let old = path(&link);
            let places = places(&[]);
            let new = places.moved(&old).unwrap_or_else(|| old.clone());
            let text = places.retarget(&old, &new, target.as_bytes()).unwrap_or_else(|| target.clone().into_bytes());
            let mut meant = follow(&old, target.as_bytes());
            if matches!(meant.first(), Some(&(b"lib" | b"bin"))) {
                meant.insert(0, b"usr");
            }
            prop_assert_eq!(follow(&new, &text), meant);
            prop_assert_eq!(text.first() == Some(&b'/'), target.starts_with('/'));
        }
    }
}
