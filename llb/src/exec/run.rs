//! A command as an operation.

use std::{collections::BTreeMap, sync::Arc};

use buildkit_proto::pb;

use super::{Exec, Network, SecretEnv, Security};
use crate::{
    Cap, Digest, Discard, Slot, State,
    caps::Caps,
    metadata,
    mount::Entry,
    vertex::{Inputs, Vertex},
};

impl Exec {
    /// Makes the vertex. The description can be changed and run again.
    pub fn run(&self) -> Run {
        let mut caps = self.caps();
        let mut inputs = Inputs::default();
        let mut outputs = BTreeMap::new();
        let mut next = 0;
        let mut mounts = Vec::with_capacity(self.mounts.len() + 1);
        let root = Entry { message: root(), ..Entry::from(Discard(State::scratch())) };
        for (slot, entry) in self.sorted_mounts(&root) {
            let Entry { state, message, output, caps: needed } = entry;
            let discarded = !output && !message.readonly && message.mount_type() == pb::MountType::Bind;
            // An engine mounts a root without output as it is, where nothing can be written.
            let numbered = *output || discarded && message.dest == ROOT;
            if discarded && !numbered {
                caps.insert(Cap::ExecMountBindReadWriteNoOutput);
            }
            caps.extend(needed);
            let input = inputs.add(state);
            let mut mount = pb::Mount { input, output: SKIP_OUTPUT, ..message.clone() };
            if numbered {
                mount.output = next;
                outputs.insert(slot, next);
                next += 1;
            }
            mounts.push(mount);
        }
        let op = pb::op::Op::Exec(pb::ExecOp {
            meta: Some(self.meta()),
            mounts,
            network: self.network.into(),
            security: self.security.into(),
            secretenv: self.secret_env.iter().map(SecretEnv::to_pb).collect(),
            cdi_devices: self.cdi_devices.iter().cloned().map(Into::into).collect(),
        });
        let mut vertex = Vertex::new(inputs, self.platform.as_ref(), op, caps);
        metadata::merge(vertex.metadata_mut(), &self.metadata);
        vertex.locations.clone_from(&self.locations);
        Run { vertex: Arc::new(vertex), outputs: Arc::new(outputs) }
    }

    /// The mounts as BuildKit's client orders them, by path with secrets and agents last, each with its position
    /// in the order of the calls; `root` stands in for a missing one.
    fn sorted_mounts<'a>(&'a self, root: &'a Entry) -> Vec<(usize, &'a Entry)> {
        let mut mounts: Vec<_> = self.mounts.iter().enumerate().collect();
        if !self.mounts.iter().any(|entry| entry.message.dest == ROOT) {
            mounts.push((self.mounts.len(), root));
        }
        mounts.sort_by_key(|(_, entry)| {
            let class = match entry.message.mount_type() {
                pb::MountType::Bind | pb::MountType::Cache | pb::MountType::Tmpfs => 0,
                pb::MountType::Secret => 1,
                pb::MountType::Ssh => 2,
            };
            (class, &entry.message.dest)
        });
        mounts
    }

    fn meta(&self) -> pb::Meta {
        let mut env = self.env.clone();
        if !env.iter().any(|(name, _)| name == SSH_AUTH_SOCK) {
            let agents = self.mounts.iter().filter(|entry| entry.message.mount_type() == pb::MountType::Ssh);
            if let Some(first) = agents.map(|entry| &entry.message.dest).min() {
                env.push((SSH_AUTH_SOCK.to_owned(), first.clone()));
            }
        }
        pb::Meta {
            args: self.args.clone(),
            env: env.iter().map(|(name, value)| format!("{name}={value}")).collect(),
            cwd: self.cwd.clone(),
            user: self.user.clone(),
            proxy_env: self.proxy_env.clone().map(Into::into),
            extra_hosts: self
                .extra_hosts
                .iter()
                .map(|(host, address)| pb::HostIp { host: host.clone(), ip: address.to_string() })
                .collect(),
            hostname: self.hostname.clone(),
            ulimit: self.ulimits.iter().cloned().map(Into::into).collect(),
            cgroup_parent: self.cgroup_parent.clone(),
            remove_mount_stubs_recursive: !self.keep_mount_stubs,
            valid_exit_codes: self.valid_exit_codes.iter().copied().collect(),
        }
    }

    /// What the settings need; mounts add their own.
    fn caps(&self) -> Caps {
        let mut caps = Caps::from([Cap::ExecMetaBase, Cap::ExecMetaSetsDefaultPath]);
        for (needed, cap) in [
            (!self.cdi_devices.is_empty(), Cap::ExecMetaCdi),
            (!self.cgroup_parent.is_empty(), Cap::ExecMetaCgroupParent),
            (self.metadata.linux_resources.is_some(), Cap::ExecMetaLinuxResources),
            (self.network != Network::Sandbox, Cap::ExecMetaNetwork),
            (self.proxy_env.is_some(), Cap::ExecMetaProxyEnv),
            (!self.secret_env.is_empty(), Cap::ExecSecretEnv),
            (self.security != Security::Sandbox, Cap::ExecMetaSecurity),
            (!self.ulimits.is_empty(), Cap::ExecMetaUlimit),
            (!self.valid_exit_codes.is_empty(), Cap::ExecValidExitCode),
        ] {
            if needed {
                caps.insert(cap);
            }
        }
        caps
    }
}

/// A command as a vertex.
#[derive(Clone, Debug)]
pub struct Run {
    vertex: Arc<Vertex>,
    /// Numbers on the wire by position in the order of the calls of [`Exec::mount`].
    outputs: Arc<BTreeMap<usize, i64>>,
}

impl Run {
    /// The file system of `slot` after the command.
    ///
    /// # Panics
    ///
    /// If `slot` is of a mount that the command did not have when it was run: slots belong to one [`Exec`].
    #[must_use]
    pub fn output(&self, slot: Slot) -> State {
        let index = self.outputs.get(&slot.mount).expect("a slot is used with the exec that gave it");
        Arc::clone(&self.vertex).output(*index)
    }

    /// The digest of the vertex, by which engines name it in progress and warnings.
    pub fn digest(&self) -> Digest {
        self.vertex.digest
    }
}

fn root() -> pb::Mount {
    pb::Mount { dest: ROOT.to_owned(), ..pb::Mount::default() }
}

/// `pb.RootMount` in BuildKit's `solver/pb/const.go`.
const ROOT: &str = "/";

/// `pb.SkipOutput` in BuildKit's `solver/pb/const.go`: the mount leaves no output.
const SKIP_OUTPUT: i64 = -1;

/// Where programs look for the agent's socket (ssh(1)).
const SSH_AUTH_SOCK: &str = "SSH_AUTH_SOCK";
