#!/bin/sh
# Installs the packages of each example in /examples/packages, runs its commands and removes it: what the commands say is
# on standard output, and nothing may be left.
# usage: dnf.sh [prepare]      (in an image with dnf; first with `prepare`)
set -eu

if test "${1:-}" = prepare; then
    # Where libraries of this family are, which Debian's own loader does not know.
    echo /usr/lib64 >/etc/ld.so.conf.d/lib64.conf
    ldconfig
    # Directories of the package `filesystem`, which the stand-in has not.
    mkdir -p /usr/include /usr/libexec /usr/share/doc /usr/share/licenses /usr/share/man/man1 /usr/share/man/man3 \
        /usr/share/man/man6 /usr/share/man/man8 /usr/lib/systemd/system
    # This rpm runs scriptlets in namespaces of their own, which a step of a build may not make.
    mkdir -p /etc/rpm
    echo '%__transaction_unshare %{nil}' >/etc/rpm/macros.step
    exit
fi
quietly() {
    "$@" >/tmp/log 2>&1 || { cat /tmp/log >&2; exit 1; }
}
for example in /examples/packages/*; do
    name=$(cat "$example/name")
    sh /examples/left.sh >/tmp/before
    quietly dnf install --assumeyes "--disablerepo=*" "$example"/RPMS/*/"$name"-[0-9]*.rpm
    rpm --verify "$name" >&2
    sh "$example/commands"
    quietly dnf remove --assumeyes "--disablerepo=*" "$name"
    sh /examples/left.sh >/tmp/after
    left=$(comm -13 /tmp/before /tmp/after)
    if test -n "$left"; then echo "$name leaves $left" >&2 && exit 1; fi
done
