//! From request to result: the one asynchronous story.

mod answer;
mod entry;
mod outcome;

use std::ffi::OsString;

use buildkit_llb::{Platform, State};

use crate::diagnostic::{Diagnostic, Problems, SourceFile};
use crate::gateway::{self, Gateway};
use crate::plan::{Answers, Extension, Open, Product};
use crate::request::Request;
use crate::route::{self, Route};
use crate::spec::Spec;

/// What the process was started with.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The environment's variables.
    pub variables: Vec<(OsString, OsString)>,
    /// The definition of the frontend's own image, as `BuildKit` 0.10 and later leave it in a file.
    pub frontend: Option<Vec<u8>>,
}
