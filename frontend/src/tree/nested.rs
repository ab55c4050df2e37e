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
        // A file is the Dockerfile itself, and all that is there.
        let path =
            if source.is_file() { part.path.trim_start_matches('/') } else { dockerfile_path.value.as_str() };
        let path = path.to_owned();
        let context = if source.is_file() { part.tree } else { part.alone() };
        let args = args.iter().map(|(name, value)| (name.to_string(), value.value.clone()));
        let nested = NestedBuild {
            context,
            path,
            target: target.value.clone(),
            args: args.collect(),
            platform: self.platform.clone(),
        };
        let state = unmet.ask(self.outside.build(&nested))?;
        Some(state.located(self.places.location(span)))
    }
}
