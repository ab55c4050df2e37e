//! `annex worker list-indices-rpm`: where the worker's repositories say what they have.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Dnf, Repository, local};
use crate::job::{Indices, first_mirror, index_of};
use crate::worker::manager::{Error, answer};

/// Writes [`Indices`] to the answer in the directory `out`: the addresses of `repomd.xml` of all repositories of the
/// worker, of lists of mirrors where the configuration tells no more, and of keys that are not the worker's. No
/// repository is asked.
///
/// A list of mirrors is for the frontend to fetch and read: it is no more secret than an index, and behind it is one
/// that tells whether the repository has changed. Only counted are repositories that want to know who asks, or are
/// had by other means than HTTP.
///
/// # Errors
/// The worker's configuration cannot be read, or the answer not written.
pub fn list_indices_rpm(architecture: &str, out: &Path, dnf: &Dnf) -> Result<(), Error> {
    let (mut addresses, mut mirrors, mut keys) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut others = 0;
    for repository in dnf.configuration(architecture)?.repositories {
        if repository.signed {
            keys.extend(repository.keys.iter().filter(|key| is_open(key)).cloned());
        }
        match dnf.place(&repository) {
            Place::Index(address) => drop(addresses.insert(address)),
            Place::Mirrors(address) => drop(mirrors.insert(address)),
            Place::Local => {}
            Place::Other => others += 1,
        }
    }
    let sorted = |set: BTreeSet<String>| set.into_iter().collect();
    answer(
        out,
        &Indices { addresses: sorted(addresses), mirrors: sorted(mirrors), keys: sorted(keys), others },
    )
}

/// How a repository's index is had.
enum Place {
    Index(String),
    Mirrors(String),
    /// In the worker's own file system, with which it changes.
    Local,
    Other,
}

impl Dnf {
    fn place(&self, repository: &Repository) -> Place {
        if repository.login {
            return Place::Other;
        }
        let listed = || {
            let path = local(repository.mirrors.as_deref()?)?;
            first_mirror(&fs::read(self.inside(&path)).ok()?)
        };
        let base = repository.bases.first().cloned().or_else(listed);
        match (base, &repository.mirrors) {
            (Some(base), _) if local(&base).is_some() => Place::Local,
            (Some(base), _) if is_open(&base) => Place::Index(index_of(&base)),
            (None, Some(mirrors)) if is_open(mirrors) => Place::Mirrors(mirrors.clone()),
            _ => Place::Other,
        }
    }
}

/// Whether anyone may ask: an address of a web server, without a password.
fn is_open(address: &str) -> bool {
    let host = address.split('/').nth(2).unwrap_or_default();
    let is_web = address.starts_with("http://") || address.starts_with("https://");
    is_web && !host.is_empty() && !host.contains('@') && address.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::job::Manager;
    use crate::worker::dnf::stub::Stub;

    #[test]
    fn the_addresses_that_anyone_may_ask_are_listed_once_and_others_counted() {
        let repositories = "\
[base]
baseurl=https://example.org/$releasever/$basearch/
gpgkey=file:///etc/pki/rpm-gpg/KEY https://example.org/KEY
[again]
baseurl=https://example.org/$releasever/$basearch
gpgcheck=0
gpgkey=https://example.org/OTHER
[mirrored]
mirrorlist=https://mirrors.example.org/?arch=$basearch&repo=BaseOS
[linked]
metalink=https://mirrors.example.org/metalink
[listed]
mirrorlist=file:///etc/mirrors
[local]
baseurl=file:///srv/repo
[ftp]
baseurl=ftp://example.org/
[login]
baseurl=https://example.org/paid
username=me
[password]
baseurl=https://me:secret@example.org/paid
[off]
baseurl=https://example.org/off
enabled=0
";
        let stub = Stub::new(Manager::Dnf)
            .has("etc/dnf/dnf.conf", "[main]\ngpgcheck=1\n")
            .has("etc/yum.repos.d/all.repo", repositories)
            .has("etc/mirrors", "http://near.example.org/x/\n");
        list_indices_rpm("aarch64", &stub.path("out"), &stub.dnf()).unwrap();
        expect![[r#"
            {
              "addresses": [
                "http://near.example.org/x/repodata/repomd.xml",
                "https://example.org/3.0/aarch64/repodata/repomd.xml"
              ],
              "mirrors": [
                "https://mirrors.example.org/?arch=aarch64&repo=BaseOS",
                "https://mirrors.example.org/metalink"
              ],
              "keys": [
                "https://example.org/KEY"
              ],
              "others": 3
            }
        "#]]
        .assert_eq(&stub.text("out/answer.json"));
        assert_eq!(stub.calls(), "");
    }
}
