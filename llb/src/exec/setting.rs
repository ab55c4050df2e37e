//! Settings of a container.

use buildkit_proto::pb;

/// The network of a container.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Network {
    /// The host's. The client must allow the entitlement `network.host`.
    Host,
    /// None but the loopback device.
    None,
    /// The engine's default, which reaches the outside.
    #[default]
    Sandbox,
}

impl From<Network> for i32 {
    fn from(network: Network) -> Self {
        match network {
            Network::Host => pb::NetMode::Host,
            Network::None => pb::NetMode::None,
            Network::Sandbox => pb::NetMode::Unset,
        }
        .into()
    }
}

/// The rights of a container.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Security {
    /// Nearly all. The client must allow the entitlement `security.insecure`.
    Insecure,
    /// The engine's default.
    #[default]
    Sandbox,
}

impl From<Security> for i32 {
    fn from(security: Security) -> Self {
        match security {
            Security::Insecure => pb::SecurityMode::Insecure,
            Security::Sandbox => pb::SecurityMode::Sandbox,
        }
        .into()
    }
}

/// Values of the environment variables of proxies, each in upper and lower case; empty ones are not set.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ProxyEnv {
    /// `HTTP_PROXY`.
    pub http_proxy: String,
    /// `HTTPS_PROXY`.
    pub https_proxy: String,
    /// `FTP_PROXY`.
    pub ftp_proxy: String,
    /// `NO_PROXY`.
    pub no_proxy: String,
    /// `ALL_PROXY` (since 0.9).
    pub all_proxy: String,
}

impl From<ProxyEnv> for pb::ProxyEnv {
    fn from(proxy_env: ProxyEnv) -> Self {
        let ProxyEnv { http_proxy, https_proxy, ftp_proxy, no_proxy, all_proxy } = proxy_env;
        Self { http_proxy, https_proxy, ftp_proxy, no_proxy, all_proxy }
    }
}

/// A limit of setrlimit(2).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ulimit {
    /// The resource in Docker's names: `nofile`.
    pub name: String,
    /// The limit that the process may raise; -1 is none.
    pub soft: i64,
    /// The limit up to which it may; -1 is none.
    pub hard: i64,
}

impl From<Ulimit> for pb::Ulimit {
    fn from(ulimit: Ulimit) -> Self {
        let Ulimit { name, soft, hard } = ulimit;
        Self { name, soft, hard }
    }
}

/// A secret as the value of an environment variable.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SecretEnv {
    /// Its name at the client.
    pub id: String,
    /// Whether the variable is empty when the client has no such secret; else the exec fails.
    pub optional: bool,
}

impl SecretEnv {
    /// The secret `id`, which must exist.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), optional: false }
    }

    pub(super) fn to_pb((name, secret): (&String, &Self)) -> pb::SecretEnv {
        pb::SecretEnv { id: secret.id.clone(), name: name.clone(), optional: secret.optional }
    }
}

/// A device of the Container Device Interface. The client must allow it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CdiDevice {
    /// Its qualified name: `vendor.example/class=name`.
    pub name: String,
    /// Whether the exec runs without it where the engine has no such device.
    pub optional: bool,
}

impl From<CdiDevice> for pb::CdiDevice {
    fn from(device: CdiDevice) -> Self {
        let CdiDevice { name, optional } = device;
        Self { name, optional }
    }
}
