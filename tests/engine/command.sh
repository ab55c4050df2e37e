# shellcheck shell=bash
# What runs in a machine of boot.sh or vm.sh once it is up.
# usage: . command.sh; write_command NAMES COMMAND...      prints the script; NAMES: array with the extensions' names

# First of all the extensions must be there: what is merged says so itself, systemd-sysext's exit code does not.
write_command() {
  local -n merged=$1
  local name
  shift
  echo '#!/bin/bash'
  if [[ ${#merged[@]} != 0 ]]; then
    echo 'if [[ ! -e /usr/.systemd-sysext/dev ]]; then'
    echo '  journalctl --no-pager --unit systemd-sysext.service >&2'
    echo '  echo "systemd-sysext.service merged nothing" >&2'
    echo '  exit 125'
    echo 'fi'
    printf 'for name in'
    for name in "${merged[@]}"; do printf ' %q' "$name"; done
    # shellcheck disable=SC2016  # for the script that is written
    printf '; do\n%s\ndone\n' \
      '  grep -qxF -- "$name" /usr/.systemd-sysext/extensions || { echo "left out: $name" >&2; exit 125; }'
  fi
  printf '%q ' "$@"
  echo
}
