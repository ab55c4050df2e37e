//! The names of what can be found in packages and repositories.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// What a [`Finding`](super::Finding) is an instance of. The name never changes its meaning: specs and
        /// documentation refer to it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Rule {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl Rule {
            /// All of them, sorted by name.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name, such as `duplicate-path`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What it finds, in a phrase.
            pub fn description(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc, "\n"),+).trim(),)+
                }
            }
        }
    };
}

rules! {
    /// Two packages with different things at one path.
    DuplicatePath = "duplicate-path",
    /// An image without any file of a package.
    Empty = "empty",
    /// Files of `/etc` that cannot be copied to the host.
    Etc = "etc",
    /// A lock that is not of this spec, target or platform.
    Lock = "lock",
    /// Something that would hide a directory of the host.
    Mask = "mask",
    /// Files outside `/usr`, `/opt` and `/etc`, which an extension cannot bring.
    Outside = "outside",
    /// A package that the repositories do not have for the architecture.
    PackageArchitecture = "package-architecture",
    /// A package that conflicts with another of the image, or needs another version of it.
    PackageConflict = "package-conflict",
    /// A package's database, which is the host's.
    PackageDatabase = "package-database",
    /// A package file that is damaged, hostile or not the one that was chosen.
    PackageFile = "package-file",
    /// An entry of a repository's index that cannot be used.
    PackageIndex = "package-index",
    /// A name that no package can have.
    PackageName = "package-name",
    /// A package that no repository has.
    PackageUnknown = "package-unknown",
    /// A package of which no repository has a version within the bounds.
    PackageVersion = "package-version",
    /// A name that is only provided by other packages.
    PackageVirtual = "package-virtual",
    /// Owners, setuid, setgid and capabilities that mean something else on the host.
    Privilege = "privilege",
    /// A release file of the host or of another extension.
    Release = "release",
    /// A path that the extension itself needs.
    Reserved = "reserved",
    /// What a package would run when it is installed.
    Script = "script",
    /// Devices and named pipes.
    SpecialFile = "special-file",
    /// An image made with other tools than its lock.
    Tools = "tools",
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_unique() {
        assert!(Rule::ALL.is_sorted_by(|a, b| a.name() < b.name()));
    }

    #[test]
    fn a_rule_is_its_name_on_the_wire() {
        for rule in Rule::ALL {
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.name());
            assert!(!rule.description().is_empty());
        }
    }
}
