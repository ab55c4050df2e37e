//! Contents of files between the archives they came from and the image.
//!
//! They wait uncompressed in few large files: the worker's memory holds names and sizes only.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::worker::elf::ReadAt;
use crate::worker::entry::Content;

/// A file that takes the contents of files one after the other; each thread that reads packages has one.
#[derive(Debug)]
pub(crate) struct Spool {
    number: u32,
    file: BufWriter<File>,
    end: u64,
}

/// All spools, to read from.
#[derive(Debug, Default)]
pub(crate) struct Store {
    spools: Vec<File>,
}

/// One content of a store, to be read at any place.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    store: &'a Store,
    content: &'a Content,
}

impl Spool {
    /// Makes the file at `path`; `number` is its place in [`Store::new`]'s list.
    pub(crate) fn create(path: &Path, number: u32) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        Ok(Self { number, file: BufWriter::with_capacity(GATHERED, file), end: 0 })
    }

    /// Where the next byte goes.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Adds bytes to the end.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.end += bytes.len() as u64;
        Ok(())
    }

    /// What was written since [`Spool::end`] was `offset`.
    pub(crate) fn since(&self, offset: u64) -> Content {
        Content::Spooled { spool: self.number, offset, len: self.end - offset }
    }

    /// Ends the writing.
    pub(crate) fn finish(self) -> io::Result<File> {
        self.file.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

impl Store {
    /// Takes the finished spools in the order of their numbers.
    pub(crate) fn new(spools: Vec<File>) -> Self {
        Self { spools }
    }

    /// The first `limit` bytes of a content.
    pub(crate) fn read(&self, content: &Content, limit: usize) -> io::Result<Vec<u8>> {
        match content {
            Content::Bytes(bytes) => Ok(bytes[..bytes.len().min(limit)].to_vec()),
            Content::Spooled { spool, offset, len } => {
                let mut bytes = vec![0; usize::try_from(*len).unwrap_or(limit).min(limit)];
                self.spool(*spool)?.read_exact_at(&mut bytes, *offset)?;
                Ok(bytes)
            }
        }
    }

    /// A content, to be read at any place.
    pub(crate) fn part<'a>(&'a self, content: &'a Content) -> Part<'a> {
        Part { store: self, content }
    }

    /// Whether two contents have the same bytes.
    pub(crate) fn same(&self, one: &Content, other: &Content) -> io::Result<bool> {
        if one.len() != other.len() {
            return Ok(false);
        }
        if one == other {
            return Ok(true);
        }
        let mut left = vec![0; BUFFER];
        let mut right = vec![0; BUFFER];
        let mut done = 0;
        while done < one.len() {
            let here = usize::try_from(one.len() - done).unwrap_or(BUFFER).min(BUFFER);
            self.read_at(one, done, &mut left[..here])?;
            self.read_at(other, done, &mut right[..here])?;
            if left[..here] != right[..here] {
                return Ok(false);
            }
            done += here as u64;
        }
        Ok(true)
    }

    /// Writes a content to `out`. Large ones go from file to file or pipe inside the kernel.
    pub(crate) fn copy<W: Write>(&self, content: &Content, out: &mut BufWriter<W>) -> io::Result<()>
    where
        BufWriter<W>: Write,
    {
        match content {
            Content::Spooled { spool, offset, len } if *len > DIRECT => {
                let mut file = self.spool(*spool)?;
                file.seek(SeekFrom::Start(*offset))?;
                let copied = io::copy(&mut file.take(*len), out)?;
                if copied == *len { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
            }
            content => out.write_all(&self.read(content, usize::MAX)?),
        }
    }

    fn read_at(&self, content: &Content, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        match content {
            Content::Bytes(bytes) => {
                let at = usize::try_from(at).map_err(io::Error::other)?;
                let end = at + buffer.len();
                buffer.copy_from_slice(bytes.get(at..end).ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
            Content::Spooled { spool, offset, .. } => self.spool(*spool)?.read_exact_at(buffer, offset + at),
        }
    }

    fn spool(&self, number: u32) -> io::Result<&File> {
        self.spools.get(number as usize).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl ReadAt for Part<'_> {
    fn size(&self) -> u64 {
        self.content.len()
    }

    fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let left = self.content.len().saturating_sub(offset);
        let mut bytes = vec![0; usize::try_from(left).unwrap_or(length).min(length)];
        if !bytes.is_empty() {
            self.store.read_at(self.content, offset, &mut bytes)?;
        }
        Ok(bytes)
    }
}

/// Bytes compared at once.
const BUFFER: usize = 256 << 10;
/// Bytes of small contents that are written at once; larger ones are written as they come.
const GATHERED: usize = 64 << 10;
/// Contents of more bytes are not copied through our memory; below, one more system call costs as much.
const DIRECT: u64 = 32 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn store(contents: &[&[u8]]) -> (Store, Vec<Content>) {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(&folder.path().join("0"), 0).unwrap();
        let stored = contents.iter().map(|bytes| {
            let start = spool.end();
            spool.write(bytes).unwrap();
            spool.since(start)
        });
        let stored = stored.collect();
        (Store::new(vec![spool.finish().unwrap()]), stored)
    }

    #[test]
    fn what_was_stored_comes_back() {
        let large = vec![7; 100_000];
        let (store, contents) = store(&[b"one", b"", &large, b"two"]);
        assert_eq!(store.read(&contents[0], 99).unwrap(), b"one");
        assert_eq!(store.read(&contents[3], 2).unwrap(), b"tw");
        let mut out = BufWriter::new(Vec::new());
        for content in &contents {
            store.copy(content, &mut out).unwrap();
        }
        assert_eq!(out.into_inner().unwrap(), [b"one", &large[..], b"two"].concat());
    }

    #[test]
    fn contents_are_the_same_when_every_byte_is() {
        let mut large = vec![7; 2 * BUFFER + 5];
        let same = large.clone();
        large[2 * BUFFER + 4] = 8;
        let (store, contents) = store(&[&same, &large, &same, b"x"]);
        let here = Content::Bytes(same.clone().into());
        for (one, other, expected) in [
            (&contents[0], &contents[1], false),
            (&contents[0], &contents[2], true),
            (&contents[0], &contents[3], false),
            (&contents[0], &here, true),
            (&here, &contents[1], false),
        ] {
            assert_eq!(store.same(one, other).unwrap(), expected);
        }
    }
}
