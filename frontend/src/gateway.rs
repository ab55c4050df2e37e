//! The wire to BuildKit: the one place that talks.
//!
//! A frontend is the client of a gRPC service on its own standard streams; BuildKit is the server
//! (`frontend/gateway/gateway.go` there, whose client in Go is `frontend/gateway/grpcclient`). Nothing
//! above this module knows gRPC or BuildKit's messages, and nothing here knows what is built.

mod caps;
mod client;
mod container;
mod error;
mod file;
mod outcome;
mod solve;
mod source;
mod status;
mod stdio;
mod warning;
mod worker;

pub use caps::{Capabilities, Capability, GatewayCap, Lack, Unsupported};
pub use client::Gateway;
pub use container::{Container, ContainerMount, ContainerQuery, Exit, MountKind, Process};
pub use error::Error;
pub use file::{FileKind, FileStat};
pub use outcome::{Attestation, AttestationKind, BuildResult, Outcome, References, Subject};
pub use solve::{CacheImport, Forward, Forwarded, Reference, SolveOptions};
pub use source::{GitSource, HttpSource, ImageQuery, OciStore, ResolvedImage, ResolvedSource, SourceQuery};
pub use status::{Detail, Status};
pub use stdio::Stdio;
pub use warning::Warning;
pub use worker::Worker;
