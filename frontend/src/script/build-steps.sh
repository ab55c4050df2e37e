#!/bin/sh
# Runs the steps of a build, each in a shell of its own that begins in the current directory.
# usage: build-steps.sh DIRECTORY
#   DIRECTORY  has `env`, variables of all steps; `step-1.sh`, the text of the first step, and `step-1.env`, its
#              own variables; and so on
set -eu

if test $# -ne 1; then
    echo "usage: build-steps.sh DIRECTORY" >&2
    exit 64
fi
case $1 in
/*) directory=$1 ;;
*) directory=$PWD/$1 ;;
esac

# shellcheck source=/dev/null
. "$directory/env"
number=1
while test -e "$directory/step-$number.sh"; do
    echo "step $number of the build" >&2
    code=0
    (
        # shellcheck source=/dev/null
        . "$directory/step-$number.env"
        exec sh -e "$directory/step-$number.sh"
    ) || code=$?
    if test "$code" -ne 0; then
        echo "step $number of the build failed with exit code $code" >&2
        exit "$code"
    fi
    number=$((number + 1))
done
