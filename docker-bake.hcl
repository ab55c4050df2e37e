# docker buildx bake              the frontend's image, as localhost/annex
# docker buildx bake prebuilt     the same of target/image/annex, which tests/engine/image.sh compiles with cargo
# docker buildx bake release      the same for all platforms (needs a builder for them; set TAG to push)
# docker buildx bake examples     the examples of ready packages, with the image that was baked first; results in out/

variable "TAG" {
  default = "localhost/annex"
}

group "default" {
  targets = ["annex"]
}

target "annex" {
  context = "."
  tags    = [TAG]
}

target "prebuilt" {
  inherits   = ["annex"]
  context    = "target/image"
  dockerfile = "../../Dockerfile"
  args       = { BINARY = "prebuilt" }
}

target "release" {
  inherits  = ["annex"]
  platforms = ["linux/amd64", "linux/arm64"]
}

target "examples" {
  name       = "example-${spec}"
  matrix     = { spec = ["my-sysext", "pinned", "targets"] }
  context    = "examples"
  dockerfile = "${spec}.yml"
  target     = "trixie/testing/sysext"
  # In place of each spec's `# syntax=` line, so that another TAG is tried out by setting it.
  args       = { BUILDKIT_SYNTAX = TAG }
  output     = ["out"]
}
