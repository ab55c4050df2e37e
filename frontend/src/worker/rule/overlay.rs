//! Marks by which an overlay hides files: an extension only adds.

use crate::job::{Finding, Rule};
use crate::worker::entry::Entry;
use crate::worker::finding::{error, join, list, warning};
use crate::worker::path::{TreePath, printable};

/// Refuses names that are marks in the layers of container images (image-spec, "Whiteouts"), and drops the attributes
/// of an overlay (Linux's `Documentation/filesystems/overlayfs.rst`): both are left by a build in an overlay.
pub(super) fn apply(package: &str, entries: Vec<Entry>, findings: &mut Vec<Finding>) -> Vec<Entry> {
    let mut names: Vec<TreePath> = Vec::new();
    let (mut marked, mut words) = (Vec::new(), Vec::new());
    let mut kept = Vec::with_capacity(entries.len());
    for mut entry in entries {
        if entry.path.parts().any(|part| part.starts_with(b".wh.")) {
            names.push(entry.path);
            continue;
        }
        let path = &entry.path;
        entry.xattrs.retain(|name, _| {
            let mark = ATTRIBUTES.iter().any(|prefix| name.starts_with(prefix.as_bytes()));
            if mark {
                words.push(format!("`{}` of `{path}`", printable(name)));
                marked.push(path.clone());
            }
            !mark
        });
        kept.push(entry);
    }
    if !names.is_empty() {
        let message = format!("`{package}` has marks of a container image's layer: {}", list(&names));
        let help =
            "the package was made of a layer and what it should hide is not known: choose another version";
        findings.push(error(Rule::Overlay, &[package], message).about(names).with_help(help));
    }
    if !marked.is_empty() {
        let message = format!(
            "attributes of `{package}` by which an overlay would hide files of the host are left out: {}",
            join(&words)
        );
        findings.push(warning(Rule::Overlay, &[package], message).about(marked));
    }
    kept
}

/// Beginnings of an overlay's attributes.
const ATTRIBUTES: [&str; 2] = ["trusted.overlay.", "user.overlay."];

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::entry::tests::{directory, file};
    use crate::worker::finding::tests::text;

    #[test]
    fn nothing_hides_a_file_of_the_host() {
        let mut opaque = directory("usr/bin");
        opaque.xattrs.insert((*b"trusted.overlay.opaque").into(), (*b"y").into());
        opaque.xattrs.insert((*b"security.selinux").into(), (*b"x").into());
        let entries = vec![
            opaque,
            file("usr/bin/.wh.yes", ""),
            file("usr/share/x/.wh..wh..opq", ""),
            file("usr/share/x/a.wh.b", ""),
        ];
        let mut findings = Vec::new();
        let kept = apply("p", entries, &mut findings);
        let left: Vec<_> = kept.iter().map(|entry| (entry.path.to_string(), entry.xattrs.len())).collect();
        assert_eq!(left, [("/usr/bin".to_owned(), 1), ("/usr/share/x/a.wh.b".to_owned(), 0)]);
        expect![[r#"
            Error overlay ["p"]: `p` has marks of a container image's layer: `/usr/bin/.wh.yes` and `/usr/share/x/.wh..wh..opq`
              help: the package was made of a layer and what it should hide is not known: choose another version
            Warning overlay ["p"]: attributes of `p` by which an overlay would hide files of the host are left out: `trusted.overlay.opaque` of `/usr/bin`
        "#]]
        .assert_eq(&text(&findings));
    }
}
