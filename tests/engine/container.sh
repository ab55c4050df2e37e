# shellcheck shell=bash
# Merging and booting in a privileged container, for who has Docker and is not root.
# usage: . container.sh; contained merged|booted SUITE COUNT IMAGE... COMMAND...      (after lab.sh)

# Whether this machine can do without: root, and a tree or the means to make one.
namespaces_work() {
  [[ $(id -u) == 0 ]] && { [[ -d $LAB/tree/$1 ]] || command -v apt-get >/dev/null || ! docker_runs; }
}

# Runs the same script as in a namespace, its root being the container's own. Everything goes in and out by `docker cp`,
# so that the engine may be on another machine. Sets `container`; the caller's trap removes it (contained_leave).
contained() {
  local script=$1 suite=$2 count=$3 image names=()
  shift 3
  contained_tree "$suite"
  stage=$(mktemp -d)
  cp "$HERE/device.sh" "$HERE/throwaway.sh" "$HERE/command.sh" "$HERE/$script.sh" "$stage/"
  mkdir "$stage/image"
  for image in "${@:1:count}"; do
    cp "$image" "$stage/image/"
    names+=("/lab/image/$(basename "$image")")
  done
  shift "$count"
  # In a container /lab is where its own files are: booted.sh takes them from there.
  if [[ -n ${ANNEX_FILES:-} ]]; then cp -r "$ANNEX_FILES" "$stage/files"; fi
  container=$(docker create --privileged --network none --env "ANNEX_BOOT_SECONDS=${ANNEX_BOOT_SECONDS:-60}" \
    --env "ANNEX_FILES=${ANNEX_FILES:+/lab/files}" \
    "localhost/annex-tree:$suite" unshare --cgroup bash "/lab/$script.sh" / "$suite" "$count" "${names[@]}" "$@")
  docker cp --quiet "$stage/." "$container:/lab" >/dev/null
  docker start --attach "$container"
}

contained_tree() {
  docker image inspect "localhost/annex-tree:$1" >/dev/null 2>&1 && return
  mkdir -p "$LAB/log"
  step "$1: container image with systemd" "$LAB/log/tree-image-$1.log" contained_build "$1"
}

contained_build() {
  DOCKER_BUILDKIT=1 docker build --tag "localhost/annex-tree:$1" - <<DOCKERFILE
FROM docker.io/library/debian:$1
RUN apt-get update && apt-get install --yes --no-install-recommends systemd systemd-sysv systemd-container dbus
DOCKERFILE
}

contained_leave() {
  [[ -z ${container:-} ]] || docker rm --force "$container" >/dev/null
  [[ -z ${stage:-} ]] || rm -rf "$stage"
}
