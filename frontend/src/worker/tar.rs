//! Writer of the tar stream that becomes the image: the same tree gives the same bytes.
//!
//! Entries are in the order of their paths, each after its directory; everything belongs to root and has one time.
//! The format is POSIX's (`pax`), with extended headers only where a header is too small.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};

use crate::worker::entry::{Content, Node, Xattrs};
use crate::worker::path::TreePath;
use crate::worker::store::Store;
use crate::worker::tree::{Placed, Tree};

/// Writes the tree; `epoch` is the time of every entry, in seconds since 1970-01-01 UTC.
pub(crate) fn write<W: Write>(tree: &Tree, epoch: i64, store: &Store, out: W) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, out);
    let mut directories = BTreeSet::new();
    let mut written: BTreeMap<(Option<usize>, u32), &TreePath> = BTreeMap::new();
    directory(b"", 0o755, epoch, &mut out)?;
    for (path, placed) in tree {
        for parent in path.parents() {
            if !tree.contains_key(&parent) && directories.insert(parent.clone()) {
                directory(parent.as_bytes(), 0o755, epoch, &mut out)?;
            }
        }
        let Placed { package, mode, xattrs, node } = placed;
        let mut entry =
            Entry { path: path.as_bytes(), mode: *mode, epoch, xattrs, kind: b'0', link: b"", size: 0 };
        match node {
            Node::Directory => directory(path.as_bytes(), *mode, epoch, &mut out)?,
            Node::Symlink(target) => {
                (entry.kind, entry.link) = (b'2', target);
                entry.write(&mut out)?;
            }
            Node::File { content, inode } => {
                let first = package.and_then(|_| written.get(&(*package, *inode)));
                if let Some(first) = first {
                    (entry.kind, entry.link) = (b'1', first.as_bytes());
                    entry.write(&mut out)?;
                } else {
                    written.insert((*package, *inode), path);
                    entry.size = content.len();
                    entry.write(&mut out)?;
                    file(content, store, &mut out)?;
                }
            }
            // The rules have refused or dropped them.
            Node::Device | Node::Fifo => {}
        }
    }
    out.write_all(&[0; 2 * BLOCK])?;
    out.flush()
}

/// One entry's header.
struct Entry<'a> {
    path: &'a [u8],
    mode: u32,
    epoch: i64,
    xattrs: &'a Xattrs,
    kind: u8,
    link: &'a [u8],
    size: u64,
}

impl Entry<'_> {
    fn write<W: Write>(&self, out: &mut BufWriter<W>) -> io::Result<()> {
        let mut records = Vec::new();
        if self.path.len() > PATH {
            record(b"path", self.path, &mut records);
        }
        if self.link.len() > PATH {
            record(b"linkpath", self.link, &mut records);
        }
        if self.size > OCTAL_11 {
            record(b"size", self.size.to_string().as_bytes(), &mut records);
        }
        for (name, value) in self.xattrs {
            record(&[b"SCHILY.xattr.", &name[..]].concat(), value, &mut records);
        }
        if !records.is_empty() {
            let size = records.len() as u64;
            out.write_all(&block(b"PaxHeader", 0o644, size, self.epoch, b'x', b""))?;
            out.write_all(&records)?;
            pad(size, out)?;
        }
        out.write_all(&block(self.path, self.mode, self.size, self.epoch, self.kind, self.link))
    }
}

fn directory<W: Write>(path: &[u8], mode: u32, epoch: i64, out: &mut BufWriter<W>) -> io::Result<()> {
    let path = if path.is_empty() { b"./".to_vec() } else { [path, b"/"].concat() };
    Entry { path: &path, mode, epoch, xattrs: &Xattrs::new(), kind: b'5', link: b"", size: 0 }.write(out)
}

fn file<W: Write>(content: &Content, store: &Store, out: &mut BufWriter<W>) -> io::Result<()> {
    store.copy(content, out)?;
    pad(content.len(), out)
}

fn pad<W: Write>(size: u64, out: &mut BufWriter<W>) -> io::Result<()> {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or_default();
    out.write_all(&[0; BLOCK][..(BLOCK - over) % BLOCK])
}

/// A header; what does not fit into it stands in an extended header and is cut here.
fn block(path: &[u8], mode: u32, size: u64, epoch: i64, kind: u8, link: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut text = |start: usize, text: &[u8]| block[start..start + text.len()].copy_from_slice(text);
    text(0, &path[..path.len().min(PATH)]);
    text(100, format!("{mode:07o}").as_bytes());
    text(108, b"0000000");
    text(116, b"0000000");
    text(124, format!("{:011o}", size.min(OCTAL_11)).as_bytes());
    text(136, format!("{:011o}", epoch.clamp(0, MAX_EPOCH)).as_bytes());
    text(148, b"        ");
    text(156, &[kind]);
    text(157, &link[..link.len().min(PATH)]);
    text(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block
}

/// Adds a record of an extended header: its length counts itself.
pub(crate) fn record(key: &[u8], value: &[u8], out: &mut Vec<u8>) {
    let rest = 3 + key.len() + value.len();
    let mut len = rest + 1;
    while len != rest + len.to_string().len() {
        len = rest + len.to_string().len();
    }
    out.extend([len.to_string().as_bytes(), b" ", key, b"=", value, b"\n"].concat());
}

/// Size of a header, and the unit of everything in a tar archive, in bytes.
const BLOCK: usize = 512;
/// Bytes of a path or a link's target in a header.
const PATH: usize = 100;
/// Largest number of eleven octal digits: just below 8 GiB.
const OCTAL_11: u64 = 0o777_7777_7777;
/// Last second that a header can say, in the year 2242.
pub(crate) const MAX_EPOCH: i64 = 0o777_7777_7777;
/// Bytes written at once.
const BUFFER: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::io::Read;

    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;
    use crate::worker::entry::tests::{directory, file, link};
    use crate::worker::tree::tests::tree;

    fn bytes(tree: &Tree) -> Vec<u8> {
        let mut out = Vec::new();
        write(tree, 1_700_000_000, &Store::default(), &mut out).unwrap();
        out
    }

    /// The archive as another reader sees it.
    fn listing(bytes: &[u8]) -> String {
        let mut out = String::new();
        for entry in tar::Archive::new(bytes).entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header();
            assert_eq!(
                (header.uid().unwrap(), header.gid().unwrap(), header.mtime().unwrap()),
                (0, 0, 1_700_000_000)
            );
            write!(out, "{:?} {:04o} ", header.entry_type(), header.mode().unwrap()).unwrap();
            out += &String::from_utf8_lossy(&entry.path_bytes());
            if let Some(target) = entry.link_name_bytes() {
                write!(out, " -> {}", String::from_utf8_lossy(&target)).unwrap();
            }
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            write!(out, " {content:?}").unwrap();
            for extension in entry.pax_extensions().unwrap().into_iter().flatten() {
                let extension = extension.unwrap();
                write!(out, " {}={}", extension.key().unwrap(), extension.value().unwrap()).unwrap();
            }
            out.push('\n');
        }
        out
    }

    #[test]
    fn entries_are_sorted_and_have_their_directories() {
        let mut strict = file("usr/lib/release", "ID=x\n");
        strict.xattrs.insert((*b"user.strict").into(), (*b"0").into());
        let mut first = file("usr/bin/a", "same");
        first.mode = 0o4755;
        let mut second = first.clone();
        second.path = crate::worker::path::tests::path("usr/bin/b");
        let long = "x".repeat(120);
        let tree = tree([
            (0, file(&format!("usr/share/{long}"), "long")),
            (0, link("usr/lib/l", &long)),
            (0, second),
            (0, first),
            (0, directory("usr/empty")),
            (0, strict),
        ]);
        expect![[r#"
            Directory 0755 ./ ""
            Directory 0755 usr/ ""
            Directory 0755 usr/bin/ ""
            Regular 4755 usr/bin/a "same"
            Link 4755 usr/bin/b -> usr/bin/a ""
            Directory 0755 usr/empty/ ""
            Directory 0755 usr/lib/ ""
            Symlink 0777 usr/lib/l -> LONG "" linkpath=LONG
            Regular 0644 usr/lib/release "ID=x\n" SCHILY.xattr.user.strict=0
            Directory 0755 usr/share/ ""
            Regular 0644 usr/share/LONG "long" path=usr/share/LONG
        "#]]
        .assert_eq(&listing(&bytes(&tree)).replace(&long, "LONG"));
    }

    #[test]
    fn files_of_two_packages_are_never_one_inode() {
        let (one, other) = (file("usr/a", "1"), file("usr/a", "2"));
        let mut other_place = other;
        other_place.path = crate::worker::path::tests::path("usr/b");
        let mut ours = Tree::new();
        ours.insert(crate::worker::path::tests::path("usr/c"), Placed::generated("3"));
        ours.insert(crate::worker::path::tests::path("usr/d"), Placed::generated("4"));
        let mut all = tree([(0, one), (1, other_place)]);
        all.extend(ours);
        assert!(!listing(&bytes(&all)).contains("Link"));
    }

    #[test]
    fn a_large_file_says_its_size_in_an_extended_header() {
        let mut out = BufWriter::new(Vec::new());
        let xattrs = Xattrs::new();
        let size = 9 << 30;
        Entry { path: b"usr/x", mode: 0o644, epoch: 0, xattrs: &xattrs, kind: b'0', link: b"", size }
            .write(&mut out)
            .unwrap();
        let out = out.into_inner().unwrap();
        assert_eq!(&out[512..531], b"19 size=9663676416\n");
        assert_eq!(&out[1024 + 124..1024 + 136], b"77777777777\0");
    }

    proptest! {
        #[test]
        fn records_say_their_own_length(value in proptest::collection::vec(any::<u8>(), 0..1200)) {
            let mut out = Vec::new();
            record(b"path", &value, &mut out);
            let digits = out.iter().position(|byte| *byte == b' ').unwrap();
            prop_assert_eq!(std::str::from_utf8(&out[..digits]).unwrap().parse::<usize>().unwrap(), out.len());
        }

        #[test]
        fn the_order_of_insertion_does_not_show(paths in proptest::collection::btree_set("usr/[ab]{1,2}/[ab]{1,2}", 1..9)) {
            let forward = tree(paths.iter().map(|path| (0, file(path, path))));
            let backward = tree(paths.iter().rev().map(|path| (0, file(path, path))));
            prop_assert_eq!(bytes(&forward), bytes(&backward));
        }
    }
}
