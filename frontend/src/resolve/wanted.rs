//! What a resolved spec wants of the client beside its file: contexts, secrets and ssh agents.

use std::collections::BTreeMap;

use crate::resolve::Resolved;
use crate::span::Span;
use crate::spec::build::Cache;
use crate::spec::generator::Gomod;
use crate::spec::source::{Command, Git, Mount, Source, Variant};
use crate::spec::{Concrete, Repository};

/// What is wanted, by name, each with the first place in the spec that wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Ids of `--ssh`; what is wanted only if it is there is `false`.
    pub agents: BTreeMap<String, (Span, bool)>,
    /// Names of `--build-context`; that of the build itself is `context`.
    pub contexts: BTreeMap<String, Span>,
    /// Ids of `--secret`.
    pub secrets: BTreeMap<String, Span>,
}

impl Wanted {
    /// Of all of a spec.
    pub fn of(resolved: &Resolved) -> Self {
        let mut wanted = Self::default();
        resolved.sources.values().for_each(|source| wanted.source(source));
        resolved.build.steps.iter().for_each(|step| wanted.mounts(&step.mounts));
        for repository in &resolved.dependencies.extra_repos {
            wanted.repository(repository);
        }
        resolved.image.bases.iter().for_each(|source| wanted.source(source));
        resolved.tests.iter().for_each(|test| wanted.mounts(&test.mounts));
        if resolved.build.caches.iter().any(|cache| matches!(cache, Cache::Bazel { .. })) {
            wanted.agents.entry(BAZEL.to_owned()).or_insert((resolved.build.span, false));
        }
        wanted
    }

    fn repository(&mut self, repository: &Repository<Concrete>) {
        let Repository { span: _, keys, config, data, envs: _ } = repository;
        keys.values().chain(config.values()).for_each(|source| self.source(source));
        self.mounts(data);
    }

    fn mounts(&mut self, mounts: &[Mount<Concrete>]) {
        for mount in mounts {
            self.source(&mount.source);
        }
    }

    fn source(&mut self, source: &Source<Concrete>) {
        match &source.variant {
            Variant::Build(build) => self.source(&build.source),
            Variant::Context(context) => {
                self.contexts.entry(context.name.value.to_string()).or_insert(context.name.span);
            }
            Variant::Git(git) => self.git(git),
            Variant::Image(image) => image.command.iter().for_each(|command| self.command(command)),
            Variant::Http(_) | Variant::Inline(_) => {}
        }
        for generator in &source.generate {
            generator.gomod.iter().for_each(|gomod| self.gomod(gomod));
        }
    }

    fn command(&mut self, command: &Command<Concrete>) {
        self.mounts(&command.mounts);
        command.steps.iter().for_each(|step| self.mounts(&step.mounts));
    }

    fn git(&mut self, git: &Git<Concrete>) {
        let span = git.url.span;
        for id in git.auth.token.iter().chain(&git.auth.header) {
            self.secrets.entry(id.to_string()).or_insert(span);
        }
        if let Some(id) = &git.auth.ssh {
            self.agents.entry(id.to_string()).or_insert((span, true));
        }
    }

    fn gomod(&mut self, gomod: &Gomod<Concrete>) {
        for host in &gomod.auth {
            let span = host.host.span;
            for id in host.auth.token.iter().chain(&host.auth.header) {
                self.secrets.entry(id.to_string()).or_insert(span);
            }
            if let Some(ssh) = &host.auth.ssh {
                let id = ssh.id.as_ref().map_or_else(|| AGENT.to_owned(), ToString::to_string);
                self.agents.entry(id).or_insert((span, true));
            }
        }
    }
}

/// The agent that `BuildKit` takes where none is named.
const AGENT: &str = "default";

/// The agent behind which users of the language have the remote cache of Bazel.
const BAZEL: &str = "bazel-default";
