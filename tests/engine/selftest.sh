#!/bin/bash
# Whether the lab can be trusted: it merges what is right, refuses what is not, and leaves nothing on the host.
# usage: selftest.sh ENGINE...      ENGINE: as for env.sh; each must run

# shellcheck source=lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"

main() {
  require_tools mkfs.erofs:erofs-utils
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  local suite verdict=ok
  host >"$work/before"
  for suite in "${KNOWN_SUITES[@]}"; do
    merging "$suite"
    booting "$suite"
  done
  for suite in "$@"; do building "$suite"; done
  host >"$work/after"
  check nothing_is_left_on_the_host diff "$work/before" "$work/after"
  [[ $failed == 0 ]] || verdict=FAILED
  echo "test result: $verdict. $passed passed; $failed failed; 0 ignored; 0 measured; 0 filtered out"
  [[ $failed == 0 ]]
}

merging() {
  local suite=$1 merge=$HERE/merge.sh
  image good 'ID=_any' good
  image other 'ID=_any' another-name
  image foreign 'ID=another-distribution' foreign
  : >"$work/empty.raw"
  check "${suite}_merges_a_good_image" "$merge" "$suite" "$work/good.raw" -- good
  check "${suite}_gives_the_exit_code_of_the_command" exits 7 "$merge" "$suite" "$work/good.raw" -- sh -c 'exit 7'
  check "${suite}_refuses_a_release_file_of_another_name" exits 125 "$merge" "$suite" "$work/other.raw" -- true
  check "${suite}_refuses_an_image_for_another_distribution" exits 125 "$merge" "$suite" "$work/foreign.raw" -- true
  check "${suite}_refuses_a_set_with_one_foreign_image" \
    exits 125 "$merge" "$suite" "$work/good.raw" "$work/foreign.raw" -- true
  check "${suite}_refuses_an_empty_image" exits 125 "$merge" "$suite" "$work/empty.raw" -- true
}

booting() {
  local suite=$1 boot=$HERE/boot.sh
  check "${suite}_boots_with_a_good_image" "$boot" "$suite" "$work/good.raw" -- good
  check "${suite}_boots_with_systemd_as_the_first_process" "$boot" "$suite" -- grep -qx systemd /proc/1/comm
  check "${suite}_gives_the_exit_code_of_the_command_when_booted" exits 7 "$boot" "$suite" "$work/good.raw" -- sh -c 'exit 7'
  check "${suite}_does_not_take_a_boot_without_the_image_for_one_with_it" \
    exits 125 "$boot" "$suite" "$work/other.raw" -- true
  check "${suite}_ends_a_boot_that_takes_too_long" \
    exits 124 env ANNEX_BOOT_SECONDS=3 "$boot" "$suite" -- sleep 60
}

building() {
  local suite=$1
  local base=debian:trixie
  # A pin of the official image is met by the lab's stand-in; Docker 20.10 knows no source policies, so it knows the
  # stand-in by its own name only.
  case $suite in trixie | forky) base=docker.io/library/debian:trixie@sha256:$(printf '1%.0s' {1..64}) ;; esac
  cat >"$work/Dockerfile" <<DOCKERFILE
FROM $base AS network
RUN apt-get update && apt-get --yes download hello && mv hello_*.deb /hello.deb
FROM scratch
COPY --from=network /hello.deb /
DOCKERFILE
  check "${suite}_builds_from_a_pinned_base_with_a_network" build "$suite"
}

build() (
  set -e
  variables=$("$HERE/env.sh" "$1")
  eval "$variables"
  docker build --no-cache --output "$work/out" --file "$work/Dockerfile" "$work"
  test -s "$work/out/hello.deb"
)

# usage: image NAME RELEASE NAME-IN-RELEASE-FILE
image() {
  local tree=$work/tree-$1
  mkdir -p "$tree/usr/bin" "$tree/usr/lib/extension-release.d"
  printf '#!/bin/sh\necho merged\n' >"$tree/usr/bin/$1"
  chmod 0755 "$tree/usr/bin/$1"
  echo "$2" >"$tree/usr/lib/extension-release.d/extension-release.$3"
  rm -f "$work/$1.raw"
  mkfs.erofs --quiet --all-root -T0 "$work/$1.raw" "$tree"
}

# What must be the same before and after: mounts, loop devices, control groups, interfaces. An engine has a control
# group of its own from its first container to its end.
host() {
  cat /proc/self/mountinfo
  ls /sys/block
  compgen -G '/dev/loop*' | sort
  find /sys/fs/cgroup -maxdepth 3 -type d | grep -v /annex-lab- | sort
  ls /sys/class/net
}

exits() {
  local code=0
  "${@:2}" || code=$?
  [[ $code == "$1" ]]
}

# usage: check NAME COMMAND...
check() {
  if "${@:2}" >"$work/log" 2>&1 </dev/null; then
    echo "test selftest::$1 ... ok"
    passed=$((passed + 1))
  else
    echo "test selftest::$1 ... FAILED"
    tail -n 20 "$work/log"
    failed=$((failed + 1))
  fi
}

passed=0 failed=0 work=
main "$@"
