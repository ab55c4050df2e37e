#!/bin/bash
# Makes root file systems with systemd for extensions to be merged into, once; prints their paths.
# usage: tree.sh [SUITE...]      suites: bookworm (systemd 252), trixie (257, the default), forky (262)
# env: ANNEX_LAB  the lab's directory

# shellcheck source=lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"

main() {
  local suites=("$@") suite
  [[ ${#suites[@]} == 0 ]] && suites=(trixie)
  for suite in "${suites[@]}"; do require_suite "$suite"; done
  require_root
  require_tools mmdebstrap:mmdebstrap flock:util-linux
  lock
  make_all "${suites[@]}"
  for suite in "${suites[@]}"; do echo "$LAB/tree/$suite"; done
}

make_all() {
  local suite path
  for suite in "$@"; do
    path=$LAB/tree/$suite
    [[ -d $path ]] && continue
    require_disk 1000
    background once "$path" "$suite: root file system with systemd" systemd_root "$suite"
  done
  finish
}

# A host of everyday size: systemd as the first process, D-Bus for reloads, systemd-dissect (in systemd-container).
systemd_root() {
  bootstrap "$1" "${LEAN[@]}" --variant=minbase --include=systemd,systemd-sysv,systemd-container,dbus "$2"
}

main "$@"
