//! Symbol versions (Linux Standard Base, Core 5.0, 10.7).

use std::io;

use super::{Bytes, Image};

/// How names are found: by their place in the table of names.
type Text<'a> = &'a dyn Fn(u64) -> io::Result<Option<String>>;

/// The versions that are needed: `Elfxx_Verneed` at `offset`, `count` of them, each with its `Elfxx_Vernaux`.
pub(super) fn required(
    image: &Image<'_>,
    offset: u64,
    count: u64,
    text: Text<'_>,
) -> io::Result<Vec<(String, String)>> {
    let bytes = image.bytes(offset, u64::MAX, MAX_BYTES)?;
    let fields = Bytes { bytes: &bytes, machine: image.machine };
    let mut required = Vec::new();
    let mut at = 0;
    for _ in 0..count.min(MAX_ENTRIES) {
        let auxiliaries = fields.u16(at + 2);
        let Some(library) = text(fields.u32(at + 4).into())? else { break };
        let mut auxiliary = at + fields.u32(at + 8) as usize;
        for _ in 0..auxiliaries {
            if required.len() >= MAX_VERSIONS || auxiliary >= bytes.len() {
                return Ok(required);
            }
            // Weak ones (`VER_FLG_WEAK`) are no need.
            if fields.u16(auxiliary + 4) & WEAK == 0 {
                let version = text(fields.u32(auxiliary + 8).into())?;
                required.extend(version.map(|version| (library.clone(), version)));
            }
            let next = fields.u32(auxiliary + 12) as usize;
            if next == 0 {
                break;
            }
            auxiliary += next;
        }
        let next = fields.u32(at + 12) as usize;
        at += next;
        if next == 0 || at >= bytes.len() {
            break;
        }
    }
    Ok(required)
}

/// The versions that are defined: `Elfxx_Verdef` at `offset`, `count` of them, without the file's own name.
pub(super) fn defined(image: &Image<'_>, offset: u64, count: u64, text: Text<'_>) -> io::Result<Vec<String>> {
    let bytes = image.bytes(offset, u64::MAX, MAX_BYTES)?;
    let fields = Bytes { bytes: &bytes, machine: image.machine };
    let mut defined = Vec::new();
    let mut at = 0;
    for _ in 0..count.min(MAX_ENTRIES) {
        let name = at + fields.u32(at + 12) as usize;
        if name >= bytes.len() {
            break;
        }
        if fields.u16(at + 2) & BASE == 0 {
            defined.extend(text(fields.u32(name).into())?);
        }
        let next = fields.u32(at + 16) as usize;
        at += next;
        if next == 0 || at >= bytes.len() {
            break;
        }
    }
    Ok(defined)
}

/// `VER_FLG_BASE`: the entry names the file itself.
const BASE: u16 = 1;
/// `VER_FLG_WEAK`.
const WEAK: u16 = 2;
/// Bytes that are read of a table of versions.
const MAX_BYTES: usize = 256 << 10;
/// Entries that are read of a table of versions.
const MAX_ENTRIES: u64 = 4000;
/// Versions that one file needs, at most.
const MAX_VERSIONS: usize = 8000;
