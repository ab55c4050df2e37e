//! What the loader of a host will ask of a program or library: the parts of an ELF file that ld.so(8) reads.
//!
//! The layout is that of the System V gABI (chapters 4 and 5); symbol versions are those of the Linux Standard Base,
//! Core 5.0, 10.7. Files are hostile: only what is needed is read, in bounded pieces, and whatever makes no
//! sense is taken as not there.

use std::io;

mod dynamic;
#[cfg(test)]
pub(in crate::worker) mod fixture;
mod note;
mod version;

pub(crate) use self::note::{Dlopen, Priority};

/// A file that can be read at any place.
pub(crate) trait ReadAt {
    /// Size in bytes.
    fn size(&self) -> u64;

    /// The bytes from `offset` on, `length` of them, or fewer where the file ends.
    fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>>;
}

/// An ELF file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Elf {
    /// For which processor it is.
    pub(crate) machine: Machine,
    /// Whether it is a program, a library or both: neither an object for the linker nor a dump.
    pub(crate) is_loaded: bool,
    /// Whether it has a table for the loader.
    pub(crate) is_dynamic: bool,
    /// The program that starts it: the loader's path.
    pub(crate) interpreter: Option<String>,
    /// The name by which others need it.
    pub(crate) soname: Option<String>,
    /// Libraries that it needs, in the order in which they are looked for.
    pub(crate) needed: Vec<String>,
    /// Directories of `DT_RPATH`, as written.
    pub(crate) rpath: Vec<String>,
    /// Directories of `DT_RUNPATH`, as written.
    pub(crate) runpath: Vec<String>,
    /// Versions that it needs of libraries: name of the library, and of the version.
    pub(crate) requires: Vec<(String, String)>,
    /// Versions that it defines.
    pub(crate) defines: Vec<String>,
    /// Libraries that it loads while it runs.
    pub(crate) dlopen: Vec<Dlopen>,
}

/// The kind of processor that a file is for, as its header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Machine {
    /// `e_machine`.
    pub(crate) number: u16,
    /// Whether addresses have 64 bits.
    pub(crate) is_64: bool,
    /// Whether numbers begin with their least byte.
    pub(crate) is_little: bool,
}

impl Elf {
    /// Reads a file; `None` when it is no ELF file.
    ///
    /// # Errors
    /// Where the file cannot be read at all.
    pub(crate) fn read(file: &dyn ReadAt) -> io::Result<Option<Self>> {
        let Some(header) = Header::read(file)? else { return Ok(None) };
        let segments = header.segments(file)?;
        let mut elf = Self {
            machine: header.machine,
            is_loaded: matches!(header.kind, EXECUTABLE | SHARED),
            is_dynamic: false,
            interpreter: None,
            soname: None,
            needed: Vec::new(),
            rpath: Vec::new(),
            runpath: Vec::new(),
            requires: Vec::new(),
            defines: Vec::new(),
            dlopen: Vec::new(),
        };
        let image = Image { file, machine: header.machine, segments: &segments };
        for segment in &segments {
            match segment.kind {
                INTERPRETER => elf.interpreter = image.text(segment.offset)?,
                DYNAMIC => dynamic::read(&image, segment, &mut elf)?,
                NOTE => elf.dlopen.extend(note::read(&image, segment)?),
                _ => {}
            }
        }
        Ok(Some(elf))
    }
}

/// The file's header.
struct Header {
    machine: Machine,
    /// `e_type`.
    kind: u16,
    /// `e_phoff`.
    segments: u64,
    /// `e_phnum`.
    count: u16,
}

/// `Elf32_Phdr` or `Elf64_Phdr`.
#[derive(Clone, Copy, Debug)]
struct Segment {
    kind: u32,
    offset: u64,
    address: u64,
    size: u64,
    align: u64,
}

/// A file whose header and segments are known.
struct Image<'a> {
    file: &'a dyn ReadAt,
    machine: Machine,
    segments: &'a [Segment],
}

impl Header {
    fn read(file: &dyn ReadAt) -> io::Result<Option<Self>> {
        let bytes = file.read_at(0, HEADER)?;
        if !bytes.starts_with(MAGIC) || bytes.len() < 52 {
            return Ok(None);
        }
        let (is_64, is_little) = match (bytes[4], bytes[5]) {
            (1, 1) => (false, true),
            (1, 2) => (false, false),
            (2, 1) => (true, true),
            (2, 2) => (true, false),
            _ => return Ok(None),
        };
        let machine = Machine { number: 0, is_64, is_little };
        let fields = Bytes { bytes: &bytes, machine };
        let machine = Machine { number: fields.u16(18), ..machine };
        let (segments, count) =
            if is_64 { (fields.word(32), fields.u16(56)) } else { (fields.word(28), fields.u16(44)) };
        Ok(Some(Self { machine, kind: fields.u16(16), segments, count }))
    }

    fn segments(&self, file: &dyn ReadAt) -> io::Result<Vec<Segment>> {
        let size = if self.machine.is_64 { 56 } else { 32 };
        let count = usize::from(self.count).min(MAX_SEGMENTS);
        let bytes = file.read_at(self.segments, count * size)?;
        let read = bytes.chunks_exact(size).map(|bytes| {
            let fields = Bytes { bytes, machine: self.machine };
            let kind = fields.u32(0);
            if self.machine.is_64 {
                let (offset, address) = (fields.word(8), fields.word(16));
                Segment { kind, offset, address, size: fields.word(32), align: fields.word(48) }
            } else {
                let (offset, address) = (fields.word(4), fields.word(8));
                Segment { kind, offset, address, size: fields.word(16), align: fields.word(28) }
            }
        });
        Ok(read.collect())
    }
}

impl Image<'_> {
    /// Where the byte that will be at `address` is in the file.
    fn offset(&self, address: u64) -> Option<u64> {
        let loaded = self.segments.iter().filter(|segment| segment.kind == LOAD);
        let mut holding =
            loaded.filter(|segment| address >= segment.address && address - segment.address < segment.size);
        let segment = holding.next()?;
        segment.offset.checked_add(address - segment.address)
    }

    /// The text at an offset, up to its NUL; `None` where there is none of a sensible length.
    fn text(&self, offset: u64) -> io::Result<Option<String>> {
        for length in [SHORT, MAX_TEXT] {
            let bytes = self.file.read_at(offset, length)?;
            if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
                return Ok((end > 0).then(|| String::from_utf8_lossy(&bytes[..end]).into_owned()));
            }
        }
        Ok(None)
    }

    /// `length` bytes at an offset, or fewer.
    fn bytes(&self, offset: u64, length: u64, limit: usize) -> io::Result<Vec<u8>> {
        let length = usize::try_from(length).unwrap_or(limit).min(limit);
        self.file.read_at(offset, length)
    }
}

/// Numbers in the order of a machine; what is beyond the end is zero.
#[derive(Clone, Copy)]
struct Bytes<'a> {
    bytes: &'a [u8],
    machine: Machine,
}

impl Bytes<'_> {
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let found = at.checked_add(N).and_then(|end| self.bytes.get(at..end));
        found.and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; N])
    }

    fn u16(&self, at: usize) -> u16 {
        let bytes = self.array(at);
        if self.machine.is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }
    }

    fn u32(&self, at: usize) -> u32 {
        let bytes = self.array(at);
        if self.machine.is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
    }

    /// A number as wide as an address.
    fn word(&self, at: usize) -> u64 {
        if !self.machine.is_64 {
            return self.u32(at).into();
        }
        let bytes = self.array(at);
        if self.machine.is_little { u64::from_le_bytes(bytes) } else { u64::from_be_bytes(bytes) }
    }
}

/// `e_ident[EI_MAG0…3]`.
const MAGIC: &[u8] = b"\x7fELF";
/// Size of `Elf64_Ehdr`; `Elf32_Ehdr` has 52 bytes.
const HEADER: usize = 64;
/// `ET_EXEC`.
const EXECUTABLE: u16 = 2;
/// `ET_DYN`.
const SHARED: u16 = 3;
/// `PT_LOAD`.
const LOAD: u32 = 1;
/// `PT_DYNAMIC`.
const DYNAMIC: u32 = 2;
/// `PT_INTERP`.
const INTERPRETER: u32 = 3;
/// `PT_NOTE`.
const NOTE: u32 = 4;
/// Segments that are looked at: programs have about a dozen.
const MAX_SEGMENTS: usize = 512;
/// Bytes of most names.
const SHORT: usize = 256;
/// Bytes of a name at most: `PATH_MAX` of Linux.
const MAX_TEXT: usize = 4096;

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::FileExt;

    use proptest::prelude::*;

    use super::fixture::Program;
    use super::*;

    impl ReadAt for [u8] {
        fn size(&self) -> u64 {
            self.len() as u64
        }

        fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
            let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.len());
            Ok(self[start..start.saturating_add(length).min(self.len())].to_vec())
        }
    }

    fn read(bytes: &[u8]) -> Option<Elf> {
        struct Slice<'a>(&'a [u8]);
        impl ReadAt for Slice<'_> {
            fn size(&self) -> u64 {
                self.0.size()
            }
            fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
                ReadAt::read_at(self.0, offset, length)
            }
        }
        Elf::read(&Slice(bytes)).unwrap()
    }

    fn program(is_64: bool, is_little: bool) -> Program {
        Program {
            machine: Machine { number: 62, is_64, is_little },
            interpreter: "/lib64/ld-linux-x86-64.so.2".into(),
            soname: "libjq.so.1".into(),
            needed: vec!["libonig.so.5".into(), "libc.so.6".into()],
            rpath: "$ORIGIN/../lib:/opt/x".into(),
            runpath: "/usr/lib/jq".into(),
            requires: vec![
                ("libc.so.6".into(), vec!["GLIBC_2.38".into(), "GLIBC_2.4".into()]),
                ("libonig.so.5".into(), vec!["ONIG_1".into()]),
            ],
            defines: vec!["JQ_1".into(), "JQ_2".into()],
            dlopen: r#"[{"feature":"x","priority":"required","soname":["liba.so.1","libb.so.2"]}]"#.into(),
        }
    }

    #[test]
    fn what_the_loader_reads_is_read_for_every_class_and_order() {
        for (is_64, is_little) in [(true, true), (true, false), (false, true), (false, false)] {
            let elf = read(&program(is_64, is_little).build()).unwrap();
            assert_eq!(elf.machine, Machine { number: 62, is_64, is_little });
            assert!(elf.is_loaded && elf.is_dynamic);
            assert_eq!(elf.interpreter.as_deref(), Some("/lib64/ld-linux-x86-64.so.2"));
            assert_eq!(elf.soname.as_deref(), Some("libjq.so.1"));
            assert_eq!(elf.needed, ["libonig.so.5", "libc.so.6"]);
            assert_eq!(elf.rpath, ["$ORIGIN/../lib", "/opt/x"]);
            assert_eq!(elf.runpath, ["/usr/lib/jq"]);
            let requires: Vec<String> =
                elf.requires.iter().map(|(library, version)| format!("{library} {version}")).collect();
            assert_eq!(requires, ["libc.so.6 GLIBC_2.38", "libc.so.6 GLIBC_2.4", "libonig.so.5 ONIG_1"]);
            assert_eq!(elf.defines, ["JQ_1", "JQ_2"]);
            assert_eq!(elf.dlopen.len(), 1);
            assert_eq!(elf.dlopen[0].priority, Priority::Required);
            assert_eq!(elf.dlopen[0].sonames, ["liba.so.1", "libb.so.2"]);
        }
    }

    #[test]
    fn this_program_is_read_as_the_system_made_it() {
        struct OnDisk(File);
        impl ReadAt for OnDisk {
            fn size(&self) -> u64 {
                self.0.metadata().unwrap().len()
            }
            fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
                let mut bytes = vec![0; length];
                let count = FileExt::read_at(&self.0, &mut bytes, offset)?;
                bytes.truncate(count);
                Ok(bytes)
            }
        }
        let elf = Elf::read(&OnDisk(File::open("/proc/self/exe").unwrap())).unwrap().unwrap();
        assert!(elf.is_loaded && elf.is_dynamic, "{elf:?}");
        assert!(elf.needed.iter().any(|name| name == "libc.so.6"), "{elf:?}");
        assert!(elf.interpreter.unwrap().contains("/ld-linux"));
        assert!(elf.requires.iter().any(|(_, version)| version.starts_with("GLIBC_2.")));
    }

    #[test]
    fn what_is_no_program_is_none() {
        for bytes in
            [&b""[..], b"#!/bin/sh\n", b"\x7fELF", &[b"\x7fELF\x03\x01".as_slice(), &[0; 60]].concat()]
        {
            assert_eq!(read(bytes), None);
        }
        let object = read(&[b"\x7fELF\x02\x01".as_slice(), &[0; 60]].concat()).unwrap();
        assert!(!object.is_loaded && object.needed.is_empty());
    }

    proptest! {
        #[test]
        fn no_change_of_a_program_is_fatal(changes in proptest::collection::vec((0_usize..1200, any::<u8>()), 1..8)) {
            let mut bytes = program(true, true).build();
            for (at, byte) in changes {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            let _ = read(&bytes);
        }

        #[test]
        fn a_cut_program_is_read_as_far_as_it_goes(length in 0_usize..1200) {
            let bytes = program(false, true).build();
            let _ = read(&bytes[..length.min(bytes.len())]);
        }
    }
}
