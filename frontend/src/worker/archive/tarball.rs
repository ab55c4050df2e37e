//! Reader of tar archives: POSIX's format with extended headers, and GNU tar's long names.

use std::io::{self, BufRead, BufReader, Read};

use crate::worker::archive::Refusal;
use crate::worker::archive::header::{BLOCK, Header, text};
use crate::worker::archive::pax::{self, Records};
use crate::worker::entry::Xattrs;
use crate::worker::path::printable;

/// Reads one archive from its first byte to its last.
#[derive(Debug)]
pub(super) struct Tarball<R> {
    input: BufReader<R>,
    /// Bytes of the current entry's content that were not read.
    left: u64,
    /// Bytes between the content's end and the next header.
    padding: u64,
}

/// One entry, as it is written.
#[derive(Debug)]
pub(super) struct Member {
    /// Path, not yet judged.
    pub(super) path: Vec<u8>,
    /// What it is.
    pub(super) kind: Kind,
    /// Permission bits: at most `0o7777`.
    pub(super) mode: u32,
    /// Owning user: `None` is root.
    pub(super) user: Option<Box<str>>,
    /// Owning group: `None` is root.
    pub(super) group: Option<Box<str>>,
    /// Seconds since 1970-01-01 UTC.
    pub(super) mtime: i64,
    /// Extended attributes.
    pub(super) xattrs: Xattrs,
}

/// What an entry is; links with their targets.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Device,
    Directory,
    Fifo,
    File,
    Hardlink(Vec<u8>),
    Symlink(Vec<u8>),
}

impl<R: Read> Tarball<R> {
    /// Begins to read.
    pub(super) fn new(input: R) -> Self {
        Self { input: BufReader::with_capacity(BUFFER, input), left: 0, padding: 0 }
    }

    /// The next entry; what is left of the one before is skipped.
    pub(super) fn next(&mut self) -> Result<Option<Member>, Refusal> {
        let mut records = Records::default();
        let mut long_path = None;
        let mut long_link = None;
        loop {
            self.skip()?;
            let mut block = [0; BLOCK];
            self.input.read_exact(&mut block)?;
            let Some(header) = Header::parse(&block)? else { return Ok(None) };
            match header.kind() {
                b'x' => records.add(&self.metadata(&header)?)?,
                b'g' => pax::check_global(&self.metadata(&header)?)?,
                b'L' => long_path = Some(text(&self.metadata(&header)?).to_vec()),
                b'K' => long_link = Some(text(&self.metadata(&header)?).to_vec()),
                _ => {
                    records.path = records.path.or(long_path);
                    records.link = records.link.or(long_link);
                    return self.member(&header, records).map(Some);
                }
            }
        }
    }

    /// Gives the content of the current entry to `take`, piece by piece.
    pub(super) fn content(&mut self, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> Result<(), Refusal> {
        while self.left > 0 {
            let bytes = self.input.fill_buf()?;
            let count = bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
            if count == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            take(&bytes[..count]).map_err(Refusal::Write)?;
            self.input.consume(count);
            self.left -= count as u64;
        }
        Ok(())
    }

    /// Reads what follows the archive's end mark, since an unpacker notices some damage only at its end.
    pub(super) fn finish(mut self) -> Result<(), Refusal> {
        loop {
            let count = self.input.fill_buf()?.len();
            if count == 0 {
                return Ok(());
            }
            self.input.consume(count);
        }
    }

    fn skip(&mut self) -> Result<(), Refusal> {
        self.left += std::mem::take(&mut self.padding);
        self.content(|_| Ok(()))
    }

    /// The content of an entry that describes the next one.
    fn metadata(&mut self, header: &Header<'_>) -> Result<Vec<u8>, Refusal> {
        let size = size(header.size(), b"an extended header")?;
        if size > METADATA {
            return Err(Refusal::Content("has an entry with an extended header of more than 1 MiB".into()));
        }
        self.begin(size);
        let mut content = Vec::new();
        self.content(|bytes| {
            content.extend_from_slice(bytes);
            Ok(())
        })?;
        Ok(content)
    }

    fn begin(&mut self, size: u64) {
        self.left = size;
        self.padding = size.next_multiple_of(BLOCK as u64) - size;
    }

    fn member(&mut self, header: &Header<'_>, records: Records) -> Result<Member, Refusal> {
        let path = records.path.unwrap_or_else(|| header.path());
        let link = records.link.unwrap_or_else(|| header.link().to_vec());
        if records.sparse || header.kind() == b'S' {
            let path = printable(&path);
            return Err(Refusal::Content(format!(
                "has an entry `{path}` that is a sparse file, which packages do not have"
            )));
        }
        let kind = match header.kind() {
            // Before POSIX a directory was a file whose name ends in a slash.
            b'0' | 0 if path.ends_with(b"/") => Kind::Directory,
            b'0' | b'7' | 0 => Kind::File,
            b'1' => Kind::Hardlink(link),
            b'2' => Kind::Symlink(link),
            b'3' | b'4' => Kind::Device,
            b'5' => Kind::Directory,
            b'6' => Kind::Fifo,
            other => {
                let (path, other) = (printable(&path), printable(&[other]));
                return Err(Refusal::Content(format!("has an entry `{path}` of the unknown kind `{other}`")));
            }
        };
        let size = size(records.size.or(header.size()), &path)?;
        if size > 0 && kind != Kind::File {
            let path = printable(&path);
            return Err(Refusal::Content(format!("has an entry `{path}` that is no file but has content")));
        }
        self.begin(size);
        let mode = header.mode().ok_or_else(|| damaged(&path))?;
        let uid = records.uid.or(header.uid()).ok_or_else(|| damaged(&path))?;
        let gid = records.gid.or(header.gid()).ok_or_else(|| damaged(&path))?;
        let user = owner(uid, records.user.as_deref().unwrap_or_else(|| header.user()));
        let group = owner(gid, records.group.as_deref().unwrap_or_else(|| header.group()));
        let mtime = records.mtime.or(header.mtime()).ok_or_else(|| damaged(&path))?;
        let mode = u32::try_from(mode & 0o7777).map_err(|_| damaged(&path))?;
        Ok(Member { path, kind, mode, user, group, mtime, xattrs: records.xattrs })
    }
}

/// Who owns an entry: root is who has both its number and its name, or no name at all.
fn owner(number: i64, name: &[u8]) -> Option<Box<str>> {
    match (number, name) {
        (0, b"" | b"root") => None,
        (number, b"" | b"root") => Some(number.to_string().into()),
        (_, name) => Some(printable(name).into()),
    }
}

fn size(stated: Option<i64>, path: &[u8]) -> Result<u64, Refusal> {
    // Half of the range leaves room for sums.
    let sane = stated.and_then(|size| u64::try_from(size).ok()).filter(|size| *size < 1 << 62);
    sane.ok_or_else(|| damaged(path))
}

fn damaged(path: &[u8]) -> Refusal {
    Refusal::Content(format!("has an entry `{}` whose header is damaged", printable(path)))
}

/// Unpacked bytes read at once.
const BUFFER: usize = 256 << 10;
/// Most bytes of an extended header or a long name.
const METADATA: u64 = 1 << 20;

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A GNU header for `path` that a test changes before it appends it.
    pub(in crate::worker) fn header(kind: tar::EntryType, path: &str, mode: u32, size: u64) -> tar::Header {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_size(size);
        header.set_mtime(1_700_000_000);
        header.set_uid(0);
        header.set_gid(0);
        header.set_username("root").unwrap();
        header.set_groupname("root").unwrap();
        header.set_cksum();
        header
    }

    fn read(bytes: &[u8]) -> Result<Vec<(String, Kind, String)>, String> {
        let mut all = Vec::new();
        let mut tarball = Tarball::new(bytes);
        let mut step = || -> Result<bool, Refusal> {
            let Some(member) = tarball.next()? else { return Ok(false) };
            let mut content = Vec::new();
            tarball.content(|bytes| {
                content.extend_from_slice(bytes);
                Ok(())
            })?;
            all.push((printable(&member.path), member.kind, printable(&content)));
            Ok(true)
        };
        loop {
            match step() {
                Ok(true) => {}
                Ok(false) => return Ok(all),
                Err(Refusal::Content(why)) => return Err(why),
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_the_tar_crate_writes_is_read() {
        let long = format!("./usr/share/{}/file", "long".repeat(50));
        let mut builder = tar::Builder::new(Vec::new());
        let mut plain = header(tar::EntryType::Regular, "", 0o644, 3);
        builder.append_data(&mut plain, "./usr/a", &b"one"[..]).unwrap();
        builder.append_data(&mut plain, &long, &b"two"[..]).unwrap();
        let mut symlink = header(tar::EntryType::Symlink, "", 0o777, 0);
        builder.append_link(&mut symlink, "./usr/b", &long).unwrap();
        let bytes = builder.into_inner().unwrap();
        let expected = [
            ("usr/a".to_owned(), Kind::File, "one".to_owned()),
            (long.trim_start_matches("./").to_owned(), Kind::File, "two".to_owned()),
            ("usr/b".to_owned(), Kind::Symlink(long.clone().into_bytes()), String::new()),
        ];
        let read = read(&bytes).unwrap().into_iter();
        let read: Vec<_> = read
            .map(|(path, kind, content)| (path.trim_start_matches("./").to_owned(), kind, content))
            .collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn hostile_headers_are_refused() {
        let one = |header: tar::Header| [&header.as_bytes()[..], &[0; 1024]].concat();
        let kind = |byte| header(tar::EntryType::new(byte), "./usr/x", 0o644, 0);
        let mut endless = header(tar::EntryType::Regular, "./usr/x", 0o644, 0);
        endless.as_gnu_mut().unwrap().size = *b"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
        endless.set_cksum();
        let mut negative = header(tar::EntryType::Regular, "./usr/x", 0o644, 0);
        negative.as_gnu_mut().unwrap().size = [0xff; 12];
        negative.set_cksum();
        let mut unchecked = kind(b'0');
        unchecked.set_mtime(9);
        for (bytes, why) in [
            (one(kind(b'M')), "has an entry `./usr/x` of the unknown kind `M`"),
            (one(kind(b'S')), "has an entry `./usr/x` that is a sparse file, which packages do not have"),
            (one(endless), "has an entry `./usr/x` whose header is damaged"),
            (one(negative), "has an entry `./usr/x` whose header is damaged"),
            (one(unchecked), "has an entry whose header is damaged"),
            (
                one(header(tar::EntryType::Directory, "./usr", 0o755, 512)),
                "has an entry `./usr` that is no file but has content",
            ),
            (
                one(header(tar::EntryType::XHeader, "x", 0o644, 1 << 30)),
                "has an entry with an extended header of more than 1 MiB",
            ),
            (one(header(tar::EntryType::Regular, "./usr/x", 0o644, 5000)), "ends too early"),
            (vec![0; 100], "ends too early"),
        ] {
            assert_eq!(read(&bytes), Err(why.to_owned()));
        }
    }

    #[test]
    fn root_is_who_has_its_number_and_its_name() {
        assert_eq!(owner(0, b"root"), None);
        assert_eq!(owner(0, b""), None);
        assert_eq!(owner(8, b"mail").as_deref(), Some("mail"));
        assert_eq!(owner(8, b"").as_deref(), Some("8"));
        assert_eq!(owner(8, b"root").as_deref(), Some("8"));
        assert_eq!(owner(0, b"mail").as_deref(), Some("mail"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(seed in proptest::collection::vec((0..1536_usize, any::<u8>()), 0..6)) {
            let mut builder = tar::Builder::new(Vec::new());
            let mut plain = header(tar::EntryType::Regular, "", 0o644, 3);
            builder.append_data(&mut plain, "./usr/a".repeat(30), &b"one"[..]).unwrap();
            let mut bytes = builder.into_inner().unwrap();
            for (at, byte) in seed {
                bytes[at] = byte;
            }
            let _ = read(&bytes);
            if let Ok(block) = <&mut [u8; 512]>::try_from(&mut bytes[..512]) {
                let mut header = tar::Header::new_old();
                header.as_mut_bytes().copy_from_slice(block);
                header.set_cksum();
                block.copy_from_slice(header.as_bytes());
            }
            let _ = read(&bytes);
        }
    }
}
