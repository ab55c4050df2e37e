# The frontend's image: one static binary on nothing.
#
#   docker build -t localhost/annex .                                            compiles here, in a Rust image
#   docker build -t localhost/annex --build-arg BINARY=prebuilt -f Dockerfile DIR    takes DIR/annex as it is
#
# No `# syntax=` line: the Dockerfile frontend inside every engine since Docker 20.10 reads this file.

ARG BINARY=compiled

# The digest is that of the multi-platform index, as public Dockerfiles pin it (seen 2026-11); each platform compiles
# in its own image, by emulation when the engine is of another.
FROM docker.io/library/rust:1.95-trixie@sha256:f49565f188ee00bc2a18dd418183f2c5f23ef7d6e691890517ed341a598f67c3 AS compile
WORKDIR /src
COPY . .
# The C library is linked in. A named target keeps that flag from procedural macros, which cannot be static.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    triple=$(rustc --print host-tuple) \
    && RUSTFLAGS="-C target-feature=+crt-static" cargo build --locked --release --target "$triple" -p annex \
    && cp "target/$triple/release/annex" /annex

FROM scratch AS compiled
COPY --from=compile /annex /annex

FROM scratch AS prebuilt
COPY annex /annex

FROM ${BINARY}
ENTRYPOINT ["/annex"]
# What BuildKit reads: everything goes through the gateway, so there is no network in the frontend's container;
# and what a client may ask of this frontend.
LABEL moby.buildkit.frontend.network.none="true" \
      moby.buildkit.frontend.caps="moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts,moby.buildkit.frontend.gitquerystring"
LABEL org.opencontainers.image.title="Annex" \
      org.opencontainers.image.description="A BuildKit frontend that turns a YAML spec into a systemd system extension" \
      org.opencontainers.image.licenses="Apache-2.0"
