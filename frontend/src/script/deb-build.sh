#!/bin/sh
# Builds the packages of a Debian source package.
# usage: deb-build.sh NAME SOURCE EPOCH ARCHITECTURE OUT REPORT
#   NAME          of the package that is wanted; others are made of its symbols
#   SOURCE        directory of the .dsc file and of what belongs to it
#   EPOCH         time of all files, in seconds since 1970
#   ARCHITECTURE  that the package is for
#   OUT           directory of the packages and the source package
#   REPORT        directory of the file `package`: name of the wanted package's file, its version and architecture
set -eu

if test $# -ne 6; then
    echo "usage: deb-build.sh NAME SOURCE EPOCH ARCHITECTURE OUT REPORT" >&2
    exit 64
fi
name=$1 source=$2 epoch=$3 architecture=$4 out=$5 report=$6
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
    # shellcheck disable=SC2016  # the names are those of dpkg-deb
    test "$(dpkg-deb --show --showformat='${Package}' "$file")" != "$name" ||
        dpkg-deb --show --showformat="$file"'\n${Version}\n${Architecture}\n' "$file" >"$report/package"
done
