//! From request to result: the one asynchronous story.

mod context;
mod entry;
mod extension;
mod failure;
mod handover;
mod nested;
mod place;
mod sign;
mod steps;
mod subrequest;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;

use buildkit_llb::Platform;
use serde_json::json;

use crate::diagnostic::{Diagnostic, Problems, Severity, SourceFile};
use crate::distro;
use crate::gateway::{BuildResult, Gateway, Outcome, Warning};
use crate::request::Request;
use crate::resolve::{self, Resolved, Selection, resolve};
use crate::route::{self, Route};
use crate::spec::{Checks, Spec, Target};

use self::context::Session;
use self::failure::Failure;
use self::handover::Errand;
use self::place::Map;

/// What the process was started with.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The environment's variables.
    pub variables: Vec<(OsString, OsString)>,
    /// The definition of the frontend's own image, as `BuildKit` 0.10 and later leave it in a file.
    pub frontend: Option<Vec<u8>>,
    /// Path of the running program in the frontend's own image.
    pub program: String,
}

/// Answers the request that `environment` holds, whatever it is.
pub async fn run(gateway: &Gateway, environment: Environment) -> Outcome {
    match answer(gateway, environment).await {
        Ok(result) => Outcome::Success(result),
        Err(failure) => Outcome::Failure(failure.into_status()),
    }
}

async fn answer(gateway: &Gateway, environment: Environment) -> Result<BuildResult, Failure> {
    let Environment { variables, frontend, program } = environment;
    let request = Request::parse(variables)?;
    let session = Arc::new(Session::open(gateway.clone(), request).await?);
    match session.request.subrequest.as_deref() {
        None => {
            let file = entry::read(&session).await?;
            let map = Map::new(&file);
            let built = build(&session, &file, &map, frontend.as_deref(), &program).await;
            built.map_err(|failure| failure.of(&map))
        }
        Some(name) => subrequest::answer(&session, name).await,
    }
}

async fn build(
    session: &Arc<Session>,
    file: &SourceFile,
    map: &Map,
    frontend: Option<&[u8]>,
    program: &str,
) -> Result<BuildResult, Failure> {
    let request = &session.request;
    let (spec, mut warnings) = parse(file)?;
    let path = path(request);
    if let Some(errand) = handover::errand(request, &spec, &path) {
        return hand_over(session, file, map, &errand, warnings).await;
    }
    let route = find(request, &spec)?;
    let steps = steps::of(session, frontend, program)?;
    add_new(&mut warnings, &steps::unknown_stages(request));
    if request.attestations.sbom.is_some() {
        let message = "a list of contents, as `--sbom` asks for, is not made yet";
        let help = format!("`--target={}/testing/sysext/lock` lists the packages", route.distro.key);
        warnings.push(Diagnostic::warning(None, message).help(help));
    }
    let resolved = resolved(session, &spec, route.target(), &mut warnings)?;
    let checks = Checks::of(&file.text, Some(&spec.annex.skip), &mut warnings);
    let warnings = checks.judged(&checks.told(&warnings));
    if warnings.has_errors() {
        return Err(warnings.into());
    }
    let made = extension::make(session, &route, &resolved, &steps, map).await?;
    let mut warnings = warnings;
    add_new(&mut warnings, &checks.told(&made.warnings));
    tell(session, map, &warnings).await;
    Ok(made.result)
}

/// Lets the frontend of a target build it; `warnings` are those of the spec so far.
async fn hand_over(
    session: &Session,
    file: &SourceFile,
    map: &Map,
    errand: &Errand<'_>,
    mut warnings: Problems,
) -> Result<BuildResult, Failure> {
    let resolved = resolved(session, errand.spec, &errand.target.key.value, &mut warnings)?;
    let checks = Checks::of(&file.text, Some(&errand.spec.annex.skip), &mut warnings);
    let warnings = checks.judged(&checks.told(&warnings));
    if warnings.has_errors() {
        return Err(warnings.into());
    }
    let result = errand.run(session, &resolved, map).await?;
    tell(session, map, &warnings).await;
    Ok(result)
}

/// The spec for `target` on each platform of the request, which may add to the warnings.
fn resolved(
    session: &Session,
    spec: &Spec,
    target: &str,
    warnings: &mut Problems,
) -> Result<Vec<(Platform, Resolved)>, Problems> {
    let (platforms, worker) = (platforms(session)?, session.worker_platform()?);
    let mut resolved = Vec::new();
    let mut problems = Problems::default();
    for platform in platforms {
        match select(spec, target, &platform, &worker, &session.request) {
            Ok((one, said)) => {
                resolved.push((platform, one));
                add_new(warnings, &said);
            }
            Err(said) => add_new(&mut problems, &said),
        }
    }
    if problems.has_errors() { Err(problems) } else { Ok(resolved) }
}

/// The spec, and what its author should know of it.
fn parse(file: &SourceFile) -> Result<(Spec, Problems), Problems> {
    let mut problems = Problems::default();
    match Spec::parse(&file.text, &mut problems) {
        Some(spec) if !problems.has_errors() => Ok((spec, problems)),
        _ => Err(problems),
    }
}

/// The path of the target that is asked for; empty when none is. What another frontend handed on is below the key of
/// its target, if targets here begin with that.
fn path(request: &Request) -> String {
    let target = request.target.as_deref().unwrap_or_default();
    match request.key.as_deref().filter(|key| route::is_key(key)) {
        Some(key) => [key, target].join("/").trim_matches('/').to_owned(),
        None => target.to_owned(),
    }
}

fn find(request: &Request, spec: &Spec) -> Result<Route, Problems> {
    let foreign: Vec<&str> = handover::foreign(request, spec).map(key).collect();
    let own: Vec<&str> = spec.targets.iter().map(key).filter(|key| !foreign.contains(key)).collect();
    Ok(route::find(&path(request), &own, &foreign)?)
}

fn key(target: &Target) -> &str {
    &target.key.value
}

fn select(
    spec: &Spec,
    target: &str,
    platform: &Platform,
    build_platform: &Platform,
    request: &Request,
) -> Result<(Resolved, Problems), Problems> {
    let known_targets: Vec<&str> = distro::ALL.iter().map(|distro| distro.key).collect();
    let selection = Selection {
        target,
        platform: in_words(platform),
        build_platform: in_words(build_platform),
        build_args: &request.build_args.values,
        known_targets: &known_targets,
    };
    resolve(spec, &selection)
}

fn in_words(platform: &Platform) -> resolve::Platform<'_> {
    resolve::Platform {
        os: platform.os(),
        architecture: platform.architecture(),
        variant: platform.variant(),
    }
}

/// The platforms that the client wants; unsaid, that of the engine.
fn platforms(session: &Session) -> Result<Vec<Platform>, Problems> {
    if session.request.platforms.is_empty() {
        return Ok(vec![session.worker_platform()?]);
    }
    Ok(session.request.platforms.clone())
}

/// What is true for several platforms is said once.
fn add_new(problems: &mut Problems, more: &Problems) {
    for diagnostic in more {
        if !problems.iter().any(|known| known == diagnostic) {
            problems.push(diagnostic.clone());
        }
    }
}

/// Sends all warnings, those about the request first.
async fn tell(session: &Session, map: &Map, warnings: &Problems) {
    for warning in session.request.warnings.iter().chain(warnings.iter()) {
        warn(session, map, warning).await;
    }
}

async fn warn(session: &Session, map: &Map, diagnostic: &Diagnostic) {
    debug_assert_eq!(diagnostic.severity, Severity::Warning);
    let Diagnostic { span, message, help, rule, .. } = diagnostic;
    let help = help.iter().map(|help| format!("; {help}"));
    let name = rule.iter().map(|rule| format!(" [{rule}]"));
    let warning = Warning {
        short: std::iter::once(message.clone()).chain(help).chain(name).collect(),
        detail: rule
            .iter()
            .map(|rule| format!("docs/rules.md tells what `{rule}` finds and what may be allowed"))
            .collect(),
        source: span.is_some().then(|| Arc::clone(map.source())),
        ranges: span.iter().map(|&span| map.range(span)).collect(),
        ..Warning::default()
    };
    session.gateway.warn(&warning).await;
}

/// A platform as the OCI image specification writes it.
fn words(platform: &Platform) -> serde_json::Value {
    let mut words = json!({ "architecture": platform.architecture(), "os": platform.os() });
    if let Some(variant) = platform.variant() {
        words["variant"] = variant.into();
    }
    words
}

/// Names and values of a result's metadata.
type Metadata = BTreeMap<String, Vec<u8>>;
