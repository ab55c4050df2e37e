//! `dependencies.extra_repos`: repositories of packages beside those of a release.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Problems, literal};
use crate::nearest::nearest;
use crate::span::Span;
use crate::spec::decode::{Field, Fields, Invalid, Parse};
use crate::spec::field;
use crate::spec::path::{FileName, SubPath};
use crate::spec::source::{self, Mount, Source};
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;

/// A repository of packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository<S: Stage> {
    /// The entry in the list.
    pub span: Span,
    /// Keys that sign it, by the names of their files.
    pub keys: BTreeMap<FileName, Source<S>>,
    /// What tells the package manager of it, by the names of the files.
    pub config: BTreeMap<FileName, Source<S>>,
    /// What is mounted with it, such as a repository that is a directory.
    pub data: Vec<Mount<S>>,
    /// When it is there.
    pub envs: BTreeSet<RepositoryEnv>,
}

/// When a repository is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RepositoryEnv {
    /// Where a package is built.
    Build,
    /// Where packages are installed or put into an extension.
    Install,
    /// Where tests run.
    Test,
}

impl RepositoryEnv {
    /// All of them, sorted.
    pub const ALL: [Self; 3] = [Self::Build, Self::Install, Self::Test];

    /// The word for it in a spec.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Install => "install",
            Self::Test => "test",
        }
    }
}

impl Parse for RepositoryEnv {
    fn parse(text: &str) -> Result<Self, Invalid> {
        if let Some(env) = Self::ALL.into_iter().find(|env| env.word() == text) {
            return Ok(env);
        }
        let error = Invalid::new(format!("{} is no place where a repository can be", literal(text)));
        Err(match nearest(text, Self::ALL.map(Self::word)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("use `build`, `install` and `test`"),
        })
    }
}

/// The field `extra_repos`.
pub(super) fn repositories(
    field: Option<Field<'_, '_>>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Vec<Repository<Written>> {
    let mut repositories = Vec::new();
    for item in field.and_then(|field| field::list(field, problems)).unwrap_or_default() {
        let Some(mut fields) = Fields::read(item, "a repository", problems) else { continue };
        let place = item.place();
        let keys = files(&mut fields, "keys", scope, problems);
        let config = files(&mut fields, "config", scope, problems);
        let data = source::list(&mut fields, "data", scope, problems);
        let envs = envs(fields.take("envs"), problems);
        let all_known = fields.finish(problems);
        if keys.is_empty() && config.is_empty() && data.is_empty() && all_known && item.is_empty() {
            let error = place.error("a repository says nothing");
            problems.push(error.help("give it `config` and `keys`"));
        }
        repositories.push(Repository { span: place.span, keys, config, data, envs });
    }
    repositories
}

/// Files by name; a source that is a directory must say which file of it is meant.
fn files(
    fields: &mut Fields<'_, '_>,
    name: &'static str,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> BTreeMap<FileName, Source<Written>> {
    let files: BTreeMap<FileName, Source<Written>> =
        source::sources(fields.entries(name, problems), true, scope, problems);
    for (file, source) in &files {
        if !source.is_file() && source.path.as_known().is_some_and(SubPath::is_root) {
            let message = format!("`{file}` must be one file, and this source is a directory");
            let error = Diagnostic::error(source.span, message);
            problems.push(error.help("say which file of it is meant with `path`"));
        }
    }
    files
}

fn envs(field: Option<Field<'_, '_>>, problems: &mut Problems) -> BTreeSet<RepositoryEnv> {
    let Some(field) = field else { return RepositoryEnv::ALL.into() };
    let mut envs = BTreeSet::new();
    for item in field::list(field, problems).unwrap_or_default() {
        let env = item.text("an entry of `envs`", problems);
        envs.extend(env.and_then(|text| text.parse::<RepositoryEnv>(problems)).map(|env| env.value));
    }
    if envs.is_empty() && field.value.is_empty() { RepositoryEnv::ALL.into() } else { envs }
}
