//! Patches without build args.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Problems};
use crate::resolve::apply::concrete;
use crate::spec::Concrete;
use crate::spec::patch::{Patch, Patches};
use crate::spec::source::{Source, SourceName};

concrete!(Patch: path; source, strip);
concrete!(Patches: list; span);

/// Checks that the paths which build args are a part of are still there, or still not.
pub(super) fn check(
    patches: &BTreeMap<SourceName, Patches<Concrete>>,
    sources: &BTreeMap<SourceName, Source<Concrete>>,
    problems: &mut Problems,
) {
    for patch in patches.values().flat_map(|patches| &patches.list) {
        let Some(source) = sources.get(&patch.source.value) else { continue };
        let name = &patch.source.value;
        let message = match (source.is_file(), patch.path.value.is_root()) {
            (false, true) => {
                format!("source `{name}` is a directory, and `path` is empty with its build args")
            }
            (true, false) => format!("source `{name}` is one file, and has no file `{}`", patch.path.value),
            _ => continue,
        };
        problems.push(Diagnostic::error(patch.path.span, message).label(source.span, "the source is here"));
    }
}
