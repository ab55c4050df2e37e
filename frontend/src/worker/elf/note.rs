//! Libraries that a program loads while it runs: UAPI.12, "ELF dlopen metadata".

use std::io;

use serde::Deserialize;

use super::{Bytes, Image, Segment};

/// Libraries for one feature.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Dlopen {
    /// What they are for.
    #[serde(default)]
    pub(crate) feature: String,
    /// How much they are missed.
    #[serde(default)]
    pub(crate) priority: Priority,
    /// Any of these will do; the first is preferred.
    #[serde(default, rename = "soname")]
    pub(crate) sonames: Vec<String>,
}

/// How much a library is missed; unsaid, it is recommended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Priority {
    /// Without it the program is of little use.
    #[default]
    Recommended,
    /// Without it the program does not work.
    Required,
    /// Without it something rare does not work.
    Suggested,
}

impl Priority {
    /// The word of the specification.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::Required => "required",
            Self::Suggested => "suggested",
        }
    }
}

/// What the notes of a segment say.
pub(super) fn read(image: &Image<'_>, segment: &Segment) -> io::Result<Vec<Dlopen>> {
    let bytes = image.bytes(segment.offset, segment.size, MAX_NOTES)?;
    // gABI: names and contents are padded to the alignment of the segment.
    let align = if segment.align == 8 { 8 } else { 4 };
    let mut found = Vec::new();
    let mut at = 0_usize;
    while at + NOTE_HEADER <= bytes.len() && found.len() < MAX_FEATURES {
        let fields = Bytes { bytes: &bytes[at..], machine: image.machine };
        let (name, content) = (fields.u32(0) as usize, fields.u32(4) as usize);
        let start = (NOTE_HEADER.saturating_add(name)).next_multiple_of(align);
        let end = start.saturating_add(content);
        let Some(text) = bytes[at..].get(start..end) else { break };
        if fields.u32(8) == DLOPEN && bytes[at + NOTE_HEADER..].starts_with(OWNER) {
            let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
            // What is not as the specification tells is nobody's need.
            found.extend(serde_json::from_slice::<Vec<Dlopen>>(text).unwrap_or_default());
        }
        at = at.saturating_add(end.next_multiple_of(align));
    }
    found.truncate(MAX_FEATURES);
    Ok(found)
}

/// Type of the notes.
const DLOPEN: u32 = 0x407c_0c0a;
/// Name of their owner.
const OWNER: &[u8] = b"FDO\0";
/// Three numbers: size of the name, size of the content, type.
const NOTE_HEADER: usize = 12;
/// Bytes of notes that are read.
const MAX_NOTES: usize = 256 << 10;
/// Features of one file, at most.
const MAX_FEATURES: usize = 200;
