//! The whole frontend against an engine in this process: from the client's options to the end of the build.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "frontend/allowing.rs"]
mod allowing;
#[path = "frontend/builder.rs"]
mod builder;
#[path = "frontend/building.rs"]
mod building;
#[path = "frontend/contexts.rs"]
mod contexts;
#[path = "frontend/failing.rs"]
mod failing;
#[path = "gateway/fake.rs"]
mod fake;
#[path = "frontend/handover.rs"]
mod handover;
#[path = "frontend/hostility.rs"]
mod hostility;
#[path = "frontend/packages.rs"]
mod packages;
#[path = "frontend/problems.rs"]
mod problems;
#[path = "frontend/questions.rs"]
mod questions;
#[path = "frontend/releases.rs"]
mod releases;
#[path = "frontend/specs.rs"]
mod specs;
#[path = "frontend/testing.rs"]
mod testing;

use std::fmt::Write as _;

use annex::job::{self, Finding, Level, Resolution, Rule};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use buildkit_llb::{Definition, MkFile, State};
use buildkit_proto::gateway as wire;
use buildkit_proto::pb::op::Op;
use expect_test::{Expect, expect};

use crate::builder::{Builder, Built, Request, Step, choice};
use crate::fake::{Call, Reply, failed, pong};

/// A spec of two packages, which stand on lines 5 and 6.
const SPEC: &str = "\
# syntax=localhost/annex
name: tools
version: 1.0.0
dependencies: {sysext: {
  jq: ,
  zsh: }}
";

/// Everything that was asked of the engine, a line each, with what its graphs make.
fn story(built: &Built) -> String {
    let mut solved = built.solved.iter();
    let mut story = String::new();
    for call in built.calls.all() {
        let name = call.name();
        let of = match &call {
            Call::Solve(_) => {
                let solved = solved.next().unwrap();
                let what = made(&solved.graph);
                if solved.evaluate { format!(" {what}, now") } else { format!(" {what}") }
            }
            Call::ReadFile(request) => format!(" {}", request.file_path),
            Call::ResolveImageConfig(request) => format!(" {}", request.r#ref),
            Call::ResolveSourceMeta(request) => format!(" {}", request.source.as_ref().unwrap().identifier),
            Call::StatFile(request) => format!(" {}", request.path),
            Call::Warn(request) => format!(" {}", String::from_utf8_lossy(&request.short)),
            _ => String::new(),
        };
        writeln!(story, "{name}{of}").unwrap();
    }
    story
}

/// What a graph makes, in a word.
fn made(graph: &builder::Graph) -> String {
    match graph.last_step() {
        Some(Step::Assemble(job)) => format!("assemble {}", job.image),
        Some(Step::Copy(_)) => "copy".to_owned(),
        Some(Step::Download(_)) => "download".to_owned(),
        Some(Step::Install(tools)) => format!("install {}", tools.join(" ")),
        Some(Step::ListFiles(extension, _)) => format!("list files .{extension}"),
        Some(Step::List(architecture)) => format!("list {architecture}"),
        Some(Step::Resolve(job)) => format!("resolve {}", job.architecture),
        Some(Step::Test(test)) => format!("test in {}", test.dir),
        Some(Step::Tools) => "list tools".to_owned(),
        Some(
            step @ (Step::Build
            | Step::Command(_)
            | Step::Digest
            | Step::Generate(_)
            | Step::Keys
            | Step::Pack
            | Step::Patch
            | Step::Trust),
        ) => {
            format!("{step:?}")
        }
        None if graph.ops.is_empty() => "by another frontend".to_owned(),
        None => match &graph.ops[graph.ops.len() - 2].1.op {
            Some(Op::Source(source)) => source.identifier.clone(),
            Some(Op::File(_)) => "a file".to_owned(),
            other => panic!("{other:?}"),
        },
    }
}

/// The message of the error and its details: the kind of each, and file and lines where it is a place.
fn error(built: &Built) -> String {
    let error = built.end.error.as_ref().expect("the build fails");
    let mut text = error.message.trim_end().to_owned();
    for detail in &error.details {
        let kind = detail.type_url.rsplit('.').next().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&detail.value).unwrap_or_default();
        let file = json["info"]["filename"].as_str().unwrap_or_default();
        write!(text, "\n[{kind} {file}").unwrap();
        for range in json["ranges"].as_array().into_iter().flatten() {
            write!(text, " {}-{}", range["start"]["line"], range["end"]["line"]).unwrap();
        }
        text.push(']');
    }
    text.push('\n');
    text
}

/// What the resolve step answers when it has something to say; without a lock where that is an error.
fn resolution(job: &job::Resolve, findings: Vec<Finding>) -> Vec<u8> {
    let sound = findings.iter().all(|finding| finding.level == Level::Warning);
    job::to_json(&Resolution { lock: sound.then(|| choice(job)), findings, providers: Vec::new() })
}

fn finding(level: Level, package: &str, message: &str) -> Finding {
    Finding {
        rule: Rule::PackageUnknown,
        level,
        packages: vec![package.to_owned()],
        paths: Vec::new(),
        message: message.to_owned(),
        help: None,
    }
}
