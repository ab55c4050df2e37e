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
    FileKind, Forward, Gateway, GatewayCap, ImageQuery, MountKind, OciLayout, Outcome, Process, Reference,
    References, ResolveMode, SolveOptions, SourceQuery, Status, Subject, Warning,
};
use annex::span::Span;
use buildkit_llb::{Platform, Range, SourceInfo};
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
fn graph(caps: &[&str]) -> pb::Definition {
    let caps = caps.iter().map(|&id| (id.to_owned(), true)).collect();
    let metadata = pb::OpMetadata { caps, ..pb::OpMetadata::default() };
    pb::Definition {
        def: vec![b"vertex".to_vec()],
        metadata: [("sha256:1".to_owned(), metadata)].into(),
        source: None,
    }
}

fn now() -> SolveOptions {
    SolveOptions { evaluate: true, ..SolveOptions::default() }
}

async fn solve(gateway: &Gateway) -> Result<Reference, Error> {
    gateway.solve(graph(&[]), &SolveOptions::default()).await
}

fn spec() -> SourceInfo {
    SourceInfo::new("spec.yml", "YAML", "name: jq\nverison: 1\n")
}
