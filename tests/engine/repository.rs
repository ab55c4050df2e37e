//! A signed repository of our own, in an image of the engine.

use std::sync::Mutex;
use std::time::Duration;

use crate::engine::docker::{Engine, run, text, top};

/// A repository that a container serves over HTTP until it is dropped.
#[derive(Debug)]
pub(crate) struct Repository<'a> {
    engine: &'a Engine,
    container: String,
    worker: String,
    url: String,
    /// How many requests have been told already.
    told: Mutex<usize>,
}

impl<'a> Repository<'a> {
    /// Serves the repository on the bridge of the engine, which is reached by the engine itself and by its containers.
    pub(crate) fn serve(engine: &'a Engine) -> Self {
        Self::run(engine, "repository", |_, url| worker(engine, url))
    }

    /// Serves a stand-in for Ubuntu's archive and ports; its worker is an image in the place of Ubuntu's 24.04.
    pub(crate) fn stand_in(engine: &'a Engine) -> Self {
        Self::run(engine, "ubuntu", |container, url| {
            // The key that this repository was signed with, whatever the engine's cache still has of the build.
            let key = said(engine, &["exec", container, "base64", "--wrap=0", KEYRING]);
            let key = format!("--build-arg=KEY={key}");
            let platforms = "--platform=linux/amd64,linux/arm64";
            let more: &[&str] = if engine.is_recent() { &[&key, platforms] } else { &[&key] };
            let image = build(engine, "noble", url, more);
            format!("--build-context=docker.io/library/ubuntu:noble=docker-image://{image}")
        })
    }

    fn run(engine: &'a Engine, stage: &str, worker: impl FnOnce(&str, &str) -> String) -> Self {
        let image = build(engine, stage, "", &[]);
        let inspect = ["network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"];
        let gateway = said(engine, &inspect);
        let container =
            said(engine, &["run", "--detach", "--network=host", &image, "perl", "/serve.pl", &gateway]);
        let mut repository =
            Self { engine, container, worker: String::new(), url: String::new(), told: Mutex::new(1) };
        let port = repository.port();
        repository.url = format!("http://{gateway}:{port}");
        repository.worker = worker(&repository.container, &repository.url);
        repository
    }

    /// The option for a worker that reads the repository from its own file system.
    pub(crate) fn local(engine: &Engine) -> String {
        worker(engine, "file:/srv/repository")
    }

    /// The image that has the repository in `/srv/repository`.
    pub(crate) fn image(engine: &Engine) -> String {
        build(engine, "repository", "", &[])
    }

    /// Where it is served.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The key that signs it, in ASCII armor.
    pub(crate) fn key(&self) -> String {
        said(self.engine, &["exec", &self.container, "gpg", "--armor", "--export"])
    }

    /// A spec of packages that are looked for in this repository too, at `url` and signed by `key`.
    pub(crate) fn spec_with(name: &str, packages: &str, url: &str, key: &str) -> String {
        let lines: Vec<String> = key.lines().map(|line| format!("              {line}\n")).collect();
        format!(
            "# syntax=localhost/annex\nname: {name}\nversion: 1.0.0\ndependencies:\n  sysext: [{packages}]\n  \
             extra_repos:\n  - config:\n      own:\n        inline:\n          file:\n            contents: |\n              \
             deb [signed-by=/usr/share/keyrings/own.asc] {url} example main\n    keys:\n      own.asc:\n        inline:\n          \
             file:\n            contents: |\n{}",
            lines.concat()
        )
    }

    /// The option for a worker that reads this repository.
    pub(crate) fn worker(&self) -> String {
        self.worker.clone()
    }

    /// The requests since the last call.
    pub(crate) fn requests(&self) -> Vec<String> {
        let log = said(self.engine, &["logs", &self.container]);
        let mut told = self.told.lock().unwrap();
        let new: Vec<String> = log.lines().skip(*told).map(String::from).collect();
        *told += new.len();
        new
    }

    /// Adds a newer version of its package.
    pub(crate) fn publish_next(&self) {
        said(self.engine, &["exec", &self.container, "cp", "-r", "/srv/next/.", "/srv/repository/"]);
    }

    fn port(&self) -> String {
        loop {
            let log = said(self.engine, &["logs", &self.container]);
            if let Some(port) = log.lines().find_map(|line| line.strip_prefix("PORT ")) {
                return port.into();
            }
            let running = said(self.engine, &["inspect", "--format={{.State.Running}}", &self.container]);
            assert_eq!(running, "true", "the server ended: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Repository<'_> {
    fn drop(&mut self) {
        // A container that is left over does no harm.
        let _ = self.engine.docker().args(["rm", "--force", "--volumes", &self.container]).output();
    }
}

/// Where an image of Ubuntu has the key of its archive.
const KEYRING: &str = "/usr/share/keyrings/ubuntu-archive-keyring.gpg";

/// Name of the image of [`Repository::local`].
pub(crate) const LOCAL: &str = "localhost/annex-test-worker:at-file--srv-repository";

fn worker(engine: &Engine, url: &str) -> String {
    format!("--build-context=dalec-trixie-worker=docker-image://{}", build(engine, "worker", url, &[]))
}

/// Builds a stage of the Dockerfile into the engine's store; gives the image's name.
fn build(engine: &Engine, stage: &str, url: &str, more: &[&str]) -> String {
    // Two builds at a time could each make a key.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    // An image is known by where it reads, so that tests at the same time do not take each other's.
    let place: String = url.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let tag = format!("localhost/annex-test-{stage}:at-{place}");
    let arguments = [format!("--target={stage}"), format!("--build-arg=URL={url}")];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
    engine.image_of(&top().join("tests/engine/repository"), &tag, &arguments);
    tag
}

fn said(engine: &Engine, arguments: &[&str]) -> String {
    let output = run(engine.docker().args(arguments));
    assert!(output.status.success(), "docker {arguments:?}: {}", text(&output.stderr));
    text(&output.stdout).trim().into()
}
