#!/bin/bash
# Builds the frontend's image, localhost/annex, in the store of the Docker that is reached from here.
# usage: image.sh      env: DOCKER_HOST and whatever else the docker client reads
#
# With cargo at hand for the engine's architecture the binary is compiled here and the image is that file: no Rust image
# is fetched, and the compiler's cache is the one that tests use. Else the Dockerfile compiles.

# shellcheck source=lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"

main() {
  local top triple began
  top=$(realpath "$HERE/../..")
  began=$(seconds)
  # Without attestations: their times would give an equal image another digest each time.
  export DOCKER_BUILDKIT=1 BUILDX_NO_DEFAULT_ATTESTATIONS=1
  if triple=$(local_triple); then
    say "compiling the frontend with cargo …"
    RUSTFLAGS="-C target-feature=+crt-static" cargo build --manifest-path "$top/Cargo.toml" \
      --release --locked --target "$triple" -p annex
    say "compiled: $(since "$began") s"
    began=$(seconds)
    mkdir -p "$top/target/image"
    cp "${CARGO_TARGET_DIR:-$top/target}/$triple/release/annex" "$top/target/image/annex.part"
    mv "$top/target/image/annex.part" "$top/target/image/annex"
    docker build --quiet --tag localhost/annex --build-arg BINARY=prebuilt --file "$top/Dockerfile" "$top/target/image" >/dev/null
  else
    say "compiling the frontend in a Rust image …"
    docker build --tag localhost/annex "$top"
  fi
  say "image localhost/annex: $(since "$began") s"
}

# The Rust target of this machine, when it is what the engine runs and its C library can be linked statically.
local_triple() {
  local triple arch
  command -v cargo rustc cc >/dev/null || return 1
  triple=$(rustc -vV | sed -n 's/^host: //p')
  arch=$(docker version --format '{{.Server.Os}}/{{.Server.Arch}}') || return 1
  case $arch,$triple in
    linux/amd64,x86_64-*-linux-* | linux/arm64,aarch64-*-linux-*) echo "$triple" ;;
    *) return 1 ;;
  esac
}

main "$@"
