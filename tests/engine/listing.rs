//! A tree of files as sorted lines, to compare two of them.

use std::collections::BTreeMap;
use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use sha2::{Digest, Sha256};

/// What is in a tree, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing(pub(crate) BTreeMap<String, Entry>);

/// One file, directory or link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Permissions with setuid, setgid and sticky.
    pub(crate) mode: u32,
    /// Number of the owner.
    pub(crate) uid: u32,
    /// Number of the group.
    pub(crate) gid: u32,
    /// What it holds.
    pub(crate) content: Content,
}

/// What an [`Entry`] holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Other entries.
    Directory,
    /// Bytes: how many, and their SHA-256 in hexadecimal.
    File(u64, String),
    /// The path that a symbolic link says.
    Link(String),
}

impl Listing {
    /// Everything below a directory, itself left out.
    pub(crate) fn of(top: &Path) -> Self {
        let mut listing = Self::default();
        listing.walk(top, "");
        listing
    }

    /// The lines that only one of two listings has: `-` for this one, `+` for the other.
    pub(crate) fn difference(&self, other: &Self) -> String {
        let lines = |listing: &Self| listing.to_string().lines().map(String::from).collect::<Vec<_>>();
        let (ours, theirs) = (lines(self), lines(other));
        let minus = ours.iter().filter(|line| !theirs.contains(line)).map(|line| format!("-{line}\n"));
        let plus = theirs.iter().filter(|line| !ours.contains(line)).map(|line| format!("+{line}\n"));
        minus.chain(plus).collect()
    }

    fn walk(&mut self, folder: &Path, prefix: &str) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let metadata = entry.metadata().unwrap();
            let content = if metadata.is_dir() {
                self.walk(&entry.path(), &format!("{path}/"));
                Content::Directory
            } else if metadata.is_symlink() {
                Content::Link(std::fs::read_link(entry.path()).unwrap().to_string_lossy().into_owned())
            } else {
                assert!(metadata.is_file(), "{path} is neither a file, a directory nor a link");
                let bytes = std::fs::read(entry.path()).unwrap();
                Content::File(metadata.len(), hexadecimal(&Sha256::digest(bytes)))
            };
            // A link's own permissions mean nothing, and file systems differ in what they say.
            let mode = if metadata.is_symlink() { 0o777 } else { metadata.mode() & 0o7777 };
            self.0.insert(path, Entry { mode, uid: metadata.uid(), gid: metadata.gid(), content });
        }
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, Entry { mode, uid, gid, content }) in &self.0 {
            write!(f, "{mode:04o} {uid}:{gid} {path}")?;
            match content {
                Content::Directory => writeln!(f, "/")?,
                Content::File(size, sha256) => writeln!(f, " {size} {sha256}")?,
                Content::Link(to) => writeln!(f, " -> {to}")?,
            }
        }
        Ok(())
    }
}

/// Bytes in hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).expect("four bits are one digit");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
