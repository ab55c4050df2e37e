//! `annex worker armor-keys`: keys in ASCII armor, whatever form they come in.

use std::fs;
use std::io;
use std::path::Path;

use crate::worker::openpgp::{self, Certificate};

/// Writes each certificate in the files `keys` to a file of its own in the directory `out`.
///
/// # Errors
/// A file cannot be read or written, or holds no key.
pub fn armor_keys(keys: &[&str], out: &Path) -> io::Result<()> {
    for path in keys {
        let refused = |why: String| io::Error::other(format!("the key `{path}` cannot be used: {why}"));
        let text = fs::read(path).map_err(|error| refused(error.to_string()))?;
        let certificates = openpgp::certificates(&text).map_err(|error| refused(error.to_string()))?;
        for Certificate { fingerprint, armor } in certificates {
            fs::write(out.join(format!("{fingerprint}.asc")), armor)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::openpgp::tests::REPOSITORY;

    #[test]
    fn each_key_is_a_file_in_armor() {
        let directory = tempfile::tempdir().unwrap();
        let (key, out) = (directory.path().join("key"), directory.path().join("out"));
        fs::write(&key, REPOSITORY).unwrap();
        fs::create_dir(&out).unwrap();
        armor_keys(&[key.to_str().unwrap()], &out).unwrap();
        let files: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1);
        assert!(fs::read_to_string(&files[0]).unwrap().starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----"));

        fs::write(&key, "no key").unwrap();
        let error = armor_keys(&[key.to_str().unwrap()], &out).unwrap_err().to_string();
        assert!(error.starts_with("the key `/") && error.contains("` cannot be used: "), "{error}");
    }
}
