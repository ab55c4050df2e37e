//! The tests of a spec: its package is installed, and they run there.

use std::collections::BTreeMap;

use buildkit_llb::{Bind, Discard, State};

use super::extra::Extra;
use super::outside::Asking;
use super::package::Package;
use super::{Answers, Open, Question, beside, both, built};
use crate::diagnostic::{Diagnostic, Problems, harmless};
use crate::job;
use crate::package::{Install, Release};
use crate::resolve::{self, Test};
use crate::spec::Concrete;
use crate::spec::build::NetworkMode;
use crate::spec::number::Mode;
use crate::spec::repository::RepositoryEnv;
use crate::spec::test::{ContentCheck, FileCheck, TestStep};
use crate::step::Stage;

impl Package<'_> {
    /// Whether the packages in a tree pass the tests of the spec: a failure is one of the build.
    pub(super) fn tested(
        &self,
        packages: &State,
        answers: &Answers,
        warnings: &mut Problems,
    ) -> Result<(), Open> {
        if !self.tests(warnings) {
            return Ok(());
        }
        let Some(made) = built::built(self, answers)? else { return Ok(()) };
        passed(self.unanswered(packages, &made.file.path, answers)?)
    }

    /// Whether there are tests to run; that the client wants none of them is said.
    pub(super) fn tests(&self, warnings: &mut Problems) -> bool {
        let Some(first) = self.resolved.tests.first() else { return false };
        if self.args.skip_tests {
            warnings.push(Diagnostic::warning(first.span, "tests are not run: `DALEC_SKIP_TESTS` says so"));
        }
        !self.args.skip_tests
    }

    /// Those of the tests of which it is not known that they pass, with the package at `path` of a tree.
    pub(super) fn unanswered(
        &self,
        packages: &State,
        path: &str,
        answers: &Answers,
    ) -> Result<Vec<Question>, Open> {
        let root = self.installed(packages, path, answers)?;
        let asking = Asking::new(answers, self.contexts);
        let args = beside::of_sources(self.args, self.contexts, self.platform, answers)?;
        let steps = self.steps();
        let trees = self.trees(&steps, &asking, &args);
        let (mut open, mut tests) = (Vec::new(), Vec::new());
        for (number, test) in self.resolved.tests.iter().enumerate() {
            let mut mounts = Vec::new();
            for mount in &test.mounts {
                match asking.end(trees.mounted(&mount.source)) {
                    Ok(part) => mounts.push((mount.dest.value.to_string(), part)),
                    Err(Open::Asks(asks)) => open.extend(asks),
                    Err(problems) => return Err(problems),
                }
            }
            let mut exec = steps.program(
                Stage::Test,
                &format!("{}: {}", self.distro.key, name(test, number)),
                &["test"],
                Some(job::to_json(&in_words(test))),
            );
            exec.env("HOME", "/root").location(self.places.location(test.span));
            for step in &test.steps {
                exec.location(self.places.location(step.command.span));
            }
            if self.resolved.build.network_mode.value == NetworkMode::Sandbox {
                steps.online(&mut exec);
            }
            exec.mount("/", Discard(root.clone()));
            for (dest, part) in mounts {
                exec.mount(dest, Discard(part.tree).selector(part.path));
            }
            // Nothing is written there: a step without a result would not be run.
            let out = exec.mount(job::REPORT, Bind(State::scratch()));
            let state = exec.run().output(out);
            if !answers.passed.contains(&super::id(&state)) {
                tests.push(Question::Passes { number, state });
            }
        }
        // Nothing is run before all is there.
        passed(open).map(|()| tests)
    }

    /// The image of the release with the package and what its tests need.
    fn installed(&self, packages: &State, path: &str, answers: &Answers) -> Result<State, Open> {
        let steps = self.steps();
        let platform = resolve::Platform {
            os: self.platform.os(),
            architecture: self.platform.architecture(),
            variant: self.platform.variant(),
        };
        let family = self.distro.family;
        let wanted = self.resolved.dependencies.test.iter().filter(|entry| entry.is_for(platform));
        let mut others: Vec<_> = wanted.collect();
        others.sort_by(|a, b| a.name.value.cmp(&b.name.value));
        let mut problems = Problems::default();
        for other in &others {
            if let Err(why) = family.check_need(&other.name.value) {
                problems.push(Diagnostic::error(other.name.span, why));
            }
        }
        if problems.has_errors() {
            return Err(problems.into());
        }
        let locations: Vec<_> = others.iter().map(|other| self.places.location(other.name.span)).collect();
        let bounded = others.iter().any(|other| !other.bounds.is_empty());
        let worker = if bounded { self.worker(answers).map(Some) } else { Ok(None) };
        let (base, worker) = both(self.workers(&steps).packages(answers), worker)?;
        let extra = Extra::of(self, &[RepositoryEnv::Install, RepositoryEnv::Test], answers)?;
        let keys = extra.keys();
        let release = Release { mounts: &extra.mounts, ..self.release() };
        let base = family.trusting(&steps, &release, &base, &keys);
        let install = Install {
            package: (packages, path),
            name: &self.resolved.name.value,
            others: &others,
            worker: worker.as_ref(),
            locations: &locations,
        };
        Ok(family.install(&steps, &release, &base, &install))
    }
}

/// Nothing is left to be asked, or it is asked.
pub(super) fn passed(open: Vec<Question>) -> Result<(), Open> {
    if open.is_empty() { Ok(()) } else { Err(Open::Asks(open)) }
}

/// What a test is called in progress.
fn name(test: &Test, number: usize) -> String {
    match test.name.as_str() {
        "" => format!("test {}", number + 1),
        name => harmless(name, LONGEST),
    }
}

fn in_words(test: &Test) -> job::Test {
    let env = |env: &crate::spec::Environment<Concrete>| -> BTreeMap<String, String> {
        env.iter().map(|(name, value)| (name.as_str().to_owned(), value.value.clone())).collect()
    };
    let step = |step: &TestStep<Concrete>| job::TestStep {
        command: step.command.value.words().to_vec(),
        env: env(&step.env),
        stdin: step.stdin.as_ref().map(|text| text.value.clone()),
        stdout: content(&step.stdout),
        stderr: content(&step.stderr),
    };
    let files = test.files.iter();
    job::Test {
        dir: format!("/{}", test.dir.as_str()),
        env: env(&test.env),
        steps: test.steps.iter().map(step).collect(),
        files: files.map(|(path, check)| (path.to_string(), file(check))).collect(),
    }
}

fn content(check: &ContentCheck<Concrete>) -> job::ContentCheck {
    let ContentCheck { contains, empty, ends_with, equals, matches, starts_with } = check;
    let text = |text: &Option<crate::span::Spanned<String>>| text.as_ref().map(|text| text.value.clone());
    job::ContentCheck {
        contains: contains.iter().map(|text| text.value.clone()).collect(),
        empty: *empty,
        ends_with: text(ends_with),
        equals: text(equals),
        matches: matches.iter().map(|pattern| pattern.value.as_str().to_owned()).collect(),
        starts_with: text(starts_with),
    }
}

fn file(check: &FileCheck<Concrete>) -> job::FileCheck {
    let FileCheck { content: of_content, is_dir, link_target, no_follow, not_exist, permissions } = check;
    job::FileCheck {
        content: content(of_content),
        is_dir: *is_dir,
        link_target: link_target.as_ref().map(|target| target.value.clone()),
        no_follow: *no_follow,
        not_exist: *not_exist,
        permissions: permissions.map(Mode::bits),
    }
}

/// Characters of a name in progress, at most.
const LONGEST: usize = 200;
