#!/bin/sh
# Downloads Debian's packages into /srv/debs of a root file system that is being made.
# usage: download.sh ROOT PACKAGE...      (a hook of mmdebstrap; not for people)
set -eu

root=$1
shift
mkdir -p "$root/srv/debs" "$root/srv/make" "$root/srv/out"
chroot "$root" sh -c 'cd /srv/debs && apt-get -o APT::Sandbox::User=root download "$@"' sh "$@"
