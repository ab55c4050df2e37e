//! The distributions whose packages can go into an extension, as data.

mod table;

use crate::package::Family;

pub use table::ALL;

/// One release of one distribution. Adding one means adding one entry to [`ALL`].
#[derive(Debug)]
pub struct Distro {
    /// What users type: the first part of a target, and a key under `targets` in a spec.
    pub key: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Image a worker starts from, pinned: `name:tag@sha256:…` of the multi-platform index.
    pub image: &'static str,
    /// How packages of this release are found, fetched and installed.
    pub family: &'static dyn Family,
    /// How extensions of this release are made.
    pub sysext: Sysext,
}

/// How extensions of a release are made.
#[derive(Debug)]
pub struct Sysext {
    /// Packages that bring `mkfs.erofs`, and nothing else, into a worker.
    pub tools: &'static [&'static str],
    /// Words for `mkfs.erofs` that say how to compress; what they need of a kernel is in the table.
    pub mkfs: &'static [&'static str],
    /// `ID=` of the hosts that may merge the extension; `_any` is all of them (os-release(5)).
    pub os_id: &'static str,
}

impl Distro {
    /// Name of the context that replaces the whole worker, tools included.
    pub fn worker_context(&self) -> String {
        format!("dalec-{}-worker", self.key)
    }

    /// Name of the context that replaces the image a worker starts from: the image's, without its digest.
    pub fn image_context(&self) -> &'static str {
        self.image.split_once('@').map_or(self.image, |(name, _)| name)
    }
}

/// The release with this key.
pub fn find(key: &str) -> Option<&'static Distro> {
    ALL.iter().find(|distro| distro.key == key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn keys_are_sorted_and_unique() {
        assert!(ALL.is_sorted_by(|a, b| a.key < b.key));
    }

    #[test]
    fn images_are_pinned_to_an_index_and_named_in_full() {
        for distro in ALL {
            let (name, digest) = distro.image.split_once('@').expect("an image is pinned");
            let digest = digest.strip_prefix("sha256:").expect("the digest is a SHA-256");
            assert!(digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()), "{}", distro.key);
            assert_eq!(name.split('/').count(), 3, "{name} has registry, namespace and name");
            assert!(name.rsplit('/').next().is_some_and(|last| last.contains(':')), "{name} has a tag");
        }
    }

    #[test]
    fn tools_are_few_sorted_and_unique() {
        for distro in ALL {
            let tools = distro.sysext.tools;
            assert!(!tools.is_empty() && tools.is_sorted(), "{}", distro.key);
            assert_eq!(tools.iter().collect::<BTreeSet<_>>().len(), tools.len(), "{}", distro.key);
        }
    }

    #[test]
    fn the_contexts_that_replace_a_worker_bear_the_names_users_know() {
        let trixie = find("trixie").expect("trixie is in the table");
        assert_eq!(trixie.worker_context(), "dalec-trixie-worker");
        assert_eq!(trixie.image_context(), "docker.io/library/debian:trixie");
    }
}
