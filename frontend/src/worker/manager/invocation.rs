//! One run of one of a package manager's programs.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::Error;

/// A program about to be run.
pub(in crate::worker) struct Invocation {
    program: &'static str,
    operation: &'static str,
    command: Command,
}

/// What a program that succeeded wrote.
pub(in crate::worker) struct Written {
    pub(in crate::worker) text: String,
    pub(in crate::worker) errors: String,
}

impl Invocation {
    /// `operation` of `program`, with an environment that is fixed but for `environment`.
    pub(in crate::worker) fn new(
        program: &'static str,
        operation: &'static str,
        environment: &[(OsString, OsString)],
    ) -> Self {
        let mut command = Command::new(program);
        command.env_clear().envs(FIXED).envs(environment.iter().cloned()).stdin(Stdio::null()).arg(operation);
        Self { program, operation, command }
    }

    /// Sets a variable of the environment.
    pub(in crate::worker) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets `name` of apt's configuration for this run.
    pub(in crate::worker) fn option(self, name: &str, value: impl AsRef<OsStr>) -> Self {
        let mut word = OsString::from(name);
        word.push("=");
        word.push(value);
        self.arg("-o").arg(word)
    }

    /// Sets `name` of the configuration of dnf and its kin for this run.
    pub(in crate::worker) fn setting(self, name: &str, value: impl AsRef<OsStr>) -> Self {
        let mut word = OsString::from(format!("--setopt={name}="));
        word.push(value);
        self.arg(word)
    }

    pub(in crate::worker) fn arg(mut self, word: impl AsRef<OsStr>) -> Self {
        self.command.arg(word);
        self
    }

    pub(in crate::worker) fn args(mut self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(words);
        self
    }

    pub(in crate::worker) fn inside(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    pub(in crate::worker) fn stdout(mut self, to: impl Into<Stdio>) -> Self {
        self.command.stdout(to);
        self
    }

    pub(in crate::worker) fn run(mut self) -> Result<Written, Error> {
        // `output` pipes both, unless told otherwise above
        let result = self.command.output();
        let Output { status, stdout, stderr } =
            result.map_err(|source| Error::Start { program: self.program, source })?;
        let text = String::from_utf8_lossy(&stdout).into_owned();
        let errors = String::from_utf8_lossy(&stderr).into_owned();
        if status.success() {
            return Ok(Written { text, errors });
        }
        let said = [errors, text].into_iter().find(|said| !said.trim().is_empty());
        let words = said.unwrap_or_else(|| status.to_string());
        Err(Error::Refused { command: format!("{} {}", self.program, self.operation), words })
    }
}

/// Variables that are the same everywhere: messages are read.
const FIXED: [(&str, &str); 2] = [("LC_ALL", "C.UTF-8"), ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")];
