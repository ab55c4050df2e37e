//! Telling the user something that does not stop the build.

use std::sync::Arc;

use buildkit_llb::{Range, SourceInfo};
use buildkit_proto::gateway as wire;

use crate::gateway::{Gateway, GatewayCap};

/// A warning. Clients print `short` and count the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Warning {
    /// Digest of the vertex it is about; empty for the build as a whole.
    pub digest: String,
    /// The warning in one line.
    pub short: String,
    /// More lines.
    pub detail: Vec<String>,
    /// Where to read on; may be empty.
    pub url: String,
    /// The file it is about.
    pub source: Option<Arc<SourceInfo>>,
    /// Places in the file.
    pub ranges: Vec<Range>,
}

impl Gateway {
    /// Shows a warning, if the engine can: those before BuildKit 0.10 cannot. A warning that is lost
    /// changes no build, so nothing is said of it here.
    pub async fn warn(&self, warning: &Warning) {
        if !self.caps().has(GatewayCap::Warnings) {
            return;
        }
        let Warning { digest, short, detail, url, source, ranges } = warning;
        let request = wire::WarnRequest {
            digest: digest.clone(),
            level: LEVEL,
            short: short.clone().into_bytes(),
            detail: detail.iter().map(|line| line.clone().into_bytes()).collect(),
            url: url.clone(),
            info: source.as_ref().map(|source| source.to_pb()),
            ranges: ranges.iter().map(Range::to_pb).collect(),
        };
        if let Err(status) = self.bridge().warn(request).await {
            tracing::debug!(message = status.message(), "a warning was not shown");
        }
    }
}

/// The level of all warnings that BuildKit's own frontend gives.
const LEVEL: i64 = 1;
