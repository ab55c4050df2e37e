//! The engines that tests run on.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// A Docker engine.
#[derive(Debug)]
pub(crate) struct Engine {
    /// Word of `ANNEX_ENGINES`: a suite of the lab, or `host`.
    pub(crate) name: String,
    /// What the client is told, once the engine has been found and has the frontend's image.
    ready: OnceLock<Result<BTreeMap<OsString, OsString>, String>>,
}

/// The engines to test with, oldest first. Nothing has been asked of them yet.
pub(crate) fn engines() -> &'static [Engine] {
    static ENGINES: OnceLock<Vec<Engine>> = OnceLock::new();
    ENGINES.get_or_init(|| {
        let names = std::env::var_os("ANNEX_ENGINES").unwrap_or_else(|| "trixie forky".into());
        let names = names.to_str().expect("ANNEX_ENGINES is a list of words");
        names.split_whitespace().map(|name| Engine { name: name.into(), ready: OnceLock::new() }).collect()
    })
}

/// The engines that have the lab's stand-ins: those of [`engines`], or one of the lab where that is the Docker that runs
/// on this machine.
pub(crate) fn engines_with_standins() -> &'static [Engine] {
    static LAB: OnceLock<Vec<Engine>> = OnceLock::new();
    if engines().iter().all(|engine| engine.name != "host") {
        return engines();
    }
    LAB.get_or_init(|| vec![Engine { name: "trixie".into(), ready: OnceLock::new() }])
}

/// The repository's top directory.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the manifest lies in a directory")
}

impl Engine {
    /// Finds the engine and gives it the frontend's image, once; else says what to do.
    pub(crate) fn ready(&self) -> Result<&BTreeMap<OsString, OsString>, String> {
        static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let ready = self.ready.get_or_init(|| {
            let _guard = ONE_AT_A_TIME.lock();
            let environment = find(&self.name)?;
            let mut image = Command::new(top().join("tests/engine/image.sh"));
            let output = run(image.envs(&environment));
            if output.status.success() { Ok(environment) } else { Err(text(&output.stderr)) }
        });
        ready.as_ref().map_err(Clone::clone)
    }

    /// The docker client.
    pub(crate) fn docker(&self) -> Command {
        let environment = self.ready().expect("a test starts when its engine is ready");
        let mut docker = Command::new(program("docker", environment));
        docker.envs(environment).env("BUILDX_NO_DEFAULT_ATTESTATIONS", "1").env("NO_COLOR", "1");
        docker
    }

    /// Whether the client has `--call`, and the engine builds for several platforms at once: Docker 28, not 26.
    pub(crate) fn is_recent(&self) -> bool {
        let output = run(self.docker().args(["buildx", "build", "--help"]));
        text(&output.stdout).contains("--call")
    }

    /// Builds an image of a Dockerfile into the engine's store.
    pub(crate) fn image(&self, tag: &str, dockerfile: &str) {
        let context = tempfile::tempdir().unwrap();
        std::fs::write(context.path().join("Dockerfile"), dockerfile).unwrap();
        self.image_of(context.path(), tag, &[]);
    }

    /// Builds an image of a directory with a Dockerfile into the engine's store.
    ///
    /// Docker 28 unpacks an image while its own cleaning may take away the layers below ("parent snapshot does not
    /// exist"), so it gets a second try and a third.
    pub(crate) fn image_of(&self, context: &Path, tag: &str, arguments: &[&str]) {
        let mut docker = self.docker();
        docker.args(["build", "--progress=plain", "--tag", tag]).args(arguments).arg(context);
        let mut output = run(&mut docker);
        for _ in 0..2 {
            if !text(&output.stderr).contains("does not exist: not found") {
                break;
            }
            output = run(&mut docker);
        }
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
}

/// Puts into the directory of a Dockerfile the certificates that this machine trusts beside the usual, and gives the line
/// that takes them: it may reach registries of languages through a proxy that looks inside. Empty: there are none.
pub(crate) fn certificates(context: &Path) -> String {
    let here = Path::new("/usr/local/share/ca-certificates");
    if !std::fs::read_dir(here).is_ok_and(|mut entries| entries.next().is_some()) {
        return String::new();
    }
    let copy = run(Command::new("cp").arg("-rL").arg(here).arg(context.join("certificates")));
    assert!(copy.status.success(), "{}", text(&copy.stderr));
    format!("COPY certificates {}\n", here.display())
}

/// Runs a command to its end, or says that it could not be started.
pub(crate) fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// What a program wrote.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What `env.sh` says of an engine.
fn find(name: &str) -> Result<BTreeMap<OsString, OsString>, String> {
    let lost = |why: &str| format!("no engine `{name}`: run tests/run.sh, which provisions it\n{why}");
    if name == "host" {
        let output =
            Command::new("docker").arg("version").output().map_err(|error| lost(&error.to_string()))?;
        let found = output.status.success();
        return if found { Ok(BTreeMap::new()) } else { Err(lost(&text(&output.stderr))) };
    }
    let script = top().join("tests/engine/env.sh");
    let mut shell = Command::new("bash");
    shell.args(["-c", "variables=$(\"$1\" \"$2\") || exit; eval \"$variables\"; env -0", "bash"]);
    let output = run(shell.arg(script).arg(name));
    if !output.status.success() {
        return Err(lost(&text(&output.stderr)));
    }
    Ok(output.stdout.split(|byte| *byte == 0).filter_map(variable).collect())
}

/// `name=value` of a variable that the lab sets.
fn variable(entry: &[u8]) -> Option<(OsString, OsString)> {
    let equals = entry.iter().position(|byte| *byte == b'=')?;
    let (name, value) = (&entry[..equals], &entry[equals + 1..]);
    let ours = name == b"PATH"
        || [&b"ANNEX_"[..], b"DOCKER_", b"EXPERIMENTAL_"].iter().any(|prefix| name.starts_with(prefix));
    ours.then(|| (OsStr::from_bytes(name).into(), OsStr::from_bytes(value).into()))
}

/// A program as the engine's own PATH finds it: `Command` looks in the PATH of this process.
fn program(name: &str, environment: &BTreeMap<OsString, OsString>) -> PathBuf {
    let path = environment.get(OsStr::new("PATH")).cloned().or_else(|| std::env::var_os("PATH"));
    std::env::split_paths(&path.unwrap_or_default())
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| name.into())
}
