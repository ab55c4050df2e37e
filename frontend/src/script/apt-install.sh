#!/bin/sh
# Installs packages into the running worker, from the worker's own repositories.
# usage: apt-install.sh PACKAGE...
#   PACKAGE  a word of `apt-get install`, such as jq or jq=1.7.1-6
# With cache mounts at /var/cache/apt and /var/lib/apt/lists the next worker downloads only what is new.
set -eu

if test $# -eq 0; then
    echo "usage: apt-install.sh PACKAGE..." >&2
    exit 64
fi
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# Images for containers have hooks that empty the caches. They stay in the image, without effect here.
configuration=$(mktemp)
trap 'rm -f "$configuration"' EXIT
cat >"$configuration" <<'END'
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
#clear Acquire::Languages;
Acquire::Languages { "none"; };
Acquire::Retries "3";
APT::Keep-Downloaded-Packages "true";
APT::Update::Error-Mode "any";
END
apt-get -c "$configuration" update
apt-get -c "$configuration" install --yes --no-install-recommends -- "$@"
