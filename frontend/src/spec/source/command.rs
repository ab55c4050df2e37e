//! Commands that run in an image to make a source.

use crate::diagnostic::Problems;
use crate::span::Spanned;
use crate::spec::decode::{Field, Fields, Place};
use crate::spec::field::{self, Environment};
use crate::spec::path::SubPath;
use crate::spec::source::mount::{Mount, mounts};
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;

/// Commands that run in an image; what they leave at the `path` of the source is the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command<S: Stage> {
    /// The directory in which they run; unsaid, the image's own.
    pub dir: SubPath,
    /// Variables for all of them.
    pub env: Environment<S>,
    /// What is mounted for all of them.
    pub mounts: Vec<Mount<S>>,
    /// The commands, in their order; at least one.
    pub steps: Vec<CommandStep<S>>,
}

/// One command, for the shell of the image or of the worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandStep<S: Stage> {
    /// The text for the shell, as written.
    pub command: Spanned<String>,
    /// Variables for it alone.
    pub env: Environment<S>,
    /// What is mounted for it alone.
    pub mounts: Vec<Mount<S>>,
}

pub(super) fn command(
    field: Field<'_, '_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<Command<Written>> {
    let mut fields = Fields::read(field.value, "`cmd`", problems)?;
    let dir = fields.parse("dir", problems).map(|dir| dir.value);
    let env = fields.environment("env", scope, problems);
    let mounts = mounts(&mut fields, scope, problems);
    let listed = fields.take("steps");
    let steps = listed.map_or_else(Vec::new, |field| steps(field, scope, problems));
    fields.finish(problems);
    if listed.is_none_or(|field| field.value.is_empty()) {
        let error = field.place.error("`cmd` has no steps");
        problems.push(error.help("write at least one: `steps: [{command: …}]`"));
    }
    Some(Command { dir: dir.unwrap_or_default(), env, mounts, steps })
}

/// A list of steps.
pub(in crate::spec) fn steps(
    field: Field<'_, '_>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Vec<CommandStep<Written>> {
    let mut steps = Vec::new();
    for item in field::list(field, problems).unwrap_or_default() {
        let Some(mut fields) = Fields::read(item, "a step", problems) else { continue };
        let command = step_command(&mut fields, item.place(), problems);
        let env = fields.environment("env", scope, problems);
        let mounts = mounts(&mut fields, scope, problems);
        fields.finish(problems);
        steps.extend(command.map(|command| CommandStep { command, env, mounts }));
    }
    steps
}

/// The field `command` of a step, which must have one.
fn step_command(
    fields: &mut Fields<'_, '_>,
    place: Place,
    problems: &mut Problems,
) -> Option<Spanned<String>> {
    let text = fields.require("command", place, problems)?.value.content("`command`", problems)?;
    if text.as_str().trim().is_empty() {
        problems.push(text.place().error("a step must have a command"));
        return None;
    }
    if text.as_str().contains('\0') {
        problems.push(text.place().error("a command has no zero characters"));
        return None;
    }
    Some(text.spanned())
}
