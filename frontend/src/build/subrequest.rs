//! Questions that the client asks in place of a build.

use std::sync::Arc;

use super::{Failure, Map, Session, add_new, entry, find, parse, platforms, select};
use crate::diagnostic::{Problems, SourceFile};
use crate::distro::Distro;
use crate::gateway::BuildResult;
use crate::plan::GIVEN;
use crate::resolve::Wanted;
use crate::route::{self, Route};
use crate::spec::{Checks, Spec};
use crate::subrequest::{self, Arg, Given, Lint, Metadata, Outline, Subrequest, Target, TargetList};

/// The answer to the question `name`.
pub(super) async fn answer(session: &Arc<Session>, name: &str) -> Result<BuildResult, Failure> {
    let question = name.parse().map_err(|_| Failure::unknown_subrequest(name))?;
    let metadata = match question {
        Subrequest::Describe => subrequest::describe(),
        Subrequest::Lint => lint(session, &entry::read(session).await?),
        Subrequest::Outline => {
            let file = entry::read(session).await?;
            outline(session, &file).map_err(|failure| failure.of(&Map::new(&file)))?
        }
        Subrequest::Schema => subrequest::schema(),
        // What can be built does not depend on the spec: one that is wrong or missing hides nothing.
        Subrequest::Targets => targets(session, entry::read(session).await.ok().as_ref()),
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
    let request = &session.request;
    let known =
        find(request, spec).and_then(|route| Ok((route, platforms(session)?, session.worker_platform()?)));
    let (route, platforms, worker) = match known {
        Ok(known) => known,
        // A check of a spec need not say what would be built of it.
        Err(_) if request.target.is_none() => return Problems::default(),
        Err(problems) => return problems,
    };
    let mut problems = Problems::default();
    for platform in platforms {
        match select(spec, &route, &platform, &worker, request) {
            Ok((_, warnings)) => add_new(&mut problems, &warnings),
            Err(said) => add_new(&mut problems, &said),
        }
    }
    problems
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
    let route = match find(&session.request, &spec) {
        Ok(route) => Some(route),
        Err(_) if session.request.target.is_none() => None,
        Err(problems) => return Err(problems.into()),
    };
    let (mut contexts, wanted) = (Vec::new(), wanted(session, &spec, route.as_ref())?);
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
    let (name, description) = route.map(|route| (route.path, route.description)).unwrap_or_default();
    Ok(Outline { name, description, args: args.collect(), contexts, secrets, agents, file }.answer())
}

/// What the spec wants for the first of the platforms; without a target, for any: sources are the same for all.
fn wanted(session: &Session, spec: &Spec, route: Option<&Route>) -> Result<Wanted, Failure> {
    let any = route::all();
    let (Some(route), Some(platform)) = (route.or(any.first()), platforms(session)?.into_iter().next())
    else {
        return Ok(Wanted::default());
    };
    let selected = select(spec, route, &platform, &session.worker_platform()?, &session.request);
    // An outline tells which build args there are: one that is missing must not hide it.
    Ok(selected.map(|(resolved, _)| Wanted::of(&resolved)).unwrap_or_default())
}

/// Contexts that take the place of a release's own images, or of work that was done before.
fn contexts_of(distro: &'static Distro) -> [(String, &'static str); 3] {
    [
        (format!("{}-{GIVEN}", distro.key), "the package of the spec, in place of a build"),
        (distro.worker_context(), "a worker, in place of the one that is made"),
        (distro.image_context().to_owned(), "the image that the worker is made from"),
    ]
}

fn targets(session: &Session, file: Option<&SourceFile>) -> Metadata {
    let spec = file.and_then(|file| Some((file, parse(file).ok()?.0)));
    let place = |key: &str| {
        let (_, spec) = spec.as_ref()?;
        spec.target(key).map(|target| target.key.span)
    };
    let asked = session.request.target.as_deref().unwrap_or_default();
    let below = |path: &str| asked.is_empty() || path == asked || path.starts_with(&format!("{asked}/"));
    let default = spec.as_ref().and_then(|(_, spec)| {
        let keys: Vec<&str> = spec.targets.iter().map(|target| target.key.value.as_str()).collect();
        route::find("", &keys).ok()
    });
    let targets = route::all().into_iter().filter(|route| below(&route.path)).map(|route| Target {
        default: default.as_ref().is_some_and(|default| default.path == route.path),
        span: place(route.target()),
        name: route.path,
        description: route.description,
    });
    TargetList { targets: targets.collect(), file }.answer()
}
