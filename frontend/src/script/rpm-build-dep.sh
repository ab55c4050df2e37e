#!/bin/sh
# Installs what a package needs into the running worker, from the worker's own repositories.
# usage: rpm-build-dep.sh MANAGER RELEASEVER SPEC
#   MANAGER     dnf, dnf5 or tdnf
#   RELEASEVER  what $releasever is in the addresses of the repositories
#   SPEC        spec file of a package without content that needs all of it, in one version each
# With a cache mount at the manager's cache the next worker downloads only what is new.
set -eu

if test $# -ne 3; then
    echo "usage: rpm-build-dep.sh MANAGER RELEASEVER SPEC" >&2
    exit 64
fi
manager=$1 releasever=$2 spec=$3
export LC_ALL=C.UTF-8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rpmbuild --quiet --define "_topdir $work" --define "_rpmdir $work" -bb "$spec"
set -- --assumeyes "--releasever=$releasever" --setopt=keepcache=1 --setopt=tsflags=nodocs
test "$manager" = tdnf || set -- "$@" --setopt=install_weak_deps=False
"$manager" install "$@" "$work"/*/*.rpm
