//! Sources that are written in the spec itself.

use buildkit_llb::{Action, MkDir, MkFile, Owner, State};

use crate::resolve::Source;
use crate::span::Span;
use crate::spec::source::{InlineDir, InlineFile};
use crate::tree::Trees;
use crate::tree::content::Content;

impl Trees<'_> {
    /// One file.
    pub(super) fn inline_file(&self, path: &str, name: &str, file: &InlineFile, span: Span) -> Content {
        let tree = State::scratch().mkfile(make(format!("/{path}"), file)).named(format!("[source] {name}"));
        let tree = tree.located(self.places.location(span));
        Content { tree, path: path.to_owned(), is_named: true, is_selected: true }
    }

    /// A directory of files.
    pub(super) fn inline_dir(&self, top: &str, name: &str, dir: &InlineDir, source: &Source) -> Content {
        let InlineDir { files, permissions, uid, gid } = dir;
        let owner = Some(Owner::ids(*uid, *gid));
        let directory = MkDir { mode: permissions.bits(), owner, ..MkDir::new(format!("/{top}")) };
        let mut actions = vec![Action::from(directory)];
        for (name, file) in files {
            actions.push(make(format!("/{top}/{name}"), file).into());
        }
        let tree = State::scratch().file(actions).named(format!("[source] {name}"));
        let tree = tree.located(self.places.location(source.span));
        let below = source.path.value.as_str();
        let path = if below.is_empty() { top.to_owned() } else { format!("{top}/{below}") };
        let whole = below.is_empty() && source.includes.is_empty() && source.excludes.is_empty();
        Content { tree, path, is_named: whole, is_selected: whole }
    }
}

fn make(path: String, file: &InlineFile) -> MkFile {
    let InlineFile { contents, permissions, uid, gid } = file;
    MkFile {
        mode: permissions.bits(),
        owner: Some(Owner::ids(*uid, *gid)),
        ..MkFile::new(path, contents.as_bytes())
    }
}
