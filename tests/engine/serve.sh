#!/bin/bash
# The first process of an engine's namespaces: registry and Docker daemon, until told to stop.
# usage: serve.sh LAB SUITE      (started by up.sh under unshare; not for people)
#
# All mounts, the network and every process of the engine end with this process.
set -euo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# A function, so that the whole file has been read before a long life begins.
main() {
  local lab=$1 suite=$2 here root engine host_pid stat fields features daemon
  here=$(cd "$(dirname "$0")" && pwd)
  root=$lab/rootfs/$suite
  engine=$lab/engine/$suite

  # /proc is still the host's here, so this is the number that the host knows.
  read -r host_pid stat </proc/self/stat
  read -r -a fields <<<"${stat##*) }"
  # Number and start time, as lab.sh compares them.
  echo "$host_pid ${fields[19]}" >"$engine/pid.part"
  mv "$engine/pid.part" "$engine/pid"

  # up.sh gives the network interface, then says so.
  read -r -t 60 _ <>"$engine/go"

  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  # shellcheck source=device.sh
  . "$here/device.sh"
  private_dev "$root/dev"
  mkdir -p "$root/run/lab" "$root/var/lib/docker" "$root/var/lib/lab-registry"
  mount --bind "$lab/run" "$root/run/lab"
  mount --bind "$engine/data" "$root/var/lib/docker"
  mount --bind "$lab/registry" "$root/var/lib/lab-registry"
  rm -f "$root/etc/resolv.conf"
  cp "$engine/resolv.conf" "$root/etc/resolv.conf"
  # The engine fetches https sources as the host would: behind a proxy that signs for itself, with that proxy's key.
  if [[ -e /etc/ssl/certs/ca-certificates.crt ]]; then
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  fi

  # A real root instead of a chroot: containerd refuses to work below one that is no mount point.
  cd "$root"
  mkdir -p old
  pivot_root . old
  umount -l /old
  rmdir /old

  mkdir -p /etc/docker
  cat >/etc/docker/registry.yml <<YAML
version: 0.1
log:
  level: warn
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: /var/lib/lab-registry
  delete:
    enabled: true
http:
  addr: 127.0.0.1:5000
YAML
  features={}
  [[ $suite == forky ]] && features='{"containerd-snapshotter": true}'
  # Without a policy the daemon clears the cache away as a disk fills up, and tests would see builds run again.
  cat >/etc/docker/daemon.json <<JSON
{"features": $features, "builder": {"gc": {"enabled": true, "policy": [{"all": true, "keepStorage": "60GB"}]}}}
JSON

  docker-registry serve /etc/docker/registry.yml &
  dockerd --host "unix:///run/lab/docker-$suite.sock" --group root --data-root /var/lib/docker \
    --cgroup-parent "/annex-lab-$host_pid" --exec-opt native.cgroupdriver=cgroupfs &
  daemon=$!
  trap 'kill -TERM "$daemon"' TERM INT
  # The first wait ends when the trap has run, the second when the daemon has.
  wait "$daemon" || wait "$daemon" || true
}

main "$@"
