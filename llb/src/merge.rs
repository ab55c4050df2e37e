//! File systems laid over each other (`MergeOp`, `DiffOp`).

use std::sync::Arc;

use buildkit_proto::pb;

use crate::{
    Cap, Copy, State,
    caps::Caps,
    vertex::{Inputs, Vertex},
};

/// What an engine can do with layers.
///
/// [`Cap::MergeOp`] and [`Cap::DiffOp`] are listed but disabled where Docker keeps images in a graph driver: look
/// at whether a capability is enabled, not at whether it is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MergeSupport {
    /// It cannot merge: files are copied.
    Copy,
    /// It merges and takes differences without copying (since 0.10).
    Native,
}

impl MergeSupport {
    /// The files of all `layers`, later ones over earlier ones.
    ///
    /// Copied, a later layer cannot remove a file of an earlier one, and a directory in a file's place (or the
    /// other way round) is an error.
    pub fn merge<'a>(self, layers: impl IntoIterator<Item = &'a State>) -> State {
        let layers: Vec<_> = layers.into_iter().filter(|layer| !layer.is_scratch()).collect();
        match (self, &*layers) {
            (_, []) => State::scratch(),
            (_, &[layer]) => layer.clone(),
            (Self::Copy, [base, over @ ..]) => {
                over.iter().fold((*base).clone(), |base, layer| base.copy(Copy::all(layer)))
            }
            (Self::Native, layers) => {
                let mut inputs = Inputs::default();
                let numbers =
                    layers.iter().map(|layer| pb::MergeInput { input: inputs.push(layer) }).collect();
                let op = pb::op::Op::Merge(pb::MergeOp { inputs: numbers });
                Arc::new(Vertex::new(inputs, None, op, Caps::from([Cap::MergeOp]))).output(0)
            }
        }
    }

    /// What `upper` has that `lower` has not, and that it lacks what `lower` has.
    ///
    /// Where the engine copies this is all of `upper`, as no operation tells differences apart. Merged over
    /// something that has the files of `lower` already, the result is the same except that nothing is removed.
    pub fn diff(self, lower: &State, upper: &State) -> State {
        if lower.is_scratch() || self == Self::Copy {
            return upper.clone();
        }
        let mut inputs = Inputs::default();
        let lower = pb::LowerDiffInput { input: inputs.push(lower) };
        let upper = pb::UpperDiffInput { input: inputs.push(upper) };
        let op = pb::op::Op::Diff(pb::DiffOp { lower: Some(lower), upper: Some(upper) });
        Arc::new(Vertex::new(inputs, None, op, Caps::from([Cap::DiffOp]))).output(0)
    }
}
