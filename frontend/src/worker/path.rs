//! Paths of files in packages and images.

use std::borrow::Borrow;
use std::fmt::{Debug, Display, Formatter};

/// Path below the root of a package or an image, as bytes.
///
/// It has no leading or trailing `/` and at least one part; no part is empty, `.` or `..`, or longer than a
/// file system takes. Two equal paths are the same file wherever no parent is a symbolic link. The order is
/// that of the bytes, in which a directory comes before what is in it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TreePath(Box<[u8]>);

/// Why some bytes are not a path in a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathError {
    /// It begins with `/`.
    Absolute,
    /// It has a NUL byte.
    Nul,
    /// It has a part `..`.
    Parent,
    /// A part has more than 255 bytes, or all have more than 4,095.
    TooLong,
}

impl TreePath {
    /// Reads a path as archives write it, such as `./usr/bin/jq`; `None` is the root itself.
    pub(crate) fn parse(text: &[u8]) -> Result<Option<Self>, PathError> {
        if text.first() == Some(&b'/') {
            return Err(PathError::Absolute);
        }
        if text.contains(&0) {
            return Err(PathError::Nul);
        }
        let mut path = Vec::with_capacity(text.len());
        for part in text.split(|byte| *byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => return Err(PathError::Parent),
                part if part.len() > MAX_PART => return Err(PathError::TooLong),
                part => {
                    if !path.is_empty() {
                        path.push(b'/');
                    }
                    path.extend_from_slice(part);
                }
            }
        }
        if path.len() > MAX_PATH {
            return Err(PathError::TooLong);
        }
        Ok(if path.is_empty() { None } else { Some(Self(path.into())) })
    }

    /// The path made of `parts`, each of which is one or more parts of a path.
    pub(crate) fn of<T: AsRef<[u8]>>(parts: impl IntoIterator<Item = T>) -> Result<Self, PathError> {
        let parts: Vec<T> = parts.into_iter().collect();
        let joined = parts.iter().map(AsRef::as_ref).collect::<Vec<&[u8]>>().join(&b'/');
        Self::parse(&joined)?.ok_or(PathError::TooLong)
    }

    /// The bytes, without a leading `/`.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The names between the slashes.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|byte| *byte == b'/')
    }

    /// The first name, such as `usr`.
    pub(crate) fn top(&self) -> &[u8] {
        self.parts().next().unwrap_or(&self.0)
    }

    /// What follows `directory` and a slash; `None` when the path is not in that directory.
    pub(crate) fn below(&self, directory: &str) -> Option<&[u8]> {
        self.0.strip_prefix(directory.as_bytes())?.strip_prefix(b"/")
    }

    /// Whether this is the path `text`.
    pub(crate) fn is(&self, text: &str) -> bool {
        *self.0 == *text.as_bytes()
    }

    /// The directories above it, the nearest last.
    pub(crate) fn parents(&self) -> impl Iterator<Item = Self> {
        let slashes = self.0.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        slashes.map(|(at, _)| Self(self.0[..at].into()))
    }
}

/// Allows a look-up in a sorted map by bytes.
impl Borrow<[u8]> for TreePath {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl Debug for TreePath {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        Display::fmt(self, formatter)
    }
}

/// The absolute path for people; what is not printable is escaped.
impl Display for TreePath {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "/{}", printable(&self.0))
    }
}

impl PathError {
    /// The rest of a sentence that begins with "its entry `x`".
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Absolute => "begins with `/`",
            Self::Nul => "has a NUL byte",
            Self::Parent => "has a part `..`",
            Self::TooLong => "is longer than a file system takes",
        }
    }
}

/// Bytes from outside as text for a terminal: without control characters, and not endless.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_PATH)]);
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || character == '`' {
            // A backtick would end the literal that the text stands in.
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// `NAME_MAX` of Linux, and of EROFS (`EROFS_NAME_LEN`), in bytes.
const MAX_PART: usize = 255;
/// `PATH_MAX` of Linux without its NUL, in bytes.
const MAX_PATH: usize = 4095;

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The path of a test.
    pub(crate) fn path(text: &str) -> TreePath {
        TreePath::parse(text.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn one_file_has_one_spelling() {
        for text in ["usr/bin/jq", "./usr/bin/jq", "././usr//bin/./jq", "usr/bin/jq/"] {
            assert_eq!(path(text).as_bytes(), b"usr/bin/jq", "{text}");
        }
        for text in ["", ".", "./", "./."] {
            assert_eq!(TreePath::parse(text.as_bytes()), Ok(None), "{text}");
        }
    }

    #[test]
    fn paths_that_leave_the_root_are_refused() {
        for (text, error) in [
            (&b"/etc/passwd"[..], PathError::Absolute),
            (b"./../etc/passwd", PathError::Parent),
            (b"usr/..", PathError::Parent),
            (b"usr/a\0b", PathError::Nul),
            (&[b'a'; 256], PathError::TooLong),
            (&b"aa/".repeat(1366), PathError::TooLong),
        ] {
            assert_eq!(TreePath::parse(text), Err(error), "{}", printable(text));
        }
        assert!(path("usr/..a/b..").is("usr/..a/b.."));
    }

    #[test]
    fn a_directory_holds_what_is_below_it_and_nothing_else() {
        let file = path("usr/lib64/x");
        assert_eq!(file.below("usr"), Some(&b"lib64/x"[..]));
        assert_eq!(file.below("usr/lib"), None);
        assert_eq!(file.below("usr/lib64/x"), None);
        assert_eq!(file.top(), b"usr");
        assert_eq!(file.parents().collect::<Vec<_>>(), [path("usr"), path("usr/lib64")]);
    }

    #[test]
    fn a_terminal_sees_no_control_character() {
        let path = TreePath::parse(b"usr/\x1b[2Jx\n`\xff").unwrap().unwrap();
        assert_eq!(path.to_string(), "/usr/\\u{1b}[2Jx\\u{a}\\u{60}\u{fffd}");
    }

    proptest! {
        #[test]
        fn a_path_reads_as_itself(text in "[a./]{0,40}") {
            if let Ok(Some(path)) = TreePath::parse(text.as_bytes()) {
                prop_assert_eq!(TreePath::parse(path.as_bytes()), Ok(Some(path.clone())));
                prop_assert!(path.parts().all(|part| !matches!(part, b"" | b"." | b"..")));
                prop_assert!(path.parents().all(|parent| parent < path));
            }
        }
    }
}
