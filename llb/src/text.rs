//! A definition as text.

mod file;

use std::{
    collections::BTreeMap,
    fmt::{self, Formatter},
};

use buildkit_proto::pb::{self, op::Op};
use prost::Message;

use crate::{Definition, Digest, Platform, Range, metadata::CUSTOM_NAME};

/// Writes vertices in the order of the definition as `v0`, `v1`, …, then the result.
pub(crate) fn write(f: &mut Formatter<'_>, definition: &Definition) -> fmt::Result {
    let ops = definition.ops();
    let names: BTreeMap<_, _> =
        ops.iter().enumerate().map(|(number, (digest, _))| (digest.to_string(), number)).collect();
    for (number, (digest, op)) in ops.iter().enumerate() {
        match pb::Op::decode(&**op) {
            Ok(op) => {
                let inputs =
                    op.inputs.iter().map(|input| output(&names, &input.digest, input.index)).collect();
                Writer { f, inputs }.vertex(number, &op)?;
            }
            Err(_) => writeln!(f, "v{number} unknown ({} bytes)", op.len())?,
        }
        said(f, definition, digest)?;
    }
    match definition.head() {
        Some((digest, index)) => writeln!(f, "root {}", output(&names, &digest.to_string(), index)),
        None => writeln!(f, "root scratch"),
    }
}

/// One operation while it is written; facts are indented below its headline.
struct Writer<'a, 'b> {
    f: &'a mut Formatter<'b>,
    /// Names of the outputs that are its inputs.
    inputs: Vec<String>,
}

impl Writer<'_, '_> {
    fn vertex(&mut self, number: usize, op: &pb::Op) -> fmt::Result {
        write!(self.f, "v{number} ")?;
        match &op.op {
            None => writeln!(self.f, "unknown")?,
            Some(Op::Source(source)) => self.source(source)?,
            Some(Op::Exec(exec)) => self.exec(exec)?,
            Some(Op::File(file)) => self.file(file)?,
            Some(Op::Build(build)) => self.build(build)?,
            Some(Op::Merge(merge)) => self.merge(merge)?,
            Some(Op::Diff(diff)) => self.diff(*diff)?,
            Some(Op::Passthrough(passthrough)) => self.passthrough(passthrough)?,
        }
        if let Some(platform) = &op.platform {
            self.fact("platform", Platform::from(platform))?;
        }
        for filter in op.constraints.iter().flat_map(|constraints| &constraints.filter) {
            self.fact("constraint", filter)?;
        }
        Ok(())
    }

    fn source(&mut self, source: &pb::SourceOp) -> fmt::Result {
        let pb::SourceOp { identifier, attrs } = source;
        writeln!(self.f, "source {identifier}")?;
        self.attrs(attrs)
    }

    fn exec(&mut self, exec: &pb::ExecOp) -> fmt::Result {
        let pb::ExecOp { meta, mounts, network, security, secretenv, cdi_devices } = exec;
        let pb::Meta {
            args,
            env,
            cwd,
            user,
            proxy_env,
            extra_hosts,
            hostname,
            ulimit,
            cgroup_parent,
            remove_mount_stubs_recursive,
            valid_exit_codes,
        } = &meta.clone().unwrap_or_default();
        writeln!(self.f, "exec {args:?}")?;
        for env in env {
            self.fact("env", env.escape_debug())?;
        }
        for pb::SecretEnv { id, name, optional } in secretenv {
            self.fact("env", format_args!("{name} from secret {id}{}", flag(*optional, " optional")))?;
        }
        if let Some(proxy_env) = proxy_env {
            let pb::ProxyEnv { http_proxy, https_proxy, ftp_proxy, no_proxy, all_proxy } = proxy_env;
            self.some("proxy http", http_proxy)?;
            self.some("proxy https", https_proxy)?;
            self.some("proxy ftp", ftp_proxy)?;
            self.some("proxy no", no_proxy)?;
            self.some("proxy all", all_proxy)?;
        }
        if cwd != "/" {
            self.fact("cwd", cwd)?;
        }
        self.some("user", user)?;
        self.some("hostname", hostname)?;
        for pb::HostIp { host, ip } in extra_hosts {
            self.fact("host", format_args!("{host} {ip}"))?;
        }
        for pb::Ulimit { name, soft, hard } in ulimit {
            self.fact("ulimit", format_args!("{name}={soft}:{hard}"))?;
        }
        self.some("cgroup-parent", cgroup_parent)?;
        if !remove_mount_stubs_recursive {
            self.fact("mount-stubs", "kept")?;
        }
        if !valid_exit_codes.is_empty() {
            self.fact("exit-codes", format_args!("{valid_exit_codes:?}"))?;
        }
        match pb::NetMode::try_from(*network) {
            Ok(pb::NetMode::Unset) => {}
            Ok(pb::NetMode::Host) => self.fact("network", "host")?,
            Ok(pb::NetMode::None) => self.fact("network", "none")?,
            Err(_) => self.fact("network", network)?,
        }
        match pb::SecurityMode::try_from(*security) {
            Ok(pb::SecurityMode::Sandbox) => {}
            Ok(pb::SecurityMode::Insecure) => self.fact("security", "insecure")?,
            Err(_) => self.fact("security", security)?,
        }
        for pb::CdiDevice { name, optional } in cdi_devices {
            self.fact("device", format_args!("{name}{}", flag(*optional, " optional")))?;
        }
        mounts.iter().try_for_each(|mount| self.mount(mount))
    }

    fn mount(&mut self, mount: &pb::Mount) -> fmt::Result {
        let pb::Mount {
            input,
            selector,
            dest,
            output,
            readonly,
            mount_type: _,
            tmpfs_opt,
            cache_opt,
            secret_opt,
            ssh_opt,
            result_id,
            content_cache,
        } = mount;
        let kind = mount.mount_type();
        let word = match kind {
            pb::MountType::Bind => "bind",
            pb::MountType::Secret => "secret",
            pb::MountType::Ssh => "ssh",
            pb::MountType::Cache => "cache",
            pb::MountType::Tmpfs => "tmpfs",
        };
        write!(self.f, "   {word} {dest}")?;
        if kind == pb::MountType::Bind || *input != -1 {
            write!(self.f, " from {}", self.input(*input))?;
        }
        if !selector.is_empty() {
            write!(self.f, " path {selector}")?;
        }
        if let Some(pb::TmpfsOpt { size }) = tmpfs_opt
            && *size > 0
        {
            write!(self.f, " size={size}")?;
        }
        if let Some(opt) = cache_opt {
            let sharing = opt.sharing().as_str_name().to_ascii_lowercase();
            write!(self.f, " id={} {sharing}", opt.id)?;
        }
        if let Some(pb::SecretOpt { id, uid, gid, mode, optional }) = secret_opt {
            write!(self.f, " id={id} {uid}:{gid} {mode:04o}{}", flag(*optional, " optional"))?;
        }
        if let Some(pb::SshOpt { id, uid, gid, mode, optional }) = ssh_opt {
            write!(self.f, " id={id} {uid}:{gid} {mode:04o}{}", flag(*optional, " optional"))?;
        }
        if !result_id.is_empty() {
            write!(self.f, " result={result_id}")?;
        }
        match pb::MountContentCache::try_from(*content_cache) {
            Ok(pb::MountContentCache::Default) => {}
            Ok(pb::MountContentCache::On) => write!(self.f, " content-cache=on")?,
            Ok(pb::MountContentCache::Off) => write!(self.f, " content-cache=off")?,
            Err(_) => write!(self.f, " content-cache={content_cache}")?,
        }
        if *readonly {
            write!(self.f, " ro")?;
        } else if kind == pb::MountType::Bind {
            match output {
                -1 => write!(self.f, " discard")?,
                output => write!(self.f, " -> :{output}")?,
            }
        }
        writeln!(self.f)
    }

    fn build(&mut self, build: &pb::BuildOp) -> fmt::Result {
        let pb::BuildOp { builder, inputs, def, attrs } = build;
        writeln!(self.f, "build")?;
        if *builder != -1 {
            self.fact("builder", self.input(*builder))?;
        }
        for (name, pb::BuildInput { input }) in inputs {
            self.fact("input", format_args!("{name} from {}", self.input(*input)))?;
        }
        if let Some(def) = def {
            self.fact("definition", format_args!("{} operations", def.def.len()))?;
        }
        self.attrs(attrs)
    }

    fn merge(&mut self, merge: &pb::MergeOp) -> fmt::Result {
        writeln!(self.f, "merge")?;
        merge.inputs.iter().try_for_each(|input| self.fact("layer", self.input(input.input)))
    }

    fn diff(&mut self, diff: pb::DiffOp) -> fmt::Result {
        let pb::DiffOp { lower, upper } = diff;
        writeln!(self.f, "diff")?;
        self.fact("lower", self.input(lower.map_or(-1, |lower| lower.input)))?;
        self.fact("upper", self.input(upper.map_or(-1, |upper| upper.input)))
    }

    fn passthrough(&mut self, passthrough: &pb::PassthroughOp) -> fmt::Result {
        let pb::PassthroughOp { id, outputs } = passthrough;
        writeln!(self.f, "passthrough {id}")?;
        for (number, input) in outputs.iter().enumerate() {
            self.fact("output", format_args!("{} -> :{number}", self.input(*input)))?;
        }
        for number in 0..i64::try_from(self.inputs.len()).unwrap_or(i64::MAX) {
            if !outputs.contains(&number) {
                self.fact("after", self.input(number))?;
            }
        }
        Ok(())
    }

    fn attrs(&mut self, attrs: &BTreeMap<String, String>) -> fmt::Result {
        attrs.iter().try_for_each(|(key, value)| writeln!(self.f, "   {key}={}", value.escape_debug()))
    }

    /// The name of an input by its number in the operation.
    fn input(&self, number: i64) -> String {
        match usize::try_from(number) {
            Ok(index) => self.inputs.get(index).cloned().unwrap_or_else(|| format!("input {number}")),
            Err(_) => "scratch".to_owned(),
        }
    }

    fn fact(&mut self, key: &str, value: impl fmt::Display) -> fmt::Result {
        writeln!(self.f, "   {key} {value}")
    }

    /// A fact unless it is empty.
    fn some(&mut self, key: &str, value: &str) -> fmt::Result {
        if value.is_empty() { Ok(()) } else { self.fact(key, value) }
    }
}

/// What is said about a vertex but its capabilities, which follow from the operation.
fn said(f: &mut Formatter<'_>, definition: &Definition, digest: &Digest) -> fmt::Result {
    let Some(metadata) = definition.metadata(digest) else { return Ok(()) };
    let pb::OpMetadata { ignore_cache, description, export_cache, caps: _, progress_group, linux_resources } =
        metadata;
    for (key, value) in description {
        let value = value.escape_debug();
        match &**key {
            CUSTOM_NAME => writeln!(f, "   name {value}")?,
            key => writeln!(f, "   description {key}={value}")?,
        }
    }
    if let Some(pb::ProgressGroup { id, name, weak }) = progress_group {
        writeln!(f, "   group {id}{} {}", flag(*weak, " weak"), name.escape_debug())?;
    }
    if *ignore_cache {
        writeln!(f, "   ignore-cache")?;
    }
    if let Some(pb::ExportCache { value }) = export_cache {
        writeln!(f, "   export-cache {value}")?;
    }
    if let Some(resources) = linux_resources {
        let pb::LinuxResources {
            memory,
            memory_swap,
            cpu_shares,
            cpu_period,
            cpu_quota,
            cpuset_cpus,
            cpuset_mems,
        } = resources;
        writeln!(f, "   resources memory={memory} memory-swap={memory_swap} cpu-shares={cpu_shares}")?;
        writeln!(f, "   resources cpu-period={cpu_period} cpu-quota={cpu_quota}")?;
        writeln!(f, "   resources cpuset-cpus={cpuset_cpus} cpuset-mems={cpuset_mems}")?;
    }
    for (info, ranges) in definition.places(digest) {
        for Range { start, end } in ranges {
            write!(f, "   at {}:{}", info.filename, start.line)?;
            if end.line > start.line {
                write!(f, "-{}", end.line)?;
            }
            writeln!(f)?;
        }
    }
    Ok(())
}

/// The short name of an output.
fn output(names: &BTreeMap<String, usize>, digest: &str, index: i64) -> String {
    match names.get(digest) {
        Some(number) => format!("v{number}:{index}"),
        None => format!("unknown:{index}"),
    }
}

fn flag(set: bool, word: &'static str) -> &'static str {
    if set { word } else { "" }
}
