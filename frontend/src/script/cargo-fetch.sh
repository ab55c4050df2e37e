#!/bin/sh
# Fetches the crates that packages of Rust depend on into CARGO_HOME.
# usage: cargo-fetch.sh DIRECTORY...
#   DIRECTORY  where a Cargo.toml is
# env: CARGO_HOME
set -eu

if test $# -eq 0; then
    echo "usage: cargo-fetch.sh DIRECTORY..." >&2
    exit 64
fi
mkdir -p "$CARGO_HOME"
for directory; do
    cd "$directory"
    manifest=$(cargo locate-project --workspace --message-format plain)
    if test -f "${manifest%/*}/Cargo.lock"; then
        cargo fetch --locked
    else
        echo "cargo-fetch.sh: ${manifest%/*} has no Cargo.lock: other crates may be fetched another day" >&2
        cargo fetch
    fi
done
# When crates were last used and who waits for whom is of no use later, and never the same twice.
rm -f "$CARGO_HOME/.global-cache" "$CARGO_HOME/.package-cache" "$CARGO_HOME/.package-cache-mutate"
