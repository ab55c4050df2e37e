//! Symbolic links, also for engines that cannot make them.

use buildkit_proto::pb::{self, file_action::Action as Message};

use super::{Action, Copy, MkFile, Owner, Timestamp, owner};
use crate::{Cap, State, caps::Caps, vertex::Inputs};

/// Makes a symbolic link (since 0.19; see [`Symlink::supported`] for older engines).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Symlink {
    /// The text of the link.
    pub target: String,
    /// The path of the link; the directory must exist.
    pub path: String,
    /// Its owner instead of root.
    pub owner: Option<Owner>,
    /// Its modification time instead of the time of the build.
    pub timestamp: Option<Timestamp>,
}

impl Symlink {
    /// Makes the link `path` to `target`, in the order of `ln -s`.
    pub fn new(target: impl Into<String>, path: impl Into<String>) -> Self {
        Self { target: target.into(), path: path.into(), owner: None, timestamp: None }
    }

    /// The action that makes this link on an engine with `support`.
    ///
    /// Unpacked, missing directories above the link are made, the link's time is 1970 where none is given, and
    /// engines refuse a target with so many `..` that it leaves the root directory.
    pub fn supported(self, support: SymlinkSupport) -> Action {
        match support {
            SymlinkSupport::Native => Action::Symlink(self),
            SymlinkSupport::Unpack => Action::Copy(self.unpack()),
        }
    }

    fn unpack(self) -> Copy {
        let Self { target, path, owner, timestamp } = self;
        let archive = archive(path.trim_start_matches('/'), &target, timestamp.map_or(0, Timestamp::seconds));
        let from = State::scratch().mkfile(MkFile::new(ARCHIVE, archive));
        Copy { owner, attempt_unpack: true, ..Copy::new(&from, ARCHIVE, "/") }
    }

    pub(super) fn encode(self, inputs: &mut Inputs, caps: &mut Caps) -> Message {
        let Self { target, path, owner, timestamp } = self;
        caps.insert(Cap::FileSymlinkCreate);
        Message::Symlink(pb::FileActionSymlink {
            oldpath: target,
            newpath: path,
            owner: owner::encode(owner, inputs),
            timestamp: owner::timestamp(timestamp),
        })
    }
}

/// How an engine can make a symbolic link; see [`Cap::FileSymlinkCreate`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SymlinkSupport {
    /// By the action for it.
    Native,
    /// By unpacking an archive that holds the link.
    Unpack,
}

/// A POSIX tar archive of one symbolic link; names over 100 bytes go into an extended header.
fn archive(path: &str, target: &str, seconds: i64) -> Vec<u8> {
    let mut archive = Vec::with_capacity(4 * BLOCK);
    let mut records = String::new();
    for (key, value) in [("path", path), ("linkpath", target)] {
        if value.len() > NAME {
            records.push_str(&record(key, value));
        }
    }
    if !records.is_empty() {
        header(&mut archive, b'x', "symlink", "", records.len(), seconds);
        archive.extend_from_slice(records.as_bytes());
        archive.resize(archive.len().next_multiple_of(BLOCK), 0);
    }
    header(&mut archive, b'2', path, target, 0, seconds);
    archive.resize(archive.len() + 2 * BLOCK, 0);
    archive
}

/// `LENGTH key=value\n`, where the length counts its own digits.
fn record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while rest + length.to_string().len() != length {
        length = rest + length.to_string().len();
    }
    format!("{length} {key}={value}\n")
}

fn header(archive: &mut Vec<u8>, kind: u8, path: &str, target: &str, size: usize, seconds: i64) {
    let mut block = [0; BLOCK];
    put(&mut block[..NAME], path);
    put(&mut block[100..108], "0000777");
    put(&mut block[108..116], "0000000");
    put(&mut block[116..124], "0000000");
    put(&mut block[124..136], &format!("{size:011o}"));
    // Eleven octal digits end in the year 2242.
    put(&mut block[136..148], &format!("{:011o}", seconds.clamp(0, 0o777_7777_7777)));
    put(&mut block[148..156], "        ");
    block[156] = kind;
    put(&mut block[157..157 + NAME], target);
    put(&mut block[257..265], "ustar\x0000");
    let sum: u32 = block.iter().copied().map(u32::from).sum();
    put(&mut block[148..155], &format!("{sum:06o}\0"));
    archive.extend_from_slice(&block);
}

/// As much of `text` as fits.
fn put(field: &mut [u8], text: &str) {
    for (byte, &value) in field.iter_mut().zip(text.as_bytes()) {
        *byte = value;
    }
}

const ARCHIVE: &str = "/symlink.tar";
const BLOCK: usize = 512;
/// Bytes of a name in a header.
const NAME: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_archive_is_one_link() {
        let archive = archive("usr/lib/libz.so", "libz.so.1", 7);
        assert_eq!(archive.len(), 3 * BLOCK);
        assert_eq!(&archive[..16], b"usr/lib/libz.so\0");
        assert_eq!(&archive[136..148], b"00000000007\0");
        assert_eq!(archive[156], b'2');
        assert_eq!(&archive[157..167], b"libz.so.1\0");
        let sum: u32 = archive[..BLOCK].iter().copied().map(u32::from).sum::<u32>()
            - archive[148..156].iter().copied().map(u32::from).sum::<u32>()
            + 8 * u32::from(b' ');
        assert_eq!(&archive[148..156], format!("{sum:06o}\0 ").as_bytes());
    }

    #[test]
    fn long_names_go_into_an_extended_header() {
        let path = "p/".repeat(60);
        let archive = archive(&path, "t", 0);
        assert_eq!(archive.len(), 5 * BLOCK);
        assert_eq!(archive[156], b'x');
        assert_eq!(&archive[BLOCK..BLOCK + 9], b"130 path=");
        assert_eq!(&archive[BLOCK + 129..BLOCK + 131], b"\n\0");
        assert_eq!(archive[2 * BLOCK + 156], b'2');
    }

    #[test]
    fn the_length_of_a_record_counts_itself() {
        for length in 85..=105 {
            let record = record("path", &"x".repeat(length));
            let (count, _) = record.split_once(' ').expect("a record has a blank");
            assert_eq!(count.parse(), Ok(record.len()));
        }
    }
}
