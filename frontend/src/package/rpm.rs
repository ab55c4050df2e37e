//! Fedora's kin and Azure Linux: `.rpm` packages, chosen with dnf, dnf 5 or tdnf.

use buildkit_llb::{Platform, State};

use super::{Download, Family, Release, Resolve, install, mount_repositories, output};
use crate::job::{self, Manager};
use crate::script;
use crate::step::{Stage, Steps, count};
use crate::version::Order;

/// The family of RPM; its releases differ in what is said here.
#[derive(Debug)]
pub struct Rpm {
    /// What reads the repositories in a worker.
    pub manager: Manager,
    /// What `$releasever` is in the addresses of the repositories: a worker need not know it by itself.
    pub releasever: &'static str,
}

impl Rpm {
    /// A command of our own program that is told of the manager.
    fn command<'a>(&self, name: &'a str, words: &[&'a str]) -> Vec<&'a str> {
        let Self { manager, releasever } = self;
        [&[name, manager.name(), releasever], words].concat()
    }
}

impl Family for Rpm {
    /// RPM's names of architectures, as in its `rpmrc`: those that distributions are built for.
    fn arch(&self, platform: &Platform) -> Option<&'static str> {
        if platform.os() != "linux" {
            return None;
        }
        Some(match (platform.architecture(), platform.variant()) {
            ("386", _) => "i686",
            ("amd64", _) => "x86_64",
            ("arm", Some("v6")) => "armv6hl",
            ("arm", None | Some("v7")) => "armv7hl",
            ("arm64", _) => "aarch64",
            ("loong64", _) => "loongarch64",
            ("ppc64le", _) => "ppc64le",
            ("riscv64", _) => "riscv64",
            ("s390x", _) => "s390x",
            _ => return None,
        })
    }

    fn order(&self) -> Order {
        Order::Rpm
    }

    fn check_name(&self, name: &str) -> Result<(), String> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
        let starts = name.starts_with(|first: char| first.is_ascii_alphanumeric());
        if starts && name.bytes().all(fits) {
            return Ok(());
        }
        Err(format!(
            "`{name}` is no name of an RPM package: letters, digits, `+`, `-`, `.` and `_`, the first a letter or \
             digit"
        ))
    }

    fn repository_file(&self, name: &str) -> Result<String, String> {
        Ok(format!("/etc/yum.repos.d/{}.repo", name.strip_suffix(".repo").unwrap_or(name)))
    }

    fn key_file(&self, name: &str) -> String {
        format!("/etc/pki/rpm-gpg/{name}")
    }

    fn worker(&self, steps: &Steps, release: &Release<'_>, base: &State, tools: &[&str]) -> State {
        let name = format!("{}: install {}", release.key, tools.join(" "));
        let words = self.command("", tools);
        install(steps, release, base, (script::DNF_INSTALL, &words[1..]), (&name, caches(self.manager)))
    }

    fn indices(&self, steps: &Steps, release: &Release<'_>, worker: &State, architecture: &str) -> State {
        let name = format!("{}: list repositories", release.key);
        let command = self.command("list-indices-rpm", &[architecture]);
        output(steps.program(Stage::Resolve, &name, &command, None), release, worker)
    }

    fn resolve(&self, steps: &Steps, release: &Release<'_>, worker: &State, resolve: &Resolve<'_>) -> State {
        let job = resolve.job;
        let name = format!("{}: {} for {}", release.key, count(job.packages.len()), job.platform);
        let command = self.command("resolve-rpm", &[]);
        let mut exec = steps.program(Stage::Resolve, &name, &command, Some(job::to_json(job)));
        steps.online(&mut exec);
        mount_repositories(&mut exec, resolve);
        output(exec, release, worker)
    }

    /// Without a network: what the frontend cannot fetch is in the worker's own files.
    fn download(
        &self,
        steps: &Steps,
        release: &Release<'_>,
        worker: &State,
        download: &Download<'_>,
    ) -> State {
        let Download { architecture: _, packages, locations } = download;
        let name = format!("{}: copy {} from the worker", release.key, count(packages.len()));
        let command = self.command("download-rpm", &[]);
        let mut exec = steps.program(Stage::Resolve, &name, &command, Some(job::to_json(packages)));
        for location in *locations {
            exec.location(location.clone());
        }
        output(exec, release, worker)
    }
}

/// Where a manager keeps what it downloads, kept between builds so that a changed list of tools is quick.
fn caches(manager: Manager) -> &'static [(&'static str, &'static str)] {
    match manager {
        Manager::Dnf => &[("/var/cache/dnf", "dnf-cache")],
        Manager::Dnf5 => &[("/var/cache/libdnf5", "dnf5-cache")],
        Manager::Tdnf => &[("/var/cache/tdnf", "tdnf-cache")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RPM: Rpm = Rpm { manager: Manager::Dnf, releasever: "9" };

    #[test]
    fn architectures_have_rpms_names() {
        let arch = |platform: &str| RPM.arch(&platform.parse().expect("a platform"));
        assert_eq!(arch("linux/amd64"), Some("x86_64"));
        assert_eq!(arch("linux/arm64"), Some("aarch64"));
        assert_eq!(arch("linux/arm/v7"), Some("armv7hl"));
        assert_eq!(arch("linux/arm/v5"), None);
        assert_eq!(arch("windows/amd64"), None);
    }

    #[test]
    fn names_may_have_capitals_and_underscores() {
        for name in ["jq", "ImageMagick-c++", "python3.12", "0ad", "java_cup"] {
            assert_eq!(RPM.check_name(name), Ok(()), "{name}");
        }
        for name in ["", "-o", "_x", "a b", "jq*", "jq(x86-64)", "../jq", "é"] {
            assert!(RPM.check_name(name).is_err(), "{name}");
        }
    }
}
