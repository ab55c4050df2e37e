# shellcheck shell=bash
# A throw-away copy of a tree as the root of this mount namespace.
# usage: . throwaway.sh; throwaway_root TREE; … put things under $root …; throwaway_enter
# needs: device.sh, `set -e`, a mount namespace of one's own
#
# TREE is a directory, or / in a container, which is a throw-away copy by itself.

# Mounts an overlay over the tree at TREE.scratch; sets `root` to where it can be changed.
throwaway_root() {
  local scratch=$1.scratch
  root=
  if [[ $1 != / ]]; then
    mkdir -p "$scratch"
    # Every run has its own mount here, seen by itself only.
    mount -t tmpfs -o mode=755 tmpfs "$scratch"
    mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
    mount -t overlay overlay \
      -o "lowerdir=$1,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
    root=$scratch/root
    mount -t proc proc "$root/proc"
  fi
  # systemd-sysext refuses to merge when /run is not a mount of its own.
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  private_dev "$root/dev"
}

throwaway_enter() {
  if [[ -n $root ]]; then
    cd "$root" || exit
    mkdir -p old
    pivot_root . old
    umount -l /old
    rmdir /old
  fi
  # systemd-sysext merges in a child namespace and counts on its mounts coming back; from a private root they do not.
  mount --make-rshared /
  cd / || exit
}
