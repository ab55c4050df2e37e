#!/bin/bash
# Unpacks packages of the stand-ins' honest repositories with rpm itself: what must be in an image is compared with that.
# usage: unpack.sh DIR PACKAGE...      env: ANNEX_LAB

# shellcheck source=../lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lab.sh"
# shellcheck source=../standin.sh
. "$HERE/standin.sh"

if [[ ${INSIDE:-} != yes ]]; then
  require_root
  INSIDE=yes exec unshare --mount --propagation private bash "$0" "$@"
fi

standin_stamps
out=$1
shift
files=()
for package in "$@"; do
  for file in "$LAB/standin/$STAMP/views/good/base/x86_64/Packages/$package"-[0-9]*.rpm; do files+=("/srv/out/${file##*/}"); done
done
root=$LAB/standin/dnf-$ROOT_STAMP
mount --bind "$root" "$root"
mount --bind -o ro "$LAB/standin/$STAMP/views/good/base/x86_64/Packages" "$root/srv/out"
mount --bind "$out" "$root/mnt"
mount -t proc proc "$root/proc"
# Names of owners are looked up where packages are unpacked to.
mkdir -p "$out/etc"
printf 'root:x:0:0::/:\ndaemon:x:1:1::/:\nannex-owner:x:999:999::/:\n' >"$out/etc/passwd"
printf 'root:x:0:\ndaemon:x:1:\nmail:x:8:\nannex-owner:x:999:\n' >"$out/etc/group"
chroot "$root" rpm --root /mnt --dbpath /rpmdb --install --nodeps --noscripts --notriggers --nosignature "${files[@]}" >&2
rm -r "$out/rpmdb" "$out/etc/passwd" "$out/etc/group"
rmdir --ignore-fail-on-non-empty "$out/etc"
