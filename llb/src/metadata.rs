//! What is said about a vertex without being part of it.

use buildkit_proto::pb;

use crate::{Cap, caps::Caps};

/// Vertices shown to the user as one line of progress (since 0.10).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ProgressGroup {
    /// Vertices with equal ids are one group.
    pub id: String,
    /// The line shown.
    pub name: String,
    /// Whether the group's line ends without waiting for this vertex.
    pub weak: bool,
}

impl From<ProgressGroup> for pb::ProgressGroup {
    fn from(group: ProgressGroup) -> Self {
        let ProgressGroup { id, name, weak } = group;
        Self { id, name, weak }
    }
}

/// Limits of the control group a process runs in (since 0.31); zero and empty mean unlimited.
///
/// They do not change what is built and so are not part of the cache key.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LinuxResources {
    /// Memory in bytes.
    pub memory: i64,
    /// Memory and swap together in bytes.
    pub memory_swap: i64,
    /// Weight of processor time among containers.
    pub cpu_shares: u64,
    /// Period of the processor quota in microseconds.
    pub cpu_period: u64,
    /// Processor time per period in microseconds.
    pub cpu_quota: i64,
    /// Processors to run on: `0-2,7`.
    pub cpuset_cpus: String,
    /// Memory nodes to use: `0-1`.
    pub cpuset_mems: String,
}

impl From<LinuxResources> for pb::LinuxResources {
    fn from(resources: LinuxResources) -> Self {
        let LinuxResources {
            memory,
            memory_swap,
            cpu_shares,
            cpu_period,
            cpu_quota,
            cpuset_cpus,
            cpuset_mems,
        } = resources;
        Self { memory, memory_swap, cpu_shares, cpu_period, cpu_quota, cpuset_cpus, cpuset_mems }
    }
}

/// Metadata that only says what a vertex needs.
pub(crate) fn needing(caps: Caps) -> pb::OpMetadata {
    let mut metadata = pb::OpMetadata::default();
    for cap in caps {
        need(&mut metadata, cap);
    }
    metadata
}

pub(crate) fn need(metadata: &mut pb::OpMetadata, cap: Cap) {
    metadata.caps.insert(cap.id().to_owned(), true);
}

/// Says what was said of another vertex with the same digest too, in the way of BuildKit's client
/// (`mergeMetadata` in `client/llb/state.go`): flags and capabilities add up, `later` wins elsewhere.
pub(crate) fn merge(earlier: &mut pb::OpMetadata, later: &pb::OpMetadata) {
    let pb::OpMetadata { ignore_cache, description, export_cache, caps, progress_group, linux_resources } =
        later;
    earlier.ignore_cache |= ignore_cache;
    for (key, value) in description {
        earlier.description.insert(key.clone(), value.clone());
    }
    for (id, &needed) in caps {
        *earlier.caps.entry(id.clone()).or_default() |= needed;
    }
    if export_cache.is_some() {
        earlier.export_cache = *export_cache;
    }
    if progress_group.is_some() {
        earlier.progress_group.clone_from(progress_group);
    }
    if linux_resources.is_some() {
        earlier.linux_resources.clone_from(linux_resources);
    }
}

/// Key of the description that clients show instead of the operation (`client/llb/state.go`).
pub(crate) const CUSTOM_NAME: &str = "llb.customname";
