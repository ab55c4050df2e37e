//! Contexts as file systems of a graph.

use buildkit_llb::{Copy, Differ, Git, GitMTime, Http, Image, Local, OciLayout, Platform, State};

use crate::request::context::{ContextSource, NamedContext};
use crate::request::entry::HTTP_FILE;
use crate::request::git::{GitRef, GitTime};
use crate::request::local::LocalRead;
use crate::request::option::without_password;
use crate::request::{Reference, Request};

impl Request {
    /// The tree of a git repository that is the main context.
    pub fn git_state(&self, git: &GitRef) -> State {
        git.state(self.build_args.keep_git_dir == Some(true))
    }

    /// A download that is the main context: one file, [`HTTP_FILE`], the spec or an archive to be [`unpacked`].
    pub fn http_state(&self, url: &str) -> State {
        http(url).named("[internal] load remote build context")
    }

    /// The directory of a main context that the client wants alone, where that context is no local.
    pub fn subdir_state(&self, context: State) -> State {
        match self.entry.subdir() {
            Some(subdir) => {
                State::scratch().copy(Copy { dir_copy_contents: true, ..Copy::new(&context, subdir, "/") })
            }
            None => context,
        }
    }

    /// A named context on `platform`. `None` for those that need a question first: an input its graph,
    /// a local its ignore file.
    pub fn state_of(&self, context: &NamedContext<'_>, platform: &Platform) -> Option<State> {
        let title = |what: &str| format!("[context {}] {what}", context.name);
        Some(match context.source {
            ContextSource::Git(git) => git.state(false),
            ContextSource::Http(url) => http(url).named(title(&without_password(url))),
            ContextSource::Image(image) => self.image_state(image, platform).named(title(&image.familiar())),
            ContextSource::Input(_) | ContextSource::Local(_) => return None,
            ContextSource::OciLayout { store, digest } => {
                let layout = OciLayout {
                    session: Some(self.session.clone()).filter(|session| !session.is_empty()),
                    store: Some(store.clone()),
                    // The engine wants the name of an image, with a host, and looks only at what it has for `store`.
                    ..OciLayout::new(format!("localhost/context@{digest}"), platform.clone())
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

fn http(url: &str) -> State {
    Http { filename: Some(HTTP_FILE.to_owned()), ..Http::new(url) }.state()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::ffi::OsString;

    use buildkit_llb::Definition;
    use expect_test::{Expect, expect};

    use super::*;
    use crate::request::MainContext;

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

    fn named(options: &[&str]) -> Option<State> {
        let request = request(options);
        let platform = Platform::linux("arm64");
        let context = request.context("c", &platform).unwrap().unwrap();
        request.state_of(&context, &platform)
    }

    #[test]
    fn locals_are_read_as_dockerfile_frontends_read_them() {
        let request = request(&["filename=spec.yml", "context:c=local:c", "local-sessionid:c=s2"]);
        let platform = Platform::linux("arm64");
        let named = request.context("c", &platform).unwrap().unwrap();
        let excluded = || vec!["*.tmp".to_owned(), "!a.tmp".to_owned()];
        check(
            &[
                request.read_spec("dockerfile").state(),
                request.read_ignore_file("context").state(),
                request.read_context("context", excluded()).state(),
                request.read_named_ignore_file(&named, "c").state(),
                request.read_named_context(&named, "c", excluded()).state(),
            ],
            &expect![[r#"
                v0 source local://dockerfile
                   local.differ=none
                   local.followpaths=["spec.yml","spec.yml.dockerignore"]
                   local.session=s1
                   local.sharedkeyhint=dockerfile
                   name [internal] load build definition from spec.yml
                root v0:0

                v0 source local://context
                   local.differ=none
                   local.followpaths=[".dockerignore"]
                   local.session=s1
                   local.sharedkeyhint=context-.dockerignore
                   name [internal] load .dockerignore
                root v0:0

                v0 source local://context
                   local.excludepatterns=["*.tmp","!a.tmp"]
                   local.session=s1
                   local.sharedkeyhint=context
                   name [internal] load build context
                root v0:0

                v0 source local://c
                   local.differ=none
                   local.followpaths=[".dockerignore"]
                   local.session=s2
                   local.sharedkeyhint=context:c-.dockerignore
                   name [context c] load .dockerignore
                root v0:0

                v0 source local://c
                   local.excludepatterns=["*.tmp","!a.tmp"]
                   local.session=s2
                   local.sharedkeyhint=context:c-
                   name [context c] load from client
                root v0:0
            "#]],
        );
    }

    #[test]
    fn a_git_context_keeps_what_its_address_says() {
        let request = request(&[
            "build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR=1",
            "context=https://me:secret@example.org/a.git?tag=v1&checksum=0123456789&submodules=0&mtime=commit#:sub",
        ]);
        let MainContext::Git(git) = request.entry.main_context(&BTreeSet::new()) else { panic!("no git") };
        check(
            &[request.git_state(git)],
            &expect![[r#"
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
        "#]],
        );
    }

    #[test]
    fn a_download_is_a_file_or_the_content_of_an_archive() {
        let request = request(&["context=http://buildkit-session/x", "contextsubdir=sub"]);
        let download = request.http_state("http://buildkit-session/x");
        check(
            &[request.subdir_state(unpacked(&download)), download],
            &expect![[r#"
            v0 source http://buildkit-session/x
               http.filename=context
               name [internal] load remote build context
            v1 file
               copy v0:0 /context to / unpack
            v2 file
               copy v1:0 sub to / dir-contents
            root v2:0

            v0 source http://buildkit-session/x
               http.filename=context
               name [internal] load remote build context
            root v0:0
        "#]],
        );
    }

    #[test]
    fn every_kind_of_named_context_becomes_a_source() {
        let digest = format!("sha256:{}", "0123456789abcdef".repeat(4));
        let options: [&[&str]; 5] = [
            &["context:c=docker-image://debian:trixie", "image-resolve-mode=local"],
            &[&format!("context:c=oci-layout://q3x1k2@{digest}")],
            &["context:c=https://example.org/a.tar"],
            &["context:c=git@example.org:a.git#main"],
            &["context:c::linux/arm64=docker-image://debian", "image-resolve-mode=pull"],
        ];
        check(
            &options.map(|options| named(options).unwrap()),
            &expect![[r#"
            v0 source docker-image://docker.io/library/debian:trixie
               image.resolvemode=local
               platform linux/arm64
               name [context c] debian:trixie
            root v0:0

            v0 source oci-layout://localhost/context@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
               oci.session=s1
               oci.store=q3x1k2
               platform linux/arm64
               name [context c] OCI load from client
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

            v0 source docker-image://docker.io/library/debian:latest
               image.resolvemode=pull
               platform linux/arm64
               name [context c::linux/arm64] debian:latest
            root v0:0
        "#]],
        );
        assert!(named(&["context:c=docker-image://scratch"]).unwrap().is_scratch());
    }

    #[test]
    fn what_needs_a_question_first_is_left_to_the_caller() {
        assert_eq!(named(&["context:c=input:c"]), None);
        assert_eq!(named(&["context:c=local:c"]), None);
    }
}
