//! Targets that another frontend builds: it gets the spec with nothing left to decide, and its answer is ours.

use std::collections::BTreeMap;

use buildkit_llb::{Definition, MkFile, Platform, State};
use serde_json::{Value, json};

use super::words;
use crate::build::context::Session;
use crate::build::failure::Failure;
use crate::build::place::Map;
use crate::diagnostic::{Diagnostic, harmless, literal};
use crate::gateway::{BuildResult, Error, Forward, Forwarded, References};
use crate::request::{KEY, MainContext, Request};
use crate::resolve::{Frontend, Resolved};
use crate::spec::{ALWAYS, Spec, Target};
use crate::subrequest::{self, Subrequest};

/// What another frontend is asked for.
#[derive(Debug)]
pub(super) struct Errand<'a> {
    /// The target whose frontend it is.
    pub(super) target: &'a Target,
    /// The path of what is asked for, below the key of the target.
    pub(super) below: &'a str,
    /// The spec as it is written.
    pub(super) spec: &'a Spec,
}

/// What another frontend can build.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Offer {
    /// What follows `--target`, the key of the target included.
    pub(super) name: String,
    /// What it gives, in its own words.
    pub(super) description: String,
}

/// The errand that `path` is, where a target of the spec has a frontend of its own.
pub(super) fn errand<'a>(request: &Request, spec: &'a Spec, path: &'a str) -> Option<Errand<'a>> {
    let path = path.trim_matches('/');
    let (key, below) = path.split_once('/').unwrap_or((path, ""));
    let target = foreign(request, spec).find(|target| target.key.value == key)?;
    Some(Errand { target, below, spec })
}

/// Targets that another frontend builds. What another one let this frontend build is built here.
pub(super) fn foreign<'a>(request: &Request, spec: &'a Spec) -> impl Iterator<Item = &'a Target> {
    let here = request.key.is_some();
    spec.targets.iter().filter(move |target| !here && target.frontend.is_some())
}

/// What is said of a target whose frontend does not say what it can build.
pub(super) fn description(resolved: Option<&Resolved>) -> String {
    match resolved.and_then(|resolved| resolved.frontend.as_ref()) {
        Some(Frontend { image, .. }) => format!("built by the frontend `{}`", image.value),
        None => "built by a frontend of its own".to_owned(),
    }
}

impl Errand<'_> {
    /// Lets the other frontend build for each of the platforms: once, where the spec is the same for all of them.
    pub(super) async fn run(
        &self,
        session: &Session,
        resolved: &[(Platform, Resolved)],
        map: &Map,
    ) -> Result<BuildResult, Failure> {
        let parcels = resolved.iter().map(|(platform, resolved)| Some((platform, parcel(resolved)?)));
        let parcels: Vec<_> = parcels.collect::<Option<_>>().unwrap_or_default();
        let Some((_, first)) = parcels.first() else { return Ok(BuildResult::default()) };
        if parcels.iter().all(|(_, parcel)| parcel.text == first.text) {
            let forwarded = self.send(session, first, None, map).await?;
            if matches!(forwarded.references, References::None) {
                return Err(self.nothing(first, "no result").into());
            }
            let Forwarded { references, metadata, attestations, graph: _ } = forwarded;
            return Ok(BuildResult { references, metadata, attestations });
        }
        let mut result = BuildResult::default();
        let (mut references, mut platforms) = (BTreeMap::new(), Vec::new());
        for (platform, parcel) in parcels {
            let forwarded = self.send(session, &parcel, Some(platform), map).await?;
            let id = platform.to_string();
            let reference = match forwarded.references {
                References::One(reference) => Some(reference),
                References::ByPlatform(mut of) => of.remove(&id),
                References::None => None,
            };
            let reference =
                reference.ok_or_else(|| self.nothing(&parcel, &format!("no result for {}", literal(&id))))?;
            for (name, value) in forwarded.metadata {
                let one = OF_A_PLATFORM.contains(&name.as_str());
                result.metadata.entry(if one { format!("{name}/{id}") } else { name }).or_insert(value);
            }
            result.attestations.extend(forwarded.attestations);
            platforms.push(json!({ "ID": id, "Platform": words(platform) }));
            references.insert(id, reference);
        }
        let platforms = json!({ "Platforms": platforms }).to_string();
        result.metadata.insert("refs.platforms".to_owned(), platforms.into_bytes());
        result.references = References::ByPlatform(references);
        Ok(result)
    }

    /// What the other frontend says it can build; `None` when it does not say.
    pub(super) async fn offers(&self, session: &Session, resolved: &Resolved) -> Option<Vec<Offer>> {
        let parcel = parcel(resolved)?;
        let mut forward = self.forward(session, &parcel, None).await.ok()?;
        forward.options.insert("requestid".to_owned(), Subrequest::Targets.name().to_owned());
        let caps = session.request.capabilities.iter().map(String::as_str).chain([subrequest::CAPABILITY]);
        forward.options.insert("frontend.caps".to_owned(), in_a_row(caps));
        let answer = session.gateway.forward(&forward).await.ok()?;
        let list: Value = serde_json::from_slice(answer.metadata.get("result.json")?).ok()?;
        let key = &self.target.key.value;
        let offers = list.get("targets")?.as_array()?.iter().take(MAX_OFFERS).map(|target| {
            let text =
                |name: &str| harmless(target.get(name).and_then(Value::as_str).unwrap_or_default(), MAX_TEXT);
            let name = format!("{key}/{}", text("name"));
            Offer { name: name.trim_end_matches('/').to_owned(), description: text("description") }
        });
        Some(offers.collect())
    }

    async fn send(
        &self,
        session: &Session,
        parcel: &Parcel<'_>,
        platform: Option<&Platform>,
        map: &Map,
    ) -> Result<Forwarded, Failure> {
        let forward = self.forward(session, parcel, platform).await?;
        session.gateway.forward(&forward).await.map_err(|error| match error {
            Error::Engine { call, status } => {
                let message = format!("{}: {}", self.who(parcel), status.message);
                let status = crate::gateway::Status { message, ..status };
                // Where the other frontend shows no place, that is the place which names it.
                let status = status.or_place(map.source(), map.range(parcel.frontend.image.span));
                Error::Engine { call, status }.into()
            }
            other => other.into(),
        })
    }

    async fn forward(
        &self,
        session: &Session,
        parcel: &Parcel<'_>,
        platform: Option<&Platform>,
    ) -> Result<Forward, Failure> {
        let Session { request, .. } = session;
        let mut options = request.handed_on.clone();
        for arg in &self.spec.args {
            // It is replaced already, and the spec that is sent declares none.
            if !ALWAYS.contains(&arg.name.value.as_str()) {
                options.remove(&format!("build-arg:{}", arg.name.value));
            }
        }
        if let Some(platform) = platform {
            options.retain(|name, _| !MULTI_PLATFORM.contains(&name.as_str()));
            options.insert("platform".to_owned(), platform.to_string());
        }
        let Frontend { image, cmdline, target } = parcel.frontend;
        let own = [
            ("source", image.value.to_string()),
            ("cmdline", cmdline.clone().unwrap_or_default()),
            ("target", self.below.to_owned()),
            (KEY, target.value.clone()),
            ("frontend.caps", in_a_row(request.capabilities.iter().map(String::as_str))),
        ];
        let own = own.into_iter().filter(|(_, value)| !value.is_empty());
        options.extend(own.map(|(name, value)| (name.to_owned(), value)));
        Ok(Forward {
            frontend: "gateway.v0".to_owned(),
            options,
            inputs: self.inputs(session, parcel).await?,
            solve: session.solve_options(false),
        })
    }

    /// What the client sent along, the spec, and the main context unless the client serves it itself.
    async fn inputs(
        &self,
        session: &Session,
        parcel: &Parcel<'_>,
    ) -> Result<BTreeMap<String, Definition>, Failure> {
        let names = session.input_names();
        let mut inputs = BTreeMap::new();
        for name in &names {
            inputs.insert(name.clone(), Definition::of(&session.input(name)?));
        }
        if !matches!(session.request.entry.main_context(&names), MainContext::Local(_)) {
            let context = session.whole_context().await?;
            inputs.insert("context".to_owned(), Definition::of(&context));
        }
        let mut spec = State::scratch().mkfile(MkFile::new(format!("/{SPEC}"), parcel.text.as_bytes()));
        if let Some(patterns) = session.own_ignore_file().await? {
            spec = spec.mkfile(MkFile::new(format!("/{SPEC}.dockerignore"), patterns));
        }
        let title = format!("[{}] spec for {}", self.target.key.value, parcel.frontend.image.value);
        inputs.insert("dockerfile".to_owned(), Definition::of(&spec.named(title)));
        Ok(inputs)
    }

    fn nothing(&self, parcel: &Parcel<'_>, lack: &str) -> Diagnostic {
        Diagnostic::error(parcel.frontend.image.span, format!("{} gives {lack}", self.who(parcel)))
            .help("a frontend of a target answers like one of a `# syntax=` line")
    }

    fn who(&self, parcel: &Parcel<'_>) -> String {
        format!("frontend `{}` of target {}", parcel.frontend.image.value, literal(&self.target.key.value))
    }
}

/// A spec for another frontend.
struct Parcel<'a> {
    frontend: &'a Frontend,
    text: String,
}

/// The spec without a word of the frontend, which would let itself build it.
fn parcel(resolved: &Resolved) -> Option<Parcel<'_>> {
    let frontend = resolved.frontend.as_ref()?;
    let text = Resolved { frontend: None, ..resolved.clone() }.to_string();
    Some(Parcel { frontend, text })
}

/// Capabilities as a client asks for them, without that for a context which is a graph by now.
fn in_a_row<'a>(capabilities: impl Iterator<Item = &'a str>) -> String {
    let mut list: Vec<&str> = capabilities.filter(|name| *name != QUERY).collect();
    list.sort_unstable();
    list.dedup();
    list.iter().map(|name| format!("{name}+forward")).collect::<Vec<_>>().join(",")
}

/// Metadata that has the platform behind its name in a result of several.
const OF_A_PLATFORM: &[&str] = &["containerimage.base.config", "containerimage.config", "source.date.epoch"];

/// Options by which a client asks for a result of several platforms.
const MULTI_PLATFORM: &[&str] = &["build-arg:BUILDKIT_MULTI_PLATFORM", "multi-platform", "platform"];

/// Capability of a frontend that understands the query of a git URL (`BuildKit` 0.24).
const QUERY: &str = "moby.buildkit.frontend.gitquerystring";

/// Path of the spec in its input: a frontend looks for it there unless it is told another.
const SPEC: &str = "Dockerfile";

/// Targets of another frontend that are listed, at most.
const MAX_OFFERS: usize = 1000;

/// Characters of a name or description of another frontend that are shown, at most.
const MAX_TEXT: usize = 200;
