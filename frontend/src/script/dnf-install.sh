#!/bin/sh
# Installs packages into the running worker, from the worker's own repositories, with signatures as these want them.
# usage: dnf-install.sh MANAGER RELEASEVER PACKAGE...      env: TSFLAGS (default: nodocs)
#   MANAGER     dnf, dnf5 or tdnf
#   RELEASEVER  what $releasever is in the addresses of the repositories
#   PACKAGE     a word of `dnf install`, such as jq or jq-1.7.1-6
#   TSFLAGS     what a transaction does not do: rpm's words
# With a cache mount at the manager's cache the next worker downloads only what is new.
set -eu

if test $# -lt 3; then
    echo "usage: dnf-install.sh MANAGER RELEASEVER PACKAGE..." >&2
    exit 64
fi
export LC_ALL=C.UTF-8
manager=$1
releasever=$2
shift 2

# Weak dependencies and documentation are of no use here, and tdnf knows no words for the first.
case $manager in
dnf | dnf5)
    set -- --setopt=install_weak_deps=False "--setopt=tsflags=${TSFLAGS-nodocs}" "$@"
    ;;
tdnf)
    set -- "--setopt=tsflags=${TSFLAGS-nodocs}" "$@"
    ;;
*)
    echo "dnf-install.sh: a manager is dnf, dnf5 or tdnf, not $manager" >&2
    exit 64
    ;;
esac
exec "$manager" install --assumeyes "--releasever=$releasever" --setopt=keepcache=1 "$@"
