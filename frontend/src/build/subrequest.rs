//! Questions that the client asks in place of a build.

use std::sync::Arc;

use super::{Failure, Map, Session, add_new, entry, find, parse, platforms, select};
use crate::diagnostic::{Problems, SourceFile};
use crate::gateway::BuildResult;
use crate::route;
use crate::spec::Spec;
use crate::subrequest::{self, Arg, Lint, Metadata, Outline, Subrequest, Target, TargetList};

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
        // What can be built does not depend on the spec: one that is wrong or missing hides nothing.
        Subrequest::Targets => targets(session, entry::read(session).await.ok().as_ref()),
    };
    Ok(BuildResult { metadata, ..BuildResult::default() })
}

/// Every problem and warning of the spec, for the target and platforms of the request.
fn lint(session: &Session, file: &SourceFile) -> Metadata {
    let problems = match parse(file) {
        Ok((spec, mut problems)) => {
            add_new(&mut problems, &resolving(session, &spec));
            problems
        }
        Err(problems) => problems,
    };
    Lint { problems: &problems, file }.answer()
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
    let (name, description) = match find(&session.request, &spec) {
        Ok(route) => (route.path, route.description),
        Err(_) if session.request.target.is_none() => <(String, String)>::default(),
        Err(problems) => return Err(problems.into()),
    };
    Ok(Outline { name, description, args: args.collect(), file }.answer())
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
