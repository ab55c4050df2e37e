//! `generate`: dependencies of programming languages that are fetched before a build.

mod gomod;

use std::fmt;

use crate::diagnostic::{Problems, literal};
use crate::job::Rule;
use crate::span::Span;
use crate::spec::decode::{Field, Fields, Invalid, Parse};
use crate::spec::field;
use crate::spec::path::SubPath;
use crate::spec::reference::HttpUrl;
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;
use crate::spec::value::Value;

pub use gomod::{Gomod, GomodAuth, GomodEdits, GomodHost, GomodSsh, Module, Replace};

/// What is fetched for a source, by one or more tools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator<S: Stage> {
    /// The entry in the list.
    pub span: Span,
    /// The directory of the source in which the tools work.
    pub subpath: S::Of<SubPath>,
    /// Modules of Go.
    pub gomod: Option<Gomod<S>>,
    /// Crates of Rust.
    pub cargohome: Option<CargoHome<S>>,
    /// Packages of Python.
    pub pip: Option<Pip<S>>,
    /// Modules of Node.
    pub nodemod: Option<NodeMod<S>>,
}

/// Crates of Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CargoHome<S: Stage> {
    /// Directories with a `Cargo.toml`, below `subpath`.
    pub paths: Vec<S::Of<SubPath>>,
}

/// Packages of Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pip<S: Stage> {
    /// Directories with a file of requirements, below `subpath`.
    pub paths: Vec<S::Of<SubPath>>,
    /// The name of that file.
    pub requirements_file: S::Of<RequirementsFile>,
    /// The index that is asked in place of the usual one.
    pub index_url: Option<S::Of<HttpUrl>>,
    /// Indices that are asked as well.
    pub extra_index_urls: Vec<S::Of<HttpUrl>>,
}

/// Modules of Node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeMod<S: Stage> {
    /// Directories with a `package.json`, below `subpath`.
    pub paths: Vec<S::Of<SubPath>>,
    /// The registry that is asked in place of the usual one.
    pub registry: Option<S::Of<HttpUrl>>,
}

/// A file of requirements of Python, below a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementsFile(String);

impl Default for RequirementsFile {
    fn default() -> Self {
        Self(String::from("requirements.txt"))
    }
}

impl RequirementsFile {
    /// Its path, without a `/` at its start.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Parse for RequirementsFile {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let path = SubPath::parse(text)?;
        if path.is_root() {
            Err(Invalid::new("expected the name of a file"))
        } else {
            Ok(Self(path.to_string()))
        }
    }
}

impl fmt::Display for RequirementsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The field `generate` of a source.
pub(super) fn generators(
    field: Option<Field<'_, '_>>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Vec<Generator<Written>> {
    let mut generators = Vec::new();
    for item in field.and_then(|field| field::list(field, problems)).unwrap_or_default() {
        let Some(mut fields) = Fields::read(item, "a generator", problems) else { continue };
        let place = item.place();
        let subpath = fields.value("subpath", scope, problems);
        let unsaid = Value::known(SubPath::default(), place.span);
        let mut generator = Generator {
            span: place.span,
            subpath: subpath.unwrap_or(unsaid),
            gomod: None,
            cargohome: None,
            pip: None,
            nodemod: None,
        };
        let kinds = fields.take_each(KINDS);
        let all_known = fields.finish(problems);
        if kinds.is_empty() && all_known {
            let names: Vec<_> = KINDS.iter().map(|kind| format!("`{kind}: {{}}`")).collect();
            let error = place.error("a generator names no tool");
            problems.push(error.help(format!("give it one of {}", names.join(", "))));
        }
        for (name, field) in kinds {
            if field.value.is_null() {
                let error = field.place.error(format!("`{name}` has no value"));
                problems.push(error.help(format!("write `{name}: {{}}` for its defaults")));
                continue;
            }
            match name {
                "cargohome" => generator.cargohome = cargohome(field, scope, problems),
                "gomod" => generator.gomod = gomod::gomod(field, scope, problems),
                "nodemod" => generator.nodemod = nodemod(field, scope, problems),
                _ => generator.pip = pip(field, scope, problems),
            }
        }
        generators.push(generator);
    }
    generators
}

fn cargohome(field: Field<'_, '_>, scope: Scope<'_>, problems: &mut Problems) -> Option<CargoHome<Written>> {
    let mut fields = Fields::read(field.value, "`cargohome`", problems)?;
    let paths = paths(&mut fields, field, scope, problems);
    fields.finish(problems);
    Some(CargoHome { paths })
}

fn pip(field: Field<'_, '_>, scope: Scope<'_>, problems: &mut Problems) -> Option<Pip<Written>> {
    let mut fields = Fields::read(field.value, "`pip`", problems)?;
    let paths = paths(&mut fields, field, scope, problems);
    let requirements_file = fields.value("requirements_file", scope, problems);
    let index_url = fields.value("index_url", scope, problems);
    let extra_index_urls = fields.values("extra_index_urls", "a URL", scope, problems);
    fields.finish(problems);
    let usual = || Value::known(RequirementsFile::default(), field.place.span);
    let requirements_file = requirements_file.unwrap_or_else(usual);
    Some(Pip { paths, requirements_file, index_url, extra_index_urls })
}

fn nodemod(field: Field<'_, '_>, scope: Scope<'_>, problems: &mut Problems) -> Option<NodeMod<Written>> {
    let mut fields = Fields::read(field.value, "`nodemod`", problems)?;
    let paths = paths(&mut fields, field, scope, problems);
    let registry = fields.value("registry", scope, problems);
    fields.finish(problems);
    Some(NodeMod { paths, registry })
}

/// The field `paths` of a tool; unset, the directory itself.
fn paths(
    fields: &mut Fields<'_, '_>,
    tool: Field<'_, '_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Vec<Value<SubPath>> {
    let Some(field) = fields.take("paths") else {
        return vec![Value::known(SubPath::root(), tool.place.span)];
    };
    let items = field::list(field, problems).unwrap_or_default();
    if items.is_empty() && field.value.is_empty() {
        let warning = field.place.warning(format!("{} does nothing without a path", literal(tool.key)));
        let warning = warning.rule(Rule::GeneratorEmpty.name());
        problems.push(warning.help("leave `paths` out for the directory itself"));
    }
    let mut paths = Vec::new();
    for item in items {
        if let Some(text) = item.text("a path", problems) {
            paths.extend(Value::of(&text, "a path", scope, problems));
        }
    }
    paths
}

/// The tools, by the keys of their settings.
const KINDS: &[&str] = &["cargohome", "gomod", "nodemod", "pip"];
