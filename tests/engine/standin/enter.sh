#!/bin/bash
# Runs make.sh in a root file system, which stays as it was.
# usage: enter.sh ROOT OUT      (under unshare --mount; not for people)
set -euo pipefail

root=$1 out=$2
mkdir -p "$out"
mount --bind "$root" "$root"
mount --bind -o ro "$(dirname "$0")" "$root/srv/make"
mount --bind "$out" "$root/srv/out"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/var/tmp"
chroot "$root" /srv/make/make.sh /srv/out
