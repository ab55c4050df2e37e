//! The records of POSIX's extended headers (`pax`, "pax Extended Header"), which override fields of a header.

use std::collections::BTreeMap;

use crate::worker::archive::Refusal;
use crate::worker::entry::Xattrs;
use crate::worker::path::printable;

/// The records of one extended header that say something about an entry.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// Replaces the path.
    pub(super) path: Option<Vec<u8>>,
    /// Replaces the target of a link.
    pub(super) link: Option<Vec<u8>>,
    /// Replaces the size.
    pub(super) size: Option<i64>,
    /// Replaces the number of the user.
    pub(super) uid: Option<i64>,
    /// Replaces the number of the group.
    pub(super) gid: Option<i64>,
    /// Replaces the name of the user.
    pub(super) user: Option<Vec<u8>>,
    /// Replaces the name of the group.
    pub(super) group: Option<Vec<u8>>,
    /// Replaces the time; fractions of a second are cut off.
    pub(super) mtime: Option<i64>,
    /// Whether the file has holes (GNU tar's "PAX Format" of sparse files).
    pub(super) sparse: bool,
    /// Extended attributes, as GNU tar, star and bsdtar write them.
    pub(super) xattrs: Xattrs,
}

impl Records {
    /// Adds the records of an extended header's content.
    pub(super) fn add(&mut self, content: &[u8]) -> Result<(), Refusal> {
        for (key, value) in split(content)? {
            let text = || Some(value.to_vec());
            match key {
                b"GNU.sparse.name" | b"path" => self.path = text(),
                b"linkpath" => self.link = text(),
                b"size" => self.size = Some(integer(key, value)?),
                b"uid" => self.uid = Some(integer(key, value)?),
                b"gid" => self.gid = Some(integer(key, value)?),
                b"uname" => self.user = text(),
                b"gname" => self.group = text(),
                b"mtime" => self.mtime = Some(integer(key, value)?),
                key if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                key => {
                    let name = XATTR_KEYS.iter().find_map(|prefix| key.strip_prefix(prefix.as_bytes()));
                    if let Some(name) = name {
                        self.xattrs.insert(name.into(), value.into());
                    }
                }
            }
        }
        Ok(())
    }
}

/// Refuses a global header whose records would change entries; others are comments.
pub(super) fn check_global(content: &[u8]) -> Result<(), Refusal> {
    let changing = |key: &[u8]| {
        let fields = [&b"path"[..], b"linkpath", b"size", b"uid", b"gid", b"uname", b"gname", b"mtime"];
        fields.contains(&key)
            || key.starts_with(b"GNU.sparse.")
            || XATTR_KEYS.iter().any(|prefix| key.starts_with(prefix.as_bytes()))
    };
    match split(content)?.into_keys().find(|key| changing(key)) {
        None => Ok(()),
        Some(key) => Err(Refusal::Content(format!("has a global header with `{}`", printable(key)))),
    }
}

/// Records are `LENGTH KEY=VALUE\n`; of two with one key the last counts.
fn split(mut content: &[u8]) -> Result<BTreeMap<&[u8], &[u8]>, Refusal> {
    let mut records = BTreeMap::new();
    while !content.is_empty() {
        let (key, value, rest) = record(content)
            .ok_or_else(|| Refusal::Content("has an entry whose extended header is damaged".into()))?;
        records.insert(key, value);
        content = rest;
    }
    Ok(records)
}

fn record(content: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = content.iter().take(MAX_DIGITS).position(|byte| *byte == b' ')?;
    let len: usize = std::str::from_utf8(&content[..space]).ok()?.parse().ok()?;
    let (record, rest) = content.split_at_checked(len)?;
    let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    Some((&record[..equals], &record[equals + 1..], rest))
}

fn integer(key: &[u8], value: &[u8]) -> Result<i64, Refusal> {
    let whole = value.split(|byte| *byte == b'.').next().unwrap_or(value);
    let number = std::str::from_utf8(whole).ok().and_then(|text| text.parse().ok());
    number.ok_or_else(|| {
        Refusal::Content(format!("has an extended header with `{}={}`", printable(key), printable(value)))
    })
}

/// What stands before the name of an attribute: GNU tar and star, bsdtar, and star's access lists.
const XATTR_KEYS: [&str; 3] = ["SCHILY.xattr.", "LIBARCHIVE.xattr.", "SCHILY.acl."];
/// Digits of the longest length, and a space.
const MAX_DIGITS: usize = 8;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::worker::tar::record;

    fn records(content: &[u8]) -> Result<Records, String> {
        let mut records = Records::default();
        match records.add(content) {
            Ok(()) => Ok(records),
            Err(Refusal::Content(why)) => Err(why),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn content(of: &[(&str, &[u8])]) -> Vec<u8> {
        let mut content = Vec::new();
        for (key, value) in of {
            record(key.as_bytes(), value, &mut content);
        }
        content
    }

    #[test]
    fn records_override_fields() {
        let of = [("path", &b"a\nb"[..]), ("mtime", b"17.25"), ("SCHILY.xattr.user.x", b"1"), ("size", b"7")];
        let read = records(&content(&of)).unwrap();
        assert_eq!(read.path.as_deref(), Some(&b"a\nb"[..]));
        assert_eq!((read.mtime, read.size), (Some(17), Some(7)));
        assert_eq!(read.xattrs.iter().next(), Some((&b"user.x"[..].into(), &b"1"[..].into())));
    }

    #[test]
    fn damage_is_said() {
        let damaged = "has an entry whose extended header is damaged";
        let cut =
            [&b"8 path=a\n"[..], b"11 path=a\n", b"x path=a\n", b"99 path=a\n", b"0 ", b"3 \n", b"8 patha\n"];
        for content in cut {
            assert_eq!(records(content).err().as_deref(), Some(damaged), "{}", printable(content));
        }
        let sizeless = records(&content(&[("size", b"x")]));
        assert_eq!(sizeless.err().as_deref(), Some("has an extended header with `size=x`"));
    }

    #[test]
    fn a_global_header_changes_nothing() {
        assert!(check_global(&content(&[("comment", b"hello")])).is_ok());
        for key in ["path", "SCHILY.xattr.user.x", "GNU.sparse.name"] {
            let Err(Refusal::Content(why)) = check_global(&content(&[(key, b"a")])) else {
                panic!("it was taken")
            };
            assert_eq!(why, format!("has a global header with `{key}`"));
        }
    }

    proptest! {
        #[test]
        fn no_content_makes_it_panic(content in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = records(&content);
        }

        #[test]
        fn every_record_comes_back(value in proptest::collection::vec(any::<u8>(), 0..90)) {
            prop_assert_eq!(records(&content(&[("path", &value)])).unwrap().path, Some(value));
        }
    }
}
