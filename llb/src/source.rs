//! Where file systems come from (`SourceOp`).

mod blob;
mod git;
mod http;
mod image;
mod local;

use std::{collections::BTreeMap, sync::Arc};

use buildkit_proto::pb;

pub use blob::{Blob, BlobStore};
pub use git::{Git, GitBundle, GitMTime, GitSignature};
pub use http::{Http, HttpSignature};
pub use image::{Image, OciLayout, RecordType, ResolveMode};
pub use local::{Differ, Local, MetadataTransfer};

use crate::{
    Cap, Platform, State,
    caps::Caps,
    vertex::{Inputs, Vertex},
};

/// A source operation while its attributes are collected.
struct Source {
    identifier: String,
    attrs: BTreeMap<String, String>,
    caps: Caps,
}

impl Source {
    fn new(identifier: String, cap: Cap) -> Self {
        Self { identifier, attrs: BTreeMap::new(), caps: Caps::from([cap]) }
    }

    /// Sets an attribute; an empty value is the same as none, as it is to the engine.
    fn set(&mut self, key: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.attrs.insert(key.to_owned(), value);
        }
    }

    /// Sets an attribute that needs `cap`.
    fn set_needing(&mut self, cap: Cap, key: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.caps.insert(cap);
            self.set(key, value);
        }
    }

    /// Sets a flag that needs `cap`.
    fn flag(&mut self, cap: Cap, key: &str, value: bool) {
        if value {
            self.set_needing(cap, key, "true");
        }
    }

    /// The vertex; only images have a platform.
    fn state(self, platform: Option<&Platform>) -> State {
        let Self { identifier, attrs, caps } = self;
        let op = pb::op::Op::Source(pb::SourceOp { identifier, attrs });
        Arc::new(Vertex::new(Inputs::default(), platform, op, caps)).output(0)
    }
}

/// A number as an attribute, empty for none.
fn number(number: Option<u32>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// Permissions as an attribute: octal with a leading zero, empty for none.
fn permissions(mode: Option<u32>) -> String {
    mode.map(|mode| format!("0{:o}", mode & 0o777)).unwrap_or_default()
}
