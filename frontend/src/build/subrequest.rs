//! Questions that the client asks in place of a build.

use std::sync::Arc;

use super::handover::{self, Errand, Offer};
use super::{
    Failure, Map, Session, add_new, entry, find, key, parse, path, platforms, resolved, select, words,
};
use crate::diagnostic::{Problems, SourceFile};
use crate::distro::Distro;
use crate::gateway::BuildResult;
use crate::plan::GIVEN;
use crate::resolve::{Resolved, Wanted};
use crate::route::{self, Route};
use crate::spec::{Checks, Spec};
use crate::subrequest::{self, Arg, Given, Lint, Metadata, Outline, Subrequest, Target, TargetList};

/// The answer to the question `name`.
pub(super) async fn answer(session: &Arc<Session>, name: &str) -> Result<BuildResult, Failure> {
    let question = name.parse().map_err(|_| Failure::unknown_subrequest(name))?;
    let metadata = match question {
        Subrequest::DefaultPlatform => {
            let platform = session.worker_platform()?;
            subrequest::default_platform(&platform.to_string(), &words(&platform))
        }
        Subrequest::Describe => subrequest::describe(),
        Subrequest::Lint => lint(session, &entry::read(session).await?),
        Subrequest::Outline => {
            let file = entry::read(session).await?;
            outline(session, &file).map_err(|failure| failure.of(&Map::new(&file)))?
        }
        Subrequest::Resolve => {
            let file = entry::read(session).await?;
            resolve(session, &file).map_err(|failure| failure.of(&Map::new(&file)))?
        }
        Subrequest::Schema => subrequest::schema(),
        // What can be built does not depend on the spec: one that is wrong or missing hides nothing.
        Subrequest::Targets => targets(session, entry::read(session).await.ok().as_ref()).await,
    };
    Ok(BuildResult { metadata, ..BuildResult::default() })
}

/// Every problem and warning of the spec, for the target and platforms of the request.
fn lint(session: &Session, file: &SourceFile) -> Metadata {
    let (skip, mut problems) = match parse(file) {
        Ok((spec, mut problems)) => {
            add_new(&mut problems, &resolving(session, &spec));
            (Some(spec.annex.skip), problems)
        }
        Err(problems) => (None, problems),
    };
    let checks = Checks::of(&file.text, skip.as_ref(), &mut problems);
    Lint { problems: &checks.told(&problems), file }.answer()
}

fn resolving(session: &Session, spec: &Spec) -> Problems {
    let mut problems = Problems::default();
    let said = match target(session, spec) {
        Ok(Some(target)) => resolved(session, spec, &target, &mut problems).map(drop),
        // A check of a spec need not say what would be built of it.
        Ok(None) => Ok(()),
        Err(said) => Err(said),
    };
    add_new(&mut problems, &said.err().unwrap_or_default());
    problems
}

/// The key of the target that is asked about, or that a build without a target would be for; `None` where such a build
/// would be an error.
fn target(session: &Session, spec: &Spec) -> Result<Option<String>, Problems> {
    let (request, path) = (&session.request, path(&session.request));
    if let Some(errand) = handover::errand(request, spec, &path) {
        return Ok(Some(errand.target.key.value.clone()));
    }
    match find(request, spec) {
        Ok(route) => Ok(Some(route.target().to_owned())),
        Err(_) if path.is_empty() => Ok(None),
        Err(problems) => Err(problems),
    }
}

/// The spec for each platform: for the target, or what all targets have in common.
fn resolve(session: &Session, file: &SourceFile) -> Result<Metadata, Failure> {
    let (spec, mut warnings) = parse(file)?;
    let target = target(session, &spec)?.unwrap_or_default();
    let specs = resolved(session, &spec, &target, &mut warnings)?;
    Ok(subrequest::resolved(specs.iter().map(|(_, spec)| spec)))
}

fn outline(session: &Session, file: &SourceFile) -> Result<Metadata, Failure> {
    let (spec, _) = parse(file)?;
    let given = &session.request.build_args.values;
    let args = spec.args.iter().map(|arg| Arg {
        name: arg.name.value.clone(),
        description: String::new(),
        value: given.get(&arg.name.value).unwrap_or(&arg.default.value).clone(),
        span: Some(arg.name.span),
    });
    let path = path(&session.request);
    let errand = handover::errand(&session.request, &spec, &path);
    let route = match find(&session.request, &spec) {
        _ if errand.is_some() => None,
        Ok(route) => Some(route),
        Err(_) if path.is_empty() => None,
        Err(problems) => return Err(problems.into()),
    };
    let target = errand.as_ref().map(|errand| &*errand.target.key.value);
    let resolved = any_resolved(session, &spec, target.or(route.as_ref().map(Route::target)));
    let mut contexts = Vec::new();
    let wanted = resolved.as_ref().map(Wanted::of).unwrap_or_default();
    let given = |name: &str, span, required| Given {
        name: name.to_owned(),
        description: String::new(),
        required,
        span: Some(span),
    };
    contexts.extend(wanted.contexts.iter().map(|(name, &span)| given(name, span, true)));
    for (name, description) in route.iter().flat_map(|route| contexts_of(route.distro)) {
        contexts.push(Given { name, description: description.to_owned(), required: false, span: None });
    }
    let secrets = wanted.secrets.iter().map(|(id, &span)| given(id, span, true)).collect();
    let agents = wanted.agents.iter().map(|(id, &(span, required))| given(id, span, required)).collect();
    let (name, description) = match errand {
        Some(_) => (path.clone(), handover::description(resolved.as_ref())),
        None => route.map(|route| (route.path, route.description)).unwrap_or_default(),
    };
    Ok(Outline { name, description, args: args.collect(), contexts, secrets, agents, file }.answer())
}

/// The spec for the first of the platforms; without a target, for any: sources are the same for all. A question need
/// not give the build args that a build does.
fn any_resolved(session: &Session, spec: &Spec, target: Option<&str>) -> Option<Resolved> {
    let any = route::all();
    let target = target.or(any.first().map(Route::target))?;
    let platform = platforms(session).ok()?.into_iter().next()?;
    let selected = select(spec, target, &platform, &session.worker_platform().ok()?, &session.request);
    selected.ok().map(|(resolved, _)| resolved)
}

/// Contexts that take the place of a release's own images, or of work that was done before.
fn contexts_of(distro: &'static Distro) -> [(String, &'static str); 3] {
    [
        (format!("{}-{GIVEN}", distro.key), "the package of the spec, in place of a build"),
        (distro.worker_context(), "a worker, in place of the one that is made"),
        (distro.image_context().to_owned(), "the image that the worker is made from"),
    ]
}

async fn targets(session: &Session, file: Option<&SourceFile>) -> Metadata {
    let request = &session.request;
    let spec = file.and_then(|file| Some(parse(file).ok()?.0));
    let asked = path(request);
    let below = |path: &str| asked.is_empty() || path == asked || path.starts_with(&format!("{asked}/"));
    let foreign: Vec<_> = spec.iter().flat_map(|spec| handover::foreign(request, spec)).collect();
    let is_foreign = |key: &str| foreign.iter().any(|target| target.key.value == key);
    let default = spec.as_ref().filter(|_| request.key.is_none()).and_then(|spec| {
        let keys = spec.targets.iter().map(key).filter(|key| !is_foreign(key));
        route::find("", &keys.collect::<Vec<_>>(), &[]).ok()
    });
    let place = |key: &str| spec.as_ref()?.target(key).map(|target| target.key.span);
    let own = route::all().into_iter().filter(|route| !is_foreign(route.target())).map(|route| Target {
        default: default.as_ref().is_some_and(|default| default.path == route.path),
        span: place(route.target()),
        name: route.path,
        description: route.description,
    });
    let mut targets: Vec<Target> = own.filter(|target| below(&target.name)).collect();
    for target in foreign {
        let offers = spec.as_ref().map(|spec| Errand { target, below: "", spec });
        for offer in offered(session, offers, &asked).await {
            let Offer { name, description } = offer;
            targets.push(Target { name, description, default: false, span: Some(target.key.span) });
        }
    }
    targets.retain(|target| below(&target.name));
    targets.sort_by(|a, b| a.name.cmp(&b.name));
    // Whoever handed the spec on knows the key of its target.
    if let Some(key) = request.key.as_deref().filter(|key| route::is_key(key)) {
        for target in &mut targets {
            let name = target.name.strip_prefix(key).unwrap_or(&target.name);
            target.name = name.trim_start_matches('/').to_owned();
        }
    }
    TargetList { targets, file }.answer()
}

/// What the frontend of a target can build, unless only others are asked about.
async fn offered(session: &Session, errand: Option<Errand<'_>>, asked: &str) -> Vec<Offer> {
    let asked = asked.split('/').next().unwrap_or_default();
    let wanted = |errand: &Errand<'_>| asked.is_empty() || errand.target.key.value == asked;
    let Some(errand) = errand.filter(wanted) else { return Vec::new() };
    let name = errand.target.key.value.clone();
    let resolved = any_resolved(session, errand.spec, Some(&name));
    let offers = match &resolved {
        Some(resolved) => errand.offers(session, resolved).await,
        None => None,
    };
    offers.unwrap_or_else(|| vec![Offer { name, description: handover::description(resolved.as_ref()) }])
}
