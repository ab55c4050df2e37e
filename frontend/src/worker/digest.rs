//! What a file is: the step that tells how to pin it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

use sha2::{Sha256, Sha384, Sha512};

use crate::job;

/// Writes the digest of `file` as the answer in `out`.
pub fn digest(file: &Path, out: &Path) -> io::Result<()> {
    let sha256 = hexadecimal::<Sha256>(file)?;
    std::fs::write(out.join(job::ANSWER), job::to_json(&job::Digest { sha256 }))
}

/// Copies `file` as `name` to `out` when it has the digest `expected`, of an algorithm that the engine does not know.
pub fn check_digest(file: &Path, expected: &str, name: &str, out: &Path) -> io::Result<()> {
    let (algorithm, wanted) = expected.split_once(':').unwrap_or((expected, ""));
    let found = match algorithm {
        "sha256" => hexadecimal::<Sha256>(file)?,
        "sha384" => hexadecimal::<Sha384>(file)?,
        "sha512" => hexadecimal::<Sha512>(file)?,
        _ => return Err(io::Error::other(format!("no algorithm of digests is called `{algorithm}`"))),
    };
    if found != wanted {
        return Err(io::Error::other(format!("the digest is {algorithm}:{found}, expected {expected}")));
    }
    std::fs::copy(file, out.join(name)).map(drop)
}

fn hexadecimal<D: sha2::Digest>(file: &Path) -> io::Result<String> {
    let mut hasher = D::new();
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
    Ok(digits(&hasher.finalize()))
}

/// Bytes as hexadecimal digits.
pub(crate) fn digits(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(digits, "{byte:02x}").expect("a String takes all text");
    }
    digits
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

    #[test]
    fn a_file_is_given_only_when_it_is_what_was_meant() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        std::fs::write(&file, "hello\n").unwrap();
        let sha384 = "sha384:1d0f284efe3edea4b9ca3bd514fa134b17eae361ccc7a1eefeff801b9bd6604e01f21f6bf249ef030599f0c218f2ba8c";
        check_digest(&file, sha384, "copy", directory.path()).unwrap();
        assert_eq!(std::fs::read_to_string(directory.path().join("copy")).unwrap(), "hello\n");
        let wrong = format!("sha512:{}", "0".repeat(128));
        let error = check_digest(&file, &wrong, "other", directory.path()).unwrap_err().to_string();
        assert!(
            error.starts_with("the digest is sha512:e7c22b994c59d9cf2b48e549b1e24666636045930d3da7c1"),
            "{error}"
        );
        assert!(!directory.path().join("other").exists());
    }
}
