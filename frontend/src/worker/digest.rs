//! What a file is: the step that tells how to pin it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::job;

/// Writes the digest of `file` as the answer in `out`.
pub fn digest(file: &Path, out: &Path) -> io::Result<()> {
    let mut hasher = Sha256::new();
    let mut reader = BufReader::with_capacity(BUFFER, File::open(file)?);
    loop {
        let read = reader.fill_buf()?;
        if read.is_empty() {
            break;
        }
        hasher.update(read);
        let length = read.len();
        reader.consume(length);
    }
    let mut sha256 = String::with_capacity(64);
    for byte in hasher.finalize() {
        write!(sha256, "{byte:02x}").expect("a String takes all text");
    }
    std::fs::write(out.join(job::ANSWER), job::to_json(&job::Digest { sha256 }))
}

/// Bytes that are read at once.
const BUFFER: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_content() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        std::fs::write(&file, "hello\n").unwrap();
        digest(&file, directory.path()).unwrap();
        let answer = std::fs::read_to_string(directory.path().join(job::ANSWER)).unwrap();
        let expected = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
        assert_eq!(answer, format!("{{\"sha256\":\"{expected}\"}}"));
    }
}
