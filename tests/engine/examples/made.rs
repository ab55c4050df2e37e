//! The packages and extensions of the examples for one release, and what becomes of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::engine::build::{Built, built};
use crate::engine::docker::{Engine, certificates, run, text, top};
use crate::engine::examples::table::{ANY, EXAMPLES, Example, Finding};
use crate::engine::merging::{booted, merged_all};
use crate::engine::sources::Server;

/// The examples of one release.
#[derive(Debug)]
pub(super) struct Made<'a> {
    engine: &'a Engine,
    release: &'static str,
    format: &'static str,
    /// The directory `packages` has a directory of packages for each example, `extensions` their images.
    folder: TempDir,
    /// Modules of Go: the proxy of everybody is out of reach of the lab, and go.sum says what is right.
    server: Server<'a>,
    /// Further arguments of each build.
    arguments: Vec<String>,
}

impl<'a> Made<'a> {
    /// Those of a release of Debian.
    pub(super) fn of_debian(engine: &'a Engine, release: &'static str) -> Self {
        Self::of(engine, release, "deb", trusting(engine, release).into_iter().collect())
    }

    /// Builds the package and the extension of each example that is wanted for the release: the package once.
    pub(super) fn of(
        engine: &'a Engine,
        release: &'static str,
        format: &'static str,
        arguments: Vec<String>,
    ) -> Self {
        let made = Self {
            engine,
            release,
            format,
            folder: tempfile::tempdir().unwrap(),
            server: Server::start(engine),
            arguments,
        };
        for example in EXAMPLES {
            let source = top().join("examples").join(example.folder);
            made.build(&source, format, &made.packages(example)).succeeded();
            let extension = made.build(&source, "testing/sysext", &made.extension(example)).succeeded();
            let building = extension.steps().into_iter().find(|step| step.name.starts_with("[build] "));
            let building = building.expect("what is built has a step");
            assert!(building.is_cached(), "the package is built again:\n{}", extension.stderr);
        }
        made
    }

    /// Each is installed in a clean root, tried and removed, and nothing is left.
    pub(super) fn is_left_as_it_was(&self, image: &str, script: &str) {
        let mut expected = String::new();
        for example in EXAMPLES {
            let lines: String = example.commands.iter().flat_map(|(command, _)| [command, "\n"]).collect();
            expected.extend(example.commands.iter().map(|(_, said)| *said));
            fs::write(self.packages(example).join("commands"), lines).unwrap();
            fs::write(self.packages(example).join("name"), example.package).unwrap();
        }
        let said = self.said(&format!("FROM {image} AS tried\n"), script);
        assert_eq!(said, expected, "{}", self.release);
    }

    /// All of them are merged into a system at once, where they do the same; the service runs after a boot.
    pub(super) fn is_merged(&self, suite: &str) {
        // Debian's own loader does not know where libraries of the other family are.
        let mut commands =
            String::from(if self.format == "rpm" { "export LD_LIBRARY_PATH=/usr/lib64\n" } else { "" });
        let mut expected = String::new();
        for example in EXAMPLES {
            let tried = if example.merged.is_empty() { example.commands } else { example.merged };
            for (command, said) in tried {
                commands.extend([*command, "\n"]);
                expected.push_str(said);
            }
        }
        let images: Vec<PathBuf> = EXAMPLES.iter().map(|example| self.image(example)).collect();
        assert_eq!(merged_all(suite, &images, &commands), expected, "{}", self.release);
        let daemon = EXAMPLES.iter().find(|example| example.folder == "daemon").expect("one is a daemon");
        // From systemd 255 on the extension asks for it.
        let reload = if suite == "bookworm" { "systemctl daemon-reload\n" } else { "" };
        let said = booted(suite, &self.image(daemon), &[reload, SERVICE].concat());
        assert_eq!(said, "active\ntidemark\n640 root tidemark\n755 tidemark tidemark\nkept\n", "{suite}");
    }

    /// A tool of the distribution's people finds the errors that are known, and no others.
    pub(super) fn is_judged(&self, script: &str, known: &[&[Finding]]) {
        let said = self.said("FROM docker.io/library/debian:trixie AS tried\n", script);
        let found: BTreeSet<(&str, &str)> = said.lines().map(|line| line.split_once(' ').unwrap()).collect();
        let known: Vec<&Finding> = known.iter().copied().flatten().collect();
        let is_of = |finding: &Finding, (package, tag): (&str, &str)| {
            finding.tag == tag && (finding.package == ANY || finding.package == package)
        };
        let other: Vec<_> =
            found.iter().filter(|found| !known.iter().any(|finding| is_of(finding, **found))).collect();
        assert!(other.is_empty(), "{}: {other:?}", self.release);
        for finding in known {
            let Finding { package, tag, reason } = finding;
            let there = found.iter().any(|found| is_of(finding, *found));
            assert!(there, "{}: `{tag}` of {package} is no longer found, though {reason}", self.release);
        }
    }

    /// When a step of the build changes, the worker, the sources and what was fetched for them are as before.
    pub(super) fn is_built_again_without_its_sources(&self, folder: &str) {
        let copy = tempfile::tempdir().unwrap();
        let source = top().join("examples").join(folder);
        assert!(run(Command::new("cp").arg("-a").arg(source.join(".")).arg(copy.path())).status.success());
        let spec = fs::read_to_string(source.join("spec.yml")).unwrap();
        // A change that no engine has seen before.
        let begin = "  steps:\n    - command: |\n";
        let other = spec.replace(begin, &format!("{begin}        : {}\n", copy.path().display()));
        assert_ne!(other, spec);
        fs::write(copy.path().join("spec.yml"), other).unwrap();
        let requests = self.server.requests();
        let again = self.build(copy.path(), self.format, &copy.path().join("out")).succeeded();
        assert_eq!(self.server.requests(), requests, "modules are asked for again");
        // Another build may hold the worker with the release's tools: then the engine repeats what it said.
        let shared = format!("[worker] {}: install build-essential", self.release);
        let mut said: Vec<String> = Vec::new();
        for step in again.steps() {
            if step.has_said() && !step.is_cached() && !step.name.starts_with(&shared) {
                said.push(step.name);
            }
        }
        said.sort();
        let expected = ["[build] trixie: package sizes", "[source] trixie: source package of sizes"];
        assert_eq!(said, expected, "{}", again.stderr);
        let needs = again.steps().into_iter().find(|step| step.name.contains(": install what a build needs"));
        assert!(needs.expect("the build needs something").is_cached(), "{}", again.stderr);
    }

    fn build(&self, source: &Path, route: &str, out: &Path) -> Built {
        let mut docker = self.engine.docker();
        docker.args(["build", "--progress=plain", "--file"]).arg(source.join("spec.yml"));
        docker.arg(format!("--target={}/{route}", self.release)).arg(format!("--output={}", out.display()));
        docker.arg(format!("--build-arg=DALEC_GOMOD_PROXY={}/goproxy", self.server.url));
        docker.args(&self.arguments).arg(source);
        built(docker, tempfile::tempdir().unwrap())
    }

    /// What a script of `tests/engine/examples` says in an image that has the packages.
    fn said(&self, from: &str, script: &str) -> String {
        let context = self.folder.path();
        let scripts = top().join("tests/engine/examples");
        for name in [script, "left.sh"] {
            fs::copy(scripts.join(name), context.join(name)).unwrap();
        }
        let dockerfile = format!(
            "{from}COPY {script} left.sh /examples/\nRUN sh /examples/{script} prepare\nCOPY packages /examples/packages\n\
             RUN sh /examples/{script} >/said\nFROM scratch\nCOPY --from=tried /said /said\n"
        );
        fs::write(context.join("Dockerfile"), dockerfile).unwrap();
        let said = context.join("said");
        let mut docker = self.engine.docker();
        docker.args(["build", "--progress=plain"]).arg(format!("--output={}", said.display())).arg(".");
        let output = run(docker.current_dir(context));
        assert!(output.status.success(), "{}", text(&output.stderr));
        fs::read_to_string(said.join("said")).unwrap()
    }

    fn packages(&self, example: &Example) -> PathBuf {
        self.folder.path().join("packages").join(example.folder)
    }

    fn extension(&self, example: &Example) -> PathBuf {
        self.folder.path().join("extensions").join(example.folder)
    }

    fn image(&self, example: &Example) -> PathBuf {
        let mut files = fs::read_dir(self.extension(example)).unwrap().map(|entry| entry.unwrap().path());
        let image = files.next().expect("an extension is one file");
        assert_eq!(files.next(), None);
        image
    }
}

/// The option for a base image that trusts what this machine trusts, where that is more than the usual.
fn trusting(engine: &Engine, release: &str) -> Option<String> {
    let context = tempfile::tempdir().unwrap();
    let certificates = certificates(context.path());
    if certificates.is_empty() {
        return None;
    }
    let (official, image) =
        (format!("docker.io/library/debian:{release}"), format!("localhost/annex-test-trusting:{release}"));
    fs::write(context.path().join("Dockerfile"), format!("FROM {official}\n{certificates}")).unwrap();
    engine.image_of(context.path(), &image, &[]);
    Some(format!("--build-context={official}=docker-image://{image}"))
}

/// What a booted system knows of the service.
const SERVICE: &str = "
for _ in $(seq 300); do test -e /var/lib/tidemark/highest && break; sleep 0.1; done
systemctl is-active tidemark
stat --format=%U /proc/$(systemctl show --property=MainPID --value tidemark)
stat --format='%a %U %G' /etc/tidemark.conf /var/lib/tidemark
tidemark --show >/dev/null && echo kept
";
