//! Patches of sources, applied by the tool for it in a worker without a network.

use std::collections::BTreeMap;

use buildkit_llb::{Bind, Discard, ReadOnly, State};

use crate::script;
use crate::spec::source::SourceName;
use crate::step::Stage;
use crate::tree::Trees;

impl Trees<'_> {
    /// A source with its patches; these come from sources as they were fetched.
    pub(super) fn patch(
        &self,
        name: &SourceName,
        source: &State,
        original: &BTreeMap<&SourceName, State>,
        worker: &State,
    ) -> State {
        let patches = self.resolved.patches.get(name).into_iter().flat_map(|patches| &patches.list);
        patches.fold(source.clone(), |tree, patch| {
            let holder = &patch.source.value;
            let below = patch.path.value.as_str();
            let file = if below.is_empty() { format!("/{holder}") } else { format!("/{holder}/{below}") };
            let directory = format!("{TREE}/{name}");
            let strip = patch.strip.to_string();
            let title = format!("{name}: patch {}", file.trim_start_matches('/'));
            let words = [&*directory, &*strip, PATCH];
            let mut exec = self.steps.script(Stage::Source, &title, script::PATCH, words);
            exec.location(self.places.location(patch.source.span));
            exec.mount("/", Discard(worker.clone()));
            if let Some(holder) = original.get(holder) {
                exec.mount(PATCH, ReadOnly(holder.clone()).selector(file));
            }
            let out = exec.mount(TREE, Bind(tree));
            exec.run().output(out)
        })
    }
}

/// Where the tree of the source is mounted.
const TREE: &str = "/run/annex/tree";
/// Where the patch is mounted.
const PATCH: &str = "/run/annex/patch";
