//! How long a graph of 10,000 vertices takes from the first call to the bytes that are sent.
//!
//! Run with `cargo bench -p buildkit-llb`.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use buildkit_llb::{
    Definition, Digest, Discard, Exec, Foreign, Http, MkDir, Range, ReadOnly, SourceInfo, State,
};

fn main() {
    let spec = Arc::new(SourceInfo::new("spec.yml", "yaml", "name: demo\n".repeat(1000)));
    for _ in 0..5 {
        let start = Instant::now();
        let state = graph(&spec);
        let built = start.elapsed();
        let start = Instant::now();
        let definition = Definition::of(&state);
        let marshalled = start.elapsed();
        let start = Instant::now();
        let bytes = definition.to_bytes();
        let encoded = start.elapsed();
        let start = Instant::now();
        let foreign = Foreign::decode(&bytes).expect("our own bytes are a definition");
        let decoded = start.elapsed();
        assert_eq!(foreign.state(), state);
        eprintln!(
            "{} vertices, {} bytes ({}): build {}, definition {}, bytes {}, decode {}",
            definition.digests().count(),
            bytes.len(),
            Digest::of(&bytes),
            milliseconds(built),
            milliseconds(marshalled),
            milliseconds(encoded),
            milliseconds(decoded),
        );
    }
}

/// Packages as HTTP sources, each into a command that reads them fifty at a time, and a chain of directories.
fn graph(spec: &Arc<SourceInfo>) -> State {
    let mut root = State::scratch();
    for group in 0..VERTICES / GROUP {
        let mut exec = Exec::new(["install"]);
        exec.name(format!("install group {group}")).location(spec.location([Range::lines(1, 2)]));
        exec.mount("/", Discard(root.mkdir(MkDir::new(format!("/{group}")))));
        for package in 0..GROUP - 2 {
            let http = Http {
                checksum: Some(Digest::of(format!("{group} {package}").as_bytes()).to_string()),
                filename: Some(package.to_string()),
                ..Http::new(format!("https://example.org/pool/{group}/package_{package}_amd64.deb"))
            };
            let state = http.state().named(format!("fetch package {package}"));
            exec.mount(
                format!("/packages/{package}"),
                ReadOnly(state.located(spec.location([Range::lines(3, 3)]))),
            );
        }
        let out = exec.mount("/out", buildkit_llb::Bind(root));
        root = exec.run().output(out);
    }
    root
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

const VERTICES: u32 = 10_000;
const GROUP: u32 = 50;
