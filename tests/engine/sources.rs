//! Sources of packages: fetched from real servers, patched, and with what their languages need.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::engine::build::{Built, build, built, folder};
use crate::engine::docker::{Engine, run, text, top};

const SOURCES: &str = "debug/sources";
const PATCHED: &str = "debug/patched-sources";
const GOMODS: &str = "debug/gomods";

pub(crate) fn repositories_of_git_are_taken_at_their_commit(engine: &Engine) {
    let server = Server::start(engine);
    let (tag, branch) = (server.commit("v1^{}"), server.commit("main"));
    let spec = server.spec(&format!(
        "  branch:\n    git: {{url: \"URL/git/tool.git\", commit: main}}\n  \
         commit:\n    git: {{url: \"URL/git/tool.git\", commit: {tag}, checksum: {start}}}\n  \
         part:\n    git: {{url: \"URL/git/tool.git\", commit: {tag}}}\n    path: src\n    excludes: [\"**/*.o\"]\n  \
         tag:\n    git: {{url: \"URL/git/tool.git\", commit: v1, keepGitDir: true}}\n",
        start = &tag[..10],
    ));
    let made = build(engine, &spec, SOURCES, &[]).succeeded();
    assert_eq!(read(&made, "branch/README"), "changed\n");
    assert_eq!(read(&made, "commit/README"), "read me\n");
    assert!(!made.out().join("commit/.git").exists());
    let part: Vec<_> = made.files().into_iter().filter(|file| file.starts_with("part/")).collect();
    assert_eq!(part, ["part/deep/note.txt", "part/main.c"]);
    assert_eq!(read(&made, "tag/.git/HEAD").trim(), tag);
    // What is not pinned is told, with what pins it.
    if engine.is_recent() {
        for said in [format!("add `checksum: {branch}`"), format!("add `checksum: {tag}`")] {
            assert!(made.stderr.contains(&said), "{said}:\n{}", made.stderr);
        }
    }
}

pub(crate) fn another_commit_than_the_checksum_is_refused(engine: &Engine) {
    let server = Server::start(engine);
    let checksum = server.commit("main");
    let spec = server
        .spec(&format!("  tag:\n    git: {{url: \"URL/git/tool.git\", commit: v1, checksum: {checksum}}}\n"));
    let made = build(engine, &spec, SOURCES, &[]);
    assert!(!made.success, "{}", made.stderr);
    let said = if engine.is_recent() { "expected checksum" } else { "source.git.checksum" };
    assert!(made.stderr.contains(said), "{}", made.stderr);
    // An older engine cannot compare, which is said before there is a step.
    let shown = |line: &str| line.contains(">>>") && line.contains("tag:");
    assert!(!engine.is_recent() || made.stderr.lines().any(shown), "its line is not shown:\n{}", made.stderr);
}

pub(crate) fn files_of_a_server_are_what_their_digest_says(engine: &Engine) {
    let server = Server::start(engine);
    let digest = "sha256:6e2c68bc0ff42f9ad26bc61ae4e5e2ed1c3eec9df2d7a24f7f57b6b8a9d09ecf";
    let open = server.spec("  file.txt:\n    http: {url: \"URL/file.txt\", permissions: 0o755}\n");
    let made = build(engine, &open, SOURCES, &[]).succeeded();
    assert_eq!(read(&made, "file.txt"), "a file\n");
    assert_eq!(mode(&made, "file.txt"), 0o755);
    let wrong =
        server.spec(&format!("  file.txt:\n    http: {{url: \"URL/file.txt\", digest: \"{digest}\"}}\n"));
    let made = build(engine, &wrong, SOURCES, &[]);
    assert!(!made.success && made.stderr.contains("digest mismatch"), "{}", made.stderr);
}

pub(crate) fn only_what_is_wanted_of_a_context_is_sent(engine: &Engine) {
    let spec = "# syntax=localhost/annex\nname: given\nversion: 1.0.0\nsources:\n  \
                all:\n    context: {name: data}\n  \
                main:\n    context: {}\n    includes: [\"*.txt\"]\n  \
                some:\n    context: {name: data}\n    path: sub\n    includes: [\"**/*.c\"]\n    excludes: [skipped]\n";
    let folder = folder(spec);
    let data = folder.path().join("data");
    fs::create_dir_all(data.join("sub/skipped")).unwrap();
    for (path, content) in [
        ("top", "t\n"),
        ("sub/a.c", "a\n"),
        ("sub/b.o", "b\n"),
        ("sub/skipped/c.c", "c\n"),
        ("../main.txt", "m\n"),
    ] {
        fs::write(data.join(path), content).unwrap();
    }
    let mut docker = engine.docker();
    docker.args([
        "build",
        "--progress=plain",
        "-f",
        "my-sysext.yml",
        "--output=out",
        "--target=debug/sources",
    ]);
    let made = built(take(docker, &["--build-context=data=data", "."]), folder).succeeded();
    assert_eq!(
        made.files(),
        ["all/sub/a.c", "all/sub/b.o", "all/sub/skipped/c.c", "all/top", "main/main.txt", "some/a.c"]
    );
}

pub(crate) fn images_and_dockerfiles_make_sources(engine: &Engine) {
    let spec = "# syntax=localhost/annex\nname: made\nversion: 1.0.0\nsources:\n  \
        built:\n    build:\n      source: {inline: {file: {contents: \"FROM debian:trixie AS out\\nARG A\\nRUN mkdir /made && echo $A >/made/a\\nFROM scratch\\n\"}}}\n      \
        target: out\n      args: {A: \"words of mine\"}\n    path: /made\n  \
        commanded:\n    image:\n      ref: debian:trixie\n      cmd:\n        env: {A: \"1\"}\n        mounts:\n          \
        - {dest: /input, spec: {inline: {file: {contents: \"input\\n\"}}}}\n        steps:\n          \
        - {command: \"cat /input >/made/one\"}\n          \
        - {command: \"echo $A$B >/made/two; touch /elsewhere\", env: {B: \"2\"}}\n    path: /made\n  \
        image:\n    image: {ref: debian:trixie}\n    path: /etc\n    includes: [os-release, debian_version]\n  \
        inline:\n    inline:\n      dir:\n        files: {run: {contents: \"x\\n\", permissions: 0o755}, plain: {}}\n";
    let made = build(engine, spec, SOURCES, &[]).succeeded();
    assert_eq!(read(&made, "built/a"), "words of mine\n");
    assert_eq!(read(&made, "commanded/one"), "input\n");
    assert_eq!(read(&made, "commanded/two"), "12\n");
    assert!(!made.out().join("commanded/elsewhere").exists());
    assert!(read(&made, "image/debian_version").starts_with("13"));
    assert_eq!(mode(&made, "inline/run"), 0o755);
    assert_eq!(read(&made, "inline/plain"), "");
}

pub(crate) fn patches_are_applied_in_their_order_or_end_the_build(engine: &Engine) {
    let spec = |first: &str| {
        format!(
            "# syntax=localhost/annex\nname: patched\nversion: 1.0.0\nsources:\n  \
             src:\n    inline: {{dir: {{files: {{.gitattributes: {{contents: \"* binary\\n\"}}, text: {{contents: \"one\\n\"}}}}}}}}\n  \
             first.patch:\n    inline: {{file: {{contents: \"{first}\"}}}}\n  \
             more:\n    inline:\n      dir:\n        files:\n          \
             second.patch: {{contents: \"--- text\\n+++ text\\n@@ -1 +1 @@\\n-two\\n+three\\n\"}}\n          \
             new.patch: {{contents: \"diff --git a/run b/run\\nnew file mode 100755\\n--- /dev/null\\n+++ b/run\\n@@ -0,0 +1 @@\\n+go\\n\"}}\n\
             patches:\n  src:\n    - {{source: first.patch}}\n    - {{source: more, path: second.patch, strip: 0}}\n    \
             - {{source: more, path: new.patch}}\n"
        )
    };
    let good = spec("--- a/text\\n+++ b/text\\n@@ -1 +1 @@\\n-one\\n+two\\n");
    let made = build(engine, &good, PATCHED, &[]).succeeded();
    assert_eq!(read(&made, "src/text"), "three\n");
    assert_eq!(read(&made, "src/run"), "go\n");
    assert_eq!(mode(&made, "src/run"), 0o755);
    assert!(!made.out().join("src/text.orig").exists());
    for bad in ["no patch at all\\n", "--- a/text\\n+++ b/text\\n@@ -1 +1 @@\\n-other\\n+two\\n"] {
        let made = build(engine, &spec(bad), PATCHED, &[]);
        assert!(!made.success, "{}", made.stderr);
        assert!(made.stderr.contains("src: patch first.patch"), "{}", made.stderr);
        assert!(made.stderr.contains("source: first.patch"), "its line is shown:\n{}", made.stderr);
    }
}

pub(crate) fn modules_of_go_are_fetched_and_then_offline(engine: &Engine) {
    let server = Server::start(engine);
    let commit = server.commit_of("gomain", "main");
    let gomain = |more: &str| {
        server.spec(&format!(
            "  main:\n    git: {{url: \"URL/git/gomain.git\", commit: {commit}}}\n    generate: [{{gomod: {{{more}}}}}]\n"
        ))
    };
    let proxy = format!("--build-arg=DALEC_GOMOD_PROXY={}/goproxy", server.url);
    let made = build(engine, &gomain(""), GOMODS, &[&proxy]).succeeded();
    assert!(made.out().join("example.org/hello@v1.0.0/hello.go").is_file(), "{:?}", made.files());
    assert!(!made.out().join("example.org/other@v1.1.0").exists());
    // The progress cannot tell: a step that another build holds is shown to this one with all that it said there.
    let fetched = || {
        let log = said(engine, &["logs", &server.container]);
        log.lines().filter(|line| line.contains("/goproxy/")).count()
    };
    let before = fetched();
    build(engine, &gomain(""), GOMODS, &[&proxy]).succeeded();
    assert_eq!(fetched(), before, "the modules are fetched each time");

    let edits = "edits: {replace: [\"example.org/hello => example.org/other@v1.1.0\"]}";
    // Go asks a public database of sums, which knows none of these modules, unless the worker says otherwise.
    engine.image("localhost/annex-test-go", GO_WORKER);
    let worker = "--build-context=patched-sources-worker=docker-image://localhost/annex-test-go";
    let edited = build(engine, &gomain(edits), PATCHED, &[&proxy, worker]);
    let edited = edited.succeeded();
    let text = read(&edited, "main/go.mod");
    assert!(text.contains("replace example.org/hello => example.org/other v1.1.0"), "{text}");
}

pub(crate) fn a_secret_is_in_no_layer_cache_or_message(engine: &Engine) {
    let server = Server::start(engine);
    let commit = server.commit_of("private", "main");
    let spec = server.spec(&format!(
        "  private:\n    git: {{url: \"URL/git/private.git\", commit: {commit}, auth: {{token: LAB_TOKEN}}}}\n    \
         generate: [{{gomod: {{paths: [], auth: {{other.example.org: {{header: LAB_HEADER}}}}}}}}]\n  \
         main:\n    git: {{url: \"URL/git/gomain.git\", commit: main}}\n    \
         generate: [{{gomod: {{auth: {{other.example.org: {{token: LAB_TOKEN, header: LAB_HEADER}}}}}}}}]\n"
    ));
    let without = build(engine, &spec, SOURCES, &[]);
    assert!(!without.success, "the repository wants a login, or this proves nothing");

    let folder = folder(&spec);
    fs::write(folder.path().join("token"), TOKEN).unwrap();
    fs::write(folder.path().join("header"), format!("Basic {HEADER}")).unwrap();
    let proxy = format!("--build-arg=DALEC_GOMOD_PROXY={}/goproxy", server.url);
    let secrets = ["--secret=id=LAB_TOKEN,src=token", "--secret=id=LAB_HEADER,src=header"];
    let cache = "--cache-to=type=local,dest=cache,mode=max,compression=uncompressed";
    for target in [SOURCES, GOMODS] {
        let mut docker = engine.docker();
        docker.args(["build", "--progress=plain", "-f", "my-sysext.yml", "--output=out", "--target", target]);
        docker.args(secrets).arg(&proxy);
        if engine.is_recent() {
            docker.arg(cache);
        }
        let output = run(docker.arg(".").current_dir(folder.path()));
        let said = text(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert!(!said.contains(TOKEN) && !said.contains(HEADER), "{said}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("out/private/file")).unwrap(), "private\n");
    let kept = if engine.is_recent() { vec!["out", "cache"] } else { vec!["out"] };
    for place in kept {
        for secret in [TOKEN, HEADER] {
            let mut grep = Command::new("grep");
            let found = run(grep.args(["-rlaF", "-e", secret, place]).current_dir(folder.path()));
            assert_eq!(text(&found.stdout), "", "{secret} is in {place}");
        }
    }
    if engine.is_recent() {
        let found = run(Command::new("grep")
            .args(["-rlaF", "-e", "example.org/hello", "cache"])
            .current_dir(folder.path()));
        assert_ne!(text(&found.stdout), "", "the cache can be searched");
    }
}

pub(crate) fn crates_come_from_the_registry_that_a_patch_names(engine: &Engine) {
    let server = Server::start(engine);
    let manifest = "[package]\\nname = \\\"a\\\"\\nversion = \\\"1.0.0\\\"\\nedition = \\\"2021\\\"\\n[lib]\\npath = \\\"lib.rs\\\"\\n\
                    [dependencies]\\ngreeter = \\\"1.0.0\\\"\\n";
    let patch = "--- /dev/null\\n+++ b/.cargo/config.toml\\n@@ -0,0 +1,4 @@\\n+[source.crates-io]\\n+replace-with = \\\"lab\\\"\\n\
                 +[source.lab]\\n+registry = \\\"sparse+URL/crates/\\\"\\n";
    let spec = server.spec(&format!(
        "  src:\n    inline: {{dir: {{files: {{Cargo.toml: {{contents: \"{manifest}\"}}, lib.rs: {{}}}}}}}}\n    \
         generate: [{{cargohome: {{}}}}]\n  registry.patch:\n    inline: {{file: {{contents: \"{patch}\"}}}}\n\
         patches:\n  src: [{{source: registry.patch}}]\n"
    ));
    let made = build(engine, &spec, "debug/cargohome", &[]).succeeded();
    let found = made.files().into_iter().any(|file| file.ends_with("/greeter-1.0.0.crate"));
    assert!(found, "{:?}", made.files());
    assert!(!made.files().iter().any(|file| file == ".global-cache"), "{:?}", made.files());
}

pub(crate) fn packages_of_python_come_from_the_index_that_is_named(engine: &Engine) {
    let server = Server::start(engine);
    let host = server.url.trim_start_matches("http://").split(':').next().unwrap();
    let worker = format!(
        "FROM debian:trixie\nRUN apt-get update && apt-get install --yes --no-install-recommends python3-pip \
         && printf '[global]\\ntrusted-host = {host}\\n' >/etc/pip.conf\n"
    );
    engine.image("localhost/annex-test-pip", &worker);
    let spec = server.spec(
        "  src:\n    inline: {dir: {files: {needs.txt: {contents: \"greeter==1.0.0\\n\"}}}}\n    \
         generate: [{pip: {requirements_file: needs.txt, index_url: \"URL/simple/\"}}]\n",
    );
    let worker = "--build-context=pip-worker=docker-image://localhost/annex-test-pip";
    let made = build(engine, &spec, "debug/pip", &[worker]).succeeded();
    assert!(made.files().iter().any(|file| file == "greeter-1.0.0.tar.gz"), "{:?}", made.files());
    assert!(made.files().iter().any(|file| file.starts_with("setuptools-")), "{:?}", made.files());
}

fn read(made: &Built, path: &str) -> String {
    let path = made.out().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn mode(made: &Built, path: &str) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(made.out().join(path)).unwrap().permissions().mode() & 0o7777
}

fn take(mut docker: Command, arguments: &[&str]) -> Command {
    docker.args(arguments);
    docker
}

/// A server of sources in a container, until it is dropped.
#[derive(Debug)]
pub(crate) struct Server<'a> {
    engine: &'a Engine,
    container: String,
    /// Its address, without a `/` at the end.
    pub(crate) url: String,
}

impl<'a> Server<'a> {
    /// One that listens.
    pub(crate) fn start(engine: &'a Engine) -> Self {
        static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
        {
            let _guard = ONE_AT_A_TIME.lock();
            let context: &Path = &top().join("tests/engine/sources");
            engine.image_of(context, IMAGE, &["--target=server"]);
        }
        let inspect = ["network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"];
        let gateway = said(engine, &inspect);
        // Engines know a commit by its name alone, wherever and whenever they got it.
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("1970 is over").as_nanos().to_string();
        let serve = "/make.sh \"$1\" && exec python3 /serve.py \"$2\"";
        let container = said(
            engine,
            &["run", "--detach", "--network=host", IMAGE, "sh", "-c", serve, "sh", &now, &gateway],
        );
        let mut server = Self { engine, container, url: String::new() };
        server.url = format!("http://{gateway}:{}", server.port());
        server
    }

    /// How many requests it has had.
    pub(crate) fn requests(&self) -> usize {
        said(self.engine, &["logs", &self.container]).lines().filter(|line| line.contains(" HTTP/")).count()
    }

    /// A spec with these sources, in which `URL` is the server's.
    fn spec(&self, sources: &str) -> String {
        let sources = sources.replace("URL", &self.url);
        format!("# syntax=localhost/annex\nname: fetched\nversion: 1.0.0\nsources:\n{sources}")
    }

    /// The commit that a name means in the repository `tool`.
    fn commit(&self, name: &str) -> String {
        self.commit_of("tool", name)
    }

    fn commit_of(&self, repository: &str, name: &str) -> String {
        let folder = format!("/srv/git/{repository}.git");
        said(self.engine, &["exec", &self.container, "git", "-C", &folder, "rev-parse", name])
    }

    fn port(&self) -> String {
        for _ in 0..200 {
            let log = said(self.engine, &["logs", &self.container]);
            if let Some(port) = log.lines().find_map(|line| line.strip_prefix("PORT ")) {
                return port.into();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server does not listen");
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        // A container that is left over does no harm.
        let _ = self.engine.docker().args(["rm", "--force", "--volumes", &self.container]).output();
    }
}

fn said(engine: &Engine, arguments: &[&str]) -> String {
    let output = run(engine.docker().args(arguments));
    assert!(output.status.success(), "docker {arguments:?}: {}", text(&output.stderr));
    text(&output.stdout).trim().into()
}

/// A worker that edits modules.
const GO_WORKER: &str = "FROM debian:trixie
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates git golang-go patch \\
    && HOME=/root go env -w GONOSUMDB=example.org
";
/// Name of the server's image.
const IMAGE: &str = "localhost/annex-test-sources";
/// What the server takes as a login.
const TOKEN: &str = "hunter2-token";
/// The value of a header that nobody asks for.
const HEADER: &str = "bWU6aHVudGVyMi1oZWFkZXI=";
