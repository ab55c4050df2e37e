//! Which package a file says it is: for files of which nothing else is known.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use super::{Budget, Refusal, deb, rpm};

/// What a package file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Package name.
    pub(crate) name: String,
    /// Full version, with epoch and revision or release.
    pub(crate) version: String,
    /// Architecture in the family's own words.
    pub(crate) architecture: String,
}

/// Which package `file` says it is; `None` of a source package, which nobody installs.
///
/// # Errors
///
/// Of the content where the file is not a package, or is damaged.
pub(crate) fn identify(file: &File) -> Result<Option<Identity>, Refusal> {
    let mut magic = [0; 4];
    if file.read_at(&mut magic, 0)? == magic.len() && magic == rpm::MAGIC {
        return rpm::identify(file);
    }
    deb::identify(file, &Budget::of(file.metadata()?.len())).map(Some)
}
