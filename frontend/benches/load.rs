//! How long it takes to read and resolve a spec that uses every field of the language.
//!
//! Prints `load MICROSECONDS µs LINES lines`, the median of all runs; ends with a failure where the goal is missed.

#![allow(clippy::unwrap_used, reason = "a bench ends where something is not as it must be")]
#![allow(clippy::print_stdout, reason = "the numbers are what a bench is for")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use annex::diagnostic::Problems;
use annex::resolve::{Platform, Selection, resolve};
use annex::spec::Spec;

const SPEC: &str = include_str!("../../tests/language/everything.yml");
/// Runs, of which the median counts.
const RUNS: usize = 501;
/// Longest time.
const MICROSECONDS: u128 = 2000;

fn main() -> ExitCode {
    let mut times: Vec<u128> = (0..RUNS).map(|_| run()).collect();
    times.sort_unstable();
    let median = times[RUNS / 2];
    println!("load {median} µs {} lines", SPEC.lines().count());
    if median < MICROSECONDS { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run() -> u128 {
    let began = Instant::now();
    let mut problems = Problems::default();
    let spec = Spec::parse(black_box(SPEC), &mut problems).unwrap();
    let build_args = BTreeMap::new();
    let selection = Selection {
        target: "trixie",
        platform: Platform { os: "linux", architecture: "arm64", variant: None },
        build_platform: Platform { os: "linux", architecture: "amd64", variant: None },
        build_args: &build_args,
        known_targets: &["noble", "trixie"],
    };
    black_box(resolve(&spec, &selection).unwrap());
    began.elapsed().as_micros()
}
