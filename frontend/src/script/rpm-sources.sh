#!/bin/sh
# Makes an archive of a tree: the same bytes of the same files.
# usage: rpm-sources.sh ARCHIVE TOP EPOCH TREE OUT
#   ARCHIVE  name of the archive
#   TOP      the one directory in it
#   EPOCH    time of all files, in seconds since 1970
#   TREE     directory of the files
#   OUT      directory of the result
set -eu

if test $# -ne 5; then
    echo "usage: rpm-sources.sh ARCHIVE TOP EPOCH TREE OUT" >&2
    exit 64
fi
archive=$1 top=$2 epoch=$3 tree=$4 out=$5
export LC_ALL=C.UTF-8 TZ=UTC
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/$top"
cp -a "$tree/." "$work/$top/"
tar --create --format=gnu --sort=name "--mtime=@$epoch" --owner=0 --group=0 --numeric-owner --directory "$work" "$top" |
    gzip --no-name -9 >"$out/$archive"
