#!/bin/bash
# What the lab says when it cannot do its work, word by word: no root, no tool, no network, no space, no engine.
# usage: messages.sh      (needs nothing but a shell: what is missing is played by stubs)

# shellcheck disable=SC2016  # the stubs expand what is quoted here
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ANNEX_LAB=$work/lab
passed=0 failed=0
# An `unshare` that only runs the command.
passes='while [[ $# -gt 0 && $1 == -* ]]; do [[ $1 == --propagation ]] && shift; shift; done; exec "$@"'

main() {
  # Everything the host has, but for what the lab installs itself.
  mkdir "$work/host"
  local tool
  for tool in /usr/sbin/* /usr/bin/* /sbin/* /bin/*; do
    case ${tool##*/} in apt-get | mmdebstrap | docker) ;; *) ln -sf "$tool" "$work/host/" ;; esac
  done
  stub id 'echo 0'
  stub unshare "$passes"

  check an_unknown_suite_is_named_with_the_known_ones up.sh noble <<'TEXT'
lab: unknown suite 'noble'
lab: help: known suites: bookworm trixie forky
exit 1
TEXT

  stub id 'echo 1000'
  check without_root_it_says_what_root_is_for up.sh trixie <<'TEXT'
lab: a private engine needs root: it makes namespaces, mounts and a network interface
lab: help: run the same command with sudo, or install and start Docker
exit 1
TEXT

  stub id 'echo 0'
  stub unshare 'exit 1'
  check a_root_without_mounts_is_told_apart_from_no_root up.sh trixie <<'TEXT'
lab: this root may not mount: the machine is itself a container without CAP_SYS_ADMIN
lab: help: use a virtual machine or a privileged container, or give access to a running Docker
exit 1
TEXT

  stub unshare "$passes"
  check a_missing_tool_without_apt_is_named up.sh trixie <<'TEXT'
lab: missing tools: mmdebstrap
lab: help: install them with this system's package manager, or use Debian or Ubuntu, or install and start Docker
exit 1
TEXT

  stub apt-get 'echo "apt-get $*"; echo "E: Unable to locate package mmdebstrap"; exit 100'
  check a_tool_that_cannot_be_installed_shows_the_words_of_apt up.sh trixie <<'TEXT'
lab  missing tools: mmdebstrap
lab  apt-get install mmdebstrap …
apt-get update
E: Unable to locate package mmdebstrap
lab: apt-get install mmdebstrap failed
lab: help: the whole log: LAB/log/tools.log
exit 1
TEXT

  stub mmdebstrap 'exit 0'
  ANNEX_LAB_DISK=99999999 check too_little_space_is_said_before_anything_is_fetched tree.sh trixie <<'TEXT'
lab: LAB has N MB free, the lab needs 99999999 MB
lab: help: free some space, or set ANNEX_LAB to a directory on a larger disk
exit 1
TEXT

  stub mmdebstrap 'mkdir "${@: -1}"; echo "E: Could not resolve host"; exit 100'
  check without_a_network_it_says_so tree.sh trixie <<'TEXT'
lab  trixie: root file system with systemd …
E: Could not resolve host
lab: trixie: root file system with systemd: no network: the package archive could not be reached
lab: help: check name resolution and the route; behind a proxy set http_proxy
lab: help: the whole log: LAB/log/tree-trixie.log
exit 1
TEXT
  check_file half_a_tree_is_not_taken_for_a_tree ! -e "$ANNEX_LAB/tree/trixie"

  stub mmdebstrap 'mkdir "${@: -1}"; echo "dpkg: error: No space left on device"; exit 1'
  check a_full_disk_is_told_apart_from_other_failures tree.sh trixie <<'TEXT'
lab  trixie: root file system with systemd …
dpkg: error: No space left on device
lab: trixie: root file system with systemd: the disk under LAB is full
lab: help: free some space, or set ANNEX_LAB to a directory on a larger disk
exit 1
TEXT

  stub mmdebstrap 'mkdir "${@: -1}"'
  check after_a_failure_the_next_call_starts_afresh tree.sh trixie <<'TEXT'
lab  trixie: root file system with systemd …
lab  trixie: root file system with systemd: N s
LAB/tree/trixie
exit 0
TEXT
  check what_is_there_is_not_made_again tree.sh trixie <<'TEXT'
LAB/tree/trixie
exit 0
TEXT

  check an_engine_that_does_not_run_is_not_pointed_at env.sh forky <<'TEXT'
lab: no engine of forky is running in LAB
lab: help: start it: tests/engine/up.sh forky
exit 1
TEXT

  check merging_needs_a_command merge.sh trixie /dev/null <<'TEXT'
lab: no image '/dev/null'
lab: help: usage: merge.sh SUITE IMAGE.raw... -- COMMAND...
exit 1
TEXT

  check a_spec_that_is_not_there_is_said_before_an_engine_is_made ../../examples/build.sh nowhere.yml <<'TEXT'
lab: no spec 'nowhere.yml'
lab: help: usage: examples/build.sh [SPEC [TARGET]] [OPTION...]
exit 1
TEXT

  local verdict=ok
  [[ $failed == 0 ]] || verdict=FAILED
  echo "test result: $verdict. $passed passed; $failed failed; 0 ignored; 0 measured; 0 filtered out"
  [[ $failed == 0 ]]
}

# usage: stub NAME SCRIPT
stub() {
  mkdir -p "$work/stub"
  printf '#!/bin/bash\n%s\n' "$2" >"$work/stub/$1"
  chmod 0755 "$work/stub/$1"
}

# usage: check NAME SCRIPT ARGUMENTS... <EXPECTED      (paths of the lab and measured numbers are made plain)
check() {
  local name=$1 actual
  shift
  actual=$({
    PATH=$work/stub:$work/host bash "$here/$1" "${@:2}" 2>&1
    echo "exit $?"
  } | sed -E "s|$ANNEX_LAB|LAB|g; s/^lab +[0-9.]+ s  /lab  /; s/: [0-9.]+ s\$/: N s/; s/has [0-9]+ MB/has N MB/")
  if diff <(cat) <(echo "$actual") >"$work/difference"; then
    verdict "$name" ok
  else
    verdict "$name" FAILED
    cat "$work/difference"
  fi
}

# usage: check_file NAME TEST...      TEST as for test(1)
check_file() {
  if test "${@:2}"; then verdict "$1" ok; else verdict "$1" FAILED; fi
}

verdict() {
  echo "test messages::$1 ... $2"
  if [[ $2 == ok ]]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

main
