//! Workers for looking at sources where no release is named.

/// Where tools run that a route without a release needs.
#[derive(Clone, Copy, Debug)]
pub struct Debugging {
    /// Name of the context that replaces the worker.
    pub context: &'static str,
    /// Packages of the release with the key [`DEBUGGING`] that bring the tools.
    pub tools: &'static [&'static str],
}

/// The release whose image these workers are made of.
pub const DEBUGGING: &str = "trixie";

/// Crates of Rust.
pub const CARGO: Debugging =
    Debugging { context: "cargohome-worker", tools: &["ca-certificates", "cargo", "git", "patch"] };

/// Modules of Go.
pub const GO: Debugging = Debugging {
    context: "gomod-worker",
    tools: &["ca-certificates", "git", "golang-go", "openssh-client", "patch"],
};

/// Patches.
pub const PATCHING: Debugging = Debugging { context: "patched-sources-worker", tools: &["patch"] };

/// Packages of Python. What is fetched as source may be compiled to tell what it is.
pub const PYTHON: Debugging = Debugging {
    context: "pip-worker",
    tools: &["build-essential", "ca-certificates", "git", "patch", "python3-dev", "python3-pip"],
};

/// What edits of modules of Go need beside.
pub const EDITING: &[&str] = &["ca-certificates", "git", "golang-go"];
