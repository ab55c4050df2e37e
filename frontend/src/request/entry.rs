//! Where the spec and the main context are.

use std::collections::BTreeSet;

use crate::request::context::http;
use crate::request::git::GitRef;
use crate::request::option::{Expected, Options};

/// Where a build's own files are, as far as the options say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path of the spec in the place where it is.
    file: String,
    /// Local that holds the spec, and whether it does so even when the context is remote.
    spec_local: (String, bool),
    remote: Option<Remote>,
    /// Directory that is the whole context, where the context is not a local.
    subdir: Option<String>,
}

/// Where the spec is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpecSource<'r> {
    /// In a git repository, which is the main context too.
    Git(&'r GitRef),
    /// In a download. Its first bytes tell whether it is an archive that holds the spec, or the spec
    /// itself: see [`archive_kind`](crate::request::archive_kind).
    Http(&'r str),
    /// In a graph that the client sent along, by its name among the inputs.
    Input(&'r str),
    /// In a directory of the client, by the name under which the client serves it.
    Local(&'r str),
}

/// Where the main context is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MainContext<'r> {
    /// A tree of a git repository.
    Git(&'r GitRef),
    /// A download: the tree of an archive, or one file named [`HTTP_FILE`].
    Http(&'r str),
    /// A graph that the client sent along, by its name among the inputs.
    Input(&'r str),
    /// A directory of the client, by the name under which the client serves it.
    Local(&'r str),
}

/// Name under which a remote context is downloaded.
pub const HTTP_FILE: &str = "context";

impl Entry {
    /// Where the spec is, when the client sent along `inputs`.
    pub fn spec_source(&self, inputs: &BTreeSet<String>) -> SpecSource<'_> {
        let (local, forced) = &self.spec_local;
        match &self.remote {
            Some(Remote::Git(git)) if !forced => SpecSource::Git(git),
            Some(Remote::Http(url)) if !forced => SpecSource::Http(url),
            None if !forced && inputs.contains(local) => SpecSource::Input(local),
            _ => SpecSource::Local(local),
        }
    }

    /// Where the main context is, when the client sent along `inputs`.
    pub fn main_context(&self, inputs: &BTreeSet<String>) -> MainContext<'_> {
        match &self.remote {
            Some(Remote::Git(git)) => MainContext::Git(git),
            Some(Remote::Http(url)) => MainContext::Http(url),
            None if inputs.contains(CONTEXT) => MainContext::Input(CONTEXT),
            None => MainContext::Local(CONTEXT),
        }
    }

    /// Path of the spec in its place; where a download is the spec itself, it is [`HTTP_FILE`].
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Paths to try in turn: the spec's, and for `Dockerfile` the lower-case one too.
    pub fn files(&self) -> Vec<String> {
        let (directory, name) = self.file.rsplit_once('/').map_or(("", &*self.file), |(d, n)| (d, n));
        let mut files = vec![self.file.clone()];
        if name == DEFAULT_FILE {
            let directory = if self.file.contains('/') { format!("{directory}/") } else { String::new() };
            files.push(format!("{directory}{}", DEFAULT_FILE.to_ascii_lowercase()));
        }
        files
    }

    /// Path of the ignore file that belongs to the spec; it wins over the context's `.dockerignore`.
    pub fn ignore_file(&self) -> String {
        format!("{}.dockerignore", self.file)
    }

    /// Directory of a git, http or input context that is the whole context.
    pub fn subdir(&self) -> Option<&str> {
        self.subdir.as_deref()
    }

    pub(super) fn read(options: &mut Options) -> Self {
        let spec_local = options.filled("dockerfilekey");
        let key = options.filled("contextkey").unwrap_or_else(|| CONTEXT.to_owned());
        Self {
            file: options.parse("filename", path).unwrap_or_else(|| DEFAULT_FILE.to_owned()),
            remote: options.parse(&key, remote).flatten(),
            subdir: options.parse("contextsubdir", path),
            spec_local: spec_local.map_or_else(|| (SPEC.to_owned(), false), |name| (name, true)),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Remote {
    Git(Box<GitRef>),
    Http(String),
}

/// A value that is neither git nor http is no remote context: the main context is then a local.
fn remote(value: &str) -> Result<Option<Remote>, Expected> {
    if let Some(git) = GitRef::detect(value) {
        return git.map(|git| Some(Remote::Git(Box::new(git))));
    }
    if value.starts_with("http://") || value.starts_with("https://") {
        return http(value).map(|url| Some(Remote::Http(url)));
    }
    Ok(None)
}

fn path(text: &str) -> Result<String, Expected> {
    if text.len() > MAX_PATH || text.contains('\0') {
        return Err(Expected::phrase("a path of at most 4096 bytes"));
    }
    Ok(text.to_owned())
}

/// Name of the main context: as option, local and input.
const CONTEXT: &str = "context";
/// Name of the local and the input that hold the spec.
const SPEC: &str = "dockerfile";
/// What `docker build` builds when no `--file` is given.
const DEFAULT_FILE: &str = "Dockerfile";
/// `PATH_MAX` of Linux.
const MAX_PATH: usize = 4096;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(pairs: &[(&str, &str)]) -> Entry {
        let environment = pairs.iter().enumerate().map(|(number, (key, value))| {
            (format!("BUILDKIT_FRONTEND_OPT_{number}").into(), format!("{key}={value}").into())
        });
        let mut options = Options::read(environment);
        let entry = Entry::read(&mut options);
        assert_eq!(options.finish().1.iter().next(), None);
        entry
    }

    fn inputs(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn both_are_locals_of_the_client_by_default() {
        let entry = entry(&[("filename", "sub/spec.yml")]);
        assert_eq!(entry.spec_source(&inputs(&[])), SpecSource::Local("dockerfile"));
        assert_eq!(entry.main_context(&inputs(&[])), MainContext::Local("context"));
        assert_eq!(entry.files(), ["sub/spec.yml"]);
        assert_eq!(entry.ignore_file(), "sub/spec.yml.dockerignore");
    }

    #[test]
    fn an_input_goes_before_a_local_but_after_a_remote_context() {
        let both = inputs(&["context", "dockerfile"]);
        let local = entry(&[]);
        assert_eq!(local.spec_source(&both), SpecSource::Input("dockerfile"));
        assert_eq!(local.main_context(&both), MainContext::Input("context"));
        let remote = entry(&[("context", "https://example.org/a.tar.gz")]);
        assert_eq!(remote.spec_source(&both), SpecSource::Http("https://example.org/a.tar.gz"));
        assert_eq!(remote.main_context(&both), MainContext::Http("https://example.org/a.tar.gz"));
    }

    #[test]
    fn a_git_context_holds_the_spec_too() {
        let entry = entry(&[("context", "https://example.org/a.git#main")]);
        assert!(matches!(entry.spec_source(&inputs(&[])), SpecSource::Git(_)));
        assert!(matches!(entry.main_context(&inputs(&[])), MainContext::Git(_)));
    }

    #[test]
    fn a_spec_on_standard_input_is_local_whatever_the_context_is() {
        let entry = entry(&[
            ("filename", "Dockerfile"),
            ("dockerfilekey", "dockerfile"),
            ("context", "https://example.org/a.git"),
        ]);
        assert_eq!(entry.spec_source(&inputs(&["dockerfile"])), SpecSource::Local("dockerfile"));
        assert!(matches!(entry.main_context(&inputs(&[])), MainContext::Git(_)));
        assert_eq!(entry.files(), ["Dockerfile", "dockerfile"]);
    }

    #[test]
    fn a_tar_on_standard_input_is_a_download_from_the_session() {
        for url in ["http://buildkit-session/x1y2", "http://build-context-a1b2"] {
            let entry = entry(&[("context", url)]);
            assert_eq!(entry.spec_source(&inputs(&[])), SpecSource::Http(url));
        }
    }

    #[test]
    fn the_option_that_holds_the_context_can_have_another_name() {
        let entry = entry(&[
            ("contextkey", "elsewhere"),
            ("elsewhere", "https://example.org/a.tar"),
            ("contextsubdir", "sub"),
        ]);
        assert_eq!(entry.main_context(&inputs(&[])), MainContext::Http("https://example.org/a.tar"));
        assert_eq!(entry.subdir(), Some("sub"));
    }

    proptest! {
        #[test]
        fn any_context_is_read_or_refused(value in any::<String>()) {
            let _ = remote(&value);
        }
    }
}
