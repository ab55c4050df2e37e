//! Annex, a `BuildKit` frontend that turns a YAML spec into a systemd system extension.
//!
//! The way of the data, and who may import whom, is in `ARCHITECTURE.md`.

// What is said is said by a line in one write: `worker::progress`.
#![deny(clippy::print_stderr)]

pub mod build;
pub mod compression;
pub mod diagnostic;
pub mod distro;
pub mod gateway;
pub mod job;
pub mod lock;
pub mod nearest;
pub mod package;
pub mod plan;
pub mod request;
pub mod resolve;
pub mod route;
pub mod schema;
pub mod script;
pub mod span;
pub mod spec;
pub mod step;
pub mod subrequest;
pub mod sysext;
pub mod tree;
pub mod version;
pub mod worker;
pub mod xml;
