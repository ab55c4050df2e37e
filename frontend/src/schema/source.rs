//! Sources: wherever one can stand.

use super::build::STEP;
use super::{Choice, Section, TEXTS, Value, field, needed};

pub(super) static SOURCE: Section = Section {
    name: "source",
    about: "A file or a directory that comes from outside, or is written in the spec.",
    choice: Choice::One(&["build", "context", "git", "http", "image", "inline"]),
    example: "{context: {}}",
    fields: &[
        field("git", Value::Section(&GIT), "A directory: a repository of git at one commit."),
        field("http", Value::Section(&HTTP), "A file from a URL."),
        field("image", Value::Section(&IMAGE), "A directory of an image, or what commands make in it."),
        field("context", Value::Section(&CONTEXT), "A directory that the client gives."),
        field("build", Value::Section(&DOCKER_BUILD), "A directory: the result of a Dockerfile."),
        field("inline", Value::Section(&INLINE), "Files in the spec itself."),
        field("path", Value::Text, "The part of a directory that becomes the source. An image needs one."),
        field("includes", TEXTS, "Patterns of what is kept, relative to `path`. Unsaid: all."),
        field("excludes", TEXTS, "Patterns of what is left out; stronger than `includes`."),
        field(
            "generate",
            Value::List(&Value::Section(&GENERATOR)),
            "Dependencies of a language, fetched before the build, which has no network.",
        ),
    ],
};

static GIT: Section = Section {
    name: "git",
    about: "A repository of git at one commit.",
    choice: Choice::Any,
    example: "{url: 'https://example.org/code.git', commit: main}",
    fields: &[
        needed("url", Value::Text, "The repository: `https://…`, `ssh://…` or `git@host:path`."),
        needed("commit", Value::Text, "The commit, tag or branch. Only a whole commit is the same tomorrow."),
        field("checksum", Value::Text, "What the commit must be, or the beginning of it."),
        field("keepGitDir", Value::Flag, "Whether `.git` is kept."),
        field("auth", Value::Section(&GIT_AUTH), "What opens the repository; modules of its host as well."),
    ],
};

static GIT_AUTH: Section = Section {
    name: "gitAuth",
    about: "Names of what the client gives with `--secret` and `--ssh`.",
    choice: Choice::Any,
    example: "{token: code}",
    fields: &[
        field("token", Value::Text, "Id of the secret with a token."),
        field("header", Value::Text, "Id of the secret with an `Authorization` header."),
        field("ssh", Value::Text, "Id of the ssh agent."),
    ],
};

static HTTP: Section = Section {
    name: "http",
    about: "A file from a URL. `path`, `includes` and `excludes` are not for it.",
    choice: Choice::Any,
    example: "{url: 'https://example.org/code.tgz'}",
    fields: &[
        needed("url", Value::Text, "The URL."),
        field("digest", Value::Text, "What the content must have, such as `sha256:…`."),
        field("permissions", Value::Mode, "The mode of the file."),
    ],
};

static IMAGE: Section = Section {
    name: "imageSource",
    about: "The file system of an image; `path` says which part of it.",
    choice: Choice::Any,
    example: "{ref: docker.io/library/busybox}",
    fields: &[
        needed("ref", Value::Text, "The image."),
        field("cmd", Value::Section(&COMMAND), "Commands: what they leave at `path` is the source."),
    ],
};

static COMMAND: Section = Section {
    name: "command",
    about: "Commands that run in an image, with a network.",
    choice: Choice::Any,
    example: "{steps: [{command: make}]}",
    fields: &[
        needed("steps", Value::List(&Value::Section(&STEP)), "The commands, at least one."),
        field("dir", Value::Text, "Where they run."),
        field("env", Value::Variables, "Variables for all of them."),
        field("mounts", Value::List(&Value::Section(&MOUNT)), "What is mounted for all of them."),
    ],
};

pub(super) static MOUNT: Section = Section {
    name: "mount",
    about: "A source at a path.",
    choice: Choice::Any,
    example: "{dest: /in, spec: {context: {}}}",
    fields: &[
        needed("dest", Value::Text, "The path; not `/`."),
        needed("spec", Value::Section(&SOURCE), "What is there."),
    ],
};

static CONTEXT: Section = Section {
    name: "context",
    about: "A directory that the client gives. It is what it is: nothing says what it must be.",
    choice: Choice::Any,
    example: "{}",
    fields: &[field("name", Value::Text, "Its name in `--build-context`. Unsaid: that of the build itself.")],
};

static DOCKER_BUILD: Section = Section {
    name: "dockerBuild",
    about: "The result of a Dockerfile.",
    choice: Choice::Any,
    example: "{source: {context: {}}}",
    fields: &[
        needed(
            "source",
            Value::Section(&SOURCE),
            "The context of the build; a file is the Dockerfile itself. Not another `build`.",
        ),
        field("dockerfile_path", Value::Text, "The Dockerfile in the context. Unsaid: `Dockerfile`."),
        field("target", Value::Text, "The stage. Unsaid: the last."),
        field("args", Value::Variables, "Build args of the Dockerfile."),
    ],
};

static INLINE: Section = Section {
    name: "inline",
    about: "Files in the spec itself.",
    choice: Choice::One(&["dir", "file"]),
    example: "{file: {contents: text}}",
    fields: &[
        field("file", Value::Section(&INLINE_FILE), "One file."),
        field("dir", Value::Section(&INLINE_DIR), "A directory of files."),
    ],
};

static INLINE_FILE: Section = Section {
    name: "inlineFile",
    about: "A file in the spec.",
    choice: Choice::Any,
    example: "{contents: text}",
    fields: &[
        field("contents", Value::Text, "Its content, in which every character is meant."),
        field("permissions", Value::Mode, "Its mode. Unsaid: `0o644`."),
        field("uid", Value::Number, "Number of the user that it belongs to. Unsaid: 0."),
        field("gid", Value::Number, "Number of the group that it belongs to. Unsaid: 0."),
    ],
};

static INLINE_DIR: Section = Section {
    name: "inlineDir",
    about: "A directory of files in the spec.",
    choice: Choice::Any,
    example: "{files: {a: {contents: text}}}",
    fields: &[
        field("files", Value::Mapping("a", &Value::Section(&INLINE_FILE)), "Its files, by name."),
        field("permissions", Value::Mode, "Its mode. Unsaid: `0o755`."),
        field("uid", Value::Number, "Number of the user that it belongs to. Unsaid: 0."),
        field("gid", Value::Number, "Number of the group that it belongs to. Unsaid: 0."),
    ],
};

static GENERATOR: Section = Section {
    name: "generator",
    about: "Dependencies of a language, fetched before the build by tools among the build's packages.",
    choice: Choice::Some(&["cargohome", "gomod", "nodemod", "pip"]),
    example: "{gomod: {}}",
    fields: &[
        field("gomod", Value::Section(&GOMOD), "Modules of Go."),
        field("cargohome", Value::Section(&CARGO_HOME), "Crates of Rust."),
        field("pip", Value::Section(&PIP), "Packages of Python."),
        field("nodemod", Value::Section(&NODE_MOD), "Packages of Node.js."),
        field("subpath", Value::Text, "The directory of the source in which the tools work."),
    ],
};

static GOMOD: Section = Section {
    name: "gomod",
    about: "Modules of Go.",
    choice: Choice::Any,
    example: "{}",
    fields: &[
        field("paths", TEXTS, PATHS),
        field(
            "auth",
            Value::Mapping("example.org", &Value::Section(&GOMOD_AUTH)),
            "What opens private modules, by the hosts that have them.",
        ),
        field("edits", Value::Section(&GOMOD_EDITS), "Changes of `go.mod` before modules are fetched."),
    ],
};

static GOMOD_AUTH: Section = Section {
    name: "gomodAuth",
    about: "What opens the modules of a host.",
    choice: Choice::Some(&["header", "ssh", "token"]),
    example: "{token: code}",
    fields: &[
        field("token", Value::Text, "Id of the secret with a token."),
        field("header", Value::Text, "Id of the secret with an `Authorization` header."),
        field("ssh", Value::Section(&GOMOD_SSH), "An ssh agent."),
    ],
};

static GOMOD_SSH: Section = Section {
    name: "gomodSsh",
    about: "How modules are fetched by ssh.",
    choice: Choice::Any,
    example: "{}",
    fields: &[
        field("id", Value::Text, "Id of the agent in `--ssh`. Unsaid: `default`."),
        field("username", Value::Text, "The user of the host. Unsaid: `git`."),
    ],
};

static GOMOD_EDITS: Section = Section {
    name: "gomodEdits",
    about: "Changes of `go.mod`.",
    choice: Choice::Any,
    example: "{drop: [example.org/old]}",
    fields: &[
        field(
            "replace",
            Value::List(&Value::Either(&[Value::Section(&GOMOD_REPLACE), Value::Text])),
            "Modules that take the place of others: `old => new`, or both as fields.",
        ),
        field("drop", TEXTS, "Modules that are no longer required."),
    ],
};

static GOMOD_REPLACE: Section = Section {
    name: "gomodReplace",
    about: "A module that takes the place of another.",
    choice: Choice::Any,
    example: "{old: example.org/old, new: ./new}",
    fields: &[
        needed("old", Value::Text, "The module, with its version or without."),
        needed("new", Value::Text, "What takes its place: a module with its version, or a path."),
    ],
};

static CARGO_HOME: Section = Section {
    name: "cargohome",
    about: "Crates of Rust.",
    choice: Choice::Any,
    example: "{}",
    fields: &[field("paths", TEXTS, PATHS)],
};

static PIP: Section = Section {
    name: "pip",
    about: "Packages of Python.",
    choice: Choice::Any,
    example: "{}",
    fields: &[
        field("paths", TEXTS, PATHS),
        field("requirements_file", Value::Text, "The list of packages. Unsaid: `requirements.txt`."),
        field("index_url", Value::Text, "The index, in place of PyPI."),
        field("extra_index_urls", TEXTS, "More indices."),
    ],
};

static NODE_MOD: Section = Section {
    name: "nodemod",
    about: "Packages of Node.js.",
    choice: Choice::Any,
    example: "{}",
    fields: &[
        field("paths", TEXTS, PATHS),
        field("registry", Value::Text, "The registry, in place of npm's own."),
    ],
};

/// What `paths` of a generator says.
const PATHS: &str = "Directories below `subpath` in which the tool works. Unsaid: `.`.";
