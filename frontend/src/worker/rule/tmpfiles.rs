//! Lines of tmpfiles.d(5), by which the host gets what is not in `/usr` or `/opt`.

use std::collections::BTreeSet;
use std::io;

use crate::worker::entry::Node;
use crate::worker::store::Store;
use crate::worker::tree::Tree;

/// The lines of one file.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<u8>);

impl Lines {
    /// Adds a line of a type about a path, with its mode, owner and group in one text, and with an argument for
    /// the types that take one: others refuse it since systemd 262.
    pub(super) fn add(&mut self, kind: &str, path: &[u8], owner: &str, argument: Option<&[u8]>) {
        self.0.extend_from_slice(kind.as_bytes());
        self.0.push(b' ');
        field(path, &mut self.0);
        self.0.push(b' ');
        self.0.extend_from_slice(owner.as_bytes());
        if let Some(text) = argument {
            self.0.extend_from_slice(b" - ");
            rest(text, &mut self.0);
        }
        self.0.push(b'\n');
    }

    /// The file, unless it would be empty.
    pub(super) fn into_file(self) -> Option<Vec<u8>> {
        (!self.0.is_empty()).then_some(self.0)
    }

    /// The lines as text.
    #[cfg(test)]
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

/// A path as a field of a line: specifiers are escaped, and what would end the field is quoted. In quotes a
/// backslash takes the next character as it is (`extract_first_word` of systemd).
fn field(path: &[u8], out: &mut Vec<u8>) {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\');
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
}

/// A path as the argument, which is the rest of the line: not quoted, but with C's escapes.
fn rest(path: &[u8], out: &mut Vec<u8>) {
    for byte in path {
        match byte {
            b'%' => out.extend_from_slice(b"%%"),
            b' ' | b'\\' => out.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
            byte => out.push(*byte),
        }
    }
}

/// Whether a text can stand for a user or group: a name that systemd takes, or a number.
pub(super) fn is_owner(name: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    !name.is_empty() && name.len() < 256 && name.chars().all(known) && !name.starts_with('-')
}

/// The paths that lines of the packages' own files are about.
pub(super) fn said(tree: &Tree, store: &Store) -> io::Result<BTreeSet<Box<[u8]>>> {
    let mut paths = BTreeSet::new();
    for (path, placed) in tree {
        if path.below(DIRECTORY).is_some_and(|name| name.ends_with(b".conf"))
            && let Node::File { content, .. } = &placed.node
        {
            for line in store.read(content, FILE)?.split(|byte| *byte == b'\n') {
                let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
                if let (Some(kind), Some(path)) = (words.next(), words.next())
                    && !kind.starts_with(b"#")
                {
                    paths.insert(path.strip_suffix(b"/").unwrap_or(path).into());
                }
            }
        }
    }
    Ok(paths)
}

/// Where packages keep such files.
pub(super) const DIRECTORY: &str = "usr/lib/tmpfiles.d";
/// Bytes of such a file that are looked at.
const FILE: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::entry::tests::file;
    use crate::worker::tree::tests::tree;

    #[test]
    fn a_path_is_one_field_whatever_its_name_is() {
        let mut lines = Lines::default();
        lines.add("d", b"/var/100%", "0755 root root", None);
        lines.add("C+", b"/etc/a\"b\\c d", "- - -", Some(b"/usr/share/n/etc/a\"b\\c d"));
        assert_eq!(
            lines.text(),
            "d /var/100%% 0755 root root\nC+ \"/etc/a\\\"b\\\\c d\" - - - - /usr/share/n/etc/a\"b\\x5cc\\x20d\n"
        );
    }

    #[test]
    fn names_and_numbers_are_owners() {
        for name in ["root", "_chrony", "systemd-network", "a.b", "65534"] {
            assert!(is_owner(name), "{name}");
        }
        for name in ["", "-", "a b", "a%b", "a:b", "\u{e4}"] {
            assert!(!is_owner(name), "{name}");
        }
    }

    #[test]
    fn what_packages_have_lines_for_is_known() {
        let tree = tree([
            (0, file("usr/lib/tmpfiles.d/p.conf", "# d /var/no\nd /var/lib/p/ 0755 root root\n\nL /run/x\n")),
            (0, file("usr/lib/tmpfiles.d/README", "d /var/readme\n")),
        ]);
        let said = said(&tree, &Store::default()).unwrap();
        assert_eq!(said, BTreeSet::from([(*b"/run/x").into(), (*b"/var/lib/p").into()]));
    }
}
