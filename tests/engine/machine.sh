#!/bin/bash
# Makes what vm.sh needs, once: QEMU, and for each release a disk with systemd and the release's own kernel.
# usage: machine.sh [SUITE...]      suites: bookworm (Linux 6.1), trixie (6.12), forky (the newest); default: all
# env: ANNEX_LAB  the lab's directory

# shellcheck source=lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"

main() {
  local suites=("$@") suite recipe
  [[ ${#suites[@]} == 0 ]] && suites=("${KNOWN_SUITES[@]}")
  for suite in "${suites[@]}"; do require_suite "$suite"; done
  require_root
  [[ $(uname -m) == x86_64 ]] ||
    fail "virtual machines are of x86-64 only" "run this tier on x86-64: what differs there is the kernel's version"
  require_tools mmdebstrap:mmdebstrap flock:util-linux mkfs.ext4:e2fsprogs sfdisk:fdisk
  # It takes the lock too.
  "$HERE/tree.sh" "${suites[@]}" >/dev/null
  lock
  [[ -d $LAB/vm/qemu ]] || background once "$LAB/vm/qemu" "QEMU" emulator
  recipe=$(sha256sum <"$HERE/furnish.sh")
  for suite in "${suites[@]}"; do
    [[ $(cat "$LAB/vm/$suite/recipe" 2>/dev/null) == "$recipe" ]] && continue
    require_disk 1500
    rm -rf --one-file-system "$LAB/vm/$suite"
    background once "$LAB/vm/$suite" "$suite: disk and kernel" furnish "$suite"
  done
  finish
}

# Of trixie whatever the host has: QEMU 7.2 crashes its guests now and then when it emulates their processors.
emulator() {
  bootstrap trixie "${LEAN[@]}" --variant=minbase --include=qemu-system-x86,seabios "$1"
}

furnish() {
  unshare --mount --propagation private bash "$HERE/furnish.sh" "$LAB/tree/$1" "$1" "$2" && echo "$recipe" >"$2/recipe"
}

main "$@"
