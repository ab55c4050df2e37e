//! A container without build args: what the spec says, with what a target says in its place or beside it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::diagnostic::Problems;
use crate::resolve::apply::Apply as _;
use crate::resolve::argument::Arguments;
use crate::span::Spanned;
use crate::spec::image::{Image, Variable};
use crate::spec::{Concrete, Written};

/// The container of a target.
pub(super) fn image(
    global: &Image<Written>,
    target: Option<&Image<Written>>,
    arguments: &Arguments,
    problems: &mut Problems,
) -> Option<Image<Concrete>> {
    let Image { span, bases, cmd, entrypoint, env, labels, post, stop_signal, user, volumes, working_dir } =
        global;
    let mut labels = labels.clone();
    let mut volumes = volumes.clone();
    let mut all = env.clone();
    if let Some(target) = target {
        labels.extend(target.labels.clone());
        volumes.extend(target.volumes.clone());
        all.extend(target.env.clone());
    }
    let bases = target.and_then(|target| target.bases.as_ref()).or(bases.as_ref());
    let bases = bases.map_or_else(|| Some(Vec::new()), |bases| bases.apply(arguments, problems));
    let labels = labels.apply(arguments, problems);
    Some(Image {
        span: target.and_then(|target| target.span).or(*span),
        bases: bases?,
        cmd: own(target, cmd.as_ref(), |target| target.cmd.as_ref()),
        entrypoint: own(target, entrypoint.as_ref(), |target| target.entrypoint.as_ref()),
        env: variables(all),
        labels: labels?,
        post: own(target, post.as_ref(), |target| target.post.as_ref()).unwrap_or_default(),
        stop_signal: own(target, stop_signal.as_ref(), |target| target.stop_signal.as_ref()),
        user: own(target, user.as_ref(), |target| target.user.as_ref()),
        volumes,
        working_dir: own(target, working_dir.as_ref(), |target| target.working_dir.as_ref()),
    })
}

/// What the target says, or else the spec.
fn own<T: Clone>(
    target: Option<&Image<Written>>,
    global: Option<&T>,
    field: fn(&Image<Written>) -> Option<&T>,
) -> Option<T> {
    target.and_then(field).or(global).cloned()
}

/// Each variable once, at its first place and with its last value.
fn variables(all: Vec<Spanned<Variable>>) -> Vec<Spanned<Variable>> {
    let mut places = BTreeMap::new();
    let mut variables: Vec<Spanned<Variable>> = Vec::new();
    for variable in all {
        match places.entry(variable.value.name.clone()) {
            Entry::Occupied(place) => variables[*place.get()] = variable,
            Entry::Vacant(place) => {
                place.insert(variables.len());
                variables.push(variable);
            }
        }
    }
    variables
}
