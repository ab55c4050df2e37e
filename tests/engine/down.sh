#!/bin/bash
# Stops the lab's engines and takes away what they put on the host.
# usage: down.sh [--purge] [SUITE...]      without suites: all; --purge also deletes what was downloaded and built
# env: ANNEX_LAB  the lab's directory

# shellcheck source=lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
# shellcheck source=standin.sh
. "$HERE/standin.sh"

main() {
  local purge="" locked="" suites=() suite
  while [[ $# -gt 0 ]]; do
    case $1 in
      --purge) purge=1 ;;
      # From up.sh, which holds the lock already.
      --locked) locked=1 ;;
      -*) fail "unknown option '$1'" "usage: down.sh [--purge] [SUITE...]" ;;
      *)
        require_suite "$1"
        suites+=("$1")
        ;;
    esac
    shift
  done
  [[ -d $LAB ]] || return 0
  require_root
  [[ -n $locked ]] || lock
  if [[ ${#suites[@]} == 0 ]]; then
    for suite in "${KNOWN_SUITES[@]}"; do
      if [[ -d $LAB/engine/$suite ]]; then suites+=("$suite"); fi
    done
  fi
  for suite in "${suites[@]}"; do stop "$suite"; done
  last_one
  if [[ -n $purge ]]; then
    for suite in "${suites[@]}"; do purge_suite "$suite"; done
  fi
}

stop() {
  local suite=$1 engine=$LAB/engine/$1 pid=
  [[ -d $engine ]] || return 0
  standin_stop "$suite"
  if [[ -s $engine/pid ]]; then read -r pid _ <"$engine/pid"; fi
  if alive "$engine/pid"; then
    say "$suite: stopping"
    kill -TERM "$pid"
    for _ in {1..100}; do
      alive "$engine/pid" || break
      sleep 0.1
    done
    # The end of the first process is the end of its namespace: processes, mounts and interfaces go with it.
    if alive "$engine/pid"; then kill -KILL "$pid"; fi
    while alive "$engine/pid"; do sleep 0.05; done
    say "$suite: stopped"
  fi
  if [[ -s $engine/slot ]]; then
    firewall "$suite" "$(<"$engine/slot")" -D
    rm -f "$engine/slot"
  fi
  if [[ -n $pid ]]; then
    # Depth first: a control group is removed when it is empty.
    find /sys/fs/cgroup -depth -type d -path "*/annex-lab-$pid*" -exec rmdir {} \; 2>/dev/null || true
  fi
  rm -f "$engine/pid" "$engine/go" "$LAB/run/docker-$suite.sock"
}

purge_suite() {
  say "$1: deleting the engine, its images and its root file system"
  rm -rf --one-file-system "${LAB:?}"/{engine,rootfs,bin,config}/"$1"
  # Debris of interrupted downloads, and what only engines use.
  rm -rf --one-file-system "$LAB"/*/.part-*
  if ! compgen -G "$LAB/engine/*/" >/dev/null; then
    rm -rf --one-file-system "${LAB:?}"/{base,bin,config,log,registry,rootfs,run,standin,tree} "$LAB/policy.json"
    rm -rf --one-file-system "$LAB/engine"
  fi
}

# The last engine of this lab sets packet forwarding back, if the first one had to set it.
last_one() {
  local suite
  for suite in "${KNOWN_SUITES[@]}"; do
    if alive "$LAB/engine/$suite/pid"; then return; fi
  done
  if [[ -e $LAB/engine/forward ]]; then
    if ! ip link show type veth | grep -q ': annex[0-9]'; then echo 0 >/proc/sys/net/ipv4/ip_forward; fi
    rm -f "$LAB/engine/forward"
  fi
}

main "$@"
