//! Versions that apt is to choose: of each package it looks at its newest version only, unless that is pinned.

use std::collections::BTreeSet;

use buildkit_llb::{Exec, MkFile, ReadOnly, State};

use super::control::sign;
use crate::resolve::Dependency;
use crate::script;
use crate::step;

/// Lets `exec`, which runs [`script::APT_INSTALL`], choose versions within the bounds of a list.
pub(super) fn pin<'d>(exec: &mut Exec, list: impl Iterator<Item = &'d Dependency>) {
    let bounds = bounds(list);
    if bounds.is_empty() {
        return;
    }
    step::mount(exec, script::APT_PIN);
    let file = State::scratch().mkfile(MkFile::new("/bounds", bounds));
    exec.mount(BOUNDS, ReadOnly(file.named("[internal] bounds of versions")).selector("/bounds"));
    exec.env("BOUNDS", BOUNDS);
}

/// A line for each bound, sorted.
fn bounds<'d>(list: impl Iterator<Item = &'d Dependency>) -> String {
    let lines: BTreeSet<String> = list
        .flat_map(|Dependency { name, bounds, arch: _ }| {
            bounds.iter().map(|bound| {
                format!("{} {} {}\n", name.value, sign(bound.value.relation), bound.value.version)
            })
        })
        .collect();
    lines.into_iter().collect()
}

/// Where a worker finds them.
const BOUNDS: &str = "/run/annex/bounds";
