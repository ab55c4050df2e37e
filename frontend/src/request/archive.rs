//! What a downloaded context is, told by its first bytes.

/// A form in which a directory is sent as one file. `BuildKit` unpacks all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveKind {
    /// tar in bzip2.
    Bzip2,
    /// tar in gzip.
    Gzip,
    /// tar as it is.
    Tar,
    /// tar in xz.
    Xz,
    /// tar in Zstandard.
    Zstd,
}

/// Bytes at a file's start that [`archive_kind`] wants to see.
pub const ARCHIVE_HEAD: usize = 1024;

/// The kind of archive that starts with `head`; `None` when it is a plain file.
pub fn archive_kind(head: &[u8]) -> Option<ArchiveKind> {
    let known = MAGIC.iter().find(|(magic, _)| head.starts_with(magic));
    known.map(|&(_, kind)| kind).or_else(|| is_tar(head).then_some(ArchiveKind::Tar))
}

/// Whether `head` begins with a tar header: its checksum is the sum of its bytes.
///
/// Both sums that were ever used count: of unsigned bytes as POSIX says and of signed ones.
fn is_tar(head: &[u8]) -> bool {
    let Some(header) = head.first_chunk::<512>() else { return false };
    let Some(stored) = octal(&header[CHECKSUM]) else { return false };
    let seen = header.iter().enumerate().map(|(at, &byte)| if CHECKSUM.contains(&at) { b' ' } else { byte });
    let unsigned: i64 = seen.clone().map(i64::from).sum();
    let signed: i64 = seen.map(|byte| i64::from(byte.cast_signed())).sum();
    header[0] != 0 && (stored == unsigned || stored == signed)
}

/// Octal digits among spaces and NULs.
fn octal(field: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(field).ok()?;
    i64::from_str_radix(text.trim_matches([' ', '\0']), 8).ok().filter(|value| *value >= 0)
}

const MAGIC: [(&[u8], ArchiveKind); 4] = [
    (b"BZh", ArchiveKind::Bzip2),
    (b"\x1f\x8b\x08", ArchiveKind::Gzip),
    (b"\xfd7zXZ\x00", ArchiveKind::Xz),
    (b"\x28\xb5\x2f\xfd", ArchiveKind::Zstd),
];

/// Place of the checksum in a tar header, from POSIX `pax`.
const CHECKSUM: std::ops::Range<usize> = 148..156;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tar() -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(2);
        header.set_mode(0o644);
        builder.append_data(&mut header, "spec.yml", &b"{}"[..]).unwrap();
        builder.into_inner().unwrap()
    }

    #[test]
    fn compressed_archives_are_known_by_their_magic() {
        assert_eq!(archive_kind(b"BZh91AY"), Some(ArchiveKind::Bzip2));
        assert_eq!(archive_kind(&[0x1f, 0x8b, 8, 0]), Some(ArchiveKind::Gzip));
        assert_eq!(archive_kind(b"\xfd7zXZ\0"), Some(ArchiveKind::Xz));
        assert_eq!(archive_kind(&[0x28, 0xb5, 0x2f, 0xfd, 0]), Some(ArchiveKind::Zstd));
    }

    #[test]
    fn tar_is_known_by_its_checksum() {
        let mut tar = tar();
        assert_eq!(archive_kind(&tar[..ARCHIVE_HEAD]), Some(ArchiveKind::Tar));
        tar[0] ^= 1;
        assert_eq!(archive_kind(&tar), None);
    }

    #[test]
    fn a_spec_and_an_empty_file_are_plain() {
        let spec = "# syntax=example.org/annex\nname: x\n".repeat(40);
        assert_eq!(archive_kind(spec.as_bytes()), None);
        assert_eq!(archive_kind(b""), None);
        assert_eq!(archive_kind(&[0; ARCHIVE_HEAD]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at(head in prop::collection::vec(any::<u8>(), 0..ARCHIVE_HEAD)) {
            archive_kind(&head);
        }
    }
}
