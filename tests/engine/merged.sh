#!/bin/bash
# The first process of merge.sh's namespaces: builds the throw-away system, merges, becomes the command.
# usage: merged.sh TREE SUITE COUNT IMAGE... COMMAND...      (started by merge.sh; not for people)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=device.sh
. "$here/device.sh"
# shellcheck source=throwaway.sh
. "$here/throwaway.sh"

tree=$1 suite=$2 count=$3 flags=()
shift 3
images=("${@:1:count}")
shift "$count"

throwaway_root "$tree"
mount -t sysfs sysfs "$root/sys"
mkdir -p "$root/var/lib/extensions"
for image in "${images[@]}"; do cp "$image" "$root/var/lib/extensions/"; done
throwaway_enter
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb

# From 255 a release file may ask for a reload of the manager, and there is none here; 252 has no such flag.
[[ $suite == bookworm ]] || flags+=(--no-reload)
if [[ $count != 0 ]]; then
  systemd-sysext "${flags[@]}" merge >/run/merge.log 2>&1 || { cat /run/merge.log >&2; exit 125; }
  # The exit code of systemd-sysext is 0 also when it found nothing suitable, and in 252 when mounting failed.
  if [[ ! -e /usr/.systemd-sysext/dev ]]; then
    cat /run/merge.log >&2
    echo "merge.sh: systemd-sysext merged nothing" >&2
    exit 125
  fi
  for image in "${images[@]}"; do
    name=$(basename "$image" .raw)
    if ! grep -qxF -- "$name" /usr/.systemd-sysext/extensions; then
      cat /run/merge.log >&2
      echo "merge.sh: systemd-sysext left out '$name'" >&2
      exit 125
    fi
  done
fi
exec "$@"
