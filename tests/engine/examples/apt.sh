#!/bin/sh
# Installs the packages of each example in /examples/packages, runs its commands and purges it: what the commands say is
# on standard output, and nothing may be left.
# usage: apt.sh [prepare]      (in an image of Debian; first with `prepare`)
set -eu

export DEBIAN_FRONTEND=noninteractive
if test "${1:-}" = prepare; then
    apt-get update
    exit
fi
quietly() {
    "$@" >/tmp/log 2>&1 || { cat /tmp/log >&2; exit 1; }
}
for example in /examples/packages/*; do
    name=$(cat "$example/name")
    sh /examples/left.sh >/tmp/before
    quietly apt-get install --yes --no-install-recommends "$example/${name}_"*.deb
    sh "$example/commands"
    quietly apt-get purge --yes --auto-remove "$name"
    sh /examples/left.sh >/tmp/after
    left=$(comm -13 /tmp/before /tmp/after)
    if test -n "$left"; then echo "$name leaves $left" >&2 && exit 1; fi
    if dpkg --status "$name" >/dev/null 2>&1; then echo "$name: it is known still" >&2 && exit 1; fi
done
