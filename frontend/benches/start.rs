//! How soon the frontend asks its first question, and how much memory a build of 150 packages takes.
//!
//! The program is a process of its own, as BuildKit starts it, with an engine of ours at the other end: the one that
//! cargo built, or the one whose path is the argument (the static one of the image, from `tests/bench/run.sh`).
//! Prints two lines, `start→Solve MILLISECONDS ms` and `peak RSS MEBIBYTES MiB`, the median of all runs; ends with a
//! failure where a goal is missed.

#![allow(clippy::unwrap_used, reason = "a bench ends where something is not as it must be")]
#![allow(clippy::print_stdout, reason = "the numbers are what a bench is for")]

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use annex::job::{Assembly, Indices, Resolution, Tools};
use annex::lock::{self, Lock, Package};
use buildkit_proto::gateway::{
    EvaluateResponse, InputsResponse, ReadFileResponse, ResolveSourceImageResponse,
    ResolveSourceMetaResponse, ReturnResponse,
};
use tokio::net::UnixStream;

use crate::fake::{Engine, Reply, solved};

#[path = "../../tests/gateway/fake.rs"]
mod fake;

/// What one run took.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    /// From before the process was made to the first `Solve`.
    solve: Duration,
    /// `VmHWM` of `proc_pid_status(5)` when the result was returned, in KiB.
    peak: u64,
}

fn main() -> ExitCode {
    let given = std::env::args_os().skip(1).find(|word| !word.to_string_lossy().starts_with('-'));
    let program = given.map_or_else(|| env!("CARGO_BIN_EXE_annex").into(), PathBuf::from);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let runs: Vec<Run> = (0..RUNS).map(|_| runtime.block_on(run(&program))).collect();
    let solve = median(runs.iter().map(|run| run.solve.as_micros()));
    let peak = median(runs.iter().map(|run| u128::from(run.peak)));
    println!("start→Solve {}.{} ms", solve / 1000, solve % 1000 / 100);
    println!("peak RSS {}.{} MiB", peak / 1024, peak % 1024 * 10 / 1024);
    if solve < SOLVE_MICROSECONDS && peak < PEAK_KIB { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn run(program: &Path) -> Run {
    let seen = Arc::new(Mutex::new(Run::default()));
    let process = Arc::new(Mutex::new(None));
    let (ours, theirs) = StdUnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    let input = OwnedFd::from(theirs.try_clone().unwrap());

    let began = Instant::now();
    let (mut connection, calls) = engine(began, &seen, &process).start();
    let mut child = Command::new(program)
        .env_clear()
        .env("BUILDKIT_SESSION_ID", "session")
        .env("BUILDKIT_FRONTEND_OPT_0", "filename=150.yml")
        .env("BUILDKIT_FRONTEND_OPT_1", "source=localhost/annex")
        .env("BUILDKIT_FRONTEND_OPT_2", "target=trixie/testing/sysext")
        .stdin(input)
        .stdout(OwnedFd::from(theirs))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    *process.lock().unwrap() = Some(child.id());

    let mut ours = UnixStream::from_std(ours).unwrap();
    // Ends when the process does.
    let _ = tokio::io::copy_bidirectional(&mut ours, &mut connection).await;
    child.wait().unwrap();
    let returned = calls.returned().unwrap_or_else(|| panic!("nothing was returned: {:?}", calls.names()));
    let error = returned.error.map(|error| error.message);
    assert_eq!(error, None, "the build must come to its end: {:?}", calls.names());
    *seen.lock().unwrap()
}

/// Answers a whole build: the spec, then what the steps in the worker would say.
fn engine(began: Instant, seen: &Arc<Mutex<Run>>, process: &Arc<Mutex<Option<u32>>>) -> Engine {
    let spec = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/bench/150.yml")).unwrap();
    let answers = answers(&String::from_utf8(spec.clone()).unwrap());
    let (solves, returns, process) = (Arc::clone(seen), Arc::clone(seen), Arc::clone(process));
    Engine::new("0.25")
        .on_solve(move |request| {
            let mut seen = solves.lock().unwrap();
            if seen.solve.is_zero() {
                seen.solve = began.elapsed();
            }
            let graph =
                request.definition.as_ref().map(|definition| definition.def.concat()).unwrap_or_default();
            let has = |word: &str| graph.windows(word.len()).any(|part| part == word.as_bytes());
            solved(STEPS.iter().find(|step| has(step)).unwrap_or(&"spec"))
        })
        .on_read_file(move |request| {
            let step = STEPS.iter().position(|step| *step == request.r#ref);
            let data = step.map_or_else(|| spec.clone(), |step| answers[step].clone());
            Reply::Answer(ReadFileResponse { data })
        })
        .on_evaluate(|_| EvaluateResponse {})
        .on_inputs(|_| InputsResponse::default())
        .on_resolve_source_meta(|request| ResolveSourceMetaResponse {
            source: request.source.clone(),
            image: Some(ResolveSourceImageResponse {
                digest: format!("sha256:{}", "0".repeat(64)),
                config: b"{}".to_vec(),
                attestation_chain: None,
            }),
            ..ResolveSourceMetaResponse::default()
        })
        .on_return(move |_| {
            let id = process.lock().unwrap().expect("it has been started");
            returns.lock().unwrap().peak = peak(id);
            ReturnResponse {}
        })
}

/// What the [`STEPS`] write: the findings, the tools, the choice, the repositories.
fn answers(spec: &str) -> [Vec<u8>; STEPS.len()] {
    let names = spec.lines().filter_map(|line| line.strip_prefix("    ")?.strip_suffix(':'));
    let package = |name: &str| Package {
        name: name.into(),
        version: "1.0-1".into(),
        architecture: "amd64".into(),
        source: name.into(),
        url: format!("http://example.org/pool/{name}_1.0-1_amd64.deb"),
        size: 1,
        sha256: "0".repeat(64),
        keys: vec![],
    };
    let mut packages: Vec<Package> = names.map(package).collect();
    packages.sort();
    let lock = Lock {
        version: lock::VERSION,
        target: "trixie".into(),
        platform: "linux/amd64".into(),
        erofs_utils: None,
        keys: std::collections::BTreeMap::new(),
        packages,
    };
    [
        annex::job::to_json(&Assembly { findings: Vec::new(), allowed: Vec::new(), files: 1, bytes: 1 }),
        annex::job::to_json(&Tools { erofs_utils: Some("1.8.6".into()) }),
        annex::job::to_json(&Resolution { lock: Some(lock), findings: Vec::new(), providers: Vec::new() }),
        annex::job::to_json(&Indices {
            addresses: vec!["http://example.org/dists/trixie/InRelease".into()],
            others: 0,
            keys: Vec::default(),
            mirrors: Vec::default(),
        }),
    ]
}

/// The most memory that a process had, in KiB.
fn peak(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn median(values: impl Iterator<Item = u128>) -> u128 {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable();
    values[values.len() / 2]
}

/// Words of the steps, each of which tells its graph from those of the others below it.
const STEPS: [&str; 4] = ["assemble", "list-tools", "resolve-deb", "list-indices-deb"];
const RUNS: usize = 21;
/// Less is not felt beside the engine's own start of a container.
const SOLVE_MICROSECONDS: u128 = 10_000;
const PEAK_KIB: u128 = 16 * 1024;
