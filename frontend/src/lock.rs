//! What a resolution chose: exact packages, where they are, and what they must be.
//!
//! A lock is the whole difference between a spec and the bytes of its image: the same spec with the
//! same lock builds the same image on any day. It is JSON, written with sorted entries so that two
//! locks can be compared by a line-based tool.

mod check;
mod fit;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::check::PackageError;
use self::check::{is_fingerprint, shown};

/// Name of the file in the result of the lock route and in the context that brings one back.
pub const FILE: &str = "sysext.lock";

/// Format of the file; raised when an older reader would misread a newer file.
pub const VERSION: u32 = 1;

/// The packages chosen for one target and one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a lock")]
pub struct Lock {
    /// [`VERSION`] of the writer.
    pub version: u32,
    /// Target key, such as `trixie`.
    pub target: String,
    /// Platform in OCI's words, such as `linux/arm64`.
    pub platform: String,
    /// Version of erofs-utils in the worker: another may make other bytes of the same packages. `None`
    /// where the worker does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erofs_utils: Option<String>,
    /// OpenPGP certificates (RFC 9580, ASCII armor) by fingerprint, in upper-case hexadecimal digits: those that
    /// packages name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<String, String>,
    /// The packages, sorted by name.
    pub packages: Vec<Package>,
}

/// One package of a repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a package of a lock")]
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
    /// Fingerprints of the keys of [`Lock::keys`] one of which must have signed the file itself, sorted; none:
    /// its repository vouches for it by a signed index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
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
        lock.check()?;
        Ok(lock)
    }

    /// Whether the packages are of the form that their docs tell, sorted by name, each name once.
    ///
    /// # Errors
    /// The first thing that is not.
    pub fn check(&self) -> Result<(), LockError> {
        let is_version = |text: &str| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.~:^_".contains(&b))
        };
        if let Some(version) = self.erofs_utils.as_deref().filter(|version| !is_version(version)) {
            return Err(LockError::ErofsUtils(shown(version)));
        }
        if let Some(key) = self.keys.keys().find(|key| !is_fingerprint(key)) {
            return Err(LockError::Key(shown(key)));
        }
        for package in &self.packages {
            let named = |problem| LockError::Package { name: shown(&package.name), problem };
            package.check().map_err(named)?;
            if let Some(key) = package.keys.iter().find(|key| !self.keys.contains_key(*key)) {
                return Err(LockError::Key(shown(key)));
            }
        }
        match self.packages.windows(2).find(|pair| pair[0].name >= pair[1].name) {
            Some(pair) if pair[0].name == pair[1].name => Err(LockError::Twice(pair[0].name.clone())),
            Some(pair) => Err(LockError::Order(pair[1].name.clone(), pair[0].name.clone())),
            None => Ok(()),
        }
    }

    /// The lock as the text of a file: the same for the same lock, one value a line.
    pub fn to_json(&self) -> String {
        format!("{}\n", pretty(self))
    }
}

fn pretty(lock: &Lock) -> String {
    serde_json::to_string_pretty(lock).expect("the keys of a lock are text")
}

/// The part of a lock that all formats have.
#[derive(Deserialize)]
#[serde(expecting = "a lock")]
struct Format {
    version: u32,
}

/// Why a text is no lock.
#[derive(Debug)]
pub enum LockError {
    /// The version of erofs-utils is none.
    ErofsUtils(String),
    /// Not JSON, or fields are missing, unknown, or of another kind.
    Json(serde_json::Error),
    /// A key that packages name is not in the lock, or is named in another way than by its fingerprint.
    Key(String),
    /// The first package is not after the second in the order of names.
    Order(String, String),
    /// A package has a value that it cannot have.
    Package {
        /// The package's name, escaped and cut.
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
            Self::ErofsUtils(text) => write!(f, "the lock's `erofs_utils` is no version: `{text}`"),
            Self::Json(error) => write!(f, "the lock cannot be read: {}", shown(&error.to_string())),
            Self::Key(key) => write!(f, "the lock has no key with the fingerprint `{key}`"),
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
            Self::ErofsUtils(_)
            | Self::Key(_)
            | Self::Order(..)
            | Self::TooLong
            | Self::Twice(_)
            | Self::Version(_) => None,
        }
    }
}

/// Bytes of a lock, at most: room for every package of a distribution at 400 bytes each.
const MAX_TEXT: usize = 32 << 20;

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;

    fn lock(names: &[&str]) -> Lock {
        let package = |name: &&str| Package {
            name: (*name).to_owned(),
            version: "1.7-1".to_owned(),
            architecture: "amd64".to_owned(),
            source: "jq".to_owned(),
            url: "http://example.org/jq.deb".to_owned(),
            size: 5,
            sha256: "0123456789abcdef".repeat(4),
            keys: Vec::new(),
        };
        Lock {
            version: VERSION,
            target: "trixie".to_owned(),
            platform: "linux/amd64".to_owned(),
            erofs_utils: None,
            keys: BTreeMap::new(),
            packages: names.iter().map(package).collect(),
        }
    }

    fn check(text: &str) -> String {
        Lock::parse(text.as_bytes()).map_or_else(|error| error.to_string(), |lock| lock.to_json())
    }

    #[test]
    fn a_lock_is_read_as_it_was_written() {
        let text = lock(&["jq", "zsh"]).to_json();
        assert_eq!(check(&text), text);
        assert!(text.ends_with("  ]\n}\n"), "{text}");
        assert_eq!(Lock::parse(lock(&[]).to_json().as_bytes()).unwrap(), lock(&[]));
    }

    #[test]
    fn what_is_no_lock_is_told() {
        let text = lock(&["jq"]).to_json();
        let problems = [
            "",
            "[]",
            "5",
            "{}",
            r#"{"version": 2, "newer": true}"#,
            r#"{"version": 1, "target": "trixie"}"#,
            r#"{"version": -1}"#,
            &text.replace("\"target\"", "\"extra\": 1, \"target\""),
            &text.replace("jq\"", "../jq\""),
            &text.replace("\"size\": 5", "\"size\": \"5\""),
            &lock(&["zsh", "jq"]).to_json(),
            &lock(&["jq", "jq"]).to_json(),
            &" ".repeat(MAX_TEXT + 1),
            &format!("{{\"version\": 1, \"{}\": 1}}", "x".repeat(1000)),
        ]
        .map(check);
        expect![[r#"
            the lock cannot be read: EOF while parsing a value at line 1 column 0
            the lock cannot be read: invalid length 0, expected a lock at line 1 column 2
            the lock cannot be read: invalid type: integer `5`, expected a lock at line 1 column 1
            the lock cannot be read: missing field `version` at line 1 column 2
            the lock has the format 2, this program reads the format 1
            the lock cannot be read: missing field `platform` at line 1 column 34
            the lock cannot be read: invalid value: integer `-1`, expected u32 at line 1 column 14
            the lock cannot be read: unknown field `extra`, expected one of `version`, `target`, `platform`, `erofs_utils`, `keys`, `packages` at line 3 colu…
            package `../jq` of the lock: `name` has at most 255 letters, digits, `+`, `-`, `.` and `_`, the first a letter or digit, not `../jq`
            the lock cannot be read: invalid type: string "5", expected u64 at line 12 column 17
            packages of a lock are sorted by name, but `jq` comes after `zsh`
            the lock has the package `jq` more than once
            a lock has at most 32 MiB
            the lock cannot be read: unknown field `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"#]].assert_eq(&problems.join("\n"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(Lock::parse(&bytes).is_err());
        }

        #[test]
        fn any_change_of_a_byte_is_read(at in 0_usize..400, byte in any::<u8>()) {
            let mut text = lock(&["jq", "zsh"]).to_json().into_bytes();
            if let Some(place) = text.get_mut(at) {
                *place = byte;
            }
            if let Ok(lock) = Lock::parse(&text) {
                prop_assert_eq!(Lock::parse(lock.to_json().as_bytes()).unwrap(), lock);
            }
        }
    }
}
