//! What a resolution chose: exact packages, where they are, and what they must be.
//!
//! A lock is the whole difference between a spec and the bytes of its image: the same spec with the
//! same lock builds the same image on any day. It is JSON, written with sorted entries so that two
//! locks can be compared by a line-based tool.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::job::{Bound, Finding, Level, Resolve, Wanted};
use crate::version::{self, deb};

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

impl Lock {
    /// Reads a lock that [`Lock::to_json`] wrote, or that somebody wrote or changed by hand.
    ///
    /// # Errors
    /// The text is no lock: see [`LockError`].
    pub fn parse(text: &[u8]) -> Result<Self, LockError> {
        if text.len() > MAX_TEXT {
            return Err(LockError::TooLong);
        }
        let Format { version } = serde_json::from_slice(text).map_err(LockError::Json)?;
        if version != VERSION {
            return Err(LockError::Version(version));
        }
        let lock: Self = serde_json::from_slice(text).map_err(LockError::Json)?;
        for package in &lock.packages {
            let named =
                |problem| LockError::Package { name: package.name.escape_debug().to_string(), problem };
            package.check().map_err(named)?;
        }
        match lock.packages.windows(2).find(|pair| pair[0].name >= pair[1].name) {
            Some(pair) if pair[0].name == pair[1].name => Err(LockError::Twice(pair[0].name.clone())),
            Some(pair) => Err(LockError::Order(pair[1].name.clone(), pair[0].name.clone())),
            None => Ok(lock),
        }
    }

    /// The lock as the text of a file: the same for the same lock, one value a line.
    pub fn to_json(&self) -> String {
        format!("{}\n", pretty(self))
    }

    /// How the lock differs from what is asked for now; all findings are errors. Versions are ordered as
    /// Debian's are.
    pub fn fit(&self, wanted: &Resolve) -> Vec<Finding> {
        let Self { version: _, target, platform, packages } = self;
        let mut findings = Vec::new();
        for (what, has, wants) in
            [("target", target, &wanted.target), ("platform", platform, &wanted.platform)]
        {
            if has != wants {
                let message =
                    format!("the lock is for the {what} `{}`, not for `{wants}`", has.escape_debug());
                findings.push(misfit(&[], message));
            }
        }
        if !findings.is_empty() {
            return findings; // the packages of another target differ anyway
        }
        let locked: BTreeMap<&str, &Package> =
            packages.iter().map(|package| (package.name.as_str(), package)).collect();
        let asked: BTreeSet<&str> = wanted.packages.iter().map(|wanted| wanted.name.as_str()).collect();
        for Wanted { name, versions } in &wanted.packages {
            match locked.get(name.as_str()) {
                None => findings.push(misfit(&[name], format!("the lock has no package `{name}`"))),
                Some(package) => findings.extend(package.fit(versions, &wanted.architecture)),
            }
        }
        for name in locked.keys().filter(|name| !asked.contains(**name)) {
            let message = format!("the lock has a package `{name}`, which the spec does not ask for");
            findings.push(misfit(&[name], message));
        }
        findings
    }
}

impl Package {
    /// Whether the values are of the form that their docs tell, and harmless in paths, URLs and messages.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), PackageError> {
        let Self { name, version, architecture, source, url, size, sha256 } = self;
        for (field, value, also) in
            [("name", name, "+-._"), ("architecture", architecture, "-_"), ("source", source, "+-._")]
        {
            let allowed = |b: u8| b.is_ascii_alphanumeric() || also.as_bytes().contains(&b);
            if !value.starts_with(|first: char| first.is_ascii_alphanumeric()) || !value.bytes().all(allowed)
            {
                return Err(PackageError::Word { field, value: value.escape_debug().to_string() });
            }
        }
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"+-.~:^_".contains(&b);
        if version.is_empty() || !version.bytes().all(allowed) {
            return Err(PackageError::Version(version.escape_debug().to_string()));
        }
        check_url(url)?;
        if !(1..=MAX_SIZE).contains(size) {
            return Err(PackageError::Size(*size));
        }
        if sha256.len() != 64 || !sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(PackageError::Sha256(sha256.escape_debug().to_string()));
        }
        Ok(())
    }

    /// Whether the file can be had by HTTP alone, without the package manager's own ways.
    pub fn is_plain_http(&self) -> bool {
        self.url.starts_with("http://") || self.url.starts_with("https://")
    }

    fn fit(&self, bounds: &[Bound], architecture: &str) -> Option<Finding> {
        let Self { name, version, architecture: has, .. } = self;
        let message = if !ANY_ARCHITECTURE.contains(&has.as_str()) && has != architecture {
            format!("the lock has `{name}` for `{has}`, not for `{architecture}`")
        } else if !bounds.iter().all(|bound| deb::meets(version, bound)) {
            format!("the lock has `{name}` {version}, the spec asks for `{}`", version::bounds(bounds))
        } else {
            return None;
        };
        Some(misfit(&[name], message))
    }
}

fn pretty(lock: &Lock) -> String {
    serde_json::to_string_pretty(lock).expect("the keys of a lock are text")
}

fn check_url(url: &str) -> Result<(), PackageError> {
    let bad = |problem| PackageError::Url { url: url.escape_debug().to_string(), problem };
    let (scheme, rest) = url.split_once(':').ok_or_else(|| bad("it has no scheme"))?;
    if !SCHEMES.contains(&scheme) {
        return Err(bad("its scheme is none that package managers fetch from"));
    }
    if !url.bytes().all(|b| b.is_ascii_graphic() && !br#""'\<>"#.contains(&b)) {
        return Err(bad("it has characters that must be percent-encoded"));
    }
    let Some(rest) = rest.strip_prefix("//") else {
        let remote = matches!(scheme, "http" | "https");
        return if remote { Err(bad("it has no host")) } else { Ok(()) };
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.contains('@') {
        return Err(bad("it has a user name or password, which do not belong in a lock"));
    }
    if host.is_empty() && matches!(scheme, "http" | "https") {
        return Err(bad("it has no host"));
    }
    Ok(())
}

fn misfit(packages: &[&str], message: String) -> Finding {
    let packages = packages.iter().map(|name| (*name).to_owned()).collect();
    let help = Some("make the lock anew, or build without it".to_owned());
    Finding { level: Level::Error, packages, message, help }
}

/// The part of a lock that all formats have.
#[derive(Deserialize)]
struct Format {
    version: u32,
}

/// Why a text is no lock.
#[derive(Debug)]
pub enum LockError {
    /// Not JSON, or fields are missing, unknown, or of another kind.
    Json(serde_json::Error),
    /// The first package is not after the second in the order of names.
    Order(String, String),
    /// A package has a value that it cannot have.
    Package {
        /// The package's name, escaped.
        name: String,
        /// The value.
        problem: PackageError,
    },
    /// More text than any lock has.
    TooLong,
    /// A package is there more than once.
    Twice(String),
    /// A format of another time.
    Version(u32),
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "the lock cannot be read: {error}"),
            Self::Order(name, before) => {
                write!(f, "packages of a lock are sorted by name, but `{name}` comes after `{before}`")
            }
            Self::Package { name, problem } => write!(f, "package `{name}` of the lock: {problem}"),
            Self::TooLong => write!(f, "a lock has at most {} MiB", MAX_TEXT >> 20),
            Self::Twice(name) => write!(f, "the lock has the package `{name}` more than once"),
            Self::Version(version) => {
                write!(f, "the lock has the format {version}, this program reads the format {VERSION}")
            }
        }
    }
}

impl std::error::Error for LockError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            Self::Package { problem, .. } => Some(problem),
            Self::Order(..) | Self::TooLong | Self::Twice(_) | Self::Version(_) => None,
        }
    }
}

/// A value that a [`Package`] cannot have; texts are escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageError {
    /// The checksum has another form.
    Sha256(String),
    /// No file has this size.
    Size(u64),
    /// The address cannot be used.
    Url {
        /// The address.
        url: String,
        /// Why.
        problem: &'static str,
    },
    /// The version has characters that versions have not.
    Version(String),
    /// A name has characters that names have not.
    Word {
        /// Which name.
        field: &'static str,
        /// The name.
        value: String,
    },
}

impl fmt::Display for PackageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(text) => write!(f, "`sha256` is 64 lower-case hexadecimal digits, not `{text}`"),
            Self::Size(size) => write!(f, "`size` is between 1 and {MAX_SIZE} bytes, not {size}"),
            Self::Url { url, problem } => write!(f, "`url` is `{url}`: {problem}"),
            Self::Version(text) => {
                write!(f, "`version` has letters, digits and `+`, `-`, `.`, `~`, `:`, `^`, `_`, not `{text}`")
            }
            Self::Word { field, value } => write!(
                f,
                "`{field}` has letters, digits, `+`, `-`, `.` and `_`, the first a letter or digit, not `{value}`"
            ),
        }
    }
}

impl std::error::Error for PackageError {}

/// Architectures that are no architecture: Debian's and RPM's words.
const ANY_ARCHITECTURE: [&str; 2] = ["all", "noarch"];

/// What package managers fetch from; see sources.list(5) and apt-transport-mirror(1).
const SCHEMES: [&str; 12] = [
    "cdrom",
    "copy",
    "file",
    "ftp",
    "http",
    "https",
    "mirror",
    "mirror+file",
    "mirror+http",
    "mirror+https",
    "tor+http",
    "tor+https",
];

/// Bytes of a package file, at most: no repository comes near, and the sum over a lock cannot overflow.
const MAX_SIZE: u64 = 1 << 40;

/// Bytes of a lock, at most: room for every package of a distribution at 400 bytes each.
const MAX_TEXT: usize = 32 << 20;
