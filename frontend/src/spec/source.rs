//! `sources`: what a build starts from, and every other place of the language where a source stands.

mod command;
mod git;
mod inline;
mod mount;

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::{Problems, literal};
use crate::job::Rule;
use crate::span::{Span, Spanned};
use crate::spec::decode::{At, Field, Fields, Invalid, Parse, Place};
use crate::spec::field::{Environment, Kind};
use crate::spec::generator::{self, Generator};
use crate::spec::number::Mode;
use crate::spec::path::{FileName, Glob, SubPath};
use crate::spec::reference::{ContextName, Digest, HttpUrl, ImageRef};
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;
use crate::spec::value::Value;

pub use command::{Command, CommandStep};
pub use git::{Git, GitAuth};
pub use inline::{Inline, InlineDir, InlineFile};
pub use mount::Mount;

pub(super) use command::steps;
pub(super) use mount::list;

/// A file or a directory that comes from outside, or is written in the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source<S: Stage> {
    /// Where it is named: its key, or the key of its kind where it has no name.
    pub span: Span,
    /// The part of a directory that becomes the source; unsaid, all of it.
    pub path: S::Of<SubPath>,
    /// What of it is kept, relative to `path`; none: all.
    pub includes: Vec<S::Of<Glob>>,
    /// What of it is left out, relative to `path`; stronger than `includes`.
    pub excludes: Vec<S::Of<Glob>>,
    /// Dependencies of languages that are fetched for it before the build.
    pub generate: Vec<Generator<S>>,
    /// Where it comes from.
    pub variant: Variant<S>,
}

/// Where a source comes from; what is large is boxed, since a spec may have many small ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variant<S: Stage> {
    /// The result of a Dockerfile.
    Build(Box<DockerBuild<S>>),
    /// A directory or image that the client gives.
    Context(Context<S>),
    /// A repository of git.
    Git(Box<Git<S>>),
    /// A file from a URL.
    Http(Box<Http<S>>),
    /// The file system of an image, or what commands make in it.
    Image(Box<Image<S>>),
    /// Files in the spec itself.
    Inline(Inline),
}

/// The result of a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerBuild<S: Stage> {
    /// The context of the build, with the Dockerfile in it; a file is the Dockerfile itself.
    pub source: Source<S>,
    /// The Dockerfile in the context.
    pub dockerfile_path: S::Of<SubPath>,
    /// The stage that is built; empty: the last.
    pub target: S::Of<String>,
    /// Build args of the Dockerfile.
    pub args: Environment<S>,
}

/// A directory or image that the client gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context<S: Stage> {
    /// Its name in `--build-context`; `context` is that of the build itself.
    pub name: S::Of<ContextName>,
}

/// A file from a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http<S: Stage> {
    /// The URL.
    pub url: S::Of<HttpUrl>,
    /// What the content must have.
    pub digest: Option<S::Of<Digest>>,
    /// The mode of the file; none: what `BuildKit` gives it.
    pub permissions: Option<Mode>,
}

/// The file system of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image<S: Stage> {
    /// The image.
    pub reference: S::Of<ImageRef>,
    /// Commands whose work is taken in place of the image.
    pub command: Option<Command<S>>,
}

/// The name of a source: of the directory or file that it becomes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceName(String);

impl SourceName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Parse for SourceName {
    /// Names go into archives, spec files and makefiles of packages: what these read as a mark of theirs is left
    /// out.
    fn parse(text: &str) -> Result<Self, Invalid> {
        FileName::parse(text).map_err(|invalid| Invalid {
            message: invalid
                .message
                .replace("a file name", "the name of a source")
                .replace("no file name", "no name of a source"),
            ..invalid
        })?;
        let legal = |(at, c): (usize, char)| {
            c.is_ascii_alphanumeric() || "._".contains(c) || at > 0 && "+-~@".contains(c)
        };
        match text.char_indices().find(|&place| !legal(place)) {
            None => Ok(Self(String::from(text))),
            Some((at, wrong)) => {
                let rule =
                    "the name of a source is made of `A-Z`, `a-z`, `0-9`, `.`, `_`, `+`, `-`, `~`, `@`";
                Err(Invalid::new(rule).at(at..at + wrong.len_utf8()))
            }
        }
    }
}

impl<S: Stage> Source<S> {
    /// Whether it is one file; else it is a directory.
    pub fn is_file(&self) -> bool {
        match &self.variant {
            Variant::Http(_) | Variant::Inline(Inline::File(_)) => true,
            Variant::Build(_)
            | Variant::Context(_)
            | Variant::Git(_)
            | Variant::Image(_)
            | Variant::Inline(Inline::Dir(_)) => false,
        }
    }
}

impl<S: Stage> Variant<S> {
    /// The key that says so in a spec.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Build(_) => "build",
            Self::Context(_) => "context",
            Self::Git(_) => "git",
            Self::Http(_) => "http",
            Self::Image(_) => "image",
            Self::Inline(_) => "inline",
        }
    }
}

/// A mapping of names to sources, such as the field `sources`.
pub(super) fn sources<N: Parse + Ord>(
    entries: Vec<Field<'_, '_>>,
    key: bool,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> BTreeMap<N, Source<Written>> {
    let mut sources = Vec::with_capacity(entries.len());
    for entry in entries {
        let name = entry.parse_key::<N>(problems);
        let what = format!("source {}", literal(entry.key));
        let place = Named { what: &what, place: entry.place, whole: false, key };
        let source = source(entry.value, place, scope, problems);
        if let (Some(name), Some(source)) = (name, source) {
            sources.push((name.value, source));
        }
    }
    // All at once, a map is made without room to spare: there may be many, and each is large.
    sources.into_iter().collect()
}

/// What messages call a source, and where it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'w> {
    /// Begins sentences about it.
    pub(super) what: &'w str,
    /// Where it is named.
    pub(super) place: Place,
    /// Whether an image without `path` means all of it.
    pub(super) whole: bool,
    /// Whether a file of a URL without a digest is worth a warning only where it is not encrypted: a key of
    /// a repository.
    pub(super) key: bool,
}

/// A source wherever one can stand.
pub(super) fn source(
    at: At<'_, '_>,
    named: Named<'_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<Source<Written>> {
    let mut fields = Fields::read(at, named.what, problems)?;
    let path = fields.take("path");
    let (include, exclude, generators) =
        (fields.take("includes"), fields.take("excludes"), fields.take("generate"));
    let kind = fields.kind(KINDS, named.what, problems);
    let all_known = fields.finish(problems);
    let unsaid = if named.whole { SubPath::root() } else { SubPath::default() };
    let unsaid = Value::known(unsaid, named.place.span);
    let (name, field) = match kind {
        Kind::Of(name, field) => (name, field),
        Kind::None if all_known => {
            let kinds: Vec<_> = KINDS.iter().map(|(name, _)| format!("`{name}`")).collect();
            let error = named.place.error(format!("{} does not say where it comes from", named.what));
            problems.push(error.help(format!("give it one of {}", kinds.join(", "))));
            return None;
        }
        Kind::None | Kind::Wrong => return None,
    };
    let variant = variant(name, field, named, scope, problems);
    let only_for_directories = [path, include, exclude, generators];
    let globs = |field: Option<Field<'_, '_>>, problems: &mut Problems| {
        let items = field.and_then(|field| super::field::list(field, problems)).unwrap_or_default();
        let texts: Vec<_> = items.into_iter().filter_map(|item| item.text("a pattern", problems)).collect();
        texts
            .iter()
            .filter_map(|text| Value::of(text, "a pattern", scope, problems))
            .collect::<Vec<Value<Glob>>>()
    };
    let said = path.and_then(|field| field.value.text("`path`", problems));
    let path = said.and_then(|text| Value::of(&text, "`path`", scope, problems));
    let (includes, excludes) = (globs(include, problems), globs(exclude, problems));
    let generate = generator::generators(generators, scope, problems);
    let variant = variant?;
    let source = Source {
        span: named.place.span,
        path: path.unwrap_or(unsaid),
        includes,
        excludes,
        generate,
        variant,
    };
    if source.is_file() {
        for field in only_for_directories.into_iter().flatten().filter(|field| !field.value.is_empty()) {
            if field.value.text("", &mut Problems::default()).is_some_and(|text| text.as_str().is_empty()) {
                continue;
            }
            let message = format!("`{}` is for directories; {} is one file", field.key, named.what);
            problems.push(field.place.error(message).help("leave it out"));
        }
    }
    if let Variant::Image(_) = source.variant
        && !named.whole
        && source.path.as_known().is_some_and(|path| !path.is_said())
    {
        let error = named.place.error(format!("{} is an image and has no `path`", named.what));
        problems.push(error.help("say which directory of the image is meant; `path: /` is all of it"));
    }
    Some(source)
}

fn variant(
    name: &'static str,
    field: Field<'_, '_>,
    named: Named<'_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<Variant<Written>> {
    match name {
        "build" => build(field, scope, problems).map(|build| Variant::Build(Box::new(build))),
        "context" => context(field, scope, problems).map(Variant::Context),
        "git" => git::git(field, scope, problems).map(|git| Variant::Git(Box::new(git))),
        "http" => http(field, named, scope, problems).map(|http| Variant::Http(Box::new(http))),
        "image" => image(field, scope, problems).map(|image| Variant::Image(Box::new(image))),
        _ => inline::inline(field, problems).map(Variant::Inline),
    }
}

fn build(field: Field<'_, '_>, scope: Scope<'_>, problems: &mut Problems) -> Option<DockerBuild<Written>> {
    let mut fields = Fields::read(field.value, "`build`", problems)?;
    let inner = fields.require("source", field.place, problems);
    let named = |inner: &Field<'_, '_>| Named {
        what: "the source of a build",
        place: inner.place,
        whole: false,
        key: false,
    };
    let source = inner.and_then(|inner| source(inner.value, named(&inner), scope, problems));
    let dockerfile_path = fields.value("dockerfile_path", scope, problems);
    let target = fields.value("target", scope, problems);
    let args = fields.environment("args", scope, problems);
    fields.finish(problems);
    let (source, inner) = (source?, inner?);
    if let Variant::Build(_) = source.variant {
        let error = inner.place.error("the source of a build is a build itself");
        problems.push(error.help("use stages in one Dockerfile, or give the first result as a context"));
        return None;
    }
    let span = field.place.span;
    let default = || Value::known(SubPath::dockerfile(), span);
    Some(DockerBuild {
        source,
        dockerfile_path: dockerfile_path.unwrap_or_else(default),
        target: target.unwrap_or_else(|| Value::known(String::new(), span)),
        args,
    })
}

fn context(field: Field<'_, '_>, scope: Scope<'_>, problems: &mut Problems) -> Option<Context<Written>> {
    let mut fields = Fields::read(field.value, "`context`", problems)?;
    let name = fields.text("name", problems);
    fields.finish(problems);
    let name = match name {
        Some(name) => Value::of(&name, "`name`", scope, problems)?,
        None => Value::known(ContextName::main(), field.place.span),
    };
    Some(Context { name })
}

fn http(
    field: Field<'_, '_>,
    named: Named<'_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<Http<Written>> {
    let mut fields = Fields::read(field.value, "`http`", problems)?;
    let url = fields.require_value("url", field.place, scope, problems);
    let written = fields.text("digest", problems);
    let digest = written.and_then(|text| Value::of(&text, "`digest`", scope, problems));
    let permissions = fields.mode("permissions", problems).map(|mode| mode.value);
    fields.finish(problems);
    let url = url?;
    if written.is_none() && !(named.key && url.as_known().is_none_or(HttpUrl::is_encrypted)) {
        let warning = field.place.warning(format!("nothing says what {} must be", named.what));
        let warning = warning.rule(Rule::DigestMissing.name());
        problems.push(warning.help("add `digest: sha256:…`, so that no other content is taken for it"));
    }
    Some(Http { url, digest, permissions })
}

fn image(field: Field<'_, '_>, scope: Scope<'_>, problems: &mut Problems) -> Option<Image<Written>> {
    let mut fields = Fields::read(field.value, "`image`", problems)?;
    let reference = fields.require_value("ref", field.place, scope, problems);
    let command = fields.take("cmd").and_then(|field| command::command(field, scope, problems));
    fields.finish(problems);
    Some(Image { reference: reference?, command })
}

/// A source of an image that is named by its reference alone.
pub(super) fn image_of(reference: Value<ImageRef>) -> Source<Written> {
    let span = reference.span();
    Source {
        span,
        path: Value::Known(Spanned::new(SubPath::root(), span)),
        includes: Vec::new(),
        excludes: Vec::new(),
        generate: Vec::new(),
        variant: Variant::Image(Box::new(Image { reference, command: None })),
    }
}

/// The kinds of sources, with what to write for each.
const KINDS: &[(&str, &str)] = &[
    ("build", "{source: …}"),
    ("context", "{}"),
    ("git", "{url: …, commit: …}"),
    ("http", "{url: …}"),
    ("image", "{ref: …}"),
    ("inline", "{file: {contents: …}}"),
];
