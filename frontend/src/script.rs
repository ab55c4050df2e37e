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

/// Installs the packages of its words, the third and all after it, into the running worker: the first is the manager.
pub const DNF_INSTALL: Script =
    Script { name: "dnf-install.sh", text: include_str!("script/dnf-install.sh") };

/// All scripts, sorted by name.
pub const ALL: &[Script] = &[APT_INSTALL, DNF_INSTALL];

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
