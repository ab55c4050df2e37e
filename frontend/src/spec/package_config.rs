//! `package_config`: who signs packages.

use crate::diagnostic::Problems;
use crate::span::Span;
use crate::spec::decode::{Field, Fields};
use crate::spec::field::Environment;
use crate::spec::reference::ImageRef;
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;

/// A frontend that signs packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer<S: Stage> {
    /// Where it is named.
    pub span: Span,
    /// Its image.
    pub image: S::Of<ImageRef>,
    /// The command in the image, in place of its own.
    pub cmdline: Option<String>,
    /// Build args for it.
    pub args: Environment<S>,
}

/// The field `package_config` of a spec or target: its signer.
pub(super) fn signer(
    field: Field<'_, '_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<Signer<Written>> {
    let mut fields = Fields::read(field.value, "`package_config`", problems)?;
    let signer = fields.take("signer");
    fields.finish(problems);
    let field = signer?;
    let mut fields = Fields::read(field.value, "`signer`", problems)?;
    let image = fields.require_value("image", field.place, scope, problems);
    let cmdline = fields.parse::<String>("cmdline", problems).map(|text| text.value);
    let args = fields.environment("args", scope, problems);
    fields.finish(problems);
    Some(Signer { span: field.place.span, image: image?, cmdline, args })
}
