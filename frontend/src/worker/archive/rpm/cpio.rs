//! Reader of an rpm's payload: cpio's "new ASCII" format, and the stripped form that names files by their number in
//! the header (rpm's `lib/cpio.cc`), without which no file could have 4 GiB.

use std::io::{self, BufRead, BufReader, Read};

use crate::worker::archive::Refusal;

/// Reads one archive from its first byte to its last.
#[derive(Debug)]
pub(super) struct Cpio<R> {
    input: BufReader<R>,
    /// Bytes of the current item's content that were not read.
    left: u64,
    /// Bytes between the content's end and the next item.
    padding: u64,
}

/// Which file comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// The one with this path; its content has `size` bytes.
    Named {
        /// Path, not yet judged.
        path: Vec<u8>,
        /// In bytes.
        size: u64,
    },
    /// The one with this number; [`Cpio::begin`] must be told its size.
    Numbered(u32),
}

impl<R: Read> Cpio<R> {
    /// Begins to read.
    pub(super) fn new(input: R) -> Self {
        Self { input: BufReader::with_capacity(BUFFER, input), left: 0, padding: 0 }
    }

    /// The next item; what is left of the one before is skipped.
    pub(super) fn next(&mut self) -> Result<Option<Item>, Refusal> {
        self.skip()?;
        let mut magic = [0; 6];
        self.input.read_exact(&mut magic)?;
        match &magic {
            b"07070X" => {
                let [number] = self.fields()?;
                // The header has 14 bytes, and the content begins at a multiple of four.
                self.padding = 2;
                self.skip()?;
                Ok(if number == u32::MAX { None } else { Some(Item::Numbered(number)) })
            }
            b"070701" | b"070702" => self.named(),
            _ => Err(Refusal::Content("has a payload that is no archive of the kind that rpm makes".into())),
        }
    }

    fn named(&mut self) -> Result<Option<Item>, Refusal> {
        let [_, _, _, _, _, _, size, _, _, _, _, name_size, _] = self.fields()?;
        if name_size == 0 || name_size > MAX_NAME {
            return Err(damaged());
        }
        let mut path = vec![0; name_size as usize];
        self.input.read_exact(&mut path)?;
        if path.pop() != Some(0) || path.contains(&0) {
            return Err(damaged());
        }
        // The header has 110 bytes; header and name, and the content, end at multiples of four.
        self.padding = u64::from((110 + name_size).next_multiple_of(4) - 110 - name_size);
        self.skip()?;
        if path == b"TRAILER!!!" {
            return Ok(None);
        }
        let size = u64::from(size);
        self.begin(size);
        Ok(Some(Item::Named { path, size }))
    }

    /// Says how many bytes the content of a numbered item has.
    pub(super) fn begin(&mut self, size: u64) {
        self.left = size;
        self.padding = size.wrapping_neg() % 4;
    }

    /// Gives the content of the current item to `take`, piece by piece.
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
        self.content(|_| Ok(()))?;
        self.left = std::mem::take(&mut self.padding);
        self.content(|_| Ok(()))
    }

    /// Numbers of eight hexadecimal digits.
    fn fields<const COUNT: usize>(&mut self) -> Result<[u32; COUNT], Refusal> {
        let mut fields = [0; COUNT];
        for field in &mut fields {
            let mut digits = [0; 8];
            self.input.read_exact(&mut digits)?;
            let text = digits.iter().all(u8::is_ascii_hexdigit).then(|| std::str::from_utf8(&digits));
            let value = text.and_then(Result::ok).and_then(|text| u32::from_str_radix(text, 16).ok());
            *field = value.ok_or_else(damaged)?;
        }
        Ok(fields)
    }
}

fn damaged() -> Refusal {
    Refusal::Content("has a payload with a damaged entry".into())
}

/// Unpacked bytes read at once.
const BUFFER: usize = 256 << 10;
/// Longest name with its NUL, in bytes: `CPIO_NAMESIZE_MAX` of rpm.
const MAX_NAME: u32 = 4096;

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::worker::path::printable;

    /// An item of the "new ASCII" format.
    pub(in crate::worker::archive) fn named(path: &str, mode: u32, content: &[u8]) -> Vec<u8> {
        let fields = [1, mode, 0, 0, 1, 0, u32::try_from(content.len()).unwrap(), 0, 0, 0, 0];
        let mut bytes = b"070701".to_vec();
        let name_size = u32::try_from(path.len() + 1).unwrap();
        for field in fields.into_iter().chain([name_size, 0]) {
            bytes.extend_from_slice(format!("{field:08x}").as_bytes());
        }
        bytes.extend_from_slice(path.as_bytes());
        bytes.push(0);
        pad(&mut bytes);
        bytes.extend_from_slice(content);
        pad(&mut bytes);
        bytes
    }

    /// An item of the stripped form.
    pub(in crate::worker::archive) fn numbered(number: u32, content: &[u8]) -> Vec<u8> {
        let mut bytes = format!("07070X{number:08x}").into_bytes();
        pad(&mut bytes);
        bytes.extend_from_slice(content);
        pad(&mut bytes);
        bytes
    }

    fn pad(bytes: &mut Vec<u8>) {
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }

    fn read(bytes: &[u8]) -> Result<Vec<String>, String> {
        let mut all = Vec::new();
        let mut cpio = Cpio::new(bytes);
        let mut step = || -> Result<bool, Refusal> {
            let Some(item) = cpio.next()? else { return Ok(false) };
            let name = match item {
                Item::Named { path, size } => format!("{} {size}", printable(&path)),
                Item::Numbered(number) => {
                    cpio.begin(3);
                    number.to_string()
                }
            };
            let mut content = Vec::new();
            cpio.content(|bytes| {
                content.extend_from_slice(bytes);
                Ok(())
            })?;
            all.push(format!("{name} {}", printable(&content)));
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
    fn items_of_both_forms_are_read() {
        let end = named("TRAILER!!!", 0, b"");
        let bytes = [named("./usr/a", 0, b"12345"), named("./b", 0, b""), numbered(7, b"abc"), end].concat();
        assert_eq!(read(&bytes).unwrap(), ["./usr/a 5 12345", "./b 0 ", "7 abc"]);
        assert_eq!(read(&[numbered(1, b"xyz"), numbered(u32::MAX, b"")].concat()).unwrap(), ["1 xyz"]);
    }

    #[test]
    fn hostile_items_are_refused() {
        let item = named("./usr/a", 0, b"12345");
        let with = |at: usize, text: &str| {
            let mut bytes = item.clone();
            bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
            bytes
        };
        let damaged = "has a payload with a damaged entry";
        for (bytes, why) in [
            (with(94, "00000000"), damaged),
            (with(94, "00001001"), damaged),
            (with(94, "+0000008"), damaged),
            (with(112, "\0"), damaged),
            (with(117, "x"), damaged),
            (with(0, "070707"), "has a payload that is no archive of the kind that rpm makes"),
            (with(54, "fffffff0"), "ends too early"),
            (item[..item.len() - 4].to_vec(), "ends too early"),
            (item.clone(), "ends too early"),
            (Vec::new(), "ends too early"),
        ] {
            assert_eq!(read(&bytes), Err(why.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn no_change_of_a_byte_makes_it_panic(at in 0..300_usize, byte: u8) {
            let end = named("TRAILER!!!", 0, b"");
            let mut bytes = [named("./usr/a", 0, b"12345"), numbered(7, b"abc"), end].concat();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = read(&bytes);
        }
    }
}
