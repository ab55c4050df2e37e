//! Debian and its kin: `.deb` packages, chosen and fetched by apt.

use buildkit_llb::{Platform, State};

use super::{Download, Family, Release, Resolve, install, mount_repositories, output};
use crate::job;
use crate::script;
use crate::step::{Stage, Steps, count};
use crate::version::Order;

/// The family of Debian.
#[derive(Debug)]
pub struct Deb {
    /// Architectures whose packages are at the addresses of the archive, while those of all others are at other
    /// addresses; none: all are at the same.
    pub archive: &'static [&'static str],
}

impl Family for Deb {
    /// Debian's architecture names, as in `dpkg-architecture --list-known`.
    fn arch(&self, platform: &Platform) -> Option<&'static str> {
        if platform.os() != "linux" {
            return None;
        }
        Some(match (platform.architecture(), platform.variant()) {
            ("386", _) => "i386",
            ("amd64", _) => "amd64",
            ("arm", Some("v5" | "v6")) => "armel",
            ("arm", _) => "armhf",
            ("arm64", _) => "arm64",
            ("loong64", _) => "loong64",
            ("mips64le", _) => "mips64el",
            ("ppc64le", _) => "ppc64el",
            ("riscv64", _) => "riscv64",
            ("s390x", _) => "s390x",
            _ => return None,
        })
    }

    fn sources(&self, worker: &Platform, target: &Platform) -> Option<&'static str> {
        let archived = |platform| self.arch(platform).is_some_and(|arch| self.archive.contains(&arch));
        (!self.archive.is_empty() && archived(worker) != archived(target)).then_some("/etc/apt")
    }

    fn order(&self) -> Order {
        Order::Deb
    }

    fn repository_file(&self, name: &str) -> Result<String, String> {
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        let (stem, end) = if matches!(end, "list" | "sources") { (stem, end) } else { (name, "list") };
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if stem.bytes().all(fits) && !stem.is_empty() {
            return Ok(format!("/etc/apt/sources.list.d/{stem}.{end}"));
        }
        // sources.list(5)
        Err(format!("apt reads no file of the name `{name}`: use letters, digits, `_`, `-` and `.`"))
    }

    fn key_file(&self, name: &str) -> String {
        format!("/usr/share/keyrings/{name}")
    }

    fn worker(&self, steps: &Steps, release: &Release<'_>, base: &State, tools: &[&str]) -> State {
        let name = format!("{}: install {}", release.key, tools.join(" "));
        install(steps, release, base, (script::APT_INSTALL, tools), (&name, APT_CACHES))
    }

    fn check_name(&self, name: &str) -> Result<(), String> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
        let starts = name.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
        if name.len() > 1 && starts && name.bytes().all(fits) {
            return Ok(());
        }
        Err(format!(
            "`{name}` is no name of a Debian package: at least two of `a-z`, `0-9`, `+`, `-`, `.`, \
             the first a letter or digit"
        ))
    }

    fn indices(&self, steps: &Steps, release: &Release<'_>, worker: &State, architecture: &str) -> State {
        let name = format!("{}: list repositories", release.key);
        let exec = steps.program(Stage::Resolve, &name, &["list-indices-deb", architecture], None);
        output(exec, release, worker)
    }

    fn resolve(&self, steps: &Steps, release: &Release<'_>, worker: &State, resolve: &Resolve<'_>) -> State {
        let job = resolve.job;
        let name = format!("{}: {} for {}", release.key, count(job.packages.len()), job.platform);
        let mut exec = steps.program(Stage::Resolve, &name, &["resolve-deb"], Some(job::to_json(job)));
        steps.online(&mut exec);
        mount_repositories(&mut exec, resolve);
        output(exec, release, worker)
    }

    fn download(
        &self,
        steps: &Steps,
        release: &Release<'_>,
        worker: &State,
        download: &Download<'_>,
    ) -> State {
        let Download { architecture, packages, locations } = download;
        let name = format!("{}: fetch {} with apt", release.key, count(packages.len()));
        let command = ["download-deb", architecture];
        let mut exec = steps.program(Stage::Resolve, &name, &command, Some(job::to_json(packages)));
        for location in *locations {
            exec.location(location.clone());
        }
        steps.online(&mut exec);
        output(exec, release, worker)
    }
}

/// Where apt keeps what it downloads, kept between builds so that a changed list of tools is quick.
const APT_CACHES: &[(&str, &str)] = &[("/var/cache/apt", "apt-cache"), ("/var/lib/apt/lists", "apt-lists")];
