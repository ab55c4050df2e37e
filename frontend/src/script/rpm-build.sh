#!/bin/sh
# Builds packages with rpmbuild.
# usage: rpm-build.sh NAME SOURCE EPOCH ARCHITECTURE OUT
#   NAME          of the package
#   SOURCE        directory with SOURCES and SPECS
#   EPOCH         time of all files, in seconds since 1970
#   ARCHITECTURE  that the package is for
#   OUT           directory of RPMS and SRPMS
set -eu

if test $# -ne 5; then
    echo "usage: rpm-build.sh NAME SOURCE EPOCH ARCHITECTURE OUT" >&2
    exit 64
fi
name=$1 source=$2 epoch=$3 architecture=$4 out=$5
export LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH="$epoch" TZ=UTC
cd /build
cp -R "$source/SOURCES" "$source/SPECS" .
rpmbuild --target "$architecture" --define "_topdir /build" --define "_srcrpmdir $out/SRPMS" \
    --define "_rpmdir $out/RPMS" --buildroot /build/BUILDROOT/root -ba "SPECS/$name/$name.spec"
