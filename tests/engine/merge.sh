#!/bin/bash
# Merges extension images with a release's own systemd-sysext, then runs a command in the merged system.
# usage: merge.sh SUITE IMAGE.raw... -- COMMAND...
#   SUITE    bookworm (systemd 252), trixie (257), forky (262); the tree is made when it is missing
#   IMAGE    keeps its name: systemd looks for extension-release.NAME in NAME.raw
# env: ANNEX_LAB  the lab's directory
# exit: COMMAND's own, or 125 when the images were not merged (systemd's words are on standard error)
#
# Nothing of it is seen outside: a throw-away overlay over the tree, namespaces of its own, a private /dev.

# shellcheck source=lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"

main() {
  local suite=${1:-} images=()
  [[ -n $suite ]] || fail "no suite given" "usage: merge.sh SUITE IMAGE.raw... -- COMMAND..."
  require_suite "$suite"
  shift
  while [[ $# -gt 0 && $1 != -- ]]; do
    [[ -f $1 ]] || fail "no image '$1'" "usage: merge.sh SUITE IMAGE.raw... -- COMMAND..."
    images+=("$(realpath "$1")")
    shift
  done
  [[ $# -gt 1 ]] || fail "no command given" "usage: merge.sh SUITE IMAGE.raw... -- COMMAND..."
  shift
  require_root
  [[ -d $LAB/tree/$suite ]] || "$HERE/tree.sh" "$suite" >/dev/null
  # shellcheck source=device.sh
  . "$HERE/device.sh"
  trap restore_loops EXIT
  unshare --mount --pid --fork --uts --ipc --kill-child --propagation private \
    bash "$HERE/merged.sh" "$LAB" "$suite" "${#images[@]}" "${images[@]}" "$@"
}

main "$@"
