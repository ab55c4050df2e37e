#!/bin/sh
# Applies one patch to a tree; whatever does not fit is an error.
# usage: patch.sh DIRECTORY STRIP FILE
#   STRIP  how many leading parts of the paths in the patch are left out
set -eu

if test $# -ne 3; then
    echo "usage: patch.sh DIRECTORY STRIP FILE" >&2
    exit 64
fi
# A patch that is there already is an error too, not a reason to take it away.
exec patch --batch --forward --no-backup-if-mismatch "--directory=$1" "--strip=$2" "--input=$3"
