//! What keeps a tree from being made: everything that is found on the way, not only the first.

use crate::diagnostic::{Diagnostic, Problems};
use crate::tree::Later;

/// Why there is no tree yet.
#[derive(Debug)]
pub enum Open {
    /// The outside has been asked for something.
    Later,
    /// There will be none.
    Problems(Problems),
}

impl From<Later> for Open {
    fn from(Later: Later) -> Self {
        Self::Later
    }
}

/// What is not there while a tree is made.
#[derive(Debug, Default)]
pub(super) struct Unmet {
    later: bool,
    problems: Problems,
}

impl Unmet {
    /// What the outside says, if it says it already.
    pub(super) fn ask<T>(&mut self, said: Result<T, Later>) -> Option<T> {
        if said.is_err() {
            self.later = true;
        }
        said.ok()
    }

    /// Notes what is wrong.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }

    /// `made`, unless something was not there.
    pub(super) fn end<T>(self, made: T) -> Result<T, Open> {
        let Self { later, problems } = self;
        if problems.has_errors() {
            Err(Open::Problems(problems))
        } else if later {
            Err(Open::Later)
        } else {
            Ok(made)
        }
    }

    /// The same of what is missing only when something was not there.
    pub(super) fn end_some<T>(self, made: Option<T>) -> Result<T, Open> {
        let made = self.end(made)?;
        made.ok_or(Open::Later)
    }
}
