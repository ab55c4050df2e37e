//! What must be known of the outside before a graph can be made, and the graph made of the answers.
//!
//! A plan does no I/O: it is asked again and again with more [`Answers`] until it no longer
//! [asks](Open::Asks). Asking again costs little, since equal graphs have equal digests.

mod beside;
mod built;
mod compression;
mod extension;
mod extra;
mod fetch;
mod given;
mod outside;
mod package;
mod pin;
mod prebuilt;
mod refusal;
mod repository;
mod sign;
mod source;
mod test;
mod verdict;
mod worker;

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Platform, State};

use crate::diagnostic::Problems;
use crate::tree::{ContextPart, Image, NestedBuild};

pub use extension::{Contexts, Extension, Output, Product};
pub use package::Package;
pub use prebuilt::GIVEN;
pub use sign::Signing;
pub use source::{Source, SourceOutput};
pub use verdict::unused_allowances;

/// Something that only the outside knows.
#[derive(Clone, Debug)]
pub enum Question {
    /// The result of a Dockerfile.
    Build(Box<NestedBuild>),
    /// The tree behind a context that the client gave.
    Context {
        /// The context's name.
        name: String,
        /// The platform wanted, where the context has several.
        platform: Platform,
    },
    /// What an image's name means to the engine: policies and mirrors of the client may replace it.
    Image {
        /// The image's name.
        reference: String,
        /// The platform wanted.
        platform: Platform,
    },
    /// A file in the result of a graph; whether there is none is an answer too.
    File {
        /// The graph.
        state: State,
        /// Absolute path of the file.
        path: String,
    },
    /// Whether a test passes; one that does not ends the build.
    Passes {
        /// Which of the spec's tests it is, from 0.
        number: usize,
        /// The graph of its step.
        state: State,
    },
    /// A part of a context that the client gave, or of the main one; more of it may come.
    Part {
        /// The part.
        part: ContextPart,
        /// The platform wanted, where the context has several.
        platform: Platform,
    },
    /// Whether a source can be had at all.
    Reachable {
        /// The source.
        state: State,
    },
    /// What a signer makes of packages.
    Sign(Box<Signing>),
}

impl Question {
    /// What tells questions apart; equal questions have equal keys, and the order is that of asking.
    pub fn key(&self) -> String {
        match self {
            Self::Build(build) => {
                let NestedBuild { context, path, target, args, platform } = &**build;
                format!("build {} {path:?} {target:?} {args:?} {platform}", id(context))
            }
            Self::Context { name, platform } => format!("context {name} {platform}"),
            Self::File { state, path } => format!("file {} {path}", id(state)),
            Self::Image { reference, platform } => format!("image {reference} {platform}"),
            Self::Passes { number, state } => format!("passes {number:06} {}", id(state)),
            Self::Part { part, platform } => format!("part {part:?} {platform}"),
            Self::Reachable { state } => format!("reachable {}", id(state)),
            Self::Sign(signing) => {
                let Signing { image, cmdline, args, target, platform, packages, span: _ } = &**signing;
                format!("sign {} {image} {cmdline:?} {args:?} {target} {platform}", id(packages))
            }
        }
    }
}

/// What the outside said.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    contexts: BTreeMap<(String, String), State>,
    files: BTreeMap<(String, String), Option<Vec<u8>>>,
    images: BTreeMap<(String, String), Image>,
    /// Tests that passed.
    passed: BTreeSet<String>,
    reachable: BTreeMap<String, bool>,
    /// Trees by the keys of the questions for them.
    sources: BTreeMap<String, State>,
}

/// Why there is no graph yet.
#[derive(Debug)]
pub enum Open {
    /// These are still to be answered.
    Asks(Vec<Question>),
    /// There will be none.
    Problems(Problems),
}

impl From<Problems> for Open {
    fn from(problems: Problems) -> Self {
        Self::Problems(problems)
    }
}

impl Answers {
    /// Notes the tree behind a context.
    pub fn context(&mut self, name: &str, platform: &Platform, state: State) {
        self.contexts.insert((name.to_owned(), platform.to_string()), state);
    }

    /// Notes the content of a file, or that there is none.
    pub fn file(&mut self, state: &State, path: &str, content: Option<Vec<u8>>) {
        self.files.insert((id(state), path.to_owned()), content);
    }

    /// Notes what an image's name means to the engine.
    pub fn image(&mut self, reference: &str, platform: &Platform, means: Image) {
        self.images.insert((reference.to_owned(), platform.to_string()), means);
    }

    /// Notes that a test passed.
    pub fn passes(&mut self, state: &State) {
        self.passed.insert(id(state));
    }

    /// Notes whether a source can be had.
    pub fn reachable(&mut self, state: &State, reachable: bool) {
        self.reachable.insert(id(state), reachable);
    }

    /// Notes the tree that a [`Question::Build`], [`Question::Part`] or [`Question::Sign`] asks for.
    pub fn source(&mut self, question: &Question, state: State) {
        self.sources.insert(question.key(), state);
    }

    fn ask_context(&self, name: &str, platform: &Platform) -> Result<&State, Open> {
        self.contexts.get(&(name.to_owned(), platform.to_string())).ok_or_else(|| {
            Open::Asks(vec![Question::Context { name: name.to_owned(), platform: platform.clone() }])
        })
    }

    fn ask_image(&self, reference: &str, platform: &Platform) -> Result<&str, Open> {
        let known = self.images.get(&(reference.to_owned(), platform.to_string()));
        known.map(|image| &*image.reference).ok_or_else(|| {
            let reference = reference.to_owned();
            Open::Asks(vec![Question::Image { reference, platform: platform.clone() }])
        })
    }

    fn ask_file(&self, state: &State, path: &str) -> Result<Option<&[u8]>, Open> {
        let known = self.files.get(&(id(state), path.to_owned()));
        known
            .map(Option::as_deref)
            .ok_or_else(|| Open::Asks(vec![Question::File { state: state.clone(), path: path.to_owned() }]))
    }

    /// Whether each of the sources can be had; all that are unknown are asked for at once.
    fn ask_reachable(&self, states: &[State]) -> Result<Vec<bool>, Open> {
        let known: Vec<_> = states.iter().map(|state| self.reachable.get(&id(state)).copied()).collect();
        if let Some(all) = known.iter().copied().collect() {
            return Ok(all);
        }
        let open = states.iter().zip(known).filter(|(_, known)| known.is_none());
        Err(Open::Asks(open.map(|(state, _)| Question::Reachable { state: state.clone() }).collect()))
    }
}

/// Both, or all that must be known for the two.
fn both<A, B>(first: Result<A, Open>, second: Result<B, Open>) -> Result<(A, B), Open> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (Err(Open::Asks(mut first)), Err(Open::Asks(second))) => {
            first.extend(second);
            Err(Open::Asks(first))
        }
        (Err(problems @ Open::Problems(_)), _) | (_, Err(problems @ Open::Problems(_))) => Err(problems),
        (Err(asks), Ok(_)) | (Ok(_), Err(asks)) => Err(asks),
    }
}

/// What a tree is known by: equal graphs have equal digests.
fn id(state: &State) -> String {
    match (state.digest(), state.index()) {
        (Some(digest), Some(index)) => format!("{digest}:{index}"),
        _ => String::new(),
    }
}
