#!/bin/sh
# Prints the errors that rpmlint finds in the packages of each example in /examples/packages: package and tag, each once.
# usage: rpmlint.sh [prepare]      (in an image of Debian; first with `prepare`)
set -eu

if test "${1:-}" = prepare; then
    apt-get update
    apt-get install --yes --no-install-recommends rpm rpmlint
    exit
fi
rpmlint /examples/packages/*/RPMS/*/*.rpm >/tmp/said || true
sed -n 's/^\([^ :]*\)\.[^.: ]*: E: \([^ ]*\).*/\1 \2/p' /tmp/said | LC_ALL=C sort -u
