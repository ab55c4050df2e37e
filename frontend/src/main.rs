//! The process: environment, standard streams, logging, exit code.
//!
//! Without arguments it is the frontend: it speaks gRPC over its standard streams with the engine that
//! started it. With `worker COMMAND` it is a step inside a worker.

// What is said is said by a line in one write: `worker::progress`.
#![deny(clippy::print_stderr)]

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use annex::build::{self, Environment};
use annex::gateway::{Gateway, Outcome, Status, Stdio};
use annex::job;
use annex::worker;

fn main() -> ExitCode {
    let words: Vec<_> = env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [] if !io::stdin().is_terminal() => frontend(),
        ["worker", command @ ..] => step(command),
        ["--version"] => {
            worker::progress::say(concat!("annex ", env!("CARGO_PKG_VERSION")));
            Ok(())
        }
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            worker::progress::say(&format!("annex: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// One request of the engine that started us.
fn frontend() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).init();
    let environment = Environment {
        variables: env::vars_os().collect(),
        frontend: fs::read(FRONTEND).ok(),
        program: env::current_exe()?.to_string_lossy().into_owned(),
    };
    let workers = env::var_os("BUILDKIT_WORKERS").map(|text| text.to_string_lossy().into_owned());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let gateway = Gateway::connect(Stdio::new()?, workers.as_deref()).await?;
        let answering = tokio::spawn({
            let gateway = gateway.clone();
            async move { build::run(&gateway, environment).await }
        });
        let outcome = answering.await.unwrap_or_else(|panic| {
            // The engine shows neither our exit code's meaning nor our log to the client.
            Outcome::Failure(Status::new(format!("this is a bug in annex, please report it: {panic}")))
        });
        gateway.finish(outcome).await?;
        Ok(())
    })
}

/// A step inside a worker.
fn step(command: &[&str]) -> Result<(), Box<dyn Error>> {
    let (job, out) = (Path::new(job::JOB), Path::new(job::OUT));
    let input =
        worker::assemble::Input { job, packages: Path::new(job::PACKAGES), base: Path::new(job::BASE) };
    let apt = || worker::apt::Apt::new(Path::new(SCRATCH), env::vars_os());
    match command {
        ["armor-keys", keys @ ..] => worker::keyring::armor_keys(keys, out)?,
        ["assemble"] => worker::assemble::assemble(input, out, Path::new(job::REPORT))?,
        ["check-digest", digest, name] => {
            worker::digest::check_digest(Path::new(job::FILE), digest, name, out)?;
        }
        ["digest"] => worker::digest::digest(Path::new(job::FILE), out)?,
        ["download-deb", architecture] => worker::apt::download_deb(architecture, job, out, &apt())?,
        ["download-rpm", manager, releasever] => {
            worker::dnf::download_rpm(job, out, &dnf(manager, releasever)?)?;
        }
        ["git-credential", action] => git_credential(action)?,
        ["list-indices-deb", architecture] => worker::apt::list_indices(architecture, out, &apt())?,
        ["list-indices-rpm", manager, releasever, architecture] => {
            worker::dnf::list_indices_rpm(architecture, out, &dnf(manager, releasever)?)?;
        }
        ["list-packages", extension] => {
            worker::listing::list_packages(extension, Path::new(job::PACKAGES), out)?;
        }
        ["list-tools"] => worker::assemble::list_tools(out)?,
        ["report"] => worker::assemble::report(input, out, Path::new(job::REPORT))?,
        ["resolve-deb"] => worker::resolve::resolve_deb(job, out, &apt())?,
        ["resolve-rpm", manager, releasever] => {
            worker::resolve::resolve_rpm(job, Path::new(job::KEYS), out, &dnf(manager, releasever)?)?;
        }
        ["test"] => worker::test::test(job, &mut io::stderr())?,
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

/// Answers git, which asks over the standard streams.
fn git_credential(action: &str) -> Result<(), Box<dyn Error>> {
    let asked = io::read_to_string(io::stdin())?;
    let read = |path: &str| fs::read_to_string(Path::new(job::SECRETS).join(path)).ok();
    let said = worker::credential::answer(action, &asked, read)?;
    io::stdout().write_all(said.as_bytes())?;
    Ok(())
}

/// The package manager of a worker of RPM's family.
fn dnf(manager: &str, releasever: &str) -> Result<worker::dnf::Dnf, &'static str> {
    let (root, scratch) = (Path::new("/"), Path::new(SCRATCH));
    Ok(worker::dnf::Dnf::new(manager.parse()?, releasever, root, scratch, env::vars_os()))
}

/// Where the engine leaves the definition of the frontend's own image (`frontend/gateway/gateway.go`).
const FRONTEND: &str = "/run/config/buildkit/metadata/frontend.bin";
/// Where a step in a worker keeps what it needs while it runs.
const SCRATCH: &str = "/tmp/annex";
const USAGE: &str = "a BuildKit frontend: BuildKit starts it for files that begin with `# syntax=localhost/annex`, \
                     or with the build arg `BUILDKIT_SYNTAX=localhost/annex`";
