//! The least glibc that programs can run with.

use std::collections::BTreeMap;

use super::architecture;
use crate::worker::elf::Elf;
use crate::worker::path::TreePath;

/// The least glibc, and a program that needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glibc {
    /// Its version, such as `2.38`.
    pub(crate) version: String,
    /// The first of the programs that need no less.
    pub(crate) by: TreePath,
}

impl Glibc {
    /// That of all `programs`; `None` where none names a version.
    pub(super) fn least(programs: &BTreeMap<&TreePath, Elf>) -> Option<Self> {
        let mut least: Option<(Vec<u32>, &TreePath)> = None;
        for (path, elf) in programs {
            let of_glibc = elf.requires.iter().filter(|(library, _)| architecture::is_of_hosts(library));
            let needed = of_glibc.filter_map(|(_, version)| number(version)).max();
            if let Some(needed) = needed
                && least.as_ref().is_none_or(|(known, _)| needed > *known)
            {
                least = Some((needed, path));
            }
        }
        let (numbers, by) = least?;
        let version = numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
        Some(Self { version, by: by.clone() })
    }
}

/// The release that first had a version of symbols.
fn number(version: &str) -> Option<Vec<u32>> {
    if version == "GLIBC_ABI_DT_RELR" {
        // NEWS of glibc 2.36.
        return Some(vec![2, 36]);
    }
    let numbers: Option<Vec<u32>> =
        version.strip_prefix("GLIBC_")?.split('.').map(|part| part.parse().ok()).collect();
    numbers.filter(|numbers| numbers.len() >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(number("GLIBC_2.4") < number("GLIBC_2.38"));
        assert!(number("GLIBC_2.2.5") < number("GLIBC_2.3"));
        assert_eq!(number("GLIBC_ABI_DT_RELR"), number("GLIBC_2.36"));
        for other in ["GLIBC_PRIVATE", "GLIBCXX_3.4", "GLIBC_", "GLIBC_2"] {
            assert_eq!(number(other), None, "{other}");
        }
    }
}
