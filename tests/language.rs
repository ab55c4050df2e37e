//! What the language means, a sentence each: how specs are read, how args get into them, how targets change
//! them, and that a resolved spec can be printed and read again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::collections::BTreeMap;

use annex::diagnostic::{Problems, SourceFile, render};
use annex::resolve::{Platform, Resolved, Selection, resolve};
use annex::spec::{Parse, Spec};

#[path = "language/argument.rs"]
mod argument;
#[path = "language/map.rs"]
mod map;
#[path = "language/merge.rs"]
mod merge;
#[path = "language/print.rs"]
mod print;
#[path = "language/reading.rs"]
mod reading;
#[path = "language/skeleton.rs"]
mod skeleton;
#[path = "language/source.rs"]
mod source;
#[path = "language/validation.rs"]
mod validation;

const ARM64: Platform<'static> = Platform { os: "linux", architecture: "arm64", variant: None };
const AMD64: Platform<'static> = Platform { os: "linux", architecture: "amd64", variant: None };

/// A build of a spec: what the client says.
#[derive(Clone, Debug)]
struct Client {
    target: &'static str,
    platform: Platform<'static>,
    build_args: BTreeMap<String, String>,
}

impl Default for Client {
    fn default() -> Self {
        Self { target: "trixie", platform: ARM64, build_args: BTreeMap::new() }
    }
}

impl Client {
    fn with(args: &[(&str, &str)]) -> Self {
        let build_args = args.iter().map(|(name, value)| (String::from(*name), String::from(*value)));
        Self { build_args: build_args.collect(), ..Self::default() }
    }

    /// The spec for this build with its warnings, or its errors, rendered.
    fn try_resolve(&self, text: &str) -> Result<(Resolved, String), String> {
        let file = SourceFile { name: String::from("spec.yml"), text: String::from(text) };
        let mut problems = Problems::default();
        let Some(spec) = Spec::parse(text, &mut problems) else { return Err(render(&file, &problems)) };
        let selection = Selection {
            target: self.target,
            platform: self.platform,
            build_platform: AMD64,
            build_args: &self.build_args,
            known_targets: &["noble", "trixie"],
        };
        match resolve(&spec, &selection) {
            Ok((resolved, warnings)) => {
                problems.extend(warnings);
                Ok((resolved, render(&file, &problems)))
            }
            Err(more) => {
                problems.extend(more);
                Err(render(&file, &problems))
            }
        }
    }

    #[track_caller]
    fn resolve(&self, text: &str) -> Resolved {
        match self.try_resolve(text) {
            Ok((resolved, _)) => resolved,
            Err(problems) => panic!("{problems}"),
        }
    }
}

/// A spec with a name, a version and `more`.
fn spec(more: &str) -> String {
    format!("name: n\nversion: 1\n{more}\n")
}

#[track_caller]
fn resolved(more: &str) -> Resolved {
    Client::default().resolve(&spec(more))
}

/// The spec is refused, and the first line of what is said of it is `message`.
#[track_caller]
fn refused(more: &str, message: &str) {
    let said = match Client::default().try_resolve(&spec(more)) {
        Ok((resolved, _)) => panic!("{more} is resolved:\n{resolved}"),
        Err(said) => said,
    };
    let is_error = |line: &&str| line.starts_with("spec.yml:") && !line.contains(": warning: ");
    let first = said.lines().find(is_error).unwrap_or_default();
    let first = first.splitn(4, ':').last().unwrap_or_default().trim();
    assert_eq!(first, message, "{more}\n{said}");
}

/// How many errors there are.
#[track_caller]
fn count(more: &str) -> usize {
    let said = Client::default().try_resolve(&spec(more)).expect_err("it is wrong");
    said.lines().filter(|line| line.starts_with("spec.yml:") && !line.contains(": warning: ")).count()
}

fn parse<T: Parse>(text: &str) -> T {
    T::parse(text).unwrap_or_else(|invalid| panic!("{text}: {}", invalid.message))
}
