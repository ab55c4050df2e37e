//! Images on real kernels, in virtual machines.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::engine::build::{SYSEXT, build, spec};
use crate::engine::docker::{Engine, run, text, top};

/// Linux 6.1 is older than Zstandard in EROFS, and Debian builds it without LZMA.
pub(crate) fn linux_6_1_reads_what_its_floor_allows(engines: &[Engine]) {
    let read = "lz4hc read\nlzma refused\nnone read\nzstd refused\n";
    // Programs of Debian 13 ask for a newer C library than Debian 12 has.
    assert_eq!(
        machine(engines, "bookworm", "test -x /usr/bin/jq && echo there"),
        format!("6.1\nthere\n{read}")
    );
}

pub(crate) fn linux_6_12_reads_every_profile_and_programs_run(engines: &[Engine]) {
    let read = "lz4hc read\nlzma read\nnone read\nzstd read\n";
    assert_eq!(machine(engines, "trixie", PROGRAM), format!("6.12\n3\n{read}"));
}

pub(crate) fn the_newest_linux_reads_every_profile_and_programs_run(engines: &[Engine]) {
    let read = "lz4hc read\nlzma read\nnone read\nzstd read\n";
    let said = machine(engines, "forky", PROGRAM);
    let (release, rest) = said.split_once('\n').unwrap();
    let major: u32 = release.split('.').next().unwrap().parse().unwrap();
    assert!(major >= 7, "{release}");
    assert_eq!(rest, format!("3\n{read}"));
}

/// What a release's machine says that finds one image at boot, then merges each of the others.
fn machine(engines: &[Engine], suite: &str, command: &str) -> String {
    let images = images(engines.last().unwrap());
    let mut vm = Command::new(top().join("tests/engine/vm.sh"));
    vm.env("ANNEX_FILES", images).arg(suite).arg(images.join("lz4hc.raw"));
    let output = run(vm.args(["--", "sh", "-c", &[RELEASE, command, "\n", EACH].concat()]));
    assert!(output.status.success(), "{suite}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// One extension in every profile, each file named after its profile.
fn images(engine: &Engine) -> &'static Path {
    static IMAGES: OnceLock<TempDir> = OnceLock::new();
    let images = IMAGES.get_or_init(|| {
        let images = tempfile::tempdir().unwrap();
        let spec = spec("profiles", &["jq", "libjq1", "libonig5", "zsh", "zsh-common"]);
        for profile in PROFILES {
            let compression = format!("--build-arg=DALEC_SYSEXT_COMPRESSION={profile}");
            let name = format!("--build-arg=DALEC_SYSEXT_IMAGE_NAME={profile}");
            let made = build(engine, &spec, SYSEXT, &[&compression, &name]).succeeded();
            let file = format!("{profile}.raw");
            std::fs::copy(made.file(&file), images.path().join(&file)).unwrap();
        }
        images
    });
    images.path()
}

const PROFILES: [&str; 4] = ["lz4hc", "lzma", "none", "zstd"];
const RELEASE: &str = "uname -r | cut -d . -f 1,2\n";
const PROGRAM: &str = "echo '{\"a\": [1, 2]}' | jq -c '.a | add'";
/// Whether a large file of each is what it was in the first one.
const EACH: &str = "
cp /usr/bin/zsh /run/zsh
# 252 has no such flag, and never reloads.
flags=$(systemd-sysext --help | grep -o -e --no-reload)
for image in /files/*.raw; do
  systemd-sysext $flags unmerge >/dev/null 2>&1
  rm -f /var/lib/extensions/*.raw
  cp \"$image\" /var/lib/extensions/
  systemd-sysext $flags merge >/run/merging 2>&1
  profile=$(basename \"$image\" .raw)
  if cmp -s /usr/bin/zsh /run/zsh; then echo \"$profile read\"
  elif test -e /usr/bin/zsh; then echo \"$profile differs\"
  elif grep -q 'not supported' /run/merging; then echo \"$profile refused\"
  else cat /run/merging
  fi
done
";
