//! Graphs made by others.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
    mem,
    sync::Arc,
};

use buildkit_proto::pb;
use prost::Message;

use crate::{
    Digest, Location, Range, SourceInfo, State,
    vertex::{Output, Vertex},
};

/// A definition from elsewhere: an input of the build, the graph of a result, the frontend's own image.
///
/// The bytes of its operations are kept as they are, as writing them again would lose fields that this crate does
/// not know and change their digests. What is said about them and the files they point at come along.
#[derive(Clone, Debug)]
pub struct Foreign {
    state: State,
}

impl Foreign {
    /// Reads the bytes of BuildKit's message `pb.Definition`.
    ///
    /// # Errors
    ///
    /// If they are not such a message, or the graph is not whole.
    pub fn decode(bytes: &[u8]) -> Result<Self, ImportError> {
        Self::from_pb(pb::Definition::decode(bytes).map_err(|_| ImportError::Malformed)?)
    }

    /// Takes BuildKit's message.
    ///
    /// # Errors
    ///
    /// If an operation is no operation, or the graph is not whole.
    pub fn from_pb(definition: pb::Definition) -> Result<Self, ImportError> {
        let pb::Definition { def, metadata, source } = definition;
        let Some(last) = def.last() else { return Ok(Self { state: State::scratch() }) };
        let head = inputs(last)?.into_iter().next().ok_or(ImportError::NoResult)?;
        let mut import = Import {
            ops: def.into_iter().map(|op| (Digest::of(&op), op)).collect(),
            metadata,
            locations: locations(source.unwrap_or_default())?,
            vertices: BTreeMap::new(),
        };
        Ok(Self { state: import.output(&head)?.into() })
    }

    /// The result of the definition.
    pub fn state(&self) -> State {
        self.state.clone()
    }
}

/// Why a definition cannot be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ImportError {
    /// The bytes are no `pb.Definition`, or those of an operation no `pb.Op`.
    Malformed,
    /// An operation uses another that is not there; its name as it was written.
    MissingInput(String),
    /// A location is in a file that is not there.
    MissingSource,
    /// The last operation names no result.
    NoResult,
    /// An operation uses an output with a negative number.
    Output(i64),
}

impl std::error::Error for ImportError {}

impl Display for ImportError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("the definition is not in BuildKit's format"),
            Self::MissingInput(digest) => {
                write!(f, "the definition lacks the vertex `{digest}` that it uses")
            }
            Self::MissingSource => f.write_str("the definition lacks a source file that it points at"),
            Self::NoResult => f.write_str("the last operation of the definition names no result"),
            Self::Output(index) => write!(f, "outputs are numbered from 0, the definition uses `{index}`"),
        }
    }
}

/// A definition while its vertices are made.
struct Import {
    ops: BTreeMap<Digest, Vec<u8>>,
    metadata: BTreeMap<String, pb::OpMetadata>,
    locations: BTreeMap<String, Vec<Location>>,
    vertices: BTreeMap<Digest, Arc<Vertex>>,
}

impl Import {
    /// Makes what `head` names and all below it, inputs first. There is no circle, since a digest cannot be part of
    /// what it is the digest of; an operation that claims otherwise names one that is not there.
    fn output(&mut self, head: &pb::Input) -> Result<Output, ImportError> {
        let mut pending = vec![self.open(&head.digest)?];
        while let Some(Opened { digest, inputs, outputs }) = pending.last_mut() {
            let Some(input) = inputs.get(outputs.len()) else {
                let (digest, outputs) = (*digest, mem::take(outputs));
                pending.pop();
                self.close(digest, outputs);
                continue;
            };
            if let Some(vertex) = self.vertices.get(&name(&input.digest)?) {
                outputs.push(output(vertex, input)?);
            } else {
                let opened = self.open(&input.digest)?;
                pending.push(opened);
            }
        }
        let vertex = self.vertices.get(&name(&head.digest)?);
        output(vertex.ok_or_else(|| ImportError::MissingInput(head.digest.clone()))?, head)
    }

    /// An operation that is not made yet.
    fn open(&self, digest: &str) -> Result<Opened, ImportError> {
        let name = name(digest)?;
        let op = self.ops.get(&name).ok_or_else(|| ImportError::MissingInput(digest.to_owned()))?;
        Ok(Opened { digest: name, inputs: inputs(op)?, outputs: Vec::new() })
    }

    fn close(&mut self, digest: Digest, outputs: Vec<Output>) {
        let text = digest.to_string();
        let op = self.ops.remove(&digest).unwrap_or_default();
        let metadata = self.metadata.remove(&text).unwrap_or_default();
        let mut vertex = Vertex::verbatim(op, outputs, metadata);
        vertex.locations = self.locations.remove(&text).unwrap_or_default();
        self.vertices.insert(digest, Arc::new(vertex));
    }
}

/// An operation some of whose inputs are made.
struct Opened {
    digest: Digest,
    inputs: Vec<pb::Input>,
    /// The made ones, as many of the first.
    outputs: Vec<Output>,
}

fn output(vertex: &Arc<Vertex>, input: &pb::Input) -> Result<Output, ImportError> {
    if input.index < 0 {
        return Err(ImportError::Output(input.index));
    }
    Ok(Output { vertex: Arc::clone(vertex), index: input.index })
}

/// The inputs that an operation's bytes name.
fn inputs(op: &[u8]) -> Result<Vec<pb::Input>, ImportError> {
    Ok(pb::Op::decode(op).map_err(|_| ImportError::Malformed)?.inputs)
}

fn name(digest: &str) -> Result<Digest, ImportError> {
    digest.parse().map_err(|_| ImportError::MissingInput(digest.to_owned()))
}

/// Locations by digest, with the files in the place of their numbers.
fn locations(source: pb::Source) -> Result<BTreeMap<String, Vec<Location>>, ImportError> {
    let pb::Source { locations, infos } = source;
    let infos: Vec<_> = infos.into_iter().map(|info| Arc::new(SourceInfo::from(info))).collect();
    let location = |location: &pb::Location| {
        let info = usize::try_from(location.source_index).ok().and_then(|index| infos.get(index));
        let ranges: Vec<_> = location.ranges.iter().map(Range::from).collect();
        Ok(info.ok_or(ImportError::MissingSource)?.location(ranges))
    };
    locations
        .into_iter()
        .map(|(digest, pb::Locations { locations })| {
            Ok((digest, locations.iter().map(location).collect::<Result<_, _>>()?))
        })
        .collect()
}
