#!/bin/bash
# Measures how long examples take to become packages and extensions; prints one table in Markdown on standard output.
# usage: tests/bench/examples.sh [SUITE [EXAMPLE...]]      the lab's engine to build with (default: forky, Docker 28.5), and
#                                                          folders of examples/ (default: three that need C alone)
# env: ANNEX_LAB  the lab's directory
#
# Cold means: no build cache, but the base image is there. For that the engine's build cache is emptied, so only
# a private engine of the lab is used. What is fetched from the package archive counts with the network as it is.

# shellcheck source=../engine/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/../engine/lab.sh"

main() {
  local suite=${1:-forky} variables example examples=("${@:2}")
  top=$(realpath "$HERE/../..")
  require_suite "$suite"
  "$top/tests/engine/up.sh" "$suite" >&2
  variables=$("$top/tests/engine/env.sh" "$suite")
  eval "$variables"
  export BUILDX_NO_DEFAULT_ATTESTATIONS=1
  work=$(mktemp -d -p "$LAB")
  # shellcheck disable=SC2064  # its value now
  trap "rm -rf --one-file-system '$work'" EXIT
  "$top/tests/engine/image.sh" >&2
  [[ ${#examples[@]} != 0 ]] || examples=(c-library daemon patched-tarball)

  row "measured with Docker $(docker version --format '{{.Server.Version}}') on $(nproc) cores" "package" "its extension after it"
  row --- --- ---
  for example in "${examples[@]}"; do measured "$example"; done
}

# usage: measured EXAMPLE
measured() {
  local package
  rm -rf --one-file-system "$work/example"
  cp -a "$top/examples/$1" "$work/example"
  docker builder prune --all --force >/dev/null
  package=$(build deb)
  row "\`$1\`, cold" "$package" "$(build testing/sysext)"
  package=$(build deb)
  row "\`$1\`, nothing changed" "$package" "$(build testing/sysext)"
  # One more step before the first.
  sed -i "0,/^    - command: /s//    - command: date\n&/" "$work/example/spec.yml"
  package=$(build deb)
  row "\`$1\`, one step changed" "$package" "$(build testing/sysext)"
}

# Builds a route once; prints seconds, and the share of each kind of step.
# usage: build ROUTE
build() {
  local began
  rm -rf --one-file-system "$work/out"
  began=$(seconds)
  docker build --progress=rawjson --file "$work/example/spec.yml" --target "trixie/$1" --output "$work/out" \
    "$work/example" >"$work/stdout" 2>"$work/log" || { tail -n 20 "$work/log" >&2; fail "a build failed"; }
  printf '%s s: %s' "$(since "$began")" \
    "$(perl "$top/tests/bench/steps.pl" "$work/log" | sed -E 's/([a-z]+) ([0-9.]+) ?/\1 \2, /g; s/, $//')"
}

row() { printf '| %s | %s | %s |\n' "$@"; }

main "$@"
