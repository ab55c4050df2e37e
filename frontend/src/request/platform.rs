//! Platforms, until the graph crate brings them.

use std::fmt;
use std::str::FromStr;

use crate::request::option::Expected;

/// An operating system and a processor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Platform(String);

impl FromStr for Platform {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let parts = text.split('/').count();
        let text = match text {
            "linux/aarch64" | "linux/arm64/v8" => "linux/arm64",
            "linux/x86_64" => "linux/amd64",
            text => text,
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_.-".contains(&byte);
        let valid = (2..=3).contains(&parts) && !text.contains("//") && text.bytes().all(plain);
        valid.then(|| Self(text.to_owned())).ok_or(Expected::phrase("`os/architecture`"))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
