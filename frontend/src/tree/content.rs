//! What a source is taken from, and what of it is taken.

use buildkit_llb::{self as llb, Bind, Copy, ReadOnly, State};

use crate::job;
use crate::resolve::Source;
use crate::span::{Span, Spanned};
use crate::spec::Concrete;
use crate::spec::number::Mode;
use crate::spec::path::Glob;
use crate::spec::source::{Http, Inline, Variant};
use crate::step::Stage;
use crate::tree::Trees;
use crate::tree::unmet::Unmet;

/// A tree with the content of a source somewhere in it.
#[derive(Clone, Debug)]
pub(super) struct Content {
    /// The tree.
    pub(super) tree: State,
    /// Where in it, without a `/` at its start; empty: all of it.
    pub(super) path: String,
    /// Whether the tree is the source under its name and nothing else.
    pub(super) is_named: bool,
    /// Whether nothing but the content is at the path.
    pub(super) is_selected: bool,
}

impl Content {
    /// All of a tree, of which the source's own words say what is taken.
    pub(super) fn of(tree: State, source: &Source) -> Self {
        Self { tree, path: source.path.value.as_str().to_owned(), is_named: false, is_selected: false }
    }

    /// The absolute path in the tree.
    pub(super) fn absolute(&self) -> String {
        format!("/{}", self.path)
    }

    /// What is taken, to be put at `dest`: of a directory what is in it.
    pub(super) fn copy(&self, source: &Source, dest: &str) -> Copy {
        let patterns = |globs: &[Spanned<Glob>]| globs.iter().map(|glob| glob.value.to_string()).collect();
        Copy {
            dir_copy_contents: true,
            follow_symlink: true,
            include_patterns: patterns(&source.includes),
            exclude_patterns: patterns(&source.excludes),
            ..Copy::new(&self.tree, self.absolute(), dest)
        }
    }
}

impl Trees<'_> {
    /// What a source is taken from; `name` is its own, or says in progress what it is.
    pub(super) fn content(&self, name: &str, source: &Source, unmet: &mut Unmet) -> Option<Content> {
        let content = match &source.variant {
            Variant::Build(build) => Content::of(self.nested(name, build, source.span, unmet)?, source),
            Variant::Context(context) => Content::of(self.context(context, source, unmet)?, source),
            Variant::Git(git) => Content::of(self.git(name, git, source.span, unmet)?, source),
            Variant::Http(http) => self.http(name, http, source.span),
            Variant::Image(image) => self.image(name, image, source, unmet)?,
            Variant::Inline(Inline::File(file)) => {
                self.inline_file(&file_name(name), name, file, source.span)
            }
            Variant::Inline(Inline::Dir(dir)) => self.inline_dir(&file_name(name), name, dir, source),
        };
        Some(content)
    }
}

impl Trees<'_> {
    /// A file of a server, which is what its digest says if it has one.
    fn http(&self, name: &str, http: &Http<Concrete>, span: Span) -> Content {
        let Http { url, digest, permissions } = http;
        let file = file_name(name);
        // Engines know this algorithm alone (`source/http/source.go`).
        let known = digest.as_ref().filter(|digest| digest.value.as_str().starts_with("sha256:"));
        let source = llb::Http {
            checksum: known.map(|digest| digest.value.to_string()),
            filename: Some(file.clone()),
            perm: permissions.map(Mode::bits),
            ..llb::Http::new(url.value.as_str())
        };
        let location = || self.places.location(span);
        let mut tree = source.state().named(format!("[source] {name}: {}", url.value)).located(location());
        if let (Some(digest), None) = (digest, known) {
            let words = ["check-digest", digest.value.as_str(), &*file];
            let mut exec =
                self.steps.program(Stage::Source, &format!("{name}: check the digest"), &words, None);
            exec.location(location());
            exec.mount(job::FILE, ReadOnly(tree).selector(format!("/{file}")));
            let out = exec.mount(job::OUT, Bind(State::scratch()));
            tree = exec.run().output(out);
        }
        Content { tree, path: file, is_named: true, is_selected: true }
    }
}

/// A name for the file of a source: its own, or of what has none one that is the same for all.
fn file_name(name: &str) -> String {
    if name.contains(' ') { UNNAMED.to_owned() } else { name.to_owned() }
}

/// Name of what has none.
const UNNAMED: &str = "source";
