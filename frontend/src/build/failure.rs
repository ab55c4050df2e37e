//! Why there is no result, and how the client is told.

use std::sync::Arc;

use buildkit_llb::{Range, SourceInfo};

use crate::build::place::Map;
use crate::diagnostic::{Diagnostic, Problems, SourceFile, render};
use crate::gateway::{Error, Status};

/// Why there is no result.
#[derive(Debug)]
pub(super) struct Failure {
    cause: Box<Cause>,
    /// The spec, once it is known.
    spec: Option<Box<(SourceFile, Arc<SourceInfo>)>>,
}

#[derive(Debug)]
enum Cause {
    /// The engine, or a step that it ran, failed.
    Engine(Error),
    /// The request or the spec is wrong.
    Problems(Problems),
    /// The question is none that is answered here.
    Subrequest(String),
}

impl Failure {
    /// A question that is not known.
    pub(super) fn unknown_subrequest(name: &str) -> Self {
        Cause::Subrequest(name.to_owned()).into()
    }

    /// The same failure, of a spec.
    pub(super) fn of(self, map: &Map) -> Self {
        Self { spec: Some(Box::new((map.file().clone(), Arc::clone(map.source())))), ..self }
    }

    /// The error to end the build with.
    pub(super) fn into_status(self) -> Status {
        match (*self.cause, self.spec.map(|spec| *spec)) {
            (Cause::Subrequest(name), _) => Status::unknown_subrequest(&name),
            (Cause::Engine(error), None) => error.to_status(),
            // A place that no client can show: without any, BuildKit shows the line that names our
            // image, as if that were wrong.
            (Cause::Engine(error), Some((_, source))) => {
                error.to_status().or_place(&source, Range::default())
            }
            (Cause::Problems(problems), None) => {
                let (nothing, _) = SourceFile::from_bytes("", b"");
                Status::new(render(&nothing, &problems))
            }
            (Cause::Problems(problems), Some((file, source))) => {
                let text = render(&file, &problems);
                Status::of_problems(text, &source, &problems).or_place(&source, Range::default())
            }
        }
    }
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Self {
        Self { cause: Box::new(cause), spec: None }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Cause::Engine(error).into()
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Cause::Problems(problems).into()
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Problems::from(diagnostic).into()
    }
}
