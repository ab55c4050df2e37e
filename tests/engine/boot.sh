#!/bin/bash
# Boots a release with extension images in place and runs a command in it: its own systemd is the first process,
# systemd-sysext.service merges, services start.
# usage: boot.sh SUITE IMAGE.raw... -- COMMAND...
#   SUITE    bookworm (systemd 252), trixie (257), forky (262); the tree is made when it is missing
#   COMMAND  runs when multi-user.target is reached; merge and unmerge as you like, the machine is thrown away
# env: ANNEX_LAB           the lab's directory
#      ANNEX_BOOT_SECONDS  how long COMMAND may take (default: 60)
#      ANNEX_FILES         a directory whose files the machine finds in /files
# exit: COMMAND's own, 125 when the images were not merged, 124 when time was up
#
# A namespace is the machine, so this takes about a second; the kernel is the host's. Who is not root
# but has Docker gets the same in a privileged container.

# shellcheck source=lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
# shellcheck source=device.sh
. "$HERE/device.sh"
# shellcheck source=container.sh
. "$HERE/container.sh"

main() {
  parse_images boot.sh "$@"
  export ANNEX_BOOT_SECONDS=${ANNEX_BOOT_SECONDS:-60}
  RESULT=$(mktemp -d)
  trap leave EXIT
  local code=0
  if namespaces_work "$suite"; then
    require_root
    [[ -d $LAB/tree/$suite ]] || "$HERE/tree.sh" "$suite" >/dev/null
    in_namespace || code=$?
  elif docker_runs; then
    contained booted "$suite" "${#images[@]}" "${images[@]}" "${command[@]}" || code=$?
    docker cp --quiet "$container:/result/." "$RESULT" >/dev/null
  else
    require_root
  fi
  cat "$RESULT/output"
  if [[ -s $RESULT/code ]]; then
    return "$(<"$RESULT/code")"
  elif [[ $code == 137 || $(<"$RESULT/service") == timeout ]]; then
    echo "boot.sh: not done after $ANNEX_BOOT_SECONDS s" >&2
    return 124
  fi
  echo "boot.sh: the system ended before the command did (exit code $code)" >&2
  return 125
}

in_namespace() {
  # On a host with control groups of both versions systemd needs the second; newer hosts have only that one.
  groups=/sys/fs/cgroup/unified
  [[ -d $groups ]] || groups=/sys/fs/cgroup
  home=$groups$(sed -n 's/^0:://p' /proc/self/cgroup)
  # A group of its own, entered before the namespace is made: systemd sees it as the root of all groups.
  group=$groups/annex-boot-$$
  mkdir "$group"
  echo $BASHPID >"$group/cgroup.procs"
  # The command's own limit is kept by systemd; this one is for a system that hangs before.
  RESULT=$RESULT timeout --signal=KILL $((ANNEX_BOOT_SECONDS + 30)) \
    unshare --mount --pid --fork --uts --ipc --cgroup --net --kill-child --propagation private \
    bash "$HERE/booted.sh" "$LAB/tree/$suite" "$suite" "${#images[@]}" "${images[@]}" "${command[@]}"
}

leave() {
  if [[ -n ${group:-} ]]; then
    echo $BASHPID >"$home/cgroup.procs"
    # The namespace's last processes leave the group a moment after its first.
    for _ in {1..50}; do
      find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
      [[ -d $group ]] || break
      sleep 0.05
    done
    restore_loops
  fi
  contained_leave
  rm -rf "$RESULT"
}

main "$@"
