//! One operation with all it depends on.

use std::{
    collections::BTreeMap,
    fmt::{self, Debug, Formatter},
    mem,
    sync::Arc,
};

use buildkit_proto::pb;

use crate::{Digest, Location, Platform, State, caps::Caps, metadata, wire};

/// An operation whose bytes and name are fixed: its inputs were finished before it was made.
#[derive(Clone)]
pub(crate) struct Vertex {
    pub(crate) digest: Digest,
    pub(crate) op: Arc<[u8]>,
    pub(crate) inputs: Vec<Output>,
    pub(crate) metadata: Arc<pb::OpMetadata>,
    pub(crate) locations: Vec<Location>,
}

impl Vertex {
    /// Encodes and names an operation.
    pub(crate) fn new(inputs: Inputs, platform: Option<&Platform>, op: pb::op::Op, caps: Caps) -> Self {
        let message = pb::Op {
            inputs: inputs.outputs.iter().map(Output::to_pb).collect(),
            platform: platform.map(Platform::to_pb),
            // BuildKit's own client always sends this message, empty as it is.
            constraints: Some(pb::WorkerConstraints::default()),
            op: Some(op),
        };
        Self::verbatim(wire::op(message), inputs.outputs, metadata::needing(caps))
    }

    /// A vertex of bytes that were made elsewhere.
    pub(crate) fn verbatim(op: impl Into<Arc<[u8]>>, inputs: Vec<Output>, metadata: pb::OpMetadata) -> Self {
        let op = op.into();
        Self { digest: Digest::of(&op), op, inputs, metadata: Arc::new(metadata), locations: Vec::new() }
    }

    /// What is said about the vertex, to be changed.
    pub(crate) fn metadata_mut(&mut self) -> &mut pb::OpMetadata {
        Arc::make_mut(&mut self.metadata)
    }

    /// The state of the output `index`.
    pub(crate) fn output(self: Arc<Self>, index: i64) -> State {
        State::from(Output { vertex: self, index })
    }
}

impl Debug for Vertex {
    /// The name alone, as inputs can be thousands deep.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Debug::fmt(&self.digest, f)
    }
}

impl Drop for Vertex {
    /// Frees the inputs in a loop: a chain of thousands of vertices would overflow the stack.
    fn drop(&mut self) {
        let mut pending = mem::take(&mut self.inputs);
        while let Some(output) = pending.pop() {
            if let Some(mut vertex) = Arc::into_inner(output.vertex) {
                pending.append(&mut vertex.inputs);
            }
        }
    }
}

/// One of the file systems a vertex leaves.
#[derive(Clone)]
pub(crate) struct Output {
    pub(crate) vertex: Arc<Vertex>,
    /// Never negative.
    pub(crate) index: i64,
}

impl Output {
    pub(crate) fn to_pb(&self) -> pb::Input {
        pb::Input { digest: self.vertex.digest.to_string(), index: self.index }
    }

    fn key(&self) -> (Digest, i64) {
        (self.vertex.digest, self.index)
    }
}

impl Debug for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.vertex.digest, self.index)
    }
}

impl Eq for Output {}

impl PartialEq for Output {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

/// The inputs of an operation in the order of their first use, each once.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    outputs: Vec<Output>,
    index: BTreeMap<(Digest, i64), i64>,
}

impl Inputs {
    /// The index of `state` among the inputs, [`EMPTY`] for scratch.
    pub(crate) fn add(&mut self, state: &State) -> i64 {
        let Some(output) = state.head() else { return EMPTY };
        if let Some(&index) = self.index.get(&output.key()) {
            return index;
        }
        let index = self.len();
        self.index.insert(output.key(), index);
        self.outputs.push(output.clone());
        index
    }

    /// The index of `state` among the inputs, where it may stand already; [`EMPTY`] for scratch.
    pub(crate) fn push(&mut self, state: &State) -> i64 {
        let Some(output) = state.head() else { return EMPTY };
        let index = self.len();
        self.outputs.push(output.clone());
        index
    }

    pub(crate) fn len(&self) -> i64 {
        i64::try_from(self.outputs.len()).expect("a vector has at most `isize::MAX` items")
    }
}

/// `pb.Empty` in BuildKit's `solver/pb/const.go`: an input without content.
pub(crate) const EMPTY: i64 = -1;
