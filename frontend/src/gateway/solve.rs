//! Building graphs, and handing a build to another frontend.

use std::collections::BTreeMap;

use buildkit_llb::{Definition, Foreign, State};
use buildkit_proto::gateway as wire;
use buildkit_proto::gateway::result::Result as WireResult;
use prost::Message;

use crate::gateway::{Attestation, Error, Gateway, GatewayCap, References};

/// A result that the engine has or can make. It is an id that means something to one engine during one
/// build.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    id: String,
}

impl Reference {
    /// The empty directory, which needs no engine.
    pub const fn empty() -> Self {
        Self { id: String::new() }
    }

    /// Whether it is the empty directory.
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

/// How a graph is built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SolveOptions {
    /// Build now, not when the result is first used.
    pub evaluate: bool,
    /// Where results of earlier builds may be.
    pub cache_imports: Vec<CacheImport>,
}

/// A place where results of earlier builds may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheImport {
    /// Kind of place, such as `registry`.
    pub kind: String,
    /// Its settings, such as `ref`.
    pub attrs: BTreeMap<String, String>,
}

/// A build for another frontend.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forward {
    /// Which: `dockerfile.v0`, or `gateway.v0` with the option `source`.
    pub frontend: String,
    /// Its options.
    pub options: BTreeMap<String, String>,
    /// Its inputs by name.
    pub inputs: BTreeMap<String, Definition>,
    /// How it is built.
    pub solve: SolveOptions,
}

/// What another frontend made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    /// Its results.
    pub references: References,
    /// Its metadata.
    pub metadata: BTreeMap<String, Vec<u8>>,
    /// Its attestations by platform.
    pub attestations: BTreeMap<String, Vec<Attestation>>,
    /// The graph of a single result, to be a part of another graph.
    pub graph: Option<State>,
}

impl Gateway {
    /// Builds a graph, or promises to: unless it is evaluated, a failure shows when the result is first
    /// used, which may be after the end of this program.
    pub async fn solve(&self, definition: &Definition, options: &SolveOptions) -> Result<Reference, Error> {
        if definition.is_empty() {
            return Ok(Reference::empty());
        }
        let definition = definition.clone().into();
        self.caps().require_all(&definition)?;
        let request = wire::SolveRequest { definition: Some(definition), ..self.request(options)? };
        match self.call(request, options.evaluate).await?.references {
            References::None => Ok(Reference::empty()),
            References::One(reference) => Ok(reference),
            References::ByPlatform(_) => Err(Error::answer(SOLVE, "it has results of several platforms")),
        }
    }

    /// Lets another frontend build.
    pub async fn forward(&self, forward: &Forward) -> Result<Forwarded, Error> {
        let Forward { frontend, options, inputs, solve } = forward;
        if !inputs.is_empty() {
            self.caps().require(GatewayCap::FrontendInputs)?;
        }
        if options.contains_key("requestid") {
            // Without it the other frontend would build in place of answering.
            self.caps().require(GatewayCap::FrontendCaps)?;
        }
        let input = |(name, definition): (&String, &Definition)| (name.clone(), definition.clone().into());
        let request = wire::SolveRequest {
            frontend: frontend.clone(),
            frontend_opt: options.clone(),
            frontend_inputs: inputs.iter().map(input).collect(),
            ..self.request(solve)?
        };
        self.call(request, solve.evaluate).await
    }

    /// The graphs that the client passed as inputs, by name.
    pub async fn inputs(&self) -> Result<BTreeMap<String, Foreign>, Error> {
        self.caps().require(GatewayCap::FrontendInputs)?;
        let answer = self.bridge().inputs(wire::InputsRequest {}).await;
        let answer = answer.map_err(|status| Error::of_call(INPUTS, &status))?.into_inner();
        let graph = |(name, definition)| match Foreign::from_pb(definition) {
            Ok(graph) => Ok((name, graph)),
            Err(error) => Err(Error::answer(INPUTS, format!("input `{name}`: {error}"))),
        };
        answer.definitions.into_iter().map(graph).collect()
    }

    fn request(&self, options: &SolveOptions) -> Result<wire::SolveRequest, Error> {
        let SolveOptions { evaluate, cache_imports } = options;
        if !cache_imports.is_empty() {
            self.caps().require(GatewayCap::ImportCaches)?;
        }
        let entry = |CacheImport { kind, attrs }: &CacheImport| wire::CacheOptionsEntry {
            r#type: kind.clone(),
            attrs: attrs.clone(),
        };
        Ok(wire::SolveRequest {
            allow_result_return: true,
            allow_result_array_ref: true,
            cache_imports: cache_imports.iter().map(entry).collect(),
            evaluate: *evaluate && self.caps().has(GatewayCap::SolveEvaluate),
            ..wire::SolveRequest::default()
        })
    }

    async fn call(&self, request: wire::SolveRequest, evaluate: bool) -> Result<Forwarded, Error> {
        let bytes = request.encoded_len();
        let source_map = request.definition.as_ref().and_then(|definition| definition.source.clone());
        let place = |error| match (error, &source_map) {
            (Error::Engine { call, status }, Some(source_map)) => {
                Error::Engine { call, status: status.or_places_of_vertex(source_map) }
            }
            (error, _) => error,
        };
        let evaluated = request.evaluate;
        let answer = self.bridge().solve(request).await;
        let answer =
            answer.map_err(|status| place(Error::of_call(SOLVE, &status).with_size(bytes)))?.into_inner();
        let forwarded = forwarded(answer)?;
        if evaluate && !evaluated {
            for reference in forwarded.references.iter() {
                self.evaluate(reference).await.map_err(place)?;
            }
        }
        Ok(forwarded)
    }

    /// Builds a result now, on an engine whose `Solve` cannot: a look at its root directory makes it.
    async fn evaluate(&self, reference: &Reference) -> Result<(), Error> {
        if reference.is_empty() {
            return Ok(());
        }
        self.caps().require(GatewayCap::StatFile)?;
        let request = wire::StatFileRequest {
            r#ref: reference.id.clone(),
            path: ".".to_owned(),
            ..wire::StatFileRequest::default()
        };
        let answer = self.bridge().stat_file(request).await;
        answer.map(drop).map_err(|status| Error::of_call("StatFile", &status))
    }
}

fn forwarded(answer: wire::SolveResponse) -> Result<Forwarded, Error> {
    let Some(result) = answer.result else {
        return Ok(Forwarded {
            references: References::One(Reference::new(answer.r#ref)),
            metadata: BTreeMap::new(),
            attestations: BTreeMap::new(),
            graph: None,
        });
    };
    let mut graph = None;
    let references = match result.result {
        None => References::None,
        Some(WireResult::Ref(reference)) => {
            if let Some(definition) = reference.def {
                let foreign = Foreign::from_pb(definition);
                graph = Some(foreign.map_err(|error| Error::answer(SOLVE, error.to_string()))?.state());
            }
            References::One(Reference::new(reference.id))
        }
        Some(WireResult::RefDeprecated(id)) => References::One(Reference::new(id)),
        Some(WireResult::Refs(map)) => {
            let reference =
                |(platform, reference): (String, wire::Ref)| (platform, Reference::new(reference.id));
            References::ByPlatform(map.refs.into_iter().map(reference).collect())
        }
        Some(WireResult::RefsDeprecated(map)) => {
            let reference = |(platform, id): (String, String)| (platform, Reference::new(id));
            References::ByPlatform(map.refs.into_iter().map(reference).collect())
        }
    };
    let attestations = result.attestations.into_iter().map(|(platform, list)| {
        let list = list.attestation.into_iter().map(Attestation::of_wire).collect::<Option<_>>();
        let list = list.ok_or_else(|| Error::answer(SOLVE, "it has attestations of an unknown kind"))?;
        Ok((platform, list))
    });
    let attestations = attestations.collect::<Result<_, Error>>()?;
    Ok(Forwarded { references, metadata: result.metadata, attestations, graph })
}

const INPUTS: &str = "Inputs";
const SOLVE: &str = "Solve";
