//! The examples: built for several releases, installed and removed by the distribution's own tools, merged and booted.

mod made;
mod table;

use crate::engine::docker::Engine;
use crate::engine::examples::made::Made;
use crate::engine::standin::Standin;

pub(crate) fn apt_installs_runs_and_purges_those_of_debian_13(engines: &[Engine]) {
    let made = Made::of_debian(engines.last().unwrap(), "trixie");
    made.is_left_as_it_was("docker.io/library/debian:trixie", "apt.sh");
    made.is_merged("trixie");
    made.is_judged("lintian.sh", &[table::LINTIAN]);
    made.is_built_again_without_its_sources("go-modules");
}

pub(crate) fn apt_installs_runs_and_purges_those_of_debian_12(engines: &[Engine]) {
    let made = Made::of_debian(engines.last().unwrap(), "bookworm");
    made.is_left_as_it_was("docker.io/library/debian:bookworm", "apt.sh");
    made.is_merged("bookworm");
    made.is_judged("lintian.sh", &[table::LINTIAN, table::LINTIAN_12]);
}

/// The stand-in's programs are Debian's in all but their packages, so that they run in a system of Debian.
pub(crate) fn dnf_installs_runs_and_removes_those_of_azure_linux(engines: &[Engine]) {
    let engine = engines.last().unwrap();
    let standin = Standin::of(engine, "good", "examples");
    let tools = [
        "elfutils",
        "file",
        "gcc",
        "libc6-dev",
        "make",
        "ca-certificates",
        "cargo",
        "golang-go",
        "patch",
        "python3-pip",
    ];
    let worker =
        format!("--build-context=dalec-azlinux3-worker=docker-image://{}", standin.with_tools(&tools));
    let made = Made::of(engine, "azlinux3", "rpm", vec![worker]);
    made.is_left_as_it_was(&standin.with_tools(&["passwd"]), "dnf.sh");
    made.is_merged("trixie");
    made.is_judged("rpmlint.sh", &[table::RPMLINT]);
}
