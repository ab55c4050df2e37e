//! Commands as text.

use std::fmt;

use buildkit_proto::pb;

use super::{Line, Writer, flag};

impl Writer<'_, '_> {
    pub(super) fn exec(&mut self, exec: &pb::ExecOp) -> fmt::Result {
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
            self.fact("env", Line(env))?;
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
}
