//! The system a container or an image is for.

use std::{
    fmt::{self, Display, Formatter},
    str::FromStr,
};

use buildkit_proto::pb;

/// An operating system and a processor, in the names of the OCI image index specification.
///
/// Always in normal form, as BuildKit's engine brings platforms to it (containerd's `platforms.Normalize`):
/// `x86_64` is `amd64`, `aarch64` and `arm64/v8` are `arm64`, `armhf` and plain `arm` are `arm/v7`.
///
/// ```
/// use buildkit_llb::Platform;
///
/// let platform: Platform = "linux/aarch64/v8".parse()?;
/// assert_eq!(platform.to_string(), "linux/arm64");
/// # Ok::<(), buildkit_llb::PlatformError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Platform {
    os: String,
    architecture: String,
    variant: String,
    os_version: String,
    os_features: Vec<String>,
}

impl Platform {
    /// Linux on `architecture`, which may be an alias such as `x86_64`.
    pub fn linux(architecture: &str) -> Self {
        Self::normal("linux", architecture, "")
    }

    /// The operating system: `linux`.
    pub fn os(&self) -> &str {
        &self.os
    }

    /// The processor: `amd64`, `arm64`, `arm`.
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    /// The processor's variant, such as `v7` of `arm`; `None` where the usual one is meant.
    pub fn variant(&self) -> Option<&str> {
        (!self.variant.is_empty()).then_some(&*self.variant)
    }

    /// BuildKit's message of this platform.
    pub fn to_pb(&self) -> pb::Platform {
        pb::Platform {
            architecture: self.architecture.clone(),
            os: self.os.clone(),
            variant: self.variant.clone(),
            os_version: self.os_version.clone(),
            os_features: self.os_features.clone(),
        }
    }

    fn normal(os: &str, architecture: &str, variant: &str) -> Self {
        let os = match os.to_ascii_lowercase() {
            os if os == "macos" => "darwin".to_owned(),
            os => os,
        };
        let (architecture, variant) = (architecture.to_ascii_lowercase(), variant.to_ascii_lowercase());
        let (architecture, variant) = match (&*architecture, &*variant) {
            ("i386", _) => ("386", ""),
            ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
            ("x86_64" | "x86-64", variant) => ("amd64", variant),
            ("aarch64" | "arm64", "8" | "v8" | "v8.0") => ("arm64", ""),
            ("aarch64" | "arm64", "9" | "9.0" | "v9.0") => ("arm64", "v9"),
            ("aarch64", variant) => ("arm64", variant),
            ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
            ("armel", _) | ("arm", "6") => ("arm", "v6"),
            ("arm", "5") => ("arm", "v5"),
            ("arm", "8") => ("arm", "v8"),
            other => other,
        };
        Self {
            os,
            architecture: architecture.to_owned(),
            variant: variant.to_owned(),
            os_version: String::new(),
            os_features: Vec::new(),
        }
    }
}

impl Display for Platform {
    /// `os/architecture`, then `/variant` if there is one.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if let Some(variant) = self.variant() {
            write!(f, "/{variant}")?;
        }
        Ok(())
    }
}

impl From<&pb::Platform> for Platform {
    fn from(platform: &pb::Platform) -> Self {
        Self {
            os_version: platform.os_version.clone(),
            os_features: platform.os_features.clone(),
            ..Self::normal(&platform.os, &platform.architecture, &platform.variant)
        }
    }
}

impl From<&Platform> for pb::Platform {
    fn from(platform: &Platform) -> Self {
        platform.to_pb()
    }
}

impl FromStr for Platform {
    type Err = PlatformError;

    /// Reads `os/architecture` or `os/architecture/variant`; nothing is taken from the machine.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
        };
        let parts: Vec<_> = text.split('/').collect();
        match *parts {
            [os, architecture] if word(os) && word(architecture) => Ok(Self::normal(os, architecture, "")),
            [os, architecture, variant] if word(os) && word(architecture) && word(variant) => {
                Ok(Self::normal(os, architecture, variant))
            }
            _ => Err(PlatformError { text: text.to_owned() }),
        }
    }
}

/// Text that names no platform.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PlatformError {
    text: String,
}

impl std::error::Error for PlatformError {}

impl Display for PlatformError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no platform: use `os/architecture` or `os/architecture/variant`", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_have_one_normal_form() {
        for (text, normal) in [
            ("linux/amd64", "linux/amd64"),
            ("linux/x86_64", "linux/amd64"),
            ("Linux/x86-64/v1", "linux/amd64"),
            ("linux/amd64/v3", "linux/amd64/v3"),
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/aarch64/9", "linux/arm64/v9"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/armhf", "linux/arm/v7"),
            ("linux/armel", "linux/arm/v6"),
            ("linux/arm/5", "linux/arm/v5"),
            ("linux/i386", "linux/386"),
            ("macos/arm64", "darwin/arm64"),
            ("linux/riscv64", "linux/riscv64"),
        ] {
            let platform: Platform = text.parse().expect("the table holds platforms");
            assert_eq!(platform.to_string(), normal);
            assert_eq!(Platform::from(&platform.to_pb()), platform);
            assert_eq!(normal.parse(), Ok(platform));
        }
    }

    #[test]
    fn a_platform_names_system_and_processor() {
        for text in ["", "linux", "linux/", "/amd64", "linux/arm/v7/x", "linux/arm/", "li nux/arm", "*/*"] {
            let error = text.parse::<Platform>().expect_err("the table holds no platform");
            assert_eq!(
                error.to_string(),
                format!("`{text}` is no platform: use `os/architecture` or `os/architecture/variant`")
            );
        }
    }
}
