//! `annex worker list-indices`: where the worker's repositories say what they have.

use std::path::Path;

use super::{Apt, Error, answer};
use crate::job::Indices;

/// Writes [`Indices`] to the answer in the directory `out`: the addresses of the `InRelease` files of all
/// repositories that are had by HTTP. No repository is asked.
///
/// Who fetches these files knows whether a repository has changed, for `architecture` or another. Only
/// counted are repositories of other methods, which none but apt can ask, and those with a password in
/// their address, which is nobody's business.
///
/// # Errors
/// The worker's sources cannot be read, or the answer not written.
pub fn list_indices(architecture: &str, out: &Path, apt: &Apt) -> Result<(), Error> {
    let uris = apt.state(architecture)?.update_uris()?;
    let open = |uri: &String| {
        let host = uri.split('/').nth(2).unwrap_or_default();
        (uri.starts_with("http://") || uri.starts_with("https://")) && !host.contains('@')
    };
    let local = |uri: &str| ["cdrom:", "copy:", "file:"].iter().any(|method| uri.starts_with(method));
    let releases = uris.into_iter().map(|uri| uri.uri);
    let releases = releases.filter(|uri| uri.ends_with("/InRelease") && !local(uri));
    let (addresses, others): (Vec<String>, Vec<String>) = releases.partition(open);
    answer(out, &Indices { addresses, others: others.len(), ..Indices::default() })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::apt::stub::Stub;

    const URIS: &str = "\
'mirror+file:/etc/mirrors.txt/dists/stable/InRelease' _etc_mirrors.txt_dists_stable_InRelease 0
'file:/srv/x/./InRelease' _srv_x_._InRelease 0
'https://user:word@example.org/debian/dists/stable/InRelease' example.org_debian_dists_stable_InRelease 0
'http://example.org/flat/./InRelease' example.org_flat_._InRelease 0
'http://example.org/flat/./Packages.xz' example.org_flat_._Packages 0
'https://example.org/with space/dists/stable/InRelease' example.org_with%20space_dists_stable_InRelease 0
'http://example.org/debian/dists/trixie/InRelease' example.org_debian_dists_trixie_InRelease 0
'http://example.org/debian/dists/trixie/InRelease' example.org_debian_dists_trixie_InRelease 0
'http://example.org/debian/dists/trixie/main/binary-amd64/Packages.xz' example.org_debian_Packages 0
";

    #[test]
    fn the_addresses_that_anyone_may_ask_are_listed_once_and_others_counted() {
        let stub = Stub::new().tells("update-uris", URIS);
        list_indices("amd64", &stub.path("out"), &stub.apt()).unwrap();
        expect![[r#"
            {
              "addresses": [
                "http://example.org/debian/dists/trixie/InRelease",
                "http://example.org/flat/./InRelease",
                "https://example.org/with%20space/dists/stable/InRelease"
              ],
              "others": 2
            }
        "#]]
        .assert_eq(&stub.text("out/answer.json"));
        expect![[r"
            apt-get [update] amd64 [--print-uris]
        "]]
        .assert_eq(&stub.calls());
    }

    #[test]
    fn sources_that_cannot_be_read_fail_the_step() {
        let stub = Stub::new().tells("update-uris.fail", "E: Malformed entry 1 in list file (Suite)\n");
        let error = list_indices("amd64", &stub.path("out"), &stub.apt()).unwrap_err();
        expect![[r"
            `apt-get update` failed:
            E: Malformed entry 1 in list file (Suite)"]]
        .assert_eq(&error.to_string());
    }

    #[test]
    fn an_architecture_cannot_lead_elsewhere() {
        let stub = Stub::new();
        for bad in ["", "../amd64", "-o", "am d64", "AMD64"] {
            assert!(matches!(stub.apt().state(bad), Err(Error::Architecture(_))), "`{bad}`");
        }
    }
}
