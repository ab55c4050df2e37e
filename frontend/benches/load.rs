//! How long it takes to read and resolve a spec that uses every field of the language and is as long as the longest
//! that people write.
//!
//! Prints `load FASTEST µs, median MEDIAN µs, LINES lines, BYTES bytes`. The fastest run counts, which nothing else on the
//! machine has interrupted; ends with a failure where the goal is missed. `cargo bench -p annex --bench load -- FILE…` measures other specs, each for its first target.

#![allow(clippy::unwrap_used, reason = "a bench ends where something is not as it must be")]
#![allow(clippy::print_stdout, reason = "the numbers are what a bench is for")]

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use annex::diagnostic::Problems;
use annex::resolve::{Platform, Selection, resolve};
use annex::spec::Spec;

/// Every field of the language.
const WHOLE: &str = include_str!("../../tests/language/everything.yml");
/// Targets that make it longer.
const MORE: &[&str] = &["azlinux3", "bookworm", "jammy"];
/// What each of them says.
const OF_EACH: &str = r#"
    dependencies:
      build: {golang: {version: [">= 1.21", "< 2"]}, gcc: , make: , git: }
      runtime: {libc6: {version: [">= 2.36"], arch: [amd64, arm64]}, openssl: }
      sysext:
        jq:
          version:
            - ">= 1.6"
        zsh:
    image:
      entrypoint: /usr/bin/lantern
      env: ["LIGHT=warm", "PLACE=here"]
      labels:
        org.example.target: $DALEC_TARGET
        org.example.version: $VERSION
    tests:
      - name: it is there
        steps:
          - command: lantern --version
            stdout:
              contains:
                - "lantern $VERSION"
              matches:
                - '^lantern \d+$'
        files:
          /usr/bin/lantern: {permissions: 0755}
          /etc/lantern.conf: {contains: ["light"]}
"#;
/// Runs, of which the fastest counts.
const RUNS: usize = 501;
/// Longest time.
const MICROSECONDS: u128 = 2000;

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let mut longest = 0;
    if files.is_empty() {
        let more: String = MORE.iter().flat_map(|key| ["  ", key, ":", OF_EACH]).collect();
        longest = measure("load", &format!("{WHOLE}{more}"));
    }
    for file in files {
        longest = longest.max(measure(&file, &fs::read_to_string(&file).unwrap()));
    }
    if longest < MICROSECONDS { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure(name: &str, text: &str) -> u128 {
    let target = Spec::parse(text, &mut Problems::default()).unwrap().targets;
    let target = target.first().map_or("trixie", |target| &target.key.value);
    let mut times: Vec<u128> = (0..RUNS).map(|_| run(text, target)).collect();
    times.sort_unstable();
    let (fastest, median) = (times[0], times[RUNS / 2]);
    println!("{name} {fastest} µs, median {median} µs, {} lines, {} bytes", text.lines().count(), text.len());
    fastest
}

fn run(text: &str, target: &str) -> u128 {
    let began = Instant::now();
    let mut problems = Problems::default();
    let spec = Spec::parse(black_box(text), &mut problems).unwrap();
    let build_args = BTreeMap::new();
    let selection = Selection {
        target,
        platform: Platform { os: "linux", architecture: "arm64", variant: None },
        build_platform: Platform { os: "linux", architecture: "amd64", variant: None },
        build_args: &build_args,
        known_targets: &["noble", "trixie"],
    };
    black_box(resolve(&spec, &selection).unwrap());
    began.elapsed().as_micros()
}
