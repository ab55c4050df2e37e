#!/bin/bash
# The first process of boot.sh's namespaces: builds the throw-away machine, then becomes its systemd.
# usage: booted.sh TREE SUITE COUNT IMAGE... COMMAND...      (started by boot.sh; not for people)
# env: ANNEX_BOOT_SECONDS (how long COMMAND may take), ANNEX_FILES (a directory with files for it),
#      RESULT (a directory for its output and exit code)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=device.sh
. "$here/device.sh"
# shellcheck source=throwaway.sh
. "$here/throwaway.sh"
# shellcheck source=command.sh
. "$here/command.sh"

tree=$1 count=$3
shift 3
images=("${@:1:count}")
shift "$count"

throwaway_root "$tree"
# Read-only, so that udev and others that want hardware stay away (ConditionPathIsReadWrite=/sys).
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
ln -sf null "$root/dev/console"
mkdir -p "$root/var/lib/extensions" "$root/result"
# Not in a container: there the directory is read out of it.
if [[ -n ${RESULT:-} ]]; then mount --bind "$RESULT" "$root/result"; fi
touch "$root/result/output" "$root/result/code" "$root/result/service"
for image in "${images[@]}"; do cp "$image" "$root/var/lib/extensions/"; done
if [[ -n ${ANNEX_FILES:-} ]]; then cp -r "$ANNEX_FILES" "$root/files"; fi

units=$root/etc/systemd/system
mkdir -p "$units/multi-user.target.wants" "$units/sysinit.target.wants"
names=()
for image in "${images[@]}"; do names+=("$(basename "$image" .raw)"); done
write_command names "$@" >"$root/command.sh"
cat >"$units/annex-command.service" <<UNIT
[Unit]
After=multi-user.target systemd-sysext.service
[Service]
Type=oneshot
StandardOutput=file:/result/output
StandardError=inherit
ExecStart=/bin/bash -c "bash /command.sh; echo \$\$? >/result/code"
TimeoutStartSec=$ANNEX_BOOT_SECONDS
ExecStopPost=/bin/bash -c "echo \$\$SERVICE_RESULT >/result/service"
ExecStopPost=/bin/systemctl exit --force --force
UNIT
ln -sf ../annex-command.service "$units/multi-user.target.wants/"
# Debian leaves it to the administrator to enable this one.
ln -sf /usr/lib/systemd/system/systemd-sysext.service "$units/sysinit.target.wants/"
# What wants hardware, consoles, or the kernel of a machine of its own.
for unit in systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udev-trigger.service \
  systemd-tmpfiles-setup-dev.service systemd-tmpfiles-setup-dev-early.service systemd-sysctl.service \
  systemd-modules-load.service dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
  getty@tty1.service console-getty.service systemd-logind.service modprobe@.service; do
  ln -sf /dev/null "$units/$unit"
done
: >"$root/etc/machine-id"
echo machine >"$root/etc/hostname"
rm -f "$root/etc/fstab"

throwaway_enter
exec env -i container=annex PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  "$(readlink -f /sbin/init)" --log-target=journal --show-status=0 </dev/null >/dev/null 2>&1
