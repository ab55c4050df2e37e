//! `image`: what is said of a container made of the package.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::diagnostic::{Problems, literal};
use crate::span::{Span, Spanned};
use crate::spec::decode::{At, Field, Fields, Invalid, Parse, Shape};
use crate::spec::field;
use crate::spec::path::AbsolutePath;
use crate::spec::reference::{EnvName, ImageRef, Owner};
use crate::spec::source::{self, Named, Source, Variant};
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;
use crate::spec::value::Value;
use crate::spec::words::Words;

/// A container made of the package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image<S: Stage> {
    /// Where the section is named; nothing where there is none.
    pub span: Option<Span>,
    /// What it starts from.
    pub bases: S::Maybe<Vec<Source<S>>>,
    /// The arguments that it runs with, unless others are given.
    pub cmd: Option<Words>,
    /// The program that it runs.
    pub entrypoint: Option<Words>,
    /// Variables, in their order; of several with one name the last is meant.
    pub env: Vec<Spanned<Variable>>,
    /// What is said of it to programs.
    pub labels: BTreeMap<LabelName, S::Of<String>>,
    /// What is done once its packages are installed.
    pub post: S::Maybe<Post>,
    /// What stops it, such as `SIGTERM`.
    pub stop_signal: Option<Spanned<StopSignal>>,
    /// Whose it runs as.
    pub user: Option<String>,
    /// Directories that outlive it.
    pub volumes: BTreeSet<AbsolutePath>,
    /// Where it runs.
    pub working_dir: Option<AbsolutePath>,
}

/// What is done once packages are installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Post {
    /// Links, by what they lead to.
    pub symlinks: BTreeMap<AbsolutePath, Symlinks>,
}

/// Links to one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symlinks {
    /// Where the links are.
    pub paths: Vec<AbsolutePath>,
    /// The user that they belong to; none: root.
    pub user: Option<Owner>,
    /// The group that they belong to; none: root.
    pub group: Option<Owner>,
}

/// A variable of a container's environment, `NAME=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: EnvName,
    /// Its value.
    pub value: String,
}

/// The key of a label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LabelName(String);

/// A signal, by name or number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopSignal(String);

impl LabelName {
    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl StopSignal {
    /// The name or number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Stage> Default for Image<S> {
    fn default() -> Self {
        Self {
            span: None,
            bases: S::Maybe::default(),
            cmd: None,
            entrypoint: None,
            env: Vec::new(),
            labels: BTreeMap::new(),
            post: S::Maybe::default(),
            stop_signal: None,
            user: None,
            volumes: BTreeSet::new(),
            working_dir: None,
        }
    }
}

impl fmt::Display for LabelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

impl Parse for LabelName {
    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("the key of a label cannot be empty"));
        }
        match text.char_indices().find(|(_, c)| c.is_whitespace() || c.is_control()) {
            None => Ok(Self(String::from(text))),
            Some((at, wrong)) => {
                Err(Invalid::new("the key of a label has no white space").at(at..at + wrong.len_utf8()))
            }
        }
    }
}

impl Parse for StopSignal {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let name = text.strip_prefix("SIG").unwrap_or(text);
        let is_name = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "+-".contains(c));
        let is_number = text.parse::<u8>().is_ok_and(|number| (1..=64).contains(&number));
        if is_name || is_number {
            Ok(Self(String::from(text)))
        } else {
            let error = Invalid::new(format!("{} is no signal", literal(text)));
            Err(error.help("such as `SIGTERM` or `15`"))
        }
    }
}

impl Parse for Variable {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let Some((name, value)) = text.split_once('=') else {
            return Err(Invalid::new("expected `NAME=value`"));
        };
        Ok(Self { name: EnvName::parse(name)?, value: String::from(value) })
    }
}

/// The field `image` of a spec or target.
pub(super) fn image(
    field: Field<'_, '_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<Image<Written>> {
    let mut fields = Fields::read(field.value, "`image`", problems)?;
    let image = Image {
        span: Some(field.place.span),
        entrypoint: words(&mut fields, "entrypoint", problems),
        cmd: words(&mut fields, "cmd", problems),
        env: env(fields.take("env"), problems),
        labels: labels(&mut fields, scope, problems),
        volumes: volumes(&mut fields, problems),
        working_dir: fields.parse("working_dir", problems).map(|path| path.value),
        stop_signal: fields.parse("stop_signal", problems),
        user: fields.parse("user", problems).map(|user| user.value),
        bases: bases(&mut fields, scope, problems),
        post: fields.take("post").and_then(|field| post(field, problems)),
    };
    fields.finish(problems);
    Some(image)
}

/// A program or its arguments: a text as for a shell, or a list of words.
fn words(fields: &mut Fields<'_, '_>, name: &'static str, problems: &mut Problems) -> Option<Words> {
    let value = fields.take(name)?.value;
    let Shape::List(items) = value.shape() else {
        let text = value.text(&format!("`{name}`"), problems)?;
        return text
            .parse::<Words>(problems)
            .map(|words| words.value)
            .filter(|words| !words.words().is_empty());
    };
    let word = |item: &At<'_, '_>, problems: &mut Problems| {
        item.text("a word", problems).map(|text| String::from(text.as_str()))
    };
    let words: Vec<_> = items.iter().filter_map(|item| word(item, problems)).collect();
    (!words.is_empty()).then(|| Words::of(words))
}

fn env(field: Option<Field<'_, '_>>, problems: &mut Problems) -> Vec<Spanned<Variable>> {
    let Some(field) = field else { return Vec::new() };
    if let Shape::Mapping(_) = field.value.shape() {
        let error = field.value.place().error("the variables of an image are a list");
        problems.push(error.help("write `- NAME=value` for each"));
        return Vec::new();
    }
    let items = field::list(field, problems).unwrap_or_default();
    let texts: Vec<_> = items.iter().filter_map(|item| item.text("a variable", problems)).collect();
    texts.iter().filter_map(|text| text.parse(problems)).collect()
}

fn labels(
    fields: &mut Fields<'_, '_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> BTreeMap<LabelName, Value<String>> {
    let mut labels = BTreeMap::new();
    for entry in fields.entries("labels", problems) {
        let Some(name) = entry.parse_key::<LabelName>(problems) else { continue };
        let value = if entry.value.is_nothing() {
            Some(Value::known(String::new(), name.span))
        } else {
            let what = literal(entry.key);
            entry.value.text(&what, problems).and_then(|text| Value::of(&text, &what, scope, problems))
        };
        labels.extend(value.map(|value| (name.value, value)));
    }
    labels
}

fn volumes(fields: &mut Fields<'_, '_>, problems: &mut Problems) -> BTreeSet<AbsolutePath> {
    let mut volumes = BTreeSet::new();
    for entry in fields.entries("volumes", problems) {
        volumes.extend(entry.parse_key::<AbsolutePath>(problems).map(|path| path.value));
        if !entry.value.is_empty() {
            let error = entry.value.place().error("nothing can be said of a volume");
            problems.push(error.help(format!("write `{}: {{}}`", entry.key.escape_debug())));
        }
    }
    volumes
}

/// The fields `bases` and `base`.
fn bases(
    fields: &mut Fields<'_, '_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<Vec<Source<Written>>> {
    let base = fields.take("base");
    let reference = base.and_then(|field| field.value.text("`base`", problems));
    let reference = reference.filter(|text| !text.as_str().is_empty());
    let field = fields.take("bases");
    if let (Some(base), Some(bases)) = (base.filter(|_| reference.is_some()), field) {
        let error = bases.place.error("`bases` says the same as `base`");
        problems.push(error.label(base.place.span, "`base` here").help("keep `bases` alone"));
    }
    let Some(field) = field else {
        let reference = Value::<ImageRef>::of(&reference?, "`base`", scope, problems)?;
        return Some(vec![source::image_of(reference)]);
    };
    let mut bases = Vec::new();
    for item in field::list(field, problems)? {
        let Some(mut fields) = Fields::read(item, "a base", problems) else { continue };
        let rootfs = fields.require("rootfs", item.place(), problems);
        fields.finish(problems);
        let Some(rootfs) = rootfs else { continue };
        let named = Named { what: "a base", place: rootfs.place, whole: true, key: false };
        let Some(source) = source::source(rootfs.value, named, scope, problems) else { continue };
        match source.variant {
            Variant::Image(_) => bases.push(source),
            other => {
                let message = format!("a base is an image, not of the kind `{}`", other.key());
                problems.push(rootfs.place.error(message).help("write `rootfs: {image: {ref: …}}`"));
            }
        }
    }
    Some(bases)
}

fn post(field: Field<'_, '_>, problems: &mut Problems) -> Option<Post> {
    let mut fields = Fields::read(field.value, "`post`", problems)?;
    let mut seen: BTreeMap<AbsolutePath, Span> = BTreeMap::new();
    let mut symlinks = BTreeMap::new();
    for entry in fields.entries("symlinks", problems) {
        let target = entry.parse_key::<AbsolutePath>(problems);
        let Some(mut fields) = Fields::read(entry.value, &literal(entry.key), problems) else { continue };
        let (one, many) = (fields.take("path"), fields.take("paths"));
        let user = fields.parse("user", problems).map(|owner| owner.value);
        let group = fields.parse("group", problems).map(|owner| owner.value);
        let all_known = fields.finish(problems);
        let items = match (one, many) {
            (Some(one), Some(many)) => {
                let error = many.place.error("`paths` says the same as `path`");
                problems.push(error.label(one.place.span, "`path` here").help("keep `paths` alone"));
                continue;
            }
            (Some(one), None) => vec![one.value],
            (None, Some(many)) => field::list(many, problems).unwrap_or_default(),
            (None, None) => Vec::new(),
        };
        if items.is_empty() && all_known {
            let error = entry.place.error(format!("there is no link to {}", literal(entry.key)));
            problems.push(error.help("say where the links are: `paths: [/…]`"));
        }
        let mut paths = Vec::new();
        for item in items {
            let Some(text) = item.text("a path", problems) else { continue };
            let Some(path) = text.parse::<AbsolutePath>(problems) else { continue };
            if let Some(first) = seen.insert(path.value.clone(), path.span) {
                let error = text.place().error(format!("two links at `{}`", path.value));
                problems.push(error.label(first, "first here"));
            }
            paths.push(path.value);
        }
        symlinks.extend(target.map(|target| (target.value, Symlinks { paths, user, group })));
    }
    fields.finish(problems);
    Some(Post { symlinks })
}
