#!/bin/sh
# Fetches the modules that go.mod files require, and nothing else, into a module cache.
# usage: gomod-download.sh CACHE OUT DIRECTORY...
#   CACHE      a module cache of all builds, from which what is known already is taken
#   OUT        the module cache that is made
#   DIRECTORY  where a go.mod or a go.work is
# env: GOPROXY, GOPRIVATE, GOFLAGS and whatever else go reads
set -eu

if test $# -lt 3; then
    echo "usage: gomod-download.sh CACHE OUT DIRECTORY..." >&2
    exit 64
fi
cache=$1
out=$2
shift 2
# Releases of distributions that are not the default are not in the search path.
for bin in /usr/lib/go-*/bin /usr/lib/golang/bin /usr/local/go/bin; do
    if ! command -v go >/dev/null && test -x "$bin/go"; then PATH=$PATH:$bin; fi
done
mkdir -p "$out"
for directory; do
    cd "$directory"
    GOMODCACHE=$cache go mod download
    # The cache is asked as a proxy, also for what the outside is asked for without one.
    GOMODCACHE=$out GOPROXY=file://$cache/cache/download GONOPROXY=none go mod download
done
