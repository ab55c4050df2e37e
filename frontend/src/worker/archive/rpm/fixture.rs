//! Package files of rpm that tests make.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::lock::Package;
use crate::worker::archive::compression::tests::pack;
use crate::worker::archive::rpm::cpio::tests::{named, numbered};
use crate::worker::archive::rpm::header::{
    BINARY, HEADER_IMMUTABLE, INT16, INT32, INT64, MAGIC, STRING, STRING_ARRAY,
};
use crate::worker::archive::rpm::payload::FILE_DIGEST_ALGO;
use crate::worker::archive::rpm::{files, identity};

/// Signed with [`REPOSITORY`](crate::worker::openpgp::tests::REPOSITORY)'s key by the real rpmsign; `hard.spec` says how.
pub(in crate::worker) const HARD: &[u8] = include_bytes!("hard.rpm");

/// The value of a tag.
#[derive(Clone, Debug)]
pub(in crate::worker) enum Value {
    Binary(Vec<u8>),
    Int16(Vec<u16>),
    Int32(Vec<u32>),
    Int64(Vec<u64>),
    Text(String),
    Texts(Vec<String>),
}

/// A package file in the making.
#[derive(Clone, Debug)]
pub(in crate::worker) struct Rpm {
    name: String,
    files: Vec<File>,
    suffix: &'static str,
    stripped: bool,
    values: BTreeMap<u32, Option<Value>>,
    payload: Option<Vec<u8>>,
}

#[derive(Clone, Debug)]
struct File {
    path: String,
    mode: u16,
    /// Of the content, or the target of a symbolic link.
    content: Vec<u8>,
    user: String,
    flags: u32,
    capabilities: String,
    inode: u32,
}

impl Rpm {
    /// A package `name` of version 1-1 for all architectures, packed with xz.
    pub(in crate::worker) fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            files: Vec::new(),
            suffix: ".xz",
            stripped: false,
            values: BTreeMap::new(),
            payload: None,
        }
    }

    /// Packs the payload otherwise.
    pub(in crate::worker) fn packed(self, suffix: &'static str) -> Self {
        Self { suffix, ..self }
    }

    /// Writes the payload in the form for large files.
    pub(in crate::worker) fn stripped(self) -> Self {
        Self { stripped: true, ..self }
    }

    /// Gives a tag another value, or none.
    pub(in crate::worker) fn value(mut self, tag: u32, value: Option<Value>) -> Self {
        self.values.insert(tag, value);
        self
    }

    /// Takes these bytes as the payload, not yet packed.
    pub(in crate::worker) fn payload(self, payload: Vec<u8>) -> Self {
        Self { payload: Some(payload), ..self }
    }

    /// Puts the files in the other order.
    pub(in crate::worker) fn reversed(mut self) -> Self {
        self.files.reverse();
        self
    }

    fn add(mut self, path: &str, mode: u16, content: &str) -> Self {
        let inode = u32::try_from(self.files.len() + 1).unwrap();
        self.files.push(File {
            path: path.into(),
            mode,
            content: content.into(),
            user: "root".into(),
            flags: 0,
            capabilities: String::new(),
            inode,
        });
        self
    }

    fn last(&mut self) -> &mut File {
        self.files.last_mut().expect("a file was added")
    }

    /// Adds a regular file of root.
    pub(in crate::worker) fn file(self, path: &str, mode: u16, content: &str) -> Self {
        self.add(path, 0o100_000 | mode, content)
    }

    /// Adds one more name of the file before.
    pub(in crate::worker) fn hard_link(mut self, path: &str) -> Self {
        let before = self.last().clone();
        self.files.push(File { path: path.into(), ..before });
        self
    }

    /// Gives the file before to another user.
    pub(in crate::worker) fn owned(mut self, user: &str) -> Self {
        self.last().user = user.into();
        self
    }

    /// Gives the file before these flags.
    pub(in crate::worker) fn flags(mut self, flags: u32) -> Self {
        self.last().flags = flags;
        self
    }

    /// Gives the file before these capabilities.
    pub(in crate::worker) fn capabilities(mut self, text: &str) -> Self {
        self.last().capabilities = text.into();
        self
    }

    /// Adds a directory.
    pub(in crate::worker) fn directory(self, path: &str) -> Self {
        self.add(path, 0o040_755, "")
    }

    /// Adds a named pipe.
    pub(in crate::worker) fn fifo(self, path: &str) -> Self {
        self.add(path, 0o010_644, "")
    }

    /// Adds a symbolic link.
    pub(in crate::worker) fn link(self, path: &str, target: &str) -> Self {
        self.add(path, 0o120_777, target)
    }

    /// The archive of the files.
    pub(in crate::worker) fn archive(&self) -> Vec<u8> {
        let mut archive = Vec::new();
        for (place, file) in self.files.iter().enumerate() {
            if u64::from(file.flags) & files::GHOST != 0 {
                continue;
            }
            let last = self.files.iter().rposition(|other| other.inode == file.inode);
            let content = if last == Some(place) { &file.content[..] } else { b"" };
            if self.stripped {
                archive.extend(numbered(u32::try_from(place).unwrap(), content));
            } else {
                archive.extend(named(&format!(".{}", file.path), file.mode.into(), content));
            }
        }
        archive.extend(named("TRAILER!!!", 0, b""));
        archive
    }

    /// The bytes of the package file, without a signature.
    pub(in crate::worker) fn build(&self) -> Vec<u8> {
        let mut values = self.file_values();
        for (tag, text) in [
            (identity::NAME, self.name.as_str()),
            (identity::VERSION, "1"),
            (identity::RELEASE, "1"),
            (identity::ARCH, "noarch"),
            (identity::SOURCE_RPM, "p-1-1.src.rpm"),
            (identity::PAYLOAD_FORMAT, "cpio"),
        ] {
            values.insert(tag, Value::Text(text.into()));
        }
        for (tag, value) in &self.values {
            match value {
                Some(value) => drop(values.insert(*tag, value.clone())),
                None => drop(values.remove(tag)),
            }
        }
        let payload = pack(self.suffix, &self.payload.clone().unwrap_or_else(|| self.archive()));
        package(&[], &header(&values, true), &payload)
    }

    fn file_values(&self) -> BTreeMap<u32, Value> {
        let files = &self.files;
        let texts = |of: fn(&File) -> String| Value::Texts(files.iter().map(of).collect());
        let numbers = |of: fn(&File) -> u32| Value::Int32(files.iter().map(of).collect());
        let is_link = |file: &File| file.mode & 0o170_000 == 0o120_000;
        let (mut directories, mut indexes) = (Vec::new(), Vec::new());
        for file in files {
            let (directory, _) = split(&file.path);
            let known = directories.iter().position(|known| *known == directory);
            let index = known.unwrap_or(directories.len());
            if known.is_none() {
                directories.push(directory);
            }
            indexes.push(u32::try_from(index).unwrap());
        }
        let sizes: Vec<u64> = files.iter().map(|file| file.content.len() as u64).collect();
        let sizes = if self.stripped {
            (files::LONG_FILE_SIZES, Value::Int64(sizes))
        } else {
            (
                files::FILE_SIZES,
                Value::Int32(sizes.into_iter().map(|size| size.try_into().unwrap()).collect()),
            )
        };
        let links = files.iter().map(|file| if is_link(file) { lossy(&file.content) } else { String::new() });
        let digests = files.iter().map(|file| {
            if file.mode & 0o170_000 == 0o100_000 {
                hex(&Sha256::digest(&file.content))
            } else {
                String::new()
            }
        });
        let mut values = BTreeMap::from([
            sizes,
            (files::BASE_NAMES, texts(|file| split(&file.path).1)),
            (files::DIR_NAMES, Value::Texts(directories)),
            (files::DIR_INDEXES, Value::Int32(indexes)),
            (files::FILE_MODES, Value::Int16(files.iter().map(|file| file.mode).collect())),
            (files::FILE_MTIMES, numbers(|_| 1_700_000_000)),
            (files::FILE_DIGESTS, Value::Texts(digests.collect())),
            (files::FILE_LINK_TOS, Value::Texts(links.collect())),
            (files::FILE_FLAGS, numbers(|file| file.flags)),
            (files::FILE_USER_NAME, texts(|file| file.user.clone())),
            (files::FILE_GROUP_NAME, texts(|_| "root".into())),
            (files::FILE_DEVICES, numbers(|_| 1)),
            (files::FILE_INODES, numbers(|file| file.inode)),
            (FILE_DIGEST_ALGO, Value::Int32(vec![8])),
        ]);
        if files.iter().any(|file| !file.capabilities.is_empty()) {
            values.insert(files::FILE_CAPS, texts(|file| file.capabilities.clone()));
        }
        values
    }

    /// The lock's entry for `bytes` as this package.
    pub(in crate::worker) fn package(&self, bytes: &[u8]) -> Package {
        entry(&self.name, "1-1", "noarch", bytes)
    }
}

/// The lock's entry for [`HARD`], or for what a test made of it.
pub(in crate::worker) fn hard(bytes: &[u8]) -> Package {
    entry("hard", "1:2.0~rc1-3", "x86_64", bytes)
}

fn entry(name: &str, version: &str, architecture: &str, bytes: &[u8]) -> Package {
    Package {
        name: name.into(),
        version: version.into(),
        architecture: architecture.into(),
        source: name.into(),
        url: format!("https://example.org/{name}.rpm"),
        size: bytes.len() as u64,
        sha256: hex(&Sha256::digest(bytes)),
        keys: vec![],
    }
}

/// A package file of these parts; `signatures` are tags of the signature header.
pub(in crate::worker) fn package(
    signatures: &[(u32, Value)],
    header_bytes: &[u8],
    payload: &[u8],
) -> Vec<u8> {
    let mut bytes = vec![0; 96];
    bytes[..8].copy_from_slice(b"\xed\xab\xee\xdb\x03\0\0\0");
    bytes[79] = 5;
    // A header without any value is none: the size is always there.
    let size = u32::try_from(header_bytes.len() + payload.len()).unwrap();
    let mut values = BTreeMap::from([(1000, Value::Int32(vec![size]))]);
    values.extend(signatures.iter().cloned());
    bytes.extend(header(&values, false));
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    [&bytes, header_bytes, payload].concat()
}

/// The bytes of a header, in one region if it is the main one.
pub(in crate::worker) fn header(values: &BTreeMap<u32, Value>, region: bool) -> Vec<u8> {
    let (mut index, mut store) = (Vec::new(), Vec::new());
    for (tag, value) in values {
        let (kind, width, count, bytes): (u32, usize, usize, Vec<u8>) = match value {
            Value::Binary(bytes) => (BINARY, 1, bytes.len(), bytes.clone()),
            Value::Int16(all) => {
                (INT16, 2, all.len(), all.iter().flat_map(|one| one.to_be_bytes()).collect())
            }
            Value::Int32(all) => {
                (INT32, 4, all.len(), all.iter().flat_map(|one| one.to_be_bytes()).collect())
            }
            Value::Int64(all) => {
                (INT64, 8, all.len(), all.iter().flat_map(|one| one.to_be_bytes()).collect())
            }
            Value::Text(text) => (STRING, 1, 1, [text.as_bytes(), b"\0"].concat()),
            Value::Texts(all) => (
                STRING_ARRAY,
                1,
                all.len(),
                all.iter().flat_map(|text| [text.as_bytes(), b"\0"].concat()).collect(),
            ),
        };
        store.resize(store.len().next_multiple_of(width), 0);
        index.push([*tag, kind, u32::try_from(store.len()).unwrap(), u32::try_from(count).unwrap()]);
        store.extend(bytes);
    }
    if region {
        let size = u32::try_from(16 * (index.len() + 1)).unwrap();
        index.insert(0, [HEADER_IMMUTABLE, BINARY, u32::try_from(store.len()).unwrap(), 16]);
        for field in [HEADER_IMMUTABLE, BINARY, size.wrapping_neg(), 16] {
            store.extend(field.to_be_bytes());
        }
    }
    let mut bytes = MAGIC.to_vec();
    for size in [index.len(), store.len()] {
        bytes.extend(u32::try_from(size).unwrap().to_be_bytes());
    }
    bytes.extend(index.into_iter().flatten().flat_map(u32::to_be_bytes));
    [bytes, store].concat()
}

fn split(path: &str) -> (String, String) {
    let at = path.rfind('/').map_or(0, |at| at + 1);
    (path[..at].to_owned(), path[at..].to_owned())
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}
