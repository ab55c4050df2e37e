//! Sources that are repositories of git.

use crate::diagnostic::Problems;
use crate::spec::decode::{Field, Fields};
use crate::spec::reference::{GitChecksum, GitRef, GitUrl, SecretId};
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;

/// A repository of git at one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Git<S: Stage> {
    /// The repository.
    pub url: S::Of<GitUrl>,
    /// The commit, tag or branch that is checked out.
    pub commit: S::Of<GitRef>,
    /// The name that the commit must have, or its beginning.
    pub checksum: Option<S::Of<GitChecksum>>,
    /// Whether `.git` is kept.
    pub keep_git_dir: bool,
    /// Which secrets open it.
    pub auth: GitAuth,
}

/// Ids of what opens a repository; none: `BuildKit`'s own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitAuth {
    /// Id of the secret with an `Authorization` header.
    pub header: Option<SecretId>,
    /// Id of the ssh agent.
    pub ssh: Option<SecretId>,
    /// Id of the secret with a token.
    pub token: Option<SecretId>,
}

pub(super) fn git(field: Field<'_, '_>, scope: Scope<'_>, problems: &mut Problems) -> Option<Git<Written>> {
    let mut fields = Fields::read(field.value, "`git`", problems)?;
    let url = fields.require_value("url", field.place, scope, problems);
    let commit = fields.require_value("commit", field.place, scope, problems);
    let checksum = fields.value("checksum", scope, problems);
    let keep_git_dir = fields.flag("keepGitDir", problems);
    let auth = fields.take("auth").and_then(|field| auth(field, problems)).unwrap_or_default();
    fields.finish(problems);
    Some(Git { url: url?, commit: commit?, checksum, keep_git_dir, auth })
}

fn auth(field: Field<'_, '_>, problems: &mut Problems) -> Option<GitAuth> {
    let mut fields = Fields::read(field.value, "`auth`", problems)?;
    let mut id = |name, problems: &mut Problems| fields.parse(name, problems).map(|id| id.value);
    let auth =
        GitAuth { header: id("header", problems), ssh: id("ssh", problems), token: id("token", problems) };
    fields.finish(problems);
    Some(auth)
}
