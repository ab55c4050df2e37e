#!/bin/sh
# Builds the packages of a Debian source package.
# usage: deb-build.sh SOURCE EPOCH ARCHITECTURE OUT
#   SOURCE        directory of the .dsc file and of what belongs to it
#   EPOCH         time of all files, in seconds since 1970
#   ARCHITECTURE  that the package is for
#   OUT           directory of the packages and the source package
set -eu

if test $# -ne 4; then
    echo "usage: deb-build.sh SOURCE EPOCH ARCHITECTURE OUT" >&2
    exit 64
fi
source=$1 epoch=$2 architecture=$3 out=$4
export LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH="$epoch" TZ=UTC DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS:-nocheck}"
cd /build
dpkg-source --no-check --extract "$source"/*.dsc tree
cd tree
dpkg-buildpackage --build=binary --unsigned-source --unsigned-changes --host-arch "$architecture"
cd ..
cp "$source"/* "$out/"
for file in *.deb *.ddeb; do
    test -e "$file" || continue
    cp "$file" "$out/"
done
