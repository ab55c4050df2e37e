//! What a host would see: the tree of an image over the tree of a base, if there is one.

use std::io;
use std::ops::Bound;

use crate::worker::base::Base;
use crate::worker::elf::ReadAt;
use crate::worker::entry::Node;
use crate::worker::path::TreePath;
use crate::worker::store::Store;
use crate::worker::tree::Tree;

/// The tree of an image over that of a base.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// What the image brings.
    pub(crate) tree: &'a Tree,
    /// Its contents.
    pub(crate) store: &'a Store,
    /// Where the image keeps what tmpfiles copies to `/etc`.
    pub(crate) etc: &'a str,
    /// What is below it.
    pub(crate) base: Option<&'a Base>,
}

/// A file, found by following links.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Found {
    /// In the base, by its path there.
    Base(TreePath),
    /// In the image.
    Ours(TreePath),
}

/// What is at a path, without following a link there.
enum Here {
    Directory,
    File(Found),
    Link(Vec<u8>),
    Nothing,
}

impl<'a> View<'a> {
    /// The regular file at `path`, which may be absolute or below the root.
    pub(crate) fn find(&self, path: &[u8]) -> io::Result<Option<Found>> {
        let mut open: Vec<Vec<u8>> = parts(path).rev().collect();
        let mut here: Vec<u8> = Vec::new();
        let mut links = 0;
        while let Some(part) = open.pop() {
            if part == b".." {
                here.truncate(here.iter().rposition(|byte| *byte == b'/').unwrap_or_default());
                continue;
            }
            let mut next = here.clone();
            if next.is_empty() && MERGED.contains(&&*part) {
                next.extend_from_slice(b"usr");
            }
            if !next.is_empty() {
                next.push(b'/');
            }
            next.extend_from_slice(&part);
            match self.look(&next)? {
                Here::Directory => here = next,
                Here::File(found) => return Ok(open.is_empty().then_some(found)),
                Here::Link(target) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Ok(None);
                    }
                    if target.first() == Some(&b'/') {
                        here.clear();
                    } else if MERGED.iter().any(|merged| **merged == *part) && here.is_empty() {
                        here = b"usr".to_vec();
                    }
                    open.extend(parts(&target).rev());
                }
                Here::Nothing => return Ok(None),
            }
        }
        Ok(None)
    }

    /// A file's bytes, to be read at any place.
    pub(crate) fn open(&self, found: &Found) -> io::Result<Box<dyn ReadAt + 'a>> {
        match found {
            Found::Base(path) => match self.base {
                Some(base) => base.open(path),
                None => Err(io::ErrorKind::NotFound.into()),
            },
            Found::Ours(path) => match self.tree.get(path).map(|placed| &placed.node) {
                Some(Node::File { content, .. }) => Ok(Box::new(self.store.part(content))),
                _ => Err(io::ErrorKind::NotFound.into()),
            },
        }
    }

    fn look(&self, path: &[u8]) -> io::Result<Here> {
        let copied = path.strip_prefix(b"etc").filter(|rest| matches!(rest.first(), None | Some(b'/')));
        let copied = copied.map(|rest| [self.etc.as_bytes(), rest].concat());
        for path in [Some(path), copied.as_deref()].into_iter().flatten() {
            match self.tree.get_key_value(path) {
                Some((path, placed)) => match &placed.node {
                    Node::File { .. } => return Ok(Here::File(Found::Ours(path.clone()))),
                    Node::Symlink(target) => return Ok(Here::Link(target.to_vec())),
                    Node::Directory => return Ok(Here::Directory),
                    Node::Device | Node::Fifo => return Ok(Here::Nothing),
                },
                // A directory without an entry.
                None if self.has_below(path) => return Ok(Here::Directory),
                None => {}
            }
        }
        let Some((base, path)) = self.base.zip(TreePath::parse(path).ok().flatten()) else {
            return Ok(Here::Nothing);
        };
        Ok(match base.node(&path)? {
            Some(Node::Directory) => Here::Directory,
            Some(Node::File { .. }) => Here::File(Found::Base(path)),
            Some(Node::Symlink(target)) => Here::Link(target.into()),
            Some(Node::Device | Node::Fifo) | None => Here::Nothing,
        })
    }

    fn has_below(&self, path: &[u8]) -> bool {
        let start = [path, b"/"].concat();
        let mut after = self.tree.range::<[u8], _>((Bound::Included(start.as_slice()), Bound::Unbounded));
        after.next().is_some_and(|(next, _)| next.as_bytes().starts_with(&start))
    }
}

impl Found {
    /// Where it is.
    pub(crate) fn path(&self) -> &TreePath {
        match self {
            Self::Base(path) | Self::Ours(path) => path,
        }
    }
}

fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = Vec<u8>> {
    path.split(|byte| *byte == b'/').filter(|part| !matches!(*part, b"" | b".")).map(<[u8]>::to_vec)
}

/// Directories that are links into `/usr` on hosts: systemd merges extensions into no others (file-hierarchy(7)).
const MERGED: &[&[u8]] = &[b"bin", b"lib", b"lib32", b"lib64", b"libx32", b"sbin"];
/// Links followed on the way to a file, as in Linux (`path_resolution(7)`).
const MAX_LINKS: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::entry::Entry;
    use crate::worker::entry::tests::{directory, file, link};
    use crate::worker::tree;

    fn check(entries: Vec<Entry>, path: &str) -> Option<String> {
        let tree = tree::tests::tree(entries.into_iter().map(|entry| (0, entry)));
        let store = Store::default();
        let view = View { tree: &tree, store: &store, etc: "usr/share/x/etc", base: None };
        view.find(path.as_bytes()).unwrap().map(|found| found.path().to_string())
    }

    #[test]
    fn a_file_is_found_through_links_and_merged_directories() {
        let tree = || {
            vec![
                file("usr/lib/x/liba.so.1.2", ""),
                link("usr/lib/x/liba.so.1", "liba.so.1.2"),
                link("usr/lib/liba.so.1", "/lib/x/liba.so.1"),
                link("usr/lib/y", "x"),
                directory("usr/bin"),
                link("usr/bin/awk", "/etc/alternatives/awk"),
                link("usr/share/x/etc/alternatives/awk", "../../usr/bin/mawk"),
                file("usr/bin/mawk", ""),
            ]
        };
        for (path, expected) in [
            ("/usr/lib/x/liba.so.1.2", Some("/usr/lib/x/liba.so.1.2")),
            ("usr/lib/liba.so.1", Some("/usr/lib/x/liba.so.1.2")),
            ("/lib/../lib/./y/liba.so.1", Some("/usr/lib/x/liba.so.1.2")),
            ("/bin/awk", Some("/usr/bin/mawk")),
            ("/usr/lib/x", None),
            ("/usr/lib/x/liba.so.1/more", None),
            ("/usr/lib/z", None),
            ("/../..", None),
        ] {
            assert_eq!(check(tree(), path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn links_without_end_lead_nowhere() {
        assert_eq!(check(vec![link("usr/a", "b"), link("usr/b", "a")], "usr/a"), None);
        assert_eq!(check(vec![link("usr/a", "../../../../usr/a")], "usr/a"), None);
    }
}
