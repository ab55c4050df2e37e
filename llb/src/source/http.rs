//! Files of web servers.

use super::{Source, number, permissions};
use crate::{Cap, State};

/// A file that a web server has.
///
/// ```
/// use buildkit_llb::Http;
///
/// let package = Http {
///     checksum: Some("sha256:9f5ba8b5d7d9fd5d8f9ba0f8b6bd1f9fb5a9d3c6cf3a0f0ec4f7bb1b6c1d8f0a".into()),
///     filename: Some("package.deb".into()),
///     ..Http::new("https://example.org/pool/p/package_1_amd64.deb")
/// }
/// .state()
/// .named("fetch package 1 (amd64)");
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Http {
    /// Its address, `http` or `https`.
    pub url: String,
    /// The digest its content must have: `sha256:…`. Without one the server is asked in each build.
    pub checksum: Option<String>,
    /// The file's name instead of the one the server or the address gives.
    pub filename: Option<String>,
    /// The file's permissions instead of 0600: `0o644`.
    pub perm: Option<u32>,
    /// The user who owns the file instead of root.
    pub uid: Option<u32>,
    /// The group that owns the file instead of root.
    pub gid: Option<u32>,
    /// The secret whose value is sent as the header `Authorization` (since 0.21).
    pub auth_header_secret: Option<String>,
    /// The header `Accept` (since 0.21).
    pub accept: Option<String>,
    /// The header `User-Agent` (since 0.21).
    pub user_agent: Option<String>,
    /// A signature that the content must have (since 0.28).
    pub signature: Option<HttpSignature>,
}

/// An `OpenPGP` signature in a file of its own, in ASCII armour.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HttpSignature {
    /// The public keys.
    pub public_key: String,
    /// The signature.
    pub signature: String,
}

impl Http {
    /// The file at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    /// A file system with the file as its one file.
    pub fn state(self) -> State {
        let Self {
            url,
            checksum,
            filename,
            perm,
            uid,
            gid,
            auth_header_secret,
            accept,
            user_agent,
            signature,
        } = self;
        let mut source = Source::new(url, Cap::SourceHttp);
        source.set_needing(Cap::SourceHttpChecksum, "http.checksum", checksum.unwrap_or_default());
        source.set("http.filename", filename.unwrap_or_default());
        source.set_needing(Cap::SourceHttpPerm, "http.perm", permissions(perm));
        source.set_needing(Cap::SourceHttpUidGid, "http.uid", number(uid));
        source.set_needing(Cap::SourceHttpUidGid, "http.gid", number(gid));
        let secret = auth_header_secret.unwrap_or_default();
        source.set_needing(Cap::SourceHttpAuth, "http.authheadersecret", secret);
        source.set_needing(Cap::SourceHttpHeader, "http.header.accept", accept.unwrap_or_default());
        source.set_needing(Cap::SourceHttpHeader, "http.header.user-agent", user_agent.unwrap_or_default());
        if let Some(HttpSignature { public_key, signature }) = signature {
            source.set_needing(Cap::SourceHttpSignatureVerify, "http.sig.pubkey", public_key);
            source.set_needing(Cap::SourceHttpSignatureVerify, "http.sig.signature", signature);
        }
        source.state(None)
    }
}
