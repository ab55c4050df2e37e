#!/bin/sh
# Installs what a source package needs for its build into the running worker, from the worker's own repositories.
# usage: apt-build-dep.sh DIRECTORY
#   DIRECTORY  has `debian/control`
# With cache mounts at /var/cache/apt and /var/lib/apt/lists the next worker downloads only what is new.
set -eu

if test $# -ne 1; then
    echo "usage: apt-build-dep.sh DIRECTORY" >&2
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
cd "$1"
apt-get -c "$configuration" build-dep --yes --no-install-recommends ./
