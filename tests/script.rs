//! Each script with stubs in place of a distribution's tools: which calls does it make?

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

#[path = "script/building.rs"]
mod building;
#[path = "script/choosing.rs"]
mod choosing;
#[path = "script/source.rs"]
mod source;

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use annex::script::{APT_INSTALL, DNF_INSTALL, Script};
use expect_test::{Expect, expect};
use tempfile::TempDir;

/// Runs `script` with `words` where only `tools` are stubs, and compares the calls they got and the
/// script's exit code. `fail` is a call that fails.
fn check(script: Script, tools: &[&str], words: &[&str], fail: &str, expected: &Expect) {
    expected.assert_eq(&calls(script, tools, words, fail));
}

/// The calls that they got, and the script's exit code.
fn calls(script: Script, tools: &[&str], words: &[&str], fail: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let (stubs, temporary, record) =
        (directory.path().join("bin"), directory.path().join("tmp"), directory.path().join("calls"));
    fs::create_dir(&stubs).unwrap();
    fs::create_dir(&temporary).unwrap();
    fs::write(&record, "").unwrap();
    let stub = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/stub/record");
    for tool in tools {
        symlink(&stub, stubs.join(tool)).unwrap();
    }
    let file = directory.path().join(script.name);
    fs::write(&file, script.text).unwrap();
    let mut path = OsString::from(&stubs);
    path.push(":/usr/bin:/bin");
    let Output { status, stderr, .. } = Command::new("/bin/sh")
        .arg(&file)
        .args(words)
        .env_clear()
        .envs([("PATH", path), ("RECORD", record.clone().into()), ("TMPDIR", temporary.clone().into())])
        .env("FAIL", fail)
        .output()
        .unwrap();
    let calls = without_temporary_names(&fs::read_to_string(&record).unwrap(), &directory);
    let code = status.code().unwrap();
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0, "nothing is left behind");
    format!("{calls}exit {code}\n{}", String::from_utf8_lossy(&stderr))
}

/// Names that `mktemp` made up, as `[$TMPDIR]`.
fn without_temporary_names(calls: &str, directory: &TempDir) -> String {
    let prefix = format!("[{}/tmp/", directory.path().display());
    let mut parts = calls.split(&prefix);
    let first = parts.next().unwrap_or_default().to_owned();
    let named =
        |part: &str| part.split_once(']').map_or(part.to_owned(), |(_, rest)| format!("[$TMPDIR]{rest}"));
    first + &parts.map(named).collect::<String>()
}

#[test]
fn apt_install_updates_and_installs_what_it_is_told() {
    check(
        APT_INSTALL,
        &["apt-get"],
        &["jq=1.7.1-6", "two words (>= 1)", "$(touch here); *", "--reinstall"],
        "",
        &expect![[r#"
            apt-get [-c] [$TMPDIR] [update]
                DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
                #clear APT::Update::Post-Invoke;
                #clear APT::Update::Post-Invoke-Success;
                #clear DPkg::Post-Invoke;
                #clear Acquire::Languages;
                Acquire::Languages { "none"; };
                Acquire::Retries "3";
                APT::Keep-Downloaded-Packages "true";
                APT::Update::Error-Mode "any";
            apt-get [-c] [$TMPDIR] [install] [--yes] [--no-install-recommends] [--] [jq=1.7.1-6] [two words (>= 1)] [$(touch here); *] [--reinstall]
                DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
                #clear APT::Update::Post-Invoke;
                #clear APT::Update::Post-Invoke-Success;
                #clear DPkg::Post-Invoke;
                #clear Acquire::Languages;
                Acquire::Languages { "none"; };
                Acquire::Retries "3";
                APT::Keep-Downloaded-Packages "true";
                APT::Update::Error-Mode "any";
            exit 0
        "#]],
    );
}

#[test]
fn apt_install_stops_where_apt_does() {
    check(
        APT_INSTALL,
        &["apt-get"],
        &["jq"],
        "apt-get update",
        &expect![[r#"
        apt-get [-c] [$TMPDIR] [update]
            DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
            #clear APT::Update::Post-Invoke;
            #clear APT::Update::Post-Invoke-Success;
            #clear DPkg::Post-Invoke;
            #clear Acquire::Languages;
            Acquire::Languages { "none"; };
            Acquire::Retries "3";
            APT::Keep-Downloaded-Packages "true";
            APT::Update::Error-Mode "any";
        exit 7
    "#]],
    );
    check(
        APT_INSTALL,
        &["apt-get"],
        &["jq"],
        "apt-get install",
        &expect![[r#"
        apt-get [-c] [$TMPDIR] [update]
            DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
            #clear APT::Update::Post-Invoke;
            #clear APT::Update::Post-Invoke-Success;
            #clear DPkg::Post-Invoke;
            #clear Acquire::Languages;
            Acquire::Languages { "none"; };
            Acquire::Retries "3";
            APT::Keep-Downloaded-Packages "true";
            APT::Update::Error-Mode "any";
        apt-get [-c] [$TMPDIR] [install] [--yes] [--no-install-recommends] [--] [jq]
            DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
            #clear APT::Update::Post-Invoke;
            #clear APT::Update::Post-Invoke-Success;
            #clear DPkg::Post-Invoke;
            #clear Acquire::Languages;
            Acquire::Languages { "none"; };
            Acquire::Retries "3";
            APT::Keep-Downloaded-Packages "true";
            APT::Update::Error-Mode "any";
        exit 7
    "#]],
    );
}

#[test]
fn apt_install_of_nothing_tells_its_usage() {
    check(
        APT_INSTALL,
        &["apt-get"],
        &[],
        "",
        &expect![[r#"
            exit 64
            usage: apt-install.sh PACKAGE... | DIRECTORY/
        "#]],
    );
}

#[test]
fn dnf_install_lets_the_manager_it_is_told_install_what_it_is_told() {
    for manager in ["dnf", "dnf5", "tdnf"] {
        let words = [manager, "3.0", "erofs-utils", "$(touch here); *"];
        let weak = if manager == "tdnf" { "" } else { "[--setopt=install_weak_deps=False] " };
        let expected = format!(
            "{manager} [install] [--assumeyes] [--releasever=3.0] [--setopt=keepcache=1] {weak}[--setopt=tsflags=nodocs] \
             [erofs-utils] [$(touch here); *]\n    DEBIAN_FRONTEND= LC_ALL=C.UTF-8\nexit 0\n"
        );
        assert_eq!(calls(DNF_INSTALL, &[manager], &words, ""), expected);
    }
}

#[test]
fn dnf_install_fails_as_the_manager_does() {
    check(
        DNF_INSTALL,
        &["tdnf"],
        &["tdnf", "3.0", "jq"],
        "tdnf install",
        &expect![[r"
            tdnf [install] [--assumeyes] [--releasever=3.0] [--setopt=keepcache=1] [--setopt=tsflags=nodocs] [jq]
                DEBIAN_FRONTEND= LC_ALL=C.UTF-8
            exit 7
        "]],
    );
}

#[test]
fn dnf_install_of_nothing_or_with_another_manager_tells_what_it_takes() {
    check(
        DNF_INSTALL,
        &["dnf"],
        &["dnf", "9"],
        "",
        &expect![[r"
            exit 64
            usage: dnf-install.sh MANAGER RELEASEVER PACKAGE...
        "]],
    );
    check(
        DNF_INSTALL,
        &["yum"],
        &["yum", "9", "jq"],
        "",
        &expect![[r"
            exit 64
            dnf-install.sh: a manager is dnf, dnf5 or tdnf, not yum
        "]],
    );
}
