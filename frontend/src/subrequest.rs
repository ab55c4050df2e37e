//! Questions that are answered without building.
//!
//! `docker build --call=targets` and the like send option `requestid`; the answer is metadata of an
//! empty result. Names and shapes are those of `BuildKit`'s `frontend/subrequests`. An answer that
//! is missing makes buildx ask a Dockerfile frontend about the spec, so all of its questions have one.

mod lint;
mod location;
mod outline;
mod resolved;
mod table;
mod targets;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::schema;

pub use self::lint::Lint;
pub use self::outline::{Arg, Given, Outline};
pub use self::resolved::resolved;
use self::table::table;
pub use self::targets::{Target, TargetList};

/// An answer: keys and values for the metadata of a result.
pub type Metadata = BTreeMap<String, Vec<u8>>;

/// A question that has an answer here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subrequest {
    /// `frontend.dalec.defaultPlatform`: for which platform a build is that names none. Answer: [`default_platform`].
    DefaultPlatform,
    /// `frontend.subrequests.describe`: which questions there are. Answer: [`describe`].
    Describe,
    /// `frontend.lint`: what is wrong with the spec. Answer: [`Lint::answer`].
    Lint,
    /// `frontend.outline`: what a target can be told. Answer: [`Outline::answer`].
    Outline,
    /// `frontend.dalec.resolve`: the spec with nothing left to decide. Answer: [`resolved()`].
    Resolve,
    /// `frontend.dalec.schema`: what a spec can hold. Answer: [`schema()`].
    Schema,
    /// `frontend.targets`: what can be built. Answer: [`TargetList::answer`].
    Targets,
}

impl Subrequest {
    /// All of them, sorted by name.
    pub const ALL: [Self; 7] = [
        Self::DefaultPlatform,
        Self::Resolve,
        Self::Schema,
        Self::Lint,
        Self::Outline,
        Self::Describe,
        Self::Targets,
    ];

    /// The name in option `requestid`.
    pub fn name(self) -> &'static str {
        match self {
            Self::DefaultPlatform => "frontend.dalec.defaultPlatform",
            Self::Describe => "frontend.subrequests.describe",
            Self::Lint => "frontend.lint",
            Self::Outline => "frontend.outline",
            Self::Resolve => "frontend.dalec.resolve",
            Self::Schema => "frontend.dalec.schema",
            Self::Targets => "frontend.targets",
        }
    }

    /// Whether the answer depends on the target.
    fn is_of_a_target(self) -> bool {
        match self {
            Self::Lint | Self::Outline | Self::Resolve | Self::Targets => true,
            Self::DefaultPlatform | Self::Describe | Self::Schema => false,
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::DefaultPlatform => "Give the platform of a build that names none",
            Self::Describe => "List the requests this frontend answers",
            Self::Lint => "List what is wrong with the spec",
            Self::Outline => "List what a target can be told",
            Self::Resolve => "Give the spec with nothing left to decide",
            Self::Schema => "Give the JSON Schema of specs, for editors",
            Self::Targets => "List what can be built",
        }
    }
}

impl FromStr for Subrequest {
    type Err = Unsupported;

    fn from_str(name: &str) -> Result<Self, Unsupported> {
        let known = Self::ALL.into_iter().find(|subrequest| subrequest.name() == name);
        known.ok_or_else(|| Unsupported { name: name.to_owned() })
    }
}

/// A question that has no answer here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// The name that was asked for.
    pub name: String,
}

impl fmt::Display for Unsupported {
    /// In the words by which clients of `BuildKit` 0.8 know this error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unsupported request {}", self.name)
    }
}

impl std::error::Error for Unsupported {}

/// The answer to [`Subrequest::Describe`].
pub fn describe() -> Metadata {
    let target = || Named { name: "target", description: "Path of the target, as for a build" };
    let results = || {
        vec![
            Named { name: "result.json", description: "Answer as JSON" },
            Named { name: "result.txt", description: "Answer as text" },
        ]
    };
    let described = Subrequest::ALL.map(|subrequest| Described {
        name: subrequest.name(),
        version: VERSION,
        kind: "rpc",
        description: subrequest.description(),
        opts: subrequest.is_of_a_target().then(|| vec![target()]),
        inputs: None,
        metadata: results(),
        refs: None,
    });
    let rows = Subrequest::ALL.iter().map(|subrequest| {
        let name = subrequest.name().trim_start_matches("frontend.");
        [name.to_owned(), VERSION.to_owned(), subrequest.description().to_owned()]
    });
    answer(&described, table(["NAME", "VERSION", "DESCRIPTION"], rows))
}

/// The answer to [`Subrequest::DefaultPlatform`]; `words` are those of the OCI image specification.
pub fn default_platform(platform: &str, words: &serde_json::Value) -> Metadata {
    answer(words, format!("{platform}\n"))
}

/// The answer to [`Subrequest::Schema`]: the language does not depend on the spec.
pub fn schema() -> Metadata {
    let schema = schema::document();
    answer(&schema, format!("{schema:#}\n"))
}

/// The metadata that every answer has.
fn answer(json: &impl Serialize, text: String) -> Metadata {
    let json = serde_json::to_vec(json).expect("structs with names for keys always become JSON");
    BTreeMap::from([
        ("result.json".to_owned(), json),
        ("result.txt".to_owned(), text.into_bytes()),
        ("version".to_owned(), VERSION.as_bytes().to_vec()),
    ])
}

/// Entry of the list of questions, in the form of Go's `subrequests.Request`.
#[derive(Serialize)]
struct Described {
    name: &'static str,
    version: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    description: &'static str,
    opts: Option<Vec<Named>>,
    inputs: Option<Vec<Named>>,
    metadata: Vec<Named>,
    refs: Option<Vec<Named>>,
}

#[derive(Serialize)]
struct Named {
    name: &'static str,
    description: &'static str,
}

/// Capability of a frontend that answers questions: one without it would build in place of answering.
pub const CAPABILITY: &str = "moby.buildkit.frontend.subrequests";

/// Version of all answers: buildx prints its own view of `result.json` up to this one.
const VERSION: &str = "1.0.0";

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// The values as they are sent, the JSON with line breaks between the entries of its lists.
    pub(super) fn check(metadata: &Metadata, expected: &Expect) {
        let part = |(key, value): (&String, &Vec<u8>)| {
            let text = String::from_utf8(value.clone()).unwrap();
            let text = if key == "result.json" {
                text.replace("},{", "},\n{").replace(":[{", ":[\n{")
            } else {
                text
            };
            format!("-- {key}\n{}\n", text.trim_end())
        };
        expected.assert_eq(&metadata.iter().map(part).collect::<String>());
    }

    #[test]
    fn every_name_is_found_again() {
        for subrequest in Subrequest::ALL {
            assert_eq!(subrequest.name().parse(), Ok(subrequest));
        }
        assert!(Subrequest::ALL.is_sorted_by_key(|subrequest| subrequest.name()));
    }

    #[test]
    fn an_unknown_name_is_told_in_words_that_old_clients_know() {
        let error = "frontend.convertllb".parse::<Subrequest>().unwrap_err();
        assert_eq!(error.to_string(), "unsupported request frontend.convertllb");
    }

    #[test]
    fn all_questions_are_described() {
        check(
            &describe(),
            &expect![[r#"
                -- result.json
                [{"name":"frontend.dalec.defaultPlatform","version":"1.0.0","type":"rpc","description":"Give the platform of a build that names none","opts":null,"inputs":null,"metadata":[
                {"name":"result.json","description":"Answer as JSON"},
                {"name":"result.txt","description":"Answer as text"}],"refs":null},
                {"name":"frontend.dalec.resolve","version":"1.0.0","type":"rpc","description":"Give the spec with nothing left to decide","opts":[
                {"name":"target","description":"Path of the target, as for a build"}],"inputs":null,"metadata":[
                {"name":"result.json","description":"Answer as JSON"},
                {"name":"result.txt","description":"Answer as text"}],"refs":null},
                {"name":"frontend.dalec.schema","version":"1.0.0","type":"rpc","description":"Give the JSON Schema of specs, for editors","opts":null,"inputs":null,"metadata":[
                {"name":"result.json","description":"Answer as JSON"},
                {"name":"result.txt","description":"Answer as text"}],"refs":null},
                {"name":"frontend.lint","version":"1.0.0","type":"rpc","description":"List what is wrong with the spec","opts":[
                {"name":"target","description":"Path of the target, as for a build"}],"inputs":null,"metadata":[
                {"name":"result.json","description":"Answer as JSON"},
                {"name":"result.txt","description":"Answer as text"}],"refs":null},
                {"name":"frontend.outline","version":"1.0.0","type":"rpc","description":"List what a target can be told","opts":[
                {"name":"target","description":"Path of the target, as for a build"}],"inputs":null,"metadata":[
                {"name":"result.json","description":"Answer as JSON"},
                {"name":"result.txt","description":"Answer as text"}],"refs":null},
                {"name":"frontend.subrequests.describe","version":"1.0.0","type":"rpc","description":"List the requests this frontend answers","opts":null,"inputs":null,"metadata":[
                {"name":"result.json","description":"Answer as JSON"},
                {"name":"result.txt","description":"Answer as text"}],"refs":null},
                {"name":"frontend.targets","version":"1.0.0","type":"rpc","description":"List what can be built","opts":[
                {"name":"target","description":"Path of the target, as for a build"}],"inputs":null,"metadata":[
                {"name":"result.json","description":"Answer as JSON"},
                {"name":"result.txt","description":"Answer as text"}],"refs":null}]
                -- result.txt
                NAME                    VERSION   DESCRIPTION
                dalec.defaultPlatform   1.0.0     Give the platform of a build that names none
                dalec.resolve           1.0.0     Give the spec with nothing left to decide
                dalec.schema            1.0.0     Give the JSON Schema of specs, for editors
                lint                    1.0.0     List what is wrong with the spec
                outline                 1.0.0     List what a target can be told
                subrequests.describe    1.0.0     List the requests this frontend answers
                targets                 1.0.0     List what can be built
                -- version
                1.0.0
            "#]],
        );
    }
}
