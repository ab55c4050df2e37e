//! `annex worker download-deb`: package files that only apt can fetch.

use std::fs;
use std::path::Path;

use super::{Apt, Error, job};
use crate::lock::Package;
use crate::worker::manager::is_copied;
use crate::worker::progress::say;

/// Reads a JSON list of [`Package`]s at the path `job` and writes the file of number `n` to `n` in the
/// directory `out`. The worker's sources for `architecture` say where they are, not the packages' URLs.
///
/// # Errors
/// The repositories cannot be used, have no such version, or have it with another content.
pub fn download_deb(architecture: &str, job_path: &Path, out: &Path, apt: &Apt) -> Result<(), Error> {
    let packages: Vec<Package> = job(job_path)?;
    for package in &packages {
        package.check().map_err(|problem| Error::Package { name: package.name.clone(), problem })?;
    }
    let state = apt.state(architecture)?;
    state.update()?;
    let names: Vec<(&str, &str)> =
        packages.iter().map(|package| (package.name.as_str(), package.version.as_str())).collect();
    let uris = state.uris(&names)?;
    let downloads = state.download(&names)?;
    for (number, package) in packages.iter().enumerate() {
        let missing = || Error::Output { of: "`apt-get download`".to_owned(), text: package.name.clone() };
        let uri = uris.iter().find(|uri| uri.package() == package.name).ok_or_else(missing)?;
        let (from, to) = (downloads.join(&uri.file), out.join(number.to_string()));
        if !is_copied(&from, &to, package)? {
            return Err(Error::Content { name: package.name.clone(), version: package.version.clone() });
        }
        say(&format!("{} {} {}", package.name, package.version, package.architecture));
        // the space is better used by the next
        fs::remove_file(&from).map_err(Error::file(&from))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::worker::apt::stub::Stub;

    /// Asks for two packages of which the repository has these contents.
    fn check(contents: [&str; 2], sha256: &str, expected: &Expect) -> Stub {
        let stub = Stub::new().tells(
            "download-uris",
            "'file:/srv/g++.deb' g++_4%3a14_amd64.deb 5 SHA256:00\n'file:/srv/jq.deb' jq_1.7_amd64.deb 5 SHA256:00\n",
        );
        fs::write(stub.path("bin/files/jq_1.7_amd64.deb"), contents[0]).unwrap();
        fs::write(stub.path("bin/files/g++_4%3a14_amd64.deb"), contents[1]).unwrap();
        let package = |name: &str, version: &str, text: &[u8], sha256: &str| Package {
            name: name.to_owned(),
            version: version.to_owned(),
            architecture: "amd64".to_owned(),
            source: name.to_owned(),
            url: format!("file:/srv/{name}.deb"),
            size: text.len() as u64,
            sha256: sha256.to_owned(),
            keys: vec![],
        };
        let hash = |text: &[u8]| {
            Sha256::digest(text).iter().fold(String::new(), |mut digits, byte| {
                write!(digits, "{byte:02x}").unwrap();
                digits
            })
        };
        let own = hash(b"g++'s");
        let packages = [
            package("jq", "1.7", b"jq's!", &hash(b"jq's!")),
            package("g++", "4:14", b"g++'s", if sha256.is_empty() { &own } else { sha256 }),
        ];
        let job = stub.job(&serde_json::to_string(&packages).unwrap());
        match download_deb("amd64", &job, &stub.path("out"), &stub.apt()) {
            Ok(()) => expected.assert_eq(&stub.calls()),
            Err(error) => expected.assert_eq(&error.to_string()),
        }
        stub
    }

    #[test]
    fn files_get_the_numbers_of_the_job() {
        let stub = check(
            ["jq's!", "g++'s"],
            "",
            &expect![[r"
            apt-get [update] amd64
            apt-get [download] amd64 [--print-uris] [-o] [Acquire::ForceHash=SHA256] [--] [jq=1.7] [g++=4:14]
            apt-get [download] amd64 [--] [jq=1.7] [g++=4:14]
        "]],
        );
        assert_eq!(stub.text("out/0"), "jq's!");
        assert_eq!(stub.text("out/1"), "g++'s");
    }

    #[test]
    fn another_content_of_the_same_version_is_refused() {
        check(
            ["jq's?", "g++'s"],
            "",
            &expect!["`jq` 1.7 of the repository has another size or SHA-256 than in the lock"],
        );
        check(
            ["jq's!", "g++'s and more"],
            "",
            &expect!["`g++` 4:14 of the repository has another size or SHA-256 than in the lock"],
        );
        check(
            ["jq's!", "g++"],
            "",
            &expect!["`g++` 4:14 of the repository has another size or SHA-256 than in the lock"],
        );
    }

    #[test]
    fn a_job_is_not_believed() {
        check(["jq's!", "g++'s"], "../../etc", &expect!["cannot use package `g++` of the job"]);
    }
}
