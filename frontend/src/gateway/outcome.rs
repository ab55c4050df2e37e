//! Ending a build.

use std::collections::BTreeMap;

use buildkit_proto::gateway as wire;
use buildkit_proto::gateway::result::Result as WireResult;

use crate::gateway::{Error, Gateway, GatewayCap, Reference, Status};

/// How a build ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With an error.
    Failure(Status),
    /// With a result.
    Success(BuildResult),
}

/// What a build gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildResult {
    /// The file systems.
    pub references: References,
    /// What exporters and clients want to know (`exporter/containerimage/exptypes` in BuildKit):
    /// image configs, and for several platforms the list of them under `refs.platforms`.
    pub metadata: BTreeMap<String, Vec<u8>>,
    /// Attestations by platform.
    pub attestations: BTreeMap<String, Vec<Attestation>>,
}

/// The file systems of a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum References {
    /// By platform, named like `linux/arm64`.
    ByPlatform(BTreeMap<String, Reference>),
    /// None: the answer to a subrequest is metadata alone.
    #[default]
    None,
    /// One.
    One(Reference),
}

impl References {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Reference> {
        let (one, many) = match self {
            Self::ByPlatform(map) => (None, Some(map.values())),
            Self::None => (None, None),
            Self::One(reference) => (Some(reference), None),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }
}

/// A statement on what was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Its form.
    pub kind: AttestationKind,
    /// The result that holds it.
    pub reference: Reference,
    /// Its path there: of a file, or of a directory for a bundle.
    pub path: String,
    /// What exporters want to know of it, such as `reason`.
    pub metadata: BTreeMap<String, Vec<u8>>,
}

/// Form of an [`Attestation`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttestationKind {
    /// A directory of in-toto statements.
    Bundle,
    /// An in-toto predicate, which BuildKit makes a statement of.
    InToto {
        /// Type of the predicate, a URI.
        predicate_type: String,
        /// What it is about.
        subjects: Vec<Subject>,
    },
}

/// What an attestation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Something named by its digests.
    Raw {
        /// Its name.
        name: String,
        /// Its digests.
        digests: Vec<String>,
    },
    /// What the build exports.
    Itself,
}

impl Attestation {
    /// What another frontend states; `None` when it is of a form that is not known here.
    pub(super) fn of_wire(attestation: wire::Attestation) -> Option<Self> {
        let kind = match wire::AttestationKind::try_from(attestation.kind).ok()? {
            wire::AttestationKind::Bundle => AttestationKind::Bundle,
            wire::AttestationKind::InToto => {
                let subject = |subject: wire::InTotoSubject| {
                    Some(match wire::InTotoSubjectKind::try_from(subject.kind).ok()? {
                        wire::InTotoSubjectKind::Raw => {
                            Subject::Raw { name: subject.name, digests: subject.digest }
                        }
                        wire::InTotoSubjectKind::Self_ => Subject::Itself,
                    })
                };
                AttestationKind::InToto {
                    predicate_type: attestation.in_toto_predicate_type,
                    subjects: attestation.in_toto_subjects.into_iter().map(subject).collect::<Option<_>>()?,
                }
            }
        };
        let reference = attestation.r#ref.map_or_else(Reference::empty, |one| Reference::new(one.id));
        Some(Self { kind, reference, path: attestation.path, metadata: attestation.metadata })
    }
}

impl Gateway {
    /// Ends the build. The process should end too: BuildKit waits for it, and takes no second end.
    pub async fn finish(&self, outcome: Outcome) -> Result<(), Error> {
        match outcome {
            Outcome::Success(result) => {
                let result = Some(self.wire_result(result)?);
                self.end(wire::ReturnRequest { result, error: None }).await
            }
            Outcome::Failure(status) => {
                let short = status.shortened();
                match self.fail(status).await {
                    // A failure without its excerpts is better than one that says nothing.
                    Err(Error::RequestTooLarge { .. }) => self.fail(short).await,
                    ended => ended,
                }
            }
        }
    }

    async fn fail(&self, status: Status) -> Result<(), Error> {
        self.end(wire::ReturnRequest { result: None, error: Some(status.into_pb()) }).await
    }

    async fn end(&self, request: wire::ReturnRequest) -> Result<(), Error> {
        let bytes = prost::Message::encoded_len(&request);
        let answer = self.bridge().r#return(request).await;
        answer.map(drop).map_err(|status| Error::of_call("Return", &status).with_size(bytes))
    }

    fn wire_result(&self, result: BuildResult) -> Result<wire::Result, Error> {
        let BuildResult { references, metadata, attestations } = result;
        if !attestations.is_empty() {
            self.caps().require(GatewayCap::ReferenceAttestations)?;
        }
        let result = match (references, self.caps().has(GatewayCap::ProtoRefArray)) {
            (References::None, _) => None,
            (References::One(reference), true) => Some(WireResult::Ref(wire_reference(&reference))),
            (References::One(reference), false) => Some(WireResult::RefDeprecated(reference.id().to_owned())),
            (References::ByPlatform(map), current) => {
                if map.len() > 1 {
                    self.caps().require(GatewayCap::ReturnMap)?;
                }
                Some(if current { refs(&map) } else { refs_deprecated(&map) })
            }
        };
        let attestations = attestations.into_iter().map(|(platform, list)| {
            let attestation = list.into_iter().map(wire_attestation).collect();
            (platform, wire::Attestations { attestation })
        });
        Ok(wire::Result { result, metadata, attestations: attestations.collect() })
    }
}

fn refs(map: &BTreeMap<String, Reference>) -> WireResult {
    let refs = map.iter().map(|(platform, reference)| (platform.clone(), wire_reference(reference)));
    WireResult::Refs(wire::RefMap { refs: refs.collect() })
}

fn refs_deprecated(map: &BTreeMap<String, Reference>) -> WireResult {
    let refs = map.iter().map(|(platform, reference)| (platform.clone(), reference.id().to_owned()));
    WireResult::RefsDeprecated(wire::RefMapDeprecated { refs: refs.collect() })
}

fn wire_reference(reference: &Reference) -> wire::Ref {
    wire::Ref { id: reference.id().to_owned(), def: None }
}

fn wire_attestation(attestation: Attestation) -> wire::Attestation {
    let Attestation { kind, reference, path, metadata } = attestation;
    let (kind, predicate_type, subjects) = match kind {
        AttestationKind::Bundle => (wire::AttestationKind::Bundle, String::new(), Vec::new()),
        AttestationKind::InToto { predicate_type, subjects } => {
            (wire::AttestationKind::InToto, predicate_type, subjects)
        }
    };
    let subject = |subject| match subject {
        Subject::Raw { name, digests } => {
            wire::InTotoSubject { kind: wire::InTotoSubjectKind::Raw.into(), digest: digests, name }
        }
        Subject::Itself => {
            wire::InTotoSubject { kind: wire::InTotoSubjectKind::Self_.into(), ..Default::default() }
        }
    };
    wire::Attestation {
        kind: kind.into(),
        metadata,
        r#ref: Some(wire_reference(&reference)),
        path,
        in_toto_predicate_type: predicate_type,
        in_toto_subjects: subjects.into_iter().map(subject).collect(),
    }
}
