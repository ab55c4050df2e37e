//! A BuildKit of our own: the server of the gateway in this process, whose answers a test writes.
//!
//! [`Engine::new`] lists the capabilities of a release and knows no method but `Ping`; a test adds
//! what it needs by the `on_` methods. [`Engine::start`] gives the other end of the connection, to be
//! handed to `Gateway::connect`, and the record of what was asked.

#![allow(dead_code, reason = "each test target needs another part")]

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use annex::gateway::GatewayCap;
use buildkit_llb::Cap;
use buildkit_proto::gateway as wire;
use buildkit_proto::gateway::exec_message::Input;
use buildkit_proto::gateway::llb_bridge_server::{LlbBridge, LlbBridgeServer};
use buildkit_proto::{caps::ApiCap, pb, rpc, types};
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split};
use tokio::sync::Notify;
use tonic::body::Body;
use tonic::codegen::tokio_stream::{self, Stream};
use tonic::codegen::{Service as _, http};
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};
use tower::service_fn;

/// What the fake does when asked.
pub(crate) enum Reply<A> {
    /// Answers.
    Answer(A),
    /// Closes the connection.
    Disconnect,
    /// Fails.
    Fail(Status),
    /// Never answers.
    Silence,
}

impl<A> From<A> for Reply<A> {
    fn from(answer: A) -> Self {
        Self::Answer(answer)
    }
}

type Handler<Q, A> = Arc<dyn Fn(&Q) -> Reply<A> + Send + Sync>;

macro_rules! methods {
    ($($on:ident $method:ident $call:ident($request:ident) -> $answer:ident;)*) => {
        /// One thing that was asked of the fake.
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) enum Call {
            /// What a process was sent.
            ExecProcess(Vec<wire::ExecMessage>),
            $(#[doc = concat!("A call of `", stringify!($call), "`.")] $call(wire::$request),)*
        }

        impl Call {
            /// Name of the method.
            pub(crate) fn name(&self) -> &'static str {
                match self {
                    Self::ExecProcess(_) => "ExecProcess",
                    $(Self::$call(_) => stringify!($call),)*
                }
            }
        }

        #[derive(Clone, Default)]
        struct Script {
            $($method: Option<Handler<wire::$request, wire::$answer>>,)*
        }

        impl Engine {
            $(
                #[doc = concat!("Answers `", stringify!($call), "`.")]
                #[must_use]
                pub(crate) fn $on<R>(mut self, answer: impl Fn(&wire::$request) -> R + Send + Sync + 'static) -> Self
                where
                    R: Into<Reply<wire::$answer>>,
                {
                    self.script.$method = Some(Arc::new(move |request| answer(request).into()));
                    self
                }
            )*
        }

        #[tonic::async_trait]
        impl LlbBridge for Service {
            $(
                async fn $method(
                    &self,
                    request: Request<wire::$request>,
                ) -> Result<Response<wire::$answer>, Status> {
                    let request = request.into_inner();
                    let size = request.encoded_len();
                    let handler = self.engine.script.$method.clone();
                    let reply = handler.map(|answer| answer(&request));
                    self.wire.record(Call::$call(request));
                    self.answer(size, reply).await
                }
            )*

            type ExecProcessStream = Pin<Box<dyn Stream<Item = Result<wire::ExecMessage, Status>> + Send>>;

            async fn exec_process(
                &self,
                request: Request<Streaming<wire::ExecMessage>>,
            ) -> Result<Response<Self::ExecProcessStream>, Status> {
                let mut stream = request.into_inner();
                let mut sent = Vec::new();
                while let Some(message) = stream.message().await? {
                    let end = matches!(&message.input, Some(Input::File(file)) if file.eof);
                    sent.push(message);
                    if end {
                        break;
                    }
                }
                self.wire.record(Call::ExecProcess(sent));
                let answers: Vec<_> = self.engine.process.iter().cloned().map(Ok).collect();
                Ok(Response::new(Box::pin(tokio_stream::iter(answers))))
            }
        }
    };
}

methods! {
    on_evaluate evaluate Evaluate(EvaluateRequest) -> EvaluateResponse;
    on_inputs inputs Inputs(InputsRequest) -> InputsResponse;
    on_new_container new_container NewContainer(NewContainerRequest) -> NewContainerResponse;
    on_ping ping Ping(PingRequest) -> PongResponse;
    on_read_dir read_dir ReadDir(ReadDirRequest) -> ReadDirResponse;
    on_read_dir_container read_dir_container ReadDirContainer(ReadDirRequest) -> ReadDirResponse;
    on_read_file read_file ReadFile(ReadFileRequest) -> ReadFileResponse;
    on_read_file_container read_file_container ReadFileContainer(ReadFileRequest) -> ReadFileResponse;
    on_release_container release_container ReleaseContainer(ReleaseContainerRequest) -> ReleaseContainerResponse;
    on_resolve_image_config resolve_image_config ResolveImageConfig(ResolveImageConfigRequest) -> ResolveImageConfigResponse;
    on_resolve_source_meta resolve_source_meta ResolveSourceMeta(ResolveSourceMetaRequest) -> ResolveSourceMetaResponse;
    on_return r#return Return(ReturnRequest) -> ReturnResponse;
    on_solve solve Solve(SolveRequest) -> SolveResponse;
    on_stat_file stat_file StatFile(StatFileRequest) -> StatFileResponse;
    on_stat_file_container stat_file_container StatFileContainer(StatFileRequest) -> StatFileResponse;
    on_warn warn Warn(WarnRequest) -> WarnResponse;
}

/// A BuildKit that does what a test wants.
#[derive(Clone)]
pub(crate) struct Engine {
    script: Script,
    process: Vec<wire::ExecMessage>,
    limit: usize,
    cut: Option<u64>,
    raw: Option<Raw>,
}

/// An answer in the words of HTTP.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raw {
    /// Name of the method that it answers.
    pub(crate) method: &'static str,
    /// Status of HTTP.
    pub(crate) status: u16,
    /// Type of the content.
    pub(crate) content_type: &'static str,
    /// The content, which no trailers follow.
    pub(crate) body: &'static str,
}

impl Engine {
    /// The BuildKit of a release, such as `0.13`: its capabilities, all of them enabled, a worker for
    /// `linux/amd64`, and its limit for messages.
    pub(crate) fn new(release: &str) -> Self {
        let limit = if number(release) < number("0.14") { 4 << 20 } else { 16 << 20 };
        let engine = Self { script: Script::default(), process: Vec::new(), limit, cut: None, raw: None };
        engine.with_pong(pong(release))
    }

    /// What `Ping` answers.
    #[must_use]
    pub(crate) fn with_pong(self, pong: wire::PongResponse) -> Self {
        self.on_ping(move |_| pong.clone())
    }

    /// Answers `ReadFile` and `StatFile` for the files of a result.
    #[must_use]
    pub(crate) fn with_files(self, files: impl IntoIterator<Item = (&'static str, Vec<u8>)>) -> Self {
        let files: Arc<BTreeMap<_, _>> = Arc::new(files.into_iter().collect());
        let stats = Arc::clone(&files);
        self.on_read_file(move |request| match files.get(&*request.file_path) {
            None => Reply::Fail(no_such_file("open", &request.file_path)),
            Some(content) => {
                let range = request.range.unwrap_or(wire::FileRange { offset: 0, length: i64::MAX });
                let data = content.iter().skip(range.offset.try_into().unwrap());
                let data = data.take(range.length.try_into().unwrap()).copied().collect();
                Reply::Answer(wire::ReadFileResponse { data })
            }
        })
        .on_stat_file(move |request| match stats.get(&*request.path) {
            None => Reply::Fail(no_such_file("lstat", &request.path)),
            Some(content) => {
                let stat = buildkit_proto::fsutil::Stat {
                    path: request.path.clone(),
                    mode: 0o644,
                    size: content.len().try_into().unwrap(),
                    ..Default::default()
                };
                Reply::Answer(wire::StatFileResponse { stat: Some(stat) })
            }
        })
    }

    /// What a process answers once it has read its input.
    #[must_use]
    pub(crate) fn with_process(mut self, messages: impl IntoIterator<Item = Input>) -> Self {
        let message = |input| wire::ExecMessage { process_id: String::new(), input: Some(input) };
        self.process = messages.into_iter().map(message).collect();
        self
    }

    /// Closes the connection after the fake has sent so many bytes.
    #[must_use]
    pub(crate) fn cut_after(mut self, bytes: u64) -> Self {
        self.cut = Some(bytes);
        self
    }

    /// Answers one method with what is no answer of a gateway.
    #[must_use]
    pub(crate) fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = Some(raw);
        self
    }

    /// Starts to serve: the connection, and the record of what is asked over it.
    pub(crate) fn start(self) -> (DuplexStream, Calls) {
        let (client, relay) = duplex(64 << 10);
        let (server, theirs) = duplex(64 << 10);
        let wire = Arc::new(Wire::default());
        let calls = Calls(Arc::clone(&wire));
        let cut = self.cut.unwrap_or(u64::MAX);
        let raw = self.raw;
        let service = Service { engine: self, wire: Arc::clone(&wire) };
        let bridge = LlbBridgeServer::new(service).max_decoding_message_size(64 << 20);
        let service = service_fn(move |request: http::Request<Body>| {
            let mut bridge = bridge.clone();
            async move {
                match raw.filter(|raw| request.uri().path().ends_with(raw.method)) {
                    None => bridge.call(request).await,
                    Some(Raw { status, content_type, body, .. }) => {
                        let response = http::Response::builder().status(status);
                        let response = response.header("content-type", content_type);
                        Ok(response.body(Body::new(body.to_owned())).unwrap())
                    }
                }
            }
        });
        let incoming = tokio_stream::once(Ok::<_, std::io::Error>(server));
        tokio::spawn(Server::builder().serve_with_incoming(service, incoming));
        tokio::spawn(carry(relay, theirs, cut, wire));
        (client, calls)
    }
}

/// What was asked of the fake so far.
#[derive(Clone)]
pub(crate) struct Calls(Arc<Wire>);

impl Calls {
    /// The calls, in order.
    pub(crate) fn all(&self) -> Vec<Call> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The names of the called methods, in order.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.all().iter().map(Call::name).collect()
    }

    /// How the build ended, if it has.
    pub(crate) fn returned(&self) -> Option<wire::ReturnRequest> {
        self.all().into_iter().find_map(|call| match call {
            Call::Return(request) => Some(request),
            _ => None,
        })
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all().fmt(f)
    }
}

/// The answer of `Ping` in a release of BuildKit.
pub(crate) fn pong(release: &str) -> wire::PongResponse {
    let has = |since: &str| number(since) <= number(release);
    let cap = |id: &str| ApiCap { id: id.to_owned(), enabled: true, ..ApiCap::default() };
    let gateway = GatewayCap::ALL.iter().filter(|cap| has(cap.since())).map(|it| cap(it.id()));
    let llb = Cap::ALL.iter().filter(|cap| has(cap.since())).map(|it| cap(it.id()));
    let platform = pb::Platform { os: "linux".into(), architecture: "amd64".into(), ..Default::default() };
    let worker = types::WorkerRecord {
        id: "worker".into(),
        platforms: vec![platform],
        ..types::WorkerRecord::default()
    };
    wire::PongResponse {
        frontend_api_caps: gateway.collect(),
        llb_caps: llb.collect(),
        workers: vec![worker],
    }
}

/// The same on Docker's own image stores.
pub(crate) fn pong_of_graphdriver(release: &str) -> wire::PongResponse {
    let mut pong = pong(release);
    for cap in pong.llb_caps.iter_mut().filter(|cap| ["diffop", "mergeop"].contains(&&*cap.id)) {
        cap.enabled = false;
        cap.disabled_reason_msg = "only enabled with containerd image store backend".into();
    }
    pong
}

/// The answer of `Solve` with one result.
pub(crate) fn solved(id: &str) -> wire::SolveResponse {
    let reference = wire::Ref { id: id.into(), def: None };
    wire::SolveResponse {
        result: Some(wire::Result {
            result: Some(wire::result::Result::Ref(reference)),
            ..wire::Result::default()
        }),
        ..wire::SolveResponse::default()
    }
}

/// An error as BuildKit sends it, with details as pairs of type URL and content.
pub(crate) fn failed(code: i32, message: &str, details: &[(&str, &[u8])]) -> Status {
    let detail = |(type_url, value): &(&str, &[u8])| prost_types::Any {
        type_url: (*type_url).to_owned(),
        value: value.to_vec(),
    };
    let details = details.iter().map(detail).collect();
    let status = rpc::Status { code, message: message.to_owned(), details };
    Status::with_details(code.into(), message, status.encode_to_vec().into())
}

fn no_such_file(call: &str, path: &str) -> Status {
    failed(2, &format!("{call} {path}: no such file or directory"), &[])
}

/// A release as numbers.
fn number(release: &str) -> Vec<u32> {
    release.split('.').map(|part| part.parse().unwrap()).collect()
}

struct Service {
    engine: Engine,
    wire: Arc<Wire>,
}

impl Service {
    async fn answer<A>(&self, size: usize, reply: Option<Reply<A>>) -> Result<Response<A>, Status> {
        if size > self.engine.limit {
            let limit = self.engine.limit;
            // The words of grpc-go.
            let message = format!("grpc: received message larger than max ({size} vs. {limit})");
            return Err(Status::resource_exhausted(message));
        }
        match reply {
            None => Err(Status::unimplemented("unknown method")),
            Some(Reply::Answer(answer)) => Ok(Response::new(answer)),
            Some(Reply::Fail(status)) => Err(status),
            Some(Reply::Silence) => std::future::pending().await,
            Some(Reply::Disconnect) => {
                self.wire.closed.notify_one();
                std::future::pending().await
            }
        }
    }
}

/// What both ends of the connection know.
#[derive(Default)]
struct Wire {
    calls: Mutex<Vec<Call>>,
    closed: Notify,
}

impl Wire {
    fn record(&self, call: Call) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }
}

/// Carries bytes between client and server until one of them is gone, the server says that it is, or it
/// has sent `cut` bytes.
async fn carry(client: DuplexStream, server: DuplexStream, cut: u64, wire: Arc<Wire>) {
    let (mut from_client, mut to_client) = split(client);
    let (from_server, mut to_server) = split(server);
    let mut from_server = from_server.take(cut);
    tokio::select! {
        _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
        _ = tokio::io::copy(&mut from_server, &mut to_client) => {}
        () = wire.closed.notified() => {}
    }
    // A client that writes on must see the end too.
    let _ = to_client.shutdown().await;
}
