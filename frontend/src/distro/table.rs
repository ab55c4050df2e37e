//! Every release we know, sorted by key.

use super::{Distro, Host, Stem, Sysext, Tools, Version, Worker};
use crate::package::Deb;

/// Every release we know, sorted by key.
pub static ALL: &[Distro] = &[
    Distro {
        key: "bionic",
        name: "Ubuntu 18.04",
        // The last index of this tag (2023-05-30), as public Dockerfiles pin it, read 2026-11-26.
        worker: Worker::Image(
            "docker.io/library/ubuntu:bionic\
             @sha256:152dc042452c496007f07ca9127571cb9c29697f42acbfad72324b2bb2e43c98",
        ),
        family: &Deb { archive: UBUNTU },
        sysext: Sysext {
            // no erofs-utils
            tools: Tools::Of("trixie"),
            // Release notes of 18.04. Its own hosts have no systemd-sysext and no EROFS: for newer ones.
            host: Host { glibc: Version(2, 27), kernel: Version(4, 15), without: LZ4_ALONE, systemd: 237 },
            os_id: ANY,
            sysext_level: None,
            stem: Stem::Full,
        },
    },
    Distro {
        key: "bookworm",
        name: "Debian 12",
        // The index that docker-library/repo-info lists for this tag at 2026-08-05, read 2026-11-26.
        worker: Worker::Image(
            "docker.io/library/debian:bookworm\
             @sha256:813017f3d62be4b5891a7acca6a01bdcd4b8513daa81b1ab99d3a50385b26931",
        ),
        family: &Deb { archive: ALL_AT_ONE },
        sysext: Sysext {
            // erofs-utils 1.5
            tools: Tools::Of("trixie"),
            // Its `Packages`, read 2026-11-26: libc6 2.36-9, linux-image-amd64 6.1.176, systemd 252.39.
            host: Host { glibc: Version(2, 36), kernel: Version(6, 1), without: LZ4_ALONE, systemd: 252 },
            os_id: ANY,
            sysext_level: None,
            stem: Stem::Full,
        },
    },
    Distro {
        key: "bullseye",
        name: "Debian 11",
        // The index that docker-library/repo-info lists for this tag at 2026-08-05, read 2026-11-26.
        worker: Worker::Image(
            "docker.io/library/debian:bullseye\
             @sha256:99cdf7792e25416bd801861ccd8e2fb27fb527b25e8d9a8704ebc3ead2015675",
        ),
        family: &Deb { archive: ALL_AT_ONE },
        sysext: Sysext {
            // erofs-utils 1.2.1
            tools: Tools::Of("trixie"),
            // Its `Packages`, read 2026-11-26: libc6 2.31-13, linux-image-amd64 5.10.223, systemd 247.3. Its own hosts
            // have systemd-sysext from bullseye-backports only.
            host: Host { glibc: Version(2, 31), kernel: Version(5, 10), without: LZ4_ALONE, systemd: 247 },
            os_id: ANY,
            sysext_level: None,
            stem: Stem::Full,
        },
    },
    Distro {
        key: "flatcar",
        name: "Flatcar (Ubuntu 24.04)",
        worker: Worker::Of("noble"),
        family: &Deb { archive: UBUNTU },
        sysext: Sysext {
            tools: Tools::Of("noble"),
            // Release notes of 4081, the LTS of 2024; later releases have more.
            host: Host { glibc: Version(2, 38), kernel: Version(6, 6), without: LZ4_ALONE, systemd: 255 },
            os_id: "flatcar",
            sysext_level: Some("1.0"),
            stem: Stem::Name,
        },
    },
    Distro {
        key: "focal",
        name: "Ubuntu 20.04",
        // The last index of this tag (2025-04), as public Dockerfiles pin it, read 2026-11-26.
        worker: Worker::Image(
            "docker.io/library/ubuntu:focal\
             @sha256:8feb4d8ca5354def3d8fce243717141ce31e2c428701f6682bd2fafe15388214",
        ),
        family: &Deb { archive: UBUNTU },
        sysext: Sysext {
            // erofs-utils 1.0
            tools: Tools::Of("trixie"),
            // Release notes of 20.04. Its own hosts have no systemd-sysext: for newer ones.
            host: Host { glibc: Version(2, 31), kernel: Version(5, 4), without: LZ4_ALONE, systemd: 245 },
            os_id: ANY,
            sysext_level: None,
            stem: Stem::Full,
        },
    },
    Distro {
        key: "jammy",
        name: "Ubuntu 22.04",
        // The index that docker-library/repo-info lists for this tag at 2026-08-18, read 2026-11-26.
        worker: Worker::Image(
            "docker.io/library/ubuntu:jammy\
             @sha256:2edbbc5dc405e9612ba3584ce95480277e3eb374407b5505fe26f17df77c7dbc",
        ),
        family: &Deb { archive: UBUNTU },
        sysext: Sysext {
            // erofs-utils 1.4
            tools: Tools::Of("trixie"),
            // Release notes of 22.04.
            host: Host { glibc: Version(2, 35), kernel: Version(5, 15), without: LZ4_ALONE, systemd: 249 },
            os_id: ANY,
            sysext_level: None,
            stem: Stem::Full,
        },
    },
    Distro {
        key: "noble",
        name: "Ubuntu 24.04",
        // The index that docker-library/repo-info lists for this tag at 2026-08-04, read 2026-11-26.
        worker: Worker::Image(
            "docker.io/library/ubuntu:noble\
             @sha256:561618e2c15bf2397621dd04f96926663a3b5616c189cf7e38db7e82f5c538ea",
        ),
        family: &Deb { archive: UBUNTU },
        sysext: Sysext {
            // erofs-utils 1.7.1
            tools: Tools::Own(EROFS_UTILS),
            // Release notes of 24.04.
            host: Host { glibc: Version(2, 39), kernel: Version(6, 8), without: LZ4_ALONE, systemd: 255 },
            os_id: ANY,
            sysext_level: None,
            stem: Stem::Full,
        },
    },
    Distro {
        key: "resolute",
        name: "Ubuntu 26.04",
        // The index that docker-library/repo-info lists for this tag at 2026-08-04, read 2026-11-26.
        worker: Worker::Image(
            "docker.io/library/ubuntu:resolute\
             @sha256:678c6550cc43645e08669028bc177f50be4e7c5b8cca677067b1914d4afc7a03",
        ),
        family: &Deb { archive: UBUNTU },
        sysext: Sysext {
            // erofs-utils newer than those of noble
            tools: Tools::Own(EROFS_UTILS),
            // Release notes of 26.04, and libc6 2.43 in its image (docker-library/repo-info, read 2026-11-26).
            host: Host { glibc: Version(2, 43), kernel: Version(7, 0), without: LZ4_ALONE, systemd: 259 },
            os_id: ANY,
            sysext_level: None,
            stem: Stem::Full,
        },
    },
    Distro {
        key: "trixie",
        name: "Debian 13",
        // The index that public Dockerfiles of September 2026 pin for this tag, read 2026-11-23.
        worker: Worker::Image(
            "docker.io/library/debian:trixie\
             @sha256:d5ce19d4736f0ebbacd686d1040271a5aeb0cc920f5990c1bfae1717627f0674",
        ),
        family: &Deb { archive: ALL_AT_ONE },
        sysext: Sysext {
            // erofs-utils 1.8.6
            tools: Tools::Own(EROFS_UTILS),
            // Its `Packages`, read 2026-11-26: libc6 2.41-12, linux-image-amd64 6.12.117, systemd 257.13.
            host: Host { glibc: Version(2, 41), kernel: Version(6, 12), without: &[], systemd: 257 },
            os_id: ANY,
            sysext_level: None,
            stem: Stem::Full,
        },
    },
];

/// Where `mkfs.erofs` is in the family of Debian.
const EROFS_UTILS: &[&str] = &["erofs-utils"];

/// Linux leaves the algorithms beside LZ4 out unless somebody asks for them (`fs/erofs/Kconfig`): those of kernels that
/// were not looked at, and Debian's 6.1, which was.
const LZ4_ALONE: &[&str] = &["lzma", "zstd"];

/// os-release(5): an extension with this `ID` is not held against the host's.
const ANY: &str = "_any";

/// Debian has the packages of all architectures at the same addresses.
const ALL_AT_ONE: &[&str] = &[];

/// Ubuntu has those of other architectures at the addresses of its ports: an image names only the addresses of its own
/// architecture.
const UBUNTU: &[&str] = &["amd64", "i386"];
