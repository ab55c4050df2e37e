//! How an image is compressed: profiles as data, each with the kernels that read it.

use std::fmt::{self, Display, Formatter};

use crate::nearest::nearest;

/// A way to compress an image. Adding one means adding one entry to [`ALL`].
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// What users write.
    pub name: &'static str,
    /// Its forms, the one for the newest kernels first.
    pub forms: &'static [Form],
}

/// What a profile is for kernels from one release on.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    /// The first release of Linux that reads it.
    pub since: Release,
    /// Words for `mkfs.erofs`.
    pub words: &'static [&'static str],
}

/// A release of Linux: its first two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(pub u16, pub u16);

impl Display for Release {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "Linux {}.{}", self.0, self.1)
    }
}

/// The kernel of a distribution's hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// The one that hosts have when they were not given a newer one.
    pub release: Release,
    /// Names of profiles that it is not known to be built with, however new it is.
    pub without: &'static [&'static str],
}

/// Why a kernel does not read a profile; the rest of a sentence about the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Nobody knows it to be built with the algorithm.
    LeftOut,
    /// It is older than this one.
    Older(Release),
}

impl Display for Unreadable {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeftOut => formatter.write_str("it is not known to be built with it"),
            Self::Older(since) => write!(formatter, "it takes {since} or newer"),
        }
    }
}

impl Profile {
    /// Words for `mkfs.erofs` that make what `kernel` reads. Hosts that merge extensions have EROFS, so an older kernel
    /// counts as the first one that has it.
    pub fn words(&self, kernel: Kernel) -> Result<&'static [&'static str], Unreadable> {
        let Self { name, forms } = self;
        let release = kernel.release.max(EROFS);
        let Some(form) = forms.iter().find(|form| form.since <= release) else {
            return Err(Unreadable::Older(forms.last().map_or(EROFS, |form| form.since)));
        };
        if kernel.without.contains(name) { Err(Unreadable::LeftOut) } else { Ok(form.words) }
    }
}

/// The profile of this name, or what to write instead of a name that is none.
pub fn find(name: &str) -> Result<&'static Profile, String> {
    let found = ALL.iter().find(|profile| profile.name == name);
    found.ok_or_else(|| {
        let near = nearest(name, ALL.iter().map(|profile| profile.name));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        format!("{}{near}", list(ALL))
    })
}

/// The profiles that `kernel` reads, for people.
pub fn readable(kernel: Kernel) -> String {
    list(ALL.iter().filter(|profile| profile.words(kernel).is_ok()))
}

fn list<'p>(profiles: impl IntoIterator<Item = &'p Profile>) -> String {
    let names: Vec<_> = profiles.into_iter().map(|profile| format!("`{}`", profile.name)).collect();
    names.join(", ")
}

/// The profile of those who name none: read by more kernels than any other that compresses, and no slower to read
/// than the disk is.
pub const DEFAULT: &Profile = &ALL[0];

/// All profiles, sorted by name.
///
/// Releases of Linux: `Documentation/filesystems/erofs.rst` and the history of `fs/erofs`; what Debian's kernels
/// read was tried with each (`tests/engine/vm.sh`).
pub static ALL: &[Profile] = &[
    Profile {
        name: "lz4hc",
        forms: &[
            // Tails packed beside the inodes.
            Form { since: Release(5, 17), words: &["-zlz4hc", "-C65536", "-Eztailpacking"] },
            // Clusters of more than one block.
            Form { since: Release(5, 13), words: &["-zlz4hc", "-C65536"] },
            Form { since: EROFS, words: &["-zlz4hc"] },
        ],
    },
    Profile {
        name: "lzma",
        forms: &[
            // Ends of files packed together.
            Form { since: Release(6, 1), words: &["-zlzma,6", "-C131072", "-Efragments,ztailpacking"] },
            Form { since: Release(5, 17), words: &["-zlzma,6", "-C131072", "-Eztailpacking"] },
            Form { since: Release(5, 16), words: &["-zlzma,6", "-C131072"] },
        ],
    },
    Profile { name: "none", forms: &[Form { since: EROFS, words: &[] }] },
    Profile {
        name: "zstd",
        forms: &[Form { since: Release(6, 10), words: &["-zzstd,3", "-C65536", "-Efragments,ztailpacking"] }],
    },
];

/// The first release whose EROFS is not on trial.
const EROFS: Release = Release(5, 4);

#[cfg(test)]
mod tests {
    use super::*;

    fn kernel(major: u16, minor: u16) -> Kernel {
        Kernel { release: Release(major, minor), without: &[] }
    }

    #[test]
    fn profiles_are_sorted_by_name_and_their_forms_from_new_to_old() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
        for profile in ALL {
            assert!(profile.forms.is_sorted_by(|a, b| a.since > b.since), "{}", profile.name);
            assert!(!profile.forms.is_empty(), "{}", profile.name);
        }
    }

    #[test]
    fn a_kernel_gets_the_newest_form_that_it_reads() {
        let words = |kernel| DEFAULT.words(kernel).map(|words| words.join(" "));
        assert_eq!(words(kernel(6, 12)), Ok(String::from("-zlz4hc -C65536 -Eztailpacking")));
        assert_eq!(words(kernel(5, 15)), Ok(String::from("-zlz4hc -C65536")));
        assert_eq!(words(kernel(5, 10)), Ok(String::from("-zlz4hc")));
        assert_eq!(words(kernel(4, 15)), Ok(String::from("-zlz4hc")));
    }

    #[test]
    fn what_a_kernel_cannot_read_is_refused() {
        let bookworm = Kernel { release: Release(6, 1), without: &["lzma"] };
        assert_eq!(find("zstd").unwrap().words(bookworm), Err(Unreadable::Older(Release(6, 10))));
        assert_eq!(find("lzma").unwrap().words(bookworm), Err(Unreadable::LeftOut));
        assert_eq!(readable(bookworm), "`lz4hc`, `none`");
        assert_eq!(readable(kernel(6, 12)), "`lz4hc`, `lzma`, `none`, `zstd`");
    }

    #[test]
    fn a_name_that_is_none_is_answered_with_those_that_are() {
        assert_eq!(find("zsdt").unwrap_err(), "`lz4hc`, `lzma`, `none`, `zstd`; did you mean `zstd`?");
        assert_eq!(find("brotli").unwrap_err(), "`lz4hc`, `lzma`, `none`, `zstd`");
    }
}
