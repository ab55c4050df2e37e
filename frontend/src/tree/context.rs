//! Sources that the client gives.

use buildkit_llb::State;

use crate::diagnostic::Diagnostic;
use crate::resolve::Source;
use crate::span::Spanned;
use crate::spec::Concrete;
use crate::spec::path::Glob;
use crate::spec::source::Context;
use crate::tree::unmet::Unmet;
use crate::tree::{ContextPart, Trees};

impl Trees<'_> {
    /// The tree of a context, with what is wanted of it and perhaps more.
    pub(super) fn context(
        &self,
        context: &Context<Concrete>,
        source: &Source,
        unmet: &mut Unmet,
    ) -> Option<State> {
        let name = &context.name;
        if !self.outside.has_context(name.value.as_str(), self.platform) {
            let message = format!("the client gave no context `{}`", name.value);
            let help = format!("add `--build-context {}=DIRECTORY`", name.value);
            unmet.push(Diagnostic::error(name.span, message).help(help));
            return None;
        }
        let words = |globs: &[Spanned<Glob>]| globs.iter().map(|glob| glob.value.to_string()).collect();
        let part = ContextPart {
            name: name.value.to_string(),
            path: source.path.value.as_str().to_owned(),
            includes: words(&source.includes),
            excludes: words(&source.excludes),
        };
        let state = unmet.ask(self.outside.context(&part, self.platform))?;
        Some(state.located(self.places.location(source.span)))
    }
}
