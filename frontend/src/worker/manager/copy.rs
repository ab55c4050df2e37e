//! Files of packages, copied and compared with what is known of them.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256, Sha512};

use super::Error;
use crate::lock::Package;
use crate::worker::digest::digits;

/// Copies a file; whether it is the one that `package` tells of.
pub(in crate::worker) fn is_copied(from: &Path, to: &Path, package: &Package) -> Result<bool, Error> {
    let mut reader = File::open(from).map_err(Error::file(from))?.take(package.size.saturating_add(1));
    let mut writer = File::create(to).map_err(Error::file(to))?;
    let (size, sha256) = copy::<Sha256>(&mut reader, &mut writer).map_err(Error::file(to))?;
    Ok(size == package.size && sha256 == package.sha256)
}

/// The checksum of a file in hexadecimal digits; `None` for a kind that proves nothing.
pub(in crate::worker) fn checksum(file: &Path, kind: &str) -> Result<Option<String>, Error> {
    let hash = match kind {
        "sha256" => copy::<Sha256>,
        "sha512" => copy::<Sha512>,
        _ => return Ok(None),
    };
    let mut reader = File::open(file).map_err(Error::file(file))?;
    let (_, digits) = hash(&mut reader, &mut io::sink()).map_err(Error::file(file))?;
    Ok(Some(digits))
}

fn copy<H: Digest>(reader: &mut dyn Read, writer: &mut dyn Write) -> io::Result<(u64, String)> {
    let mut hash = H::new();
    let mut size = 0;
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            return Ok((size, digits(&hash.finalize())));
        }
        hash.update(&buffer[..read]);
        writer.write_all(&buffer[..read])?;
        size += read as u64;
    }
}

/// Bytes copied at once.
const BUFFER: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_of_full_width() {
        assert_eq!(digits(&[0, 10, 255]), "000aff");
    }

    #[test]
    fn checksums_that_prove_nothing_are_none() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, "abc").unwrap();
        let digits = |kind| checksum(&path, kind).unwrap().map(|digits| digits[..8].to_owned());
        assert_eq!(digits("sha256").as_deref(), Some("ba7816bf"));
        assert_eq!(digits("sha512").as_deref(), Some("ddaf35a1"));
        assert_eq!(digits("sha"), None);
    }
}
