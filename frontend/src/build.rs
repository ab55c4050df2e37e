//! From request to result: the one asynchronous story.

mod context;
mod entry;
mod extension;
mod failure;
mod nested;
mod place;
mod steps;
mod subrequest;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;

use buildkit_llb::Platform;

use crate::diagnostic::{Diagnostic, Problems, Severity, SourceFile};
use crate::distro;
use crate::gateway::{BuildResult, Gateway, Outcome, Warning};
use crate::request::Request;
use crate::resolve::{self, Resolved, Selection, resolve};
use crate::route::{self, Route};
use crate::spec::{Checks, Spec};

use self::context::Session;
use self::failure::Failure;
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
    let route = find(request, &spec)?;
    let steps = steps::of(session, frontend, program)?;
    add_new(&mut warnings, &steps::unknown_stages(request));
    if request.attestations.sbom.is_some() {
        let message = "a list of contents, as `--sbom` asks for, is not made yet";
        let help = format!("`--target={}/testing/sysext/lock` lists the packages", route.distro.key);
        warnings.push(Diagnostic::warning(None, message).help(help));
    }
    let mut resolved = Vec::new();
    let mut problems = Problems::default();
    for platform in platforms(session)? {
        match select(&spec, &route, &platform, &steps.platform, request) {
            Ok((one, said)) => {
                resolved.push((platform, one));
                add_new(&mut warnings, &said);
            }
            Err(said) => add_new(&mut problems, &said),
        }
    }
    if problems.has_errors() {
        return Err(problems.into());
    }
    let checks = Checks::of(&file.text, Some(&spec.annex.skip), &mut warnings);
    let warnings = checks.judged(&checks.told(&warnings));
    if warnings.has_errors() {
        return Err(warnings.into());
    }
    let made = extension::make(session, &route, &resolved, &steps, map).await?;
    let mut warnings = warnings;
    add_new(&mut warnings, &checks.told(&made.warnings));
    for warning in request.warnings.iter().chain(warnings.iter()) {
        warn(session, map, warning).await;
    }
    Ok(made.result)
}

/// The spec, and what its author should know of it.
fn parse(file: &SourceFile) -> Result<(Spec, Problems), Problems> {
    let mut problems = Problems::default();
    match Spec::parse(&file.text, &mut problems) {
        Some(spec) if !problems.has_errors() => Ok((spec, problems)),
        _ => Err(problems),
    }
}

fn find(request: &Request, spec: &Spec) -> Result<Route, Problems> {
    let targets: Vec<&str> = spec.targets.iter().map(|target| target.key.value.as_str()).collect();
    Ok(route::find(request.target.as_deref().unwrap_or_default(), &targets)?)
}

fn select(
    spec: &Spec,
    route: &Route,
    platform: &Platform,
    build_platform: &Platform,
    request: &Request,
) -> Result<(Resolved, Problems), Problems> {
    let known_targets: Vec<&str> = distro::ALL.iter().map(|distro| distro.key).collect();
    let selection = Selection {
        target: route.target(),
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

/// Names and values of a result's metadata.
type Metadata = BTreeMap<String, Vec<u8>>;
