//! The files that a build runs and reads: the author's steps as they are written, their variables, and the table of
//! what is installed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Recipe, Text};
use crate::package::recipe::content::{Directory, File, Link, Role};
use crate::script::{BUILD_STEPS, INSTALL_ARTIFACT, INSTALL_ARTIFACTS, Script};
use crate::span::Spanned;
use crate::spec::number::Mode;
use crate::spec::reference::EnvName;
use crate::spec::source::CommandStep;
use crate::tree::{Offline, Setting};

/// The files, sorted by path.
pub fn files(recipe: &Recipe<'_>) -> Vec<Text> {
    let program = |script: Script| Text { program: true, ..Text::new(script.name, script.text) };
    let mut files = [BUILD_STEPS, INSTALL_ARTIFACT, INSTALL_ARTIFACTS].map(program).to_vec();
    files.push(Text::new("env", variables(recipe)));
    for (step, number) in recipe.resolved.build.steps.iter().zip(1..) {
        let CommandStep { command, env, mounts: _ } = step;
        let end = if command.value.ends_with('\n') { "" } else { "\n" };
        files.push(Text::new(format!("step-{number}.env"), exports(env)));
        files.push(Text::new(format!("step-{number}.sh"), format!("{}{end}", command.value)));
    }
    files.push(Text::new("table", table(recipe)));
    files.sort();
    files
}

/// A word of a shell that means `text`, whatever is in it.
pub fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,+@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn variables(recipe: &Recipe<'_>) -> String {
    let mut text = String::new();
    let own = &recipe.resolved.build.env;
    if !own.keys().any(|name| name.as_str() == "SOURCE_DATE_EPOCH") {
        writeln!(text, "export SOURCE_DATE_EPOCH={}", recipe.epoch).expect("a String takes all text");
    }
    for Offline { variable, setting } in recipe.offline {
        if !own.keys().any(|own| own.as_str() == *variable) {
            let value = match setting {
                Setting::Directory(directory) => format!("\"$PWD\"/{}", quote(directory)),
                Setting::Text(text) => quote(text),
            };
            writeln!(text, "export {variable}={value}").expect("a String takes all text");
        }
    }
    text + &exports(own)
}

fn exports(env: &BTreeMap<EnvName, Spanned<String>>) -> String {
    let mut text = String::new();
    for (name, value) in env {
        writeln!(text, "export {name}={}", quote(&value.value)).expect("a String takes all text");
    }
    text
}

/// A line for each thing that is installed, its fields between tabs; neither paths nor names have any.
fn table(recipe: &Recipe<'_>) -> String {
    let content = recipe.content();
    let mut lines = String::new();
    let mut line = |fields: &[&str]| {
        lines.push_str(&fields.join("\t"));
        lines.push('\n');
    };
    let mode =
        |mode: Option<Mode>| mode.map_or_else(|| "-".to_owned(), |mode| format!("{:04o}", mode.bits()));
    let or = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    for file in &content.files {
        let File { pattern, role, name, owner, .. } = file;
        let below = Some(file.below()).filter(|below| !below.is_empty()).unwrap_or_else(|| ".".to_owned());
        let (mode, owner, capabilities) = (mode(file.mode), or(owner.chown()), or(file.setcap()));
        line(&["file", role.word(), &below, name.unwrap_or("."), &mode, &owner, &capabilities, pattern]);
    }
    for Directory { role, path, mode: bits, owner } in &content.directories {
        line(&["directory", role.word(), path, ".", &mode(*bits), &or(owner.chown()), "-", "-"]);
    }
    for Link { path, target, owner } in &content.links {
        line(&["link", "-", path, ".", "-", &or(owner.chown()), "-", target]);
    }
    lines
}

impl Role {
    /// What it is called in the table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bin => "bin",
            Self::Config => "config",
            Self::Data => "data",
            Self::Doc => "doc",
            Self::Include => "include",
            Self::Lib => "lib",
            Self::Libexec => "libexec",
            Self::License => "license",
            Self::Man => "man",
            Self::Opt => "opt",
            Self::State => "state",
            Self::Unit => "unit",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_plain_word_stays_as_it_is() {
        for text in ["a", "/usr/bin/tool-1.0", "https://example.org/a%20b", "a=b,c+d@e"] {
            assert_eq!(quote(text), text);
        }
        assert_eq!(quote(""), "''");
        assert_eq!(quote("it's $(id) `id` \"\\\n~"), "'it'\\''s $(id) `id` \"\\\n~'");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_shell_reads_a_quoted_text_as_it_was(text in "[^\0]{0,40}") {
            let output = Command::new("/bin/sh")
                .args(["-c", &format!("printf %s {}", quote(&text))])
                .output()
                .unwrap();
            prop_assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
        }
    }
}
