#!/bin/sh
# Lets the running worker trust keys: whatever they sign may be installed.
# usage: rpm-import.sh DIRECTORY
#   DIRECTORY  of keys in ASCII armor
set -eu

if test $# -ne 1; then
    echo "usage: rpm-import.sh DIRECTORY" >&2
    exit 64
fi
export LC_ALL=C.UTF-8
exec rpm --import "$1"/*
