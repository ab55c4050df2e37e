//! Asking what a source is at this moment.

use std::collections::BTreeMap;

use buildkit_llb::{Platform, ResolveMode};
use buildkit_proto::gateway as wire;
use buildkit_proto::pb;

use crate::gateway::{Error, Gateway, GatewayCap};

/// A question about an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageQuery {
    /// Full name of the image, such as `docker.io/library/debian:trixie`.
    pub reference: String,
    /// Which of its platforms; `None` is the engine's own.
    pub platform: Option<Platform>,
    /// Where it is looked for first.
    pub mode: ResolveMode,
    /// Text of the progress line.
    pub log_name: String,
    /// The client's directory that holds the image, where it is no registry's.
    pub layout: Option<OciStore>,
}

/// An OCI image layout that the client offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OciStore {
    /// Id of the client's session.
    pub session: String,
    /// Name under which the client offers it.
    pub store: String,
}

/// What an image is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedImage {
    /// The image to use; another than was asked for where a policy of the client says so.
    pub reference: String,
    /// Its digest. Images that only the engine has may lack one.
    pub digest: Option<String>,
    /// Its config, JSON of the OCI image specification.
    pub config: Vec<u8>,
}

/// A question about a source of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceQuery {
    /// What it is, such as `https://example.org/file`.
    pub identifier: String,
    /// How it is fetched.
    pub attrs: BTreeMap<String, String>,
    /// Which platform of an image; `None` is the engine's own.
    pub platform: Option<Platform>,
    /// Where an image is looked for first.
    pub mode: ResolveMode,
    /// Text of the progress line.
    pub log_name: String,
}

/// What a source is. At most one of the three answers is there, and none on engines that do not know it:
/// those for git and HTTP came with BuildKit 0.26.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedSource {
    /// The source to use; another than was asked for where a policy of the client says so.
    pub identifier: String,
    /// How it is fetched.
    pub attrs: BTreeMap<String, String>,
    /// What the image is.
    pub image: Option<ResolvedImage>,
    /// What the git reference is.
    pub git: Option<GitSource>,
    /// What the file is.
    pub http: Option<HttpSource>,
}

/// What a git reference is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitSource {
    /// Hash of the commit.
    pub commit: String,
    /// Full name of the reference, such as `refs/tags/v1`.
    pub reference: String,
}

/// What a file of a web server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSource {
    /// Its digest, with the algorithm.
    pub digest: String,
    /// Its name.
    pub filename: String,
    /// When it was changed, in seconds since 1970-01-01 UTC.
    pub modified: Option<i64>,
}

impl Gateway {
    /// Digest and config of an image.
    pub async fn resolve_image(&self, query: &ImageQuery) -> Result<ResolvedImage, Error> {
        if !self.caps().has(GatewayCap::SourceMetaResolver) {
            return self.resolve_config(query).await;
        }
        let ImageQuery { reference, platform, mode, log_name, layout } = query;
        let (scheme, attrs) = match layout {
            None => (DOCKER_IMAGE, BTreeMap::new()),
            Some(OciStore { session, store }) => {
                let attrs = [("oci.session", session), ("oci.store", store)];
                (OCI_LAYOUT, attrs.map(|(key, value)| (key.to_owned(), value.clone())).into())
            }
        };
        let source = SourceQuery {
            identifier: format!("{scheme}{reference}"),
            attrs,
            platform: platform.clone(),
            mode: *mode,
            log_name: log_name.clone(),
        };
        let ResolvedSource { identifier, image, .. } = self.resolve_meta(&source).await?;
        image.ok_or_else(|| Error::NotAnImage { reference: reference.clone(), identifier })
    }

    /// What a source is. For an engine that cannot say it, the source as it was asked for.
    pub async fn resolve_source(&self, query: &SourceQuery) -> Result<ResolvedSource, Error> {
        if self.caps().has(GatewayCap::SourceMetaResolver) {
            return self.resolve_meta(query).await;
        }
        let SourceQuery { identifier, attrs, platform, mode, log_name } = query;
        let mut source = ResolvedSource {
            identifier: identifier.clone(),
            attrs: attrs.clone(),
            image: None,
            git: None,
            http: None,
        };
        let attr = |name: &str| attrs.get(name).cloned().unwrap_or_default();
        let (scheme, reference, layout) =
            match (identifier.strip_prefix(DOCKER_IMAGE), identifier.strip_prefix(OCI_LAYOUT)) {
                (Some(reference), _) => (DOCKER_IMAGE, reference, None),
                (_, Some(reference)) => {
                    let layout = OciStore { session: attr("oci.session"), store: attr("oci.store") };
                    (OCI_LAYOUT, reference, Some(layout))
                }
                _ => return Ok(source),
            };
        let query = ImageQuery {
            reference: reference.to_owned(),
            platform: platform.clone(),
            mode: *mode,
            log_name: log_name.clone(),
            layout,
        };
        let image = self.resolve_config(&query).await?;
        source.identifier = format!("{scheme}{}", image.reference);
        source.image = Some(image);
        Ok(source)
    }

    async fn resolve_meta(&self, query: &SourceQuery) -> Result<ResolvedSource, Error> {
        let SourceQuery { identifier, attrs, platform, mode, log_name } = query;
        let request = wire::ResolveSourceMetaRequest {
            source: Some(pb::SourceOp { identifier: identifier.clone(), attrs: attrs.clone() }),
            platform: platform.as_ref().map(Platform::to_pb),
            log_name: log_name.clone(),
            resolve_mode: word(*mode).to_owned(),
            ..wire::ResolveSourceMetaRequest::default()
        };
        let answer = self.bridge().resolve_source_meta(request).await;
        let answer = answer.map_err(|status| Error::of_call(META, &status))?.into_inner();
        let wire::ResolveSourceMetaResponse { source, image, git, http } = answer;
        let Some(pb::SourceOp { identifier, attrs }) = source else {
            return Err(Error::answer(META, "it does not name the source"));
        };
        let image = match image {
            None => None,
            Some(image) => {
                let reference =
                    [DOCKER_IMAGE, OCI_LAYOUT].iter().find_map(|scheme| identifier.strip_prefix(scheme));
                Some(ResolvedImage {
                    reference: reference
                        .ok_or_else(|| Error::answer(META, format!("an image is named `{identifier}`")))?
                        .to_owned(),
                    digest: digest(META, image.digest)?,
                    config: image.config,
                })
            }
        };
        let git = git.map(|git| GitSource {
            // Of an annotated tag, `checksum` is the hash of the tag.
            commit: [git.commit_checksum, git.checksum]
                .into_iter()
                .find(|hash| !hash.is_empty())
                .unwrap_or_default(),
            reference: git.r#ref,
        });
        let http = match http {
            None => None,
            Some(http) => Some(HttpSource {
                digest: digest(META, http.checksum)?
                    .ok_or_else(|| Error::answer(META, "a file has no digest"))?,
                filename: http.filename,
                modified: http.last_modified.map(|time| time.seconds),
            }),
        };
        Ok(ResolvedSource { identifier, attrs, image, git, http })
    }

    /// Asks in the way of engines before 0.13.
    async fn resolve_config(&self, query: &ImageQuery) -> Result<ResolvedImage, Error> {
        self.caps().require(GatewayCap::ResolveImage)?;
        let ImageQuery { reference, platform, mode, log_name, layout } = query;
        let (resolver_type, layout) = match layout {
            None => (REGISTRY, OciStore { session: String::new(), store: String::new() }),
            Some(layout) => (LAYOUT, layout.clone()),
        };
        let request = wire::ResolveImageConfigRequest {
            r#ref: reference.clone(),
            platform: platform.as_ref().map(Platform::to_pb),
            resolve_mode: word(*mode).to_owned(),
            log_name: log_name.clone(),
            resolver_type,
            session_id: layout.session,
            store_id: layout.store,
            ..wire::ResolveImageConfigRequest::default()
        };
        let answer = self.bridge().resolve_image_config(request).await;
        let answer = answer.map_err(|status| Error::of_call(CONFIG, &status))?.into_inner();
        Ok(ResolvedImage {
            // Empty before 0.12.
            reference: if answer.r#ref.is_empty() { reference.clone() } else { answer.r#ref },
            digest: digest(CONFIG, answer.digest)?,
            config: answer.config,
        })
    }
}

/// The word on the wire.
fn word(mode: ResolveMode) -> &'static str {
    match mode {
        ResolveMode::Default => "default",
        ResolveMode::Local => "local",
        ResolveMode::Pull => "pull",
    }
}

/// A digest by the grammar of the OCI image specification, or `None` for an empty text.
fn digest(call: &'static str, text: String) -> Result<Option<String>, Error> {
    let legal = |text: &str| {
        let (algorithm, encoded) = text.split_once(':')?;
        let word = |part: &str, extra: &[u8]| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte))
        };
        (word(algorithm, b"+._-") && word(encoded, b"=_-")).then_some(())
    };
    match &*text {
        "" => Ok(None),
        _ if legal(&text).is_some() => Ok(Some(text)),
        _ => Err(Error::answer(call, format!("`{}` is not a digest", text.escape_debug()))),
    }
}

const META: &str = "ResolveSourceMeta";
const CONFIG: &str = "ResolveImageConfig";
const DOCKER_IMAGE: &str = "docker-image://";
const OCI_LAYOUT: &str = "oci-layout://";
// `ResolverType` of `client/llb/sourceresolver`.
const REGISTRY: i32 = 0;
const LAYOUT: i32 = 1;
