//! The gateway against a BuildKit of our own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "gateway/containers.rs"]
mod containers;
#[path = "gateway/ending.rs"]
mod ending;
#[path = "gateway/failing.rs"]
mod failing;
#[path = "gateway/fake.rs"]
mod fake;
#[path = "gateway/greeting.rs"]
mod greeting;
#[path = "gateway/reading.rs"]
mod reading;
#[path = "gateway/resolving.rs"]
mod resolving;
#[path = "gateway/solving.rs"]
mod solving;
#[path = "gateway/warning.rs"]
mod warning;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use annex::diagnostic::{Diagnostic, Problems};
use annex::gateway::{
    Attestation, AttestationKind, BuildResult, CacheImport, ContainerMount, ContainerQuery, Error, Exit,
    FileKind, Forward, Gateway, GatewayCap, ImageQuery, MountKind, OciStore, Outcome, Process, Reference,
    References, SolveOptions, SourceQuery, Status, Subject, Warning,
};
use annex::span::Span;
use buildkit_llb::{Definition, Digest, Foreign, Platform, Range, ResolveMode, SourceInfo, State};
use buildkit_proto::gateway as wire;
use buildkit_proto::gateway::exec_message::Input;
use buildkit_proto::{fsutil, pb};
use expect_test::{Expect, expect};
use fake::{Call, Calls, Engine, Raw, Reply, failed, pong, pong_of_graphdriver, solved};
use prost::Message;

/// A gateway that is connected to `engine`.
async fn connect(engine: Engine) -> (Gateway, Calls) {
    let (io, calls) = engine.start();
    (Gateway::connect(io, None).await.unwrap(), calls)
}

/// A graph that asks for the given capabilities.
fn graph(caps: &[&str]) -> Definition {
    graph_of(&source("local://context"), caps, pb::Source::default())
}

/// A graph of one operation, whose digest is `sha256:…` of the bytes.
fn graph_of(op: &[u8], caps: &[&str], source_map: pb::Source) -> Definition {
    let digest = Digest::of(op).to_string();
    let caps = caps.iter().map(|&id| (id.to_owned(), true)).collect();
    let metadata = pb::OpMetadata { caps, ..pb::OpMetadata::default() };
    let inputs = vec![pb::Input { digest: digest.clone(), index: 0 }];
    let definition = pb::Definition {
        def: vec![op.to_vec(), pb::Op { inputs, ..pb::Op::default() }.encode_to_vec()],
        metadata: [(digest, metadata)].into(),
        source: Some(source_map),
    };
    Definition::of(&Foreign::from_pb(definition).unwrap().state())
}

/// The operation of a source.
fn source(identifier: &str) -> Vec<u8> {
    let source = pb::SourceOp { identifier: identifier.to_owned(), ..pb::SourceOp::default() };
    pb::Op { op: Some(pb::op::Op::Source(source)), ..pb::Op::default() }.encode_to_vec()
}

fn now() -> SolveOptions {
    SolveOptions { evaluate: true, ..SolveOptions::default() }
}

async fn solve(gateway: &Gateway) -> Result<Reference, Error> {
    gateway.solve(&graph(&[]), &SolveOptions::default()).await
}

fn spec() -> SourceInfo {
    SourceInfo::new("spec.yml", "YAML", "name: jq\nverison: 1\n")
}
