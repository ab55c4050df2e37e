#!/bin/sh
# Installs packages into the running worker, from the worker's own repositories.
# usage: apt-install.sh PACKAGE... | DIRECTORY/      env: BOUNDS (optional: bounds of versions, see apt-pin.sh)
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
configuration=$(mktemp) preferences=$(mktemp)
trap 'rm -f "$configuration" "$preferences"' EXIT
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
if test -n "${BOUNDS-}"; then
    case $1 in */) names=provided ;; *) names=named ;; esac
    chosen=$(sh "${0%/*}/apt-pin.sh" "$BOUNDS" "$preferences" "$names")
    test ! -f /etc/apt/preferences || cat /etc/apt/preferences >>"$preferences"
    echo "Dir::Etc::Preferences \"$preferences\";" >>"$configuration"
fi
case $1 in
*/)
    cd "$1"
    set -- build-dep --yes --no-install-recommends ${chosen+--allow-downgrades} ./
    ;;
*)
    # shellcheck disable=SC2086  # words, none of which a shell reads as more than one
    set -- install --yes --no-install-recommends ${chosen+--allow-downgrades} -- "$@" ${chosen-}
    ;;
esac
apt-get -c "$configuration" "$@"
