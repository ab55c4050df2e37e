#!/bin/bash
# Measures the frontend and its builds; prints one table in Markdown on standard output.
# usage: tests/bench/run.sh [SUITE]      the lab's engine to build with (default: forky, Docker 28.5)
# env: ANNEX_LAB  the lab's directory
#
# Cold means: no build cache, but the base image is there. For that the engine's build cache is emptied, so only
# a private engine of the lab is used. What is fetched from the package archive counts with the network as it is.

# shellcheck source=../engine/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/../engine/lab.sh"

main() {
  local suite=${1:-forky} variables packages
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
  tools

  row "measured with Docker $(docker version --format '{{.Server.Version}}') on $(nproc) cores" "" goal
  row --- --- ---
  process
  row "\`docker build --call=targets\`" "$(median 3 build 2 --call=targets) s" ""
  for packages in 2 40 150; do builds "$packages"; done
  large
}

# The frontend by itself.
process() {
  local program lines
  row "image of the frontend, compressed" "$(tar --create --directory "$top/target/image" annex | gzip --best | wc --bytes | scaled 1000000) MB" "< 6"
  program=$top/target/image/annex
  lines=$(cd "$top" && cargo test --quiet --package annex --bench start -- "$program")
  row "from the start of its process to the first \`Solve\`" "$(sed -n 's/^start→Solve //p' <<<"$lines")" "< 10"
  row "reading and resolving a spec that uses every field" \
    "$(cd "$top" && cargo bench --quiet --package annex --bench load | sed -n 's/^load //p')" "< 2000"
  row "peak memory, 150 packages" "$(sed -n 's/^peak RSS //p' <<<"$lines")" "< 16"
}

# Builds of a number of packages.
builds() {
  local packages=$1 runs=3 cold alone assemble words
  # A median where a run is cheap.
  [[ $packages != 150 ]] || runs=1
  docker builder prune --all --force >/dev/null
  cold=$(build "$packages")
  row "$packages packages, cold" "$cold s: $(shares)" ""
  row "$packages packages, nothing changed" "$(median 3 build "$packages") s" ""
  row "$packages packages, one added" "$(added "$packages" "$runs")" ""
  [[ $packages != 2 ]] || return 0
  assemble=$(median "$runs" assembled "$packages")
  # The step says how it calls mkfs.erofs; this form of the progress shows what steps say.
  build "$packages" --no-cache-filter=assemble --progress=plain >/dev/null
  read -r -a words < <(sed -n 's/.* mkfs\.erofs \(.*\) IMAGE$/\1/p' "$work/log" | tail -n 1)
  alone=$("$top/tests/bench/mkfs.sh" "$work/tools" "$(find "$work/out" -name '*.raw')" "${words[@]}")
  row "$packages packages, \`assemble\` against \`mkfs.erofs\` alone" \
    "$assemble s / $alone s = $(ratio "$assemble" "$alone")" "≤ 1.25"
}

# An image of 300 MB.
large() {
  local cold assemble alone unpack words
  docker builder prune --all --force >/dev/null
  cold=$(build large)
  row "an image of $(stat --format=%s "$work"/out/*.raw | scaled 1000000) MB, cold" "$cold s: $(shares)" ""
  watch_memory & local watcher=$!
  assemble=$(assembled large)
  kill "$watcher"
  row "the same, peak memory of \`assemble\`" "$(scaled 1024 <"$work/peak") MiB" "< 200"
  build large --no-cache-filter=assemble --progress=plain >/dev/null
  read -r -a words < <(sed -n 's/.* mkfs\.erofs \(.*\) IMAGE$/\1/p' "$work/log" | tail -n 1)
  alone=$("$top/tests/bench/mkfs.sh" "$work/tools" "$(find "$work/out" -name '*.raw')" "${words[@]}")
  row "the same, \`assemble\` against \`mkfs.erofs\` alone" "$assemble s / $alone s = $(ratio "$assemble" "$alone")" "≤ 1.25"
  unpack=$(unpacked)
  row "the same packages unpacked by \`xz\` alone, on all cores" "$unpack s, so that the least is $(ratio "$(sum "$alone" "$unpack")" "$alone")" ""
}

# Seconds in which xz alone unpacks the packages of the last image, as many at a time as there are cores.
unpacked() {
  local lock
  docker build --quiet --file "$top/tests/bench/large.yml" --target trixie/testing/sysext/lock --output "$work/lock" \
    "$work/context" >/dev/null 2>&1
  lock=$work/lock/sysext.lock
  mkdir "$work/tools/mnt/packages"
  sed -n 's/^ *"url": "\(.*\)",$/\1/p' "$lock" |
    (cd "$work/tools/mnt/packages" && xargs curl --fail --silent --show-error --remote-name-all)
  # shellcheck disable=SC2016  # the inner shells expand
  chroot "$work/tools" /bin/bash -ec '
    cd /mnt/packages
    for package in *.deb; do ar x "$package" data.tar.xz; mv data.tar.xz "$package"; done
    for run in 1 2 3; do
      began=$EPOCHREALTIME
      ls -S | xargs --max-args=1 --max-procs="$(nproc)" xz --decompress --stdout >/dev/null
      ended=$EPOCHREALTIME
      echo $((${ended/[.,]/} - ${began/[.,]/}))
    done | sort -n | sed -n 2p
    rm -r /mnt/packages' | awk '{ printf "%.2f\n", $1 / 1e6 }'
}

# The most memory that one process of our program has had so far, in KiB, in $work/peak: of the steps too, since the
# engine is no machine of its own.
watch_memory() {
  local most=0 now
  while sleep 0.1; do
    for process in $(pgrep --exact annex); do
      now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$process/status" 2>/dev/null) || continue
      if [[ -n $now ]] && ((now > most)); then most=$now && echo "$most" >"$work/peak"; fi
    done
  done
}

# Builds a list of packages once; prints seconds. The progress is left in $work/log, the result in $work/out.
# usage: build PACKAGES [OPTION...]
build() {
  local began spec=$top/tests/bench/$1.yml
  shift
  [[ ! -e $work/$SPEC ]] || spec=$work/$SPEC
  rm -rf "$work/out"
  began=$(seconds)
  docker build --progress=rawjson --file "$spec" --target trixie/testing/sysext --output "$work/out" \
    "$@" "$work/context" >"$work/stdout" 2>"$work/log" || { tail -n 20 "$work/log" >&2; fail "a build failed"; }
  since "$began"
  echo
}

# Seconds of the step `assemble`, run again.
assembled() {
  build "$1" --no-cache-filter=assemble >/dev/null
  perl "$top/tests/bench/steps.pl" "$work/log" | sed 's/.*assemble //'
}

# A build with one more package than before, each time another one: the median, and the shares of the last.
# usage: added PACKAGES COUNT
added() {
  local package times=() more=(cowsay figlet sl)
  for package in "${more[@]:0:$2}"; do
    SPEC=added.yml
    { cat "$top/tests/bench/$1.yml" && echo "    $package:"; } >"$work/$SPEC"
    times+=("$(build "$1")")
    rm "$work/$SPEC"
  done
  SPEC=none
  echo "$(printf '%s\n' "${times[@]}" | sort -n | sed -n "$((($2 + 1) / 2))p") s: $(shares)"
}

shares() {
  perl "$top/tests/bench/steps.pl" "$work/log" | sed -E 's/([a-z]+) ([0-9.]+) ?/\1 \2, /g; s/, $//'
}

# usage: median COUNT COMMAND...      COMMAND prints a number on a line
median() {
  local count=$1 run
  shift
  for ((run = 0; run < count; run++)); do "$@"; done | sort -n | sed -n "$(((count + 1) / 2))p"
}

tools() {
  mkdir "$work/context"
  printf '%s\n' 'FROM docker.io/library/debian:trixie' \
    'RUN apt-get update && apt-get install --yes --no-install-recommends binutils erofs-utils xz-utils' >"$work/context/Dockerfile"
  step "tools" "$work/tools.log" docker build --output "$work/tools" "$work/context"
  rm "$work/context/Dockerfile"
}

row() { printf '| %s | %s | %s |\n' "$@"; }
scaled() { awk -v by="$1" '{ printf "%.1f", $1 / by }'; }
sum() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a + b }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

SPEC=none
main "$@"
