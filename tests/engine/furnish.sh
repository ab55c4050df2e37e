#!/bin/bash
# Makes a disk that boots: a copy of a tree with udev, the release's kernel for virtual machines, and units of ours.
# usage: furnish.sh TREE SUITE DIR      (started by machine.sh under unshare; not for people)
#   DIR/disk     ext4, the first partition of a disk that is named 616e6e78
#   DIR/vmlinuz  the kernel
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=device.sh
. "$here/device.sh"

tree=$1 suite=$2 out=$3
root=$out/root
mkdir -p "$root"
cp -a "$tree/." "$root"
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
private_dev "$root/dev"
rm -f "$root/etc/resolv.conf"
cp /etc/resolv.conf "$root/etc/resolv.conf"
options=()
[[ $suite != forky ]] || options+=(-o 'Acquire::Check-Valid-Until=false')

# The kernel is unpacked rather than installed: it finds its disk without an initial RAM disk, so none is made.
# shellcheck disable=SC2016  # the inner shell expands
chroot "$root" /bin/bash -ec '
  export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
  apt-get "$@" update
  # Systemd loads the library when it finds a hash tree beside an image.
  apt-get "$@" install --yes --no-install-recommends kmod libcryptsetup12 udev
  mkdir /tmp/kernel
  cd /tmp/kernel
  apt-get "$@" install --simulate --no-install-recommends linux-image-cloud-amd64 |
    awk "/^Inst linux-(image|binary|modules)-[0-9]/ { print \$2 }" | xargs apt-get "$@" download
  for package in *.deb; do dpkg-deb --extract "$package" .; done
  rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin *.deb
' bash "${options[@]}"

modules=$(compgen -G "$root/tmp/kernel/usr/lib/modules/*" || compgen -G "$root/tmp/kernel/lib/modules/*")
version=$(basename "$modules")
mkdir -p "$root/usr/lib/modules"
mv "$modules" "$root/usr/lib/modules/"
for kernel in "$root/tmp/kernel/boot/vmlinuz-$version" "$root/usr/lib/modules/$version/vmlinuz"; do
  if [[ -e $kernel ]]; then mv "$kernel" "$out/vmlinuz"; fi
done
rm -rf "$root/tmp/kernel"
chroot "$root" depmod --all "$version"

# Extensions come on a second disk, with the command that is to run.
cat >"$root/etc/fstab" <<'FSTAB'
LABEL=annex-lab /lab ext4 rw 0 0
/lab/extensions /var/lib/extensions none bind 0 0
FSTAB
mkdir -p "$root/lab" "$root/var/lib/extensions"
ln -s lab/files "$root/files"
: >"$root/etc/machine-id"
echo machine >"$root/etc/hostname"

units=$root/etc/systemd/system
mkdir -p "$units/multi-user.target.wants" "$units/sysinit.target.wants"
cat >"$units/annex-command.service" <<'UNIT'
[Unit]
After=multi-user.target systemd-sysext.service
[Service]
Type=oneshot
StandardOutput=file:/run/annex-output
StandardError=inherit
EnvironmentFile=/lab/limits
ExecStart=/usr/bin/timeout ${SECONDS_FOR_COMMAND} /bin/bash /lab/command.sh
TimeoutStartSec=infinity
ExecStopPost=/bin/bash /etc/annex-verdict.sh
ExecStopPost=/bin/systemctl poweroff --force --force
UNIT
ln -sf ../annex-command.service "$units/multi-user.target.wants/"
# The second serial port is for this alone; the first one is the console.
cat >"$root/etc/annex-verdict.sh" <<'SCRIPT'
stty -F /dev/ttyS1 raw
{
  cat /run/annex-output
  printf '\nverdict %s %s\n' "$EXIT_CODE" "$EXIT_STATUS"
} >/dev/ttyS1
SCRIPT
# Debian leaves it to the administrator to enable this one.
ln -sf /usr/lib/systemd/system/systemd-sysext.service "$units/sysinit.target.wants/"
# What takes time and has nothing to do with extensions: each program that starts costs a tenth of a second here. Which
# generators there are differs; all run again whenever an extension is merged, and only that of fstab has work to do.
for unit in apt-daily.timer apt-daily-upgrade.timer dev-hugepages.mount dev-mqueue.mount dpkg-db-backup.timer \
  e2scrub_all.timer e2scrub_reap.service fstrim.timer getty@tty1.service modprobe@configfs.service \
  modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service proc-sys-fs-binfmt_misc.automount \
  serial-getty@ttyS0.service serial-getty@ttyS1.service sys-fs-fuse-connections.mount sys-kernel-config.mount \
  sys-kernel-debug.mount sys-kernel-tracing.mount systemd-binfmt.service systemd-hibernate-clear.service \
  systemd-journal-flush.service systemd-logind.service systemd-modules-load.service systemd-pcrmachine.service \
  systemd-pcrphase-sysinit.service systemd-pcrphase.service systemd-pstore.service systemd-random-seed.service \
  systemd-sysctl.service systemd-timesyncd.service systemd-udev-load-credentials.service \
  systemd-user-sessions.service; do
  ln -sf /dev/null "$units/$unit"
done
mkdir "$root/etc/systemd/system-generators" "$units/systemd-udev-trigger.service.d"
for generator in "$root"/usr/lib/systemd/system-generators/*; do
  generator=$(basename "$generator")
  [[ $generator == systemd-fstab-generator ]] || ln -s /dev/null "$root/etc/systemd/system-generators/$generator"
done
# Disks are all the devices that anybody waits for.
printf '[Service]\nExecStart=\nExecStart=udevadm trigger --action=add --subsystem-match=block\n' \
  >"$units/systemd-udev-trigger.service.d/disks.conf"

# Sparse: what is not used takes no room.
umount "$root/dev/pts" "$root/dev/shm" "$root/dev" "$root/proc" "$root"
truncate --size=2G "$out/disk"
printf 'label: dos\nlabel-id: 0x616e6e78\nstart=1MiB, type=83\n' | sfdisk --quiet "$out/disk"
mkfs.ext4 -q -F -O ^has_journal -m 0 -d "$root" -E offset=1048576 "$out/disk" 2047M
rm -rf --one-file-system "$root"
