//! `build`: the commands that make a package's content out of its sources.

mod cache;

use crate::diagnostic::{Problems, literal};
use crate::nearest::nearest;
use crate::span::Span;
use crate::spec::decode::{Field, Fields, Invalid, Parse};
use crate::spec::field::Environment;
use crate::spec::source::{self, CommandStep};
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;
use crate::spec::value::Value;

pub use cache::{Cache, CacheDir, CacheSharing};

/// The commands of a build and what is around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build<S: Stage> {
    /// Where the section is named.
    pub span: Span,
    /// Directories that are kept from build to build.
    pub caches: Vec<Cache>,
    /// Variables for all steps.
    pub env: Environment<S>,
    /// Whether the steps have a network.
    pub network_mode: S::Of<NetworkMode>,
    /// The commands in their order; a build without any has nothing else.
    pub steps: Vec<CommandStep<S>>,
}

/// Whether commands have a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NetworkMode {
    /// They have none.
    #[default]
    None,
    /// They have one of their own.
    Sandbox,
}

impl NetworkMode {
    /// The word for it in a spec.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sandbox => "sandbox",
        }
    }
}

impl Parse for NetworkMode {
    fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "" | "none" => Ok(Self::None),
            "sandbox" => Ok(Self::Sandbox),
            other => {
                let error = Invalid::new(format!("unknown network mode {}", literal(other)));
                Err(match nearest(other, ["none", "sandbox"]) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help("use `none`, or `sandbox` for a network"),
                })
            }
        }
    }
}

impl Build<Written> {
    /// A build of nothing; `span` is where the section could be.
    pub(super) fn none(span: Span) -> Self {
        let network_mode = Value::known(NetworkMode::default(), span);
        Self { span, caches: Vec::new(), env: Environment::<Written>::new(), network_mode, steps: Vec::new() }
    }
}

/// The field `build`.
pub(super) fn build(
    field: Field<'_, '_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<Build<Written>> {
    let span = field.place.span;
    let mut fields = Fields::read(field.value, "`build`", problems)?;
    let env = fields.environment("env", scope, problems);
    let network_mode = fields.value("network_mode", scope, problems);
    let caches = fields.take("caches").map_or_else(Vec::new, |field| cache::caches(field, problems));
    let listed = fields.take("steps");
    let steps = listed.map_or_else(Vec::new, |field| source::steps(field, scope, problems));
    fields.finish(problems);
    if listed.is_none_or(|field| field.value.is_empty()) {
        let used = [
            (!env.is_empty()).then_some("env"),
            network_mode.is_some().then_some("network_mode"),
            (!caches.is_empty()).then_some("caches"),
        ];
        for name in used.into_iter().flatten() {
            let error =
                field.place.error(format!("`{name}` is for the steps of a build, and there are none"));
            problems.push(error.help("write at least one: `steps: [{command: …}]`"));
        }
    }
    let network_mode = network_mode.unwrap_or_else(|| Value::known(NetworkMode::default(), span));
    Some(Build { span, caches, env, network_mode, steps })
}
