#!/bin/bash
# Prints shell commands that point docker at an engine of the lab.
# usage: eval "$(tests/engine/env.sh [SUITE])"      SUITE: bookworm, trixie (default), forky; host: the Docker that runs here
# env: ANNEX_LAB  the lab's directory

# shellcheck source=lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"

suite=${1:-trixie}
if [[ $suite == host ]]; then
  docker_runs || fail "no Docker runs here" "start it, or use a private engine: tests/engine/up.sh"
  printf 'export DOCKER_BUILDKIT=1\n'
  exit
fi
require_suite "$suite"
alive "$LAB/engine/$suite/pid" || fail "no engine of $suite is running in $LAB" "start it: tests/engine/up.sh $suite"
printf 'export ANNEX_LAB=%q\n' "$LAB"
printf 'export DOCKER_HOST=%q\n' "unix://$LAB/run/docker-$suite.sock"
printf 'export DOCKER_CONFIG=%q\n' "$LAB/config/$suite"
# shellcheck disable=SC2016  # expanded by the caller
printf 'export PATH=%q:"$PATH"\n' "$LAB/bin/$suite"
# Docker 20.10 builds with BuildKit only when asked to.
printf 'export DOCKER_BUILDKIT=1\n'
# The lab's stand-ins instead of pinned official images, which it cannot fetch.
printf 'export EXPERIMENTAL_BUILDKIT_SOURCE_POLICY=%q\n' "$LAB/policy.json"
