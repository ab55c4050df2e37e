//! What an image holds: everything belongs to root and has one time, so neither is said.

use std::collections::BTreeMap;

use crate::worker::entry::{Content, Node, Xattrs};
use crate::worker::path::TreePath;

/// The files of an image by path. Directories without an entry are made with mode 0755.
pub(crate) type Tree = BTreeMap<TreePath, Placed>;

/// One file of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Number of the package in the job; `None` is what we add.
    pub(crate) package: Option<usize>,
    /// Permission bits with setuid, setgid and sticky.
    pub(crate) mode: u32,
    /// Extended attributes.
    pub(crate) xattrs: Xattrs,
    /// What it is: no device and no pipe.
    pub(crate) node: Node,
}

impl Placed {
    /// A regular file of ours.
    pub(crate) fn generated(content: impl Into<Vec<u8>>) -> Self {
        // The files of one image that share an inode share a package too: ours never do.
        let node = Node::File { content: Content::Bytes(content.into().into()), inode: 0 };
        Self { package: None, mode: 0o644, xattrs: Xattrs::new(), node }
    }

    /// Whether it is a directory.
    pub(crate) fn is_directory(&self) -> bool {
        self.node == Node::Directory
    }

    /// What it is, in words that follow "is".
    pub(crate) fn what(&self) -> &'static str {
        match self.node {
            Node::Device => "a device",
            Node::Directory => "a directory",
            Node::Fifo => "a named pipe",
            Node::File { .. } => "a file",
            Node::Symlink(_) => "a symbolic link",
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::worker::entry::Entry;

    /// A tree in which each entry belongs to the package with that number.
    pub(crate) fn tree(entries: impl IntoIterator<Item = (usize, Entry)>) -> Tree {
        let place = |(package, Entry { path, mode, xattrs, node, .. }): (usize, Entry)| {
            (path, Placed { package: Some(package), mode, xattrs, node })
        };
        entries.into_iter().map(place).collect()
    }

    /// The tree as text: kind, mode, path, and target or content.
    pub(crate) fn text(tree: &Tree) -> String {
        let mut out = String::new();
        for (path, placed) in tree {
            let (kind, rest) = match &placed.node {
                Node::Directory => ('d', String::new()),
                Node::File { content: Content::Bytes(bytes), .. } => {
                    ('f', format!(" {:?}", String::from_utf8_lossy(bytes)))
                }
                Node::File { .. } => ('f', String::new()),
                Node::Symlink(target) => ('l', format!(" -> {}", String::from_utf8_lossy(target))),
                Node::Device | Node::Fifo => ('?', String::new()),
            };
            writeln!(out, "{kind} {:04o} {path}{rest}", placed.mode).unwrap();
        }
        out
    }
}
