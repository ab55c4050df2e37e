//! `tests`: commands that are run with the package installed, and what must be true after them.

mod check;

use std::collections::BTreeMap;

use crate::diagnostic::Problems;
use crate::job::Rule;
use crate::span::{Span, Spanned};
use crate::spec::decode::{Field, Fields};
use crate::spec::field::{self, Environment};
use crate::spec::path::{AbsolutePath, SubPath};
use crate::spec::source::{self, Mount};
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;
use crate::spec::words::Words;

pub use check::{ContentCheck, FileCheck, Regex};

/// Commands and what must be true after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test<S: Stage> {
    /// The entry in the list.
    pub span: Span,
    /// What it is called.
    pub name: String,
    /// Where its commands run; unsaid, in the root.
    pub dir: SubPath,
    /// Variables of all commands.
    pub env: Environment<S>,
    /// What must be true of files after all commands.
    pub files: BTreeMap<AbsolutePath, FileCheck<S>>,
    /// What is mounted for all commands.
    pub mounts: Vec<Mount<S>>,
    /// The commands, in their order.
    pub steps: Vec<TestStep<S>>,
}

/// One command and what it must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestStep<S: Stage> {
    /// The program and its arguments; no shell is between.
    pub command: Spanned<Words>,
    /// Variables for it alone.
    pub env: Environment<S>,
    /// What it reads.
    pub stdin: Option<S::Of<String>>,
    /// What must be true of what it writes.
    pub stdout: ContentCheck<S>,
    /// What must be true of what it complains of.
    pub stderr: ContentCheck<S>,
}

/// The field `tests` of a spec or target.
pub(super) fn tests(
    field: Option<Field<'_, '_>>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Vec<Test<Written>> {
    let mut items = field.and_then(|field| field::list(field, problems)).unwrap_or_default();
    field::at_most(&mut items, MAX_TESTS, "tests", |item| item.place(), problems);
    let mut tests = Vec::with_capacity(items.len());
    for item in items {
        let Some(mut fields) = Fields::read(item, "a test", problems) else { continue };
        let name = fields.parse::<String>("name", problems);
        let dir = fields.parse("dir", problems);
        let env = fields.environment("env", scope, problems);
        let mounts = source::list(&mut fields, "mounts", scope, problems);
        let steps = fields.take("steps").map_or_else(Vec::new, |field| steps(field, scope, problems));
        let entries = fields.entries("files", problems);
        let mut files = Vec::with_capacity(entries.len());
        for entry in entries {
            let path = entry.parse_key::<AbsolutePath>(problems);
            let check = check::file(entry, scope, problems);
            files.extend(path.map(|path| path.value).zip(check));
        }
        let all_known = fields.finish(problems);
        if steps.is_empty() && files.is_empty() && all_known && !problems.has_errors() {
            let warning = item.place().warning("this test checks nothing");
            let warning = warning.rule(Rule::TestEmpty.name());
            problems.push(warning.help("give it `steps` or `files`"));
        }
        tests.push(Test {
            span: item.place().span,
            name: name.map_or_else(String::new, |name| name.value),
            dir: dir.map_or_else(SubPath::default, |dir| dir.value),
            env,
            // All at once, a map is made without room to spare.
            files: files.into_iter().collect(),
            mounts,
            steps,
        });
    }
    tests
}

fn steps(field: Field<'_, '_>, scope: Scope<'_>, problems: &mut Problems) -> Vec<TestStep<Written>> {
    let mut steps = Vec::new();
    for item in field::list(field, problems).unwrap_or_default() {
        let Some(mut fields) = Fields::read(item, "a step", problems) else { continue };
        let command = fields.require("command", item.place(), problems);
        let command = command.and_then(|field| field.value.content("`command`", problems));
        let place = command.map_or(item.place(), |text| text.place());
        let command = command.and_then(|text| text.parse::<Words>(problems));
        if command.as_ref().is_some_and(|command| command.value.words().is_empty()) {
            problems.push(place.error("a step must have a command"));
        }
        let env = fields.environment("env", scope, problems);
        let stdin = fields.content("stdin", scope, problems);
        let stdout = content(&mut fields, "stdout", scope, problems);
        let stderr = content(&mut fields, "stderr", scope, problems);
        fields.finish(problems);
        steps.extend(command.map(|command| TestStep { command, env, stdin, stdout, stderr }));
    }
    steps
}

fn content(
    fields: &mut Fields<'_, '_>,
    name: &'static str,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> ContentCheck<Written> {
    let field = fields.take(name);
    field.and_then(|field| check::content(field, scope, problems)).unwrap_or_default()
}

/// Most tests of a list: each is a step of a build or more.
const MAX_TESTS: usize = 10_000;
