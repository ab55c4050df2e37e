//! `patches`: changes of sources before they are built.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Problems, literal};
use crate::nearest::nearest;
use crate::span::{Span, Spanned};
use crate::spec::decode::{Field, Fields};
use crate::spec::field;
use crate::spec::path::SubPath;
use crate::spec::source::{Source, SourceName};
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;
use crate::spec::value::Value;

/// What patches are applied to a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patches<S: Stage> {
    /// Where the source is named.
    pub span: Span,
    /// The patches, in their order.
    pub list: Vec<Patch<S>>,
}

/// One patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch<S: Stage> {
    /// The source that holds it.
    pub source: Spanned<SourceName>,
    /// The file in that source, when it is a directory.
    pub path: S::Of<SubPath>,
    /// How many leading parts of the paths in it are left out.
    pub strip: u32,
}

/// The field `patches`.
pub(super) fn patches(
    field: Option<Field<'_, '_>>,
    sources: &BTreeMap<SourceName, Source<Written>>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> BTreeMap<SourceName, Patches<Written>> {
    let entries = field.and_then(|field| field.value.mapping("`patches`", problems)).unwrap_or_default();
    let mut patches = BTreeMap::new();
    for entry in entries {
        let name = entry.parse_key::<SourceName>(problems);
        if let Some(name) = &name {
            check_patched(name, sources, problems);
        }
        let items = if entry.value.is_nothing() { None } else { field::list(entry, problems) };
        let mut list = Vec::new();
        for item in items.unwrap_or_default() {
            let Some(mut fields) = Fields::read(item, "a patch", problems) else { continue };
            let source = fields.require("source", item.place(), problems);
            let source = source.and_then(|field| field.value.text("`source`", problems));
            let source = source.and_then(|text| text.parse::<SourceName>(problems));
            let written = fields.text("path", problems);
            let path = written.and_then(|text| Value::of(&text, "`path`", scope, problems));
            let strip = fields.number("strip", problems).map_or(DEFAULT_STRIP, |strip| strip.value);
            fields.finish(problems);
            let Some(source) = source else { continue };
            if path.is_some() || written.is_none() {
                check_holder(&source, path.as_ref(), sources, problems);
            }
            let path = path.unwrap_or_else(|| Value::known(SubPath::default(), source.span));
            list.push(Patch { source, path, strip });
        }
        patches.extend(name.map(|name| (name.value, Patches { span: name.span, list })));
    }
    patches
}

/// Checks that a source can be patched.
fn check_patched(
    name: &Spanned<SourceName>,
    sources: &BTreeMap<SourceName, Source<Written>>,
    problems: &mut Problems,
) {
    match sources.get(&name.value) {
        None => problems.push(unknown(name, sources)),
        Some(source) if source.is_file() => {
            let message = format!(
                "source {} is one file; patches are applied to directories",
                literal(name.value.as_str())
            );
            problems.push(Diagnostic::error(name.span, message).label(source.span, "the source is here"));
        }
        Some(_) => {}
    }
}

/// Checks that a patch is one file of its source.
fn check_holder(
    name: &Spanned<SourceName>,
    path: Option<&Value<SubPath>>,
    sources: &BTreeMap<SourceName, Source<Written>>,
    problems: &mut Problems,
) {
    let Some(source) = sources.get(&name.value) else {
        problems.push(unknown(name, sources));
        return;
    };
    let root = path.and_then(Value::as_known).is_none_or(SubPath::is_root)
        && !matches!(path, Some(Value::Template(_)));
    let (span, message, help) = match (source.is_file(), root, path) {
        (false, true, _) => (
            name.span,
            format!("source `{}` is a directory", name.value),
            "say with `path` which file of it is the patch",
        ),
        (true, false, Some(path)) => (
            path.span(),
            format!("source `{}` is one file, the patch itself", name.value),
            "leave `path` out",
        ),
        _ => return,
    };
    problems.push(Diagnostic::error(span, message).help(help).label(source.span, "the source is here"));
}

fn unknown(name: &Spanned<SourceName>, sources: &BTreeMap<SourceName, Source<Written>>) -> Diagnostic {
    let error = Diagnostic::error(name.span, format!("there is no source `{}`", name.value));
    match nearest(name.value.as_str(), sources.keys().map(SourceName::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("name one of `sources`"),
    }
}

/// What `patch` strips from paths that `git` and `diff` write as `a/…` and `b/…`.
const DEFAULT_STRIP: u32 = 1;
