//! The connection, and who is at its other end.

use std::error::Error as StdError;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use buildkit_proto::gateway as wire;
use buildkit_proto::gateway::llb_bridge_client::LlbBridgeClient;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

use crate::gateway::{Capabilities, Error, Stdio, Worker, worker};

/// A connection to BuildKit. Copies share it, and their calls run at the same time.
#[derive(Clone, Debug)]
pub struct Gateway {
    bridge: LlbBridgeClient<Channel>,
    engine: Arc<Engine>,
}

#[derive(Debug)]
struct Engine {
    caps: Capabilities,
    workers: Vec<Worker>,
}

impl Gateway {
    /// Connects over `io` and asks who is there. `workers` is the value of `BUILDKIT_WORKERS`, for an
    /// engine that does not name its workers when asked.
    pub async fn connect<Io>(io: Io, workers: Option<&str>) -> Result<Self, Error>
    where
        Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (bridge, pong) = tokio::time::timeout(PATIENCE, greet(io))
            .await
            .map_err(|_| Error::Silent { seconds: PATIENCE.as_secs() })??;
        let workers = match (&pong.workers[..], workers) {
            ([], Some(text)) => {
                worker::parse(text).map_err(|error| Error::Workers { problem: error.to_string() })?
            }
            (records, _) => records.iter().map(Worker::from).collect(),
        };
        Ok(Self { bridge, engine: Arc::new(Engine { caps: Capabilities::of(&pong), workers }) })
    }

    /// The connection that BuildKit gives a frontend, on standard input and output.
    pub fn stdio() -> io::Result<Stdio> {
        Stdio::new()
    }

    /// What the engine can do.
    pub fn caps(&self) -> &Capabilities {
        &self.engine.caps
    }

    /// The engine's workers, the default one first.
    pub fn workers(&self) -> &[Worker] {
        &self.engine.workers
    }

    /// A client for one call.
    pub(super) fn bridge(&self) -> LlbBridgeClient<Channel> {
        self.bridge.clone()
    }
}

/// A client and the answer to its first call.
async fn greet<Io>(io: Io) -> Result<(LlbBridgeClient<Channel>, wire::PongResponse), Error>
where
    Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut bridge = connect(io).await?;
    let pong = bridge.ping(wire::PingRequest {}).await;
    let pong = pong.map_err(|status| Error::of_call(PING, &status))?;
    Ok((bridge, pong.into_inner()))
}

/// A client whose only connection is `io`. When that has ended the transport asks for another; it is
/// told that there is none.
async fn connect<Io>(io: Io) -> Result<LlbBridgeClient<Channel>, Error>
where
    Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let once = Arc::new(Mutex::new(Some(TokioIo::new(io))));
    let connector = service_fn(move |_| {
        let io = once.lock().unwrap_or_else(PoisonError::into_inner).take();
        async move { io.ok_or_else(|| io::Error::new(io::ErrorKind::NotConnected, "BuildKit closed it")) }
    });
    // Plain `http` makes it HTTP/2 from the first byte; the name of the host means nothing.
    let channel = Endpoint::from_static("http://buildkit")
        .http2_max_header_list_size(MAX_HEADERS)
        .connect_with_connector(connector)
        .await
        .map_err(|error| Error::Closed { call: PING, reason: reason(&error) })?;
    Ok(LlbBridgeClient::new(channel).max_decoding_message_size(MAX_ANSWER))
}

fn reason(error: &dyn StdError) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", reason(cause)),
        None => error.to_string(),
    }
}

const PING: &str = "Ping";
/// How long BuildKit's own client waits for an answer to its first call
/// (`frontend/gateway/grpcclient/client.go`).
const PATIENCE: Duration = Duration::from_secs(15);
/// Bytes of headers and trailers. An error's details travel in a trailer, each with the whole text that
/// it shows lines of; the default of 16 KiB loses them and, far enough beyond it, the connection.
const MAX_HEADERS: u32 = 16 << 20;
/// Bytes of one answer. Engines from 0.14 on send up to 16 MiB, older ones know no limit.
const MAX_ANSWER: usize = 64 << 20;
