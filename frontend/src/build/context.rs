//! One request with the connection that serves it.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Foreign, Image, Platform, ResolveMode, State};

use crate::build::failure::Failure;
use crate::diagnostic::{Diagnostic, Problems};
use crate::gateway::{self, Error, Gateway, ImageQuery, ResolvedImage, SolveOptions};
use crate::plan::Contexts;
use crate::request::{
    ARCHIVE_HEAD, ContextSource, HTTP_FILE, IGNORE_FILE, LocalRead, MainContext, Request, SpecSource,
    archive_kind, ignore_patterns, unpacked,
};
use crate::tree::{self, ContextPart};

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
    pub(super) async fn image(&self, reference: &str, platform: &Platform) -> Result<tree::Image, Failure> {
        let query = ImageQuery {
            reference: reference.to_owned(),
            platform: Some(platform.clone()),
            mode: self.request.resolve_mode.unwrap_or(ResolveMode::Default),
            log_name: format!("[worker] look up {}", reference.split('@').next().unwrap_or(reference)),
            layout: None,
        };
        let ResolvedImage { reference, digest, config } = self.gateway.resolve_image(&query).await?;
        let reference = match digest {
            Some(digest) if !reference.contains('@') => format!("{reference}@{digest}"),
            _ => reference,
        };
        Ok(tree::Image::new(&reference, &config))
    }

    /// The tree of the context `name`.
    pub(super) async fn context(&self, name: &str, platform: &Platform) -> Result<State, Failure> {
        let context = self
            .request
            .context(name, platform)
            .ok_or_else(|| Diagnostic::error(None, format!("the client gave no context `{name}`")))??;
        match context.source {
            ContextSource::Image(image) => {
                let reference = self.image(&image.to_string(), platform).await?.reference;
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

    /// What is wanted of a context, and perhaps more: of a directory of the client only that is sent.
    pub(super) async fn part(&self, part: &ContextPart, platform: &Platform) -> Result<State, Failure> {
        let ContextPart { name, path, includes, excludes } = part;
        let narrow = |read: LocalRead| read.narrowed(path, includes, excludes).state();
        if let Some(context) = self.request.context(name, platform) {
            let context = context?;
            let ContextSource::Local(local) = context.source else {
                return self.context(name, platform).await;
            };
            let patterns = self.ignored(&self.request.read_named_ignore_file(&context, local)).await?;
            return Ok(narrow(self.request.read_named_context(&context, local, patterns)));
        }
        match self.request.entry.main_context(&self.input_names()) {
            MainContext::Local(name) => {
                let patterns = self.main_ignored(name).await?;
                Ok(narrow(self.request.read_context(name, patterns)))
            }
            MainContext::Git(_) | MainContext::Http(_) | MainContext::Input(_) => self.whole_context().await,
        }
    }

    /// The main context.
    pub(super) async fn whole_context(&self) -> Result<State, Failure> {
        let tree = match self.request.entry.main_context(&self.input_names()) {
            MainContext::Git(git) => self.request.git_state(git),
            MainContext::Http(url) => {
                let download = self.request.http_state(url);
                let reference = self.solve(&download, true).await?;
                let head = self.gateway.read_head(&reference, &format!("/{HTTP_FILE}"), ARCHIVE_HEAD).await?;
                match archive_kind(&head.unwrap_or_default()) {
                    Some(_) => unpacked(&download),
                    None => download,
                }
            }
            MainContext::Input(name) => self.input(name)?,
            MainContext::Local(name) => {
                let patterns = self.main_ignored(name).await?;
                return Ok(self.request.read_context(name, patterns).state());
            }
        };
        Ok(self.request.subdir_state(tree))
    }

    /// What the ignore file of the main context says: that beside the spec, else that of the context.
    async fn main_ignored(&self, name: &str) -> Result<Vec<String>, Failure> {
        match self.own_ignore_file().await? {
            Some(content) => Ok(ignore_patterns(&self.request.entry.ignore_file(), &content)?),
            None => self.ignored(&self.request.read_ignore_file(name)).await,
        }
    }

    /// The ignore file that belongs to the spec, where the client has both in a directory.
    pub(super) async fn own_ignore_file(&self) -> Result<Option<Vec<u8>>, Failure> {
        let SpecSource::Local(local) = self.request.entry.spec_source(&self.input_names()) else {
            return Ok(None);
        };
        let reference = self.solve(&self.request.read_spec(local).state(), true).await?;
        let file = self.request.entry.ignore_file();
        Ok(self.gateway.read_file(&reference, &file, MAX_IGNORE).await?)
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
