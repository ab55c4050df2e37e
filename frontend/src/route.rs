//! Target paths: what `--target` may say, and what each gives.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::distro::{self, Distro};
use crate::nearest::nearest;
use crate::package::{Form, Part};
use crate::plan::{Output, SourceOutput};

/// Something that can be built.
#[derive(Clone, Debug)]
pub struct Route {
    /// What `--target` says.
    pub path: String,
    /// What it gives, for a list.
    pub description: String,
    /// Whether it is what its release is usually used for.
    pub default: bool,
    /// Whose packages it is made of.
    pub distro: &'static Distro,
    /// Which result it gives.
    pub result: Outcome,
}

/// What a route gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An extension, or what is known of one.
    Extension(Output),
    /// A package, or a part of the work of building it.
    Package(Part),
    /// Sources, or what their languages need.
    Source(SourceOutput),
}

impl Route {
    /// The target of the spec that it is for: the first part of its path.
    pub fn target(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }
}

/// Every route, sorted by path.
pub fn all() -> Vec<Route> {
    let mut routes: Vec<Route> = distro::ALL.iter().flat_map(of).chain(of_sources()).collect();
    routes.sort_by(|a, b| a.path.cmp(&b.path));
    routes
}

/// Whether paths begin with `key`.
pub fn is_key(key: &str) -> bool {
    all().iter().any(|route| route.target() == key)
}

/// The route that `target` names, or that a spec with these `targets` means when it names none. Targets of other
/// frontends are `foreign`: what is below them is not known here.
pub fn find(target: &str, targets: &[&str], foreign: &[&str]) -> Result<Route, Diagnostic> {
    let routes = all();
    if target.is_empty() {
        let meant: Vec<&Route> =
            routes.iter().filter(|route| route.default && targets.contains(&route.distro.key)).collect();
        return match *meant {
            [only] => Ok(only.clone()),
            _ => Err(Diagnostic::error(None, "which target to build is not said").help(say(&meant, foreign))),
        };
    }
    let asked = target.trim_matches('/');
    if let Some(route) = routes.iter().find(|route| route.path == asked) {
        return Ok(route.clone());
    }
    let near = near(asked, &routes, foreign);
    let help = if near.is_empty() {
        format!("targets are called like `{EXAMPLE}`; {LISTED}")
    } else {
        format!("did you mean {}? {LISTED}", list(near.into_iter()))
    };
    Err(Diagnostic::error(None, format!("unknown target `{asked}`")).help(help))
}

/// What to do for a spec that means several targets, or none.
fn say(meant: &[&Route], foreign: &[&str]) -> String {
    let paths = meant.iter().map(|route| route.path.as_str()).chain(foreign.iter().copied());
    let shown: Vec<&str> = paths.clone().take(MAX_LISTED).collect();
    let more = if paths.count() > shown.len() { format!("; {LISTED}") } else { String::new() };
    match *shown {
        [] => format!("add `--target=…`, such as `--target={EXAMPLE}`; {LISTED}"),
        [only] => format!("add `--target={only}`, or what is below it; {LISTED}"),
        _ => format!("add `--target=…`, one of {}{more}", list(shown.into_iter())),
    }
}

/// The few paths that somebody who asked for another may have meant, all of one release: those below it, or the
/// one that is spelt most like it.
fn near<'r>(asked: &str, routes: &'r [Route], foreign: &[&'r str]) -> Vec<&'r str> {
    let (key, rest) = asked.split_once('/').unwrap_or((asked, ""));
    let keys: BTreeSet<&str> = routes.iter().map(Route::target).chain(foreign.iter().copied()).collect();
    let Some(key) = keys.get(key).copied().or_else(|| nearest(key, keys.iter().copied())) else {
        return Vec::new();
    };
    if foreign.contains(&key) {
        return vec![key];
    }
    let own: Vec<&Route> = routes.iter().filter(|route| route.target() == key).collect();
    let paths = || own.iter().map(|route| route.path.as_str());
    let meant = [key, rest].join("/");
    let meant = meant.trim_end_matches('/');
    let below = |path: &&str| path.strip_prefix(meant).is_some_and(|rest| rest.starts_with('/'));
    if let Some(exact) = paths().find(|path| *path == meant) {
        return vec![exact];
    }
    let mut below: Vec<&Route> = own.iter().copied().filter(|route| below(&route.path.as_str())).collect();
    // What most want first, and what shows the work last.
    below.sort_by_key(|route| (!route.default, route.path.matches('/').count()));
    let below: Vec<&str> = below.into_iter().take(MAX_LISTED).map(|route| route.path.as_str()).collect();
    let spelt = nearest(meant, paths());
    match (below.is_empty(), spelt) {
        (false, _) => below,
        (true, Some(spelt)) => vec![spelt],
        (true, None) => own.iter().filter(|route| route.default).map(|route| route.path.as_str()).collect(),
    }
}

/// The routes of a release, sorted by path.
fn of(distro: &'static Distro) -> Vec<Route> {
    let Distro { key, name, .. } = distro;
    // A release without packages of its own is for extensions; its worker can be had all the same.
    let forms = distro.family.forms().iter();
    let forms = forms.filter(|form| distro.has_packages() || form.part == Part::Worker);
    let packages = forms.map(|Form { path, description, part }| Route {
        path: [*key, if path.is_empty() { "" } else { "/" }, path].concat(),
        description: (*description).to_owned(),
        default: false,
        distro,
        result: Outcome::Package(*part),
    });
    let extensions = [
        Route {
            path: format!("{key}/testing/sysext"),
            description: format!("system extension image of {name} packages"),
            default: true,
            distro,
            result: Outcome::Extension(Output::Image),
        },
        Route {
            path: format!("{key}/testing/sysext/lock"),
            description: "the exact packages the image would hold, to build it again".to_owned(),
            default: false,
            distro,
            result: Outcome::Extension(Output::Lock),
        },
        Route {
            path: format!("{key}/testing/sysext/report"),
            description: "what the image would hold, need and hide, as JSON and as a page".to_owned(),
            default: false,
            distro,
            result: Outcome::Extension(Output::Report),
        },
    ];
    let mut routes: Vec<Route> = packages.chain(extensions).collect();
    routes.sort_by(|a, b| a.path.cmp(&b.path));
    routes
}

/// The routes that need no release: tools run in the worker of [`distro::DEBUGGING`].
fn of_sources() -> Vec<Route> {
    let distro = distro::find(distro::DEBUGGING);
    let route = |&(path, description, output): &(&str, &str, SourceOutput)| {
        Some(Route {
            path: path.to_owned(),
            description: description.to_owned(),
            default: false,
            distro: distro?,
            result: Outcome::Source(output),
        })
    };
    OF_SOURCES.iter().filter_map(route).collect()
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Paths of sources with what they give.
const OF_SOURCES: &[(&str, &str, SourceOutput)] = &[
    ("debug/cargohome", "crates of Rust that the sources need", SourceOutput::Cargohome),
    ("debug/gomods", "modules of Go that the sources need", SourceOutput::Gomods),
    ("debug/patched-sources", "the sources with their patches", SourceOutput::Patched),
    ("debug/pip", "packages of Python that the sources need", SourceOutput::Pip),
    (
        "debug/resolve",
        "the spec with nothing left to decide: arguments replaced, defaults in place",
        SourceOutput::Resolved,
    ),
    ("debug/sources", "the sources as they are fetched", SourceOutput::Sources),
];

/// A target, for who has to be told what one looks like.
const EXAMPLE: &str = "trixie/testing/sysext";

/// Where the rest is.
const LISTED: &str = "`--call=targets` lists all";

/// Paths in a message, at most.
const MAX_LISTED: usize = 4;

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(target: &str, targets: &[&str], expected: &Expect) {
        check_beside(&[], target, targets, expected);
    }

    fn check_beside(foreign: &[&str], target: &str, targets: &[&str], expected: &Expect) {
        expected.assert_eq(&match find(target, targets, foreign) {
            Ok(route) => route.path,
            Err(Diagnostic { message, help, .. }) => format!("{message}\nhelp: {}", help.unwrap_or_default()),
        });
    }

    #[test]
    fn routes_are_sorted_and_unique() {
        assert!(all().is_sorted_by(|a, b| a.path < b.path));
    }

    #[test]
    fn a_route_is_found_by_its_whole_path_only() {
        check("trixie/testing/sysext", &[], &expect!["trixie/testing/sysext"]);
        check("trixie/testing/sysext/", &[], &expect!["trixie/testing/sysext"]);
        check(
            "trixie/testing/sysext/more",
            &[],
            &expect![[r#"
            unknown target `trixie/testing/sysext/more`
            help: did you mean `trixie/testing/sysext/lock`? `--call=targets` lists all"#]],
        );
    }

    #[test]
    fn a_part_of_a_path_is_answered_with_what_is_below() {
        check("trixie", &[], &expect!["trixie"]);
        check(
            "azlinux3",
            &[],
            &expect![[r#"
                unknown target `azlinux3`
                help: did you mean `azlinux3/testing/sysext`, `azlinux3/rpm`, `azlinux3/worker`, `azlinux3/rpm/debug/buildroot`? `--call=targets` lists all"#]],
        );
        check(
            "trixie/testing",
            &[],
            &expect![[r#"
            unknown target `trixie/testing`
            help: did you mean `trixie/testing/sysext`, `trixie/testing/sysext/lock`, `trixie/testing/sysext/report`? `--call=targets` lists all"#]],
        );
    }

    #[test]
    fn a_misspelt_target_is_answered_with_the_nearest() {
        check(
            "trixie/sysext",
            &[],
            &expect![[r#"
            unknown target `trixie/sysext`
            help: did you mean `trixie/testing/sysext`? `--call=targets` lists all"#]],
        );
        check(
            "trixe/testing/sysext",
            &[],
            &expect![[r#"
                unknown target `trixe/testing/sysext`
                help: did you mean `trixie/testing/sysext`? `--call=targets` lists all"#]],
        );
        check(
            "bookwrm",
            &[],
            &expect![[r#"
                unknown target `bookwrm`
                help: did you mean `bookworm`? `--call=targets` lists all"#]],
        );
        check("noble/deb", &[], &expect!["noble/deb"]);
        check(
            "x",
            &[],
            &expect![[r#"
            unknown target `x`
            help: targets are called like `trixie/testing/sysext`; `--call=targets` lists all"#]],
        );
    }

    #[test]
    fn without_a_target_the_only_one_of_the_spec_is_meant() {
        check("", &["trixie"], &expect!["trixie/testing/sysext"]);
        check("", &["flatcar"], &expect!["flatcar/testing/sysext"]);
        check(
            "",
            &[],
            &expect![[r#"
            which target to build is not said
            help: add `--target=…`, such as `--target=trixie/testing/sysext`; `--call=targets` lists all"#]],
        );
        check(
            "",
            &["noble", "trixie"],
            &expect![[r#"
            which target to build is not said
            help: add `--target=…`, one of `noble/testing/sysext`, `trixie/testing/sysext`"#]],
        );
        let keys: Vec<&str> = distro::ALL.iter().map(|distro| distro.key).collect();
        check(
            "",
            &keys,
            &expect![[r#"
                which target to build is not said
                help: add `--target=…`, one of `almalinux8/testing/sysext`, `almalinux9/testing/sysext`, `azlinux3/testing/sysext`, `azlinux4/testing/sysext`; `--call=targets` lists all"#]],
        );
    }

    #[test]
    fn targets_of_other_frontends_are_among_the_nearest_and_never_meant() {
        let check = |target, targets, expected| check_beside(&["windows"], target, targets, expected);
        check(
            "windws/zip",
            &[],
            &expect![[r#"
                unknown target `windws/zip`
                help: did you mean `windows`? `--call=targets` lists all"#]],
        );
        check("", &["trixie"], &expect!["trixie/testing/sysext"]);
        check(
            "",
            &[],
            &expect![[r#"
                which target to build is not said
                help: add `--target=windows`, or what is below it; `--call=targets` lists all"#]],
        );
        check(
            "",
            &["noble", "trixie"],
            &expect![[r#"
                which target to build is not said
                help: add `--target=…`, one of `noble/testing/sysext`, `trixie/testing/sysext`, `windows`"#]],
        );
    }

    #[test]
    fn no_message_lists_every_path() {
        for asked in
            ["", "x", "azlinux3", "trixie/testing", "jammy/works", "debug/resolved", "windowscross/container"]
        {
            let keys: Vec<&str> = distro::ALL.iter().map(|distro| distro.key).collect();
            let said = find(asked, &keys, &[]).expect_err("there is no such target").help.unwrap_or_default();
            assert!(said.len() < 250, "`{asked}`: {said}");
        }
    }
}
