//! The build without build args.

use crate::diagnostic::Problems;
use crate::resolve::apply::{Apply, concrete};
use crate::resolve::argument::Arguments;
use crate::span::Spanned;
use crate::spec::build::Build;
use crate::spec::reference::EnvName;
use crate::spec::{Concrete, Written};

concrete!(Build: env, network_mode, steps; span, caches);

/// The build, with the time that all files are to have among its variables.
pub(super) fn build(
    build: &Build<Written>,
    arguments: &Arguments,
    problems: &mut Problems,
) -> Option<Build<Concrete>> {
    let mut build = build.apply(arguments, problems)?;
    let name = EnvName::source_date_epoch();
    if let Some(epoch) = arguments.value(name.as_str()).filter(|epoch| !epoch.is_empty())
        && !build.steps.is_empty()
    {
        let value = || Spanned::new(String::from(epoch), build.span);
        build.env.entry(name).or_insert_with(value);
    }
    Some(build)
}
