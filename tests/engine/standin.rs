//! Stand-ins for distributions of the rpm family, and the repositories that they read: see `standin.sh`.

use std::ffi::OsStr;
use std::path::PathBuf;

use serde_json::Value;

use crate::engine::build::{Built, architecture, build, spec};
use crate::engine::docker::{Engine, certificates};

/// A stand-in whose repositories are served in a view of their own.
///
/// The view is `good`, one of `standin/make.sh`, or one with a fault of `standin/serve.pl` such as `good.rpm-404`.
#[derive(Debug)]
pub(crate) struct Standin<'a> {
    engine: &'a Engine,
    /// The first part of every path that it asks for.
    tag: String,
    image: String,
}

impl<'a> Standin<'a> {
    /// A stand-in for Azure Linux 3 that reads a view; `name` tells its requests from those of other tests.
    pub(crate) fn of(engine: &'a Engine, view: &str, name: &str) -> Self {
        // All engines are served from one directory, where one's switch must not be another's.
        let tag = format!("{view}@{name}-{}", engine.name);
        let image = format!("localhost/annex-test-standin:{}", tag.replace('@', "-"));
        let standin = Self { engine, tag, image };
        // What an earlier run has switched to.
        let _ = std::fs::remove_file(standin.switch());
        let reads = format!("RUN sed -i 's#/good/#/{}/#' /etc/yum.repos.d/*.repo\n", standin.tag);
        engine.image(&standin.image, &[DOCKERFILE, &reads].concat());
        standin
    }

    /// The option that puts it in the place of the official image.
    pub(crate) fn base(&self) -> String {
        format!("--build-context={OFFICIAL}=docker-image://{}", self.image)
    }

    /// The option that makes it the worker, which it can be as it is.
    pub(crate) fn worker(&self) -> String {
        format!("--build-context=dalec-azlinux3-worker=docker-image://{}", self.image)
    }

    /// Its name once it has tools of Debian and a database of packages that knows them by their names elsewhere; without
    /// tools it says that they are there all the same.
    pub(crate) fn with_tools(&self, tools: &[&str]) -> String {
        let image = format!("{}-{}", self.image, tools.first().unwrap_or(&"clean"));
        let install = if tools.is_empty() {
            String::new()
        } else {
            let tools = tools.join(" ");
            format!("&& apt-get update && apt-get install --yes --no-install-recommends {tools} ")
        };
        let context = tempfile::tempdir().unwrap();
        let dockerfile = format!(
            "FROM {}\nCOPY --from=docker.io/library/debian:trixie /etc/apt/ /etc/apt/\n{}RUN true {install}{TOOLS}",
            self.image,
            certificates(context.path()),
        );
        std::fs::write(context.path().join("Dockerfile"), dockerfile).unwrap();
        self.engine.image_of(context.path(), &image, &[]);
        image
    }

    /// Its name for the engine.
    pub(crate) fn image(&self) -> &str {
        &self.image
    }

    /// From now on another view is served.
    pub(crate) fn show(&self, view: &str) {
        std::fs::write(self.switch(), view).unwrap();
    }

    /// The requests so far, each `METHOD FILE STATUS`, the path as it is behind the architecture.
    pub(crate) fn requests(&self) -> Vec<String> {
        let log = std::fs::read_to_string(directory(self.engine).join("standin.log")).unwrap();
        let ours = format!(" /{}/", self.tag);
        let words = |line: &str| {
            let mut words: Vec<&str> = line.split(' ').collect();
            words[1] = words[1].rsplit('/').next().unwrap_or_default();
            words.join(" ")
        };
        log.lines().filter(|line| line.contains(&ours)).map(words).collect()
    }

    fn switch(&self) -> PathBuf {
        let (_, name) = self.tag.split_once('@').expect("each tag has a name");
        made(self.engine).join("views").join(format!("@{name}"))
    }
}

/// Builds an extension of packages for a distribution, and gives what came of it.
pub(crate) fn extension(
    engine: &Engine,
    distribution: &str,
    name: &str,
    packages: &[&str],
    arguments: &[&str],
) -> Built {
    build(engine, &spec(name, packages), &format!("{distribution}/testing/sysext"), arguments)
}

/// The lock of a spec for a distribution.
pub(crate) fn lock(engine: &Engine, distribution: &str, spec: &str, arguments: &[&str]) -> Value {
    let made = build(engine, spec, &format!("{distribution}/testing/sysext/lock"), arguments).succeeded();
    serde_json::from_slice(&made.bytes("sysext.lock")).unwrap()
}

/// Name of the image of [`extension`].
pub(crate) fn image_name(name: &str, distribution: &str) -> String {
    format!("{name}-v1.0.0-1-{distribution}-{}.raw", architecture())
}

/// Directory of the public keys that sign the stand-ins' packages.
pub(crate) fn keys(engine: &Engine) -> PathBuf {
    made(engine).join("keys")
}

/// Directory of the repositories of a view.
pub(crate) fn served(engine: &Engine, view: &str) -> PathBuf {
    made(engine).join("views").join(view)
}

/// Where `standin/make.sh` has put what is served now.
fn made(engine: &Engine) -> PathBuf {
    let engine = directory(engine);
    let stamp = std::fs::read_to_string(engine.join("standin.stamp"));
    let stamp = stamp.expect("up.sh serves the stand-ins' repositories");
    engine.join("../../standin").join(stamp.trim())
}

/// Where the lab is.
pub(crate) fn lab(engine: &Engine) -> PathBuf {
    let environment = engine.ready().expect("a test starts when its engine is ready");
    environment.get(OsStr::new("ANNEX_LAB")).expect("env.sh says where the lab is").into()
}

/// What the lab keeps of an engine.
fn directory(engine: &Engine) -> PathBuf {
    lab(engine).join("engine").join(&engine.name)
}

/// The distribution that most tests build for.
pub(crate) const AZURE: &str = "azlinux3";
/// The image that a worker of it starts from, as users name it.
const OFFICIAL: &str = "mcr.microsoft.com/azurelinux/base/core:3.0";
/// A package without content that says what is there.
const TOOLS: &str = r"&& printf '%s\n' 'Name: standin-tools' 'Version: 1' 'Release: 1' 'Summary: says what is there' \
    'License: CC0-1.0' 'BuildArch: noarch' \
    'Provides: binutils ca-certificates cargo gcc glibc-devel glibc-static golang kernel-headers make' \
    'Provides: python3 python3-pip rust /usr/bin/python3 /usr/bin/getent /usr/sbin/groupadd' \
    '%description' 'Names of tools.' '%files' >/tmp/tools.spec \
    && rpmbuild --quiet --define '_topdir /tmp/tools' -bb /tmp/tools.spec \
    && rpm --install /tmp/tools/RPMS/noarch/*.rpm && rm -r /tmp/tools /tmp/tools.spec
";
/// What all views begin with: the tools of a worker, which come from the honest one.
const DOCKERFILE: &str = "FROM mcr.microsoft.com/azurelinux/base/core:3.0
RUN tdnf install -y --releasever=3.0 dnf erofs-utils && rm -rf /var/cache/dnf /var/lib/dnf
";
