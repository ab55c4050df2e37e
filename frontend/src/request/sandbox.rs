//! Settings of every container that a build step runs in.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::request::option::{Expected, Options};
use crate::request::scalar::{fields, pairs};

/// What the client sets for the containers of all steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sandbox {
    /// `--network`; `None`: the engine's default.
    pub network: Option<Network>,
    /// `--add-host`: names that resolve without DNS, in the client's order.
    pub extra_hosts: Vec<ExtraHost>,
    /// `--ulimit`, in the client's order.
    pub ulimits: Vec<Ulimit>,
    /// `--shm-size`: bytes of `/dev/shm`.
    pub shm_size: Option<u64>,
    /// `--cgroup-parent`.
    pub cgroup_parent: Option<String>,
    /// Host name: build arg `BUILDKIT_SANDBOX_HOSTNAME`, or option `hostname`.
    pub hostname: Option<String>,
    /// Limits of memory and processors.
    pub resources: Resources,
}

/// The network of a step, named as `docker build --network` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// The engine's own network; needs an entitlement.
    Host,
    /// Only the loopback device.
    None,
    /// A network of the step's own, with a way out.
    Sandbox,
}

/// A name with a fixed address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraHost {
    /// Host name in lower case.
    pub host: String,
    /// Its address.
    pub ip: IpAddr,
}

/// A resource limit of processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ulimit {
    /// Name as `ulimit` knows it: `nofile`.
    pub name: String,
    /// Limit that processes start with; -1 is unlimited.
    pub soft: i64,
    /// Limit up to which they may raise it; -1 is unlimited.
    pub hard: i64,
}

/// Limits of a container, `LinuxResources` of `BuildKit` 0.31; `None`: not limited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// `--memory`: bytes.
    pub memory: Option<i64>,
    /// `--memory-swap`: bytes of memory and swap together; -1 is unlimited.
    pub memory_swap: Option<i64>,
    /// `--cpu-shares`: relative weight.
    pub cpu_shares: Option<u64>,
    /// `--cpu-period`: microseconds.
    pub cpu_period: Option<u64>,
    /// `--cpu-quota`: microseconds in each period.
    pub cpu_quota: Option<i64>,
    /// `--cpuset-cpus`: list of processors, such as `0-2,4`.
    pub cpuset_cpus: Option<String>,
    /// `--cpuset-mems`: list of memory nodes.
    pub cpuset_mems: Option<String>,
}

impl Sandbox {
    pub(super) fn read(options: &mut Options, hostname: Option<String>) -> Self {
        let given = options.filled("hostname");
        Self {
            network: options.parse("force-network-mode", network),
            extra_hosts: options.parse("add-hosts", extra_hosts).unwrap_or_default(),
            ulimits: options.parse("ulimit", ulimits).unwrap_or_default(),
            shm_size: options.parse("shm-size", |text| number(text, "bytes of `/dev/shm`")),
            cgroup_parent: options.filled("cgroup-parent"),
            hostname: hostname.or(given),
            resources: Resources {
                memory: options.parse("memory", |text| number(text, "bytes of memory")),
                memory_swap: options.parse("memswap", |text| number(text, "bytes of memory and swap, or -1")),
                cpu_shares: options.parse("cpushares", |text| number(text, "a weight")),
                cpu_period: options.parse("cpuperiod", |text| number(text, "microseconds")),
                cpu_quota: options.parse("cpuquota", |text| number(text, "microseconds")),
                cpuset_cpus: options.parse("cpusetcpus", list_of_numbers),
                cpuset_mems: options.parse("cpusetmems", list_of_numbers),
            },
        }
    }
}

fn network(text: &str) -> Result<Network, Expected> {
    match text {
        "host" => Ok(Network::Host),
        "none" => Ok(Network::None),
        "sandbox" => Ok(Network::Sandbox),
        _ => Err(Expected::phrase("`host`, `none` or `sandbox`")),
    }
}

fn extra_hosts(text: &str) -> Result<Vec<ExtraHost>, Expected> {
    const EXPECTED: Expected = Expected::phrase("comma-separated `host=address` pairs with IP addresses");
    let host = |field: String| {
        let (host, ip) = field.split_once('=').ok_or(EXPECTED)?;
        let ip = ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')).unwrap_or(ip);
        let ip = ip.parse().map_err(|_| EXPECTED)?;
        let named = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c.is_control());
        named.then(|| ExtraHost { host: host.to_lowercase(), ip }).ok_or(EXPECTED)
    };
    fields(text)?.into_iter().map(host).collect()
}

fn ulimits(text: &str) -> Result<Vec<Ulimit>, Expected> {
    let mut names = BTreeSet::new();
    let limit = |(name, value): (String, String)| {
        let (soft, hard) = value.split_once(':').unwrap_or((&value, &value));
        let (soft, hard) = (soft.parse().map_err(|_| ULIMIT)?, hard.parse().map_err(|_| ULIMIT)?);
        let ordered = hard == -1 || (soft != -1 && soft <= hard);
        let valid = ULIMITS.contains(&&*name) && soft >= -1 && hard >= -1 && ordered;
        (valid && names.insert(name.clone())).then_some(Ulimit { name, soft, hard }).ok_or(ULIMIT)
    };
    pairs(text).map_err(|_| ULIMIT)?.into_iter().map(limit).collect()
}

fn number<T: std::str::FromStr>(text: &str, unit: &str) -> Result<T, Expected> {
    text.parse().map_err(|_| format!("a whole number: {unit}").into())
}

fn list_of_numbers(text: &str) -> Result<String, Expected> {
    let number = |text: &str| text.parse::<u32>().is_ok();
    let range =
        |part: &str| part.split_once('-').map_or(number(part), |(from, to)| number(from) && number(to));
    if text.split(',').all(range) {
        return Ok(text.to_owned());
    }
    Err(Expected::phrase("numbers and ranges, such as `0-2,4`"))
}

const ULIMIT: Expected = Expected::phrase(
    "comma-separated `name=soft:hard` limits, each name once, soft not above hard, -1 for unlimited",
);

/// Names that `getrlimit(2)` documents, without their `RLIMIT_`, as Docker accepts them.
const ULIMITS: [&str; 15] = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hosts_are_lower_case_names_with_addresses() {
        let hosts = extra_hosts("Mirror.Example.org=192.0.2.1,six=2001:db8::1,brackets=[::1]").unwrap();
        let shown: Vec<String> = hosts.iter().map(|entry| format!("{}={}", entry.host, entry.ip)).collect();
        assert_eq!(shown, ["mirror.example.org=192.0.2.1", "six=2001:db8::1", "brackets=::1"]);
        for text in ["a", "=192.0.2.1", "a=b", "a=192.0.2.256", "a=192.0.2.1,", "a b=192.0.2.1"] {
            assert!(extra_hosts(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_single_limit_is_both_soft_and_hard() {
        let limit = |name: &str, soft, hard| Ulimit { name: name.to_owned(), soft, hard };
        assert_eq!(
            ulimits("nofile=1024:2048,core=0,nproc=5:-1").unwrap(),
            [limit("nofile", 1024, 2048), limit("core", 0, 0), limit("nproc", 5, -1)]
        );
        for text in
            ["nofile", "nofile=", "files=1", "nofile=2:1", "nofile=-1:1", "nofile=1:2:3", "core=0,core=0"]
        {
            assert!(ulimits(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lists_of_processors_are_numbers_and_ranges() {
        assert_eq!(list_of_numbers("0-2,4").unwrap(), "0-2,4");
        for text in ["", "a", "0-", "1,,2", "0-1-2", "0\n1"] {
            assert!(list_of_numbers(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = extra_hosts(&text);
            let _ = ulimits(&text);
            let _ = network(&text);
        }
    }
}
