//! The 512-byte header of a tar entry, as POSIX (`pax`, "ustar Interchange Format") and GNU tar write it.

use crate::worker::archive::Refusal;

/// Size of a header, and the unit of everything in a tar archive, in bytes.
pub(super) const BLOCK: usize = 512;

/// One header, its checksum verified.
#[derive(Debug)]
pub(super) struct Header<'a>(&'a [u8; BLOCK]);

impl<'a> Header<'a> {
    /// Takes a block; `None` is the block of zeros that ends an archive.
    pub(super) fn parse(block: &'a [u8; BLOCK]) -> Result<Option<Self>, Refusal> {
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let header = Self(block);
        let sum: i64 = header.sum(i64::from);
        // Some old programs summed signed characters.
        let signed: i64 = header.sum(|byte| byte.cast_signed().into());
        let stated = number(&block[148..156]);
        if stated == Some(sum) || stated == Some(signed) {
            Ok(Some(header))
        } else {
            Err(Refusal::Content("has an entry whose header is damaged".into()))
        }
    }

    fn sum(&self, value: impl Fn(u8) -> i64) -> i64 {
        let bytes = self.0.iter().enumerate();
        bytes.map(|(at, byte)| if (148..156).contains(&at) { 32 } else { value(*byte) }).sum()
    }

    /// The path, with POSIX's prefix.
    pub(super) fn path(&self) -> Vec<u8> {
        let name = text(&self.0[..100]);
        let prefix = if &self.0[257..263] == b"ustar\0" { text(&self.0[345..500]) } else { b"" };
        if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
    }

    /// The target of a link.
    pub(super) fn link(&self) -> &'a [u8] {
        text(&self.0[157..257])
    }

    /// The kind of the entry, a character of POSIX's or GNU's.
    pub(super) fn kind(&self) -> u8 {
        self.0[156]
    }

    /// Permission bits.
    pub(super) fn mode(&self) -> Option<i64> {
        number(&self.0[100..108])
    }

    /// Number of the owning user.
    pub(super) fn uid(&self) -> Option<i64> {
        number(&self.0[108..116])
    }

    /// Number of the owning group.
    pub(super) fn gid(&self) -> Option<i64> {
        number(&self.0[116..124])
    }

    /// Size of the content in bytes.
    pub(super) fn size(&self) -> Option<i64> {
        number(&self.0[124..136])
    }

    /// Seconds since 1970-01-01 UTC.
    pub(super) fn mtime(&self) -> Option<i64> {
        number(&self.0[136..148])
    }

    /// Name of the owning user, perhaps empty.
    pub(super) fn user(&self) -> &'a [u8] {
        if self.0[257..].starts_with(b"ustar") { text(&self.0[265..297]) } else { b"" }
    }

    /// Name of the owning group, perhaps empty.
    pub(super) fn group(&self) -> &'a [u8] {
        if self.0[257..].starts_with(b"ustar") { text(&self.0[297..329]) } else { b"" }
    }
}

/// A field of text: it ends at the first NUL.
pub(super) fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or(field)
}

/// A number: octal digits, or GNU's base 256 where the first bit is set.
fn number(field: &[u8]) -> Option<i64> {
    let first = field.first()?;
    if *first >= 0x80 {
        // Two's complement without the marking bit; the bit below it is the sign.
        let negative = first & 0x40 != 0;
        let start = if negative { i64::from(*first) - 256 } else { i64::from(first & 0x3f) };
        return field[1..]
            .iter()
            .try_fold(start, |sum, byte| sum.checked_mul(256)?.checked_add((*byte).into()));
    }
    text(field).trim_ascii().iter().try_fold(0_i64, |sum, byte| match byte {
        b'0'..=b'7' => sum.checked_mul(8)?.checked_add((byte - b'0').into()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_octal_or_base_256() {
        for (field, expected) in [
            (&b"0000644\0"[..], Some(0o644)),
            (b"  644 \0\0", Some(0o644)),
            (b"\0\0\0\0\0\0\0\0", Some(0)),
            (b"00006x4\0", None),
            (b"-000001\0", None),
            (b"\x80\0\0\0\0\0\x01\x02", Some(0x102)),
            (b"\xff\xff\xff\xff\xff\xff\xff\xfe", Some(-2)),
            (b"\xbf\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", None),
            (b"\x80\0\0\0\x02\0\0\0\0\0\0\0", Some(2 << 56)),
        ] {
            assert_eq!(number(field), expected, "{field:x?}");
        }
    }

    #[test]
    fn a_changed_byte_is_damage() {
        let mut header = tar::Header::new_gnu();
        header.set_path("usr/bin/jq").unwrap();
        header.set_mode(0o755);
        header.set_size(7);
        header.set_cksum();
        let mut block = *header.as_bytes();
        let read = Header::parse(&block).unwrap().unwrap();
        assert_eq!((read.path(), read.mode(), read.size()), (b"usr/bin/jq".to_vec(), Some(0o755), Some(7)));
        block[0] = b'x';
        assert!(matches!(Header::parse(&block), Err(Refusal::Content(_))));
    }

    proptest! {
        #[test]
        fn no_field_makes_it_panic(field in proptest::collection::vec(any::<u8>(), 1..13)) {
            let _ = number(&field);
        }

        #[test]
        fn base_256_gives_what_was_written(value: i64) {
            let sign = if value < 0 { 0xff } else { 0x80 };
            let field = [&[sign, if value < 0 { 0xff } else { 0 }, if value < 0 { 0xff } else { 0 }, if value < 0 { 0xff } else { 0 }], &value.to_be_bytes()[..]].concat();
            prop_assert_eq!(number(&field), Some(value));
        }
    }
}
