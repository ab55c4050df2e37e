//! Every release of the table: which images its steps run in, and what its image says of itself.

use annex::route::{self, Outcome};

use super::*;
use crate::builder::Graph;

/// The images that a target's build is made of, each with the steps that run in it, and the name of the result.
async fn made_of(target: &str, options: &[(&str, &str)]) -> String {
    let options: Vec<_> = [("target", target)].into_iter().chain(options.iter().copied()).collect();
    let built = Builder::with_spec(SPEC).build(&Request::new(&options)).await;
    assert!(built.end.error.is_none(), "{target}: {}", built.error());
    let mut lines: Vec<String> = Vec::new();
    for solved in &built.solved {
        for (op, exec, step) in solved.graph.execs() {
            let step = match step {
                Step::Assemble(job) => format!("assemble {} {}", job.image, job.mkfs.join(" ")),
                Step::Copy(_) => "copy".to_owned(),
                Step::Download(_) => "download".to_owned(),
                Step::Install(tools) => format!("install {}", tools.join(" ")),
                Step::List(architecture) => format!("list {architecture}"),
                Step::Resolve(job) => format!("resolve {} for {}", job.architecture, job.target),
                Step::Tools => "list tools".to_owned(),
                Step::Build
                | Step::Command(_)
                | Step::Digest
                | Step::Generate(_)
                | Step::Keys
                | Step::ListFiles(..)
                | Step::Pack
                | Step::Patch
                | Step::Test(_)
                | Step::Trust => {
                    panic!("{step:?} is for sources")
                }
            };
            let root = exec.mounts.iter().find(|mount| mount.dest == "/").unwrap();
            let mut line = format!("{step}: {}", image(&solved.graph, op, root.input));
            if let Some(sources) = exec.mounts.iter().find(|mount| mount.dest == "/etc/apt") {
                assert!(sources.readonly && sources.selector == "/etc/apt");
                write!(line, ", sources of {}", image(&solved.graph, op, sources.input)).unwrap();
            }
            let platform = op.platform.as_ref().unwrap();
            assert_eq!(platform.architecture, "amd64", "{step} runs on the engine's own platform");
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines.sort();
    lines.join("\n") + "\n"
}

/// The image that an input of a step is, whatever was installed in it; or where else it comes from.
fn image(graph: &Graph, op: &buildkit_proto::pb::Op, input: i64) -> String {
    let mut op = graph.input(op, usize::try_from(input).unwrap()).unwrap();
    loop {
        match op.op.as_ref().unwrap() {
            Op::Source(source) => {
                let platform = op.platform.as_ref().map_or("", |platform| &platform.architecture);
                let name = source.identifier.split('@').next().unwrap();
                let name = name.trim_start_matches("docker-image://docker.io/library/");
                return format!("{name} {platform}").trim_end().to_owned();
            }
            Op::Exec(exec) => {
                let root = exec.mounts.iter().find(|mount| mount.dest == "/").unwrap();
                op = graph.input(op, usize::try_from(root.input).unwrap()).unwrap();
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn every_target_is_built() {
    // What is made of sources has specs of its own, among the golden graphs.
    let extensions = route::all().into_iter().filter(|route| matches!(route.result, Outcome::Extension(_)));
    for route in extensions {
        made_of(&route.path, &[]).await;
        made_of(&route.path, &[("platform", "linux/arm64")]).await;
    }
}

#[tokio::test]
async fn a_release_of_rpm_is_told_which_architecture_is_meant() {
    expect![[r#"
        assemble tools-v1.0.0-1-azlinux3-arm64 -zlz4hc -C65536 -Eztailpacking: docker-image://mcr.microsoft.com/azurelinux/base/core:3.0 amd64
        install erofs-utils: docker-image://mcr.microsoft.com/azurelinux/base/core:3.0 amd64
        list aarch64: docker-image://mcr.microsoft.com/azurelinux/base/core:3.0 amd64
        list tools: docker-image://mcr.microsoft.com/azurelinux/base/core:3.0 amd64
        resolve aarch64 for azlinux3: docker-image://mcr.microsoft.com/azurelinux/base/core:3.0 amd64
    "#]].assert_eq(&made_of("azlinux3/testing/sysext", &[("platform", "linux/arm64")]).await);
    expect![[r#"
        assemble tools-v1.0.0-1-rockylinux9-arm64 -zlz4hc -C65536: debian:trixie amd64
        install erofs-utils: debian:trixie amd64
        list aarch64: docker-image://docker.io/rockylinux/rockylinux:9 amd64
        list tools: debian:trixie amd64
        resolve aarch64 for rockylinux9: docker-image://docker.io/rockylinux/rockylinux:9 amd64
    "#]]
    .assert_eq(&made_of("rockylinux9/testing/sysext", &[("platform", "linux/arm64")]).await);
}

#[tokio::test]
async fn a_release_with_tools_of_its_own_packs_in_its_own_image() {
    expect![[r#"
        assemble tools-v1.0.0-1-noble-x86-64 -zlz4hc -C65536 -Eztailpacking: ubuntu:noble amd64
        install erofs-utils: ubuntu:noble amd64
        list amd64: ubuntu:noble amd64
        list tools: ubuntu:noble amd64
        resolve amd64 for noble: ubuntu:noble amd64
    "#]]
    .assert_eq(&made_of("noble/testing/sysext", &[]).await);
}

#[tokio::test]
async fn a_release_without_tools_packs_in_the_worker_of_another() {
    expect![[r#"
        assemble tools-v1.0.0-1-bookworm-x86-64 -zlz4hc -C65536 -Eztailpacking: debian:trixie amd64
        install erofs-utils: debian:trixie amd64
        list amd64: debian:bookworm amd64
        list tools: debian:trixie amd64
        resolve amd64 for bookworm: debian:bookworm amd64
    "#]]
    .assert_eq(&made_of("bookworm/testing/sysext", &[]).await);
}

#[tokio::test]
async fn a_profile_has_the_packages_of_its_release_and_an_image_of_its_own() {
    expect![[r#"
        assemble tools -zlz4hc -C65536 -Eztailpacking: ubuntu:noble amd64
        install erofs-utils: ubuntu:noble amd64
        list amd64: ubuntu:noble amd64
        list tools: ubuntu:noble amd64
        resolve amd64 for flatcar: ubuntu:noble amd64
    "#]]
    .assert_eq(&made_of("flatcar/testing/sysext", &[]).await);
}

#[tokio::test]
async fn each_worker_is_replaced_under_its_own_name() {
    let own = [("context:dalec-bookworm-worker", "docker-image://example.org/bookworm:1")];
    expect![[r#"
        assemble tools-v1.0.0-1-bookworm-x86-64 -zlz4hc -C65536 -Eztailpacking: debian:trixie amd64
        install erofs-utils: debian:trixie amd64
        list amd64: docker-image://example.org/bookworm:1 amd64
        list tools: debian:trixie amd64
        resolve amd64 for bookworm: docker-image://example.org/bookworm:1 amd64
    "#]]
    .assert_eq(&made_of("bookworm/testing/sysext", &own).await);
    let tools = [("context:dalec-trixie-worker", "docker-image://example.org/trixie:1")];
    expect![[r#"
        assemble tools-v1.0.0-1-bookworm-x86-64 -zlz4hc -C65536 -Eztailpacking: docker-image://example.org/trixie:1 amd64
        list amd64: debian:bookworm amd64
        list tools: docker-image://example.org/trixie:1 amd64
        resolve amd64 for bookworm: debian:bookworm amd64
    "#]].assert_eq(&made_of("bookworm/testing/sysext", &tools).await);
    let flatcar = [("context:dalec-noble-worker", "docker-image://example.org/noble:1")];
    expect![[r#"
        assemble tools -zlz4hc -C65536 -Eztailpacking: docker-image://example.org/noble:1 amd64
        list amd64: docker-image://example.org/noble:1 amd64
        list tools: docker-image://example.org/noble:1 amd64
        resolve amd64 for flatcar: docker-image://example.org/noble:1 amd64
    "#]]
    .assert_eq(&made_of("flatcar/testing/sysext", &flatcar).await);
}

#[tokio::test]
async fn debian_has_all_architectures_at_the_same_addresses() {
    let options = [("platform", "linux/arm/v7")];
    expect![[r#"
        assemble tools-v1.0.0-1-trixie-arm -zlz4hc -C65536 -Eztailpacking: debian:trixie amd64
        install erofs-utils: debian:trixie amd64
        list armhf: debian:trixie amd64
        list tools: debian:trixie amd64
        resolve armhf for trixie: debian:trixie amd64
    "#]]
    .assert_eq(&made_of("trixie/testing/sysext", &options).await);
}

#[tokio::test]
async fn ubuntu_says_where_its_ports_are_in_the_image_of_the_other_architecture() {
    expect![[r#"
        assemble tools-v1.0.0-1-noble-arm64 -zlz4hc -C65536 -Eztailpacking: ubuntu:noble amd64
        install erofs-utils: ubuntu:noble amd64
        list arm64: ubuntu:noble amd64, sources of ubuntu:noble arm64
        list tools: ubuntu:noble amd64
        resolve arm64 for noble: ubuntu:noble amd64, sources of ubuntu:noble arm64
    "#]]
    .assert_eq(&made_of("noble/testing/sysext", &[("platform", "linux/arm64")]).await);
    expect![[r#"
        assemble tools-v1.0.0-1-jammy-x86 -zlz4hc -C65536: debian:trixie amd64
        install erofs-utils: debian:trixie amd64
        list i386: ubuntu:jammy amd64
        list tools: debian:trixie amd64
        resolve i386 for jammy: ubuntu:jammy amd64
    "#]]
    .assert_eq(&made_of("jammy/testing/sysext", &[("platform", "linux/386")]).await);
}

#[tokio::test]
async fn a_worker_of_the_clients_says_where_its_ports_are_too() {
    let options =
        [("platform", "linux/arm64"), ("context:dalec-noble-worker", "docker-image://example.org/noble:1")];
    expect![[r#"
        assemble tools-v1.0.0-1-noble-arm64 -zlz4hc -C65536 -Eztailpacking: docker-image://example.org/noble:1 amd64
        list arm64: docker-image://example.org/noble:1 amd64, sources of docker-image://example.org/noble:1 arm64
        list tools: docker-image://example.org/noble:1 amd64
        resolve arm64 for noble: docker-image://example.org/noble:1 amd64, sources of docker-image://example.org/noble:1 arm64
    "#]].assert_eq(&made_of("noble/testing/sysext", &options).await);
}

/// What the assemble step is told to write into the extension-release file, and the image's name.
async fn release(target: &str, args: &[(&str, &str)]) -> String {
    let options: Vec<_> = [("target", target)].into_iter().chain(args.iter().copied()).collect();
    let built = Builder::with_spec(SPEC).build(&Request::new(&options)).await;
    let results = built.results();
    let Some(Step::Assemble(job)) = results[""].last_step() else { panic!("an image is assembled") };
    format!("{}.raw\n{}", job.image, job.release)
}

#[tokio::test]
async fn an_extension_is_for_all_hosts_unless_build_args_say_which() {
    expect![[r#"
        tools-v1.0.0-1-bookworm-x86-64.raw
        ID=_any
        ARCHITECTURE=x86-64
        EXTENSION_RELOAD_MANAGER=1
        SYSEXT_ID=tools
        SYSEXT_VERSION_ID=1.0.0-1
    "#]]
    .assert_eq(&release("bookworm/testing/sysext", &[]).await);
    let args = [("build-arg:DALEC_SYSEXT_OS_ID", "debian"), ("build-arg:DALEC_SYSEXT_OS_VERSION_ID", "12")];
    expect![[r#"
        tools-v1.0.0-1-bookworm-x86-64.raw
        ID=debian
        ARCHITECTURE=x86-64
        EXTENSION_RELOAD_MANAGER=1
        VERSION_ID=12
        SYSEXT_ID=tools
        SYSEXT_VERSION_ID=1.0.0-1
    "#]]
    .assert_eq(&release("bookworm/testing/sysext", &args).await);
}

#[tokio::test]
async fn flatcars_level_is_given_up_for_a_version() {
    expect![[r#"
        tools.raw
        ID=flatcar
        ARCHITECTURE=x86-64
        EXTENSION_RELOAD_MANAGER=1
        SYSEXT_LEVEL=1.0
        SYSEXT_ID=tools
        SYSEXT_VERSION_ID=1.0.0-1
    "#]]
    .assert_eq(&release("flatcar/testing/sysext", &[]).await);
    let version = [("build-arg:DALEC_SYSEXT_OS_VERSION_ID", "4081.2.0")];
    expect![[r#"
        tools.raw
        ID=flatcar
        ARCHITECTURE=x86-64
        EXTENSION_RELOAD_MANAGER=1
        VERSION_ID=4081.2.0
        SYSEXT_ID=tools
        SYSEXT_VERSION_ID=1.0.0-1
    "#]]
    .assert_eq(&release("flatcar/testing/sysext", &version).await);
    let level = [version[0], ("build-arg:DALEC_SYSEXT_SYSEXT_LEVEL", "2.0")];
    expect![[r#"
        tools.raw
        ID=flatcar
        ARCHITECTURE=x86-64
        EXTENSION_RELOAD_MANAGER=1
        VERSION_ID=4081.2.0
        SYSEXT_LEVEL=2.0
        SYSEXT_ID=tools
        SYSEXT_VERSION_ID=1.0.0-1
    "#]]
    .assert_eq(&release("flatcar/testing/sysext", &level).await);
    let name = [("build-arg:DALEC_SYSEXT_IMAGE_NAME", "other.raw"), ("build-arg:DALEC_SYSEXT_OS_ID", "")];
    expect![[r#"
        other.raw
        ID=flatcar
        ARCHITECTURE=x86-64
        EXTENSION_RELOAD_MANAGER=1
        SYSEXT_LEVEL=1.0
        SYSEXT_ID=tools
        SYSEXT_VERSION_ID=1.0.0-1
    "#]]
    .assert_eq(&release("flatcar/testing/sysext", &name).await);
}
