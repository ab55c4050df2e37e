#!/bin/sh
# Changes a go.mod, and what follows from it: go.sum, go.work, the vendor directory.
# usage: gomod-edit.sh DIRECTORY EDIT...
#   EDIT  a word of `go mod edit`, such as -replace=OLD=NEW@VERSION
# env: GOPROXY, GOPRIVATE, GOFLAGS and whatever else go reads
set -eu

if test $# -lt 2; then
    echo "usage: gomod-edit.sh DIRECTORY EDIT..." >&2
    exit 64
fi
cd "$1"
shift
for bin in /usr/lib/go-*/bin /usr/lib/golang/bin /usr/local/go/bin; do
    if ! command -v go >/dev/null && test -x "$bin/go"; then PATH=$PATH:$bin; fi
done
go mod edit "$@"
go mod tidy
if test -f go.work; then
    go work edit "-go=$(sed -n 's/^go //p' go.mod)"
    if test -d vendor; then go work vendor; fi
elif test -d vendor; then
    go mod vendor
fi
