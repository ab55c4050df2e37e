//! One request with the connection that serves it.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Foreign, Image, Platform, ResolveMode, State};

use crate::build::failure::Failure;
use crate::diagnostic::{Diagnostic, Problems};
use crate::gateway::{self, Error, Gateway, ImageQuery, ResolvedImage, SolveOptions};
use crate::plan::Contexts;
use crate::request::{ContextSource, IGNORE_FILE, LocalRead, Request, ignore_patterns};

/// One request with the connection that serves it.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) gateway: Gateway,
    pub(super) request: Request,
    /// Graphs that the client sent along, by name.
    inputs: BTreeMap<String, Foreign>,
}

impl Session {
    pub(super) async fn open(gateway: Gateway, request: Request) -> Result<Self, Failure> {
        let inputs = match gateway.inputs().await {
            Ok(inputs) => inputs,
            // An engine that cannot pass inputs has passed none.
            Err(Error::Unsupported(_)) => BTreeMap::new(),
            Err(error) => return Err(error.into()),
        };
        Ok(Self { gateway, request, inputs })
    }

    /// Names of the graphs that the client sent along.
    pub(super) fn input_names(&self) -> BTreeSet<String> {
        self.inputs.keys().cloned().collect()
    }

    /// The graph that the client sent along as `name`.
    pub(super) fn input(&self, name: &str) -> Result<State, Failure> {
        let graph = self
            .inputs
            .get(name)
            .ok_or_else(|| Diagnostic::error(None, format!("the client sent no input `{name}`")))?;
        Ok(graph.state())
    }

    /// The platform of the workers.
    pub(super) fn worker_platform(&self) -> Result<Platform, Problems> {
        let first = self.gateway.workers().iter().find_map(|worker| worker.platforms.first());
        first
            .cloned()
            .ok_or_else(|| Diagnostic::error(None, "the engine has no worker that says its platform").into())
    }

    pub(super) fn solve_options(&self, evaluate: bool) -> SolveOptions {
        let imports = self.request.cache_imports.iter().map(|import| gateway::CacheImport {
            kind: import.kind.clone(),
            attrs: import.attributes.clone(),
        });
        SolveOptions { evaluate, cache_imports: imports.collect() }
    }

    /// What the name of an image means to the engine, pinned where the engine knows its digest: then the
    /// graph is the one that is built, and not rewritten by a policy afterwards.
    pub(super) async fn image(&self, reference: &str, platform: &Platform) -> Result<String, Failure> {
        let query = ImageQuery {
            reference: reference.to_owned(),
            platform: Some(platform.clone()),
            mode: self.request.resolve_mode.unwrap_or(ResolveMode::Default),
            log_name: format!("[worker] look up {}", reference.split('@').next().unwrap_or(reference)),
            layout: None,
        };
        let ResolvedImage { reference, digest, .. } = self.gateway.resolve_image(&query).await?;
        match digest {
            Some(digest) if !reference.contains('@') => Ok(format!("{reference}@{digest}")),
            _ => Ok(reference),
        }
    }

    /// The tree of the context `name`.
    pub(super) async fn context(&self, name: &str, platform: &Platform) -> Result<State, Failure> {
        let context = self
            .request
            .context(name, platform)
            .ok_or_else(|| Diagnostic::error(None, format!("the client gave no context `{name}`")))??;
        match context.source {
            ContextSource::Image(image) => {
                let reference = self.image(&image.to_string(), platform).await?;
                let image = Image {
                    resolve_mode: self.request.resolve_mode,
                    ..Image::new(reference, platform.clone())
                };
                let title = format!("[context {}] {}", context.name, image.reference);
                Ok(image.state().named(title))
            }
            ContextSource::Input(input) => self.input(input),
            ContextSource::Local(local) => {
                let ignore = self.request.read_named_ignore_file(&context, local);
                let patterns = self.ignored(&ignore).await?;
                Ok(self.request.read_named_context(&context, local, patterns).state())
            }
            _ => self
                .request
                .state_of(&context, platform)
                .ok_or_else(|| Diagnostic::error(None, format!("the context `{name}` has no tree")).into()),
        }
    }

    /// The patterns of the ignore file that `read` reads; none when there is no such file.
    async fn ignored(&self, read: &LocalRead) -> Result<Vec<String>, Failure> {
        let reference = self.solve(&read.state(), true).await?;
        let content = self.gateway.read_file(&reference, IGNORE_FILE, MAX_IGNORE).await?;
        Ok(content.map_or(Ok(Vec::new()), |content| ignore_patterns(IGNORE_FILE, &content))?)
    }
}

impl Contexts for Session {
    fn has(&self, name: &str, platform: &Platform) -> bool {
        self.request.context(name, platform).is_some()
    }
}

/// Bytes of an ignore file at most.
const MAX_IGNORE: u64 = 1 << 20;
