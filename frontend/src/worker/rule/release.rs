//! The release file by which systemd knows the extension (os-release(5), systemd-sysext(8)).

use crate::job::{Finding, Rule};
use crate::worker::entry::{Entry, Node};
use crate::worker::finding::{error, list};
use crate::worker::path::TreePath;
use crate::worker::rule::{add as add_file, etc};
use crate::worker::tree::{Placed, Tree};

/// Refuses a package that says what the host is, or what an extension is. `name` is the spec's.
pub(super) fn check(package: &str, name: &str, entries: &[Entry], findings: &mut Vec<Finding>) {
    let etc = etc::directory(name) + "/os-release";
    let named = |wanted: &dyn Fn(&TreePath) -> bool| -> Vec<TreePath> {
        let found = entries.iter().filter(|entry| entry.node != Node::Directory && wanted(&entry.path));
        found.map(|entry| entry.path.clone()).collect()
    };
    let hosts = named(&|path| path.is("usr/lib/os-release") || path.is(&etc));
    if !hosts.is_empty() {
        let message = format!(
            "`{package}` brings `os-release`, which says what the host is: systemd refuses such an extension"
        );
        let help = "leave the package out; every host has its own";
        findings.push(error(Rule::Release, &[package], message).with_help(help));
    }
    let extensions = named(&|path| path.below(DIRECTORY).is_some());
    if !extensions.is_empty() {
        let message = format!("`{package}` brings {}, which describes another extension", list(extensions));
        findings.push(error(Rule::Release, &[package], message).with_help("leave the package out"));
    }
}

/// Adds the release file of the image whose file name has the stem `image`.
///
/// Its attribute lets systemd 250 and later take the file under any image name: people rename images. systemd 262 and
/// later starts `unit` anew when it merges the extension or a newer one, and stops it when it is gone.
pub(super) fn add(
    tree: &mut Tree,
    image: &str,
    release: &str,
    unit: Option<&str>,
    names: &[&str],
    findings: &mut Vec<Finding>,
) {
    let mut text = release.to_owned();
    if let Some(unit) = unit {
        text.extend(["EXTENSION_RESTART_UNITS=", unit, "\n"]);
    }
    let mut placed = Placed::generated(text);
    placed.xattrs.insert((*b"user.extension-release.strict").into(), (*b"0").into());
    let parts = [DIRECTORY, &format!("extension-release.{image}")];
    add_file(tree, parts, placed, names, findings);
}

/// Where systemd looks for release files.
const DIRECTORY: &str = "usr/lib/extension-release.d";

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::entry::tests::{directory, file, link};
    use crate::worker::finding::tests::text;

    #[test]
    fn a_package_cannot_say_what_the_host_is() {
        let mut findings = Vec::new();
        check("base-files", "n", &[file("usr/lib/os-release", "")], &mut findings);
        check("tools", "n", &[link("usr/share/n/etc/os-release", "../usr/lib/os-release")], &mut findings);
        check(
            "addon",
            "n",
            &[file("usr/lib/extension-release.d/extension-release.addon", "")],
            &mut findings,
        );
        check(
            "fine",
            "n",
            &[directory("usr/lib/extension-release.d"), file("usr/share/x/os-release", "")],
            &mut findings,
        );
        expect![[r#"
            Error release ["base-files"]: `base-files` brings `os-release`, which says what the host is: systemd refuses such an extension
              help: leave the package out; every host has its own
            Error release ["tools"]: `tools` brings `os-release`, which says what the host is: systemd refuses such an extension
              help: leave the package out; every host has its own
            Error release ["addon"]: `addon` brings `/usr/lib/extension-release.d/extension-release.addon`, which describes another extension
              help: leave the package out
        "#]]
        .assert_eq(&text(&findings));
    }

    #[test]
    fn the_release_file_goes_by_any_image_name() {
        let (mut tree, mut findings) = (Tree::new(), Vec::new());
        add(&mut tree, "n-v1-1-trixie-x86-64", "ID=debian\n", None, &[], &mut findings);
        let (path, placed) = tree.first_key_value().unwrap();
        assert_eq!(path.to_string(), "/usr/lib/extension-release.d/extension-release.n-v1-1-trixie-x86-64");
        assert_eq!(placed.mode, 0o644);
        assert_eq!(
            placed.xattrs.get(&b"user.extension-release.strict"[..]).map(|value| &value[..]),
            Some(&b"0"[..])
        );
        assert_eq!(placed.node, Placed::generated("ID=debian\n").node);
        assert!(findings.is_empty());
    }

    #[test]
    fn the_release_file_names_the_unit_that_a_merge_starts() {
        let mut tree = Tree::new();
        let release = "ID=_any\nEXTENSION_RELOAD_MANAGER=1\n";
        add(&mut tree, "i", release, Some("n-extension.service"), &[], &mut Vec::new());
        let text = [release, "EXTENSION_RESTART_UNITS=n-extension.service\n"].concat();
        assert_eq!(tree.first_key_value().unwrap().1.node, Placed::generated(text).node);
    }
}
