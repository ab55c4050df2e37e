//! The table for the loader (gABI chapter 5, "Dynamic Section").

use std::io;

use super::{Bytes, Elf, Image, Segment, version};

/// What of the table is about other files.
#[derive(Default)]
struct Table {
    needed: Vec<u64>,
    soname: Option<u64>,
    rpath: Option<u64>,
    runpath: Option<u64>,
    /// Address of the names.
    strings: Option<u64>,
    /// Address and number of the versions that are needed.
    requires: (Option<u64>, u64),
    /// Address and number of the versions that are defined.
    defines: (Option<u64>, u64),
}

/// Reads the table in `segment` into `elf`.
pub(super) fn read(image: &Image<'_>, segment: &Segment, elf: &mut Elf) -> io::Result<()> {
    elf.is_dynamic = true;
    let table = table(image, segment)?;
    let Some(strings) = table.strings.and_then(|address| image.offset(address)) else { return Ok(()) };
    let text = |at: u64| strings.checked_add(at).map_or(Ok(None), |offset| image.text(offset));
    for at in table.needed {
        elf.needed.extend(text(at)?);
    }
    if let Some(at) = table.soname {
        elf.soname = text(at)?;
    }
    let list = |at: Option<u64>| -> io::Result<Vec<String>> {
        let text = at.map_or(Ok(None), text)?.unwrap_or_default();
        Ok(text.split(':').filter(|part| !part.is_empty()).map(str::to_owned).collect())
    };
    elf.rpath = list(table.rpath)?;
    elf.runpath = list(table.runpath)?;
    let offset = |address: Option<u64>| address.and_then(|address| image.offset(address));
    if let Some(at) = offset(table.requires.0) {
        elf.requires = version::required(image, at, table.requires.1, &text)?;
    }
    if let Some(at) = offset(table.defines.0) {
        elf.defines = version::defined(image, at, table.defines.1, &text)?;
    }
    Ok(())
}

fn table(image: &Image<'_>, segment: &Segment) -> io::Result<Table> {
    let width = if image.machine.is_64 { 8 } else { 4 };
    let bytes = image.bytes(segment.offset, segment.size, MAX_TABLE)?;
    let mut table = Table::default();
    for entry in bytes.chunks_exact(2 * width) {
        let fields = Bytes { bytes: entry, machine: image.machine };
        let value = fields.word(width);
        match fields.word(0) {
            END => break,
            NEEDED if table.needed.len() < MAX_NEEDED => table.needed.push(value),
            STRINGS => table.strings = Some(value),
            SONAME => table.soname = Some(value),
            RPATH => table.rpath = Some(value),
            RUNPATH => table.runpath = Some(value),
            VERDEF => table.defines.0 = Some(value),
            VERDEFNUM => table.defines.1 = value,
            VERNEED => table.requires.0 = Some(value),
            VERNEEDNUM => table.requires.1 = value,
            _ => {}
        }
    }
    Ok(table)
}

// Tags of entries: gABI, Figure 5-10, and LSB Core 10.7.
const END: u64 = 0;
const NEEDED: u64 = 1;
const STRINGS: u64 = 5;
const SONAME: u64 = 14;
const RPATH: u64 = 15;
const RUNPATH: u64 = 29;
const VERDEF: u64 = 0x6fff_fffc;
const VERDEFNUM: u64 = 0x6fff_fffd;
const VERNEED: u64 = 0x6fff_fffe;
const VERNEEDNUM: u64 = 0x6fff_ffff;
/// Bytes of the table that are read: programs have about thirty entries of 16 bytes.
const MAX_TABLE: usize = 256 << 10;
/// Libraries that one file needs, at most.
const MAX_NEEDED: usize = 2000;
