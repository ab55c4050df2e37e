//! Other releases than the one that most tests build.

use std::fs;
use std::path::Path;

use crate::engine::build::{Built, architecture, build, spec};
use crate::engine::docker::Engine;
use crate::engine::image::Image;
use crate::engine::merging::{ANSWERS, PROGRAMS, merged, refused};
use crate::engine::repository::Repository;

/// systemd 252 is Debian 12's own, so its programs run there.
pub(crate) fn debian_12_is_merged_by_its_own_systemd_and_its_programs_run(engines: &[Engine]) {
    let engine = engines.last().unwrap();
    let made = build(engine, &spec("shell", SHELL), "bookworm/testing/sysext", &[]).succeeded();
    packed_in_the_worker_of_another(&made);
    assert_eq!(merged("bookworm", &made.file(&image_name("shell", "bookworm")), PROGRAMS), ANSWERS);
}

/// Packages of Debian 11 have files in `/bin` and `/lib`, its index is of an archived release, its apt is 2.2. Its own
/// systemd is too old to merge anything, so the host is one of Debian 12.
pub(crate) fn debian_11_is_merged_by_systemd_252_and_its_programs_run(engines: &[Engine]) {
    let engine = engines.last().unwrap();
    let made = build(engine, &spec("shell", SHELL), "bullseye/testing/sysext", &[]).succeeded();
    packed_in_the_worker_of_another(&made);
    let file = made.file(&image_name("shell", "bullseye"));
    let image = Image::open(&file);
    assert!(image.path("usr/bin/zsh5").exists() || image.path("usr/bin/zsh").exists());
    assert!(!image.path("bin").exists() && !image.path("lib").exists());
    assert_eq!(merged("bookworm", &file, PROGRAMS), ANSWERS);
}

/// What a lock notes of erofs-utils is of the worker that packs.
pub(crate) fn a_lock_names_the_tools_of_the_worker_that_packs(engine: &Engine) {
    let made = build(engine, &spec("noted", &["jq"]), "bookworm/testing/sysext/lock", &[]).succeeded();
    let lock = String::from_utf8(made.bytes("sysext.lock")).unwrap();
    // Debian 12 has 1.5, Debian 13 has 1.8.6.
    assert!(lock.contains("\"erofs_utils\": \"1.8."), "{lock}");
    assert!(lock.contains("deb12"), "{lock}");
}

/// The stand-in is an image of Debian that reads a repository of our own under Ubuntu's names.
pub(crate) fn a_stand_in_for_ubuntu_is_built_with_its_updates_and_ports(engine: &Engine) {
    if architecture() != "x86-64" {
        return; // Ubuntu's ports are those of other architectures than amd64
    }
    let stand_in = Repository::stand_in(engine);
    let spec = spec("machine", &["annex-machine"]);
    let made = build(engine, &spec, "noble/testing/sysext", &[&stand_in.worker()]).succeeded();
    let name = "machine-v1.0.0-1-noble-x86-64.raw";
    assert_eq!(machine(&made.file(name)), "1.1 for amd64\n");
    if !engine.is_recent() {
        return; // an image for two platforms needs the store of Docker 28
    }
    let both = "--platform=linux/arm64,linux/amd64";
    let made = build(engine, &spec, "noble/testing/sysext", &[&stand_in.worker(), both]).succeeded();
    let foreign = "linux_arm64/machine-v1.0.0-1-noble-arm64.raw";
    assert_eq!(made.files(), [&format!("linux_amd64/{name}"), foreign]);
    assert_eq!(machine(&made.out().join(foreign)), "1.1 for arm64\n");
    // The package itself may be in the engine's cache, by its checksum.
    let requests = stand_in.requests().join("\n");
    assert!(
        requests.contains("GET /ubuntu-ports/dists/noble-updates/main/binary-arm64/Packages"),
        "{requests}"
    );
    assert!(!requests.contains("/ubuntu/dists/noble/main/binary-arm64"), "{requests}");
}

/// Flatcar's own systemd is not to be had here; Debian's refuses what is for Flatcar.
pub(crate) fn an_extension_for_flatcar_is_for_no_other_host(engine: &Engine) {
    if architecture() != "x86-64" {
        return;
    }
    let stand_in = Repository::stand_in(engine);
    let spec = spec("machine", &["annex-machine"]);
    let made = build(engine, &spec, "flatcar/testing/sysext", &[&stand_in.worker()]).succeeded();
    let file = made.file("machine.raw");
    let image = Image::open(&file);
    assert_eq!(image.text("usr/lib/annex/machine"), "1.1 for amd64\n");
    assert_eq!(
        image.text("usr/lib/extension-release.d/extension-release.machine"),
        "ID=flatcar\nARCHITECTURE=x86-64\nEXTENSION_RELOAD_MANAGER=1\nSYSEXT_LEVEL=1.0\n\
         SYSEXT_ID=machine\nSYSEXT_VERSION_ID=1.0.0-1\n"
    );
    refused("trixie", &file);
    let args = ["--build-arg=DALEC_SYSEXT_OS_ID=debian", "--build-arg=DALEC_SYSEXT_OS_VERSION_ID=13"];
    let worker = stand_in.worker();
    let made = build(engine, &spec, "flatcar/testing/sysext", &[&worker, args[0], args[1]]).succeeded();
    let file = made.file("machine.raw");
    assert_eq!(merged("trixie", &file, "cat /usr/lib/annex/machine"), "1.1 for amd64\n");
    refused("bookworm", &file);
}

/// Debian's real packages for three architectures, of which this machine runs one.
pub(crate) fn three_platforms_are_built_without_running_what_is_foreign(engine: &Engine) {
    let foreign = interpreters();
    assert!(
        engine.name == "host" || foreign.is_empty(),
        "programs of other machines would run here unnoticed: {foreign:?}"
    );
    let worker = without_updates(engine);
    let spec = spec("machines", &["jq", "zsh"]);
    let machines = [("amd64", "x86-64", 62), ("arm64", "arm64", 183), ("arm_v7", "arm", 40)];
    let target = "trixie/testing/sysext";
    if engine.is_recent() {
        let platforms = "--platform=linux/arm64,linux/amd64,linux/arm/v7";
        let made = build(engine, &spec, target, &[worker, platforms]).succeeded();
        let files =
            machines.map(|(folder, name, _)| format!("linux_{folder}/machines-v1.0.0-1-trixie-{name}.raw"));
        assert_eq!(made.files(), files);
        for (file, (_, name, machine)) in files.iter().zip(machines) {
            check_machine(&made.out().join(file), name, machine);
        }
        return;
    }
    for (folder, name, machine) in machines {
        let platform = format!("--platform=linux/{}", folder.replace('_', "/"));
        let made = build(engine, &spec, target, &[worker, &platform]).succeeded();
        check_machine(&made.file(&format!("machines-v1.0.0-1-trixie-{name}.raw")), name, machine);
    }
}

/// The option for a worker that reads no updates: mirrors that keep what was asked for may be late with those of rare
/// architectures.
pub(crate) fn without_updates(engine: &Engine) -> &'static str {
    engine.image("localhost/annex-test-worker-main", MAIN_ONLY);
    "--build-context=dalec-trixie-worker=docker-image://localhost/annex-test-worker-main"
}

/// Every program is the platform's: `e_machine` of elf(5) is at byte 18.
fn check_machine(path: &Path, name: &str, machine: u8) {
    let image = Image::open(path);
    for program in ["usr/bin/jq", "usr/bin/zsh"] {
        let bytes = fs::read(image.path(program)).unwrap();
        assert_eq!((&bytes[..4], bytes[18]), (&b"\x7fELF"[..], machine), "{program} for {name}");
    }
    let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
    let release = image.text(&format!("usr/lib/extension-release.d/extension-release.{stem}"));
    assert!(release.lines().any(|line| line == format!("ARCHITECTURE={name}")), "{release}");
}

/// Interpreters that the kernel would start for programs of other machines (`Documentation/admin-guide/binfmt-misc.rst`).
fn interpreters() -> Vec<String> {
    let Ok(entries) = fs::read_dir("/proc/sys/fs/binfmt_misc") else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("qemu-")).collect()
}

fn packed_in_the_worker_of_another(made: &Built) {
    let steps: Vec<String> = made.steps().into_iter().map(|step| step.name).collect();
    assert!(steps.iter().any(|name| name.starts_with("[worker] trixie: ")), "{steps:?}");
}

fn machine(file: &Path) -> String {
    Image::open(file).text("usr/lib/annex/machine")
}

fn image_name(name: &str, release: &str) -> String {
    format!("{name}-v1.0.0-1-{release}-{}.raw", architecture())
}

/// With the libraries that `jq` and `zsh` need and that small systems do not have.
const SHELL: &[&str] = &["jq", "libjq1", "libonig5", "zsh", "zsh-common"];

/// A worker that reads the release itself, without its updates.
const MAIN_ONLY: &str = "FROM docker.io/library/debian:trixie
RUN apt-get update && apt-get install --yes --no-install-recommends erofs-utils \
 && site=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Release: trixie' | head -n 1) \
 && rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/* \
 && key=/usr/share/keyrings/debian-archive-keyring.gpg \
 && printf 'deb [signed-by=%s] %s trixie main\\n' $key $site >/etc/apt/sources.list
";
