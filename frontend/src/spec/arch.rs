//! Names of architectures: OCI's, Debian's and RPM's, all with one meaning.

use crate::diagnostic::literal;
use crate::nearest::nearest;
use crate::spec::decode::{Invalid, Parse};

/// An architecture as written, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arch {
    /// The name in the spec.
    pub written: String,
    /// `architecture` of an OCI platform, such as `arm64`.
    pub architecture: &'static str,
    /// `variant` of an OCI platform, such as `v7`; `None`: any.
    pub variant: Option<&'static str>,
}

impl Arch {
    /// Whether the platform is of this architecture. A platform that names no variant is of the one
    /// that containerd takes it for: `v7` of `arm`.
    pub fn matches(&self, architecture: &str, variant: Option<&str>) -> bool {
        let usual = (architecture == "arm").then_some("v7");
        self.architecture == architecture && (self.variant.is_none() || self.variant == variant.or(usual))
    }
}

impl Parse for Arch {
    fn parse(text: &str) -> Result<Self, Invalid> {
        if let Some((written, architecture, variant)) = NAMES.iter().find(|(name, ..)| *name == text) {
            return Ok(Self { written: String::from(*written), architecture, variant: *variant });
        }
        let error = Invalid::new(format!("unknown architecture {}", literal(text)));
        if ["all", "any", "noarch"].contains(&text) {
            return Err(error.help("leave `arch` out for all architectures"));
        }
        Err(match nearest(text, NAMES.iter().map(|(name, ..)| *name)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(
                "use the names of OCI platforms, such as `amd64` and `arm64`, or those of the packages",
            ),
        })
    }
}

/// All names, sorted, with architecture and variant of the OCI platform. OCI's are those of Go
/// (`go tool dist list`) and of containerd's `platforms`, Debian's of `dpkg-architecture --list-known`,
/// RPM's of `/usr/lib/rpm/rpmrc`; read 2026-01.
const NAMES: &[(&str, &str, Option<&str>)] = &[
    ("386", "386", None),
    ("aarch64", "arm64", None),
    ("amd64", "amd64", None),
    ("arm", "arm", None),
    ("arm/v5", "arm", Some("v5")),
    ("arm/v6", "arm", Some("v6")),
    ("arm/v7", "arm", Some("v7")),
    ("arm64", "arm64", None),
    ("armel", "arm", Some("v5")),
    ("armhf", "arm", Some("v7")),
    ("armv5tel", "arm", Some("v5")),
    ("armv6hl", "arm", Some("v6")),
    ("armv6l", "arm", Some("v6")),
    ("armv7hl", "arm", Some("v7")),
    ("armv7l", "arm", Some("v7")),
    ("i386", "386", None),
    ("i486", "386", None),
    ("i586", "386", None),
    ("i686", "386", None),
    ("loong64", "loong64", None),
    ("loongarch64", "loong64", None),
    ("mips64el", "mips64le", None),
    ("mips64le", "mips64le", None),
    ("mipsel", "mipsle", None),
    ("mipsle", "mipsle", None),
    ("ppc64el", "ppc64le", None),
    ("ppc64le", "ppc64le", None),
    ("riscv64", "riscv64", None),
    ("s390x", "s390x", None),
    ("x86_64", "amd64", None),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_unique() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn every_name_means_an_oci_platform_that_is_named_as_well() {
        for (name, architecture, _) in NAMES {
            let own = NAMES.iter().any(|(other, same, variant)| {
                other == architecture && same == architecture && variant.is_none()
            });
            assert!(own, "{name}");
        }
    }

    #[test]
    fn a_platform_matches_by_any_of_its_names() {
        let matches = |name: &str, architecture: &str, variant: Option<&str>| {
            Arch::parse(name).is_ok_and(|arch| arch.matches(architecture, variant))
        };
        assert!(matches("x86_64", "amd64", None));
        assert!(matches("aarch64", "arm64", Some("v8")));
        assert!(matches("armhf", "arm", None));
        assert!(matches("armhf", "arm", Some("v7")));
        assert!(!matches("armel", "arm", Some("v7")));
        assert!(matches("arm", "arm", Some("v5")));
        assert!(!matches("amd64", "arm64", None));
    }
}
