//! How directories of the client are read.
//!
//! The values are those of `BuildKit`'s `frontend/dockerui`, so that the engine finds what it was
//! sent for an earlier build: it compares with the transfer of the same shared key.

use buildkit_llb::Digest;

use crate::request::Request;
use crate::request::context::NamedContext;

/// The facts of one read of a client's directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalRead {
    /// Name under which the client serves the directory.
    pub name: String,
    /// Session of the client that serves it; empty: any.
    pub session: String,
    /// With the client's own key: which earlier transfer this one is compared with. Reads that differ
    /// in their patterns need different hints.
    pub shared_key_hint: String,
    /// Paths that alone are sent, with what their links lead to; empty: all.
    pub follow_paths: Vec<String>,
    /// Patterns of paths that alone are sent; empty: all.
    pub include_patterns: Vec<String>,
    /// Patterns of paths that are not sent.
    pub exclude_patterns: Vec<String>,
    /// Whether files are compared with an earlier transfer by their metadata; else all are sent.
    pub compared: bool,
    /// What progress calls it.
    pub title: String,
}

impl LocalRead {
    /// The read of what lies at `path` alone, and of that as far as patterns can say it from here: more may be sent,
    /// as `path` may lead over links.
    #[must_use]
    pub fn narrowed(mut self, path: &str, includes: &[String], excludes: &[String]) -> Self {
        if path.is_empty() {
            self.include_patterns.extend(includes.iter().cloned());
        } else {
            // Engines join these with the patterns of what is included, so that only one of the two may be given.
            self.follow_paths.push(path.to_owned());
        }
        self.exclude_patterns.extend(excludes.iter().map(|pattern| below(path, pattern)));
        if !(path.is_empty() && includes.is_empty() && excludes.is_empty()) {
            let words = format!("{path:?} {includes:?} {excludes:?}");
            self.shared_key_hint = format!("{}-{}", self.shared_key_hint, Digest::of(words.as_bytes()));
        }
        self
    }
}

/// A pattern of what is below `path` as a pattern of the whole tree.
fn below(path: &str, pattern: &str) -> String {
    let (not, pattern) = pattern.strip_prefix('!').map_or(("", pattern), |rest| ("!", rest));
    if path.is_empty() {
        return format!("{not}{pattern}");
    }
    let mut literal = String::new();
    for character in path.chars() {
        if matches!(character, '*' | '?' | '[' | '\\') {
            literal.push('\\');
        }
        literal.push(character);
    }
    format!("{not}{literal}/{}", pattern.trim_start_matches('/'))
}

impl Request {
    /// The read that holds the spec and its ignore file, from the local `name`.
    pub fn read_spec(&self, name: &str) -> LocalRead {
        let mut follow_paths = self.entry.files();
        follow_paths.insert(1, self.entry.ignore_file());
        LocalRead {
            name: name.to_owned(),
            session: self.session_of(name).to_owned(),
            shared_key_hint: name.to_owned(),
            follow_paths,
            title: format!("[internal] load build definition from {}", self.entry.file()),
            ..LocalRead::default()
        }
    }

    /// The read of the `.dockerignore` of the main context, from the local `name`.
    pub fn read_ignore_file(&self, name: &str) -> LocalRead {
        LocalRead {
            name: name.to_owned(),
            session: self.session_of(name).to_owned(),
            shared_key_hint: format!("{name}-{IGNORE_FILE}"),
            follow_paths: vec![IGNORE_FILE.to_owned()],
            title: format!("[internal] load {IGNORE_FILE}"),
            ..LocalRead::default()
        }
    }

    /// The read of the main context, from the local `name`.
    pub fn read_context(&self, name: &str, exclude_patterns: Vec<String>) -> LocalRead {
        LocalRead {
            name: name.to_owned(),
            session: self.session_of(name).to_owned(),
            shared_key_hint: name.to_owned(),
            exclude_patterns,
            compared: true,
            title: "[internal] load build context".to_owned(),
            ..LocalRead::default()
        }
    }

    /// The read of the `.dockerignore` of a named context that is the local `name`.
    pub fn read_named_ignore_file(&self, context: &NamedContext<'_>, name: &str) -> LocalRead {
        LocalRead {
            name: name.to_owned(),
            session: self.session_of(name).to_owned(),
            shared_key_hint: format!("context:{}-{IGNORE_FILE}", context.name),
            follow_paths: vec![IGNORE_FILE.to_owned()],
            title: format!("[context {}] load {IGNORE_FILE}", context.name),
            ..LocalRead::default()
        }
    }

    /// The read of a named context that is the local `name`.
    pub fn read_named_context(
        &self,
        context: &NamedContext<'_>,
        name: &str,
        exclude_patterns: Vec<String>,
    ) -> LocalRead {
        LocalRead {
            name: name.to_owned(),
            session: self.session_of(name).to_owned(),
            shared_key_hint: format!("context:{}-{}", context.name, context.shared_key),
            exclude_patterns,
            compared: true,
            title: format!("[context {}] load from client", context.name),
            ..LocalRead::default()
        }
    }
}

/// The ignore file of a directory that has no spec of its own.
pub const IGNORE_FILE: &str = ".dockerignore";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_below_a_path_is_a_pattern_of_the_tree() {
        for (path, pattern, expected) in [
            ("", "!*.o", "!*.o"),
            ("src", "*.o", "src/*.o"),
            ("src", "!/keep", "!src/keep"),
            ("a[1]*", "**/x", r"a\[1]\*/**/x"),
        ] {
            assert_eq!(below(path, pattern), expected);
        }
    }

    #[test]
    fn reads_of_different_parts_are_compared_with_different_transfers() {
        let read = || LocalRead { shared_key_hint: "context".to_owned(), ..LocalRead::default() };
        assert_eq!(read().narrowed("", &[], &[]), read());
        let hint =
            |path: &str, pattern: &str| read().narrowed(path, &[], &[pattern.to_owned()]).shared_key_hint;
        assert_ne!(hint("a", "b"), hint("a/b", "b"));
        assert_ne!(hint("a", "b"), hint("a", "c"));
    }
}
