#!/bin/sh
# Makes a package without content that needs others, for a root without rpmbuild.
# usage: rpm-needs.sh SPEC OUT
#   SPEC  its spec file
#   OUT   directory that gets it as `needs.rpm`
set -eu

if test $# -ne 2; then
    echo "usage: rpm-needs.sh SPEC OUT" >&2
    exit 64
fi
spec=$1 out=$2
export LC_ALL=C.UTF-8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rpmbuild --quiet --define "_topdir $work" --define "_rpmdir $out" --define "_rpmfilename needs.rpm" -bb "$spec"
