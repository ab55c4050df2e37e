//! BuildKit's low-level build graph (LLB) as an immutable value.
//!
//! A [`State`] is a file system: an image, files of a server, what a command leaves. States are made from states,
//! so a state is a graph, and [`Definition::of`] turns it into what an engine solves. Every vertex is encoded and
//! named by the digest of its bytes when it is made, exactly as BuildKit's engine does it; vertices of equal
//! content are therefore one vertex, and the same calls give the same bytes on every machine. Nothing is read from
//! the machine: no clock, no platform, no random names.
//!
//! ```
//! use std::sync::Arc;
//!
//! use buildkit_llb::{
//!     Bind, Cache, Definition, Discard, Exec, Http, Image, MkFile, Network, Platform, Range, ReadOnly, Sharing,
//!     SourceInfo, State,
//! };
//!
//! let platform = Platform::linux("amd64");
//! let spec = Arc::new(SourceInfo::new("spec.yml", "yaml", "name: demo\nbuild: make\n"));
//!
//! let base = Image::new("docker.io/library/debian:trixie", platform.clone()).state();
//! let source = Http {
//!     checksum: Some(format!("sha256:{}", "0".repeat(64))),
//!     filename: Some("demo.tar".into()),
//!     ..Http::new("https://example.org/demo-1.tar")
//! };
//! let source = source.state().named("fetch demo 1");
//! let recipe = State::scratch().mkfile(MkFile::new("/build.sh", "tar -xf demo.tar\nmake -C demo\n"));
//!
//! let mut exec = Exec::new(["sh", "/recipe/build.sh"]);
//! exec.platform(&platform).cwd("/src").network(Network::None).name("build demo");
//! exec.location(spec.location([Range::lines(2, 2)]));
//! exec.mount("/", Discard(base));
//! exec.mount("/recipe", ReadOnly(recipe));
//! exec.mount("/root/.cache", Cache { id: "demo-amd64".into(), sharing: Sharing::Locked });
//! let tree = exec.mount("/src", Bind(source));
//! let built: State = exec.run().output(tree);
//!
//! let definition = Definition::of(&built);
//! let expected = "\
//! v0 source docker-image://docker.io/library/debian:trixie
//!    platform linux/amd64
//! v1 file
//!    mkfile /build.sh 0644
//!    | tar -xf demo.tar
//!    | make -C demo
//! v2 source https://example.org/demo-1.tar
//!    http.checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000
//!    http.filename=demo.tar
//!    name fetch demo 1
//! v3 exec [\"sh\", \"/recipe/build.sh\"]
//!    cwd /src
//!    network none
//!    bind / from v0:0 -> :0
//!    bind /recipe from v1:0 ro
//!    cache /root/.cache id=demo-amd64 locked
//!    bind /src from v2:0 -> :1
//!    platform linux/amd64
//!    name build demo
//!    at spec.yml:2
//! root v3:1
//! ";
//! assert_eq!(definition.to_string(), expected);
//!
//! // What goes to the engine, as a message or as its bytes.
//! let message = buildkit_proto::pb::Definition::from(definition.clone());
//! assert_eq!(message.def.len(), 5);
//! let bytes = definition.to_bytes();
//! # assert!(!bytes.is_empty());
//! ```

mod build;
mod caps;
mod definition;
mod digest;
mod exec;
mod file;
mod import;
mod location;
mod merge;
mod metadata;
mod mount;
mod platform;
mod source;
mod state;
mod text;
mod vertex;
mod wire;

pub use build::{Build, Passthrough};
pub use caps::Cap;
pub use definition::Definition;
pub use digest::Digest;
pub use exec::{CdiDevice, Exec, Network, ProxyEnv, Run, SecretEnv, Security, Ulimit};
pub use file::{Action, Copy, MkDir, MkFile, Mode, Owner, Rm, Symlink, SymlinkSupport, Timestamp, User};
pub use import::{Foreign, ImportError};
pub use location::{Location, Position, Range, SourceInfo};
pub use merge::MergeSupport;
pub use metadata::{LinuxResources, ProgressGroup};
pub use mount::{
    Bind, Cache, Configured, ContentCache, Discard, Mount, ReadOnly, Secret, SeededCache, Sharing,
    SizedTmpfs, Slot, Ssh, Tmpfs,
};
pub use platform::{Platform, PlatformError};
pub use source::{
    Blob, BlobStore, Differ, Git, GitBundle, GitMTime, GitSignature, Http, HttpSignature, Image, Local,
    MetadataTransfer, OciLayout, RecordType, ResolveMode,
};
pub use state::State;
