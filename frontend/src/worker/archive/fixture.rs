//! Package files that tests make.

use std::fmt::Write as _;
use std::io::Write;

use sha2::{Digest, Sha256};

use crate::lock::Package;
use crate::worker::archive::ar::tests::ar;
use crate::worker::archive::compression::tests::pack;
use crate::worker::archive::tarball::tests::header;
use crate::worker::tar::record;

pub(in crate::worker) use crate::worker::archive::rpm::fixture::{HARD, Rpm, Value, hard};

/// A package file in the making.
#[derive(Clone, Debug)]
pub(in crate::worker) struct Deb {
    name: String,
    data: Vec<u8>,
    /// Entries beside the control file.
    control: Vec<(String, String)>,
    suffix: &'static str,
}

impl Deb {
    /// A package `name` of version 1 for all architectures, packed with xz.
    pub(in crate::worker) fn new(name: &str) -> Self {
        Self { name: name.into(), data: Vec::new(), control: Vec::new(), suffix: ".xz" }
    }

    /// Packs the members otherwise.
    pub(in crate::worker) fn packed(self, suffix: &'static str) -> Self {
        Self { suffix, ..self }
    }

    /// Adds an entry that a test has changed.
    pub(in crate::worker) fn raw(mut self, mut header: tar::Header, content: &[u8]) -> Self {
        header.set_size(content.len() as u64);
        header.set_cksum();
        self.data.extend_from_slice(header.as_bytes());
        self.data.extend_from_slice(content);
        self.data.resize(self.data.len().next_multiple_of(512), 0);
        self
    }

    /// Adds a regular file of root.
    pub(in crate::worker) fn file(self, path: &str, mode: u32, content: &str) -> Self {
        self.raw(header(tar::EntryType::Regular, path, mode, 0), content.as_bytes())
    }

    /// Adds a file of another owner.
    pub(in crate::worker) fn owned(self, path: &str, mode: u32, user: &str, content: &str) -> Self {
        let mut header = header(tar::EntryType::Regular, path, mode, 0);
        header.set_uid(8);
        header.set_username(user).unwrap();
        self.raw(header, content.as_bytes())
    }

    /// Adds an entry without content that has another mode or belongs to another user and group.
    pub(in crate::worker) fn belongs(
        self,
        kind: tar::EntryType,
        path: &str,
        mode: u32,
        owner: (&str, &str),
    ) -> Self {
        let mut header = header(kind, path, mode, 0);
        header.set_uid(if owner.0 == "root" { 0 } else { 8 });
        header.set_gid(if owner.1 == "root" { 0 } else { 8 });
        header.set_username(owner.0).unwrap();
        header.set_groupname(owner.1).unwrap();
        self.raw(header, b"")
    }

    /// Gives the next entry an extended attribute.
    pub(in crate::worker) fn attribute(self, name: &str, value: &str) -> Self {
        let mut records = Vec::new();
        record(format!("SCHILY.xattr.{name}").as_bytes(), value.as_bytes(), &mut records);
        self.raw(header(tar::EntryType::XHeader, "./PaxHeaders/x", 0o644, 0), &records)
    }

    /// Adds a maintainer's script or another file beside the control file.
    pub(in crate::worker) fn script(mut self, name: &str, text: &str) -> Self {
        self.control.push((name.to_owned(), text.to_owned()));
        self
    }

    /// Adds a directory.
    pub(in crate::worker) fn directory(self, path: &str) -> Self {
        self.raw(header(tar::EntryType::Directory, path, 0o755, 0), b"")
    }

    /// Adds an entry without content.
    pub(in crate::worker) fn node(self, kind: tar::EntryType, path: &str) -> Self {
        self.raw(header(kind, path, 0o644, 0), b"")
    }

    /// Adds a link of either kind.
    pub(in crate::worker) fn link(self, kind: tar::EntryType, path: &str, target: &str) -> Self {
        let mut header = header(kind, path, 0o777, 0);
        header.set_link_name_literal(target).unwrap();
        self.raw(header, b"")
    }

    /// The bytes of the package file.
    pub(in crate::worker) fn build(&self) -> Vec<u8> {
        self.build_as("debian-binary", "2.0\n", "Version: 1\nArchitecture: all\n")
    }

    /// The bytes with another first member or other fields.
    pub(in crate::worker) fn build_as(&self, first: &str, version: &str, fields: &str) -> Vec<u8> {
        let mut control = Self::new("");
        control = control.file("./control", 0o644, &format!("Package: {}\n{fields}", self.name));
        for (name, text) in &self.control {
            control = control.file(&format!("./{name}"), 0o755, text);
        }
        let end = [0; 1024];
        let [control, data] =
            [&control.data, &self.data].map(|tar| pack(self.suffix, &[tar, &end[..]].concat()));
        let names = ["control.tar", "data.tar"].map(|name| format!("{name}{}", self.suffix));
        ar(&[(first, version.as_bytes()), (&names[0], &control), (&names[1], &data)])
    }

    /// The lock's entry for `bytes` as this package.
    pub(in crate::worker) fn package(&self, bytes: &[u8]) -> Package {
        let mut sha256 = String::new();
        for byte in Sha256::digest(bytes) {
            write!(sha256, "{byte:02x}").unwrap();
        }
        Package {
            name: self.name.clone(),
            version: "1".into(),
            architecture: "all".into(),
            source: self.name.clone(),
            url: format!("https://example.org/{}.deb", self.name),
            size: bytes.len() as u64,
            sha256,
            keys: vec![],
        }
    }
}

/// A temporary file of these bytes.
pub(in crate::worker) fn temporary(bytes: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}
