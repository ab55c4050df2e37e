//! A file system that a graph describes.

use std::sync::Arc;

use buildkit_proto::pb;

use crate::{
    Cap, Digest, Location, ProgressGroup,
    file::{Action, Copy, MkDir, MkFile, Rm, Symlink},
    metadata::{self, CUSTOM_NAME},
    vertex::{Output, Vertex},
};

/// A file system: one output of a vertex, or scratch, which is empty and needs no vertex.
///
/// A state is a value. Making one from another changes neither; clones are cheap; it can be sent between
/// threads. Two states are equal if they have the same content, that is, the same digest and output: what is only
/// said *about* the vertex (names, locations, groups) does not count.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct State(Option<Output>);

impl State {
    /// The empty file system.
    pub const fn scratch() -> Self {
        Self(None)
    }

    /// Whether this is the empty file system without any vertex.
    pub const fn is_scratch(&self) -> bool {
        self.0.is_none()
    }

    /// The digest of the vertex, by which engines name it in progress and warnings; `None` for scratch.
    pub fn digest(&self) -> Option<Digest> {
        self.0.as_ref().map(|output| output.vertex.digest)
    }

    /// The number of the vertex's output that this is; `None` for scratch.
    pub fn index(&self) -> Option<i64> {
        self.0.as_ref().map(|output| output.index)
    }

    /// This file system after `actions`, which are one vertex: they succeed, fail and are cached together.
    ///
    /// Without an action it is the same state.
    #[must_use]
    pub fn file(&self, actions: impl IntoIterator<Item = Action>) -> Self {
        crate::file::apply(self, actions)
    }

    /// This file system with something of another one.
    #[must_use]
    pub fn copy(&self, copy: Copy) -> Self {
        self.file([copy.into()])
    }

    /// This file system with a directory.
    #[must_use]
    pub fn mkdir(&self, mkdir: MkDir) -> Self {
        self.file([mkdir.into()])
    }

    /// This file system with a file.
    #[must_use]
    pub fn mkfile(&self, mkfile: MkFile) -> Self {
        self.file([mkfile.into()])
    }

    /// This file system without some files.
    #[must_use]
    pub fn rm(&self, rm: Rm) -> Self {
        self.file([rm.into()])
    }

    /// This file system with a symbolic link.
    #[must_use]
    pub fn symlink(&self, symlink: Symlink) -> Self {
        self.file([symlink.into()])
    }

    /// Shows `name` to the user instead of the operation. BuildKit's convention for plumbing is to begin it with
    /// `[internal] `.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        self.described(CUSTOM_NAME, name)
    }

    /// Says something about the vertex; an empty value says nothing.
    #[must_use]
    pub fn described(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let value = value.into();
        if value.is_empty() {
            return self;
        }
        self.with(|vertex| _ = vertex.metadata_mut().description.insert(key.into(), value))
    }

    /// Points at `location` when the vertex fails, after the locations it has.
    #[must_use]
    pub fn located(self, location: Location) -> Self {
        self.with(|vertex| vertex.locations.push(location))
    }

    /// Shows the vertex as a part of `group`.
    #[must_use]
    pub fn grouped(self, group: ProgressGroup) -> Self {
        self.with(|vertex| vertex.metadata_mut().progress_group = Some(group.into()))
    }

    /// Runs the vertex even if its result is in the cache; of an exec this also empties its cache mounts.
    #[must_use]
    pub fn ignoring_cache(self) -> Self {
        self.with(|vertex| vertex.metadata_mut().ignore_cache = true)
    }

    /// Whether the result goes into an exported cache.
    #[must_use]
    pub fn exporting_cache(self, value: bool) -> Self {
        self.with(|vertex| vertex.metadata_mut().export_cache = Some(pb::ExportCache { value }))
    }

    /// Says that the vertex needs `cap` of the engine, for what this crate cannot see: an attribute of a foreign
    /// client, or a program in an exec that counts on a release.
    #[must_use]
    pub fn needing(self, cap: Cap) -> Self {
        self.with(|vertex| metadata::need(vertex.metadata_mut(), cap))
    }

    /// The output this state is; `None` for scratch.
    pub(crate) const fn head(&self) -> Option<&Output> {
        self.0.as_ref()
    }

    /// The same content with something else said about it. Scratch has no vertex to speak of.
    fn with(mut self, change: impl FnOnce(&mut Vertex)) -> Self {
        if let Some(output) = &mut self.0 {
            change(Arc::make_mut(&mut output.vertex));
        }
        self
    }
}

impl From<Output> for State {
    fn from(output: Output) -> Self {
        Self(Some(output))
    }
}
