//! How a build finds what was fetched for its languages without asking anybody.

use crate::resolve::Resolved;
use crate::spec::Concrete;
use crate::spec::generator::Generator;

/// A variable of a build's environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offline {
    /// Its name.
    pub variable: &'static str,
    /// What it is set to, unless the spec sets it.
    pub setting: Setting,
}

/// What a variable is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The absolute path of a directory below that of the build.
    Directory(&'static str),
    /// A text.
    Text(&'static str),
}

/// The variables that let the tools of a spec's generators work without a network, sorted by name.
pub fn offline(resolved: &Resolved) -> Vec<Offline> {
    let generators = || resolved.sources.values().flat_map(|source| &source.generate);
    let has = |kind: fn(&Generator<Concrete>) -> bool| generators().any(kind);
    let mut all = Vec::new();
    for (used, variables) in [
        (has(|generator| generator.cargohome.is_some()), CARGO),
        (has(|generator| generator.gomod.is_some()), GO),
        (has(|generator| generator.nodemod.is_some()), NODE),
        (has(|generator| generator.pip.is_some()), PYTHON),
    ] {
        if used {
            all.extend(variables.iter().map(|&(variable, setting)| Offline { variable, setting }));
        }
    }
    all.sort_by_key(|offline| offline.variable);
    all
}

/// Directory of the modules of Go, below that of a build.
pub const GOMODS: &str = "__gomods";
/// Directory of the crates of Rust, below that of a build.
pub const CARGOHOME: &str = "__cargohome";
/// Directory of the packages of Python, below that of a build.
pub const PIP: &str = "__pipdeps";
/// Directory of the modules of Node, below that of a source's `package.json`.
pub const NODE_MODULES: &str = "node_modules";

/// <https://doc.rust-lang.org/cargo/reference/environment-variables.html>
const CARGO: &[(&str, Setting)] =
    &[("CARGO_HOME", Setting::Directory(CARGOHOME)), ("CARGO_NET_OFFLINE", Setting::Text("true"))];
/// <https://go.dev/ref/mod#environment-variables>
const GO: &[(&str, Setting)] =
    &[("GOMODCACHE", Setting::Directory(GOMODS)), ("GOPROXY", Setting::Text("off"))];
/// `npm help config`: `offline`.
const NODE: &[(&str, Setting)] = &[("npm_config_offline", Setting::Text("true"))];
/// <https://pip.pypa.io/en/stable/topics/configuration/#environment-variables>
const PYTHON: &[(&str, Setting)] =
    &[("PIP_FIND_LINKS", Setting::Directory(PIP)), ("PIP_NO_INDEX", Setting::Text("1"))];
