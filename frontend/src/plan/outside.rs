//! What sources ask of the outside, as questions of a plan.

use std::cell::RefCell;
use std::collections::BTreeSet;

use buildkit_llb::{Platform, State};

use super::{Answers, Contexts, Open, Question};
use crate::request::Reference;
use crate::tree::{self, ContextPart, Image, Later, NestedBuild, Outside};

/// Answers, and what is asked beside them.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    answers: &'a Answers,
    contexts: &'a dyn Contexts,
    open: RefCell<Vec<Question>>,
}

impl<'a> Asking<'a> {
    /// Nothing has been asked yet.
    pub(super) fn new(answers: &'a Answers, contexts: &'a dyn Contexts) -> Self {
        Self { answers, contexts, open: RefCell::default() }
    }

    /// What was made, or all that was asked on the way.
    pub(super) fn end<T>(&self, made: Result<T, tree::Open>) -> Result<T, Open> {
        made.map_err(|open| match open {
            tree::Open::Later => {
                let mut seen = BTreeSet::new();
                let mut questions = self.open.take();
                questions.retain(|question| seen.insert(question.key()));
                Open::Asks(questions)
            }
            tree::Open::Problems(problems) => Open::Problems(problems),
        })
    }

    fn ask<T: Clone>(&self, known: Option<&T>, question: impl FnOnce() -> Question) -> Result<T, Later> {
        known.cloned().ok_or_else(|| {
            self.open.borrow_mut().push(question());
            Later
        })
    }
}

impl Outside for Asking<'_> {
    fn has_context(&self, name: &str, platform: &Platform) -> bool {
        name == MAIN || self.contexts.has(name, platform)
    }

    fn context(&self, part: &ContextPart, platform: &Platform) -> Result<State, Later> {
        let question = Question::Part { part: part.clone(), platform: platform.clone() };
        self.ask(self.answers.sources.get(&question.key()), || question)
    }

    fn image(&self, reference: &str, platform: &Platform) -> Result<Image, Later> {
        // People write `debian`; engines ask for `docker.io/library/debian:latest`. What is no name they refuse.
        let whole = reference.parse::<Reference>().map(|name| name.with_default_tag().to_string());
        let reference = whole.unwrap_or_else(|_| reference.to_owned());
        let known = self.answers.images.get(&(reference.clone(), platform.to_string()));
        self.ask(known, || Question::Image { reference, platform: platform.clone() })
    }

    fn build(&self, build: &NestedBuild) -> Result<State, Later> {
        let question = Question::Build(Box::new(build.clone()));
        self.ask(self.answers.sources.get(&question.key()), || question)
    }
}

/// Name of the context that a build always has.
pub(super) const MAIN: &str = "context";
