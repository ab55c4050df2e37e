#!/bin/sh
# Makes a Debian source package: the same bytes of the same files.
# usage: deb-source.sh NAME VERSION EPOCH TREE CONTROL OUT
#   NAME, VERSION  of the source; VERSION without the revision
#   EPOCH          time of all files, in seconds since 1970
#   TREE, CONTROL  directories of the sources and of what will be `debian`
#   OUT            directory of the result
set -eu

if test $# -ne 6; then
    echo "usage: deb-source.sh NAME VERSION EPOCH TREE CONTROL OUT" >&2
    exit 64
fi
name=$1 version=$2 epoch=$3 tree=$4 control=$5 out=$6
export LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH="$epoch" TZ=UTC
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir "$name-$version"
cp -a "$tree/." "$name-$version/"
tar --create --format=gnu --sort=name "--mtime=@$epoch" --owner=0 --group=0 --numeric-owner "$name-$version" |
    gzip --no-name -9 >"${name}_$version.orig.tar.gz"
cp -R "$control" "$name-$version/debian"
dpkg-source --build "$name-$version"
rm -r "$name-$version"
cp ./* "$out/"
