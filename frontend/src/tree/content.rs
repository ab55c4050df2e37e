//! What a source is taken from, and what of it is taken.

use buildkit_llb::{Copy, Http, State};

use crate::resolve::Source;
use crate::spec::source::{Inline, Variant};
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
        let patterns = |globs: &[crate::span::Spanned<crate::spec::path::Glob>]| {
            globs.iter().map(|glob| glob.value.as_str().to_owned()).collect()
        };
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
            Variant::Http(http) => {
                let file = file_name(name);
                let http = Http {
                    checksum: http.digest.as_ref().map(|digest| digest.value.to_string()),
                    filename: Some(file.clone()),
                    perm: http.permissions.map(crate::spec::number::Mode::bits),
                    ..Http::new(http.url.value.as_str())
                };
                let tree = http.state().named(format!("[source] {name}: {}", http_words(source)));
                let tree = tree.located(self.places.location(source.span));
                Content { tree, path: file, is_named: true, is_selected: true }
            }
            Variant::Image(image) => self.image(name, image, source, unmet)?,
            Variant::Inline(Inline::File(file)) => {
                self.inline_file(&file_name(name), name, file, source.span)
            }
            Variant::Inline(Inline::Dir(dir)) => self.inline_dir(&file_name(name), name, dir, source),
        };
        Some(content)
    }
}

/// The URL of a source, for people.
fn http_words(source: &Source) -> &str {
    match &source.variant {
        Variant::Http(http) => http.url.value.as_str(),
        _ => "",
    }
}

/// A name for the file of a source: its own, or of what has none one that is the same for all.
fn file_name(name: &str) -> String {
    if name.contains(' ') { UNNAMED.to_owned() } else { name.to_owned() }
}

/// Name of what has none.
const UNNAMED: &str = "source";
