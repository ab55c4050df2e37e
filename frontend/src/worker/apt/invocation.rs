//! One run of one of apt's programs.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::Error;

/// A program about to be run.
pub(super) struct Invocation {
    program: &'static str,
    operation: &'static str,
    command: Command,
}

/// What a program that succeeded wrote.
pub(super) struct Written {
    pub(super) text: String,
    pub(super) errors: String,
}

impl Invocation {
    /// `operation` of `program`, with an environment that is fixed but for `environment`.
    pub(super) fn new(
        program: &'static str,
        operation: &'static str,
        environment: &[(OsString, OsString)],
    ) -> Self {
        let mut command = Command::new(program);
        command.env_clear().envs(FIXED).envs(environment.iter().cloned()).stdin(Stdio::null()).arg(operation);
        Self { program, operation, command }
    }

    /// Sets `name` of apt's configuration for this run.
    pub(super) fn option(self, name: &str, value: impl AsRef<OsStr>) -> Self {
        let mut word = OsString::from(name);
        word.push("=");
        word.push(value);
        self.arg("-o").arg(word)
    }

    pub(super) fn arg(mut self, word: impl AsRef<OsStr>) -> Self {
        self.command.arg(word);
        self
    }

    pub(super) fn args(mut self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(words);
        self
    }

    pub(super) fn inside(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    pub(super) fn stdout(mut self, to: impl Into<Stdio>) -> Self {
        self.command.stdout(to);
        self
    }

    pub(super) fn run(mut self) -> Result<Written, Error> {
        // `output` pipes both, unless told otherwise above
        let result = self.command.output();
        let Output { status, stdout, stderr } =
            result.map_err(|source| Error::Start { program: self.program, source })?;
        let errors = String::from_utf8_lossy(&stderr).into_owned();
        if status.success() {
            return Ok(Written { text: String::from_utf8_lossy(&stdout).into_owned(), errors });
        }
        let words = if errors.trim().is_empty() { status.to_string() } else { errors };
        Err(Error::Apt { command: format!("{} {}", self.program, self.operation), words })
    }
}

/// Variables that are the same everywhere: messages are read, nobody answers questions.
const FIXED: [(&str, &str); 3] =
    [("DEBIAN_FRONTEND", "noninteractive"), ("LC_ALL", "C.UTF-8"), ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")];
