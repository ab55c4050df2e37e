//! What a package has its manager run: nobody runs it for an extension, so the rules say what is missed.

use crate::worker::archive::{Budget, Refusal};
use crate::worker::path::printable;

/// The programs of one package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scripts {
    /// The programs themselves, in the order of the file.
    pub(crate) scripts: Vec<Script>,
    /// Names of what else is run when the package is there, such as `ldconfig`: deb-triggers(5), `activate`.
    pub(crate) activates: Vec<Box<str>>,
}

/// One program, usually a shell's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    /// What the format calls it, such as `postinst` or `%post`.
    pub(crate) name: Box<str>,
    /// When it would be run.
    pub(crate) moment: Moment,
    /// What would run it, such as `/bin/sh` or `<lua>`; empty where the text does not say.
    pub(crate) interpreter: Box<str>,
    /// Its text, with the line that names the interpreter where the format has one.
    pub(crate) text: Box<[u8]>,
}

/// When a program of a package would be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Moment {
    /// After the files are in their places.
    AfterInstall,
    /// After the files are gone.
    AfterRemoval,
    /// Before the files are put in their places.
    BeforeInstall,
    /// Before the files are removed.
    BeforeRemoval,
    /// When questions are asked.
    Configuration,
}

impl Script {
    /// A program that begins with the line `#!INTERPRETER`, if it does.
    pub(super) fn new(name: &str, moment: Moment, text: Vec<u8>) -> Self {
        let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let words = first.strip_prefix(b"#!").unwrap_or_default().trim_ascii();
        let interpreter = words.split(u8::is_ascii_whitespace).next().unwrap_or_default();
        let interpreter = printable(interpreter).into();
        Self { name: name.into(), moment, interpreter, text: text.into() }
    }
}

impl Scripts {
    /// Adds a program.
    pub(super) fn add(&mut self, script: Script, budget: &Budget) -> Result<(), Refusal> {
        budget.entry(script.text.len())?;
        self.scripts.push(script);
        Ok(())
    }
}

/// Bytes of one program that are looked at.
pub(super) const SCRIPT: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_says_what_runs_it() {
        for (text, expected) in [
            ("#!/bin/sh -e\nset -u\n", "/bin/sh"),
            ("#! /usr/bin/perl\n", "/usr/bin/perl"),
            ("#!\n", ""),
            ("exit 0\n", ""),
            ("", ""),
        ] {
            let script = Script::new("postinst", Moment::AfterInstall, text.into());
            assert_eq!(&*script.interpreter, expected, "{text:?}");
        }
    }
}
