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
    metadata: BTreeMap<Digest, Arc<pb::OpMetadata>>,
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
        let mut definition = gathering.definition;
        definition.locations.values_mut().for_each(dedup);
        Self { head: Some((head.vertex.digest, head.index)), ..definition }
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
        let mut bytes = Vec::new();
        let Some(last) = self.last() else { return bytes };
        for (_, op) in &self.ops {
            wire::vertex(&mut bytes, op);
        }
        wire::vertex(&mut bytes, &last);
        let general = metadata::needing(self.general_caps().into_iter().collect());
        let mut said: BTreeMap<_, _> =
            self.metadata.iter().map(|(digest, said)| (*digest, &**said)).collect();
        said.insert(Digest::of(&last), &general);
        for (digest, said) in said {
            wire::metadata(&mut bytes, &digest.text(), said);
        }
        wire::source_map(&mut bytes, |bytes| {
            for (digest, places) in &self.locations {
                let locations: Vec<_> = places.iter().map(Place::to_pb).collect();
                wire::locations(bytes, &digest.text(), &locations);
            }
            for info in &self.infos {
                wire::source_info(bytes, &info.to_pb());
            }
        });
        bytes
    }

    /// The operation that names the result; none for scratch.
    fn last(&self) -> Option<Vec<u8>> {
        let (digest, index) = self.head?;
        let inputs = vec![pb::Input { digest: digest.to_string(), index }];
        Some(pb::Op { inputs, ..pb::Op::default() }.encode_to_vec())
    }

    /// What the last operation says the graph needs as a whole (`State.Marshal` in `client/llb/state.go`).
    fn general_caps(&self) -> Vec<Cap> {
        if self.is_empty() {
            return Vec::new();
        }
        let any = |said: fn(&pb::OpMetadata) -> bool| self.metadata.values().any(|metadata| said(metadata));
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
        let Some(last) = definition.last() else { return Self::default() };
        let caps = definition.general_caps();
        let Definition { ops, metadata, locations, infos, head: _ } = definition;
        let mut metadata: BTreeMap<_, _> = metadata
            .into_iter()
            .map(|(digest, said)| (digest.to_string(), Arc::unwrap_or_clone(said)))
            .collect();
        metadata.insert(Digest::of(&last).to_string(), metadata::needing(caps.into_iter().collect()));
        let mut def: Vec<_> = ops.iter().map(|(_, op)| op.to_vec()).collect();
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
        self.metadata.get(digest).map(|said| &**said)
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
}

impl Gathering {
    fn add(&mut self, vertex: &Vertex) {
        let Vertex { digest, op, inputs: _, metadata, locations } = vertex;
        if let Some(known) = self.definition.metadata.get_mut(digest) {
            metadata::merge(Arc::make_mut(known), metadata);
        } else {
            self.definition.metadata.insert(*digest, Arc::clone(metadata));
            self.definition.ops.push((*digest, Arc::clone(op)));
        }
        for Location { source, ranges } in locations {
            let place = Place { info: self.info(source), ranges: ranges.clone() };
            self.definition.locations.entry(*digest).or_default().push(place);
        }
    }

    /// The index of a file, equal ones once.
    fn info(&mut self, source: &Arc<SourceInfo>) -> usize {
        let Self { definition, infos, equal_infos } = self;
        *infos.entry(Arc::as_ptr(source)).or_insert_with(|| {
            let mut content = Vec::new();
            wire::source_info(&mut content, &source.to_pb());
            *equal_infos.entry(Digest::of(&content)).or_insert_with(|| {
                definition.infos.push(Arc::clone(source));
                definition.infos.len() - 1
            })
        })
    }
}

/// Keeps the first of equal places.
fn dedup(places: &mut Vec<Place>) {
    if places.len() > 1 {
        let mut seen = BTreeSet::new();
        places.retain(|place| seen.insert(place.clone()));
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
