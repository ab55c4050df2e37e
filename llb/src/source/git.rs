//! Git repositories.

use super::Source;
use crate::{Cap, State};

/// A commit of a Git repository.
///
/// ```
/// use buildkit_llb::Git;
///
/// let tree = Git { reference: Some("v1.2.3".into()), ..Git::new("https://example.org/project.git") }.state();
/// ```
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute of the source and stands alone")]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Git {
    /// The repository: `https://…`, `ssh://…`, `git://…` or `user@host:path`.
    pub url: String,
    /// A branch, a tag or a whole commit id, instead of the repository's default branch.
    pub reference: Option<String>,
    /// The directory to take instead of all (since 0.9).
    pub subdir: Option<String>,
    /// Whether `.git` is kept.
    pub keep_git_dir: bool,
    /// The secret with a token for HTTP.
    pub auth_token_secret: Option<String>,
    /// The secret with the value of the header `Authorization` for HTTP.
    pub auth_header_secret: Option<String>,
    /// Lines of `known_hosts` for SSH; each must end in a line feed.
    pub known_ssh_hosts: Option<String>,
    /// The SSH agent's name at the client, instead of `default`.
    pub mount_ssh_sock: Option<String>,
    /// The commit id that `reference` must have, whole or its beginning (since 0.22).
    pub checksum: Option<String>,
    /// Whether submodules are left out (since 0.24).
    pub skip_submodules: bool,
    /// What becomes the modification time of files (since 0.29).
    pub mtime: Option<GitMTime>,
    /// Whether `checksum` is fetched without looking up `reference` (since 0.30).
    pub fetch_by_commit: bool,
    /// A bundle to take the history from instead of the repository; needs `checksum` (since 0.30).
    pub bundle: Option<GitBundle>,
    /// Whether the result is a bundle with the commit, the file `bundle`, instead of the files (since 0.30).
    pub checkout_bundle: bool,
    /// A signature that the commit or tag must have (since 0.26).
    pub signature: Option<GitSignature>,
}

/// What becomes the modification time of checked-out files.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum GitMTime {
    /// The time of the checkout.
    Checkout,
    /// The time of the commit.
    Commit,
}

/// A Git bundle in a registry or an OCI layout.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct GitBundle {
    /// `docker-image+blob://NAME@sha256:…` or `oci-layout+blob://NAME@sha256:…`.
    pub locator: String,
    /// The client's session of an OCI layout.
    pub session: Option<String>,
    /// The client's name of an OCI layout.
    pub store: Option<String>,
}

/// How a commit or tag must be signed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct GitSignature {
    /// The public keys in ASCII armour, or lines of SSH keys.
    pub public_key: String,
    /// Whether a signature counts no more once its key has expired.
    pub reject_expired: bool,
    /// Whether the tag must be signed; a signed commit is not enough then.
    pub require_signed_tag: bool,
    /// Whether a tag's signature is ignored; the commit must be signed then.
    pub ignore_signed_tag: bool,
}

impl Git {
    /// The default branch of the repository at `url`, for HTTP with the secrets that BuildKit's own client offers if
    /// they exist: `GIT_AUTH_TOKEN` and `GIT_AUTH_HEADER`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            reference: None,
            subdir: None,
            keep_git_dir: false,
            auth_token_secret: Some(AUTH_TOKEN.to_owned()),
            auth_header_secret: Some(AUTH_HEADER.to_owned()),
            known_ssh_hosts: None,
            mount_ssh_sock: None,
            checksum: None,
            skip_submodules: false,
            mtime: None,
            fetch_by_commit: false,
            bundle: None,
            checkout_bundle: false,
            signature: None,
        }
    }

    /// The commit's files.
    pub fn state(self) -> State {
        let Self {
            url,
            reference,
            subdir,
            keep_git_dir,
            auth_token_secret,
            auth_header_secret,
            known_ssh_hosts,
            mount_ssh_sock,
            checksum,
            skip_submodules,
            mtime,
            fetch_by_commit,
            bundle,
            checkout_bundle,
            signature,
        } = self;
        let remote = Remote::of(&url);
        let subdir = subdir.unwrap_or_default();
        let mut source =
            Source::new(remote.identifier(&reference.unwrap_or_default(), &subdir), Cap::SourceGit);
        if !subdir.is_empty() {
            source.caps.insert(Cap::SourceGitSubdir);
        }
        source.flag(Cap::SourceGitKeepGitDir, "git.keepgitdir", keep_git_dir);
        source.set_needing(Cap::SourceGitFullUrl, "git.fullurl", without_query(&url));
        for (key, usual, secret) in [
            ("git.authtokensecret", AUTH_TOKEN, auth_token_secret),
            ("git.authheadersecret", AUTH_HEADER, auth_header_secret),
        ] {
            match secret {
                // Engines that do not know the attribute do not miss what most clients do not have.
                Some(secret) if secret == usual => source.set(key, secret),
                Some(secret) => source.set_needing(Cap::SourceGitHttpAuth, key, secret),
                None => {}
            }
        }
        if remote.ssh {
            let hosts = known_ssh_hosts.unwrap_or_default();
            source.set_needing(Cap::SourceGitKnownSshHosts, "git.knownsshhosts", hosts);
            let agent = mount_ssh_sock.unwrap_or_else(|| "default".to_owned());
            source.set_needing(Cap::SourceGitMountSshSock, "git.mountsshsock", agent);
        }
        source.set_needing(Cap::SourceGitChecksum, "git.checksum", checksum.unwrap_or_default());
        source.flag(Cap::SourceGitSkipSubmodules, "git.skipsubmodules", skip_submodules);
        let mtime = match mtime {
            None => "",
            Some(GitMTime::Checkout) => "checkout",
            Some(GitMTime::Commit) => "commit",
        };
        source.set_needing(Cap::SourceGitMTime, "git.mtime", mtime);
        source.flag(Cap::SourceGitFetchByCommit, "git.fetchbycommit", fetch_by_commit);
        if let Some(GitBundle { locator, session, store }) = bundle {
            source.set_needing(Cap::SourceGitBundle, "git.bundle", locator);
            source.set("oci.session", session.unwrap_or_default());
            source.set("oci.store", store.unwrap_or_default());
        }
        source.flag(Cap::SourceGitCheckoutBundle, "git.checkoutbundle", checkout_bundle);
        if let Some(GitSignature { public_key, reject_expired, require_signed_tag, ignore_signed_tag }) =
            signature
        {
            let cap = Cap::SourceGitSignatureVerify;
            source.set_needing(cap, "git.sig.pubkey", public_key);
            source.flag(cap, "git.sig.rejectexpired", reject_expired);
            source.flag(cap, "git.sig.requiresignedtag", require_signed_tag);
            source.flag(cap, "git.sig.ignoresignedtag", ignore_signed_tag);
        }
        source.state(None)
    }
}

/// A repository's address, taken apart.
struct Remote<'a> {
    host: &'a str,
    path: &'a str,
    ssh: bool,
}

impl<'a> Remote<'a> {
    fn of(url: &'a str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        // Where a scheme is missing, a colon before any slash is that of `user@host:path`.
        let scp = scheme.is_empty() && rest.split('/').next().is_some_and(|host| host.contains(':'));
        let (authority, path) = rest.split_once(if scp { ':' } else { '/' }).unwrap_or((rest, ""));
        let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        Self {
            host,
            path: without_query(path).trim_matches('/'),
            ssh: scp || scheme.eq_ignore_ascii_case("ssh"),
        }
    }

    /// The same for all schemes, so that they share a cache: `git://host/path#reference:subdir`.
    fn identifier(&self, reference: &str, subdir: &str) -> String {
        let Self { host, path, ssh: _ } = self;
        let subdir = subdir.trim_matches('/');
        match (reference, subdir) {
            ("", "") => format!("git://{host}/{path}"),
            (reference, "") => format!("git://{host}/{path}#{reference}"),
            (reference, subdir) => format!("git://{host}/{path}#{reference}:{subdir}"),
        }
    }
}

/// What comes before a query or a fragment.
fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// Names of secrets in BuildKit's `client/llb/source.go`.
const AUTH_TOKEN: &str = "GIT_AUTH_TOKEN";
const AUTH_HEADER: &str = "GIT_AUTH_HEADER";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_has_one_identifier_by_whatever_scheme() {
        for (url, ssh) in [
            ("https://example.org/group/project.git", false),
            ("http://user:word@example.org/group/project.git?x=y#z", false),
            ("git://example.org/group/project.git/", false),
            ("ssh://git@example.org/group/project.git", true),
            ("git@example.org:group/project.git", true),
        ] {
            let remote = Remote::of(url);
            assert_eq!(
                (&*remote.identifier("v1", "/sub/"), remote.ssh),
                ("git://example.org/group/project.git#v1:sub", ssh),
                "{url}"
            );
        }
        assert_eq!(Remote::of("https://example.org/p").identifier("", "sub"), "git://example.org/p#:sub");
        assert_eq!(Remote::of("https://example.org/p").identifier("", ""), "git://example.org/p");
    }
}
