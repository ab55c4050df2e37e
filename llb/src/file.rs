//! Changes of files without a container (`FileOp`).

mod owner;
mod symlink;

use std::sync::Arc;

use buildkit_proto::pb::{self, file_action::Action as Message};

pub use owner::{Mode, Owner, Timestamp, User};
pub use symlink::{Symlink, SymlinkSupport};

use crate::{
    Cap, State,
    caps::Caps,
    vertex::{EMPTY, Inputs, Vertex},
};

/// One change of a file system.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// Copies from another file system.
    Copy(Copy),
    /// Makes a directory.
    MkDir(MkDir),
    /// Writes a file.
    MkFile(MkFile),
    /// Removes files.
    Rm(Rm),
    /// Makes a symbolic link.
    Symlink(Symlink),
}

impl From<Copy> for Action {
    fn from(copy: Copy) -> Self {
        Self::Copy(copy)
    }
}

impl From<MkDir> for Action {
    fn from(mkdir: MkDir) -> Self {
        Self::MkDir(mkdir)
    }
}

impl From<MkFile> for Action {
    fn from(mkfile: MkFile) -> Self {
        Self::MkFile(mkfile)
    }
}

impl From<Rm> for Action {
    fn from(rm: Rm) -> Self {
        Self::Rm(rm)
    }
}

impl From<Symlink> for Action {
    fn from(symlink: Symlink) -> Self {
        Self::Symlink(symlink)
    }
}

/// Copies files, directories or an archive's content from another file system.
///
/// ```
/// use buildkit_llb::{Copy, Mode, State};
///
/// # let tree = State::scratch();
/// let copy = Copy { mode: Some(Mode::Bits(0o755)), ..Copy::new(&tree, "/build/tool", "/usr/bin/tool") };
/// ```
#[expect(clippy::struct_excessive_bools, reason = "each is an option of FileActionCopy and stands alone")]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Copy {
    /// The file system to copy from.
    pub from: State,
    /// The path there. Only its content is part of the cache key, not the rest of `from`.
    pub src: String,
    /// The path to copy to. A `/` or `/.` at its end is significant: the source then goes inside.
    pub dest: String,
    /// The mode of what is copied instead of its own.
    pub mode: Option<Mode>,
    /// The owner of what is copied instead of its own.
    pub owner: Option<Owner>,
    /// The modification time of what is copied instead of its own.
    pub timestamp: Option<Timestamp>,
    /// Whether a link named by `src` stands for its target.
    pub follow_symlink: bool,
    /// Whether the content of a directory is copied rather than the directory.
    pub dir_copy_contents: bool,
    /// Whether an archive is unpacked, as `ADD` in a Dockerfile does.
    pub attempt_unpack: bool,
    /// Whether missing directories above `dest` are made.
    pub create_dest_path: bool,
    /// Whether `src` is a pattern in the syntax of Go's `filepath.Match`.
    pub allow_wildcard: bool,
    /// Whether a pattern may match nothing.
    pub allow_empty_wildcard: bool,
    /// Copy only what matches one of these (since 0.9). None is everything.
    pub include_patterns: Vec<String>,
    /// Do not copy what matches one of these (since 0.9).
    pub exclude_patterns: Vec<String>,
    /// Paths without which the copy fails (since 0.26).
    pub required_paths: Vec<String>,
    /// Whether a file may take a directory's place and the other way round (since 0.14).
    pub always_replace_existing_dest_paths: bool,
}

impl Copy {
    /// Copies `src` of `from` to `dest` with mode, owner and time as they are.
    pub fn new(from: &State, src: impl Into<String>, dest: impl Into<String>) -> Self {
        Self {
            from: from.clone(),
            src: src.into(),
            dest: dest.into(),
            mode: None,
            owner: None,
            timestamp: None,
            follow_symlink: false,
            dir_copy_contents: false,
            attempt_unpack: false,
            create_dest_path: false,
            allow_wildcard: false,
            allow_empty_wildcard: false,
            include_patterns: Vec::new(),
            exclude_patterns: Vec::new(),
            required_paths: Vec::new(),
            always_replace_existing_dest_paths: false,
        }
    }

    /// Copies everything in `from` over the root directory.
    pub fn all(from: &State) -> Self {
        Self { dir_copy_contents: true, ..Self::new(from, "/", "/") }
    }

    fn encode(self, inputs: &mut Inputs, caps: &mut Caps) -> (i64, Message) {
        let Self {
            from,
            src,
            dest,
            mode,
            owner,
            timestamp,
            follow_symlink,
            dir_copy_contents,
            attempt_unpack,
            create_dest_path,
            allow_wildcard,
            allow_empty_wildcard,
            include_patterns,
            exclude_patterns,
            required_paths,
            always_replace_existing_dest_paths,
        } = self;
        if !include_patterns.is_empty() || !exclude_patterns.is_empty() {
            caps.insert(Cap::FileCopyIncludeExcludePatterns);
        }
        if !required_paths.is_empty() {
            caps.insert(Cap::FileCopyRequiredPaths);
        }
        if always_replace_existing_dest_paths {
            caps.insert(Cap::FileCopyAlwaysReplaceExistingDestPaths);
        }
        let from = inputs.add(&from);
        let (mode, mode_str) = match mode {
            None => (owner::KEEP, String::new()),
            Some(Mode::Bits(bits)) => (owner::mode(bits), String::new()),
            Some(Mode::Symbolic(text)) => {
                caps.insert(Cap::ExecValidExitCode);
                (owner::KEEP, text)
            }
        };
        let message = Message::Copy(pb::FileActionCopy {
            src,
            dest,
            owner: owner::encode(owner, inputs),
            mode,
            follow_symlink,
            dir_copy_contents,
            attempt_unpack_docker_compatibility: attempt_unpack,
            create_dest_path,
            allow_wildcard,
            allow_empty_wildcard,
            timestamp: owner::timestamp(timestamp),
            include_patterns,
            exclude_patterns,
            always_replace_existing_dest_paths,
            mode_str,
            required_paths,
        });
        (from, message)
    }
}

/// Makes a directory; one that exists stays as it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MkDir {
    /// Its path.
    pub path: String,
    /// Its permissions: `0o755`.
    pub mode: u32,
    /// Whether missing directories above it are made.
    pub make_parents: bool,
    /// Its owner instead of root.
    pub owner: Option<Owner>,
    /// Its modification time instead of the time of the build.
    pub timestamp: Option<Timestamp>,
}

impl MkDir {
    /// Makes `path`, owned by root with mode 0755.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), mode: 0o755, make_parents: false, owner: None, timestamp: None }
    }

    /// Makes `path` and what is missing above it, owned by root with mode 0755.
    pub fn parents(path: impl Into<String>) -> Self {
        Self { make_parents: true, ..Self::new(path) }
    }

    fn encode(self, inputs: &mut Inputs) -> Message {
        let Self { path, mode, make_parents, owner, timestamp } = self;
        Message::Mkdir(pb::FileActionMkDir {
            path,
            mode: owner::mode(mode),
            make_parents,
            owner: owner::encode(owner, inputs),
            timestamp: owner::timestamp(timestamp),
        })
    }
}

/// Writes a file, in the place of one that exists.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MkFile {
    /// Its path; the directory must exist.
    pub path: String,
    /// Its permissions: `0o644`. The engine drops all but the lower nine bits.
    pub mode: u32,
    /// Its content, which is sent with every solve: engines take 4 MiB in all before 0.14, 16 MiB since.
    pub data: Vec<u8>,
    /// Its owner instead of root.
    pub owner: Option<Owner>,
    /// Its modification time instead of the time of the build.
    pub timestamp: Option<Timestamp>,
}

impl MkFile {
    /// Writes `data` to `path`, owned by root with mode 0644.
    pub fn new(path: impl Into<String>, data: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), mode: 0o644, data: data.into(), owner: None, timestamp: None }
    }

    fn encode(self, inputs: &mut Inputs) -> Message {
        let Self { path, mode, data, owner, timestamp } = self;
        Message::Mkfile(pb::FileActionMkFile {
            path,
            mode: owner::mode(mode),
            data,
            owner: owner::encode(owner, inputs),
            timestamp: owner::timestamp(timestamp),
        })
    }
}

/// Removes a file, or a directory with all in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rm {
    /// The path.
    pub path: String,
    /// Whether it may be missing.
    pub allow_not_found: bool,
    /// Whether `path` is a pattern in the syntax of Go's `filepath.Match` (since 0.7).
    pub allow_wildcard: bool,
}

impl Rm {
    /// Removes `path`, which must exist. Engines before 0.10 remove a link's target instead of the link.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), allow_not_found: false, allow_wildcard: false }
    }

    fn encode(self, caps: &mut Caps) -> Message {
        let Self { path, allow_not_found, allow_wildcard } = self;
        if allow_wildcard {
            caps.insert(Cap::FileRmWildcard);
        }
        Message::Rm(pb::FileActionRm { path, allow_not_found, allow_wildcard })
    }
}

/// `base` after `actions`, each working on what the one before left; only the last leaves an output.
pub(crate) fn apply(base: &State, actions: impl IntoIterator<Item = Action>) -> State {
    let mut caps = Caps::from([Cap::FileBase]);
    let mut inputs = Inputs::default();
    let mut input = inputs.add(base);
    let mut messages = Vec::new();
    for action in actions {
        messages.push(match action {
            Action::Copy(copy) => copy.encode(&mut inputs, &mut caps),
            Action::MkDir(mkdir) => (EMPTY, mkdir.encode(&mut inputs)),
            Action::MkFile(mkfile) => (EMPTY, mkfile.encode(&mut inputs)),
            Action::Rm(rm) => (EMPTY, rm.encode(&mut caps)),
            Action::Symlink(symlink) => (EMPTY, symlink.encode(&mut inputs, &mut caps)),
        });
    }
    if messages.is_empty() {
        return base.clone();
    }
    let mut actions = Vec::with_capacity(messages.len());
    // Numbers from the count of inputs upward are the results of actions.
    for (result, (secondary_input, action)) in (inputs.len()..).zip(messages) {
        actions.push(pb::FileAction { input, secondary_input, output: SKIP_OUTPUT, action: Some(action) });
        input = result;
    }
    if let Some(last) = actions.last_mut() {
        last.output = 0;
    }
    let op = pb::op::Op::File(pb::FileOp { actions });
    Arc::new(Vertex::new(inputs, None, op, caps)).output(0)
}

/// `pb.SkipOutput` in BuildKit's `solver/pb/const.go`: the action leaves no output.
const SKIP_OUTPUT: i64 = -1;
