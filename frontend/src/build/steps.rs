//! What the client's options mean for our steps.

use buildkit_llb::{Cap, Foreign, Image, MergeSupport, RecordType, State};

use crate::build::context::Session;
use crate::build::failure::Failure;
use crate::diagnostic::{Diagnostic, Problems, literal};
use crate::nearest::nearest;
use crate::request::{self, Request, Sandbox};
use crate::step::{NoCache, Settings, Stage, Steps};

/// What all steps of a request have in common. `frontend` is the definition of our own image where the
/// engine gives it, `program` the path of our program in it.
pub(super) fn of(session: &Session, frontend: Option<&[u8]>, program: &str) -> Result<Steps, Failure> {
    let request = &session.request;
    let Sandbox { network, extra_hosts, ulimits, shm_size, cgroup_parent, hostname, resources } =
        &request.sandbox;
    let platform = session.worker_platform()?;
    let program_tree = match frontend {
        Some(bytes) => Foreign::decode(bytes)
            .map_err(|error| {
                Diagnostic::error(None, format!("the frontend's own image is no build graph: {error}"))
            })?
            .state(),
        None => own_image(request.source.as_deref(), &platform)?,
    };
    Ok(Steps {
        program: program_tree,
        program_path: program.to_owned(),
        platform,
        resolve_mode: request.resolve_mode,
        settings: Settings {
            extra_hosts: extra_hosts.iter().map(|entry| (entry.host.clone(), entry.ip)).collect(),
            hostname: hostname.clone(),
            ulimits: ulimits.clone(),
            cgroup_parent: cgroup_parent.clone(),
            shm_size: *shm_size,
            network: *network,
            proxy: request.build_args.proxy.clone(),
            resources: resources.clone(),
        },
        no_cache: match &request.no_cache {
            request::NoCache::All => NoCache::All,
            request::NoCache::Named(names) => NoCache::Named(names.iter().cloned().collect()),
            request::NoCache::Nothing => NoCache::Nothing,
        },
        cache_namespace: match &request.build_args.cache_mount_namespace {
            Some(namespace) => format!("{namespace}/"),
            None => String::new(),
        },
        merge: if session.gateway.caps().has(Cap::MergeOp) && !request.build_args.no_merge {
            MergeSupport::Native
        } else {
            MergeSupport::Copy
        },
    })
}

/// Words of `--no-cache-filter` that name no step: the cache answers as if they had not been said.
pub(super) fn unknown_stages(request: &Request) -> Problems {
    let request::NoCache::Named(names) = &request.no_cache else { return Problems::default() };
    let stages = || Stage::ALL.into_iter().map(Stage::name);
    let mut problems = Problems::default();
    // Names of the steps of packages, which users of the language have in their scripts.
    for name in
        names.iter().filter(|name| !name.starts_with("dalec.") && !stages().any(|stage| stage == *name))
    {
        let message = format!("`--no-cache-filter` names no step {}", literal(name));
        let help = match nearest(name, stages()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the steps are `{}`", stages().collect::<Vec<_>>().join("`, `")),
        };
        problems.push(Diagnostic::warning(None, message).help(help));
    }
    problems
}

/// Our own image by its name, for engines before `BuildKit` 0.10, which give no definition of it.
fn own_image(source: Option<&str>, platform: &buildkit_llb::Platform) -> Result<State, Failure> {
    let source = source.ok_or_else(|| {
        Diagnostic::error(None, "the engine does not say which image this frontend is")
            .help("use BuildKit 0.10 or newer")
    })?;
    let image = Image { record_type: Some(RecordType::Frontend), ..Image::new(source, platform.clone()) };
    Ok(image.state().named("[internal] the frontend's own program"))
}
