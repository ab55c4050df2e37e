#!/bin/bash
# Boots a virtual machine with a release's own kernel and extension images in place, and runs a command in it.
# usage: vm.sh SUITE IMAGE.raw... -- COMMAND...
#   SUITE    bookworm (Linux 6.1, systemd 252), trixie (6.12, 257), forky (the newest, 262); made when it is missing
#   COMMAND  runs when multi-user.target is reached; merge and unmerge as you like, the machine is thrown away
# env: ANNEX_LAB         the lab's directory
#      ANNEX_FILES       a directory whose files the machine finds in /files
#      ANNEX_VM_SECONDS  how long all of it may take (default: 600)
# exit: COMMAND's own, 125 when the images were not merged or the machine did not get that far, 124 when time was up
#
# Its one processor is emulated, so this takes half a minute of one of the host's, and half a GB of memory.

# shellcheck source=lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
# shellcheck source=command.sh
. "$HERE/command.sh"

main() {
  parse_images vm.sh "$@"
  require_root
  if [[ ! -d $LAB/vm/qemu || ! -d $LAB/vm/$suite ]]; then "$HERE/machine.sh" "$suite"; fi
  require_tools mkfs.ext4:e2fsprogs
  local seconds=${ANNEX_VM_SECONDS:-600} status=0 verdict
  run=$(mktemp -d -p "$LAB/vm" .run-XXXXXX)
  trap 'rm -rf --one-file-system "$run"' EXIT
  second_disk "$seconds"
  emulate "$seconds" || status=$?
  # The last line is the verdict, and what stands before it is the command's.
  verdict=$(tail -n 1 "$run/verdict" | sed -n 's/^verdict //p')
  if [[ -n $verdict ]]; then head -n -1 "$run/verdict" | head -c -1; else cat "$run/verdict"; fi
  case $verdict,$status in
    "exited 124,"*) ;;
    "exited "*) return "${verdict#exited }" ;;
    ",124" | ",137") ;;
    *)
      tail -n 30 "$run/console" >&2
      echo "vm.sh: the machine ended before the command did" >&2
      return 125
      ;;
  esac
  tail -n 30 "$run/console" >&2
  echo "vm.sh: not done after $seconds s" >&2
  return 124
}

# The command's limit is a little shorter than the machine's, so that its words are heard when it takes too long.
second_disk() {
  local image names=() files=$run/files
  mkdir -p "$files/extensions"
  for image in "${images[@]}"; do
    cp "$image" "$files/extensions/"
    names+=("$(basename "$image" .raw)")
  done
  if [[ -n ${ANNEX_FILES:-} ]]; then cp -r "$ANNEX_FILES" "$files/files"; fi
  write_command names "${command[@]}" >"$files/command.sh"
  echo "SECONDS_FOR_COMMAND=$(($1 > 20 ? $1 - 10 : $1))" >"$files/limits"
  truncate --size=$(($(du --summarize --block-size=1M "$files" | cut -f 1) * 2 + 64))M "$run/disk"
  mkfs.ext4 -q -F -O ^has_journal -m 0 -L annex-lab -d "$files" "$run/disk"
  rm -rf "$files"
}

# NVMe's driver is part of Debian's kernels, as ext4 is, so no initial RAM disk is needed. Which disk comes first is for
# Linux to decide since 6.11, so the root is named by its partition. A second processor would cost more than it brings:
# the emulated ones wait for each other. What the machine writes to its disks is forgotten.
emulate() {
  : >"$run/verdict"
  : >"$run/console"
  # shellcheck disable=SC2016  # the inner shell expands
  timeout --signal=KILL "$1" unshare --mount --propagation private bash -ec '
    root=$1 machine=$2 run=$3
    mount --rbind /dev "$root/dev"
    mount -t proc proc "$root/proc"
    mount -t tmpfs tmpfs "$root/mnt"
    mkdir "$root/mnt/machine" "$root/mnt/run"
    mount --bind "$machine" "$root/mnt/machine"
    mount --bind "$run" "$root/mnt/run"
    mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
    exec chroot "$root" qemu-system-x86_64 -M q35 -accel tcg -cpu Nehalem -smp 1 -m 1024 \
      -nodefaults -no-user-config -nographic -no-reboot \
      -kernel /mnt/machine/vmlinuz \
      -append "root=PARTUUID=616e6e78-01 rootwait rootfstype=ext4 rw console=ttyS0 quiet loglevel=4 systemd.show_status=0 systemd.condition-needs-update=0 panic=-1 random.trust_cpu=on mitigations=off nokaslr" \
      -device nvme,id=disks,serial=annex \
      -drive file=/mnt/machine/disk,format=raw,if=none,id=root,snapshot=on -device nvme-ns,bus=disks,drive=root,nsid=1 \
      -drive file=/mnt/run/disk,format=raw,if=none,id=lab,snapshot=on -device nvme-ns,bus=disks,drive=lab,nsid=2 \
      -device virtio-rng-pci \
      -serial file:/mnt/run/console -serial file:/mnt/run/verdict
  ' bash "$LAB/vm/qemu" "$LAB/vm/$suite" "$run" </dev/null >/dev/null
}

main "$@"
