//! Paths: below a tree, absolute, with patterns. None of them leads out of its tree.

use std::fmt;
use std::ops::Range;

use crate::spec::decode::{Invalid, Parse};

/// A path below a tree, without `.`, `..` and doubled `/`.
///
/// The tree's root is written `/` or `.`; nothing at all means the root too, but does not say so.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubPath(String);

impl SubPath {
    /// The tree's root.
    pub fn root() -> Self {
        Self(String::from("."))
    }

    /// Where a Dockerfile is, unless another place is said.
    pub(super) fn dockerfile() -> Self {
        Self(String::from("Dockerfile"))
    }

    /// The path without a `/` at its start; empty for the root.
    pub fn as_str(&self) -> &str {
        if self.0 == "." { "" } else { &self.0 }
    }

    /// Whether it is the tree's root.
    pub fn is_root(&self) -> bool {
        self.as_str().is_empty()
    }

    /// Whether a path was written at all.
    pub fn is_said(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether `path` is this path or below it; both are of one tree.
    pub fn contains(&self, path: &str) -> bool {
        let rest = path.trim_start_matches('/').strip_prefix(self.as_str());
        self.is_root() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for SubPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 == "." { "/" } else { &self.0 })
    }
}

impl Parse for SubPath {
    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let parts = parts(text)?;
        Ok(if parts.is_empty() { Self::root() } else { Self(parts.join("/")) })
    }
}

/// A path from the root of a file system, without `.`, `..` and doubled `/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AbsolutePath(String);

impl AbsolutePath {
    /// The path, with the `/` at its start.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0 == "/"
    }
}

impl fmt::Display for AbsolutePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Parse for AbsolutePath {
    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("a path cannot be empty"));
        }
        let path = format!("/{}", parts(text)?.join("/"));
        if text.starts_with('/') {
            return Ok(Self(path));
        }
        Err(Invalid::new("expected a path from the root").help(format!("write `{path}`")))
    }
}

/// A pattern of paths as in a `.dockerignore` file, relative to some tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Glob(String);

impl Glob {
    /// The pattern.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Parse for Glob {
    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("a pattern cannot be empty"));
        }
        parts(text.strip_prefix('!').unwrap_or(text))?;
        check_glob(text)?;
        Ok(Self(String::from(text)))
    }
}

/// A path below the directory of a build, which may have the marks `*`, `?` and `[…]` of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArtifactPath(String);

impl ArtifactPath {
    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its last part: the name of what is installed, unless another is given.
    pub fn base(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for ArtifactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Parse for ArtifactPath {
    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.starts_with('/') {
            let error = Invalid::new("expected a path below the directory of the build");
            return Err(error
                .at(0..1)
                .help("begin it with the name of a source or of a directory that a step makes"));
        }
        let path = parts(text)?.join("/");
        if path.is_empty() {
            return Err(Invalid::new("expected a path below the directory of the build"));
        }
        check_glob(text)?;
        Ok(Self(path))
    }
}

/// The name of a file or directory: no path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileName(String);

impl FileName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Parse for FileName {
    fn parse(text: &str) -> Result<Self, Invalid> {
        if let Some(at) = text.find('/') {
            return Err(Invalid::new("a file name has no `/`").at(at..at + 1));
        }
        if text.is_empty() {
            return Err(Invalid::new("a file name cannot be empty"));
        }
        if matches!(text, "." | "..") {
            return Err(Invalid::new(format!("`{text}` is no file name")));
        }
        if text.len() > MAX_FILE_NAME {
            return Err(Invalid::new(format!("a file name has at most {MAX_FILE_NAME} bytes")));
        }
        check_characters(text)?;
        Ok(Self(String::from(text)))
    }
}

/// The parts of a path between `/`, once `.` and `..` are followed.
fn parts(text: &str) -> Result<Vec<&str>, Invalid> {
    check_characters(text)?;
    if text.len() > MAX_PATH {
        return Err(Invalid::new(format!("a path has at most {MAX_PATH} bytes")));
    }
    let mut parts = Vec::new();
    let mut at = 0;
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Err(Invalid::new("this path leads out of its tree").at(at..at + part.len()));
                }
            }
            part if part.len() > MAX_FILE_NAME => {
                let message = format!("a part of a path has at most {MAX_FILE_NAME} bytes");
                return Err(Invalid::new(message).at(at..at + part.len()));
            }
            part => parts.push(part),
        }
        at += part.len() + 1;
    }
    Ok(parts)
}

fn check_characters(text: &str) -> Result<(), Invalid> {
    match text.char_indices().find(|(_, c)| c.is_control()) {
        None => Ok(()),
        Some((at, control)) => {
            let message = format!("a path has no control character such as U+{:04X}", u32::from(control));
            Err(Invalid::new(message).at(at..at + control.len_utf8()))
        }
    }
}

/// Checks the marks of a pattern as in Go's `path/filepath.Match`.
fn check_glob(text: &str) -> Result<(), Invalid> {
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if characters.next().is_none() => {
                return Err(
                    Invalid::new("a `\\` at the end of a pattern makes nothing literal").at(at..at + 1)
                );
            }
            '[' => check_class(text, at, &mut characters)?,
            _ => {}
        }
    }
    Ok(())
}

fn check_class(
    text: &str,
    open: usize,
    characters: &mut impl Iterator<Item = (usize, char)>,
) -> Result<(), Invalid> {
    let error = |range: Range<usize>| Invalid::new("a `[` in a pattern is not closed").at(range);
    let mut empty = true;
    while let Some((_, character)) = characters.next() {
        match character {
            '^' if empty && text[open + 1..].starts_with('^') => {}
            '\\' => empty = characters.next().is_none(),
            ']' if !empty => return Ok(()),
            _ => empty = false,
        }
    }
    Err(error(open..open + 1).help("for a `[` itself, write `\\[`"))
}

/// Most bytes of a path (`PATH_MAX` of Linux, with the zero at its end).
const MAX_PATH: usize = 4095;
/// Most bytes of a file name (`NAME_MAX` of Linux).
const MAX_FILE_NAME: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_below_a_tree_is_made_plain() {
        for (text, expected) in [
            ("", ""),
            ("/", "/"),
            (".", "/"),
            ("./", "/"),
            ("a/..", "/"),
            ("/a//b/./c/", "a/b/c"),
            ("a/../b", "b"),
            ("..a/b..", "..a/b.."),
        ] {
            let path = SubPath::parse(text).unwrap();
            assert_eq!(path.to_string(), expected, "{text}");
            assert_eq!(SubPath::parse(&path.to_string()), Ok(path), "{text}");
        }
        assert!(SubPath::parse("/").is_ok_and(|path| path.is_said() && path.is_root()));
        assert!(SubPath::parse("").is_ok_and(|path| !path.is_said() && path.is_root()));
    }

    #[test]
    fn a_path_that_climbs_out_is_refused_at_the_step() {
        for (text, range) in [("..", 0..2), ("../a", 0..2), ("/a/../../b", 6..8), ("a/b/../../..", 10..12)] {
            assert_eq!(SubPath::parse(text).map_err(|invalid| invalid.range), Err(Some(range)), "{text}");
        }
    }

    #[test]
    fn a_path_contains_itself_and_what_is_below_it() {
        let path = SubPath::parse("/a/b").unwrap();
        for (other, expected) in
            [("/a/b", true), ("a/b/c", true), ("/a/bc", false), ("/a", false), ("/", false)]
        {
            assert_eq!(path.contains(other), expected, "{other}");
        }
        assert!(SubPath::root().contains("/x"));
    }

    #[test]
    fn patterns_are_those_of_go() {
        for (text, legal) in [
            ("**/*.go", true),
            ("!keep", true),
            ("[a-z]", true),
            ("[]a]", true),
            ("[^]a]", true),
            ("a\\[", true),
            ("[a", false),
            ("[]", false),
            ("a\\", false),
            ("../x", false),
            ("", false),
        ] {
            assert_eq!(Glob::parse(text).is_ok(), legal, "{text}");
        }
    }

    #[test]
    fn a_file_name_is_one_part_of_a_path() {
        for (text, legal) in
            [("a", true), (".env", true), ("a b", true), ("", false), ("..", false), ("a/b", false)]
        {
            assert_eq!(FileName::parse(text).is_ok(), legal, "{text}");
        }
    }

    #[test]
    fn an_artifact_has_a_name_of_its_own() {
        assert_eq!(ArtifactPath::parse("src/./bin/tool").unwrap().base(), "tool");
        assert!(ArtifactPath::parse("/usr/bin/tool").is_err());
        assert!(ArtifactPath::parse("a/../..").is_err());
        assert!(ArtifactPath::parse(".").is_err());
    }
}
