//! The `ar` container of a package, as deb(5) describes it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Take};

use crate::worker::archive::Refusal;
use crate::worker::path::printable;

/// Reader of the members of an `ar` file.
#[derive(Debug)]
pub(super) struct Ar<'a> {
    file: &'a File,
    /// Where the next member's header begins.
    next: u64,
    len: u64,
}

/// One member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// Name without padding.
    pub(super) name: String,
    /// Size in bytes.
    pub(super) size: u64,
    start: u64,
}

impl<'a> Ar<'a> {
    /// Begins to read `file`.
    pub(super) fn open(mut file: &'a File) -> Result<Self, Refusal> {
        let len = file.metadata()?.len();
        let mut magic = [0; MAGIC.len()];
        file.seek(SeekFrom::Start(0))?;
        if len < MAGIC.len() as u64 {
            return Err(Refusal::Content("is not a Debian package".into()));
        }
        file.read_exact(&mut magic)?;
        if &magic != MAGIC {
            return Err(Refusal::Content("is not a Debian package".into()));
        }
        Ok(Self { file, next: MAGIC.len() as u64, len })
    }

    /// The next member's name and place.
    pub(super) fn next(&mut self) -> Result<Option<Member>, Refusal> {
        if self.next >= self.len {
            return Ok(None);
        }
        let mut header = [0; HEADER];
        let mut file = self.file;
        file.seek(SeekFrom::Start(self.next))?;
        file.read_exact(&mut header)?;
        if &header[58..] != b"`\n" {
            return Err(Refusal::Content("has a damaged member header".into()));
        }
        let name = header[..16].trim_ascii_end();
        let name = printable(name.strip_suffix(b"/").unwrap_or(name));
        let size = std::str::from_utf8(header[48..58].trim_ascii_end()).ok();
        let size: Option<u64> =
            size.filter(|text| text.bytes().all(|b| b.is_ascii_digit())).and_then(|text| text.parse().ok());
        let Some(size) = size else {
            return Err(Refusal::Content(format!("has a member `{name}` without a size")));
        };
        let start = self.next + HEADER as u64;
        if size > self.len - start {
            return Err(Refusal::Content(format!("ends inside its member `{name}`")));
        }
        // Members begin at even places.
        self.next = start + size + size % 2;
        Ok(Some(Member { name, size, start }))
    }

    /// The bytes of a member; one member is read at a time.
    pub(super) fn content(&self, member: &Member) -> Result<Take<&'a File>, Refusal> {
        let mut file = self.file;
        file.seek(SeekFrom::Start(member.start))?;
        Ok(file.take(member.size))
    }
}

const MAGIC: &[u8; 8] = b"!<arch>\n";
/// Name 16, time 12, user 6, group 6, mode 8, size 10, and two bytes of magic.
const HEADER: usize = 60;

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::worker::archive::fixture::temporary;

    /// An `ar` file of members.
    pub(in crate::worker) fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        for (name, content) in members {
            writeln!(out, "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`", 0, 0, 0, 100_644, content.len()).unwrap();
            out.extend_from_slice(content);
            out.resize(out.len().next_multiple_of(2), b'\n');
        }
        out
    }

    fn list(bytes: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
        let file = temporary(bytes);
        let mut ar = Ar::open(&file)?;
        let mut all = Vec::new();
        while let Some(member) = ar.next()? {
            let mut content = Vec::new();
            ar.content(&member)?.read_to_end(&mut content)?;
            all.push((member.name, String::from_utf8_lossy(&content).into_owned()));
        }
        Ok(all)
    }

    fn refusal(bytes: &[u8]) -> String {
        match list(bytes) {
            Err(Refusal::Content(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn members_come_with_their_bytes() {
        let members = list(&ar(&[("debian-binary", b"2.0\n"), ("odd/", b"abc"), ("last", b"")])).unwrap();
        let expected = [("debian-binary", "2.0\n"), ("odd", "abc"), ("last", "")];
        assert_eq!(members, expected.map(|(name, content)| (name.to_owned(), content.to_owned())));
    }

    #[test]
    fn damage_is_said() {
        let whole = ar(&[("debian-binary", b"2.0\n")]);
        assert_eq!(refusal(b""), "is not a Debian package");
        assert_eq!(refusal(b"\xed\xab\xee\xdb\x03\x00\x00\x00"), "is not a Debian package");
        assert_eq!(refusal(&whole[..whole.len() - 1]), "ends inside its member `debian-binary`");
        assert_eq!(refusal(&whole[..30]), "ends too early");
        let mut sizeless = whole.clone();
        sizeless[8 + 48] = b'-';
        assert_eq!(refusal(&sizeless), "has a member `debian-binary` without a size");
        let mut broken = whole;
        broken[8 + 58] = b'x';
        assert_eq!(refusal(&broken), "has a damaged member header");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = list(&[&MAGIC[..], &tail].concat());
            let _ = list(&tail);
        }
    }
}
