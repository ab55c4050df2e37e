#!/bin/bash
# Unpacks an EROFS image twice, by the kernel's own reading of it and by fsck.erofs, and shows its attributes.
# usage: open.sh TOOLS IMAGE DIR      TOOLS: root file system with erofs-utils, attr and mount
#   DIR/kernel, DIR/fsck    the tree, owners and times kept
#   DIR/attributes          extended attributes, as getfattr dumps them
#   DIR/times               every time in the image, each once, in seconds since 1970
#   DIR/superblock          what dump.erofs says of it
set -euo pipefail

if [[ ${4:-} != inside ]]; then
  if [[ $(id -u) != 0 ]]; then
    echo "open.sh: the kernel lets only root mount an image: run the tests as root" >&2
    exit 1
  fi
  exec unshare --mount --propagation private bash "$0" "$@" inside
fi

tools=$1 image=$2 out=$3
# shellcheck source=device.sh
. "$(dirname "${BASH_SOURCE[0]}")/device.sh"
mkdir -p "$out/kernel" "$out/fsck"
# All mounts are of this namespace alone and end with it.
mount --bind "$tools" "$tools"
cd "$tools"
private_dev "$tools/dev"
mount -t proc proc "$tools/proc"
mount -t tmpfs tmpfs "$tools/mnt"
mkdir "$tools/mnt/out" "$tools/mnt/tree"
mount --bind "$out" "$tools/mnt/out"
touch "$tools/mnt/image.raw"
mount --bind "$image" "$tools/mnt/image.raw"

chroot "$tools" /bin/sh -ec '
  cd /mnt
  mount -t erofs -o loop,ro image.raw tree
  cp -a tree/. out/kernel
  getfattr --recursive --physical --no-dereference --dump --match=- tree >out/attributes
  find tree -printf "%T@\n" | sort -u >out/times
  umount tree
  fsck.erofs --extract=/mnt/out/fsck --preserve --overwrite image.raw >out/fsck.log
  dump.erofs -s image.raw >out/superblock'
