//! What a package holds: its entries as they were packaged.

use std::collections::BTreeMap;

use crate::worker::path::TreePath;

/// One entry of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Where the package wants it.
    pub(crate) path: TreePath,
    /// Permission bits with setuid, setgid and sticky: at most `0o7777`.
    pub(crate) mode: u32,
    /// Owning user: `None` is root, else its name, or its number where it has no name.
    pub(crate) user: Option<Box<str>>,
    /// Owning group, likewise.
    pub(crate) group: Option<Box<str>>,
    /// Extended attributes by name.
    pub(crate) xattrs: Xattrs,
    /// What it is.
    pub(crate) node: Node,
}

/// Extended attributes: full name, such as `security.capability`, and value.
pub(crate) type Xattrs = BTreeMap<Box<[u8]>, Box<[u8]>>;

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// A block or character device.
    Device,
    /// A directory.
    Directory,
    /// A named pipe.
    Fifo,
    /// A regular file. Hard links are files with the same `inode` of the same package.
    File {
        /// Its bytes.
        content: Content,
        /// Number of the file in its package.
        inode: u32,
    },
    /// A symbolic link with its target's text.
    Symlink(Box<[u8]>),
}

/// Where the bytes of a regular file are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Here.
    Bytes(Box<[u8]>),
    /// In a spool file of the [`Store`](crate::worker::store::Store).
    Spooled {
        /// Number of the spool file.
        spool: u32,
        /// First byte.
        offset: u64,
        /// How many bytes.
        len: u64,
    },
}

impl Content {
    /// Size in bytes.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Spooled { len, .. } => *len,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::worker::path::tests::path;

    /// An entry of root with the usual mode of its kind.
    pub(crate) fn entry(at: &str, node: Node) -> Entry {
        let mode = match node {
            Node::Directory => 0o755,
            Node::Symlink(_) => 0o777,
            _ => 0o644,
        };
        Entry { path: path(at), mode, user: None, group: None, xattrs: Xattrs::new(), node }
    }

    /// A regular file; each has an inode of its own.
    pub(crate) fn file(at: &str, content: &str) -> Entry {
        let inode = at.bytes().fold(7, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        entry(at, Node::File { content: Content::Bytes(content.as_bytes().into()), inode })
    }

    /// A symbolic link.
    pub(crate) fn link(at: &str, target: &str) -> Entry {
        entry(at, Node::Symlink(target.as_bytes().into()))
    }

    /// A directory.
    pub(crate) fn directory(at: &str) -> Entry {
        entry(at, Node::Directory)
    }
}
