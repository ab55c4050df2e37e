#!/bin/bash
# Builds a spec into a system extension: frontend, then extension, then where the result lies.
# usage: examples/build.sh [SPEC [TARGET]] [OPTION...]
#   SPEC      default: examples/my-sysext.yml
#   TARGET    default: trixie/testing/sysext
#   OPTION    of docker build; without --output the result goes to out/
# env: ANNEX_LAB  where a private engine lives (see tests/engine/up.sh)
#
# The Docker that runs on this machine builds. Without one, on Debian or Ubuntu and as root, a private engine is made
# of the distribution's packages and kept for the next call; tests/engine/down.sh removes it.

# shellcheck source=../tests/engine/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/../tests/engine/lab.sh"

main() {
  local top spec target options=(--output=out) began
  top=$(realpath "$HERE/../..")
  spec=$top/examples/my-sysext.yml target=trixie/testing/sysext
  if [[ $# -gt 0 && $1 != -* ]]; then
    spec=$1
    shift
    if [[ $# -gt 0 && $1 != -* ]]; then
      target=$1
      shift
    fi
  fi
  [[ -f $spec ]] || fail "no spec '$spec'" "usage: examples/build.sh [SPEC [TARGET]] [OPTION...]"
  case " $* " in *" --output"* | *" -o"* | *" --call"* | *" --check"*) options=() ;; esac

  only_for "${target%%/*}"
  engine_for trixie
  "$HERE/image.sh"
  say "building $target of $spec"
  began=$(seconds)
  docker build --file "$spec" --target "$target" "${options[@]}" "$@" "$(dirname "$spec")"
  say "built in $(since "$began") s"
  if [[ ${#options[@]} != 0 ]]; then
    # By the time of arrival: what is in the result may have the time of its sources.
    find out -type f -newerct "@${SCRIPT_BEGAN:0:-6}" -printf '%p  %s bytes\n' | sort
  fi
}

# Has a private engine made with the images that one release is built from, and no others: a test makes the rest.
# usage: only_for KEY      KEY: of the distro table
only_for() {
  export ANNEX_LAB_BASES=${ANNEX_LAB_BASES-trixie} ANNEX_LAB_STANDINS=${ANNEX_LAB_STANDINS-}
  case $1 in
    bullseye | bookworm) ANNEX_LAB_BASES+=" $1" ;;
    azlinux* | almalinux* | rockylinux*) ANNEX_LAB_STANDINS+=" $1" ;;
  esac
}

main "$@"
