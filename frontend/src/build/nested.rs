//! Dockerfiles among the sources: the engine's own frontend builds them.

use std::collections::BTreeMap;

use buildkit_llb::{Definition, State};

use crate::build::context::Session;
use crate::build::failure::Failure;
use crate::diagnostic::Diagnostic;
use crate::gateway::{Forward, Forwarded};
use crate::tree::NestedBuild;

impl Session {
    /// The graph of the result of a Dockerfile, with the client's own options and contexts.
    pub(super) async fn nested(&self, build: &NestedBuild) -> Result<State, Failure> {
        let NestedBuild { context, path, target, args, platform } = build;
        let mut options = self.request.forwarded.clone();
        options.extend([
            (String::from("filename"), path.clone()),
            (String::from("platform"), platform.to_string()),
        ]);
        if !target.is_empty() {
            options.insert(String::from("target"), target.clone());
        }
        options.extend(args.iter().map(|(name, value)| (format!("build-arg:{name}"), value.clone())));
        let inputs = ["context", "dockerfile"].map(|name| (String::from(name), Definition::of(context)));
        let forward = Forward {
            // It looks for a syntax line itself, and hands on to the frontend that is named there.
            frontend: String::from("dockerfile.v0"),
            options,
            inputs: BTreeMap::from(inputs),
            solve: self.solve_options(false),
        };
        let Forwarded { graph, .. } = self.gateway.forward(&forward).await?;
        graph.ok_or_else(|| {
            let message = format!("the build of `{path}` gives no single result");
            Diagnostic::error(None, message).help("build it for one platform").into()
        })
    }
}
