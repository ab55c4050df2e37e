//! Containers beside the graph: a process on a result, without making another result.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll};

use buildkit_llb::Platform;
use buildkit_proto::gateway as wire;
use buildkit_proto::gateway::exec_message::Input;
use buildkit_proto::pb;
use tonic::codegen::tokio_stream::Stream;

use crate::gateway::{Error, Gateway, GatewayCap, Reference, Status};

/// A container to make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerQuery {
    /// Its id, another one for each container of a build.
    pub id: String,
    /// Its file systems, one of them at `/`.
    pub mounts: Vec<ContainerMount>,
    /// Its platform; `None` is the engine's own.
    pub platform: Option<Platform>,
    /// Whether it has a network beside loopback.
    pub network: bool,
    /// More lines of `/etc/hosts`: name and address.
    pub extra_hosts: BTreeMap<String, String>,
}

/// A file system of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerMount {
    /// Path in the container.
    pub destination: String,
    /// What is there.
    pub kind: MountKind,
    /// Whether writing is refused.
    pub readonly: bool,
}

/// What a container finds at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MountKind {
    /// A directory that stays on the worker, by its name.
    Cache(String),
    /// A result; what is written to it is lost.
    Result {
        /// The result.
        reference: Reference,
        /// Path in it; empty is all of it.
        selector: String,
    },
    /// A directory in memory.
    Tmpfs,
}

/// A container that exists. It lives until [`Gateway::release_container`] or the end of the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    id: String,
}

/// A process to run in a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// Program and arguments.
    pub args: Vec<String>,
    /// Environment.
    pub env: BTreeMap<String, String>,
    /// Working directory; empty is `/`.
    pub cwd: String,
    /// User, by name or number; empty is root.
    pub user: String,
    /// What it reads from standard input.
    pub input: Vec<u8>,
}

/// How a process ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// Its exit code.
    pub code: u32,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

impl Gateway {
    /// Makes a container, since BuildKit 0.8.
    pub async fn new_container(&self, query: &ContainerQuery) -> Result<Container, Error> {
        self.caps().require(GatewayCap::Exec)?;
        let ContainerQuery { id, mounts, platform, network, extra_hosts } = query;
        if !extra_hosts.is_empty() {
            self.caps().require(GatewayCap::ExecExtraHosts)?;
        }
        let network = if *network { pb::NetMode::Unset } else { pb::NetMode::None };
        let host = |(host, ip): (&String, &String)| pb::HostIp { host: host.clone(), ip: ip.clone() };
        let request = wire::NewContainerRequest {
            container_id: id.clone(),
            mounts: mounts.iter().map(wire_mount).collect(),
            network: network.into(),
            platform: platform.as_ref().map(Platform::to_pb),
            extra_hosts: extra_hosts.iter().map(host).collect(),
            ..wire::NewContainerRequest::default()
        };
        let answer = self.bridge().new_container(request).await;
        answer.map_err(|status| Error::of_call("NewContainer", &status))?;
        Ok(Container { id: id.clone() })
    }

    /// Removes a container.
    pub async fn release_container(&self, container: Container) -> Result<(), Error> {
        let request = wire::ReleaseContainerRequest { container_id: container.id };
        let answer = self.bridge().release_container(request).await;
        answer.map(drop).map_err(|status| Error::of_call("ReleaseContainer", &status))
    }

    /// Runs a process to its end. An exit code other than 0 is an answer; output of more than `limit`
    /// bytes, both streams together, is an error.
    pub async fn exec(&self, container: &Container, process: &Process, limit: usize) -> Result<Exit, Error> {
        self.caps().require(GatewayCap::Exec)?;
        let id = format!("{}:process", container.id);
        let message = |input| wire::ExecMessage { process_id: id.clone(), input: Some(input) };
        let file = |file| message(Input::File(file));
        let mut script = vec![message(Input::Init(init(container, process)))];
        script.extend(
            process
                .input
                .chunks(INPUT_PART)
                .map(|data| file(wire::FdMessage { fd: STDIN, eof: false, data: data.to_vec() })),
        );
        script.push(file(wire::FdMessage { fd: STDIN, eof: true, data: Vec::new() }));
        let answer = self.bridge().exec_process(Requests(script.into_iter())).await;
        let mut answers = answer.map_err(|status| Error::of_call(EXEC, &status))?.into_inner();
        let mut exit: Option<Exit> = None;
        let mut output = Exit::default();
        while let Some(message) = answers.message().await.map_err(|status| Error::of_call(EXEC, &status))? {
            match message.input {
                Some(Input::File(wire::FdMessage { fd, data, .. })) => {
                    if output.stdout.len() + output.stderr.len() + data.len() > limit {
                        return Err(Error::TooLarge {
                            path: "output of a process".to_owned(),
                            limit: limit as u64,
                        });
                    }
                    match fd {
                        STDOUT => output.stdout.extend(data),
                        STDERR => output.stderr.extend(data),
                        other => return Err(Error::answer(EXEC, format!("data of stream {other}"))),
                    }
                }
                Some(Input::Exit(wire::ExitMessage { code, error })) => match error {
                    // A process that could not be started has no exit code of its own.
                    Some(error) if code == 0 || code == UNKNOWN_EXIT => {
                        return Err(Error::Engine { call: EXEC, status: Status::of_pb(error) });
                    }
                    _ => exit = Some(Exit { code, ..Exit::default() }),
                },
                Some(Input::Done(_)) => break,
                _ => {}
            }
        }
        match exit {
            Some(Exit { code, .. }) => Ok(Exit { code, ..output }),
            None => Err(Error::answer(EXEC, "the process has no end")),
        }
    }
}

fn init(container: &Container, process: &Process) -> wire::InitMessage {
    let Process { args, env, cwd, user, input: _ } = process;
    let meta = pb::Meta {
        args: args.clone(),
        env: env.iter().map(|(name, value)| format!("{name}={value}")).collect(),
        cwd: if cwd.is_empty() { "/".to_owned() } else { cwd.clone() },
        user: user.clone(),
        ..pb::Meta::default()
    };
    wire::InitMessage {
        container_id: container.id.clone(),
        meta: Some(meta),
        fds: vec![STDIN, STDOUT, STDERR],
        ..wire::InitMessage::default()
    }
}

fn wire_mount(mount: &ContainerMount) -> pb::Mount {
    let ContainerMount { destination, kind, readonly } = mount;
    let mount = pb::Mount { dest: destination.clone(), readonly: *readonly, ..pb::Mount::default() };
    match kind {
        MountKind::Cache(id) => pb::Mount {
            mount_type: pb::MountType::Cache.into(),
            cache_opt: Some(pb::CacheOpt { id: id.clone(), ..pb::CacheOpt::default() }),
            ..mount
        },
        MountKind::Result { reference, selector } => pb::Mount {
            mount_type: pb::MountType::Bind.into(),
            result_id: reference.id().to_owned(),
            selector: selector.clone(),
            ..mount
        },
        MountKind::Tmpfs => pb::Mount { mount_type: pb::MountType::Tmpfs.into(), ..mount },
    }
}

/// The messages to a process. Their stream does not end after the last: its end would be that of the
/// process.
struct Requests(std::vec::IntoIter<wire::ExecMessage>);

impl Stream for Requests {
    type Item = wire::ExecMessage;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.next().map_or(Poll::Pending, |message| Poll::Ready(Some(message)))
    }
}

const EXEC: &str = "ExecProcess";
const STDIN: u32 = 0;
const STDOUT: u32 = 1;
const STDERR: u32 = 2;
/// Bytes of standard input in one message.
const INPUT_PART: usize = 32 << 10;
/// Exit code of a process of which none is known (`UnknownExitStatus` in
/// `frontend/gateway/pb/exit.go`).
const UNKNOWN_EXIT: u32 = 255;
