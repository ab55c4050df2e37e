//! A test of a spec, for the container in which it runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Commands and what must be true after them: input of `annex worker test`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// Absolute path of the directory in which the commands run.
    pub dir: String,
    /// Variables of all commands.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// The commands, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<TestStep>,
    /// What must be true of files after all commands, by their absolute paths.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, FileCheck>,
}

/// One command and what it must say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestStep {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Variables for it alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// What it reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin: Option<String>,
    /// What must be true of what it writes.
    #[serde(default, skip_serializing_if = "ContentCheck::is_empty")]
    pub stdout: ContentCheck,
    /// What must be true of what it complains of.
    #[serde(default, skip_serializing_if = "ContentCheck::is_empty")]
    pub stderr: ContentCheck,
}

/// What must be true of a content; what is not said is not checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentCheck {
    /// Texts that are in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contains: Vec<String>,
    /// Whether there is none.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub empty: bool,
    /// Its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_with: Option<String>,
    /// All of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
    /// Patterns of RE2 that match somewhere in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<String>,
    /// Its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_with: Option<String>,
}

/// What must be true of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileCheck {
    /// What must be true of its content.
    #[serde(default, skip_serializing_if = "ContentCheck::is_empty")]
    pub content: ContentCheck,
    /// Whether it is a directory; else it is none.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub is_dir: bool,
    /// What the link says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_target: Option<String>,
    /// Whether a link itself is looked at, not what it leads to.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub no_follow: bool,
    /// Whether it is not there.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub not_exist: bool,
    /// The lower nine bits of its mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<u32>,
}

impl ContentCheck {
    /// Whether nothing is checked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
