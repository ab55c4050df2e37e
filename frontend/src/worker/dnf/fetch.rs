//! The one run of the manager that fetches and verifies the indices.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::primary::Entry;
use super::variable::{Variables, substitute};
use super::{Configuration, Dnf, Index, glob};
use crate::job::Manager;
use crate::worker::manager::{Error, Invocation};

/// What a manager fetched.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The repositories, and what else the worker's configuration says.
    pub configuration: Configuration,
    /// The index of each repository, in their order.
    pub indices: Vec<Index>,
    /// Which packages the manager would let a user have.
    pub visible: Visible,
}

/// Which packages a manager would let a user have.
#[derive(Clone, Debug)]
pub enum Visible {
    /// All but those with names that a pattern describes.
    Without(Vec<String>),
    /// These: repository, name, epoch, version, release and architecture in one line, separated by tabs. What is not
    /// among them is excluded by the configuration, or of a module whose stream is not enabled.
    Only(BTreeSet<String>),
}

impl Visible {
    /// Whether it has a package of the repository with this id.
    pub fn has(&self, repository: &str, entry: &Entry) -> bool {
        match self {
            Self::Without(_) => !self.excludes(&entry.name),
            Self::Only(lines) => lines.contains(&line(repository, entry)),
        }
    }

    /// Whether it is known to have no package of this name; names that were not asked for may be unknown.
    pub fn excludes(&self, name: &str) -> bool {
        match self {
            Self::Without(patterns) => patterns.iter().any(|pattern| glob::matches(pattern, name)),
            Self::Only(_) => false,
        }
    }
}

impl Dnf {
    /// Lets the manager fetch and verify the indices for an architecture into an empty cache, all in one run, and tell
    /// which packages of these names it would let a user have.
    ///
    /// dnf and dnf 5 tell it themselves: excludes, includes, and the streams of modules, of which an index has all.
    /// tdnf knows no modules, and cannot tell; its excludes are applied here.
    ///
    /// # Errors
    /// A repository cannot be had, or is not signed by a key of the worker where it must be.
    pub fn fetch(&self, architecture: &str, names: &[&str]) -> Result<Fetched, Error> {
        let configuration = self.configuration(architecture)?;
        let directory = self.scratch.join(architecture);
        let cache = directory.join("cache");
        for path in [&cache, &directory.join("state")] {
            DirBuilder::new().recursive(true).mode(0o755).create(path).map_err(Error::file(path))?;
        }
        let visible = match self.manager {
            Manager::Dnf | Manager::Dnf5 => {
                let output = self.query(architecture, &directory).args(names).run()?;
                // there may be no one to read it
                let _ = io::stderr().write_all(output.errors.as_bytes());
                let lines = output.text.lines().filter_map(|line| line.strip_prefix(MARK));
                Visible::Only(lines.map(str::to_owned).collect())
            }
            Manager::Tdnf => {
                let repositories = specialised(&configuration, &directory)?;
                self.make_cache(&repositories, &cache).stdout(io::stderr()).run()?;
                Visible::Without(configuration.excludes.clone())
            }
        };
        let indices = configuration.repositories.iter().map(|repository| Index::of(repository, &cache, self));
        let indices = indices.collect::<Result<_, _>>()?;
        Ok(Fetched { configuration, indices, visible })
    }

    fn query(&self, architecture: &str, directory: &Path) -> Invocation {
        let format = [MARK, "%{repoid}\t%{name}\t%{epoch}\t%{version}\t%{release}\t%{arch}\n"].concat();
        let cache = directory.join("cache");
        let query = Invocation::new(self.manager.name(), "repoquery", &self.environment)
            .arg("--assumeyes") // to keys that the worker's own configuration names
            .arg(format!("--releasever={}", self.releasever))
            .arg(format!("--forcearch={architecture}"))
            .setting("cachedir", &cache)
            .setting("logdir", directory.join("state"))
            .setting("persistdir", directory.join("state"))
            .setting("*.skip_if_unavailable", "false")
            .setting("zchunk", "false") // read by us too
            .setting("retries", RETRIES)
            .arg("--available")
            .arg(format!("--queryformat={format}"));
        match self.manager {
            Manager::Dnf5 => query.setting("system_cachedir", &cache),
            Manager::Dnf | Manager::Tdnf => query,
        }
    }

    fn make_cache(&self, repositories: &Path, cache: &Path) -> Invocation {
        Invocation::new(self.manager.name(), "makecache", &self.environment)
            .arg("--assumeyes")
            .arg(format!("--releasever={}", self.releasever))
            .setting("cachedir", cache)
            .setting("reposdir", repositories)
    }
}

/// Copies of the files of repositories with the architecture in place of `$basearch`, as tdnf knows only the machine's,
/// and with an end to waiting, where they say nothing of it: tdnf waits for ever.
fn specialised(configuration: &Configuration, directory: &Path) -> Result<PathBuf, Error> {
    let copies = directory.join("repositories");
    DirBuilder::new().recursive(true).mode(0o755).create(&copies).map_err(Error::file(&copies))?;
    let known = Variables::from([("basearch".to_owned(), configuration.base.clone())]);
    for (number, path) in configuration.files.iter().enumerate() {
        let text = fs::read_to_string(path).map_err(Error::file(path))?;
        let text = bounded(&substitute(&text, &known));
        let copy = copies.join(format!("{number:04}.repo"));
        fs::write(&copy, text).map_err(Error::file(&copy))?;
    }
    Ok(copies)
}

/// A file of repositories in which each says how long to wait.
fn bounded(text: &str) -> String {
    let mut bounded = String::new();
    let is_section = |line: &str| line.starts_with('[');
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        bounded += line;
        bounded.push('\n');
        if is_section(line) {
            let own = lines.clone().take_while(|line| !is_section(line));
            let said: BTreeSet<&str> = own.filter_map(|line| Some(line.split_once('=')?.0.trim())).collect();
            let unsaid = WAITING.iter().filter(|(key, _)| !said.contains(key));
            bounded.extend(unsaid.map(|(key, value)| format!("{key}={value}\n")));
        }
    }
    bounded
}

/// A package as [`Visible::Only`] has it.
pub(super) fn line(repository: &str, entry: &Entry) -> String {
    let (epoch, rest) = entry.version.split_once(':').unwrap_or(("0", &entry.version));
    let (version, release) = rest.rsplit_once('-').unwrap_or((rest, ""));
    [repository, &entry.name, epoch, version, release, &entry.architecture].join("\t")
}

/// How often to ask again: ten times are usual in dnf, each after half a minute in which too little came.
const RETRIES: &str = "2";

/// How long to wait, in the words of repositories; the first two are what is usual in dnf. Bytes in a second on the
/// average of so many seconds are the least.
const WAITING: [(&str, &str); 3] = [("minrate", "1000"), ("timeout", "30"), ("retries", RETRIES)];

/// What a line of ours begins with: managers say more than they are asked.
const MARK: &str = "annex\t";

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::worker::dnf::stub::{Stub, package};

    fn check(manager: Manager, expected: &Expect) -> Stub {
        let stub = Stub::new(manager)
            .has("etc/dnf/dnf.conf", "[main]\n")
            .has("etc/tdnf/tdnf.conf", "[main]\nexcludepkgs=z*\n")
            .has(
                "etc/yum.repos.d/base.repo",
                "[base]\nenabled=1\nbaseurl=https://example.org/$basearch/$releasever\n",
            )
            .offers(
                "aarch64",
                "base",
                &[package("jq", "1.7-1", "aarch64", ""), package("zsh", "1:5-1", "noarch", "")],
            );
        let fetched = stub.dnf().fetch("aarch64", &["jq", "zsh"]).unwrap();
        expected.assert_eq(&stub.calls());
        let found = super::super::Found::of(&fetched.indices, &["jq", "zsh"], "aarch64").unwrap();
        let visible = |name: &str| fetched.visible.has("base", &found.packages[name][0].1);
        assert!(visible("jq"));
        assert_eq!(visible("zsh"), manager != Manager::Tdnf);
        assert_eq!(fetched.indices[0].base.as_deref(), Some("https://example.org/aarch64/3.0"));
        stub
    }

    #[test]
    fn dnf_is_run_once() {
        check(
            Manager::Dnf,
            &expect![[r#"
            dnf [repoquery] [--assumeyes] [--releasever=3.0] [--forcearch=aarch64] [--setopt=cachedir=$DIR/scratch/aarch64/cache] [--setopt=logdir=$DIR/scratch/aarch64/state] [--setopt=persistdir=$DIR/scratch/aarch64/state] [--setopt=*.skip_if_unavailable=false] [--setopt=zchunk=false] [--setopt=retries=2] [--available] [--queryformat=annex	%{repoid}	%{name}	%{epoch}	%{version}	%{release}	%{arch}
            ] [jq] [zsh]
        "#]],
        );
        check(
            Manager::Dnf5,
            &expect![[r#"
            dnf5 [repoquery] [--assumeyes] [--releasever=3.0] [--forcearch=aarch64] [--setopt=cachedir=$DIR/scratch/aarch64/cache] [--setopt=logdir=$DIR/scratch/aarch64/state] [--setopt=persistdir=$DIR/scratch/aarch64/state] [--setopt=*.skip_if_unavailable=false] [--setopt=zchunk=false] [--setopt=retries=2] [--available] [--queryformat=annex	%{repoid}	%{name}	%{epoch}	%{version}	%{release}	%{arch}
            ] [--setopt=system_cachedir=$DIR/scratch/aarch64/cache] [jq] [zsh]
        "#]],
        );
    }

    #[test]
    fn tdnf_is_told_the_architecture_by_its_repositories() {
        let stub = check(
            Manager::Tdnf,
            &expect![[r#"
            tdnf [makecache] [--assumeyes] [--releasever=3.0] [--setopt=cachedir=$DIR/scratch/aarch64/cache] [--setopt=reposdir=$DIR/scratch/aarch64/repositories]
        "#]],
        );
        expect![[r#"
            [base]
            minrate=1000
            timeout=30
            retries=2
            enabled=1
            baseurl=https://example.org/aarch64/$releasever
        "#]]
        .assert_eq(&stub.text("scratch/aarch64/repositories/0000.repo"));
    }

    #[test]
    fn what_a_repository_says_of_waiting_is_left_to_it() {
        let text = "# Timeouts\n[a]\ntimeout = 5\n[b]\n";
        let expected = "# Timeouts\n[a]\nminrate=1000\nretries=2\ntimeout = 5\n[b]\nminrate=1000\ntimeout=30\nretries=2\n";
        assert_eq!(bounded(text), expected);
    }

    #[test]
    fn a_repository_that_was_left_out_fails_the_step() {
        let stub = Stub::new(Manager::Tdnf)
            .has("etc/yum.repos.d/base.repo", "[base]\nenabled=1\n[gone]\nenabled=1\nskip_if_unavailable=1\n")
            .offers("x86_64", "base", &[]);
        let error = stub.dnf().fetch("x86_64", &["jq"]).unwrap_err();
        expect!["repository `gone` cannot be used: `tdnf` did not fetch it"].assert_eq(&error.to_string());
    }

    #[test]
    fn what_the_manager_refuses_fails_the_step() {
        let stub = Stub::new(Manager::Dnf)
            .fails("Error: GPG verification is enabled, but signature is not available\n");
        let error = stub.dnf().fetch("x86_64", &["jq"]).unwrap_err();
        expect![[r"
            `dnf repoquery` failed:
            Error: GPG verification is enabled, but signature is not available"]]
        .assert_eq(&error.to_string());
    }
}
