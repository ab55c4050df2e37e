//! Targets of symbolic links, after top-level directories have moved below `/usr`.

use crate::worker::path::TreePath;

/// The top-level directories that are links into `/usr` on every host (file-hierarchy(7), "Compatibility
/// Symlinks", and the other ABIs' library directories of glibc).
pub(super) const MERGED: [&str; 7] = ["bin", "lib", "lib32", "lib64", "libo32", "libx32", "sbin"];

/// The path's new place, if it is in a directory that moves.
pub(super) fn moved(path: &TreePath) -> Option<TreePath> {
    MERGED
        .iter()
        .any(|top| path.top() == top.as_bytes())
        .then(|| TreePath::of([b"usr", path.as_bytes()]).ok())?
}

/// The text of a link that was at `old` and is at `new`; `None` where `target` still says the right thing.
///
/// The target is read as the package meant it, at the old place; where its meaning or the link has moved, the
/// text is written anew. No link is followed.
pub(super) fn retarget(old: &TreePath, new: &TreePath, target: &[u8]) -> Option<Vec<u8>> {
    let absolute = target.first() == Some(&b'/');
    let before = follow(old, target);
    let mut after = before.clone();
    if after.first().is_some_and(|top| MERGED.iter().any(|merged| merged.as_bytes() == *top)) {
        after.insert(0, b"usr");
    }
    if absolute {
        return (before != after).then(|| [b"/", after.join(&b'/').as_slice()].concat());
    }
    if follow(new, target) == after {
        return None;
    }
    let here: Vec<&[u8]> = new.parts().collect();
    let here = &here[..here.len() - 1];
    let common = here.iter().zip(&after).take_while(|(one, other)| one == other).count();
    let mut parts: Vec<&[u8]> = vec![b".."; here.len() - common];
    parts.extend(&after[common..]);
    Some(if parts.is_empty() { b".".to_vec() } else { parts.join(&b'/') })
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::worker::path::tests::path;

    fn check(link: &str, target: &str, expected: Option<&str>) {
        let old = path(link);
        let new = moved(&old).unwrap_or_else(|| old.clone());
        let text = retarget(&old, &new, target.as_bytes());
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

    proptest! {
        #[test]
        fn a_new_text_means_what_the_old_one_meant(link in "(usr|lib|bin|opt)(/[ab]){1,3}", target in "/?((\\.\\.|a|lib|usr|etc)/?){1,5}") {
            let old = path(&link);
            let new = moved(&old).unwrap_or_else(|| old.clone());
            let text = retarget(&old, &new, target.as_bytes()).unwrap_or_else(|| target.clone().into_bytes());
            let mut meant = follow(&old, target.as_bytes());
            if matches!(meant.first(), Some(&(b"lib" | b"bin"))) {
                meant.insert(0, b"usr");
            }
            prop_assert_eq!(follow(&new, &text), meant);
            prop_assert_eq!(text.first() == Some(&b'/'), target.starts_with('/'));
        }
    }
}
