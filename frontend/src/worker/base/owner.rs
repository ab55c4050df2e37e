//! Which packages of a base have which files: dpkg's lists.
//!
//! RPM's database is not read: its format differs by release, and says no more than a name.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::Base;
use crate::worker::path::{TreePath, printable};

impl Base {
    /// The packages that have the files at `paths`, as far as the base knows.
    ///
    /// # Errors
    /// Where a list cannot be read.
    pub(crate) fn owners(&self, paths: &BTreeSet<TreePath>) -> io::Result<BTreeMap<TreePath, String>> {
        let mut owners = BTreeMap::new();
        let Some(directory) = TreePath::parse(LISTS).ok().flatten() else { return Ok(owners) };
        if paths.is_empty() {
            return Ok(owners);
        }
        for name in self.names(&directory)? {
            let Some(package) = name.strip_suffix(b".list") else { continue };
            // `libc6:amd64.list` where packages of several architectures can be installed.
            let package = printable(package.split(|byte| *byte == b':').next().unwrap_or_default());
            let Ok(list) = TreePath::of([directory.as_bytes(), &name]) else { continue };
            let Ok(file) = self.open(&list) else { continue };
            let text = file.read_at(0, MAX_LIST)?;
            for line in text.split(|byte| *byte == b'\n') {
                let line = line.strip_prefix(b"/").unwrap_or(line);
                for path in [Some(line.to_vec()), merged(line)].into_iter().flatten() {
                    if let Some(path) = paths.get(path.as_slice()) {
                        owners.entry(path.clone()).or_insert_with(|| package.clone());
                    }
                }
            }
        }
        Ok(owners)
    }
}

/// The same path in `/usr`, where lists of older packages have it outside.
fn merged(line: &[u8]) -> Option<Vec<u8>> {
    let top = line.split(|byte| *byte == b'/').next()?;
    super::TOP.iter().any(|known| known.as_bytes() == top).then(|| [b"usr/", line].concat())
}

/// Where dpkg keeps the lists of files (dpkg-query(1), "FILES").
const LISTS: &[u8] = b"var/lib/dpkg/info";
/// Bytes of one list: the longest of Debian 13 have 4 MB.
const MAX_LIST: usize = 64 << 20;
