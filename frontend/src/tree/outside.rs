//! What only the outside knows of sources: images, contexts of the client, results of Dockerfiles.

use std::collections::BTreeMap;
use std::fmt::Debug;

use buildkit_llb::{Platform, State};
use serde::Deserialize;

/// Who knows what is behind names. What it does not know yet it asks for by itself, and knows it the next time.
pub trait Outside: Debug {
    /// Whether the client gave a context of this name; the main one is always there.
    fn has_context(&self, name: &str, platform: &Platform) -> bool;

    /// The tree of a context that the client gave.
    fn context(&self, part: &ContextPart, platform: &Platform) -> Result<State, Later>;

    /// What an image's name means to the engine.
    fn image(&self, reference: &str, platform: &Platform) -> Result<Image, Later>;

    /// The result of a Dockerfile.
    fn build(&self, build: &NestedBuild) -> Result<State, Later>;
}

/// The answer is not known yet, and has been asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Later;

/// What of a context is wanted. More of it may come: it is selected again.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContextPart {
    /// The context's name.
    pub name: String,
    /// The directory or file that is wanted; empty: everything.
    pub path: String,
    /// Patterns below `path` of what is wanted; none: all.
    pub includes: Vec<String>,
    /// Patterns below `path` of what is not wanted.
    pub excludes: Vec<String>,
}

/// What an image's name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The image to use, with its digest where the engine knows it.
    pub reference: String,
    /// The environment in which its programs expect to run.
    pub env: Vec<(String, String)>,
    /// The directory in which they expect to run; empty: the root.
    pub directory: String,
}

/// The build of a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NestedBuild {
    /// The tree of its context, with the Dockerfile in it.
    pub context: State,
    /// The path of the Dockerfile in that tree.
    pub path: String,
    /// The stage that is built; empty: the last.
    pub target: String,
    /// Build args.
    pub args: BTreeMap<String, String>,
    /// The platform that it is built for.
    pub platform: Platform,
}

impl Image {
    /// The image `reference` with the config that it has, JSON of the OCI image specification.
    pub fn new(reference: &str, config: &[u8]) -> Self {
        #[derive(Default, Deserialize)]
        struct Document {
            #[serde(default)]
            config: Option<Config>,
        }
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Config {
            #[serde(default)]
            env: Option<Vec<String>>,
            #[serde(default)]
            working_dir: Option<String>,
        }
        let document: Document = serde_json::from_slice(config).unwrap_or_default();
        let Config { env, working_dir } = document.config.unwrap_or_default();
        let pair =
            |text: String| text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            reference: reference.to_owned(),
            env: env.unwrap_or_default().into_iter().filter_map(pair).collect(),
            directory: working_dir.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_config_the_environment_and_the_directory_are_read() {
        let config =
            br#"{"config": {"Env": ["PATH=/bin", "A=b=c", "odd"], "WorkingDir": "/srv", "User": "me"}}"#;
        let image = Image::new("example.org/i:1", config);
        assert_eq!(image.env, [("PATH".into(), "/bin".into()), ("A".into(), "b=c".into())]);
        assert_eq!(image.directory, "/srv");
    }

    #[test]
    fn a_config_that_says_nothing_or_is_none_means_nothing() {
        for config in [&b"{}"[..], b"", b"{\"config\": null}", b"{\"config\": {\"Env\": null}}", b"[1]"] {
            let image = Image::new("example.org/i:1", config);
            assert_eq!((image.env.len(), &*image.directory), (0, ""), "{config:?}");
        }
    }
}
