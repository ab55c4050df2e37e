//! What no source has, as the client says it for all specs.

use buildkit_llb::{Copy, State};

use crate::resolve::Source;
use crate::spec::source::SourceName;
use crate::tree::Trees;

impl Trees<'_> {
    /// A source without what no source has; one that is a file has nothing to leave out.
    pub(super) fn filtered(&self, name: &SourceName, source: &Source, tree: State) -> State {
        if source.is_file() { tree } else { self.without(name.as_str(), tree) }
    }

    /// A tree of one directory without what no source has in it.
    pub(super) fn without(&self, directory: &str, tree: State) -> State {
        if self.args.excludes.is_empty() {
            return tree;
        }
        let below = |pattern: &String| match pattern.strip_prefix('!') {
            Some(pattern) => format!("!{directory}/{pattern}"),
            None => format!("{directory}/{pattern}"),
        };
        let exclude_patterns = self.args.excludes.iter().map(below).collect();
        let copy = Copy { exclude_patterns, ..Copy::all(&tree) };
        State::scratch().copy(copy).named(format!("[source] {directory}: what the filter leaves"))
    }
}
