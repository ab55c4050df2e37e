//! What a step that runs our own program in a worker is told, and what it answers.
//!
//! A step gets one JSON file and writes one JSON file. What is wrong with its *input* (a package that
//! does not exist, two packages with one path) is an answer, not a failure: it is as true the next time,
//! so the engine may cache it, and the frontend can say which line of the spec it is about. Only
//! what is worth another try (no network, a full disk) makes the step fail.

mod allow;
mod capability;
mod files;
mod manager;
mod mirrors;
mod rule;
mod test;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::lock::{Lock, Package};

pub use allow::{Allow, Allowed};
pub use capability::CAPABILITIES;
pub use files::{PackageFile, PackageFiles};
pub use manager::Manager;
pub use mirrors::{first_mirror, index_of};
pub use rule::{Allowance, Rule};
pub use test::{ContentCheck, FileCheck, Test, TestStep};

/// Where the program itself is mounted in a worker.
pub const PROGRAM: &str = "/run/annex/annex";
/// Where the step's job, a JSON file, is mounted.
pub const JOB: &str = "/run/annex/job.json";
/// Directory in which package number `n` of the job is mounted as the file `n`.
pub const PACKAGES: &str = "/run/annex/packages";
/// Directory in which the repositories' signed indices are mounted. Nobody reads them: their content
/// is in the step's cache key, so that a changed repository is asked again.
pub const INDICES: &str = "/run/annex/indices";
/// Directory in which key number `n` of the job is mounted as the file `n`; where it could not be had there is none.
pub const KEYS: &str = "/run/annex/keys";
/// Directory of the step's result.
pub const OUT: &str = "/out";
/// Directory of the step's answer, where it is not the result.
pub const REPORT: &str = "/report";
/// Where the one file is mounted that a step reads.
pub const FILE: &str = "/run/annex/file";
/// Directory in which the tree of the base is mounted, where one was given.
pub const BASE: &str = "/run/annex/base";
/// Directory in which secrets are mounted: `HOST/KIND`.
pub const SECRETS: &str = "/run/secrets";
/// Name of the answer's file in [`OUT`] or [`REPORT`].
pub const ANSWER: &str = "answer.json";

/// What the step that lists repositories answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indices {
    /// Addresses of the signed indices that anyone can ask by HTTP, sorted.
    pub addresses: Vec<String>,
    /// Addresses of lists of mirrors, sorted: the first mirror of each has a signed index ([`first_mirror`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mirrors: Vec<String>,
    /// Addresses of the keys that sign packages, sorted, as far as the worker has them not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// How many more repositories there are that only the worker's own tools can ask. Those in the
    /// worker's own file system do not count: they change with it.
    pub others: usize,
}

/// What the step that reads a file answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

/// Which packages to choose: input of `annex worker resolve-deb` and `resolve-rpm`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolve {
    /// Target key, copied to the lock.
    pub target: String,
    /// Platform in OCI's words, copied to the lock.
    pub platform: String,
    /// Architecture in the family's own words: the only one that is looked at, beside `all` and `noarch`.
    pub architecture: String,
    /// Where the keys are from that are mounted at [`KEYS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// The spec's own repositories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
    /// What the spec asks for, sorted by name, each name once.
    pub packages: Vec<Wanted>,
}

/// A repository of the spec, by the absolute paths of the files that make it known in the worker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extra {
    /// What tells the package manager of it.
    pub config: Vec<String>,
    /// The keys that sign it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
}

/// One package that the spec asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Package name.
    pub name: String,
    /// Bounds of the version, all of which must hold.
    pub versions: Vec<Bound>,
}

/// One bound of a version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// How the package's version must relate to `version`.
    pub relation: Relation,
    /// The version compared with, as written.
    pub version: String,
}

/// How two versions relate; on the wire in words that `dpkg --compare-versions` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Equal.
    Eq,
    /// Greater or equal.
    Ge,
    /// Greater.
    Gt,
    /// Less or equal.
    Le,
    /// Less.
    Lt,
}

/// What the resolve step answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// The choice; `None` when a finding is an error.
    pub lock: Option<Lock>,
    /// What is to be said of it.
    pub findings: Vec<Finding>,
    /// Packages that the chosen ones need in turn, as far as they are likely to have what an image lacks, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<Provider>,
}

/// A package that could be added to an image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its name.
    pub package: String,
    /// Libraries and programs that it has, beside those that it is called after, such as `libz.so.1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<String>,
    /// Names of the packages that it needs itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends: Vec<String>,
}

/// What the step that looks at a worker's tools answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tools {
    /// Version of erofs-utils, such as `1.8.6`; `None` if there are none or they do not say.
    pub erofs_utils: Option<String>,
}

/// What goes into an image and how: input of `annex worker assemble`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assemble {
    /// Name of the spec: `/etc` of the packages goes to `/usr/share/<name>/etc`.
    pub name: String,
    /// Stem of the image's file name, and of the `extension-release` file.
    pub image: String,
    /// Content of the `extension-release` file.
    pub release: String,
    /// Time of everything in the image, in seconds since 1970-01-01 UTC. `None`: the newest time of
    /// a file in the packages, which is a function of the packages alone.
    pub epoch: Option<i64>,
    /// Words for `mkfs.erofs` that say how to compress.
    pub mkfs: Vec<String>,
    /// Version of erofs-utils that the lock was made with; another is worth a warning.
    pub erofs_utils: Option<String>,
    /// Which findings the spec allows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
    /// Whether all that may be allowed is: then it is not looked for.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unchecked: bool,
    /// OpenPGP certificates (ASCII armor) by fingerprint: the lock's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<String, String>,
    /// Directories of `/usr` that are links on the target's hosts, with what they lead to: `usr/sbin` to `usr/bin`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
    /// Units by name, and whether the spec wants them to start with the extension; others start as is usual.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub units: BTreeMap<String, bool>,
    /// Number of the package that was built of the spec: its size and sum are those that its file has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built: Option<usize>,
    /// Whether the tree of a base is at [`BASE`].
    #[serde(default, skip_serializing_if = "is_false")]
    pub base: bool,
    /// Whether a hash tree and its root hash are made beside the image.
    #[serde(default, skip_serializing_if = "is_false")]
    pub verity: bool,
    /// Architecture of the hosts, in systemd's words.
    pub architecture: String,
    /// Packages that are likely to have what the image lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<Provider>,
    /// The packages, in the lock's order; number `n` is the file [`PACKAGES`]`/n`.
    pub packages: Vec<Package>,
}

/// What the assemble step answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assembly {
    /// What is to be said of it; with an error among them there is no image.
    pub findings: Vec<Finding>,
    /// What is not to be said, as the spec allows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<Allowed>,
    /// Regular files in the image.
    pub files: u64,
    /// Bytes of their contents.
    pub bytes: u64,
}

/// Something that the spec's author should know, found in a worker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What it is an instance of.
    pub rule: Rule,
    /// Whether it forbids the image.
    pub level: Level,
    /// Names of the packages it is about: their lines in the spec are shown.
    pub packages: Vec<String>,
    /// Absolute paths of the files that it is about, or the names of libraries; none where it is not about files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// What was found, in the style of [`crate::diagnostic::Diagnostic::message`].
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// How much a [`Finding`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// There is no result.
    Error,
    /// There is a result.
    Warning,
}

/// The JSON of a job or an answer: equal values, equal bytes.
///
/// # Panics
/// Never for the types of this module, whose keys are text.
pub fn to_json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("our jobs have string keys and no failing serializer")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !value
}
