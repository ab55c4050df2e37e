//! Shell that calls a distribution's own tools in a worker.

/// A POSIX shell script, run as `sh DIRECTORY/NAME WORD…`. Values reach it as words and environment,
/// never as part of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Script {
    /// File name.
    pub name: &'static str,
    /// Content of the file, which begins with its usage.
    pub text: &'static str,
}

/// Directory in which scripts are mounted in a worker.
pub const DIRECTORY: &str = "/run/annex/script";

/// Installs the packages of its words into the running worker.
pub const APT_INSTALL: Script =
    Script { name: "apt-install.sh", text: include_str!("script/apt-install.sh") };

/// Fetches crates for the directories of its words.
pub const CARGO_FETCH: Script =
    Script { name: "cargo-fetch.sh", text: include_str!("script/cargo-fetch.sh") };

/// Installs the packages of its words, the third and all after it, into the running worker: the first is the manager.
pub const DNF_INSTALL: Script =
    Script { name: "dnf-install.sh", text: include_str!("script/dnf-install.sh") };

/// Fetches modules of Go for the directories of its words, the third and all after it.
pub const GOMOD_DOWNLOAD: Script =
    Script { name: "gomod-download.sh", text: include_str!("script/gomod-download.sh") };

/// Changes the `go.mod` in the directory of its first word as the others say.
pub const GOMOD_EDIT: Script = Script { name: "gomod-edit.sh", text: include_str!("script/gomod-edit.sh") };

/// Installs modules of Node in the directories of its words.
pub const NPM_INSTALL: Script =
    Script { name: "npm-install.sh", text: include_str!("script/npm-install.sh") };

/// Applies a patch.
pub const PATCH: Script = Script { name: "patch.sh", text: include_str!("script/patch.sh") };

/// Fetches packages of Python for the directories of its words, the third and all after it.
pub const PIP_DOWNLOAD: Script =
    Script { name: "pip-download.sh", text: include_str!("script/pip-download.sh") };

/// All scripts, sorted by name.
pub const ALL: &[Script] =
    &[APT_INSTALL, CARGO_FETCH, DNF_INSTALL, GOMOD_DOWNLOAD, GOMOD_EDIT, NPM_INSTALL, PATCH, PIP_DOWNLOAD];

impl Script {
    /// The path of the script in a worker.
    pub fn path(&self) -> String {
        format!("{DIRECTORY}/{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_script_tells_its_usage() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
        for script in ALL {
            let usage = format!("\n# usage: {} ", script.name);
            assert!(
                script.text.starts_with("#!/bin/sh\n") && script.text.contains(&usage),
                "{}",
                script.name
            );
            assert!(script.text.lines().count() < 50, "{}", script.name);
        }
    }
}
