#!/bin/sh
# Builds packages with rpmbuild.
# usage: rpm-build.sh NAME SOURCE EPOCH ARCHITECTURE OUT REPORT
#   NAME          of the package that is wanted; others are made of its symbols
#   SOURCE        directory with SOURCES and SPECS
#   EPOCH         time of all files, in seconds since 1970
#   ARCHITECTURE  that the package is for
#   OUT           directory of RPMS and SRPMS
#   REPORT        directory of the file `package`: path of the wanted package's file below OUT, its version with the
#                 release, and its architecture
set -eu

if test $# -ne 6; then
    echo "usage: rpm-build.sh NAME SOURCE EPOCH ARCHITECTURE OUT REPORT" >&2
    exit 64
fi
name=$1 source=$2 epoch=$3 architecture=$4 out=$5 report=$6
export LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH="$epoch" TZ=UTC
cd /build
cp -R "$source/SOURCES" "$source/SPECS" .
rpmbuild --target "$architecture" --define "_topdir /build" --define "_srcrpmdir $out/SRPMS" \
    --define "_rpmdir $out/RPMS" --buildroot /build/BUILDROOT/root -ba "SPECS/$name/$name.spec"
cd "$out"
for file in RPMS/*/*.rpm; do
    test "$(rpm --query --queryformat '%{NAME}' --package "$file")" != "$name" ||
        rpm --query --queryformat "$file"'\n%{VERSION}-%{RELEASE}\n%{ARCH}\n' --package "$file" >"$report/package"
done
