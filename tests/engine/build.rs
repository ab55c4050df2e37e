//! One `docker build`, and what came of it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::engine::docker::{Engine, run, text};

/// The target that most tests build.
pub(crate) const SYSEXT: &str = "trixie/testing/sysext";
/// The target that exports a lock.
pub(crate) const LOCK: &str = "trixie/testing/sysext/lock";
/// Name of the spec in each build's directory.
pub(crate) const SPEC: &str = "my-sysext.yml";

/// A build that has ended.
#[derive(Debug)]
pub(crate) struct Built {
    /// Whether the client was content.
    pub(crate) success: bool,
    /// What it wrote to its standard output.
    pub(crate) stdout: String,
    /// What it wrote to its standard error: the progress, then what went wrong.
    pub(crate) stderr: String,
    /// The directory it ran in; the result is in `out`.
    pub(crate) folder: TempDir,
}

/// Builds a spec: `docker build -f my-sysext.yml --target=TARGET --output=out ARGUMENTS .`
pub(crate) fn build(engine: &Engine, spec: &str, target: &str, arguments: &[&str]) -> Built {
    let folder = folder(spec);
    let mut docker = engine.docker();
    docker.args(["build", "--progress=plain", "-f", SPEC, "--output=out"]);
    if !target.is_empty() {
        docker.arg(format!("--target={target}"));
    }
    docker.args(arguments).arg(".");
    built(docker, folder)
}

/// A new directory with a spec.
pub(crate) fn folder(spec: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(SPEC), spec).unwrap();
    folder
}

/// Runs a client in a directory.
pub(crate) fn built(mut docker: Command, folder: TempDir) -> Built {
    let output = run(docker.current_dir(folder.path()).stdin(Stdio::null()));
    Built {
        success: output.status.success(),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
        folder,
    }
}

/// Runs a client in a directory with a text as its standard input.
pub(crate) fn fed(mut docker: Command, folder: TempDir, input: &str) -> Built {
    docker.current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = docker.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Built {
        success: output.status.success(),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
        folder,
    }
}

/// A spec with a list of packages.
pub(crate) fn spec(name: &str, packages: &[&str]) -> String {
    let list = packages.join(", ");
    format!("# syntax=localhost/annex\nname: {name}\nversion: 1.0.0\ndependencies:\n  sysext: [{list}]\n")
}

/// Name of an image of [`spec`] in the words of systemd, for the engine's own architecture.
pub(crate) fn image_name(name: &str) -> String {
    format!("{name}-v1.0.0-1-trixie-{}.raw", architecture())
}

/// This machine's architecture in the words of systemd.
pub(crate) fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "x86-64",
        "aarch64" => "arm64",
        other => other,
    }
}

impl Built {
    /// The same, once it has been seen to have succeeded.
    pub(crate) fn succeeded(self) -> Self {
        assert!(self.success, "the build failed:\n{}", self.stderr);
        self
    }

    /// The directory of the result.
    pub(crate) fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// Paths of the files of the result, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        walk(&self.out(), &mut |path| {
            let path = path.strip_prefix(self.out()).expect("the walk stays below its start");
            files.push(path.to_string_lossy().into_owned());
        });
        files.sort();
        files
    }

    /// The result when it is one file.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        assert_eq!(self.files(), [name], "{}", self.stderr);
        self.out().join(name)
    }

    /// Content of the result when it is one file.
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.file(name)).unwrap()
    }

    /// The steps that the client showed, in their order.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps: Vec<(u32, Step)> = Vec::new();
        for line in self.stderr.lines() {
            let Some((number, words)) = line.strip_prefix('#').and_then(|line| line.split_once(' ')) else {
                continue;
            };
            let Ok(number) = number.parse() else { continue };
            match steps.iter_mut().find(|(known, _)| *known == number) {
                Some((_, step)) => step.log.push(words.into()),
                None => steps.push((number, Step { name: words.into(), log: Vec::new() })),
            }
        }
        steps.into_iter().map(|(_, step)| step).collect()
    }

    /// Names of the steps with a prefix such as `[resolve]` that ran a program, rather than being answered from
    /// the cache.
    pub(crate) fn ran(&self, prefix: &str) -> Vec<String> {
        let ran = self.steps().into_iter().filter(|step| step.name.starts_with(prefix));
        ran.filter(|step| !step.is_source() && !step.is_cached()).map(|step| step.name).collect()
    }
}

/// A line of the progress with what was said of it.
#[derive(Debug)]
pub(crate) struct Step {
    /// Its name.
    pub(crate) name: String,
    /// What followed.
    pub(crate) log: Vec<String>,
}

impl Step {
    /// Whether the answer came from the cache. A step is begun and given up when the cache is found to have what it would
    /// say while its inputs are being compared.
    pub(crate) fn is_cached(&self) -> bool {
        self.log.iter().any(|line| matches!(line.as_str(), "CACHED" | "CANCELED"))
    }

    /// Whether a program ran in it and said something.
    pub(crate) fn has_said(&self) -> bool {
        let first = |line: &String| line.split(' ').next().is_some_and(|word| word.parse::<f64>().is_ok());
        self.log.iter().any(first)
    }

    /// Whether it fetches rather than runs: the client says of a source that it is done also when it was there.
    fn is_source(&self) -> bool {
        let sources = ["[resolve] index ", "[worker] look up "];
        sources.iter().any(|source| self.name.starts_with(source)) || self.name.contains(": image ")
    }
}

fn walk(folder: &Path, found: &mut impl FnMut(&Path)) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() { walk(&path, found) } else { found(&path) }
    }
}
