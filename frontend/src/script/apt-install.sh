#!/bin/sh
# Installs packages into the running worker, from the worker's own repositories.
# usage: apt-install.sh PACKAGE... | DIRECTORY/
#   PACKAGE     a word of `apt-get install`, such as jq or jq=1.7.1-6
#   DIRECTORY/  has `debian/control`: what this source package needs for its build is installed
# With cache mounts at /var/cache/apt and /var/lib/apt/lists the next worker downloads only what is new.
set -eu

if test $# -eq 0; then
    echo "usage: apt-install.sh PACKAGE... | DIRECTORY/" >&2
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
case $1 in
*/)
    cd "$1"
    set -- build-dep --yes --no-install-recommends ./
    ;;
*)
    set -- install --yes --no-install-recommends -- "$@"
    ;;
esac
apt-get -c "$configuration" "$@"
