//! `annex worker list-packages`: which packages lie in a tree that somebody else filled.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::job::{ANSWER, PackageFile, PackageFiles, to_json};
use crate::worker::archive::{self, Identity, Refusal};
use crate::worker::path::printable;

/// Writes [`PackageFiles`] to the answer in the directory `out`: of the files below `tree` whose names end in
/// `.extension` what each says of itself. Links are not followed, and source packages are other files.
///
/// # Errors
/// A directory or file cannot be read, there are too many of them, or the answer cannot be written.
pub fn list_packages(extension: &str, tree: &Path, out: &Path) -> io::Result<()> {
    let mut found = PackageFiles::default();
    let mut left = MOST;
    walk(tree, "", extension, &mut found, &mut left)?;
    fs::write(out.join(ANSWER), to_json(&found))
}

fn walk(
    directory: &Path,
    below: &str,
    extension: &str,
    found: &mut PackageFiles,
    left: &mut usize,
) -> io::Result<()> {
    if below.matches('/').count() > DEPTH {
        return Ok(());
    }
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        *left = left.checked_sub(1).ok_or_else(|| io::Error::other("there are too many files in it"))?;
        let kind = entry.file_type()?;
        // A name that is no text is no package's: package managers write none.
        let Ok(name) = entry.file_name().into_string() else {
            found.others += usize::from(!kind.is_dir());
            continue;
        };
        let path = format!("{below}{name}");
        if kind.is_dir() {
            walk(&entry.path(), &format!("{path}/"), extension, found, left)?;
            continue;
        }
        let ends = name.strip_suffix(extension).and_then(|stem| stem.strip_suffix('.'));
        if !kind.is_file() || ends.is_none_or(str::is_empty) {
            found.others += 1;
            continue;
        }
        match archive::identify(&File::open(entry.path())?) {
            Ok(None) => found.others += 1,
            Ok(Some(Identity { name, version, architecture })) => {
                found.packages.insert(path, PackageFile { name, version, architecture });
            }
            Err(Refusal::Read(error) | Refusal::Write(error)) => return Err(error),
            Err(Refusal::Content(why) | Refusal::Signature(why)) => {
                found.broken.insert(path, printable(why.as_bytes()));
            }
            Err(Refusal::TooLarge) => {
                found.broken.insert(path, "holds more than it may for its size".to_owned());
            }
        }
    }
    Ok(())
}

/// Directories below each other at most: packages of several platforms lie in `PLATFORM/RPMS/ARCHITECTURE`.
const DEPTH: usize = 4;
/// Files and directories at most.
const MOST: usize = 100_000;

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use expect_test::expect;

    use super::*;
    use crate::worker::archive::fixture::{Deb, Rpm, Value};

    #[test]
    fn packages_are_told_by_what_they_say_of_themselves() {
        let tree = tempfile::tempdir().unwrap();
        let path = |name: &str| tree.path().join(name);
        fs::create_dir_all(path("linux_amd64")).unwrap();
        let package = Deb::new("demo").directory("./").file("./usr/own", 0o644, "own").build();
        fs::write(path("linux_amd64/called as it likes.deb"), package).unwrap();
        fs::write(path("broken.deb"), "no package").unwrap();
        fs::write(path("demo.dsc"), "").unwrap();
        symlink("linux_amd64/called as it likes.deb", path("link.deb")).unwrap();
        let out = tempfile::tempdir().unwrap();
        list_packages("deb", tree.path(), out.path()).unwrap();
        let answer = fs::read_to_string(out.path().join(ANSWER)).unwrap();
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        expect![[r#"
            {
              "broken": {
                "broken.deb": "is not a Debian package"
              },
              "others": 2,
              "packages": {
                "linux_amd64/called as it likes.deb": {
                  "architecture": "all",
                  "name": "demo",
                  "version": "1"
                }
              }
            }"#]]
        .assert_eq(&serde_json::to_string_pretty(&answer).unwrap());
    }

    #[test]
    fn a_source_package_is_no_package() {
        const SOURCE_PACKAGE: u32 = 1106;
        let tree = tempfile::tempdir().unwrap();
        for (path, package) in [
            ("RPMS/noarch/demo.rpm", Rpm::new("demo")),
            ("SRPMS/demo.src.rpm", Rpm::new("demo").value(SOURCE_PACKAGE, Some(Value::Int32(vec![1])))),
        ] {
            let path = tree.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, package.build()).unwrap();
        }
        let out = tempfile::tempdir().unwrap();
        list_packages("rpm", tree.path(), out.path()).unwrap();
        let answer: PackageFiles =
            serde_json::from_slice(&fs::read(out.path().join(ANSWER)).unwrap()).unwrap();
        assert_eq!(answer.packages.keys().collect::<Vec<_>>(), ["RPMS/noarch/demo.rpm"]);
        assert_eq!(answer.others, 1);
    }
}
