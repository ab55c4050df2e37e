#!/bin/sh
# Installs files or directories into the root of a package.
# usage: install-artifact.sh ROOT LOG DIRECTORY NAME MODE OWNER CAPABILITIES PATH...
#   ROOT          where the package's files go
#   LOG           directory whose files get commands: `modes` for the package's tree, `owners` for the installed files
#   DIRECTORY     below ROOT, with a / at its start
#   NAME          what the file is called there, or the directory of several files; `.`: as it is
#   MODE, OWNER, CAPABILITIES  for chmod, chown and setcap; `-`: none
set -eu

if test $# -lt 8; then
    echo "usage: install-artifact.sh ROOT LOG DIRECTORY NAME MODE OWNER CAPABILITIES PATH..." >&2
    exit 64
fi
root=$1 log=$2 directory=$3 name=$4 mode=$5 owner=$6 capabilities=$7
shift 7
if ! test -e "$1" && ! test -L "$1"; then
    echo "the build made no file \`$1\`, which is an artifact" >&2
    exit 1
fi
if test $# -gt 1 && test "$name" != .; then
    directory=$directory/$name
    name=.
fi

quoted() {
    printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"
}

mkdir -p "$root$directory"
for path do
    to=$directory/${path##*/}
    test "$name" = . || to=$directory/$name
    if test -d "$path" && ! test -L "$path"; then
        mkdir -p "$root$to"
        cp -a "$path/." "$root$to/"
    else
        cp -a "$path" "$root$to"
    fi
    test "$mode" = - || echo "chmod $mode $(quoted "$root$to")" >>"$log/modes"
    test "$owner" = - || find "$root$to" | LC_ALL=C sort | while IFS= read -r each; do
        echo "chown -h $owner $(quoted "${each#"$root"}")" >>"$log/owners"
    done
    # Linux takes away the bits by which a program runs as its owner when that changes (chown(2)).
    bits=$mode
    test "$mode" != - || bits=$(stat -c %a "$root$to")
    case $owner,$bits in [!-]*,[2-7]???) echo "chmod $bits $(quoted "$to")" >>"$log/owners" ;; esac
    test "$capabilities" = - || echo "setcap $(quoted "$capabilities") $(quoted "$to")" >>"$log/owners"
done
