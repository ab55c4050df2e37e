# shellcheck shell=bash
# Devices: a private /dev for what runs in the lab, and the host's loop devices put back after it.
# usage: . device.sh; private_dev DIR; restore_loops

# Static nodes on a tmpfs, so that nothing inside makes or removes nodes of the host's /dev.
# Numbers: Documentation/admin-guide/devices.txt of Linux.
private_dev() {
  local dev=$1 number
  mount -t tmpfs -o mode=755,nosuid tmpfs "$dev"
  mknod -m 666 "$dev/null" c 1 3
  mknod -m 666 "$dev/zero" c 1 5
  mknod -m 666 "$dev/full" c 1 7
  mknod -m 666 "$dev/random" c 1 8
  mknod -m 666 "$dev/urandom" c 1 9
  mknod -m 644 "$dev/kmsg" c 1 11
  mknod -m 666 "$dev/tty" c 5 0
  mknod -m 600 "$dev/console" c 5 1
  mknod -m 660 "$dev/loop-control" c 10 237
  for number in {0..63}; do mknod -m 660 "$dev/loop$number" b 7 "$number"; done
  mkdir "$dev/shm" "$dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$dev/pts"
  ln -s pts/ptmx "$dev/ptmx"
  ln -s /proc/self/fd "$dev/fd"
  ln -s fd/0 "$dev/stdin"
  ln -s fd/1 "$dev/stdout"
  ln -s fd/2 "$dev/stderr"
}

# systemd-sysext takes a loop device away when it is done with it, one of those that the kernel made when it started
# too. This makes them again: LOOP_CTL_ADD of linux/loop.h, refused for those that are there.
restore_loops() {
  local count
  count=$(cat /sys/module/loop/parameters/max_loop 2>/dev/null) || return 0
  perl -e 'open(my $control, "+<", "/dev/loop-control") or exit; ioctl($control, 0x4C80, $_) for 0 .. $ARGV[0] - 1' "$count"
}
