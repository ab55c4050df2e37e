//! Images in the hands of real systemds.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::engine::build::{Built, SYSEXT, build, image_name, spec};
use crate::engine::docker::{Engine, run, text, top};
use crate::engine::repository::Repository;

pub(crate) fn systemd_257_merges_it_and_its_programs_run(engines: &[Engine]) {
    let made = image(engines);
    assert_eq!(merged("trixie", &made.file(&image_name("shell")), PROGRAMS), ANSWERS);
}

pub(crate) fn systemd_262_merges_it_and_its_programs_run(engines: &[Engine]) {
    let made = image(engines);
    assert_eq!(merged("forky", &made.file(&image_name("shell")), PROGRAMS), ANSWERS);
}

/// The C library of Debian 12 is older than the one that programs of Debian 13 ask for, so
/// none of them is run there.
pub(crate) fn systemd_252_merges_it_and_shows_its_files(engines: &[Engine]) {
    let made = image(engines);
    let command = "test -x /usr/bin/jq && test -f /usr/share/shell/etc/zsh/zshrc && cat /usr/bin/jq | head -c 4 | tail -c 3";
    assert_eq!(merged("bookworm", &made.file(&image_name("shell")), command), "ELF");
}

pub(crate) fn a_renamed_file_still_merges(engines: &[Engine]) {
    let made = image(engines);
    let renamed = made.folder.path().join("tools.raw");
    std::fs::copy(made.file(&image_name("shell")), &renamed).unwrap();
    for suite in ["bookworm", "trixie", "forky"] {
        let visible = merged(suite, &renamed, "test -x /usr/bin/zsh && echo there");
        assert_eq!(visible, "there\n", "{suite}");
    }
}

/// From systemd 255 on an extension asks for the reload that lets the manager see its units; before, the host does.
pub(crate) fn its_service_runs_after_boot_and_its_configuration_is_there(engines: &[Engine]) {
    let engine = engines.last().unwrap();
    let made = build(engine, &spec("service", &["annex-service"]), SYSEXT, &[&Repository::local(engine)]);
    let made = made.succeeded();
    let image = made.file(&image_name("service"));
    let said = in_system("boot.sh", "bookworm", &image, &["systemctl daemon-reload\n", BOOTED].concat());
    assert_eq!(said, ON, "bookworm");
    for suite in ["trixie", "forky"] {
        let said = in_system("boot.sh", suite, &image, &[BOOTED, MERGED_AGAIN].concat());
        assert_eq!(said, [ON, "gone\nactive\n"].concat(), "{suite}");
    }
}

/// systemd 262 starts what runs anew when the image is another file; before, that is left to people.
pub(crate) fn systemd_262_restarts_the_services_of_a_newer_image(engines: &[Engine]) {
    let engine = engines.last().unwrap();
    let made = build(engine, &spec("service", &["annex-service"]), SYSEXT, &[&Repository::local(engine)]);
    let made = made.succeeded();
    let image = made.file(&image_name("service"));
    let said = in_system("boot.sh", "forky", &image, &[BOOTED, REFRESHED].concat());
    assert_eq!(said, [ON, "started anew\nof the package\n"].concat());
}

/// Of the packages and of Annex, with the drop-ins of both.
pub(crate) fn systemd_finds_nothing_wrong_with_the_units(engines: &[Engine]) {
    let engine = engines.last().unwrap();
    let ours = build(engine, &spec("service", &["annex-service"]), SYSEXT, &[&Repository::local(engine)]);
    let debians = build(engine, &spec("batch", &["at", "cron"]), SYSEXT, &[]);
    for (name, made) in [("service", ours.succeeded()), ("batch", debians.succeeded())] {
        for suite in ["bookworm", "trixie", "forky"] {
            let said = merged(suite, &made.file(&image_name(name)), VERIFIED);
            assert_eq!(said, "", "{name} {suite}");
        }
    }
}

/// With the libraries that `jq` and `zsh` need: the systems here are small ones.
fn image(engines: &[Engine]) -> Built {
    let spec = spec("shell", &["jq", "libcap2", "libjq1", "libonig5", "zsh", "zsh-common"]);
    build(engines.last().unwrap(), &spec, SYSEXT, &[]).succeeded()
}

/// What a command says in a system of a release with an image merged.
pub(crate) fn merged(suite: &str, image: &Path, command: &str) -> String {
    in_system("merge.sh", suite, image, command)
}

/// What a command says in a system of a release with several images merged.
pub(crate) fn merged_all(suite: &str, images: &[PathBuf], command: &str) -> String {
    said(suite, &system("merge.sh", suite, images, command))
}

/// What a command says in a release that has booted with an image.
pub(crate) fn booted(suite: &str, image: &Path, command: &str) -> String {
    in_system("boot.sh", suite, image, command)
}

/// Sees that the systemd of a release does not merge an image.
pub(crate) fn refused(suite: &str, image: &Path) {
    let output = system("merge.sh", suite, &[image], "true");
    assert_eq!(output.status.code(), Some(125), "{suite} merged it: {}", text(&output.stderr));
}

fn in_system(script: &str, suite: &str, image: &Path, command: &str) -> String {
    said(suite, &system(script, suite, &[image], command))
}

fn said(suite: &str, output: &Output) -> String {
    assert!(output.status.success(), "{suite}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn system<P: AsRef<OsStr>>(script: &str, suite: &str, images: &[P], command: &str) -> Output {
    let mut script = Command::new(top().join("tests/engine").join(script));
    run(script.arg(suite).args(images).args(["--", "sh", "-c", command]))
}

const BOOTED: &str = "
for _ in $(seq 300); do systemctl is-active --quiet annex-waits && test -s /var/lib/annex/state && break; sleep 0.1; done
systemctl is-active annex-waits
systemctl is-active annex-once || true
cat /etc/annex/service.conf
systemctl is-active annex-listens.socket
systemctl is-active annex-listens.service || true
stat --format=%U /proc/$(systemctl show --property=MainPID --value annex-waits)
stat --format='%a %U' /var/lib/annex
";
/// What `BOOTED` says when all is well.
const ON: &str = "active\ninactive\nof the package\nactive\ninactive\nannex-user\n750 annex-user\n";
const REFRESHED: &str = "
was=$(systemctl show --property=MainPID --value annex-waits)
rm -r /etc/annex
cd /var/lib/extensions
for image in *.raw; do cp $image .#next && mv .#next $image; done
systemd-sysext refresh >/dev/null 2>&1
is() { systemctl show --property=MainPID --value annex-waits; }
for _ in $(seq 300); do [ $(is) != $was ] && [ $(is) != 0 ] && break; sleep 0.1; done
[ $(is) != $was ] && [ $(is) != 0 ] && echo started anew
cat /etc/annex/service.conf
";
/// All units that the image has brought: those of the host are in the layer below.
const VERIFIED: &str = "
cd /usr/lib/systemd/system
for unit in $(ls *extension.service annex-* atd* cron* 2>/dev/null | grep -v ':$'); do
  case $unit in *.service | *.socket) systemd-analyze verify --man=no $unit 2>&1 ;; esac
done
";
const MERGED_AGAIN: &str = "
systemd-sysext unmerge >/dev/null 2>&1
systemctl stop annex-waits
test -e /usr/lib/systemd/system/annex-waits.service || echo gone
systemd-sysext merge >/dev/null 2>&1
for _ in $(seq 300); do systemctl is-active --quiet annex-waits && break; sleep 0.1; done
systemctl is-active annex-waits
";
pub(crate) const PROGRAMS: &str =
    "jq --version | cut -c -4; echo '{\"a\": [1, 2]}' | jq -c '.a | add'; zsh -c 'echo ok'";
pub(crate) const ANSWERS: &str = "jq-1\n3\nok\n";
