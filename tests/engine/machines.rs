//! Images on real kernels, in virtual machines.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::engine::build::{Built, SYSEXT, build, spec};
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

/// The kernel checks each block, systemd who signed the root hash; an image with a changed byte can be merged, not read.
pub(crate) fn only_what_was_made_and_signed_is_read(engines: &[Engine]) {
    let files = tempfile::tempdir().unwrap();
    let spec = spec("sealed", &["jq", "libjq1", "libonig5"]);
    let verity = ["--build-arg=DALEC_SYSEXT_VERITY=1", "--build-arg=DALEC_SYSEXT_IMAGE_NAME=sealed"];
    let made = engines.iter().map(|engine| build(engine, &spec, SYSEXT, &verity).succeeded());
    let made: Vec<_> = made.collect();
    for name in ["sealed.raw", "sealed.roothash", "sealed.verity"] {
        let bytes = std::fs::read(made[0].out().join(name)).unwrap();
        let same = |other: &Built| std::fs::read(other.out().join(name)).is_ok_and(|other| other == bytes);
        assert!(made.iter().all(same), "`{name}` differs");
        std::fs::write(files.path().join(name), bytes).unwrap();
    }
    let mut openssl = Command::new("sh");
    let signed = run(openssl.current_dir(files.path()).args(["-ec", SIGN]));
    assert!(signed.status.success(), "{}", text(&signed.stderr));
    let mut vm = Command::new(top().join("tests/engine/vm.sh"));
    vm.env("ANNEX_FILES", files.path()).arg("trixie").arg(files.path().join("sealed.raw"));
    let output = run(vm.args(["--", "sh", "-c", SEALED]));
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    let said = text(&output.stdout);
    assert_eq!(
        said,
        "plain: refused for verity\nsealed: 3\nVERITY\nunknown signer: refused\nknown signer: 3\nchanged: not read\n"
    );
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

/// Signs the root hash as a user does, see `docs/image.md`.
const SIGN: &str = "
openssl req -x509 -newkey rsa:2048 -noenc -subj /CN=lab -keyout key.pem -out cert.pem
openssl smime -sign -binary -noattr -nocerts -outform der -signer cert.pem -inkey key.pem \
  -in sealed.roothash -out sealed.roothash.p7s
rm key.pem
";
const SEALED: &str = "
merge() { systemd-sysext unmerge >/dev/null 2>&1; systemd-sysext --image-policy=\"root=$1+absent\" merge >/run/merging 2>&1; }
add() { echo '{\"a\": [1, 2]}' | jq -c '.a | add' 2>&1; }
merge verity || echo 'plain: refused for verity'
cp /files/sealed.verity /files/sealed.roothash /var/lib/extensions/
merge verity || cat /run/merging
echo \"sealed: $(add)\"
grep --only-matching --no-filename VERITY /sys/block/dm-*/dm/uuid
cp /files/sealed.roothash.p7s /var/lib/extensions/
merge signed || echo 'unknown signer: refused'
mkdir -p /etc/verity.d
cp /files/cert.pem /etc/verity.d/lab.crt
merge signed || cat /run/merging
echo \"known signer: $(add)\"
systemd-sysext unmerge >/dev/null 2>&1
size=$(stat --format=%s /var/lib/extensions/sealed.raw)
head -c 4096 /dev/zero | tr '\\0' x >/run/other
for at in 2 3 4 5 6 7 8; do
  dd if=/run/other of=/var/lib/extensions/sealed.raw bs=4096 seek=$((size / 4096 * at / 10)) conv=notrunc status=none
done
merge signed
cat /usr/bin/jq /usr/lib/*/libjq.so.1 /usr/lib/*/libonig.so.5 >/dev/null 2>&1 || echo 'changed: not read'
";
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
