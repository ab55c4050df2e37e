//! The header structure of rpm, which holds all that is known of a package: values by the number of their tag
//! ("Header format" in rpm's `docs/manual/format_v4.md`).

use std::io::Read;

use crate::worker::archive::Refusal;

/// A header with the bounds of all its fixed-size values checked.
#[derive(Debug)]
pub(super) struct Header {
    /// All bytes of it, from its magic number on: what signatures are over.
    bytes: Vec<u8>,
    /// The index, sorted by tag.
    index: Vec<Entry>,
    /// Where the values begin.
    store: usize,
}

/// Which of the two headers of a package file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What the package is.
    Main,
    /// Signatures of the other.
    Signature,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    tag: u32,
    kind: u32,
    offset: u32,
    count: u32,
}

/// Numbers of one width.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers<'a> {
    bytes: &'a [u8],
    width: usize,
}

impl Header {
    /// Reads a header of which `left` bytes of the file are the most that it can have.
    pub(super) fn read(input: &mut impl Read, kind: Kind, left: u64) -> Result<Self, Refusal> {
        let mut intro = [0; INTRO];
        input.read_exact(&mut intro)?;
        if intro[..8] != MAGIC {
            return Err(damaged("its magic number is wrong"));
        }
        let (count, size) = (number(&intro[8..12]), number(&intro[12..16]));
        if count == 0 || count > MAX_ENTRIES || size > MAX_STORE {
            return Err(damaged("it tells an absurd size"));
        }
        let length = count * ENTRY + size;
        if length > left {
            return Err(Refusal::Content("ends too early".into()));
        }
        let mut bytes = intro.to_vec();
        input.take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != INTRO as u64 + length {
            return Err(Refusal::Content("ends too early".into()));
        }
        // Both are below 2^32 and a sum of lengths that are in memory.
        let store = bytes.len() - usize::try_from(size).map_err(|_| damaged("it is too large"))?;
        let entries = bytes[INTRO..store].chunks_exact(16).map(|entry| Entry {
            tag: number32(&entry[..4]),
            kind: number32(&entry[4..8]),
            offset: number32(&entry[8..12]),
            count: number32(&entry[12..]),
        });
        let mut header = Self { index: entries.collect(), bytes, store };
        header.check(kind)?;
        header.index.sort();
        if kind == Kind::Main && header.index.windows(2).any(|pair| pair[0].tag == pair[1].tag) {
            return Err(damaged("it has a tag twice"));
        }
        Ok(header)
    }

    /// All bytes of it.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Size of it, in bytes.
    pub(super) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// A text, or the first of several.
    pub(super) fn text(&self, tag: u32) -> Result<Option<&[u8]>, Refusal> {
        Ok(self.texts(tag)?.and_then(|texts| texts.first().copied()))
    }

    /// Several texts.
    pub(super) fn texts(&self, tag: u32) -> Result<Option<Vec<&[u8]>>, Refusal> {
        let Some(entry) = self.entry(tag) else { return Ok(None) };
        let count = match entry.kind {
            STRING => 1,
            STRING_ARRAY | I18N_STRING => entry.count as usize,
            _ => return Err(unexpected(tag)),
        };
        let mut rest = self.bytes.get(self.store + entry.offset as usize..).unwrap_or_default();
        // Each text has a byte at least, its end.
        if count > rest.len().min(MAX_TEXTS) {
            return Err(unexpected(tag));
        }
        let mut texts = Vec::with_capacity(count);
        for _ in 0..count {
            let end = rest.iter().position(|byte| *byte == 0).ok_or_else(|| unexpected(tag))?;
            texts.push(&rest[..end]);
            rest = &rest[end + 1..];
        }
        Ok(Some(texts))
    }

    /// Numbers of any width.
    pub(super) fn numbers(&self, tag: u32) -> Result<Option<Numbers<'_>>, Refusal> {
        let Some(entry) = self.entry(tag) else { return Ok(None) };
        if !(CHAR..=INT64).contains(&entry.kind) {
            return Err(unexpected(tag));
        }
        Ok(Some(Numbers { bytes: self.fixed(&entry), width: width(entry.kind) }))
    }

    /// A number, or the first of several.
    pub(super) fn number(&self, tag: u32) -> Result<Option<u64>, Refusal> {
        Ok(self.numbers(tag)?.and_then(|numbers| numbers.at(0)))
    }

    /// The values of all entries with this tag that are bytes.
    pub(super) fn binaries(&self, tag: u32) -> impl Iterator<Item = &[u8]> {
        let entries = self.index.iter().filter(move |entry| entry.tag == tag && entry.kind == BINARY);
        entries.map(|entry| self.fixed(entry))
    }

    /// Whether there is a value.
    pub(super) fn has(&self, tag: u32) -> bool {
        self.entry(tag).is_some()
    }

    fn entry(&self, tag: u32) -> Option<Entry> {
        let at = self.index.binary_search_by_key(&tag, |entry| entry.tag).ok()?;
        self.index.get(at).copied()
    }

    /// The bytes of a value of fixed size, whose bounds [`Header::check`] checked.
    fn fixed(&self, entry: &Entry) -> &[u8] {
        let start = self.store + entry.offset as usize;
        let end = start + entry.count as usize * width(entry.kind);
        self.bytes.get(start..end).unwrap_or_default()
    }

    fn check(&self, kind: Kind) -> Result<(), Refusal> {
        let size = (self.bytes.len() - self.store) as u64;
        for entry in &self.index {
            let length = match entry.kind {
                CHAR..=INT64 | BINARY => u64::from(entry.count) * width(entry.kind) as u64,
                // The ends of texts are looked for where they are needed.
                NULL | STRING | STRING_ARRAY | I18N_STRING => 0,
                _ => return Err(damaged("it has a value of an unknown kind")),
            };
            if u64::from(entry.offset) + length > size {
                return Err(damaged("it has a value that is not in it"));
            }
        }
        match kind {
            Kind::Main => self.check_region(),
            Kind::Signature => Ok(()),
        }
    }

    /// The first entry says how much of the header was signed: that must be all of it, as rpm demands of the
    /// headers of files (`hdrblobRead` with `exact_size` in its `lib/header.cc`).
    fn check_region(&self) -> Result<(), Refusal> {
        let wrong = || damaged("it is not of one piece");
        let first = self
            .index
            .first()
            .filter(|entry| entry.tag == HEADER_IMMUTABLE && entry.kind == BINARY && entry.count == 16);
        let first = first.ok_or_else(wrong)?;
        let trailer = self.fixed(first);
        let [tag, kind, offset, count] =
            [0, 4, 8, 12].map(|at| number32(trailer.get(at..at + 4).unwrap_or_default()));
        // The offset goes back from the store to the beginning of the index, and counts its entries.
        let entries = u32::try_from(self.index.len() * 16).map_err(|_| wrong())?;
        let whole = offset == entries.wrapping_neg()
            && self.store + first.offset as usize + trailer.len() == self.bytes.len();
        if (tag, kind, count) == (HEADER_IMMUTABLE, BINARY, 16) && whole { Ok(()) } else { Err(wrong()) }
    }
}

impl Numbers<'_> {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.bytes.len() / self.width
    }

    /// The one at a place.
    pub(super) fn at(&self, place: usize) -> Option<u64> {
        let start = place.checked_mul(self.width)?;
        Some(number(self.bytes.get(start..start + self.width)?))
    }
}

/// A number with its highest byte first, of at most eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn number32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// Size of one element, in bytes.
fn width(kind: u32) -> usize {
    match kind {
        INT16 => 2,
        INT32 => 4,
        INT64 => 8,
        _ => 1,
    }
}

fn damaged(why: &str) -> Refusal {
    Refusal::Content(format!("has a damaged header: {why}"))
}

fn unexpected(tag: u32) -> Refusal {
    damaged(&format!("its tag {tag} has no value of the right kind"))
}

/// Begins a header: the magic number with its version, and four reserved bytes.
pub(super) const MAGIC: [u8; 8] = [0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0];
/// Bytes before the index: the magic number, how many entries the index has, and the size of the store.
const INTRO: usize = 16;
/// Bytes of an entry of the index.
const ENTRY: u64 = 16;
/// Most entries, as in rpm's `lib/header.cc`.
const MAX_ENTRIES: u64 = 0xffff;
/// Most bytes of values. A package of 300,000 files has 40 MiB; rpm itself takes 256.
const MAX_STORE: u64 = 64 << 20;
/// Most texts of one value.
const MAX_TEXTS: usize = 1 << 20;
/// `RPMTAG_HEADERIMMUTABLE`.
pub(super) const HEADER_IMMUTABLE: u32 = 63;

// The kinds of values: `rpmTagType` in rpm's `include/rpm/rpmtag.h`.
const NULL: u32 = 0;
const CHAR: u32 = 1;
pub(super) const INT16: u32 = 3;
pub(super) const INT32: u32 = 4;
pub(super) const INT64: u32 = 5;
pub(super) const STRING: u32 = 6;
pub(super) const BINARY: u32 = 7;
pub(super) const STRING_ARRAY: u32 = 8;
const I18N_STRING: u32 = 9;
