//! Where a spec stands on its way from text to graph: with build args in it, or with values alone.

use std::fmt::Debug;

use crate::span::Spanned;
use crate::spec::value::Value;

/// A stage in the life of a spec. The sections of the language have one definition for all stages;
/// the stage says what stands where a build arg may be used.
pub trait Stage: Clone + Debug + Eq {
    /// What stands at the place of a `T` that may depend on build args.
    type Of<T: Clone + Debug + Eq>: Clone + Debug + Eq;
    /// What stands at the place of a `T` that a target may say as well.
    type Maybe<T: Clone + Debug + Default + Eq>: Clone + Debug + Default + Eq;
}

/// As its author wrote it: values may depend on build args.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written;

/// For one target and platform: every value is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concrete;

impl Stage for Written {
    type Of<T: Clone + Debug + Eq> = Value<T>;
    type Maybe<T: Clone + Debug + Default + Eq> = Option<T>;
}

impl Stage for Concrete {
    type Of<T: Clone + Debug + Eq> = Spanned<T>;
    type Maybe<T: Clone + Debug + Default + Eq> = T;
}
