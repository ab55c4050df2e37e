#!/bin/bash
# Runs all tests, the fast ones first.
# usage: tests/run.sh [PHASE...]      default: all phases in their order
# env: ANNEX_LAB      where private engines and trees live (see tests/engine/up.sh)
#      ANNEX_ENGINES  engines to test with: `host` is the Docker that runs here, the default where one runs; else
#                     "trixie forky", private ones of Docker 26.1 and 28.5
#
# The closing line is that of cargo, over everything; the exit code is 0 only when nothing failed.

# shellcheck source=engine/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/engine/lab.sh"
# shellcheck source=engine/container.sh
. "$HERE/container.sh"

format() { cargo fmt --all --check; }

# `engine` is no test to cargo unless it is named, and `--all-targets` beside its name forgets it.
lint() {
  cargo clippy --workspace --all-targets -- -D warnings &&
    cargo clippy --workspace --test engine -- -D warnings
}

scripts() {
  find . \( -name target -o -name out -o -name .git \) -prune -o \( -name '*.sh' -o -path ./.ci/run \) -type f -print0 |
    xargs -0 shellcheck
}

# Doc tests too; all but the target `engine`, which is not run unless it is named.
unit() { cargo test --workspace; }

docs() { RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps; }

messages() { tests/engine/messages.sh; }

# Engines, and the systems that extensions are merged into. Stand-ins for what no registry here has are the lab's.
lab() {
  if [[ -n $provisioned ]]; then
    cat "$ahead"
    return "$provisioned"
  fi
  if [[ ${engines[*]} != host ]]; then tests/engine/up.sh "${engines[@]}"; else tests/engine/up.sh trixie; fi || return
  if namespaces_work trixie; then tests/engine/machine.sh "${KNOWN_SUITES[@]}"; fi
}

selftest() { tests/engine/selftest.sh "${engines[@]}"; }

# The frontend's image, in the store of each engine.
image() {
  local suite variables
  for suite in "${engines[@]}"; do
    (
      variables=$(tests/engine/env.sh "$suite") || exit
      eval "$variables"
      tests/engine/image.sh
    ) || return
  done
}

engine() { ANNEX_ENGINES="${engines[*]}" cargo test --workspace --test engine; }

main() {
  local phase phases=("$@") began status passed=0 failed=0 counted verdict=ok
  [[ ${#phases[@]} != 0 ]] || phases=("${ALL[@]}")
  for phase in "${phases[@]}"; do
    [[ " ${ALL[*]} " == *" $phase "* ]] || fail "unknown phase '$phase'" "phases: ${ALL[*]}"
  done
  cd "$HERE/../.."
  choose_engines
  command -v cargo >/dev/null || fail "no cargo" "install Rust: https://rustup.rs"
  require_tools shellcheck:shellcheck mkfs.erofs:erofs-utils cc:build-essential rpm:rpm chromium:chromium \
    openssl:openssl
  log=$(mktemp) ahead=$(mktemp)
  trap 'rm -f "$log" "$ahead"; [[ -z $provisioning ]] || kill "$provisioning" 2>/dev/null' EXIT
  # Half of it is waiting for the package archive: it begins beside what compiles.
  if [[ ${phases[0]} != lab && " ${phases[*]} " == *" lab "* ]]; then
    lab >"$ahead" 2>&1 & provisioning=$!
  fi
  for phase in "${phases[@]}"; do
    began=$(seconds)
    printf '\n── %s\n' "$phase"
    if [[ $phase == lab && -n $provisioning ]]; then
      provisioned=0
      wait "$provisioning" || provisioned=$?
      provisioning=
    fi
    status=ok
    "$phase" 2>&1 | tee "$log" || status=FAILED
    # Tests that the phase counted itself; a phase without such a count is one test.
    counted=$(awk '/^test result: / { passed += $4; failed += $6; seen = 1 } END { if (seen) print passed + 0, failed + 0 }' "$log")
    if [[ -z $counted ]]; then
      if [[ $status == ok ]]; then counted="1 0"; else counted="0 1"; fi
    elif [[ $status != ok && $counted == *" 0" ]]; then
      counted="${counted% *} 1"
    fi
    passed=$((passed + ${counted% *})) failed=$((failed + ${counted#* }))
    printf '── %s: %s, %s s\n' "$phase" "$status" "$(since "$began")"
  done
  [[ $failed == 0 ]] || verdict=FAILED
  printf '\ntest result: %s. %d passed; %d failed; 0 ignored; 0 measured; 0 filtered out; finished in %.2fs\n' \
    "$verdict" "$passed" "$failed" "$(seconds)"
  [[ $failed == 0 ]]
}

choose_engines() {
  if [[ -n ${ANNEX_ENGINES:-} ]]; then
    read -r -a engines <<<"$ANNEX_ENGINES"
  elif docker_runs; then
    engines=(host)
  else
    engines=(trixie forky)
  fi
  say "engines: ${engines[*]}"
}

engines=()
# The lab where it is provisioned ahead of its phase: the process, its output, how it ended.
provisioning='' ahead='' provisioned=''
ALL=(format lint scripts unit docs messages lab selftest image engine)
main "$@"
