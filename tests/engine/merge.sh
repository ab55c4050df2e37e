#!/bin/bash
# Merges extension images with a release's own systemd-sysext, then runs a command in the merged system.
# usage: merge.sh SUITE IMAGE.raw... -- COMMAND...
#   SUITE    bookworm (systemd 252), trixie (257), forky (262); the tree is made when it is missing
#   IMAGE    keeps its name: systemd looks for extension-release.NAME in NAME.raw
# env: ANNEX_LAB  the lab's directory
# exit: COMMAND's own, or 125 when the images were not merged (systemd's words are on standard error)
#
# Nothing of it is seen outside: a throw-away overlay over the tree, namespaces of its own, a private /dev. Who is not
# root but has Docker gets the same in a privileged container.

# shellcheck source=lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
# shellcheck source=device.sh
. "$HERE/device.sh"
# shellcheck source=container.sh
. "$HERE/container.sh"

main() {
  parse_images merge.sh "$@"
  if namespaces_work "$suite"; then
    require_root
    [[ -d $LAB/tree/$suite ]] || "$HERE/tree.sh" "$suite" >/dev/null
    trap restore_loops EXIT
    unshare --mount --pid --fork --uts --ipc --kill-child --propagation private \
      bash "$HERE/merged.sh" "$LAB/tree/$suite" "$suite" "${#images[@]}" "${images[@]}" "${command[@]}"
  elif docker_runs; then
    trap contained_leave EXIT
    contained merged "$suite" "${#images[@]}" "${images[@]}" "${command[@]}"
  else
    require_root
  fi
}

main "$@"
