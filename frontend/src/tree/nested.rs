//! Sources that a Dockerfile makes.

use buildkit_llb::State;

use crate::span::Span;
use crate::spec::Concrete;
use crate::spec::source::DockerBuild;
use crate::tree::unmet::Unmet;
use crate::tree::{NestedBuild, Trees};

impl Trees<'_> {
    /// The tree of the result.
    pub(super) fn nested(
        &self,
        name: &str,
        build: &DockerBuild<Concrete>,
        span: Span,
        unmet: &mut Unmet,
    ) -> Option<State> {
        let DockerBuild { source, dockerfile_path, target, args } = build;
        let what = format!("{name}: context");
        let part = self.part(source, &what, unmet)?;
        // A file is the Dockerfile itself, and there is nothing beside it.
        let (context, path) = if source.is_file() {
            (State::scratch(), part.path.trim_start_matches('/').to_owned())
        } else {
            (part.clone().alone(), dockerfile_path.value.as_str().to_owned())
        };
        let dockerfile = if source.is_file() { part.tree } else { context.clone() };
        let args = args.iter().map(|(name, value)| (name.to_string(), value.value.clone()));
        let nested = NestedBuild {
            context,
            dockerfile,
            path,
            target: target.value.clone(),
            args: args.collect(),
            platform: self.platform.clone(),
        };
        let state = unmet.ask(self.outside.build(&nested))?;
        Some(state.located(self.places.location(span)))
    }
}
