//! Specs for tests: all that a package can be told, and what is wrong with some.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::diagnostic::{Problems, SourceFile, render};
use crate::package::Family;
use crate::package::recipe::{Recipe, Text};
use crate::resolve::{Resolved, Selection, resolve};
use crate::spec::Spec;
use crate::tree::{Offline, Setting};

/// A spec that says everything.
pub(in crate::package) const WHOLE: &str = include_str!("whole.yml");

fn resolved(text: &str) -> Resolved {
    let mut problems = Problems::default();
    let platform = crate::resolve::Platform { os: "linux", architecture: "amd64", variant: None };
    let none = BTreeMap::new();
    let selection = Selection {
        target: "trixie",
        platform,
        build_platform: platform,
        build_args: &none,
        known_targets: &["trixie"],
    };
    let spec = Spec::parse(text, &mut problems);
    let resolved = spec.and_then(|spec| resolve(&spec, &selection).ok());
    resolved.unwrap_or_else(|| panic!("{problems:?}")).0
}

fn with<T>(text: &str, then: impl FnOnce(&Recipe<'_>) -> T) -> T {
    let platform = "linux/amd64".parse().unwrap();
    let resolved = resolved(text);
    let offline = [
        Offline { variable: "GOMODCACHE", setting: Setting::Directory("__gomods") },
        Offline { variable: "GOPROXY", setting: Setting::Text("off") },
    ];
    then(&Recipe {
        resolved: &resolved,
        target: "trixie",
        platform: &platform,
        epoch: 1_769_817_600,
        offline: &offline,
    })
}

/// All texts that describe the package of a spec; our own scripts by their names.
pub(in crate::package) fn texts(family: &dyn Family, text: &str) -> String {
    with(text, |recipe| {
        let mut shown = String::new();
        for Text { path, text, program } in family.metadata(recipe) {
            let script = crate::script::ALL.iter().any(|script| script.text == text);
            let text = if script { "(a script of ours)\n" } else { &text };
            writeln!(shown, "=== {path}{}\n{text}", if program { " (program)" } else { "" }).unwrap();
        }
        shown.trim_end().to_owned() + "\n"
    })
}

/// What is wrong with a spec for a family.
pub(in crate::package) fn problems(family: &dyn Family, text: &str) -> String {
    with(text, |recipe| {
        let mut problems = Problems::default();
        family.check(recipe, &mut problems);
        render(&SourceFile { name: "spec.yml".into(), text: text.into() }, &problems)
    })
}
