//! How our steps run in a worker: the program they run and what the client said of every process.

use std::fmt::Debug;
use std::net::IpAddr;

use buildkit_llb::{
    Exec, LinuxResources, Location, MergeSupport, MkFile, Network, Platform, ProxyEnv, ReadOnly, ResolveMode,
    State, Tmpfs, Ulimit,
};

use crate::job;
use crate::script::Script;
use crate::span::Span;

/// What all steps of one request have in common.
#[derive(Clone, Debug)]
pub struct Steps {
    /// A tree that holds our own program: the frontend's own image.
    pub program: State,
    /// Path of the program in that tree.
    pub program_path: String,
    /// Platform of the workers: the builder's own, so that nothing foreign is executed.
    pub platform: Platform,
    /// Where the engine looks for images first; `None`: where it thinks best.
    pub resolve_mode: Option<ResolveMode>,
    /// What the client wants of every process.
    pub settings: Settings,
    /// Which steps must not be answered from the cache.
    pub no_cache: NoCache,
    /// Prefix of cache mounts' ids (`BUILDKIT_CACHE_MOUNT_NS`); empty for none.
    pub cache_namespace: String,
    /// Whether the engine lays trees over each other without copying.
    pub merge: MergeSupport,
}

/// Turns places in the spec into places of vertices, which the client shows when a step fails.
pub trait Places: Debug + Sync {
    /// The lines of a span.
    fn location(&self, span: Span) -> Location;
}

/// What the client wants of every process of a build.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Lines for `/etc/hosts`: names and their addresses.
    pub extra_hosts: Vec<(String, IpAddr)>,
    /// Name of the host that a process sees; `None`: BuildKit's own.
    pub hostname: Option<String>,
    /// Resource limits, see setrlimit(2).
    pub ulimits: Vec<Ulimit>,
    /// Parent of the process's cgroup.
    pub cgroup_parent: Option<String>,
    /// Size of `/dev/shm` in bytes; `None`: BuildKit's own.
    pub shm_size: Option<u64>,
    /// Network of the steps that need one; steps that need none get none whatever the client says.
    pub network: Network,
    /// Limits of memory and processors.
    pub resources: LinuxResources,
    /// Proxies for the steps that have a network; never part of a cache key.
    pub proxy: ProxyEnv,
}

/// Which steps `--no-cache` and `--no-cache-filter` name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NoCache {
    /// All of them.
    All,
    /// Those with these names, in lower case.
    Named(Vec<String>),
    /// None.
    #[default]
    Nothing,
}

/// The kinds of steps, by the names that `--no-cache-filter` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Packing the image.
    Assemble,
    /// Building packages.
    Build,
    /// Choosing packages.
    Resolve,
    /// Fetching and patching sources, and packing them.
    Source,
    /// Running the tests of a spec.
    Test,
    /// Installing tools.
    Worker,
}

impl Stage {
    /// All of them, sorted by name.
    pub const ALL: [Self; 6] =
        [Self::Assemble, Self::Build, Self::Resolve, Self::Source, Self::Test, Self::Worker];

    /// The name on the command line and in brackets before a step's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Assemble => "assemble",
            Self::Build => "build",
            Self::Resolve => "resolve",
            Self::Source => "source",
            Self::Test => "test",
            Self::Worker => "worker",
        }
    }

    /// What users of the language call it on the command line.
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::Build => Some("dalec.pkg"),
            Self::Source => Some("dalec.srcpkg"),
            Self::Test => Some("dalec.tests"),
            Self::Assemble | Self::Resolve | Self::Worker => None,
        }
    }
}

impl Steps {
    /// A process of `stage`, shown as `name` in the build's progress, with everything the client wants
    /// of a process. It has no network: see [`Steps::online`].
    pub fn exec<I>(&self, stage: Stage, name: &str, args: I) -> Exec
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let mut exec = Exec::new(args);
        exec.platform(&self.platform).cwd("/").network(Network::None);
        exec.env("PATH", PATH).env("LC_ALL", "C.UTF-8");
        exec.name(format!("[{}] {name}", stage.name()));
        let Settings {
            extra_hosts,
            hostname,
            ulimits,
            cgroup_parent,
            shm_size,
            resources,
            network: _,
            proxy: _,
        } = &self.settings;
        for (host, address) in extra_hosts {
            exec.extra_host(host, *address);
        }
        for ulimit in ulimits {
            exec.ulimit(ulimit.clone());
        }
        if *resources != LinuxResources::default() {
            exec.linux_resources(resources.clone());
        }
        if let Some(hostname) = hostname {
            exec.hostname(hostname);
        }
        if let Some(parent) = cgroup_parent {
            exec.cgroup_parent(parent);
        }
        if let Some(size) = shm_size {
            exec.mount("/dev/shm", Tmpfs.sized(*size));
        }
        if self.skips_cache(stage) {
            exec.ignore_cache(true);
        }
        exec
    }

    /// Gives `exec` the network and the proxies that the client allows.
    pub fn online(&self, exec: &mut Exec) {
        exec.network(self.settings.network).proxy_env(self.settings.proxy.clone());
    }

    /// A process that runs our own program as `annex worker COMMAND…` with the JSON of `job`.
    pub fn program(&self, stage: Stage, name: &str, command: &[&str], job: Option<Vec<u8>>) -> Exec {
        let words = [job::PROGRAM, "worker"].into_iter().chain(command.iter().copied());
        let mut exec = self.exec(stage, name, words);
        exec.mount(job::PROGRAM, ReadOnly(self.program.clone()).selector(&self.program_path));
        if let Some(job) = job {
            let file = State::scratch().mkfile(MkFile::new("/job.json", job));
            let file = file.named(format!("[internal] job of {}", command.join(" ")));
            exec.mount(job::JOB, ReadOnly(file).selector("/job.json"));
        }
        exec
    }

    /// A process that runs `script` with `words`. It has no network: see [`Steps::online`].
    pub fn script<I>(&self, stage: Stage, name: &str, script: Script, words: I) -> Exec
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let words = words.into_iter().map(Into::into);
        let mut exec = self.exec(stage, name, ["sh".to_owned(), script.path()].into_iter().chain(words));
        mount(&mut exec, script);
        exec
    }

    /// Whether the client forbade to answer `stage` from the cache.
    pub fn skips_cache(&self, stage: Stage) -> bool {
        match &self.no_cache {
            NoCache::All => true,
            NoCache::Named(names) => {
                names.iter().any(|name| name == stage.name() || Some(name.as_str()) == stage.word())
            }
            NoCache::Nothing => false,
        }
    }
}

/// Gives a process a script at its path.
pub fn mount(exec: &mut Exec, script: Script) {
    let file = State::scratch().mkfile(MkFile::new("/script", script.text));
    let file = file.named(format!("[internal] {}", script.name));
    exec.mount(script.path(), ReadOnly(file).selector("/script"));
}

/// A number of packages, for the names of steps.
pub fn count(packages: usize) -> String {
    if packages == 1 { "1 package".to_owned() } else { format!("{packages} packages") }
}

/// The search path of the images we know; set so that a step does not depend on an image's config.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
