//! Container images.

use super::{Source, number};
use crate::{Cap, Platform, State};

/// An image in a registry, or one the engine has.
///
/// ```
/// use buildkit_llb::{Image, Platform, ResolveMode};
///
/// let base = Image {
///     resolve_mode: Some(ResolveMode::Local),
///     ..Image::new("docker.io/library/debian:trixie", Platform::linux("amd64"))
/// }
/// .state();
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Image {
    /// Its name in full, with registry and tag or digest: `docker.io/library/debian:trixie@sha256:…`.
    pub reference: String,
    /// Which of the images in an index.
    pub platform: Platform,
    /// Whether the engine may use what it has.
    pub resolve_mode: Option<ResolveMode>,
    /// How the engine lists the image in its use of storage.
    pub record_type: Option<RecordType>,
    /// Take only so many of the lower layers (since 0.11).
    pub layer_limit: Option<u32>,
    /// The digest the manifest must have: `sha256:…` (since 0.25).
    pub checksum: Option<String>,
}

impl Image {
    /// The image named `reference` in full.
    pub fn new(reference: impl Into<String>, platform: Platform) -> Self {
        Self {
            reference: reference.into(),
            platform,
            resolve_mode: None,
            record_type: None,
            layer_limit: None,
            checksum: None,
        }
    }

    /// Its file system.
    pub fn state(self) -> State {
        let Self { reference, platform, resolve_mode, record_type, layer_limit, checksum } = self;
        let mut source = Source::new(format!("docker-image://{reference}"), Cap::SourceImage);
        match resolve_mode {
            None => {}
            Some(ResolveMode::Default) => source.set("image.resolvemode", "default"),
            Some(ResolveMode::Local) => source.set("image.resolvemode", "local"),
            // The other two are hints; a pull that does not happen is a matter of security.
            Some(ResolveMode::Pull) => {
                source.set_needing(Cap::SourceImageResolveMode, "image.resolvemode", "pull");
            }
        }
        match record_type {
            None => {}
            Some(RecordType::Frontend) => source.set("image.recordtype", "frontend"),
            Some(RecordType::Internal) => source.set("image.recordtype", "internal"),
        }
        source.set_needing(Cap::SourceImageLayerLimit, "image.layerlimit", number(layer_limit));
        source.set_needing(Cap::SourceImageChecksum, "image.checksum", checksum.unwrap_or_default());
        source.state(Some(&platform))
    }
}

/// Whether an engine may use an image that it has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ResolveMode {
    /// As the engine is used to: Docker prefers its own images.
    Default,
    /// An image that the engine has, even if the registry has a newer one.
    Local,
    /// What the registry has.
    Pull,
}

/// How an engine lists an image in its use of storage.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RecordType {
    /// As a frontend.
    Frontend,
    /// As plumbing.
    Internal,
}

/// An image in a directory with the OCI layout, at the client (since 0.11).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OciLayout {
    /// Its name and digest: `name@sha256:…`.
    pub reference: String,
    /// Which of the images in an index.
    pub platform: Platform,
    /// The client's session; without one, any of the build's.
    pub session: Option<String>,
    /// The client's name of the directory, if it is not the name in `reference`.
    pub store: Option<String>,
    /// Take only so many of the lower layers.
    pub layer_limit: Option<u32>,
}

impl OciLayout {
    /// The image `name@sha256:…`.
    pub fn new(reference: impl Into<String>, platform: Platform) -> Self {
        Self { reference: reference.into(), platform, session: None, store: None, layer_limit: None }
    }

    /// Its file system.
    pub fn state(self) -> State {
        let Self { reference, platform, session, store, layer_limit } = self;
        let mut source = Source::new(format!("oci-layout://{reference}"), Cap::SourceOciLayout);
        source.set("oci.session", session.unwrap_or_default());
        source.set("oci.store", store.unwrap_or_default());
        source.set("oci.layerlimit", number(layer_limit));
        source.state(Some(&platform))
    }
}
