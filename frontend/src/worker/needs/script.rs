//! Which program runs a script: the first line, as execve(2) reads it.

use std::io;

use crate::worker::view::{Found, View};

/// The first line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shebang {
    /// The program: a path, or the name that env(1) looks for.
    program: String,
}

impl Shebang {
    /// That of a file which begins with `head`; `None` when it has none.
    pub(super) fn read(head: &[u8]) -> Option<Self> {
        let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
        let line = std::str::from_utf8(line).ok()?;
        let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
        let program = words.next().filter(|program| program.starts_with('/'))?;
        if !matches!(program, "/bin/env" | "/usr/bin/env") {
            return Some(Self { program: program.to_owned() });
        }
        // `env -S` splits; variables and options come before the program.
        let program = words.find(|word| !word.starts_with('-') && !word.contains('='));
        Some(Self { program: program.unwrap_or("/usr/bin/env").to_owned() })
    }

    /// The program, and where it is.
    pub(super) fn find(self, view: &View<'_>) -> io::Result<(String, Option<Found>)> {
        let Self { program } = self;
        let mut found = None;
        if program.contains('/') {
            found = view.find(program.as_bytes())?;
        } else {
            for directory in PATH {
                found = view.find([directory, program.as_str()].join("/").as_bytes())?;
                if found.is_some() {
                    break;
                }
            }
        }
        Ok((program, found))
    }
}

/// Whether every host of an extension has a program: POSIX's shell, env(1), bash, which all distributions with systemd
/// bring, and glibc's loader.
pub(super) fn is_of_hosts(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    matches!(name, "sh" | "bash" | "env" | "ld-linux-x86-64.so.2") || super::architecture::is_of_hosts(name)
}

/// Bytes of a file that hold its first line: `BINPRM_BUF_SIZE` of Linux.
pub(super) const HEAD: usize = 256;
/// Where env(1) looks on most systems.
const PATH: &[&str] = &["/usr/local/bin", "/usr/bin", "/usr/local/sbin", "/usr/sbin"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_of_the_first_line_runs_a_script() {
        for (head, expected) in [
            ("#!/bin/sh\necho", Some("/bin/sh")),
            ("#! /usr/bin/perl -w\n", Some("/usr/bin/perl")),
            ("#!/usr/bin/env python3\n", Some("python3")),
            ("#!/usr/bin/env -S LC_ALL=C ruby -w\n", Some("ruby")),
            ("#!/usr/bin/env\n", Some("/usr/bin/env")),
            ("#!/usr/bin/awk -f", Some("/usr/bin/awk")),
            ("#!python\n", None),
            ("#!\n", None),
            ("echo", None),
        ] {
            let found = Shebang::read(head.as_bytes()).map(|shebang| shebang.program);
            assert_eq!(found.as_deref(), expected, "{head}");
        }
    }
}
