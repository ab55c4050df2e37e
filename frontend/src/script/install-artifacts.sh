#!/bin/sh
# Installs what a build made in the current directory, as a table says.
# usage: install-artifacts.sh HERE ROOT ROLE=DIRECTORY...
#   HERE  directory of this script, with `install-artifact.sh` and `table`: lines with fields between tabs, file,
#         directory or link; role; path below the role's directory; name; mode; owner; capabilities; pattern, or what
#         the link says. `.` and `-` say nothing. It gets `owners` and `modes`: the commands that are left to do
#   ROOT  where the package's files go
set -eu

if test $# -lt 2; then
    echo "usage: install-artifacts.sh HERE ROOT ROLE=DIRECTORY..." >&2
    exit 64
fi
here=$1 root=$2 tab=$(printf '\t')
shift 2
: >"$here/owners"
: >"$here/modes"

while IFS=$tab read -r kind role below name mode owner capabilities pattern; do
    directory=
    for pair do
        case $pair in "$role="*) directory=${pair#*=} ;; esac
    done
    test "$below" = . || directory=$directory/${below#/}
    case $kind in
    file)
        # Without separators the pattern is one word, of which only the marks of a pattern are read.
        IFS=
        # shellcheck disable=SC2086
        sh "$here/install-artifact.sh" "$root" "$here" "$directory" "$name" "$mode" "$owner" "$capabilities" $pattern
        continue
        ;;
    directory) mkdir -p "$root$directory" ;;
    link)
        mkdir -p "$root${directory%/*}"
        ln -sfn "$pattern" "$root$directory"
        ;;
    esac
    path=$(printf %s "$directory" | sed "s/'/'\\\\''/g")
    test "$mode" = - || echo "chmod $mode '$root$path'" >>"$here/modes"
    test "$owner" = - || echo "chown -h $owner '$path'" >>"$here/owners"
done <"$here/table"
