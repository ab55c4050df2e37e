//! What a spec is called: parts of a file name and of unit names, and therefore held to few characters.

use std::fmt;

use crate::spec::decode::{Invalid, Parse};

/// The name of what a spec builds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

/// A version of some content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(String);

/// Which build of a version this is; that of a spec which does not say is `1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision(String);

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Version {
    /// The version as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Revision {
    /// The revision as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Revision {
    fn default() -> Self {
        Self(String::from("1"))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Parse for Name {
    fn parse(text: &str) -> Result<Self, Invalid> {
        legal(text, "a name", "+-._", MAX_NAME).map(Self)
    }
}

impl Parse for Version {
    fn parse(text: &str) -> Result<Self, Invalid> {
        legal(text, "a version", "+-._~^", MAX_VERSION).map(Self)
    }
}

impl Parse for Revision {
    /// Empty text does not say: it comes from a build arg that is not given.
    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            Ok(Self::default())
        } else {
            legal(text, "a revision", "+-._~^", MAX_VERSION).map(Self)
        }
    }
}

/// `text`, when it is made of letters, digits and some `marks` and starts with a letter or digit.
fn legal(text: &str, what: &str, marks: &str, most: usize) -> Result<String, Invalid> {
    let listed: Vec<String> = marks.chars().map(|mark| format!("`{mark}`")).collect();
    let rule = format!(
        "{what} is made of `A-Z`, `a-z`, `0-9`, {} and starts with a letter or digit",
        listed.join(", ")
    );
    if text.is_empty() {
        return Err(Invalid::new(format!("{what} cannot be empty")));
    }
    let is_legal = |(at, character): (usize, char)| {
        character.is_ascii_alphanumeric() || at > 0 && marks.contains(character)
    };
    if let Some((at, wrong)) = text.char_indices().find(|&place| !is_legal(place)) {
        return Err(Invalid::new(rule).at(at..at + wrong.len_utf8()));
    }
    if text.len() > most {
        return Err(Invalid::new(format!("{what} has at most {most} characters")));
    }
    Ok(String::from(text))
}

/// Most bytes of a name. `extension-release.NAME-vVERSION-REVISION-KEY-ARCH` must be a file name, at most
/// 255 bytes (`NAME_MAX` of Linux): 18 for the start, 4 for marks, some 40 for target and architecture.
const MAX_NAME: usize = 80;
/// Most bytes of a version and of a revision; see [`MAX_NAME`].
const MAX_VERSION: usize = 50;
