//! Sources without build args, and what can only be checked then.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Problems};
use crate::resolve::apply::{Apply, concrete};
use crate::resolve::argument::Arguments;
use crate::span::Spanned;
use crate::spec::generator::{
    CargoHome, Generator, Gomod, GomodAuth, GomodEdits, GomodHost, GomodSsh, NodeMod, Pip,
};
use crate::spec::reference::{Host, Owner};
use crate::spec::source::{
    Command, CommandStep, Context, DockerBuild, Git, Http, Image, Mount, Source, Variant,
};
use crate::spec::{Concrete, Parse, Written};

concrete!(CargoHome: paths;);
concrete!(Command: env, mounts, steps; dir);
concrete!(CommandStep: env, mounts; command);
concrete!(Context: name;);
concrete!(DockerBuild: source, dockerfile_path, target, args;);
concrete!(Generator: subpath, gomod, cargohome, pip, nodemod; span);
concrete!(Git: url, commit, checksum; keep_git_dir, auth);
concrete!(GomodEdits: replace, drop;);
concrete!(GomodHost: host; auth);
concrete!(Http: url, digest; permissions);
concrete!(Image: reference, command;);
concrete!(Mount: source; dest);
concrete!(NodeMod: paths, registry;);
concrete!(Pip: paths, requirements_file, index_url, extra_index_urls;);

impl Apply for Gomod<Written> {
    type Concrete = Gomod<Concrete>;

    fn apply(&self, arguments: &Arguments, problems: &mut Problems) -> Option<Self::Concrete> {
        let Self { paths, auth, edits } = self;
        let paths = paths.apply(arguments, problems);
        let auth = auth.apply(arguments, problems);
        let edits = edits.apply(arguments, problems);
        let auth = auth?;
        let mut hosts = BTreeMap::new();
        for GomodHost { host, .. } in &auth {
            if let Some(first) = hosts.insert(host.value.clone(), host.span) {
                let message = format!("`{}` is listed twice", host.value);
                problems.push(Diagnostic::error(host.span, message).label(first, "first here"));
            }
        }
        Some(Gomod { paths: paths?, auth, edits: edits? })
    }
}

impl Apply for Variant<Written> {
    type Concrete = Variant<Concrete>;

    fn apply(&self, arguments: &Arguments, problems: &mut Problems) -> Option<Self::Concrete> {
        Some(match self {
            Self::Build(build) => Variant::Build(build.apply(arguments, problems)?),
            Self::Context(context) => Variant::Context(context.apply(arguments, problems)?),
            Self::Git(git) => Variant::Git(git.apply(arguments, problems)?),
            Self::Http(http) => Variant::Http(http.apply(arguments, problems)?),
            Self::Image(image) => Variant::Image(image.apply(arguments, problems)?),
            Self::Inline(inline) => Variant::Inline(inline.clone()),
        })
    }
}

impl Apply for Source<Written> {
    type Concrete = Source<Concrete>;

    fn apply(&self, arguments: &Arguments, problems: &mut Problems) -> Option<Self::Concrete> {
        let Self { span, path, includes, excludes, generate, variant } = self;
        let path = path.apply(arguments, problems);
        let includes = includes.apply(arguments, problems);
        let excludes = excludes.apply(arguments, problems);
        let generate = generate.apply(arguments, problems);
        let variant = variant.apply(arguments, problems);
        let mut source = Source {
            span: *span,
            path: path?,
            includes: includes?,
            excludes: excludes?,
            generate: generate?,
            variant: variant?,
        };
        check_mounts(&source, problems);
        if let (Variant::Image(_), false) = (&source.variant, source.path.value.is_said()) {
            let error =
                Diagnostic::error(source.path.span, "`path` of an image is empty with its build args");
            problems.push(error.help("`/` is all of the image"));
        }
        if let Variant::Git(git) = &source.variant {
            share_auth(git, &mut source.generate);
        }
        Some(source)
    }
}

/// Refuses what is mounted over the directory that the commands of an image leave their work in.
fn check_mounts(source: &Source<Concrete>, problems: &mut Problems) {
    let Variant::Image(image) = &source.variant else { return };
    let Some(command) = &image.command else { return };
    if source.path.value.is_root() {
        return;
    }
    for mount in command.mounts.iter().chain(command.steps.iter().flat_map(|step| &step.mounts)) {
        if source.path.value.contains(mount.dest.value.as_str()) {
            let message = format!("a mount at `{}` would be a part of the source", mount.dest.value);
            let error = Diagnostic::error(mount.dest.span, message);
            problems.push(error.label(source.path.span, "which is what is left here"));
        }
    }
}

/// What opens a repository opens the modules that its host has as well, unless they say otherwise.
fn share_auth(git: &Git<Concrete>, generate: &mut [Generator<Concrete>]) {
    let Ok(host) = Host::parse(git.url.value.host()) else { return };
    let auth = match &git.auth {
        auth if auth.token.is_some() => GomodAuth { token: auth.token.clone(), ..GomodAuth::default() },
        auth if auth.header.is_some() => GomodAuth { header: auth.header.clone(), ..GomodAuth::default() },
        auth if auth.ssh.is_some() => {
            let ssh = GomodSsh { id: auth.ssh.clone(), username: Owner::git() };
            GomodAuth { ssh: Some(ssh), ..GomodAuth::default() }
        }
        _ => return,
    };
    for gomod in generate.iter_mut().filter_map(|generator| generator.gomod.as_mut()) {
        if gomod.auth.iter().all(|known| known.host.value != host) {
            let host = Spanned::new(host.clone(), git.url.span);
            gomod.auth.push(GomodHost { host, auth: auth.clone() });
        }
    }
}
