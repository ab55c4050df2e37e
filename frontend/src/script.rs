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

/// Installs the packages of its words into the running worker, or what the source package needs whose directory its one
/// word is.
pub const APT_INSTALL: Script =
    Script { name: "apt-install.sh", text: include_str!("script/apt-install.sh") };

/// Lets apt choose versions within bounds; [`APT_INSTALL`] calls it.
pub const APT_PIN: Script = Script { name: "apt-pin.sh", text: include_str!("script/apt-pin.sh") };

/// Runs the steps of a spec's build.
pub const BUILD_STEPS: Script =
    Script { name: "build-steps.sh", text: include_str!("script/build-steps.sh") };

/// Fetches crates for the directories of its words.
pub const CARGO_FETCH: Script =
    Script { name: "cargo-fetch.sh", text: include_str!("script/cargo-fetch.sh") };

/// Makes a package of a Debian source package.
pub const DEB_BUILD: Script = Script { name: "deb-build.sh", text: include_str!("script/deb-build.sh") };

/// Makes a Debian source package of a tree and its `debian` folder.
pub const DEB_SOURCE: Script = Script { name: "deb-source.sh", text: include_str!("script/deb-source.sh") };

/// Installs the packages of its words, the third and all after it, into the running worker: the first is the manager.
pub const DNF_INSTALL: Script =
    Script { name: "dnf-install.sh", text: include_str!("script/dnf-install.sh") };

/// Fetches modules of Go for the directories of its words, the third and all after it.
pub const GOMOD_DOWNLOAD: Script =
    Script { name: "gomod-download.sh", text: include_str!("script/gomod-download.sh") };

/// Changes the `go.mod` in the directory of its first word as the others say.
pub const GOMOD_EDIT: Script = Script { name: "gomod-edit.sh", text: include_str!("script/gomod-edit.sh") };

/// Installs files that a build made into the root of a package.
pub const INSTALL_ARTIFACT: Script =
    Script { name: "install-artifact.sh", text: include_str!("script/install-artifact.sh") };

/// Installs all that a build made into the root of a package.
pub const INSTALL_ARTIFACTS: Script =
    Script { name: "install-artifacts.sh", text: include_str!("script/install-artifacts.sh") };

/// Installs modules of Node in the directories of its words.
pub const NPM_INSTALL: Script =
    Script { name: "npm-install.sh", text: include_str!("script/npm-install.sh") };

/// Applies a patch.
pub const PATCH: Script = Script { name: "patch.sh", text: include_str!("script/patch.sh") };

/// Fetches packages of Python for the directories of its words, the third and all after it.
pub const PIP_DOWNLOAD: Script =
    Script { name: "pip-download.sh", text: include_str!("script/pip-download.sh") };

/// Makes packages with rpmbuild.
pub const RPM_BUILD: Script = Script { name: "rpm-build.sh", text: include_str!("script/rpm-build.sh") };

/// Installs what a package without content needs.
pub const RPM_BUILD_DEP: Script =
    Script { name: "rpm-build-dep.sh", text: include_str!("script/rpm-build-dep.sh") };

/// Lets the running worker trust the keys in the directory of its word.
pub const RPM_IMPORT: Script = Script { name: "rpm-import.sh", text: include_str!("script/rpm-import.sh") };

/// Makes a package without content that needs others.
pub const RPM_NEEDS: Script = Script { name: "rpm-needs.sh", text: include_str!("script/rpm-needs.sh") };

/// Makes an archive of a tree.
pub const RPM_SOURCES: Script =
    Script { name: "rpm-sources.sh", text: include_str!("script/rpm-sources.sh") };

/// All scripts, sorted by name.
pub const ALL: &[Script] = &[
    APT_INSTALL,
    APT_PIN,
    BUILD_STEPS,
    CARGO_FETCH,
    DEB_BUILD,
    DEB_SOURCE,
    DNF_INSTALL,
    GOMOD_DOWNLOAD,
    GOMOD_EDIT,
    INSTALL_ARTIFACT,
    INSTALL_ARTIFACTS,
    NPM_INSTALL,
    PATCH,
    PIP_DOWNLOAD,
    RPM_BUILD_DEP,
    RPM_BUILD,
    RPM_IMPORT,
    RPM_NEEDS,
    RPM_SOURCES,
];

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
