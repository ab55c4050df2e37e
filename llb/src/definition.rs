//! A graph as it is sent.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Display, Formatter},
    sync::Arc,
};

use buildkit_proto::pb;
use prost::Message;

use crate::{
    Cap, Digest, Location, Range, SourceInfo, State, metadata, text,
    vertex::{Output, Vertex},
    wire,
};

/// Everything an engine needs to solve a state.
///
/// It is a function of the state's content and of what is said about its vertices. Vertices of equal content are
/// one vertex. What is said of them in different places is put together in the order of a walk that goes to the
/// inputs of an operation, first to last, before the operation: of two descriptions with the same key, progress
/// groups and the like the later one wins; locations follow each other, equal ones once; a cache is ignored if one
/// of them says so; capabilities add up. The walk starts at the state and knows nothing of the order in which
/// vertices were made.
///
/// Displayed, it is a text for reading and comparing: vertices have short names, each line holds one fact, and no
/// digest of a vertex is shown, so a change in one vertex changes no line of those above it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definition {
    /// Operations, inputs before users.
    ops: Vec<(Digest, Arc<[u8]>)>,
    metadata: BTreeMap<Digest, pb::OpMetadata>,
    locations: BTreeMap<Digest, Vec<Place>>,
    infos: Vec<Arc<SourceInfo>>,
    /// The digest and output of the result; `None` for scratch.
    head: Option<(Digest, i64)>,
}

impl Definition {
    /// The graph of `state`; of scratch an empty one.
    pub fn of(state: &State) -> Self {
        let Some(head) = state.head() else { return Self::default() };
        let mut gathering = Gathering::default();
        for vertex in walk(head) {
            gathering.add(vertex);
        }
        Self { head: Some((head.vertex.digest, head.index)), ..gathering.definition }
    }

    /// Whether this is the graph of scratch, which has no vertex. Engines take it for an empty result but cannot
    /// solve it.
    pub fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// The digest of the vertex whose output is the result.
    pub fn digest(&self) -> Option<Digest> {
        self.head.map(|(digest, _)| digest)
    }

    /// The digests of all vertices, inputs before users.
    pub fn digests(&self) -> impl Iterator<Item = Digest> {
        self.ops.iter().map(|(digest, _)| *digest)
    }

    /// The ids of all capabilities that an engine must have, sorted; [`Cap::from_id`] says since when it has them.
    pub fn caps(&self) -> BTreeSet<&str> {
        let mut caps: BTreeSet<&str> = self.general_caps().into_iter().map(Cap::id).collect();
        for metadata in self.metadata.values() {
            caps.extend(metadata.caps.iter().filter(|(_, needed)| **needed).map(|(id, _)| &**id));
        }
        caps
    }

    /// The bytes of BuildKit's message `pb.Definition`.
    pub fn to_bytes(&self) -> Vec<u8> {
        wire::definition(&self.clone().into())
    }

    /// What the last operation says the graph needs as a whole (`State.Marshal` in `client/llb/state.go`).
    fn general_caps(&self) -> Vec<Cap> {
        if self.is_empty() {
            return Vec::new();
        }
        let any = |said: fn(&pb::OpMetadata) -> bool| self.metadata.values().any(said);
        let mut caps = vec![Cap::Constraints, Cap::Platform];
        for (needed, cap) in [
            (any(|metadata| !metadata.description.is_empty()), Cap::MetaDescription),
            (any(|metadata| metadata.export_cache.is_some()), Cap::MetaExportCache),
            (any(|metadata| metadata.ignore_cache), Cap::MetaIgnoreCache),
        ] {
            if needed {
                caps.push(cap);
            }
        }
        caps
    }
}

impl Display for Definition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        text::write(f, self)
    }
}

impl From<Definition> for pb::Definition {
    fn from(definition: Definition) -> Self {
        let caps = definition.general_caps();
        let Definition { ops, metadata, locations, infos, head } = definition;
        let Some((digest, index)) = head else { return Self::default() };
        let mut def: Vec<_> = ops.iter().map(|(_, op)| op.to_vec()).collect();
        let mut metadata: BTreeMap<_, _> =
            metadata.into_iter().map(|(digest, metadata)| (digest.to_string(), metadata)).collect();
        let last =
            pb::Op { inputs: vec![pb::Input { digest: digest.to_string(), index }], ..pb::Op::default() };
        let last = last.encode_to_vec();
        metadata.insert(Digest::of(&last).to_string(), metadata::needing(caps.into_iter().collect()));
        def.push(last);
        let locations = locations.into_iter().map(|(digest, places)| {
            let locations = places.iter().map(Place::to_pb).collect();
            (digest.to_string(), pb::Locations { locations })
        });
        let source = pb::Source {
            locations: locations.collect(),
            infos: infos.iter().map(|info| info.to_pb()).collect(),
        };
        Self { def, metadata, source: Some(source) }
    }
}

/// What [`text`] shows.
impl Definition {
    pub(crate) fn ops(&self) -> &[(Digest, Arc<[u8]>)] {
        &self.ops
    }

    pub(crate) fn metadata(&self, digest: &Digest) -> Option<&pb::OpMetadata> {
        self.metadata.get(digest)
    }

    /// The file and ranges of each location of a vertex.
    pub(crate) fn places(&self, digest: &Digest) -> impl Iterator<Item = (&SourceInfo, &[Range])> {
        let places = self.locations.get(digest).into_iter().flatten();
        places.map(|place| (&*self.infos[place.info], &*place.ranges))
    }

    pub(crate) fn head(&self) -> Option<(Digest, i64)> {
        self.head
    }
}

/// A location whose file is an index.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Place {
    info: usize,
    ranges: Vec<Range>,
}

impl Place {
    fn to_pb(&self) -> pb::Location {
        pb::Location {
            source_index: i32::try_from(self.info).unwrap_or(i32::MAX),
            ranges: self.ranges.iter().map(Range::to_pb).collect(),
        }
    }
}

/// A definition while vertices are added, with what finds equal things without comparing all.
#[derive(Default)]
struct Gathering {
    definition: Definition,
    /// Indices of files by their place in memory.
    infos: BTreeMap<*const SourceInfo, usize>,
    /// Indices of files by their content.
    equal_infos: BTreeMap<Digest, usize>,
    places: BTreeSet<(Digest, Place)>,
}

impl Gathering {
    fn add(&mut self, vertex: &Vertex) {
        let Vertex { digest, op, inputs: _, metadata, locations } = vertex;
        if let Some(known) = self.definition.metadata.get_mut(digest) {
            metadata::merge(known, metadata);
        } else {
            self.definition.metadata.insert(*digest, metadata.clone());
            self.definition.ops.push((*digest, Arc::clone(op)));
        }
        for Location { source, ranges } in locations {
            let place = Place { info: self.info(source), ranges: ranges.clone() };
            if self.places.insert((*digest, place.clone())) {
                self.definition.locations.entry(*digest).or_default().push(place);
            }
        }
    }

    /// The index of a file, equal ones once.
    fn info(&mut self, source: &Arc<SourceInfo>) -> usize {
        let Self { definition, infos, equal_infos, places: _ } = self;
        *infos.entry(Arc::as_ptr(source)).or_insert_with(|| {
            *equal_infos.entry(Digest::of(&wire::source_info(&source.to_pb()))).or_insert_with(|| {
                definition.infos.push(Arc::clone(source));
                definition.infos.len() - 1
            })
        })
    }
}

/// Every vertex once, inputs before users, without recursion since graphs can be thousands deep.
///
/// Once means the same vertex in memory: an equal one elsewhere may have something else said about it.
fn walk(head: &Output) -> Vec<&Vertex> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::from([Arc::as_ptr(&head.vertex)]);
    let mut path = vec![(&*head.vertex, head.vertex.inputs.iter())];
    while let Some((vertex, inputs)) = path.last_mut() {
        if let Some(input) = inputs.next() {
            if seen.insert(Arc::as_ptr(&input.vertex)) {
                path.push((&input.vertex, input.vertex.inputs.iter()));
            }
        } else {
            order.push(*vertex);
            path.pop();
        }
    }
    order
}
