//! The names of what can be found in packages and repositories.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Level;

/// What of a rule's findings a spec may allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allowance {
    /// Everything: also an image that is likely to break its host can be meant so.
    All,
    /// Nothing.
    Never,
    /// Nothing; but what it finds is in the spec itself, which may say that it is not told.
    Spec,
    /// What is a warning; of its errors no image can be made.
    Warnings,
}

impl Allowance {
    /// That of a rule with these marks: unmarked, its warnings.
    const fn of(marks: &[Self]) -> Self {
        match marks {
            [mark, ..] => *mark,
            [] => Self::Warnings,
        }
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal $(=> $allowance:ident)?,)+) => {
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

            /// What of it a spec may allow.
            pub const fn allowance(self) -> Allowance {
                match self {
                    $(Self::$variant => Allowance::of(&[$(Allowance::$allowance)?]),)+
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
    /// An entry of `x-annex.allow` that allows nothing.
    AllowUnused = "allow-unused" => Never,
    /// Names for which the host has a choice of its own.
    Alternative = "alternative",
    /// A file from a URL of which nothing says what it must be.
    DigestMissing = "digest-missing" => Spec,
    /// Two packages with different things at one path.
    DuplicatePath = "duplicate-path",
    /// Programs and libraries for other machines than the image's.
    ElfArchitecture = "elf-architecture" => All,
    /// An image without any file of a package.
    Empty = "empty" => Never,
    /// Files of `/etc` that cannot be copied to the host.
    Etc = "etc",
    /// A field that begins with `x-` and is too large to be kept for other programs.
    ExtensionSize = "extension-size" => Spec,
    /// A generator of dependencies that generates nothing.
    GeneratorEmpty = "generator-empty" => Spec,
    /// A program that is run by another one which the image does not carry.
    InterpreterMissing = "interpreter-missing",
    /// Libraries that programs of the image need and that it does not carry.
    LibraryMissing = "library-missing",
    /// A library of the image where no loader looks.
    LibraryPath = "library-path",
    /// A library that is older than the programs that need it.
    LibraryVersion = "library-version",
    /// Files in `/usr/local`, which is the host's own.
    Local = "local",
    /// A lock that is not of this spec, target or platform.
    Lock = "lock" => Never,
    /// Something that would hide a directory of the host.
    Mask = "mask",
    /// The mode of a file in quotes, which others read as a decimal number.
    ModeQuoted = "mode-quoted" => Spec,
    /// A character of a name or version at which systemd cuts the name of an image.
    NameCut = "name-cut" => Spec,
    /// Files outside `/usr`, `/opt` and `/etc`, which an extension cannot bring.
    Outside = "outside",
    /// Marks by which an overlay would hide files of the host.
    Overlay = "overlay",
    /// Files of the base that would be hidden by others.
    Overshadow = "overshadow",
    /// A package that the repositories do not have for the architecture.
    PackageArchitecture = "package-architecture" => Never,
    /// A package that conflicts with another of the image, or needs another version of it.
    PackageConflict = "package-conflict",
    /// A package's database, which is the host's.
    PackageDatabase = "package-database",
    /// A package file that is damaged, hostile or not the one that was chosen.
    PackageFile = "package-file" => Never,
    /// The spec's own package, which comes from a context in place of being built.
    PackageGiven = "package-given" => Spec,
    /// An entry of a repository's index that cannot be used.
    PackageIndex = "package-index" => Never,
    /// A name that no package can have.
    PackageName = "package-name" => Never,
    /// A package file that none of its repository's keys signed.
    PackageSignature = "package-signature" => Never,
    /// A package that no repository has.
    PackageUnknown = "package-unknown" => Never,
    /// A package of which no repository has a version within the bounds.
    PackageVersion = "package-version" => Never,
    /// A name that is only provided by other packages.
    PackageVirtual = "package-virtual" => Never,
    /// Owners, setuid, setgid and capabilities that mean something else on the host.
    Privilege = "privilege",
    /// A release file of the host or of another extension.
    Release = "release" => Never,
    /// A repository whose packages must be signed, but whose keys cannot be had.
    RepositoryKey = "repository-key" => Never,
    /// A repository whose packages need no signature.
    RepositoryUnsigned = "repository-unsigned",
    /// A path that the extension itself needs.
    Reserved = "reserved" => Never,
    /// A rule that a spec wants to hear nothing of, and that there is not.
    RuleUnknown = "rule-unknown" => Spec,
    /// What a package would run when it is installed.
    Script = "script",
    /// What only one host may know, such as keys and passwords.
    Secret = "secret" => All,
    /// Devices and named pipes.
    SpecialFile = "special-file",
    /// Parts of the running system that must not be replaced: its C library, its loader, systemd, its kernel's modules.
    SystemPart = "system-part" => All,
    /// What is said of a target that there is not.
    TargetUnknown = "target-unknown" => Spec,
    /// A test that checks nothing.
    TestEmpty = "test-empty" => Spec,
    /// Tests that are not run with this target.
    TestsNotRun = "tests-not-run" => Spec,
    /// An image made with other tools than its lock.
    Tools = "tools",
    /// Users and groups that the host gets with the extension.
    Users = "users",
}

impl Rule {
    /// The rule of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name)
    }

    /// Whether a spec may allow findings of this level.
    pub fn is_allowable(self, level: Level) -> bool {
        match self.allowance() {
            Allowance::All => true,
            Allowance::Never | Allowance::Spec => false,
            Allowance::Warnings => level == Level::Warning,
        }
    }
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
