//! Every release we know, sorted by key.

use super::{Distro, Host, Stem, Sysext, Tools, Version, Worker};
use crate::job::Manager;
use crate::package::{Deb, Rpm};

/// Every release we know, sorted by key.
pub static ALL: &[Distro] = &[
    Distro {
        key: "almalinux8",
        name: "AlmaLinux 8",
        // The index that public build scripts pin for this tag on 2026-09-30, read 2026-11-26.
        worker: Worker::Image(
            "docker.io/library/almalinux:8\
             @sha256:9f355ae942d6a6c0561f0771dc053a2cfae9580fc45fa4252756db7c7e80c09f",
        ),
        family: &Rpm { manager: Manager::Dnf, releasever: "8", build_tools: ENTERPRISE_BUILD },
        sysext: ENTERPRISE_8,
    },
    Distro {
        key: "almalinux9",
        name: "AlmaLinux 9",
        // The index that public build scripts of 2026 pin for this tag, read 2026-11-26.
        worker: Worker::Image(
            "docker.io/library/almalinux:9\
             @sha256:9819dc675b67b595c2b59e42be7763fca1a8bb217fa5944e04daa22e9a64db16",
        ),
        family: &Rpm { manager: Manager::Dnf, releasever: "9", build_tools: ENTERPRISE_BUILD },
        sysext: ENTERPRISE_9,
    },
    Distro {
        key: "azlinux3",
        name: "Azure Linux 3",
        // The index that a public list of images has for this tag on 2026-10-05, read 2026-11-26.
        worker: Worker::Image(
            "mcr.microsoft.com/azurelinux/base/core:3.0\
             @sha256:bfd3e44899fe7c17f6fda42a6ef2a322f2178c2dafb88e69fd87675cdcac39ec",
        ),
        family: &Rpm { manager: Manager::Tdnf, releasever: "3.0", build_tools: AZURE_3_BUILD },
        sysext: AZURE_3,
    },
    Distro {
        key: "azlinux4",
        name: "Azure Linux 4 (beta)",
        // The digest that a public Dockerfile has for this tag on 2026-09-07, read 2026-11-26.
        worker: Worker::Image(
            "mcr.microsoft.com/azurelinux-beta/base/core:4.0\
             @sha256:63ef5dda2fb5681ae3aa5c9597a8c4b24364da91ec459b419fa3c38160595fae",
        ),
        family: &Rpm { manager: Manager::Dnf5, releasever: "4.0", build_tools: AZURE_4_BUILD },
        sysext: AZURE_4,
    },
    Distro {
        key: "bionic",
        name: "Ubuntu 18.04",
        // The last index of this tag (2023-05-30), as public Dockerfiles pin it, read 2026-11-26.
        worker: Worker::Image(
            "docker.io/library/ubuntu:bionic\
             @sha256:152dc042452c496007f07ca9127571cb9c29697f42acbfad72324b2bb2e43c98",
        ),
        family: &Deb { archive: UBUNTU, compat: 11, id: "ubuntu18.04", units: UNITS_IN_LIB },
        sysext: Sysext {
            // no erofs-utils
            tools: Tools::Of("trixie"),
            // Release notes of 18.04. Its own hosts have no systemd-sysext and no EROFS: for newer ones.
            host: Host { glibc: Version(2, 27), kernel: Version(4, 15), without: LZ4_ALONE, systemd: 237 },
            os_id: ANY,
            sysext_level: None,
            links: NO_LINKS,
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
        family: &Deb { archive: ALL_AT_ONE, compat: 13, id: "debian12", units: UNITS_IN_LIB },
        sysext: Sysext {
            // erofs-utils 1.5
            tools: Tools::Of("trixie"),
            // Its `Packages`, read 2026-11-26: libc6 2.36-9, linux-image-amd64 6.1.176, systemd 252.39.
            host: Host { glibc: Version(2, 36), kernel: Version(6, 1), without: LZ4_ALONE, systemd: 252 },
            os_id: ANY,
            sysext_level: None,
            links: NO_LINKS,
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
        family: &Deb { archive: ALL_AT_ONE, compat: 13, id: "debian11", units: UNITS_IN_LIB },
        sysext: Sysext {
            // erofs-utils 1.2.1
            tools: Tools::Of("trixie"),
            // Its `Packages`, read 2026-11-26: libc6 2.31-13, linux-image-amd64 5.10.223, systemd 247.3. Its own hosts
            // have systemd-sysext from bullseye-backports only.
            host: Host { glibc: Version(2, 31), kernel: Version(5, 10), without: LZ4_ALONE, systemd: 247 },
            os_id: ANY,
            sysext_level: None,
            links: NO_LINKS,
            stem: Stem::Full,
        },
    },
    Distro {
        key: "flatcar",
        name: "Flatcar (Ubuntu 24.04)",
        worker: Worker::Of("noble"),
        family: &Deb { archive: UBUNTU, compat: 13, id: "ubuntu24.04", units: UNITS_IN_LIB },
        sysext: Sysext {
            tools: Tools::Of("noble"),
            // Release notes of 4081, the LTS of 2024; later releases have more.
            host: Host { glibc: Version(2, 38), kernel: Version(6, 6), without: LZ4_ALONE, systemd: 255 },
            os_id: "flatcar",
            sysext_level: Some("1.0"),
            links: SBIN_IN_BIN,
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
        family: &Deb { archive: UBUNTU, compat: 12, id: "ubuntu20.04", units: UNITS_IN_LIB },
        sysext: Sysext {
            // erofs-utils 1.0
            tools: Tools::Of("trixie"),
            // Release notes of 20.04. Its own hosts have no systemd-sysext: for newer ones.
            host: Host { glibc: Version(2, 31), kernel: Version(5, 4), without: LZ4_ALONE, systemd: 245 },
            os_id: ANY,
            sysext_level: None,
            links: NO_LINKS,
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
        family: &Deb { archive: UBUNTU, compat: 13, id: "ubuntu22.04", units: UNITS_IN_LIB },
        sysext: Sysext {
            // erofs-utils 1.4
            tools: Tools::Of("trixie"),
            // Release notes of 22.04.
            host: Host { glibc: Version(2, 35), kernel: Version(5, 15), without: LZ4_ALONE, systemd: 249 },
            os_id: ANY,
            sysext_level: None,
            links: NO_LINKS,
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
        family: &Deb { archive: UBUNTU, compat: 13, id: "ubuntu24.04", units: UNITS_IN_LIB },
        sysext: Sysext {
            // erofs-utils 1.7.1
            tools: Tools::Own(EROFS_UTILS),
            // Release notes of 24.04.
            host: Host { glibc: Version(2, 39), kernel: Version(6, 8), without: LZ4_ALONE, systemd: 255 },
            os_id: ANY,
            sysext_level: None,
            links: NO_LINKS,
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
        family: &Deb { archive: UBUNTU, compat: 13, id: "ubuntu26.04", units: UNITS },
        sysext: Sysext {
            // erofs-utils newer than those of noble
            tools: Tools::Own(EROFS_UTILS),
            // Release notes of 26.04, and libc6 2.43 in its image (docker-library/repo-info, read 2026-11-26).
            host: Host { glibc: Version(2, 43), kernel: Version(7, 0), without: LZ4_ALONE, systemd: 259 },
            os_id: ANY,
            sysext_level: None,
            links: NO_LINKS,
            stem: Stem::Full,
        },
    },
    Distro {
        key: "rockylinux8",
        name: "Rocky Linux 8",
        // The index that public Dockerfiles of 2026 pin for this tag, read 2026-11-26.
        worker: Worker::Image(
            "docker.io/rockylinux/rockylinux:8\
             @sha256:e8a49c5403b687db05d4d67333fa45808fbe74f36e683cec7abb1f7d0f2338c6",
        ),
        family: &Rpm { manager: Manager::Dnf, releasever: "8", build_tools: ENTERPRISE_BUILD },
        sysext: ENTERPRISE_8,
    },
    Distro {
        key: "rockylinux9",
        name: "Rocky Linux 9",
        // The index that public Dockerfiles of 2026 pin for this tag, read 2026-11-26.
        worker: Worker::Image(
            "docker.io/rockylinux/rockylinux:9\
             @sha256:8101994123cf3d0a8fee517bee7f39e555c7d92bd2d9eb3303cc988a0eeed00f",
        ),
        family: &Rpm { manager: Manager::Dnf, releasever: "9", build_tools: ENTERPRISE_BUILD },
        sysext: ENTERPRISE_9,
    },
    Distro {
        key: "trixie",
        name: "Debian 13",
        // The index that public Dockerfiles of September 2026 pin for this tag, read 2026-11-23.
        worker: Worker::Image(
            "docker.io/library/debian:trixie\
             @sha256:d5ce19d4736f0ebbacd686d1040271a5aeb0cc920f5990c1bfae1717627f0674",
        ),
        family: &Deb { archive: ALL_AT_ONE, compat: 13, id: "debian13", units: UNITS },
        sysext: Sysext {
            // erofs-utils 1.8.6
            tools: Tools::Own(EROFS_UTILS),
            // Its `Packages`, read 2026-11-26: libc6 2.41-12, linux-image-amd64 6.12.117, systemd 257.13.
            host: Host { glibc: Version(2, 41), kernel: Version(6, 12), without: &[], systemd: 257 },
            os_id: ANY,
            sysext_level: None,
            links: NO_LINKS,
            stem: Stem::Full,
        },
    },
];

/// Azure Linux has an erofs-utils of at least 1.7 since its release 3.
const AZURE_3: Sysext = Sysext {
    tools: Tools::Own(EROFS_UTILS),
    // Release notes of 3.0.
    host: Host { glibc: Version(2, 38), kernel: Version(6, 6), without: LZ4_ALONE, systemd: 255 },
    os_id: ANY,
    sysext_level: None,
    links: LIB64_IN_LIB,
    stem: Stem::Full,
};

const AZURE_4: Sysext = Sysext {
    // "What's new in Azure Linux 4.0", read 2026-11-26.
    host: Host { glibc: Version(2, 42), kernel: Version(6, 18), without: LZ4_ALONE, systemd: 258 },
    links: SBIN_IN_BIN,
    ..AZURE_3
};

/// Enterprise Linux has no erofs-utils in its own repositories, and the kernels of 8 no EROFS and no systemd-sysext: for
/// newer hosts.
const ENTERPRISE_8: Sysext = Sysext {
    tools: Tools::Of("trixie"),
    // Release notes of 8.10.
    host: Host { glibc: Version(2, 28), kernel: Version(4, 18), without: LZ4_ALONE, systemd: 239 },
    links: NO_LINKS,
    ..AZURE_3
};

const ENTERPRISE_9: Sysext = Sysext {
    // Release notes of 9.
    host: Host { glibc: Version(2, 34), kernel: Version(5, 14), without: LZ4_ALONE, systemd: 252 },
    ..ENTERPRISE_8
};

/// What builds packages in Azure Linux 3: its own macros, and compilers in one package.
const AZURE_3_BUILD: &[&str] = &["build-essential", "ca-certificates", "mariner-rpm-macros", "rpm-build"];

/// What builds packages in Azure Linux 4, which is made of Fedora: a list of compilers and tools.
const AZURE_4_BUILD: &[&str] = &[
    "autoconf",
    "automake",
    "azurelinux-rpm-config",
    "binutils",
    "bison",
    "ca-certificates",
    "diffutils",
    "file",
    "gawk",
    "gcc",
    "glibc-devel",
    "gzip",
    "kernel-headers",
    "libtool",
    "make",
    "patch",
    "pkgconf",
    "rpm-build",
    "systemd-rpm-macros",
    "tar",
];

/// What builds packages in Enterprise Linux; compilers are listed by the specs that use them.
const ENTERPRISE_BUILD: &[&str] = &["ca-certificates", "rpm-build"];

/// Where `mkfs.erofs` is, in both families.
const EROFS_UTILS: &[&str] = &["erofs-utils"];

/// Linux leaves the algorithms beside LZ4 out unless somebody asks for them (`fs/erofs/Kconfig`): those of kernels that
/// were not looked at, and Debian's 6.1, which was.
const LZ4_ALONE: &[&str] = &["lzma", "zstd"];

/// `/usr/sbin` and `/usr/lib64` are directories in the family of Debian (`base-files` of trixie) and in Enterprise Linux
/// (`filesystem` of 9).
const NO_LINKS: &[(&str, &str)] = &[];

/// `/usr/sbin` is a link to `/usr/bin` on Flatcar (flatcar/sysext-bakery, pull request 132 of 2025-03, read 2026-11-26),
/// and in Fedora since 42, of which Azure Linux 4 is made.
const SBIN_IN_BIN: &[(&str, &str)] = &[("usr/sbin", "usr/bin")];

/// `/usr/lib64` is a link to `/usr/lib` in Azure Linux (`SPECS/filesystem/filesystem.spec`, read 2026-11-26).
const LIB64_IN_LIB: &[(&str, &str)] = &[("usr/lib64", "usr/lib")];

/// os-release(5): an extension with this `ID` is not held against the host's.
const ANY: &str = "_any";

/// Where units of systemd are in releases whose `/lib` has no files of packages any more (DEP 17).
const UNITS: &str = "/usr/lib/systemd/system";

/// Where they were before: debhelper looks there in all releases.
const UNITS_IN_LIB: &str = "/lib/systemd/system";

/// Debian has the packages of all architectures at the same addresses.
const ALL_AT_ONE: &[&str] = &[];

/// Ubuntu has those of other architectures at the addresses of its ports: an image names only the addresses of its own
/// architecture.
const UBUNTU: &[&str] = &["amd64", "i386"];
