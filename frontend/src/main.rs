//! The process: environment, standard streams, logging, exit code.
//!
//! Without arguments it is the frontend: it speaks gRPC over its standard streams with the engine that
//! started it. With `worker COMMAND` it is a step inside a worker.

use std::env;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::ExitCode;

use annex::build::{self, Environment};
use annex::{job, worker};

fn main() -> ExitCode {
    let words: Vec<_> = env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] if io::stdout().is_terminal() => usage(),
        [] => frontend(),
        ["worker", command] => step(command),
        ["--version"] => {
            eprintln!("annex {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        _ => usage(),
    }
}
