//! Every release we know, sorted by key.

use super::{Distro, Stem, Sysext, Tools, Worker};
use crate::package::Deb;

/// Every release we know, sorted by key.
pub static ALL: &[Distro] = &[Distro {
    key: "trixie",
    name: "Debian 13",
    // The index that public Dockerfiles of September 2026 pin for this tag, read 2026-11-23.
    worker: Worker::Image(
        "docker.io/library/debian:trixie\
         @sha256:d5ce19d4736f0ebbacd686d1040271a5aeb0cc920f5990c1bfae1717627f0674",
    ),
    family: &Deb,
    sysext: Sysext {
        // erofs-utils 1.8.6
        tools: Tools::Own(EROFS_UTILS),
        mkfs: LZ4HC,
        os_id: ANY,
        sysext_level: None,
        stem: Stem::Full,
    },
}];

/// Where `mkfs.erofs` is in the family of Debian.
const EROFS_UTILS: &[&str] = &["erofs-utils"];

/// LZ4 in clusters of 64 KiB, tails packed: readable since Linux 5.17, of all choices that old the smallest that
/// does not cost seconds.
const LZ4HC: &[&str] = &["-zlz4hc", "-C65536", "-Eztailpacking"];

/// os-release(5): an extension with this `ID` is not held against the host's.
const ANY: &str = "_any";
