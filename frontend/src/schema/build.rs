//! Patches and builds.

use super::source::MOUNT;
use super::{Choice, Section, Value, field, needed};
use crate::spec::build::{CacheSharing, NetworkMode};

pub(super) static PATCH: Section = Section {
    name: "patch",
    about: "A change of a source.",
    choice: Choice::Any,
    example: "{source: fix.patch}",
    fields: &[
        needed("source", Value::Text, "The source that holds the patch."),
        field("path", Value::Text, "The patch in a source that is a directory; not for files."),
        field("strip", Value::Number, "How many parts of its paths are left out. Unsaid: 1."),
    ],
};

pub(super) static BUILD: Section = Section {
    name: "build",
    about: "The commands that make the content out of the sources. Without steps there is nothing else.",
    choice: Choice::Any,
    example: "{steps: [{command: make}]}",
    fields: &[
        field(
            "steps",
            Value::List(&Value::Section(&STEP)),
            "The commands, in their order, in the directory that holds the sources.",
        ),
        field("env", Value::Variables, "Variables for all steps."),
        field(
            "network_mode",
            Value::WordOrArg(|| vec!["", NetworkMode::None.word(), NetworkMode::Sandbox.word()]),
            "Whether steps have a network: `none`, the default, or `sandbox`.",
        ),
        field(
            "caches",
            Value::List(&Value::Section(&CACHE)),
            "Directories that are kept from build to build.",
        ),
    ],
};

pub(super) static STEP: Section = Section {
    name: "step",
    about: "One command.",
    choice: Choice::Any,
    example: "{command: make}",
    fields: &[
        needed(
            "command",
            Value::Text,
            "A text for the shell, as written: build args are not replaced in it.",
        ),
        field("env", Value::Variables, "Variables for it alone."),
        field("mounts", Value::List(&Value::Section(&MOUNT)), "What is mounted for it alone."),
    ],
};

static CACHE: Section = Section {
    name: "cache",
    about: "A directory that is kept from build to build.",
    choice: Choice::One(&["bazel", "dir", "gobuild", "rustsccache"]),
    example: "{gobuild: {}}",
    fields: &[
        field("dir", Value::Section(&CACHE_DIR), "A directory of your own."),
        field("gobuild", Value::Section(&CACHE_GOBUILD), "What the compiler of Go keeps."),
        field("rustsccache", Value::Section(&CACHE_SCCACHE), "What `sccache` keeps for Rust."),
        field("bazel", Value::Section(&CACHE_BAZEL), "What Bazel keeps."),
    ],
};

static CACHE_DIR: Section = Section {
    name: "cacheDir",
    about: "A directory of your own that is kept from build to build.",
    choice: Choice::Any,
    example: "{dest: /cache}",
    fields: &[
        needed("dest", Value::Text, "Where it is: an absolute path, not `/`."),
        field("key", Value::Text, "What it is called. Unsaid: its path."),
        field(
            "sharing",
            Value::Word(|| {
                let all = [CacheSharing::Locked, CacheSharing::Private, CacheSharing::Shared];
                std::iter::once("").chain(all.map(CacheSharing::word)).collect()
            }),
            "Whether builds use it at the same time: `shared`, the default, `locked` or `private`.",
        ),
        field("no_auto_namespace", Value::Flag, "Whether builds for other targets and platforms share it."),
    ],
};

static CACHE_GOBUILD: Section = Section {
    name: "cacheGobuild",
    about: "What the compiler of Go keeps. There is one where Go is among the build's packages.",
    choice: Choice::Any,
    example: "{}",
    fields: &[
        field("scope", Value::Text, SCOPE),
        field("disabled", Value::Flag, "Whether there is none, not even where one would be of use."),
    ],
};

static CACHE_SCCACHE: Section = Section {
    name: "cacheRustsccache",
    about: "What `sccache` keeps for the compiler of Rust.",
    choice: Choice::Any,
    example: "{}",
    fields: &[field("scope", Value::Text, SCOPE)],
};

static CACHE_BAZEL: Section = Section {
    name: "cacheBazel",
    about: "What Bazel keeps.",
    choice: Choice::Any,
    example: "{}",
    fields: &[field("scope", Value::Text, SCOPE)],
};

/// What `scope` of a cache says.
const SCOPE: &str = "A part of its key, so that others do not share it.";
