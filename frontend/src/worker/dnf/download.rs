//! `annex worker download-rpm`: package files that are in the worker itself.

use std::path::Path;

use super::{Dnf, local};
use crate::lock::Package;
use crate::worker::manager::{Error, is_copied, job};
use crate::worker::progress::say;

/// Reads a JSON list of [`Package`]s at the path `job` and copies the file of number `n` to `n` in the directory
/// `out`. All have addresses of files: others are fetched by the frontend, or were refused when they were chosen.
///
/// # Errors
/// There is no such file, or it has another content.
pub fn download_rpm(job_path: &Path, out: &Path, dnf: &Dnf) -> Result<(), Error> {
    let packages: Vec<Package> = job(job_path)?;
    for (number, package) in packages.iter().enumerate() {
        package.check().map_err(|problem| Error::Package { name: package.name.clone(), problem })?;
        let path = local(&package.url);
        let path =
            path.ok_or_else(|| Error::Output { of: "the address".to_owned(), text: package.url.clone() })?;
        if !is_copied(&dnf.inside(&path), &out.join(number.to_string()), package)? {
            return Err(Error::Content { name: package.name.clone(), version: package.version.clone() });
        }
        say(&format!("{} {} {}", package.name, package.version, package.architecture));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Manager;
    use crate::worker::dnf::stub::Stub;

    fn check(url: &str, content: &str) -> Result<Stub, String> {
        let stub = Stub::new(Manager::Dnf).has("srv/my repo/jq.rpm", content);
        let package = Package {
            name: "jq".to_owned(),
            version: "1.7-1".to_owned(),
            architecture: "x86_64".to_owned(),
            source: "jq".to_owned(),
            url: url.to_owned(),
            size: 3,
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned(),
            keys: Vec::new(),
        };
        let job = stub.job(&serde_json::to_string(&[package]).unwrap());
        download_rpm(&job, &stub.path("out"), &stub.dnf()).map_err(|error| error.to_string())?;
        Ok(stub)
    }

    #[test]
    fn files_get_the_numbers_of_the_job() {
        let stub = check("file:///srv/my%20repo/jq.rpm", "abc").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(stub.text("out/0"), "abc");
    }

    #[test]
    fn another_content_of_the_same_version_is_refused() {
        let refused = "`jq` 1.7-1 of the repository has another size or SHA-256 than in the lock";
        for content in ["abd", "abcd", "ab"] {
            assert_eq!(check("file:///srv/my%20repo/jq.rpm", content).err().as_deref(), Some(refused));
        }
        let error = check("https://example.org/jq.rpm", "abc").err();
        assert_eq!(error.as_deref(), Some("cannot understand the address: `https://example.org/jq.rpm`"));
    }
}
