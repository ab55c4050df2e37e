#!/bin/bash
# Provisions private Docker engines from Debian's packages and leaves them running.
# usage: up.sh [SUITE...]      suites: bookworm (Docker 20.10), trixie (26.1, the default), forky (28.5)
# env: ANNEX_LAB           the lab's directory (default: $XDG_CACHE_HOME/annex/lab or ~/.cache/annex/lab)
#      ANNEX_LAB_BASES     releases of Debian to make base images of (default: bullseye bookworm trixie)
#      ANNEX_LAB_STANDINS  distributions of the rpm family to make stand-ins of (default: see the end; empty: none)
#
# Each engine lives in its own mount, process and network namespace; an existing Docker, its bridge and
# its firewall rules are not touched. What the host gets is one veth interface and three firewall rules
# for each engine; down.sh takes them away. A second call finds the engines running and ends at once.

# shellcheck source=lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
# shellcheck source=standin.sh
. "$HERE/standin.sh"

main() {
  local suites=("$@") suite
  [[ ${#suites[@]} == 0 ]] && suites=(trixie)
  for suite in "${suites[@]}"; do require_suite "$suite"; done
  require_root
  require_tools mmdebstrap:mmdebstrap ip:iproute2 flock:util-linux perl:perl
  lock
  mkdir -p "$LAB/run" "$LAB/registry" "$LAB/log"
  prepare "${suites[@]}"
  for suite in "${suites[@]}"; do engine "$suite"; done
  policy
}

# What has to be downloaded, all at once: most of it is waiting for the network or for one core.
prepare() {
  local suite base
  for suite in "$@"; do
    [[ -d $LAB/rootfs/$suite ]] && continue
    require_disk 6000
    background once "$LAB/rootfs/$suite" "$suite: root file system with Docker" engine_root "$suite"
  done
  for base in "${BASES[@]}"; do
    digest library/debian "$base" >/dev/null && continue
    background once "$LAB/base/$base.tar" "base image of $base" bootstrap "$base" --variant=minbase --format=tar
  done
  standin_prepare
  finish
}

engine() {
  local suite=$1 engine=$LAB/engine/$1
  if alive "$engine/pid" && in_engine "$suite" version >/dev/null 2>&1; then
    say "$suite: running already"
  else
    "$HERE/down.sh" --locked "$suite"
    client "$suite"
    start "$suite"
  fi
  local base
  for base in "${BASES[@]}"; do base_image "$suite" "$base"; done
  standin_images "$suite"
  standin_serve "$suite"
}

engine_root() {
  local packages=docker.io,docker-registry,runc,containerd,iptables,mount,ca-certificates,git,curl
  # Docker 20.10 of bookworm has its client in docker.io and no plugin for builds.
  [[ $1 == bookworm ]] || packages+=,docker-cli,docker-buildx
  bootstrap "$1" "${LEAN[@]}" --variant=apt --include="$packages" "$2"
}

# A `docker` for the host: the suite's client and its buildx, run with the suite's own loader and C library,
# because a client that is newer than the host may ask for a newer C library than the host has.
client() {
  local suite=$1 root=$LAB/rootfs/$1 loader libraries
  loader=$(compgen -G "$root/lib*/ld-linux*.so.?" | head -n 1)
  libraries=$(compgen -G "$root/usr/lib/*-linux-gnu*" | head -n 1)
  mkdir -p "$LAB/bin/$suite" "$LAB/config/$suite/cli-plugins"
  wrapper "$LAB/bin/$suite/docker" "$loader" --library-path "$libraries" "$root/usr/bin/docker"
  local buildx=$root/usr/libexec/docker/cli-plugins/docker-buildx
  [[ -e $buildx ]] || buildx=$root/usr/lib/docker/cli-plugins/docker-buildx
  if [[ -e $buildx ]]; then
    wrapper "$LAB/config/$suite/cli-plugins/docker-buildx" "$loader" --library-path "$libraries" "$buildx"
  fi
}

# usage: wrapper FILE WORDS...      FILE becomes a script that runs WORDS with its own arguments
wrapper() {
  local file=$1
  shift
  {
    echo '#!/bin/bash'
    printf 'exec'
    printf ' %q' "$@"
    # shellcheck disable=SC2016  # for the script, not for us
    echo ' "$@"'
  } >"$file.part"
  chmod 0755 "$file.part"
  mv "$file.part" "$file"
}

start() {
  local suite=$1 engine=$LAB/engine/$1 pid attempt
  say "$suite: starting the engine …"
  mkdir -p "$engine/data"
  rm -f "$engine/pid" "$engine/go" "$LAB/run/docker-$suite.sock"
  mkfifo "$engine/go"
  resolver >"$engine/resolv.conf"
  setsid unshare --mount --pid --net --fork --kill-child --propagation private \
    bash "$HERE/serve.sh" "$LAB" "$suite" </dev/null >"$engine/log" 2>&1 9>&- &
  until [[ -s $engine/pid ]]; do
    kill -0 $! 2>/dev/null || fail "$suite: the engine did not start" "its log: $engine/log"
    sleep 0.05
  done
  read -r pid _ <"$engine/pid"
  network "$suite" "$pid"
  echo >"$engine/go"
  for attempt in {1..300}; do
    in_engine "$suite" version >/dev/null 2>&1 && break
    if ! alive "$engine/pid" || [[ $attempt == 300 ]]; then
      tail -n 15 "$engine/log" >&2
      fail "$suite: the engine did not come up" "its log: $engine/log"
    fi
    sleep 0.1
  done
  say "$suite: Docker $(in_engine "$suite" version --format '{{.Server.Version}}') listens on $LAB/run/docker-$suite.sock"
}

# A /30 of 198.18.0.0/15 (RFC 2544: networks for tests) between host and engine, and masquerading to the world.
network() {
  local suite=$1 pid=$2 slot name
  for slot in {0..99}; do
    name=annex$slot
    ip route show | grep -q "^198\.18\.$slot\." && continue
    ip link add "$name" type veth peer name eth0 netns "$pid" 2>/dev/null && break
    [[ $slot == 99 ]] && fail "$suite: no free network interface" "remove what is left of other labs: ip link show type veth"
  done
  ip address add "198.18.$slot.1/30" dev "$name"
  ip link set "$name" up
  nsenter --target "$pid" --net sh -ec "
    ip link set lo up
    ip address add 198.18.$slot.2/30 dev eth0
    ip link set eth0 up
    ip route add default via 198.18.$slot.1"
  echo "$slot" >"$LAB/engine/$suite/slot"
  firewall "$suite" "$slot" -A
  if [[ $(</proc/sys/net/ipv4/ip_forward) == 0 ]]; then
    # down.sh sets it back when the last engine of this lab goes.
    echo 1 >/proc/sys/net/ipv4/ip_forward
    touch "$LAB/engine/forward"
  fi
}

# A resolver that is reachable from another network namespace: systemd-resolved's stub is not.
resolver() {
  if ! grep -qE '^nameserver[[:space:]]+127\.' /etc/resolv.conf; then
    cat /etc/resolv.conf
  elif [[ -e /run/systemd/resolve/resolv.conf ]]; then
    cat /run/systemd/resolve/resolv.conf
  else
    say "warning: the resolver of /etc/resolv.conf answers this machine only; builds may have no name resolution"
    cat /etc/resolv.conf
  fi
}

# A stand-in for the official image of a Debian release, made from the same packages: in the lab's registry as
# localhost:5000/library/debian:SUITE, in the engine's store also as debian:SUITE.
base_image() {
  local suite=$1 base=$2 name=localhost:5000/library/debian:$2 digest
  if ! digest library/debian "$base" >/dev/null; then
    step "push the base image of $base" "$LAB/log/push-$base.log" push "$suite" "$LAB/base/$base.tar" "$name"
    rm -f "$LAB/base/$base.tar"
  fi
  digest=$(digest library/debian "$base")
  if ! in_engine "$suite" image inspect "${name%:*}@$digest" "debian:$base" >/dev/null 2>&1; then
    step "$suite: pull the base image of $base" "$LAB/log/pull-$suite-$base.log" in_engine "$suite" pull "$name"
    in_engine "$suite" tag "$name" "debian:$base"
  fi
}

push() {
  in_engine "$1" import "$2" "$3" &&
    in_engine "$1" push "$3"
}

# The digest under which the registry holds an image; fails when there is none.
# usage: digest REPOSITORY TAG
digest() {
  cat "$LAB/registry/docker/registry/v2/repositories/$1/_manifests/tags/$2/current/link" 2>/dev/null
}

# A BuildKit source policy (the JSON form of sourcepolicy/pb/policy.proto) that puts the stand-ins in the place of the
# official images, pinned ones included. Only the lab uses it: who has a real registry needs none.
policy() {
  local link base pattern image separator=""
  {
    echo '{"version": 1, "rules": ['
    {
      for link in "$LAB"/registry/docker/registry/v2/repositories/library/debian/_manifests/tags/*/current/link; do
        base=${link%/current/link}
        base=${base##*/}
        echo "docker.io/library/debian:$base* localhost:5000/library/debian:$base@$(<"$link")"
      done
      standin_policy
    } | while read -r pattern image; do
      printf '%s{"action": "CONVERT", "selector": {"identifier": "docker-image://%s", "matchType": "WILDCARD"},\n' \
        "$separator" "$pattern"
      printf ' "updates": {"identifier": "docker-image://%s"}}' "$image"
      separator=$',\n'
    done
    printf '\n]}\n'
  } >"$LAB/policy.json.part"
  mv "$LAB/policy.json.part" "$LAB/policy.json"
}

read -r -a BASES <<<"${ANNEX_LAB_BASES:-bullseye bookworm trixie}"
read -r -a STANDINS <<<"${ANNEX_LAB_STANDINS-azlinux3 azlinux4 almalinux8 almalinux9 rockylinux8 rockylinux9}"

main "$@"
