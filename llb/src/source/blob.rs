//! Single blobs of a registry or an OCI layout.

use super::{Source, number, permissions};
use crate::{Cap, State};

/// One blob, as a file (since 0.28).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Blob {
    /// The repository and the blob's digest, without a tag: `registry.example.org/repository@sha256:…`.
    pub reference: String,
    /// Where the repository is.
    pub store: BlobStore,
    /// The file's name instead of one that the engine makes up.
    pub filename: Option<String>,
    /// The file's permissions: `0o644`.
    pub perm: Option<u32>,
    /// The user who owns the file.
    pub uid: Option<u32>,
    /// The group that owns the file.
    pub gid: Option<u32>,
}

/// Where a blob is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum BlobStore {
    /// In a directory with the OCI layout, at the client.
    OciLayout {
        /// The client's session; without one, any of the build's.
        session: Option<String>,
        /// The client's name of the directory, if it is not the repository's.
        store: Option<String>,
    },
    /// In the registry that the reference names.
    Registry,
}

impl Blob {
    /// The blob `reference` of a registry.
    pub fn new(reference: impl Into<String>) -> Self {
        Self {
            reference: reference.into(),
            store: BlobStore::Registry,
            filename: None,
            perm: None,
            uid: None,
            gid: None,
        }
    }

    /// A file system with the blob as its one file.
    pub fn state(self) -> State {
        let Self { reference, store, filename, perm, uid, gid } = self;
        let mut source = match store {
            BlobStore::OciLayout { session, store } => {
                let identifier = format!("oci-layout+blob://{reference}");
                let mut source = Source::new(identifier, Cap::SourceImageBlob);
                source.set("oci.session", session.unwrap_or_default());
                source.set("oci.store", store.unwrap_or_default());
                source
            }
            BlobStore::Registry => {
                Source::new(format!("docker-image+blob://{reference}"), Cap::SourceImageBlob)
            }
        };
        source.set("http.filename", filename.unwrap_or_default());
        source.set("http.perm", permissions(perm));
        source.set("http.uid", number(uid));
        source.set("http.gid", number(gid));
        source.state(None)
    }
}
