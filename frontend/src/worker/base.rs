//! The system below an extension, as a tree that is mounted into the worker.
//!
//! The tree is hostile: links in it are read and never followed by the kernel, so that nothing outside it is
//! seen.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::worker::elf::ReadAt;
use crate::worker::entry::{Content, Node};
use crate::worker::path::TreePath;

mod owner;

/// The root directory of a base.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    root: PathBuf,
    /// Top-level directories that are real: hosts have links into `/usr` there, older ones do not.
    split: Vec<&'static str>,
}

impl Base {
    /// The base whose root directory is `root`.
    ///
    /// # Errors
    /// It is no directory.
    pub(crate) fn open_root(root: &Path) -> io::Result<Self> {
        if !fs::symlink_metadata(root)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let is_split =
            |name: &&str| fs::symlink_metadata(root.join(name)).is_ok_and(|metadata| metadata.is_dir());
        Ok(Self { root: root.to_owned(), split: TOP.iter().copied().filter(is_split).collect() })
    }

    /// What is at a path; a file has no content here. Below a link there is nothing.
    pub(crate) fn node(&self, path: &TreePath) -> io::Result<Option<Node>> {
        for path in self.places(path) {
            let metadata = match fs::symlink_metadata(&path) {
                Ok(metadata) => metadata,
                Err(error) if is_absent(&error) => continue,
                Err(error) => return Err(error),
            };
            let kind = metadata.file_type();
            return Ok(Some(if kind.is_dir() {
                Node::Directory
            } else if kind.is_symlink() {
                Node::Symlink(fs::read_link(&path)?.into_os_string().into_vec().into())
            } else if kind.is_file() {
                Node::File { content: Content::Bytes(Box::default()), inode: 0 }
            } else {
                Node::Device
            }));
        }
        Ok(None)
    }

    /// The bytes of the regular file at a path.
    pub(crate) fn open(&self, path: &TreePath) -> io::Result<Box<dyn ReadAt>> {
        for path in self.places(path) {
            // Anything but a regular file could make the worker wait.
            if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
                let file = File::open(&path)?;
                let size = file.metadata()?.len();
                return Ok(Box::new(OnDisk { file, size }));
            }
        }
        Err(io::ErrorKind::NotFound.into())
    }

    /// The names in a directory, sorted; none where there is no directory.
    pub(crate) fn names(&self, path: &TreePath) -> io::Result<Vec<Vec<u8>>> {
        let mut names = Vec::new();
        let directories = self.places(path).into_iter();
        for place in directories.filter(|place| fs::symlink_metadata(place).is_ok_and(|there| there.is_dir()))
        {
            for entry in fs::read_dir(place)?.take(MAX_NAMES) {
                names.push(entry?.file_name().into_vec());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Where a path may be: a system whose `/lib` is no link has what belongs to `/usr/lib` in both.
    fn places(&self, path: &TreePath) -> Vec<PathBuf> {
        let mut places = vec![path.as_bytes()];
        let below = path.below("usr");
        places.extend(below.filter(|below| {
            let top = below.split(|byte| *byte == b'/').next().unwrap_or_default();
            self.split.iter().any(|split| split.as_bytes() == top)
        }));
        places.into_iter().filter_map(|path| self.place(path)).collect()
    }

    /// The path in the file system; `None` where a parent is no directory, such as a link to somewhere else.
    fn place(&self, path: &[u8]) -> Option<PathBuf> {
        let mut place = self.root.clone();
        let mut parts = path.split(|byte| *byte == b'/').peekable();
        while let Some(part) = parts.next() {
            place.push(OsStr::from_bytes(part));
            if parts.peek().is_some() && !fs::symlink_metadata(&place).is_ok_and(|there| there.is_dir()) {
                return None;
            }
        }
        Some(place)
    }
}

/// Whether there is nothing at a path.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A file of the base.
#[derive(Debug)]
struct OnDisk {
    file: File,
    size: u64,
}

impl ReadAt for OnDisk {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let length = length.min(usize::try_from(self.size.saturating_sub(offset)).unwrap_or(length));
        let mut bytes = vec![0; length];
        let mut done = 0;
        while done < length {
            match self.file.read_at(&mut bytes[done..], offset + done as u64)? {
                0 => break,
                count => done += count,
            }
        }
        bytes.truncate(done);
        Ok(bytes)
    }
}

/// Top-level directories that belong to `/usr`.
const TOP: &[&str] = &["bin", "lib", "lib32", "lib64", "libx32", "sbin"];
/// Names that are read of one directory.
const MAX_NAMES: usize = 1_000_000;

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::worker::path::tests::path;

    fn base() -> (tempfile::TempDir, Base) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        for directory in ["usr/lib", "usr/bin", "lib/x86_64-linux-gnu"] {
            fs::create_dir_all(root.join(directory)).unwrap();
        }
        fs::write(folder.path().join("secret"), "outside").unwrap();
        fs::write(root.join("usr/lib/a"), "abc").unwrap();
        fs::write(root.join("lib/x86_64-linux-gnu/libc.so.6"), "libc").unwrap();
        symlink("../..", root.join("usr/out")).unwrap();
        symlink("../../secret", root.join("lib/out")).unwrap();
        (folder, Base::open_root(&root).unwrap())
    }

    #[test]
    fn files_are_found_where_they_are_merged_or_not() {
        let (_folder, base) = base();
        let file = base.open(&path("usr/lib/a")).unwrap();
        assert_eq!((file.size(), file.read_at(1, 99).unwrap()), (3, b"bc".to_vec()));
        let file = base.open(&path("usr/lib/x86_64-linux-gnu/libc.so.6")).unwrap();
        assert_eq!(file.read_at(0, 99).unwrap(), b"libc");
        assert_eq!(base.names(&path("usr/lib")).unwrap().len(), 3);
        assert!(base.node(&path("usr/lib/b")).unwrap().is_none());
        assert!(base.node(&path("usr/lib/a/b")).unwrap().is_none());
    }

    #[test]
    fn nothing_outside_of_a_base_is_seen() {
        let (_folder, base) = base();
        assert_eq!(base.node(&path("usr/out")).unwrap(), Some(Node::Symlink(b"../..".as_slice().into())));
        assert!(base.node(&path("usr/out/secret")).unwrap().is_none());
        assert!(base.open(&path("usr/out/secret")).is_err());
        assert!(base.open(&path("usr/lib/out")).is_err());
        assert!(Base::open_root(&base.root.join("usr/lib/a")).is_err());
    }
}
