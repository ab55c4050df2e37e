# shellcheck shell=bash
# What every script of the lab shares: where it lives, how it speaks, what it needs from the host.
# usage: . lab.sh      env: ANNEX_LAB (the lab's directory), ANNEX_LAB_DISK (free MB it asks for)

set -euo pipefail

LAB=${ANNEX_LAB:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/annex/lab}
# shellcheck disable=SC2034  # for the scripts that source this one
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Suites an engine can be made of, oldest first: Docker 20.10, 26.1, 28.5.
KNOWN_SUITES=(bookworm trixie forky)

# Prints one line of progress with the seconds since the script began.
say() {
  printf 'lab %6.1f s  %s\n' "$(seconds)" "$*" >&2
}

# Ends the script: what is wrong, then what to do about it.
fail() {
  printf 'lab: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf 'lab: help: %s\n' "$line" >&2; done
  exit 1
}

# Runs a command, its output kept in LOG, shown only when it fails. A function given as COMMAND joins its own commands
# with `&&`: bash does not end it at the first failure here.
# usage: step LABEL LOG COMMAND...
step() {
  local label=$1 log=$2 began
  shift 2
  began=$(seconds)
  say "$label …"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    if grep -qE 'Could not resolve|Temporary failure|Unable to connect|Could not connect|Network is unreachable|Connection timed out' "$log"; then
      fail "$label: no network: the package archive could not be reached" \
        "check name resolution and the route; behind a proxy set http_proxy" "the whole log: $log"
    fi
    if grep -q 'No space left on device' "$log"; then
      fail "$label: the disk under $LAB is full" "free some space, or set ANNEX_LAB to a directory on a larger disk"
    fi
    fail "$label failed" "the whole log: $log"
  fi
  say "$label: $(since "$began") s"
}

# Seconds since an earlier value of `seconds`.
since() {
  awk -v a="$1" -v b="$(seconds)" 'BEGIN { printf "%.1f", b - a }'
}

# Seconds since the script began, with three decimals.
seconds() {
  local now=${EPOCHREALTIME/[.,]/}
  awk -v us=$((now - SCRIPT_BEGAN)) 'BEGIN { printf "%.3f", us / 1e6 }'
}

require_suite() {
  local suite
  for suite in "${KNOWN_SUITES[@]}"; do [[ $suite == "$1" ]] && return; done
  fail "unknown suite '$1'" "known suites: ${KNOWN_SUITES[*]}"
}

require_root() {
  if [[ $(id -u) != 0 ]]; then
    fail "a private engine needs root: it makes namespaces, mounts and a network interface" \
      "run the same command with sudo, or install and start Docker"
  fi
  if ! unshare --mount true 2>/dev/null; then
    fail "this root may not mount: the machine is itself a container without CAP_SYS_ADMIN" \
      "use a virtual machine or a privileged container, or give access to a running Docker"
  fi
}

# Installs host tools that are missing; each argument is COMMAND:PACKAGE.
require_tools() {
  local pair missing=() log
  for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("$pair")
  done
  [[ ${#missing[@]} == 0 ]] && return
  if ! command -v apt-get >/dev/null; then
    fail "missing tools: ${missing[*]%%:*}" \
      "install them with this system's package manager, or use Debian or Ubuntu, or install and start Docker"
  fi
  mkdir -p "$LAB/log"
  log=$LAB/log/tools.log
  say "missing tools: ${missing[*]%%:*}"
  step "apt-get install ${missing[*]##*:}" "$log" install "${missing[@]##*:}"
}

install() {
  apt-get update &&
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"
}

# usage: require_disk MEGABYTES
require_disk() {
  local want=${ANNEX_LAB_DISK:-$1} free
  mkdir -p "$LAB"
  free=$(df --output=avail -m "$LAB" | tail -n 1 | tr -d ' ')
  if ((free < want)); then
    fail "$LAB has $free MB free, the lab needs $want MB" \
      "free some space, or set ANNEX_LAB to a directory on a larger disk"
  fi
}

# One script at a time may change the lab; the lock ends with the script.
lock() {
  mkdir -p "$LAB"
  exec 9>"$LAB/lock"
  if ! flock --nonblock 9; then
    say "waiting for another script that holds $LAB/lock"
    flock --timeout 1800 9 || fail "waited half an hour for $LAB/lock" "see who holds it: fuser $LAB/lock"
  fi
}

# Makes a path complete or not at all: the command gets a temporary name, renamed when it succeeds.
# usage: once PATH LABEL COMMAND...      (the command's last argument is the temporary name)
once() {
  local path=$1 label=$2 temporary
  shift 2
  [[ -e $path ]] && return
  temporary=$(dirname "$path")/.part-$(basename "$path")
  mkdir -p "$(dirname "$path")" "$LAB/log"
  rm -rf --one-file-system "$temporary"
  step "$label" "$LAB/log/$(basename "$(dirname "$path")")-$(basename "$path").log" "$@" "$temporary"
  mv "$temporary" "$path"
}

# Starts a command beside others, in a process group of its own, which ends when this script is interrupted.
background() {
  set -m
  trap 'for job in "${JOBS[@]}"; do kill -- "-$job" 2>/dev/null; done; exit 130' INT TERM
  "$@" &
  JOBS+=($!)
  set +m
}

# Waits for what `background` started; ends the script when one of them failed.
finish() {
  local job failed=""
  for job in "${JOBS[@]}"; do wait "$job" || failed=1; done
  JOBS=()
  trap - INT TERM
  [[ -z $failed ]] || exit 1
}

# mmdebstrap in a mount namespace of its own, so that an interrupted run leaves no mounts behind.
# The release of forky, Debian's testing, may be served past its Valid-Until date.
bootstrap() {
  local suite=$1 options=()
  shift
  [[ $suite == forky ]] && options+=(--aptopt='Acquire::Check-Valid-Until "false"')
  unshare --mount --propagation private mmdebstrap --mode=root "${options[@]}" \
    "${@:1:$#-1}" "$suite" "${@: -1}"
}

# What keeps manuals and translations out of a root file system that only tools are run in: words for mmdebstrap.
# shellcheck disable=SC2034  # for the scripts that source this one
LEAN=(--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*'
  --dpkgopt='path-exclude=/usr/share/locale/*')

# Whether the process recorded in a file still is that process: number and start time.
# usage: alive FILE
alive() {
  local pid start now
  [[ -s $1 ]] || return 1
  read -r pid start <"$1"
  now=$(started "$pid") || return 1
  [[ $now == "$start" ]]
}

# Start time of a process in clock ticks since boot: field 22 of proc_pid_stat(5).
started() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  read -r -a stat <<<"${stat##*) }"
  echo "${stat[19]}"
}

# The client of an engine, whatever the caller's environment says.
# usage: in_engine SUITE ARGUMENTS...
in_engine() {
  local suite=$1
  shift
  DOCKER_HOST=unix://$LAB/run/docker-$suite.sock DOCKER_CONFIG=$LAB/config/$suite DOCKER_BUILDKIT=1 \
    "$LAB/bin/$suite/docker" "$@"
}

# Reads `SUITE IMAGE.raw... -- COMMAND...` into the variables suite, images and command.
# usage: parse_images SCRIPT ARGUMENTS...
parse_images() {
  local usage="usage: $1 SUITE IMAGE.raw... -- COMMAND..."
  suite=${2:-} images=()
  [[ -n $suite ]] || fail "no suite given" "$usage"
  require_suite "$suite"
  shift 2
  while [[ $# -gt 0 && $1 != -- ]]; do
    [[ -f $1 ]] || fail "no image '$1'" "$usage"
    images+=("$(realpath "$1")")
    shift
  done
  [[ $# -gt 1 ]] || fail "no command given" "$usage"
  # shellcheck disable=SC2034  # for the scripts that source this one
  command=("${@:2}")
}

# Points docker at an engine: the one that docker reaches already, else a private one of the suite, made when missing.
# usage: engine_for SUITE
engine_for() {
  local variables
  if docker_runs; then
    say "using the Docker that runs here: $(docker version --format '{{.Server.Version}}')"
    export DOCKER_BUILDKIT=1
    return
  fi
  say "no Docker runs here: using a private engine"
  "$HERE/up.sh" "$1" || exit
  variables=$("$HERE/env.sh" "$1")
  eval "$variables"
}

docker_runs() {
  command -v docker >/dev/null && docker version --format '{{.Server.Version}}' >/dev/null 2>&1
}

# Adds (-A) or takes away (-D) the rules that let an engine reach the world. The host's own iptables is preferred,
# because it speaks to the same tables as a firewall that is there already; else the engine's, in the host's network.
# usage: firewall SUITE SLOT -A|-D
firewall() {
  local net=198.18.$2.0/30 name=annex$2 verb=$3 iptables=(iptables --wait)
  command -v iptables >/dev/null || iptables=(chroot "$LAB/rootfs/$1" iptables --wait)
  [[ $verb == -D || $verb == -A ]]
  rule() {
    # Idempotent: away with an equal rule first.
    "${iptables[@]}" -t "$1" -D "$2" "${@:3}" 2>/dev/null || true
    if [[ $verb == -A ]]; then "${iptables[@]}" -t "$1" -I "$2" "${@:3}"; fi
  }
  rule nat POSTROUTING --source "$net" ! --out-interface "$name" --jump MASQUERADE
  rule filter FORWARD --in-interface "$name" --jump ACCEPT
  rule filter FORWARD --out-interface "$name" --jump ACCEPT
}

JOBS=()
SCRIPT_BEGAN=${EPOCHREALTIME/[.,]/}
