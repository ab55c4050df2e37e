//! `BuildKit`'s messages and its frontend gateway, as Rust types.
//!
//! The `.proto` files in `protos/` say what goes over the wire in the versions up to `BuildKit`
//! 0.32; a number such as "since 0.19" in a comment is the first release that knows the field, and
//! an older engine ignores it in silence. Maps are sorted, so equal messages have equal bytes. For
//! the operations of a build graph that is not enough: see [`pb::Op`].
//!
//! The Rust code is generated from the files and committed; `tests/codegen.rs` fails when it is stale.

/// Code generated from `protos/`.
#[allow(clippy::all, clippy::pedantic, rustdoc::all, reason = "generated code")]
mod generated {
    include!("generated/mod.rs");
}

/// What an engine adds to an error (`errdefs`).
pub use generated::errdefs;
/// Files without their content (`fsutil.types`).
pub use generated::fsutil::types as fsutil;
/// gRPC's error message (`google.rpc`).
pub use generated::google::rpc;
/// Capabilities of an engine (`moby.buildkit.v1.apicaps`).
pub use generated::moby::buildkit::v1::apicaps as caps;
/// The service that a frontend talks to (`moby.buildkit.v1.frontend`).
pub use generated::moby::buildkit::v1::frontend as gateway;
/// Rules for sources (`moby.buildkit.v1.sourcepolicy`).
pub use generated::moby::buildkit::v1::sourcepolicy as policy;
/// Workers (`moby.buildkit.v1.types`).
pub use generated::moby::buildkit::v1::types;
/// Build graphs (`pb`).
pub use generated::pb;
/// Stack traces of an engine (`stack`).
pub use generated::stack;
