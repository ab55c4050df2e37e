//! Modules of Go.

mod access;
mod edit;

use buildkit_llb::{Bind, Discard, State};

use crate::script;
use crate::spec::source::SourceName;
use crate::tree::generator::{OUT, PERSISTENT, SOURCE, Sources, directories, only};
use crate::tree::{GOMODS, Trees};

impl Trees<'_> {
    /// The modules of all sources that want them.
    pub(in crate::tree) fn gomods(&self, sources: &Sources<'_>, worker: &State) -> Option<State> {
        let mut out = None;
        for (name, source, generator) in self.generators(sources) {
            let Some(gomod) = &generator.gomod else { continue };
            let directories = directories(name, generator, &gomod.paths);
            if directories.is_empty() {
                continue;
            }
            let target = format!("{OUT}/{GOMODS}");
            let words = [PERSISTENT, target.as_str()];
            let words: Vec<&str> = words.into_iter().chain(directories.iter().map(String::as_str)).collect();
            let mut exec = self.online(&format!("{name}: modules of Go"), script::GOMOD_DOWNLOAD, &words);
            self.go(&mut exec);
            access::give(self.steps, &mut exec, gomod);
            let source = only(source, GO_FILES);
            out = Some(self.add(exec, generator, &source, worker, out));
        }
        out
    }

    /// A source with its edits of `go.mod`.
    pub(in crate::tree) fn edit_gomod(&self, name: &SourceName, source: &State, worker: &State) -> State {
        let generators = self.resolved.sources.get(name).into_iter().flat_map(|source| &source.generate);
        generators.fold(source.clone(), |tree, generator| {
            let Some(gomod) = &generator.gomod else { return tree };
            let edits = edit::words(&gomod.edits);
            if edits.is_empty() {
                return tree;
            }
            directories(name, generator, &gomod.paths).into_iter().fold(tree, |tree, directory| {
                let words: Vec<&str> =
                    [&*directory].into_iter().chain(edits.iter().map(String::as_str)).collect();
                let mut exec = self.online(&format!("{name}: edit go.mod"), script::GOMOD_EDIT, &words);
                self.go(&mut exec);
                exec.env("GOMODCACHE", PERSISTENT);
                access::give(self.steps, &mut exec, gomod);
                exec.location(self.places.location(generator.span));
                exec.mount("/", Discard(worker.clone()));
                let out = exec.mount(SOURCE, Bind(tree));
                exec.run().output(out)
            })
        })
    }

    /// What all steps with modules have in common.
    fn go(&self, exec: &mut buildkit_llb::Exec) {
        // Else nobody but root can remove the modules: Go takes the right to write from their directories.
        exec.env("GOFLAGS", "-modcacherw").env("GOPATH", "/root/go");
        if let Some(proxy) = &self.args.gomod_proxy {
            exec.env("GOPROXY", proxy);
        }
        exec.mount(PERSISTENT, self.cache("gomods"));
    }
}

/// What modules are read from (<https://go.dev/ref/mod>).
const GO_FILES: &[&str] = &["**/go.mod", "**/go.sum", "**/go.work", "**/go.work.sum"];
