#!/bin/sh
# Prints the errors that lintian finds in the packages of each example in /examples/packages: package and tag, each once.
# usage: lintian.sh [prepare]      (in an image of Debian; first with `prepare`)
set -eu

if test "${1:-}" = prepare; then
    apt-get update
    apt-get install --yes --no-install-recommends lintian
    exit
fi
lintian --allow-root --fail-on none --tag-display-limit 0 /examples/packages/*/*.deb >/tmp/said
sed -n 's/^E: \([^ :]*\)[^:]*: \([^ ]*\).*/\1 \2/p' /tmp/said | LC_ALL=C sort -u
