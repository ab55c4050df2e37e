//! What a container sees at its paths.

use buildkit_proto::pb;

use crate::{Cap, State, caps::Caps};

/// Something that [`Exec::mount`](crate::Exec::mount) puts at a path.
///
/// The kinds are [`Bind`], [`Discard`], [`ReadOnly`], [`Cache`], [`Tmpfs`], [`Secret`] and [`Ssh`].
pub trait Mount: Into<Entry> {
    /// What one gets for it: a [`Slot`] where changes become an output, else nothing.
    type Handle: From<Slot>;
}

/// An output of an exec that is still being described; [`Run::output`](crate::Run::output) turns it into a state.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[must_use = "changes that nobody uses are mounted with `Discard`"]
pub struct Slot {
    /// Position in the order of the calls of `Exec::mount`.
    pub(crate) mount: usize,
}

/// A file system that can be written; the changed one is an output.
#[derive(Clone, Debug)]
pub struct Bind(pub State);

/// A file system that can be written, whose changes are lost.
///
/// At `/` the engine needs an output to make the file system writable, so one is sent, but there is no way to use
/// it. Elsewhere this needs BuildKit 0.6.1.
#[derive(Clone, Debug)]
pub struct Discard(pub State);

/// A file system that cannot be written.
#[derive(Clone, Debug)]
pub struct ReadOnly(pub State);

/// A directory that engines keep between builds.
///
/// It belongs to the whole engine and is found by `id` alone: let the id hold what must not be mixed, such as the
/// distribution, its release and the platform.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cache {
    /// Its name.
    pub id: String,
    /// What happens when two execs use it at once.
    pub sharing: Sharing,
}

/// A cache that begins with the content of a file system instead of empty.
#[derive(Clone, Debug)]
pub struct SeededCache {
    cache: Cache,
    seed: State,
    selector: String,
}

/// An empty file system in memory, which is lost.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tmpfs;

/// A [`Tmpfs`] with a limit (since 0.10).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SizedTmpfs {
    bytes: u64,
}

/// A file with a secret of the client. Its value is no part of the cache key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Secret {
    /// Its name at the client.
    pub id: String,
    /// The user who owns the file.
    pub uid: u32,
    /// The group that owns the file.
    pub gid: u32,
    /// The file's permissions: `0o400`.
    pub mode: u32,
    /// Whether the file is left out when the client has no such secret; else the exec fails.
    pub optional: bool,
}

/// A socket of the client's SSH agent.
///
/// Unless the variable is set, `SSH_AUTH_SOCK` names the first one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ssh {
    /// The agent's name at the client: `default`.
    pub id: String,
    /// The user who owns the socket.
    pub uid: u32,
    /// The group that owns the socket.
    pub gid: u32,
    /// The socket's permissions: `0o600`.
    pub mode: u32,
    /// Whether the socket is left out when the client has no such agent; else the exec fails.
    pub optional: bool,
}

/// A mount of a file system with settings.
#[derive(Clone, Debug)]
pub struct Configured<M> {
    mount: M,
    selector: String,
    content_cache: ContentCache,
}

/// What happens when two execs use a cache at once (`CacheSharingOpt`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Sharing {
    /// One waits for the other.
    Locked,
    /// The second gets a directory of its own.
    Private,
    /// Both write to it.
    #[default]
    Shared,
}

/// Whether an exec's cache key has the content of a mounted file system instead of its origin (since 0.13).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ContentCache {
    /// As the engine thinks best: content for read-only mounts and whole file systems other than `/`.
    #[default]
    Default,
    /// Never.
    Off,
    /// Always; engines refuse this where the result could differ.
    On,
}

/// Settings of the three mounts of a file system.
macro_rules! configurable {
    ($($mount:ty),*) => {$(
        impl $mount {
            /// Mounts only the file or directory `path` of the file system.
            pub fn selector(self, path: impl Into<String>) -> Configured<Self> {
                self.configured().selector(path)
            }

            /// Chooses how the mount enters the cache key.
            pub fn content_cache(self, content_cache: ContentCache) -> Configured<Self> {
                self.configured().content_cache(content_cache)
            }

            fn configured(self) -> Configured<Self> {
                Configured { mount: self, selector: String::new(), content_cache: ContentCache::Default }
            }
        }
    )*};
}

configurable!(Bind, Discard, ReadOnly);

impl<M> Configured<M> {
    /// Mounts only the file or directory `path` of the file system.
    #[must_use]
    pub fn selector(self, path: impl Into<String>) -> Self {
        Self { selector: path.into(), ..self }
    }

    /// Chooses how the mount enters the cache key.
    #[must_use]
    pub fn content_cache(self, content_cache: ContentCache) -> Self {
        Self { content_cache, ..self }
    }
}

impl Cache {
    /// The cache `id`, begun with the content of `seed` when the engine has none yet.
    pub fn seeded(self, seed: &State) -> SeededCache {
        SeededCache { cache: self, seed: seed.clone(), selector: String::new() }
    }
}

impl SeededCache {
    /// Begins with the directory `path` of the seed only.
    #[must_use]
    pub fn selector(self, path: impl Into<String>) -> Self {
        Self { selector: path.into(), ..self }
    }
}

impl Tmpfs {
    /// At most so many bytes.
    pub const fn sized(self, bytes: u64) -> SizedTmpfs {
        SizedTmpfs { bytes }
    }
}

impl Secret {
    /// The secret `id`, which must exist, for root alone with mode 0400.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), uid: 0, gid: 0, mode: 0o400, optional: false }
    }
}

impl Ssh {
    /// Where BuildKit's own client puts the first socket.
    pub const DEST: &str = "/run/buildkit/ssh_agent.0";

    /// The agent `id`, which must exist, for root alone with mode 0600.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), uid: 0, gid: 0, mode: 0o600, optional: false }
    }
}

/// A mount as an exec keeps it; made from any of the kinds in this module and from nothing else.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(crate) state: State,
    /// The message but for the path and the numbers of input and output.
    pub(crate) message: pb::Mount,
    /// Whether changes are an output on the wire.
    pub(crate) output: bool,
    pub(crate) caps: Caps,
}

impl Entry {
    fn new(state: State, mount_type: pb::MountType, caps: impl Into<Caps>) -> Self {
        let message = pb::Mount { mount_type: mount_type.into(), ..pb::Mount::default() };
        Self { state, message, output: false, caps: caps.into() }
    }

    fn selecting(mut self, selector: String) -> Self {
        if !selector.is_empty() {
            self.caps.insert(Cap::ExecMountSelector);
        }
        self.message.selector = selector;
        self
    }
}

impl From<Bind> for Entry {
    fn from(Bind(state): Bind) -> Self {
        Self { output: true, ..Self::new(state, pb::MountType::Bind, [Cap::ExecMountBind]) }
    }
}

impl From<Discard> for Entry {
    fn from(Discard(state): Discard) -> Self {
        Self::new(state, pb::MountType::Bind, [Cap::ExecMountBind])
    }
}

impl From<ReadOnly> for Entry {
    fn from(ReadOnly(state): ReadOnly) -> Self {
        let mut entry = Self::new(state, pb::MountType::Bind, [Cap::ExecMountBind]);
        entry.message.readonly = true;
        entry
    }
}

impl<M: Into<Entry>> From<Configured<M>> for Entry {
    fn from(Configured { mount, selector, content_cache }: Configured<M>) -> Self {
        let mut entry = mount.into().selecting(selector);
        let content_cache = match content_cache {
            ContentCache::Default => return entry,
            ContentCache::Off => pb::MountContentCache::Off,
            ContentCache::On => pb::MountContentCache::On,
        };
        entry.message.content_cache = content_cache.into();
        entry.caps.insert(Cap::ExecMountCacheContent);
        entry
    }
}

impl From<Cache> for Entry {
    fn from(Cache { id, sharing }: Cache) -> Self {
        let sharing = match sharing {
            Sharing::Locked => pb::CacheSharingOpt::Locked,
            Sharing::Private => pb::CacheSharingOpt::Private,
            Sharing::Shared => pb::CacheSharingOpt::Shared,
        };
        let caps = [Cap::ExecMountCache, Cap::ExecMountCacheSharing];
        let mut entry = Self::new(State::scratch(), pb::MountType::Cache, caps);
        entry.message.cache_opt = Some(pb::CacheOpt { id, sharing: sharing.into() });
        entry
    }
}

impl From<SeededCache> for Entry {
    fn from(SeededCache { cache, seed, selector }: SeededCache) -> Self {
        Self { state: seed, ..Self::from(cache).selecting(selector) }
    }
}

impl From<Tmpfs> for Entry {
    fn from(Tmpfs: Tmpfs) -> Self {
        let mut entry = Self::new(State::scratch(), pb::MountType::Tmpfs, [Cap::ExecMountTmpfs]);
        entry.message.tmpfs_opt = Some(pb::TmpfsOpt::default());
        entry
    }
}

impl From<SizedTmpfs> for Entry {
    fn from(SizedTmpfs { bytes }: SizedTmpfs) -> Self {
        let mut entry = Self::from(Tmpfs);
        entry.message.tmpfs_opt = Some(pb::TmpfsOpt { size: i64::try_from(bytes).unwrap_or(i64::MAX) });
        entry.caps.insert(Cap::ExecMountTmpfsSize);
        entry
    }
}

impl From<Secret> for Entry {
    fn from(Secret { id, uid, gid, mode, optional }: Secret) -> Self {
        let mut entry = Self::new(State::scratch(), pb::MountType::Secret, [Cap::ExecMountSecret]);
        entry.message.secret_opt = Some(pb::SecretOpt { id, uid, gid, mode, optional });
        entry
    }
}

impl From<Ssh> for Entry {
    fn from(Ssh { id, uid, gid, mode, optional }: Ssh) -> Self {
        let mut entry = Self::new(State::scratch(), pb::MountType::Ssh, [Cap::ExecMountSsh]);
        entry.message.ssh_opt = Some(pb::SshOpt { id, uid, gid, mode, optional });
        entry
    }
}

impl Mount for Bind {
    type Handle = Slot;
}

impl Mount for Cache {
    type Handle = ();
}

impl<M: Mount> Mount for Configured<M> {
    type Handle = M::Handle;
}

impl Mount for Discard {
    type Handle = ();
}

impl Mount for ReadOnly {
    type Handle = ();
}

impl Mount for Secret {
    type Handle = ();
}

impl Mount for SeededCache {
    type Handle = ();
}

impl Mount for SizedTmpfs {
    type Handle = ();
}

impl Mount for Ssh {
    type Handle = ();
}

impl Mount for Tmpfs {
    type Handle = ();
}

impl From<Slot> for () {
    fn from(_: Slot) {}
}
