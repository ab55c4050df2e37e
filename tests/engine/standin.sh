# shellcheck shell=bash
# Stand-ins for distributions of the rpm family, made of Debian's packages, and the repositories that they read.
# usage: . lab.sh; . standin.sh      env: LAB, HERE, STANDINS (keys of the distro table)
#
# They are no Azure Linux, no AlmaLinux and no Rocky Linux: programs, packages and keys are made here. What they share with
# the real ones is the package manager and the layout of what it reads.

# usage: standin_prepare      starts what takes long, in the background
standin_prepare() {
  [[ ${#STANDINS[@]} != 0 ]] || return 0
  standin_stamps
  require_disk 2000
  background standin_repositories
  if [[ " ${STANDINS[*]} " == *" azlinux4 "* ]] && ! digest "standin/dnf5" "$ROOT_STAMP" >/dev/null; then
    background once "$LAB/standin/dnf5-$ROOT_STAMP.tar" "base of the stand-ins with dnf5" \
      bootstrap forky "${LEAN[@]}" --variant=apt --format=tar --include="$STANDIN_DNF5"
  fi
}

# usage: standin_images SUITE      pushes what the registry lacks, from the engine of SUITE
standin_images() {
  local suite=$1 key base
  [[ ${#STANDINS[@]} != 0 ]] || return 0
  for key in "${STANDINS[@]}"; do
    digest "standin/$key" "$STAMP" >/dev/null && continue
    base=dnf
    [[ $key != azlinux4 ]] || base=dnf5
    if ! digest "standin/$base" "$ROOT_STAMP" >/dev/null; then
      step "push the base of the stand-ins with $base" "$LAB/log/push-standin-$base.log" standin_base "$suite" "$base"
      rm -f "$LAB/standin/$base-$ROOT_STAMP.tar"
    fi
    step "stand-in of $key" "$LAB/log/standin-$key.log" standin_image "$suite" "$key" "$base"
  done
}

# usage: standin_serve SUITE      the repositories, on an address that the engine and its containers reach
standin_serve() {
  local suite=$1 engine=$LAB/engine/$1 pid start
  [[ ${#STANDINS[@]} != 0 ]] || return 0
  if alive "$engine/standin.pid" && [[ $(cat "$engine/standin.stamp") == "$STAMP" ]]; then return; fi
  standin_stop "$suite"
  read -r pid _ <"$engine/pid"
  nsenter --target "$pid" --net ip address replace "$STANDIN_ADDRESS/32" dev lo
  : >"$engine/standin.log"
  setsid nsenter --target "$pid" --net perl "$HERE/standin/serve.pl" \
    "$STANDIN_ADDRESS" "$STANDIN_PORT" "$LAB/standin/$STAMP/views" "$engine/standin.log" \
    </dev/null >"$engine/standin.err" 2>&1 9>&- &
  start=$(started $!) || fail "$suite: the stand-ins' repositories are not served" "$(cat "$engine/standin.err")"
  echo "$! $start" >"$engine/standin.pid"
  echo "$STAMP" >"$engine/standin.stamp"
  until nsenter --target "$pid" --net bash -c ": </dev/tcp/$STANDIN_ADDRESS/$STANDIN_PORT" 2>/dev/null; do
    alive "$engine/standin.pid" || fail "$suite: the stand-ins' repositories are not served" "$(cat "$engine/standin.err")"
    sleep 0.05
  done
}

# usage: standin_stop SUITE
standin_stop() {
  local engine=$LAB/engine/$1 pid
  if alive "$engine/standin.pid"; then
    read -r pid _ <"$engine/standin.pid"
    kill -TERM "$pid"
  fi
  rm -f "$engine/standin.pid"
}

# usage: standin_policy      prints `PATTERN IMAGE` for each official image that a stand-in replaces
standin_policy() {
  local key image
  [[ ${#STANDINS[@]} != 0 ]] || return 0
  for key in "${STANDINS[@]}"; do
    image=localhost:5000/standin/$key:$STAMP@$(digest "standin/$key" "$STAMP")
    case $key in
      azlinux*) echo "mcr.microsoft.com/azurelinux*/base/core:${key#azlinux}.0* $image" ;;
      almalinux*) echo "docker.io/*/almalinux:${key#almalinux}* $image" ;;
      rockylinux*) echo "docker.io/*/rockylinux:${key#rockylinux}* $image" ;;
      *) fail "no official image of '$key'" "see standin_policy in tests/engine/standin.sh" ;;
    esac
  done
}

# What is made is known by what it is made of: the scripts, and for the root file systems the packages.
standin_stamps() {
  STAMP=$(cd "$HERE/standin" && cat -- * | sha256sum | cut -c -12)
  ROOT_STAMP=$(echo "$STANDIN_DNF $STANDIN_DEBS $STANDIN_DNF5" | sha256sum | cut -c -12)
}

standin_repositories() {
  once "$LAB/standin/dnf-$ROOT_STAMP" "base of the stand-ins with dnf" bootstrap trixie "${LEAN[@]}" --variant=apt \
    --include="$STANDIN_DNF" --customize-hook="$HERE/standin/download.sh \"\$1\" $STANDIN_DEBS"
  once "$LAB/standin/$STAMP" "repositories of the stand-ins" \
    unshare --mount --propagation private bash "$HERE/standin/enter.sh" "$LAB/standin/dnf-$ROOT_STAMP"
}

# usage: standin_base SUITE NAME
standin_base() {
  local tar=$LAB/standin/$2-$ROOT_STAMP.tar name=localhost:5000/standin/$2:$ROOT_STAMP
  if [[ ! -e $tar ]]; then
    tar --directory "$LAB/standin/$2-$ROOT_STAMP" --exclude './srv/*' --create --file "$tar" . || return
  fi
  in_engine "$1" import "$tar" "$name" && in_engine "$1" push "$name"
}

# usage: standin_image SUITE KEY BASE
standin_image() {
  local name=localhost:5000/standin/$2:$STAMP
  # Without attestations: their times would give an equal image another digest each time.
  BUILDX_NO_DEFAULT_ATTESTATIONS=1 in_engine "$1" build --tag "$name" --build-arg "SYSTEM=$2" \
    --build-arg "BASE=localhost:5000/standin/$3:$ROOT_STAMP" --file "$HERE/standin/Dockerfile" "$LAB/standin/$STAMP" &&
    in_engine "$1" push "$name"
}

# What the stand-ins' programs come from: dnf as images run it, and what makes packages and repositories.
STANDIN_DNF=dnf,rpm,createrepo-c,gpg,gpg-agent,patchelf
STANDIN_DNF5=dnf5,rpm
STANDIN_DEBS="jq libjq1 libonig5 zsh zsh-common libcap2 erofs-utils libdeflate0"
# Of the network for tests (RFC 2544), beside the addresses of the engines; only in an engine's own network.
STANDIN_ADDRESS=198.19.0.1
STANDIN_PORT=8080
