//! Modules of Go: where they are, what opens their repositories, what is changed in `go.mod`.

use std::fmt;

use crate::diagnostic::{Problems, literal};
use crate::spec::decode::{At, Field, Fields, Invalid, Parse, Shape};
use crate::spec::field;
use crate::spec::generator::paths;
use crate::spec::path::SubPath;
use crate::spec::reference::{Host, Owner, SecretId};
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;
use crate::spec::value::Value;

/// Modules of Go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gomod<S: Stage> {
    /// Directories with a `go.mod`, below `subpath`.
    pub paths: Vec<S::Of<SubPath>>,
    /// What opens the repositories of a host; each host once.
    pub auth: Vec<GomodHost<S>>,
    /// What is changed in `go.mod` first.
    pub edits: GomodEdits<S>,
}

/// What opens the repositories of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GomodHost<S: Stage> {
    /// The host.
    pub host: S::Of<Host>,
    /// What opens them.
    pub auth: GomodAuth,
}

/// Ids of what opens repositories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GomodAuth {
    /// Id of the secret with an `Authorization` header.
    pub header: Option<SecretId>,
    /// The ssh agent.
    pub ssh: Option<GomodSsh>,
    /// Id of the secret with a token.
    pub token: Option<SecretId>,
}

/// Repositories by ssh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GomodSsh {
    /// Id of the ssh agent; none: `BuildKit`'s own.
    pub id: Option<SecretId>,
    /// The user on the host.
    pub username: Owner,
}

/// Changes of `go.mod`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GomodEdits<S: Stage> {
    /// Modules that take the place of others.
    pub replace: Vec<S::Of<Replace>>,
    /// Modules that are no longer required.
    pub drop: Vec<S::Of<Module>>,
}

/// A module that takes the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replace {
    /// The module, with a version or without.
    pub old: Module,
    /// What takes its place: a module with its version, or a path.
    pub new: Module,
}

/// A module of Go, with a version or without, or the path of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module(String);

impl Module {
    /// It as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Stage> Default for GomodEdits<S> {
    fn default() -> Self {
        Self { replace: Vec::new(), drop: Vec::new() }
    }
}

impl fmt::Display for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Replace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} => {}", self.old, self.new)
    }
}

impl Parse for Module {
    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("a module cannot be empty"));
        }
        if text.starts_with('-') {
            return Err(Invalid::new("a module does not start with `-`").at(0..1));
        }
        match text.char_indices().find(|&(_, c)| c.is_whitespace() || c.is_control() || c == '=') {
            None => Ok(Self(String::from(text))),
            Some((at, wrong)) => {
                let error = Invalid::new("a module is one word, such as `example.org/module@v1.2.3`");
                Err(error.at(at..at + wrong.len_utf8()))
            }
        }
    }
}

impl Parse for Replace {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let Some(at) = text.find(ARROW) else {
            return Err(Invalid::new("expected `old => new`")
                .help("one space on each side of the arrow, or write `{old: …, new: …}`"));
        };
        let module = |range: std::ops::Range<usize>| {
            let part = &text[range.clone()];
            let start = range.start + part.len() - part.trim_start().len();
            let moved = |invalid: Invalid| {
                let inner = invalid.range.clone().unwrap_or(0..part.trim().len());
                Invalid { range: Some(start + inner.start..start + inner.end), ..invalid }
            };
            Module::parse(part.trim()).map_err(moved)
        };
        Ok(Self { old: module(0..at)?, new: module(at + ARROW.len()..text.len())? })
    }
}

pub(super) fn gomod(
    field: Field<'_, '_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<Gomod<Written>> {
    let mut fields = Fields::read(field.value, "`gomod`", problems)?;
    let paths = paths(&mut fields, field, scope, problems);
    let mut hosts = Vec::new();
    for entry in fields.entries("auth", problems) {
        let host = Value::of(&entry.key_text(), "a host", scope, problems);
        let auth = auth(entry, problems);
        hosts.extend(host.zip(auth).map(|(host, auth)| GomodHost { host, auth }));
    }
    let edits = fields.take("edits").and_then(|field| edits(field, scope, problems)).unwrap_or_default();
    fields.finish(problems);
    Some(Gomod { paths, auth: hosts, edits })
}

fn auth(entry: Field<'_, '_>, problems: &mut Problems) -> Option<GomodAuth> {
    let mut fields = Fields::read(entry.value, &literal(entry.key), problems)?;
    let header = fields.parse("header", problems).map(|id| id.value);
    let token = fields.parse("token", problems).map(|id| id.value);
    let ssh = fields.take("ssh").and_then(|field| {
        let mut fields = Fields::read(field.value, "`ssh`", problems)?;
        let id = fields.parse("id", problems).map(|id| id.value);
        let username = fields.parse("username", problems);
        fields.finish(problems);
        Some(GomodSsh { id, username: username.map_or_else(Owner::git, |name| name.value) })
    });
    fields.finish(problems);
    if header.is_none() && token.is_none() && ssh.is_none() {
        let error = entry.place.error(format!("{} says nothing that opens it", literal(entry.key)));
        problems.push(error.help("give it one of `header`, `ssh`, `token`"));
    }
    Some(GomodAuth { header, ssh, token })
}

fn edits(field: Field<'_, '_>, scope: Scope<'_>, problems: &mut Problems) -> Option<GomodEdits<Written>> {
    let mut fields = Fields::read(field.value, "`edits`", problems)?;
    let items = fields.take("replace").and_then(|field| field::list(field, problems)).unwrap_or_default();
    let replace = items.into_iter().filter_map(|item| replace(item, scope, problems)).collect();
    let drop = fields.values("drop", "a module", scope, problems);
    fields.finish(problems);
    Some(GomodEdits { replace, drop })
}

/// A replacement in either form.
fn replace(item: At<'_, '_>, scope: Scope<'_>, problems: &mut Problems) -> Option<Value<Replace>> {
    let Shape::Mapping(_) = item.shape() else {
        let text = item.text("a replacement", problems)?;
        return Value::of(&text, "a replacement", scope, problems);
    };
    let mut fields = Fields::read(item, "a replacement", problems)?;
    let old = fields.require_value::<Module>("old", item.place(), scope, problems);
    let new = fields.require_value::<Module>("new", item.place(), scope, problems);
    fields.finish(problems);
    Some(Value::join(old?, ARROW, new?, item.place(), |old, new| Replace { old, new }))
}

/// What stands between the two modules of a replacement.
const ARROW: &str = " => ";
