//! What a resolution chose: exact packages, where they are, and what they must be.
//!
//! A lock is the whole difference between a spec and the bytes of its image: the same spec with the
//! same lock builds the same image on any day. It is JSON, written with sorted entries so that two
//! locks can be compared by a line-based tool.

use serde::{Deserialize, Serialize};

/// Name of the file in the result of the lock route and in the context that brings one back.
pub const FILE: &str = "sysext.lock";

/// Format of the file; raised when an older reader would misread a newer file.
pub const VERSION: u32 = 1;

/// The packages chosen for one target and one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// [`VERSION`] of the writer.
    pub version: u32,
    /// Target key, such as `trixie`.
    pub target: String,
    /// Platform in OCI's words, such as `linux/arm64`.
    pub platform: String,
    /// The packages, sorted by name.
    pub packages: Vec<Package>,
}

/// One package of a repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Binary package name.
    pub name: String,
    /// Full version in the family's own form, such as `1:2.3-4+deb13u1`.
    pub version: String,
    /// Architecture in the family's own words, such as `amd64` or `all`.
    pub architecture: String,
    /// Name of the source package it was built from.
    pub source: String,
    /// Where the repository keeps the file.
    pub url: String,
    /// Size of the file in bytes.
    pub size: u64,
    /// SHA-256 of the file, 64 lower-case hexadecimal digits.
    pub sha256: String,
}
