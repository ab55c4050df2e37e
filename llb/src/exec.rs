//! A command that runs in a container (`ExecOp`).

mod run;
mod setting;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use buildkit_proto::pb;

pub use run::Run;
pub use setting::{CdiDevice, Network, ProxyEnv, SecretEnv, Security, Ulimit};

use crate::{
    LinuxResources, Location, Mount, Platform, ProgressGroup, Slot, metadata::CUSTOM_NAME, mount::Entry,
};

/// A command that is being described.
///
/// What is not a mount is set by methods that can be chained; [`Exec::mount`] gives a [`Slot`] for each file system
/// whose changes are kept; [`Exec::run`] makes the vertex.
///
/// ```
/// use buildkit_llb::{Bind, Discard, Exec, Network, Platform, State, Tmpfs};
///
/// # let base = State::scratch();
/// let mut exec = Exec::new(["make", "install"]);
/// exec.platform(&Platform::linux("amd64")).env("DESTDIR", "/out").cwd("/src").network(Network::None);
/// exec.mount("/", Discard(base));
/// exec.mount("/tmp", Tmpfs);
/// let out = exec.mount("/out", Bind(State::scratch()));
/// let tree: State = exec.run().output(out);
/// ```
///
/// A mount that leaves no changes cannot be used as a result:
///
/// ```compile_fail,E0308
/// # use buildkit_llb::{Exec, Tmpfs};
/// # let mut exec = Exec::new(["true"]);
/// let out = exec.mount("/out", Tmpfs);
/// exec.run().output(out); // expected `Slot`, found `()`
/// ```
#[derive(Clone, Debug)]
pub struct Exec {
    args: Vec<String>,
    cdi_devices: Vec<CdiDevice>,
    cgroup_parent: String,
    cwd: String,
    env: Vec<(String, String)>,
    extra_hosts: Vec<(String, IpAddr)>,
    hostname: String,
    keep_mount_stubs: bool,
    locations: Vec<Location>,
    metadata: pb::OpMetadata,
    mounts: Vec<Entry>,
    network: Network,
    platform: Option<Platform>,
    proxy_env: Option<ProxyEnv>,
    secret_env: BTreeMap<String, SecretEnv>,
    security: Security,
    ulimits: Vec<Ulimit>,
    user: String,
    valid_exit_codes: BTreeSet<i32>,
}

impl Exec {
    /// The command `args`, run by no shell, in `/`.
    ///
    /// Engines refuse a command without words.
    pub fn new<A: Into<String>>(args: impl IntoIterator<Item = A>) -> Self {
        Self {
            args: args.into_iter().map(Into::into).collect(),
            cdi_devices: Vec::new(),
            cgroup_parent: String::new(),
            cwd: "/".to_owned(),
            env: Vec::new(),
            extra_hosts: Vec::new(),
            hostname: String::new(),
            keep_mount_stubs: false,
            locations: Vec::new(),
            metadata: pb::OpMetadata::default(),
            mounts: Vec::new(),
            network: Network::default(),
            platform: None,
            proxy_env: None,
            secret_env: BTreeMap::new(),
            security: Security::default(),
            ulimits: Vec::new(),
            user: String::new(),
            valid_exit_codes: BTreeSet::new(),
        }
    }

    /// Mounts something at the absolute path `dest`.
    ///
    /// The order of the calls does not matter unless a path is given twice; the later one then covers the first.
    /// Without a mount at `/` the command sees an empty file system there. Engines allow only [`Bind`], [`Discard`]
    /// and [`ReadOnly`] at `/`.
    ///
    /// [`Bind`]: crate::Bind
    /// [`Discard`]: crate::Discard
    /// [`ReadOnly`]: crate::ReadOnly
    pub fn mount<M: Mount>(&mut self, dest: impl Into<String>, mount: M) -> M::Handle {
        let mut entry: Entry = mount.into();
        entry.message.dest = dest.into();
        self.mounts.push(entry);
        Slot { mount: self.mounts.len() - 1 }.into()
    }

    /// The platform to run on. Without it the engine takes its own.
    pub fn platform(&mut self, platform: &Platform) -> &mut Self {
        self.platform = Some(platform.clone());
        self
    }

    /// Sets an environment variable. One set before keeps its place and gets the new value.
    pub fn env(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        let (name, value) = (name.into(), value.into());
        match self.env.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.env.push((name, value)),
        }
        self
    }

    /// The directory to run in, an absolute path; it is made if missing.
    pub fn cwd(&mut self, path: impl Into<String>) -> &mut Self {
        self.cwd = path.into();
        self
    }

    /// The user to run as, by name or number and perhaps `:` and a group, instead of root.
    pub fn user(&mut self, user: impl Into<String>) -> &mut Self {
        self.user = user.into();
        self
    }

    /// Sets the environment variables of proxies, which are no part of the cache key.
    pub fn proxy_env(&mut self, proxy_env: ProxyEnv) -> &mut Self {
        self.proxy_env = Some(proxy_env);
        self
    }

    /// Adds a line to `/etc/hosts`; the address is no part of the cache key.
    pub fn extra_host(&mut self, host: impl Into<String>, address: IpAddr) -> &mut Self {
        self.extra_hosts.push((host.into(), address));
        self
    }

    /// The host name inside, instead of `buildkitsandbox` (since 0.8).
    pub fn hostname(&mut self, hostname: impl Into<String>) -> &mut Self {
        self.hostname = hostname.into();
        self
    }

    /// Limits a resource of the process (since 0.10).
    pub fn ulimit(&mut self, ulimit: Ulimit) -> &mut Self {
        self.ulimits.push(ulimit);
        self
    }

    /// The control group above the container's (since 0.10).
    pub fn cgroup_parent(&mut self, path: impl Into<String>) -> &mut Self {
        self.cgroup_parent = path.into();
        self
    }

    /// The network inside.
    pub fn network(&mut self, network: Network) -> &mut Self {
        self.network = network;
        self
    }

    /// The rights inside.
    pub fn security(&mut self, security: Security) -> &mut Self {
        self.security = security;
        self
    }

    /// Sets the environment variable `name` to a secret of the client (since 0.10).
    pub fn secret_env(&mut self, name: impl Into<String>, secret: SecretEnv) -> &mut Self {
        self.secret_env.insert(name.into(), secret);
        self
    }

    /// Exit codes that mean success, instead of 0 alone (since 0.17).
    pub fn valid_exit_codes(&mut self, codes: impl IntoIterator<Item = i32>) -> &mut Self {
        self.valid_exit_codes.extend(codes);
        self
    }

    /// Gives the container a device by the Container Device Interface (since 0.20).
    pub fn cdi_device(&mut self, device: CdiDevice) -> &mut Self {
        self.cdi_devices.push(device);
        self
    }

    /// Leaves the empty directories in the root file system that the engine made above mount points; it removes
    /// only the mount points themselves then (since 0.11; engines before always leave them).
    pub fn keep_mount_stubs(&mut self) -> &mut Self {
        self.keep_mount_stubs = true;
        self
    }

    /// Shows `name` to the user instead of the command.
    pub fn name(&mut self, name: impl Into<String>) -> &mut Self {
        self.description(CUSTOM_NAME, name)
    }

    /// Says something about the vertex; an empty value says nothing.
    pub fn description(&mut self, key: impl Into<String>, value: impl Into<String>) -> &mut Self {
        let value = value.into();
        if !value.is_empty() {
            self.metadata.description.insert(key.into(), value);
        }
        self
    }

    /// Points at `location` when the command fails, after the locations given before.
    pub fn location(&mut self, location: Location) -> &mut Self {
        self.locations.push(location);
        self
    }

    /// Shows the vertex as a part of `group`.
    pub fn progress_group(&mut self, group: ProgressGroup) -> &mut Self {
        self.metadata.progress_group = Some(group.into());
        self
    }

    /// Whether the command runs even if its result is in the cache; its cache mounts are emptied then too.
    pub fn ignore_cache(&mut self, value: bool) -> &mut Self {
        self.metadata.ignore_cache = value;
        self
    }

    /// Whether the result goes into an exported cache.
    pub fn export_cache(&mut self, value: bool) -> &mut Self {
        self.metadata.export_cache = Some(pb::ExportCache { value });
        self
    }

    /// Limits the container's control group (since 0.31).
    pub fn linux_resources(&mut self, resources: LinuxResources) -> &mut Self {
        self.metadata.linux_resources = Some(resources.into());
        self
    }
}
