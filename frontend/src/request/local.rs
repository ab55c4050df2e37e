//! How directories of the client are read.
//!
//! The values are those of `BuildKit`'s `frontend/dockerui`, so that the engine finds what it was
//! sent for an earlier build: it compares with the transfer of the same shared key.

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
