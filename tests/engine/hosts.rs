//! Daemons, privileges and alternatives of Debian's own packages, on hosts of three systemds.
//!
//! Each host gets an image of the packages of its time: those of Debian 12 for systemd 252, those of Debian 13 for 257
//! and 262. What is expected is what the manual pages and `systemd-sysext` of each release say.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::engine::build::{build, spec};
use crate::engine::docker::{Engine, run, text, top};

/// A daemon with configuration in /etc, state in /var and a user of its own, and one that its socket starts.
pub(crate) fn daemons_run_after_boot_with_their_users_and_state(engines: &[Engine]) {
    each(engines, "daemons", DAEMONS, |suite, image| {
        let reload = if suite == "bookworm" { RELOAD } else { "" };
        let said = in_system("boot.sh", suite, image, None, &[reload, SERVING, SOCKET].concat());
        assert_eq!(said, SERVED, "{suite}");
    });
}

/// What runs goes on, configuration stays, and units are gone; merged again they are back.
pub(crate) fn daemons_outlive_an_unmerge_and_come_back(engines: &[Engine]) {
    each(engines, "daemons", DAEMONS, |suite, image| {
        let reload = if suite == "bookworm" { RELOAD } else { "" };
        let again = ["systemd-sysext merge >/dev/null 2>&1\n", reload, BACK].concat();
        let said = in_system("boot.sh", suite, image, None, &[reload, STARTED, UNMERGED, &again].concat());
        assert_eq!(said, "runs on\nno program\nstill configured\nunit gone\nback\n", "{suite}");
    });
}

/// `systemd-sysext refresh` takes a newer file of the same name.
pub(crate) fn a_refresh_shows_the_newer_version(engines: &[Engine]) {
    for (target, suites) in HOSTS {
        let older = image(engines, target, "tools", &["jq", "libjq1", "libonig5"]);
        let newer = image(engines, target, "tools", &["jq", "less", "libjq1", "libonig5"]);
        for suite in suites {
            let said =
                in_system("boot.sh", suite, &older.path().join("tools.raw"), Some(newer.path()), REFRESHED);
            assert_eq!(said, "older\nnewer\n3\n", "{suite}");
        }
    }
}

/// sudo is setuid root, and ping of Debian 12 has a capability that its postinst would set.
pub(crate) fn privileges_work_as_on_a_host_that_has_the_packages(engines: &[Engine]) {
    each(engines, "privileges", PRIVILEGES, |suite, image| {
        let said = in_system("boot.sh", suite, image, None, SUDO);
        assert_eq!(said, "4755 root root\n0\n", "{suite}");
    });
    let made = image(engines, "bookworm", "ping", &["iputils-ping", "libcap2", "libidn2-0", "libunistring2"]);
    let said = in_system("boot.sh", "bookworm", &made.path().join("ping.raw"), None, PING);
    assert_eq!(said, "1 packets transmitted, 1 received\n");
}

/// The links that a postinst would have made by `update-alternatives`.
pub(crate) fn alternatives_lead_to_their_programs(engines: &[Engine]) {
    each(engines, "alternatives", &["less"], |suite, image| {
        let said = in_system(
            "merge.sh",
            suite,
            image,
            None,
            "pager --version | head -n 1 | cut -d ' ' -f 1; readlink -f /usr/bin/pager",
        );
        assert_eq!(said, "less\n/usr/bin/less\n", "{suite}");
    });
}

/// What systemd itself thinks of the file, and that an unmerge leaves nothing.
pub(crate) fn systemd_finds_the_image_good_and_leaves_nothing_behind(engines: &[Engine]) {
    each(engines, "daemons", DAEMONS, |suite, image| {
        let said = in_system("merge.sh", suite, image, None, JUDGED);
        // `--validate` came with 254, `--list` with 253.
        let judge = if suite == "bookworm" { "" } else { "OK\nlisted\n" };
        assert_eq!(said, format!("{judge}daemons\nnothing left\n"), "{suite}");
    });
}

/// As `docs/image.md` promises: whatever a file is called, from 252 on; in a `.v` directory from 256 on.
pub(crate) fn systemd_accepts_the_names_that_people_give_it(engines: &[Engine]) {
    for (target, suites) in HOSTS {
        let made = image(engines, target, "tools", &["jq", "libjq1", "libonig5"]);
        for suite in suites {
            let mut expected = String::from("jq.raw 3\ntools_1.2.raw 3\ntools+1.2.raw 3\n");
            if *suite != "bookworm" {
                expected.push_str("tools.raw.v 3\n");
            }
            let said = in_system("merge.sh", suite, &made.path().join("tools.raw"), None, NAMES);
            assert_eq!(said, expected, "{suite}");
        }
    }
}

fn each(engines: &[Engine], name: &str, packages: &[&str], check: impl Fn(&str, &Path)) {
    for (target, suites) in HOSTS {
        let made = image(engines, target, name, packages);
        for suite in suites {
            check(suite, &made.path().join(format!("{name}.raw")));
        }
    }
}

/// A directory with `NAME.raw`.
fn image(engines: &[Engine], target: &str, name: &str, packages: &[&str]) -> TempDir {
    let engine = engines.last().unwrap();
    let stem = format!("--build-arg=DALEC_SYSEXT_IMAGE_NAME={name}");
    let made =
        build(engine, &spec(name, packages), &format!("{target}/testing/sysext"), &[&stem]).succeeded();
    let folder = tempfile::tempdir().unwrap();
    let file = format!("{name}.raw");
    std::fs::copy(made.file(&file), folder.path().join(&file)).unwrap();
    folder
}

fn in_system(script: &str, suite: &str, image: &Path, files: Option<&Path>, command: &str) -> String {
    let mut script = Command::new(top().join("tests/engine").join(script));
    if let Some(files) = files {
        script.env("ANNEX_FILES", files);
    }
    let output = run(script.arg(suite).arg(image).args(["--", "bash", "-c", &[WAIT, command].concat()]));
    assert!(output.status.success(), "{suite}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// Targets and the hosts that their images are for.
const HOSTS: [(&str, &[&str]); 2] = [("bookworm", &["bookworm"]), ("trixie", &["trixie", "forky"])];
const DAEMONS: &[&str] = &["libsmartcols1", "libuuid1", "tinyproxy", "tinyproxy-bin", "uuid-runtime"];
const PRIVILEGES: &[&str] = &["sudo"];

/// Waits until a command succeeds, half a minute at most.
const WAIT: &str = "
wait_for() { for _ in $(seq 300); do \"$@\" >/dev/null 2>&1 && return; sleep 0.1; done; echo \"in vain: $*\"; }
";
/// Before 255 nothing tells the manager of new units.
const RELOAD: &str = "systemctl daemon-reload\n";
const STARTED: &str = "wait_for systemctl is-active --quiet tinyproxy\n";
const SERVING: &str = "
wait_for systemctl is-active --quiet tinyproxy
systemctl is-active tinyproxy
ask() { exec 3<>/dev/tcp/127.0.0.1/8888 && printf 'GET http://tinyproxy.stats/ HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | cut -d ' ' -f 2; }
wait_for ask
ask
stat --format=%U /proc/$(systemctl show --property=MainPID --value tinyproxy)
stat --format='%F' /var/log/tinyproxy
grep -x 'Port 8888' /etc/tinyproxy/tinyproxy.conf
";
const SOCKET: &str = "
wait_for systemctl is-active --quiet uuidd.socket
systemctl is-active uuidd.socket
systemctl is-active uuidd.service
uuidd --random | grep -o 'UUID\\|uuid\\|[0-9a-f-]\\{36\\}' | grep -q . && echo answered
systemctl is-active uuidd.service
";
const SERVED: &str = "active\n200\ntinyproxy\ndirectory\nPort 8888\nactive\ninactive\nanswered\nactive\n";
const UNMERGED: &str = "
systemd-sysext unmerge >/dev/null 2>&1
kill -0 $(systemctl show --property=MainPID --value tinyproxy) && echo runs on
test -e /usr/bin/tinyproxy || echo no program
test -e /etc/tinyproxy/tinyproxy.conf && echo still configured
systemctl daemon-reload
test $(systemctl show --property=LoadState --value uuidd.socket) = not-found && echo unit gone
systemctl stop tinyproxy
";
const BACK: &str =
    "wait_for systemctl is-active --quiet tinyproxy; systemctl is-active --quiet tinyproxy && echo back\n";
const REFRESHED: &str = "
test -e /usr/bin/less || echo older
cp /files/tools.raw /var/lib/extensions/.#next
mv /var/lib/extensions/.#next /var/lib/extensions/tools.raw
systemd-sysext refresh >/dev/null 2>&1
test -e /usr/bin/less && echo newer
echo '{\"a\": [1, 2]}' | jq -c '.a | add'
";
const SUDO: &str = "
stat --format='%a %U %G' /usr/bin/sudo
echo 'nobody ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/nobody
chmod 0440 /etc/sudoers.d/nobody
setpriv --reuid=65534 --regid=65534 --clear-groups sudo -n id -u 2>/dev/null
";
const PING: &str = "
wait_for grep -q 00000000000000000000000000000001 /proc/net/if_inet6
setpriv --reuid=65534 --regid=65534 --clear-groups ping -c 1 127.0.0.1 | grep -o '^1 packets transmitted, 1 received'
";
const JUDGED: &str = "
image=/var/lib/extensions/daemons.raw
if systemd-dissect --help | grep -q -e --validate; then
  systemd-dissect --validate $image
  systemd-dissect --list $image | grep -q -x usr/bin/tinyproxy && echo listed
fi
systemd-sysext status --no-legend --no-pager | grep -o -w daemons
flags=$(systemd-sysext --help | grep -o -e --no-reload)
systemd-sysext $flags unmerge >/dev/null 2>&1
if test -e /usr/bin/tinyproxy || test -e /usr/.systemd-sysext || grep ' /usr ' /proc/self/mountinfo; then
  echo something left
else
  echo nothing left
fi
";
const NAMES: &str = "
cd /var/lib/extensions
flags=$(systemd-sysext --help | grep -o -e --no-reload)
unmerge() { systemd-sysext $flags unmerge >/dev/null 2>&1; }
unmerge
mv tools.raw /run/image
try() {
  cp /run/image \"$1\"
  systemd-sysext $flags merge >/dev/null 2>&1
  echo \"${1%%/*} $(echo '{\"a\": [1, 2]}' | jq -c '.a | add' 2>&1)\"
  unmerge
  rm -r \"${1%%/*}\"
}
try jq.raw
try tools_1.2.raw
try tools+1.2.raw
version=$(systemctl --version | sed -n 's/^systemd \\([0-9]*\\).*/\\1/p')
if test $version -ge 256; then mkdir tools.raw.v; try tools.raw.v/tools_1.2.raw; fi
";
