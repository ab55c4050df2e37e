//! The spec's own repositories: what is mounted where packages are chosen or installed.

use std::collections::BTreeMap;

use buildkit_llb::{Copy, Mode, State};

use super::outside::Asking;
use super::package::Package;
use super::{Answers, Open, Question};
use crate::diagnostic::{Diagnostic, Problems, literal};
use crate::job;
use crate::package::{Family, Mount};
use crate::resolve::{Repository, Source};
use crate::span::Span;
use crate::spec::repository::RepositoryEnv;
use crate::spec::source::{Inline, Variant};
use crate::tree::{self, Part, Trees};

/// What the spec's own repositories are made of.
#[derive(Debug, Default)]
pub(super) struct Extra {
    /// Files and directories for the worker, sorted by where they go.
    pub(super) mounts: Vec<Mount>,
    /// Which of the files belong together.
    pub(super) repositories: Vec<job::Extra>,
}

impl Extra {
    /// The repositories that are there at one of `envs`.
    pub(super) fn of(package: &Package<'_>, envs: &[RepositoryEnv], answers: &Answers) -> Result<Self, Open> {
        let Package { distro, resolved, platform, steps, contexts, places, .. } = *package;
        let asking = Asking::new(answers, contexts);
        let args = tree::Args::default();
        let trees = Trees {
            resolved,
            platform,
            steps,
            outside: &asking,
            places,
            key: distro.origin().0.key,
            args: &args,
        };
        let (asks, problems) = (Vec::new(), Problems::default());
        let mut making = Making { family: distro.family, trees, answers, asking: &asking, asks, problems };
        let mut mounts = BTreeMap::new();
        let mut repositories = Vec::new();
        let there = resolved
            .dependencies
            .extra_repos
            .iter()
            .filter(|repository| envs.iter().any(|env| repository.envs.contains(env)));
        for repository in there {
            repositories.extend(making.repository(repository, &mut mounts));
        }
        let Making { asks, problems, .. } = making;
        if problems.has_errors() {
            return Err(problems.into());
        }
        if !asks.is_empty() {
            return Err(Open::Asks(asks));
        }
        Ok(Self { mounts: mounts.into_values().map(|(_, mount)| mount).collect(), repositories })
    }
}

impl Extra {
    /// Where the keys are, sorted.
    pub(super) fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.repositories.iter().flat_map(|extra| extra.keys.clone()).collect();
        keys.sort();
        keys
    }
}

/// Mounts by where they go, with where the spec says so.
type Mounts = BTreeMap<String, (Span, Mount)>;

/// What is made, and what is in its way.
struct Making<'a> {
    family: &'static dyn Family,
    trees: Trees<'a>,
    answers: &'a Answers,
    asking: &'a Asking<'a>,
    asks: Vec<Question>,
    problems: Problems,
}

impl Making<'_> {
    fn repository(&mut self, repository: &Repository, mounts: &mut Mounts) -> Option<job::Extra> {
        let Repository { span: _, keys, config, data, envs: _ } = repository;
        let family = self.family;
        let mut extra = job::Extra::default();
        for (name, source) in keys {
            let dest = family.key_file(name.as_str());
            extra.keys.push(dest.clone());
            let part = self.file(name.as_str(), source);
            self.mount(&dest, source.span, part, mounts);
        }
        for (name, source) in config {
            match family.repository_file(name.as_str()) {
                Ok(dest) => {
                    extra.config.push(dest.clone());
                    let part = self.file(name.as_str(), source);
                    if let Some(part) = &part {
                        self.verify(&dest, source, part);
                    }
                    self.mount(&dest, source.span, part, mounts);
                }
                Err(why) => self.problems.push(Diagnostic::error(source.span, why)),
            }
        }
        for mount in data {
            let dest = mount.dest.value.to_string();
            if let Some(own) = OWN.iter().find(|own| is_in(own, &dest) || is_in(&dest, own)) {
                let message = format!("`{dest}` cannot be mounted: `{own}` belongs to the step");
                self.problems
                    .push(Diagnostic::error(mount.dest.span, message).help("choose another directory"));
                continue;
            }
            if let Some(own) =
                family.configuration().iter().find(|own| is_in(own, &dest) || is_in(&dest, own))
            {
                let message = format!("`{dest}` cannot be mounted: `{own}` is the package manager's own");
                let error = Diagnostic::error(mount.dest.span, message);
                self.problems
                    .push(error.help("list files of repositories under `config`, keys under `keys`"));
                continue;
            }
            let part = self.part(&mount.source);
            self.mount(&dest, mount.dest.span, part, mounts);
        }
        (!extra.config.is_empty()).then_some(extra)
    }

    /// Refuses a file by which signatures would not be verified.
    fn verify(&mut self, dest: &str, source: &Source, part: &Part) {
        let content = match &source.variant {
            Variant::Inline(Inline::File(file)) => Ok(Some(file.contents.as_bytes())),
            _ => self.answers.ask_file(&part.tree, &part.path),
        };
        let content = match content {
            Ok(content) => content.unwrap_or_default(),
            Err(Open::Asks(asks)) => return self.asks.extend(asks),
            Err(Open::Problems(problems)) => return self.problems.extend(problems),
        };
        let Some((words, help)) = self.family.unverified(dest, &String::from_utf8_lossy(content)) else {
            return;
        };
        let message = format!(
            "signatures of repositories are verified, and this file says not to: {}",
            literal(&words)
        );
        self.problems.push(Diagnostic::error(source.span, message).help(help));
    }

    fn mount(&mut self, dest: &str, span: Span, part: Option<Part>, mounts: &mut Mounts) {
        let Some(Part { tree, path }) = part else { return };
        let mount = Mount { dest: dest.to_owned(), tree, path };
        if let Some((first, _)) = mounts.insert(dest.to_owned(), (span, mount)) {
            let error = Diagnostic::error(span, format!("two repositories have `{dest}`"));
            self.problems.push(error.label(first, "first here"));
        }
    }

    /// A tree with the one file that is meant. Package managers drop their privileges before they read what they are
    /// given: everybody may read it.
    fn file(&mut self, name: &str, source: &Source) -> Option<Part> {
        let Part { tree, path } = self.part(source)?;
        if source.is_file() {
            return Some(Part { tree, path });
        }
        let mode = Some(Mode::Bits(0o644));
        let copy = Copy { mode, follow_symlink: true, ..Copy::new(&tree, path, FILE) };
        let tree = State::scratch().copy(copy).named(format!("[resolve] {name} of the spec's repositories"));
        Some(Part { tree: tree.located(self.trees.places.location(source.span)), path: FILE.to_owned() })
    }

    /// A tree with the file or directory that is meant; what must be known first is asked for.
    fn part(&mut self, source: &Source) -> Option<Part> {
        match self.asking.end(self.trees.mounted(source)) {
            Ok(part) => Some(part),
            Err(Open::Asks(asks)) => {
                self.asks.extend(asks);
                None
            }
            Err(Open::Problems(problems)) => {
                self.problems.extend(problems);
                None
            }
        }
    }
}

/// Whether a path is another or below it.
fn is_in(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Where the steps that choose packages keep what is theirs.
const OWN: &[&str] = &["/dev", "/proc", "/run/annex", "/out", "/sys", "/tmp/annex"];
/// Path of a file in a tree of its own.
const FILE: &str = "/file";
