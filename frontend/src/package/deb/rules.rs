//! `debian/rules`: how debhelper makes the package, see dh(1).

use std::fmt::Write as _;

use super::Deb;
use crate::package::recipe::{Recipe, Role, Unit};

/// The makefile. Whatever a spec says is in files beside it; here are only names that a shell and make leave alone.
pub(super) fn rules(deb: &Deb, recipe: &Recipe<'_>) -> String {
    let name = &recipe.resolved.name.value;
    let artifacts = &recipe.resolved.artifacts;
    let mut text = String::from("#!/usr/bin/make -f\n\n%:\n\tdh $@\n");
    let mut target = |name: &str, lines: &[String]| {
        write!(text, "\noverride_{name}:\n").expect("a String takes all text");
        text.extend(lines.iter().map(|line| format!("\t{line}\n")));
    };
    for nothing in NOT_OURS {
        target(nothing, &[]);
    }
    target("dh_auto_build", &[format!("sh {HERE}/build-steps.sh {HERE}")]);
    let roles = ROLES.iter().map(|role| format!("{}={}", role.word(), deb.directory(*role, name)));
    let roles: Vec<String> = roles.collect();
    let mut install =
        vec![format!("sh {HERE}/install-artifacts.sh {HERE} debian/{name} {}", roles.join(" "))];
    let content = recipe.content();
    if content.gives_away() {
        install.push(format!("cat {HERE}/accounts {HERE}/owners {HERE}/end >debian/postinst"));
    }
    target("dh_auto_install", &install);
    target("dh_fixperms", &["dh_fixperms".to_owned(), format!("sh -e {HERE}/modes")]);
    if !content.units.is_empty() {
        target("dh_installsystemd", &systemd(&content.units));
    }
    if artifacts.disable_strip {
        target("dh_strip", &[]);
        target("dh_strip_nondeterminism", &[]);
    }
    if artifacts.disable_auto_requires {
        target("dh_shlibdeps", &[]);
    }
    text
}

/// A call for each way to treat units: by itself debhelper enables and starts all.
fn systemd(units: &[Unit<'_>]) -> Vec<String> {
    let mut calls = Vec::new();
    for (enable, start) in [(false, false), (false, true), (true, false), (true, true)] {
        let names = units.iter().filter(|unit| (unit.enable, unit.start) == (enable, start));
        // What a shell and make would read in a unit's name is `\` and `$`, and it has no `$`.
        let names: Vec<String> = names.map(|unit| format!("'{}'", unit.name)).collect();
        if !names.is_empty() {
            let options = [(enable, " --no-enable"), (start, " --no-start")];
            let options: String = options.iter().filter(|(on, _)| !on).map(|(_, option)| *option).collect();
            calls.push(format!("dh_installsystemd{options} {}", names.join(" ")));
        }
    }
    calls
}

/// Where the files that are no files of Debian's are, in the source package.
pub(super) const HERE: &str = "debian/annex";

/// What debhelper would do to sources and programs by itself: the steps of a spec say what is done.
const NOT_OURS: [&str; 7] = [
    "dh_auto_clean",
    "dh_auto_configure",
    "dh_auto_test",
    "dh_autoreconf",
    "dh_dwz",
    "dh_update_autotools_config",
    "dh_usrlocal",
];

/// All roles.
const ROLES: [Role; 12] = [
    Role::Bin,
    Role::Config,
    Role::Data,
    Role::Doc,
    Role::Include,
    Role::Lib,
    Role::Libexec,
    Role::License,
    Role::Man,
    Role::Opt,
    Role::State,
    Role::Unit,
];
