//! Contexts as file systems of a graph.

use std::collections::BTreeMap;

use buildkit_llb::{Copy, Differ, Git, GitMTime, Http, Image, Local, OciLayout, Platform, State};

use crate::diagnostic::{Diagnostic, literal};
use crate::request::context::{ContextSource, NamedContext};
use crate::request::entry::{HTTP_FILE, MainContext, SpecSource};
use crate::request::git::{GitRef, GitTime};
use crate::request::local::LocalRead;
use crate::request::option::without_password;
use crate::request::{Reference, Request};

/// What the client sent along: file systems by their names.
pub type Inputs = BTreeMap<String, State>;

impl Request {
    /// The file system that holds the spec at [`Entry::file`](crate::request::Entry::file).
    ///
    /// For [`SpecSource::Http`] it holds one file, [`HTTP_FILE`]: the spec itself, or an archive to
    /// be [`unpacked`].
    pub fn spec_state(&self, inputs: &Inputs) -> State {
        match self.entry.spec_source(|name| inputs.contains_key(name)) {
            SpecSource::Git(git) => self.main_git(git),
            SpecSource::Http(url) => download(url),
            SpecSource::Input(name) => inputs.get(name).cloned().unwrap_or_default(),
            SpecSource::Local(name) => self.read_spec(name).state(),
        }
    }

    /// The main context. `archive` says whether a download is an archive, see
    /// [`archive_kind`](crate::request::archive_kind); `excluded` are the patterns of its ignore file,
    /// which a local alone obeys.
    pub fn context_state(&self, inputs: &Inputs, archive: bool, excluded: Vec<String>) -> State {
        let whole = match self.entry.main_context(|name| inputs.contains_key(name)) {
            MainContext::Git(git) => self.main_git(git),
            MainContext::Http(url) if archive => unpacked(&download(url)),
            MainContext::Http(url) => download(url),
            MainContext::Input(name) => inputs.get(name).cloned().unwrap_or_default(),
            MainContext::Local(name) => return self.read_context(name, excluded).state(),
        };
        match self.entry.subdir() {
            Some(subdir) => {
                State::scratch().copy(Copy { dir_copy_contents: true, ..Copy::new(&whole, subdir, "/") })
            }
            None => whole,
        }
    }

    /// A named context on `platform`; `excluded` are the patterns of its ignore file, which a local alone obeys.
    ///
    /// # Errors
    /// An input that the client did not send along.
    pub fn named_context_state(
        &self,
        context: &NamedContext<'_>,
        platform: &Platform,
        inputs: &Inputs,
        excluded: Vec<String>,
    ) -> Result<State, Diagnostic> {
        let title = |what: &str| format!("[context {}] {what}", context.name);
        Ok(match context.source {
            ContextSource::Git(git) => git.state(false),
            ContextSource::Http(url) => http(url).named(title(&without_password(url))),
            ContextSource::Image(image) => self.image_state(image, platform).named(title(&image.familiar())),
            ContextSource::Input(name) => inputs.get(name).cloned().ok_or_else(|| {
                let message = format!("the context {} is the input {}", literal(context.name), literal(name));
                Diagnostic::error(None, format!("{message}, which the client did not send"))
            })?,
            ContextSource::Local(name) => self.read_named_context(context, name, excluded).state(),
            ContextSource::OciLayout { store, digest } => {
                let session = Some(self.session.clone()).filter(|session| !session.is_empty());
                let layout = OciLayout {
                    session,
                    store: Some(store.clone()),
                    ..OciLayout::new(format!("{store}@{digest}"), platform.clone())
                };
                layout.state().named(title("OCI load from client"))
            }
            ContextSource::Scratch => State::scratch(),
        })
    }

    /// An image, looked for where the client wants it.
    pub fn image_state(&self, image: &Reference, platform: &Platform) -> State {
        Image { resolve_mode: self.resolve_mode, ..Image::new(image.to_string(), platform.clone()) }.state()
    }

    fn main_git(&self, git: &GitRef) -> State {
        git.state(self.build_args.keep_git_dir == Some(true))
    }
}

impl GitRef {
    /// The tree, with `.git` if the reference or `keep_git_dir` says so.
    pub fn state(&self, keep_git_dir: bool) -> State {
        let Self { remote, transport: _, reference, subdir, checksum, submodules, mtime, .. } = self;
        let git = Git {
            reference: reference.clone(),
            subdir: subdir.clone(),
            checksum: checksum.clone(),
            keep_git_dir: keep_git_dir || self.keep_git_dir == Some(true),
            skip_submodules: *submodules == Some(false),
            mtime: mtime.map(|mtime| match mtime {
                GitTime::Checkout => GitMTime::Checkout,
                GitTime::Commit => GitMTime::Commit,
            }),
            fetch_by_commit: self.fetch_by_commit == Some(true),
            ..Git::new(remote)
        };
        let fragment = match (reference, subdir) {
            (None, None) => String::new(),
            (reference, None) => format!("#{}", reference.as_deref().unwrap_or_default()),
            (reference, Some(subdir)) => format!("#{}:{subdir}", reference.as_deref().unwrap_or_default()),
        };
        git.state().named(format!("[internal] load git source {}{fragment}", without_password(remote)))
    }
}

impl LocalRead {
    /// What the client sends.
    pub fn state(&self) -> State {
        let Self { name, session, shared_key_hint, follow_paths, include_patterns, .. } = self;
        let local = Local {
            session: Some(session.clone()).filter(|session| !session.is_empty()),
            shared_key_hint: Some(shared_key_hint.clone()),
            follow_paths: follow_paths.clone(),
            include_patterns: include_patterns.clone(),
            exclude_patterns: self.exclude_patterns.clone(),
            differ: (!self.compared).then_some(Differ::None),
            ..Local::new(name)
        };
        local.state().named(&self.title)
    }
}

/// The content of the archive that [`HTTP_FILE`] is in `download`.
pub fn unpacked(download: &State) -> State {
    let file = format!("/{HTTP_FILE}");
    State::scratch().copy(Copy { attempt_unpack: true, ..Copy::new(download, file, "/") })
}

fn download(url: &str) -> State {
    http(url).named("[internal] load remote build context")
}

fn http(url: &str) -> State {
    Http { filename: Some(HTTP_FILE.to_owned()), ..Http::new(url) }.state()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use buildkit_llb::Definition;
    use expect_test::{Expect, expect};

    use super::*;

    fn request(options: &[&str]) -> Request {
        let numbered = options.iter().zip(0..);
        let options =
            numbered.map(|(option, n)| (format!("BUILDKIT_FRONTEND_OPT_{n}").into(), option.into()));
        let session: (OsString, OsString) = ("BUILDKIT_SESSION_ID".into(), "s1".into());
        Request::parse(options.chain([session])).unwrap()
    }

    fn check(states: &[State], expected: &Expect) {
        let graphs: Vec<String> = states.iter().map(|state| Definition::of(state).to_string()).collect();
        expected.assert_eq(&graphs.join("\n"));
    }

    fn named(options: &[&str]) -> State {
        let request = request(options);
        let platform = Platform::linux("arm64");
        let context = request.context("c", &platform).unwrap().unwrap();
        request.named_context_state(&context, &platform, &Inputs::new(), vec!["*.tmp".to_owned()]).unwrap()
    }

    #[test]
    fn locals_are_read_as_dockerfile_frontends_read_them() {
        let request = request(&["filename=spec.yml"]);
        let inputs = Inputs::new();
        check(
            &[
                request.spec_state(&inputs),
                request.read_ignore_file("context").state(),
                request.context_state(&inputs, false, vec!["*.tmp".to_owned(), "!a.tmp".to_owned()]),
            ],
            &expect![[r#"
                v0 source local://dockerfile
                   local.differ=none
                   local.followpaths=[\"spec.yml\",\"spec.yml.dockerignore\"]
                   local.session=s1
                   local.sharedkeyhint=dockerfile
                   name [internal] load build definition from spec.yml
                root v0:0

                v0 source local://context
                   local.differ=none
                   local.followpaths=[\".dockerignore\"]
                   local.session=s1
                   local.sharedkeyhint=context-.dockerignore
                   name [internal] load .dockerignore
                root v0:0

                v0 source local://context
                   local.excludepatterns=[\"*.tmp\",\"!a.tmp\"]
                   local.session=s1
                   local.sharedkeyhint=context
                   name [internal] load build context
                root v0:0
            "#]],
        );
    }

    #[test]
    fn a_git_context_holds_spec_and_context() {
        let request = request(&[
            "build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR=1",
            "context=https://me:secret@example.org/a.git?tag=v1&checksum=0123456789&submodules=0&mtime=commit#:sub",
        ]);
        let inputs = Inputs::new();
        let spec = request.spec_state(&inputs);
        assert_eq!(spec, request.context_state(&inputs, false, Vec::new()));
        check(&[spec], &expect![[r#"
            v0 source git://example.org/a.git#refs/tags/v1:sub
               git.authheadersecret=GIT_AUTH_HEADER
               git.authtokensecret=GIT_AUTH_TOKEN
               git.checksum=0123456789
               git.fullurl=https://me:secret@example.org/a.git
               git.keepgitdir=true
               git.mtime=commit
               git.skipsubmodules=true
               name [internal] load git source https://me:…@example.org/a.git#refs/tags/v1:sub
            root v0:0
        "#]]);
    }

    #[test]
    fn a_download_is_a_file_or_the_content_of_an_archive() {
        let request = request(&["context=http://buildkit-session/x", "contextsubdir=sub"]);
        let inputs = Inputs::new();
        check(
            &[request.spec_state(&inputs), request.context_state(&inputs, true, Vec::new())],
            &expect![[r#"
                v0 source http://buildkit-session/x
                   http.filename=context
                   name [internal] load remote build context
                root v0:0

                v0 source http://buildkit-session/x
                   http.filename=context
                   name [internal] load remote build context
                v1 file
                   copy v0:0 /context to / unpack
                v2 file
                   copy v1:0 sub to / dir-contents
                root v2:0
            "#]],
        );
    }

    #[test]
    fn every_kind_of_named_context_becomes_a_source() {
        let digest = format!("sha256:{}", "0123456789abcdef".repeat(4));
        check(
            &[
                named(&["context:c=docker-image://debian:trixie", "image-resolve-mode=local"]),
                named(&[&format!("context:c=oci-layout://q3x1k2@{digest}")]),
                named(&["context:c=local:c", "local-sessionid:c=s2"]),
                named(&["context:c=https://example.org/a.tar"]),
                named(&["context:c=git@example.org:a.git#main"]),
            ],
            &expect![[r#"
                v0 source docker-image://docker.io/library/debian:trixie
                   image.resolvemode=local
                   platform linux/arm64
                   name [context c] debian:trixie
                root v0:0

                v0 source oci-layout://q3x1k2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
                   oci.session=s1
                   oci.store=q3x1k2
                   platform linux/arm64
                   name [context c] OCI load from client
                root v0:0

                v0 source local://c
                   local.excludepatterns=[\"*.tmp\"]
                   local.session=s2
                   local.sharedkeyhint=context:c-
                   name [context c] load from client
                root v0:0

                v0 source https://example.org/a.tar
                   http.filename=context
                   name [context c] https://example.org/a.tar
                root v0:0

                v0 source git://example.org/a.git#main
                   git.authheadersecret=GIT_AUTH_HEADER
                   git.authtokensecret=GIT_AUTH_TOKEN
                   git.fullurl=git@example.org:a.git
                   git.mountsshsock=default
                   name [internal] load git source git@example.org:a.git#main
                root v0:0
            "#]],
        );
        assert!(named(&["context:c=docker-image://scratch"]).is_scratch());
    }

    #[test]
    fn an_input_is_what_the_client_sent() {
        let request = request(&["context:c=input:c"]);
        let platform = Platform::linux("amd64");
        let context = request.context("c", &platform).unwrap().unwrap();
        let sent = Image::new("docker.io/library/debian:trixie", platform.clone()).state();
        let inputs = Inputs::from([("c".to_owned(), sent.clone()), ("context".to_owned(), sent.clone())]);
        let named = |inputs| request.named_context_state(&context, &platform, inputs, Vec::new());
        assert_eq!(named(&inputs), Ok(sent.clone()));
        assert_eq!(request.context_state(&inputs, false, Vec::new()), sent);
        expect!["the context `c` is the input `c`, which the client did not send"].assert_eq(&named(&Inputs::new()).unwrap_err().message);
    }
}
