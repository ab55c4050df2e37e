//! Package files of which nothing is known but what they say of themselves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the step that looks through a tree for package files answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageFiles {
    /// The packages by the paths of their files, which are relative to the tree.
    pub packages: BTreeMap<String, PackageFile>,
    /// Files that are called like packages and are none, with the rest of a sentence about each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub broken: BTreeMap<String, String>,
    /// How many other files there are.
    pub others: usize,
}

/// What a package file says of itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageFile {
    /// Package name.
    pub name: String,
    /// Full version, with epoch and revision or release.
    pub version: String,
    /// Architecture in the family's own words.
    pub architecture: String,
}

impl PackageFile {
    /// Whether it can be installed where packages of `architecture` are.
    pub fn is_for(&self, architecture: &str) -> bool {
        self.architecture == architecture || ANY_ARCHITECTURE.contains(&self.architecture.as_str())
    }
}

/// Architectures that are no architecture: Debian's and RPM's words.
const ANY_ARCHITECTURE: [&str; 2] = ["all", "noarch"];
