#!/bin/sh
# Lists the files of a system, but not what package managers keep for themselves, nor the accounts of yesterday.
# usage: left.sh
set -eu

find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /examples -o -path /var/log \
    -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/lib/dnf -o -path /var/lib/rpm \
    -o -path /root -o -path /said -o -path '/etc/*-' \) -prune -o -print | LC_ALL=C sort
