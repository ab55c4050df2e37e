//! Graphs made by graphs, and graphs passed on (`BuildOp`, `PassthroughOp`).

use std::{collections::BTreeMap, sync::Arc};

use buildkit_proto::pb;

use crate::{
    Cap, Platform, State,
    caps::Caps,
    vertex::{Inputs, Vertex},
};

/// Solves a definition that is a file of another file system.
///
/// The engine cannot list what such a build used, so its provenance is incomplete.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Build {
    /// The file system with the file.
    pub source: State,
    /// The file instead of `buildkit.llb.definition`.
    pub filename: Option<String>,
    /// The platform of the operation, as BuildKit's own client sends it; what is solved names its own.
    pub platform: Option<Platform>,
}

impl Build {
    /// Solves the file `buildkit.llb.definition` of `source`.
    pub fn new(source: &State) -> Self {
        Self { source: source.clone(), filename: None, platform: None }
    }

    /// What the definition describes. Of scratch, which has no file, this is scratch.
    pub fn state(self) -> State {
        let Self { source, filename, platform } = self;
        if source.is_scratch() {
            return source;
        }
        let mut inputs = Inputs::default();
        let input = pb::BuildInput { input: inputs.add(&source) };
        let attr = filename.filter(|name| !name.is_empty()).map(|name| (FILENAME.to_owned(), name));
        let op = pb::op::Op::Build(pb::BuildOp {
            builder: LLB_BUILDER,
            inputs: BTreeMap::from([(DEFINITION.to_owned(), input)]),
            def: None,
            attrs: attr.into_iter().collect(),
        });
        let caps = Caps::from([Cap::SourceBuildOpLlbFileName]);
        Arc::new(Vertex::new(inputs, platform.as_ref(), op, caps)).output(0)
    }
}

/// Makes some file systems depend on others without using them (since 0.31).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Passthrough {
    /// Its name, which engines demand; it is part of the digest.
    pub id: String,
    /// File systems that are passed on.
    pub outputs: Vec<State>,
    /// File systems that must be finished too.
    pub inputs: Vec<State>,
}

impl Passthrough {
    /// The `outputs` in their order, each finished only when all and the `inputs` are. Scratch stays scratch.
    pub fn states(self) -> Vec<State> {
        let Self { id, outputs, inputs: others } = self;
        let mut inputs = Inputs::default();
        let passed: Vec<_> = outputs.iter().map(|state| inputs.push(state)).collect();
        let numbers: Vec<_> = passed.iter().copied().filter(|&input| input >= 0).collect();
        if numbers.is_empty() {
            return outputs;
        }
        for state in &others {
            inputs.push(state);
        }
        let op = pb::op::Op::Passthrough(pb::PassthroughOp { id, outputs: numbers });
        let vertex = Arc::new(Vertex::new(inputs, None, op, Caps::from([Cap::PassthroughOp])));
        // Without scratch among them, the first inputs are the outputs, so both have the same number.
        let output = |input| if input < 0 { State::scratch() } else { Arc::clone(&vertex).output(input) };
        passed.into_iter().map(output).collect()
    }
}

/// Attribute with the file's name, in BuildKit's `solver/pb/attr.go`.
const FILENAME: &str = "llbbuild.filename";
/// `pb.LLBDefinitionInput` in BuildKit's `solver/pb/const.go`.
const DEFINITION: &str = "buildkit.llb.definition";
/// `pb.LLBBuilder` in BuildKit's `solver/pb/const.go`.
const LLB_BUILDER: i64 = -1;
