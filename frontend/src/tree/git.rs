//! Sources that are repositories of git.

use buildkit_llb::{self as llb, State};

use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::spec::Concrete;
use crate::spec::reference::SecretId;
use crate::spec::source::Git;
use crate::tree::Trees;
use crate::tree::unmet::Unmet;

impl Trees<'_> {
    /// The tree of a commit.
    pub(super) fn git(
        &self,
        name: &str,
        git: &Git<Concrete>,
        span: Span,
        unmet: &mut Unmet,
    ) -> Option<State> {
        let Git { url, commit, checksum, keep_git_dir: _, auth: _ } = git;
        let mut checksum = checksum.as_ref();
        if is_whole(commit.value.as_str())
            && let Some(known) = checksum.take()
            && !commit.value.as_str().starts_with(known.value.as_str())
        {
            let message = format!("`commit` is another one than `{}`", known.value);
            let error = Diagnostic::error(known.span, message).label(commit.span, "which is named here");
            unmet.push(error.help("leave one of the two out"));
            return None;
        }
        let source = llb::Git { checksum: checksum.map(|known| known.value.to_string()), ..operation(git) };
        let state = source.state().named(format!("[source] {name}: {}#{}", url.value, commit.value));
        Some(state.located(self.places.location(span)))
    }
}

impl Trees<'_> {
    /// The tree with `.git` of a reference that may move; none where it cannot.
    pub fn moving(&self, name: &str, git: &Git<Concrete>) -> Option<State> {
        if git.checksum.is_some() || is_whole(git.commit.value.as_str()) {
            return None;
        }
        let state = llb::Git { keep_git_dir: true, ..operation(git) }.state();
        Some(state.named(format!("[source] {name}: commit of {}", git.commit.value)))
    }
}

/// A commit as it is fetched, whatever it must be.
fn operation(git: &Git<Concrete>) -> llb::Git {
    let Git { url, commit, checksum: _, keep_git_dir, auth } = git;
    let usual = llb::Git::new(url.value.as_str());
    let id = |id: &Option<SecretId>| id.as_ref().map(ToString::to_string);
    llb::Git {
        reference: Some(commit.value.to_string()),
        keep_git_dir: *keep_git_dir,
        auth_token_secret: id(&auth.token).or_else(|| usual.auth_token_secret.clone()),
        auth_header_secret: id(&auth.header).or_else(|| usual.auth_header_secret.clone()),
        mount_ssh_sock: id(&auth.ssh),
        ..usual
    }
}

/// Whether a reference is the whole name of a commit, by SHA-1 or by SHA-256, which never means another one.
pub(super) fn is_whole(reference: &str) -> bool {
    [40, 64].contains(&reference.len())
        && reference.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
