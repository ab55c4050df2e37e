//! The distributions whose packages can go into an extension, as data.

mod debugging;
mod table;

use crate::compression::{Kernel, Release};
use crate::package::Family;

pub use debugging::{CARGO, DEBUGGING, Debugging, EDITING, GO, PATCHING, PYTHON};
pub use table::ALL;

/// One release of one distribution. Adding one means adding one entry to [`ALL`].
#[derive(Debug)]
pub struct Distro {
    /// What users type: the first part of a target, and a key under `targets` in a spec.
    pub key: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Where packages come from.
    pub worker: Worker,
    /// How packages of this release are found, fetched and installed.
    pub family: &'static dyn Family,
    /// How extensions of this release are made.
    pub sysext: Sysext,
}

/// Where the packages of a release are chosen.
#[derive(Clone, Copy, Debug)]
pub enum Worker {
    /// In an image of the release, pinned: `name:tag@sha256:…` of the multi-platform index.
    Image(&'static str),
    /// In that of the release with this key: the release has no packages of its own.
    Of(&'static str),
}

/// How extensions of a release are made.
#[derive(Debug)]
pub struct Sysext {
    /// Where `mkfs.erofs` runs.
    pub tools: Tools,
    /// What hosts of the release have.
    pub host: Host,
    /// `ID=` of the hosts that may merge the extension; `_any` is all of them (os-release(5)).
    pub os_id: &'static str,
    /// `SYSEXT_LEVEL=` of these hosts, where they have one.
    pub sysext_level: Option<&'static str>,
    /// Directories of `/usr` that are links on the release's hosts, with what they lead to, sorted. A directory of an
    /// extension would hide the link and with it all that the host has there.
    pub links: &'static [(&'static str, &'static str)],
    /// What the image is called.
    pub stem: Stem,
}

/// What hosts of a release have when nothing of it was replaced: the least that an extension can count on.
#[derive(Clone, Copy, Debug)]
pub struct Host {
    /// Version of the C library.
    pub glibc: Version,
    /// Version of the kernel that is installed by default.
    pub kernel: Version,
    /// Compression profiles that the kernel is not known to be built with.
    pub without: &'static [&'static str],
    /// Version of systemd; before 248 there is no `systemd-sysext` (its `NEWS`).
    pub systemd: u16,
}

impl Host {
    /// What reads images there.
    pub fn reader(&self) -> Kernel {
        let Version(major, minor) = self.kernel;
        Kernel { release: Release(major, minor), without: self.without }
    }
}

/// The first two numbers of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u16, pub u16);

/// Where `mkfs.erofs` runs.
#[derive(Clone, Copy, Debug)]
pub enum Tools {
    /// In the release's worker, into which these packages bring it, and nothing else.
    Own(&'static [&'static str]),
    /// In the worker with tools of the release with this key: the release's own program is missing, broken, or
    /// older than 1.7 (2023-09, its `ChangeLog`), which first read tar.
    Of(&'static str),
}

/// What an image is called when nobody says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stem {
    /// `<name>-v<version>-<revision>-<key>-<arch>`.
    Full,
    /// `<name>`.
    Name,
}

impl Distro {
    /// The release whose packages these are, and its image.
    ///
    /// # Panics
    /// Never: tests follow every entry of [`ALL`].
    pub fn origin(&'static self) -> (&'static Self, &'static str) {
        match self.worker {
            Worker::Image(image) => (self, image),
            Worker::Of(key) => find(key).expect("the table names releases that are in it").origin(),
        }
    }

    /// Whether packages are built for it, and not for the release whose packages it takes.
    pub fn has_packages(&self) -> bool {
        matches!(self.worker, Worker::Image(_))
    }

    /// The release in whose worker `mkfs.erofs` runs, and the packages that bring it there.
    ///
    /// # Panics
    /// Never: tests follow every entry of [`ALL`].
    pub fn tools(&'static self) -> (&'static Self, &'static [&'static str]) {
        match self.sysext.tools {
            Tools::Own(tools) => (self, tools),
            Tools::Of(key) => find(key).expect("the table names releases that are in it").tools(),
        }
    }

    /// Name of the context that replaces the whole worker, tools included.
    pub fn worker_context(&'static self) -> String {
        format!("dalec-{}-worker", self.origin().0.key)
    }

    /// Name of the context that replaces the image a worker starts from: the image's, without its digest.
    pub fn image_context(&'static self) -> &'static str {
        let (_, image) = self.origin();
        image.split_once('@').map_or(image, |(name, _)| name)
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
    use crate::compression;

    #[test]
    fn keys_are_sorted_and_unique() {
        assert!(ALL.is_sorted_by(|a, b| a.key < b.key));
    }

    #[test]
    fn images_are_pinned_to_an_index_and_named_in_full() {
        for distro in ALL {
            let Worker::Image(image) = distro.worker else { continue };
            let (name, digest) = image.split_once('@').expect("an image is pinned");
            let digest = digest.strip_prefix("sha256:").expect("the digest is a SHA-256");
            assert!(digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()), "{}", distro.key);
            assert!(name.split('/').count() >= 3, "{name} has registry, namespace and name");
            assert!(name.rsplit('/').next().is_some_and(|last| last.contains(':')), "{name} has a tag");
        }
    }

    #[test]
    fn the_default_compression_is_read_by_every_kernel() {
        for distro in ALL {
            assert!(compression::DEFAULT.words(distro.sysext.host.reader()).is_ok(), "{}", distro.key);
        }
    }

    #[test]
    fn what_a_kernel_leaves_out_are_profiles() {
        for distro in ALL {
            for name in distro.sysext.host.without {
                assert!(compression::find(name).is_ok(), "{}: {name}", distro.key);
            }
        }
    }

    #[test]
    fn tools_are_few_sorted_and_unique() {
        for distro in ALL {
            let (_, tools) = distro.tools();
            assert!(!tools.is_empty() && tools.is_sorted(), "{}", distro.key);
            assert_eq!(tools.iter().collect::<BTreeSet<_>>().len(), tools.len(), "{}", distro.key);
        }
    }

    #[test]
    fn links_of_hosts_lead_from_usr_to_usr() {
        for distro in ALL {
            let links = distro.sysext.links;
            assert!(links.is_sorted(), "{}", distro.key);
            for (link, target) in links {
                assert!(link.starts_with("usr/") && target.starts_with("usr/"), "{}", distro.key);
            }
        }
    }

    #[test]
    fn a_worker_that_is_lent_is_one_of_an_image() {
        for distro in ALL {
            if let Worker::Of(key) = distro.worker {
                let lender = find(key).expect("it is in the table");
                assert!(matches!(lender.worker, Worker::Image(_)), "{} has {key}'s", distro.key);
            }
            if let Tools::Of(key) = distro.sysext.tools {
                let lender = find(key).expect("it is in the table");
                assert!(matches!(lender.sysext.tools, Tools::Own(_)), "{} has {key}'s", distro.key);
                assert!(matches!(lender.worker, Worker::Image(_)), "{} has {key}'s", distro.key);
            }
        }
    }

    #[test]
    fn a_profile_has_the_packages_of_another_release_and_names_of_its_own() {
        let flatcar = find("flatcar").expect("it is in the table");
        assert_eq!(flatcar.worker_context(), "dalec-noble-worker");
        assert_eq!(flatcar.image_context(), "docker.io/library/ubuntu:noble");
        assert_eq!(flatcar.tools().0.key, "noble");
    }

    #[test]
    fn the_contexts_that_replace_a_worker_bear_the_names_users_know() {
        let trixie = find("trixie").expect("trixie is in the table");
        assert_eq!(trixie.worker_context(), "dalec-trixie-worker");
        assert_eq!(trixie.image_context(), "docker.io/library/debian:trixie");
    }
}
