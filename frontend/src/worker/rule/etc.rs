//! `/etc` cannot be extended, so a package's part of it lies in `/usr/share/NAME/etc`, and tmpfiles.d(5) lines
//! copy it to where the host has nothing yet.

use std::collections::BTreeMap;

use crate::job::{Finding, Rule};
use crate::worker::entry::{Entry, Node};
use crate::worker::finding::{error, list, warning};
use crate::worker::path::TreePath;
use crate::worker::rule::add as add_file;
use crate::worker::tree::{Placed, Tree};

/// The names directly in `/etc` that are to be copied, each with a package that has it.
pub(super) type Copied = BTreeMap<Box<[u8]>, String>;

/// Moves the entries of a package that are in `/etc`.
///
/// Units and drop-ins in `/etc/systemd` are the administrator's: a copy would outlive the extension, so they are
/// dropped.
pub(super) fn apply(
    package: &str,
    name: &str,
    entries: Vec<Entry>,
    copied: &mut Copied,
    findings: &mut Vec<Finding>,
) -> Vec<Entry> {
    let mut kept = Vec::with_capacity(entries.len());
    let mut systemd = Vec::new();
    for mut entry in entries {
        let Some(below) = entry.path.below("etc") else {
            kept.push(entry);
            continue;
        };
        let first = below.split(|byte| *byte == b'/').next().unwrap_or(below);
        if first == b"systemd" {
            if entry.node != Node::Directory {
                systemd.push(entry.path);
            }
            continue;
        }
        if let Ok(place) = TreePath::of([directory(name).as_bytes(), below]) {
            copied.entry(first.into()).or_insert_with(|| package.to_owned());
            entry.path = place;
            kept.push(entry);
        } else {
            let message =
                format!("`{}` of `{package}` is too long a path to be copied to `/etc`", entry.path);
            findings.push(error(Rule::Etc, &[package], message));
        }
    }
    if !systemd.is_empty() {
        let message = format!("`{package}` also has {}, which an extension leaves out", list(&systemd));
        let help = "`/etc/systemd` is the administrator's: put them there on the host if they are needed";
        findings.push(warning(Rule::Etc, &[package], message).about(systemd).with_help(help));
    }
    kept
}

/// Adds the lines that copy what [`apply`] moved.
pub(super) fn add(tree: &mut Tree, name: &str, copied: &Copied, names: &[&str], findings: &mut Vec<Finding>) {
    let mut lines = Vec::new();
    for (entry, package) in copied {
        if entry.iter().any(u8::is_ascii_control) {
            let shown = crate::worker::path::printable(entry);
            let message = format!(
                "`/etc/{shown}` of `{package}` has a control character in its name: no line of tmpfiles.d can copy it"
            );
            findings.push(error(Rule::Etc, &[package], message));
            continue;
        }
        lines.extend_from_slice(b"C+ ");
        lines.extend(field(&[b"/etc/", &entry[..]].concat()));
        lines.extend_from_slice(b" - - - - ");
        lines.extend(argument(&[b"/", directory(name).as_bytes(), b"/", &entry[..]].concat()));
        lines.push(b'\n');
    }
    if !lines.is_empty() {
        let parts = ["usr/lib/tmpfiles.d", &format!("10-{name}.conf")];
        add_file(tree, parts, Placed::generated(lines), names, findings);
    }
}

/// Where the files of `/etc` lie in the image of the spec `name`.
pub(super) fn directory(name: &str) -> String {
    format!("usr/share/{name}/etc")
}

/// A path as a field of a line: specifiers are escaped, and what would end the field is quoted. In quotes a
/// backslash takes the next character as it is (`extract_first_word` of systemd).
fn field(path: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\');
    let mut out = Vec::with_capacity(path.len() + 2);
    let quoted = !path.iter().all(plain);
    out.extend(quoted.then_some(b'"'));
    for byte in path {
        match byte {
            b'%' => out.push(b'%'),
            b'"' | b'\\' => out.push(b'\\'),
            _ => {}
        }
        out.push(*byte);
    }
    out.extend(quoted.then_some(b'"'));
    out
}

/// A path as the argument, which is the rest of the line: not quoted, but with C's escapes.
fn argument(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len());
    for byte in path {
        match byte {
            b'%' => out.extend_from_slice(b"%%"),
            b' ' | b'\\' => out.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
            byte => out.push(*byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::entry::tests::{directory, file, link};
    use crate::worker::{finding, tree};

    #[test]
    fn each_name_in_etc_is_copied_and_systemds_part_is_not() {
        let entries = vec![
            directory("etc/zsh"),
            file("etc/zsh/zshrc", "rc"),
            file("etc/my conf", ""),
            file("etc/.hidden", ""),
            file("etc/100%", ""),
            file("etc/a\"b\\c", ""),
            link("etc/link", "../lib/x"),
            directory("etc/systemd/system"),
            file("etc/systemd/system/x.service", ""),
            file("opt/x/etc/systemd/y", ""),
            file("usr/lib/etc", ""),
        ];
        let (mut copied, mut findings) = (Copied::new(), Vec::new());
        let kept = apply("zsh-common", "shell", entries, &mut copied, &mut findings);
        let mut tree = tree::tests::tree(kept.into_iter().map(|entry| (0, entry)));
        add(&mut tree, "shell", &copied, &["zsh-common"], &mut findings);
        let lines = tree.remove(&b"usr/lib/tmpfiles.d/10-shell.conf"[..]).unwrap();
        let crate::worker::entry::Node::File { content: crate::worker::entry::Content::Bytes(lines), .. } =
            lines.node
        else {
            panic!("no file")
        };
        expect![[r#"
            f 0644 /opt/x/etc/systemd/y ""
            f 0644 /usr/lib/etc ""
            f 0644 /usr/share/shell/etc/.hidden ""
            f 0644 /usr/share/shell/etc/100% ""
            f 0644 /usr/share/shell/etc/a"b\c ""
            l 0777 /usr/share/shell/etc/link -> ../lib/x
            f 0644 /usr/share/shell/etc/my conf ""
            d 0755 /usr/share/shell/etc/zsh
            f 0644 /usr/share/shell/etc/zsh/zshrc "rc"
            C+ /etc/.hidden - - - - /usr/share/shell/etc/.hidden
            C+ /etc/100%% - - - - /usr/share/shell/etc/100%%
            C+ "/etc/a\"b\\c" - - - - /usr/share/shell/etc/a"b\x5cc
            C+ /etc/link - - - - /usr/share/shell/etc/link
            C+ "/etc/my conf" - - - - /usr/share/shell/etc/my\x20conf
            C+ /etc/zsh - - - - /usr/share/shell/etc/zsh
            Warning etc ["zsh-common"]: `zsh-common` also has `/etc/systemd/system/x.service`, which an extension leaves out
              help: `/etc/systemd` is the administrator's: put them there on the host if they are needed
        "#]]
        .assert_eq(
            &(tree::tests::text(&tree) + &String::from_utf8_lossy(&lines) + &finding::tests::text(&findings)),
        );
    }

    #[test]
    fn a_line_break_cannot_add_a_line() {
        let (mut copied, mut findings) = (Copied::new(), Vec::new());
        apply("p", "n", vec![file("etc/x\nr etc", "")], &mut copied, &mut findings);
        let mut tree = Tree::new();
        add(&mut tree, "n", &copied, &["p"], &mut findings);
        assert!(tree.is_empty());
        expect![[r#"
            Error etc ["p"]: `/etc/x\u{a}r etc` of `p` has a control character in its name: no line of tmpfiles.d can copy it
        "#]]
        .assert_eq(&finding::tests::text(&findings));
    }

    #[test]
    fn without_etc_there_are_no_lines() {
        let mut tree = Tree::new();
        add(&mut tree, "n", &Copied::new(), &[], &mut Vec::new());
        assert!(tree.is_empty());
    }
}
