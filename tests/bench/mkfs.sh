#!/bin/bash
# How long mkfs.erofs alone takes for the content of an image: the median of three, in seconds.
# usage: mkfs.sh TOOLS IMAGE WORDS...      TOOLS: root file system with erofs-utils; WORDS: for mkfs.erofs
set -euo pipefail

if [[ ${1:-} != inside ]]; then
  exec unshare --mount --propagation private bash "$0" inside "$@"
fi

tools=$2 image=$3
shift 3
# shellcheck source=../engine/device.sh
. "$(dirname "${BASH_SOURCE[0]}")/../engine/device.sh"
mount --bind "$tools" "$tools"
cd "$tools"
private_dev "$tools/dev"
mount -t proc proc "$tools/proc"
mkdir -p "$tools/mnt/bench"
mount --bind "$(mktemp -d -p "$(dirname "$image")")" "$tools/mnt/bench"
cp "$image" "$tools/mnt/bench/image.raw"
# shellcheck disable=SC2016  # the inner shell expands
chroot "$tools" /bin/bash -ec '
  cd /mnt/bench
  mkdir tree
  mount -t erofs -o loop,ro image.raw tree
  tar --create --file content.tar --sort=name --numeric-owner --xattrs --directory tree .
  umount tree
  for run in 1 2 3; do
    rm -f again.raw
    began=$EPOCHREALTIME
    mkfs.erofs "$@" again.raw <content.tar >/dev/null 2>&1
    ended=$EPOCHREALTIME
    echo $((${ended/[.,]/} - ${began/[.,]/}))
  done | sort -n | sed -n 2p
  cd /
  rm -rf /mnt/bench/*' bash "$@" | awk '{ printf "%.2f\n", $1 / 1e6 }'
