#!/bin/sh
# Makes a signed repository in /srv/repository and its next state in /srv/next; its key goes to /usr/share/keyrings.
# usage: make.sh      (in an image with apt-utils and gpg; not for people)
set -eu

package() {
  directory=$1 version=$2
  tree=$(mktemp -d)
  mkdir -p "$tree/DEBIAN" "$tree/usr/bin" "$directory"
  cat >"$tree/DEBIAN/control" <<CONTROL
Package: annex-hello
Version: $version
Architecture: all
Maintainer: Example <nobody@example.org>
Provides: annex-greeter
Description: says hello
CONTROL
  printf '#!/bin/sh\necho hello from %s\n' "$version" >"$tree/usr/bin/annex-hello"
  chmod 0755 "$tree" "$tree/usr/bin/annex-hello"
  dpkg-deb --root-owner-group --build "$tree" "$directory" >/dev/null
}

index() {
  cd "$1"
  release=dists/example
  for architecture in amd64 arm64; do
    mkdir -p "$release/main/binary-$architecture"
    apt-ftparchive packages . >"$release/main/binary-$architecture/Packages"
  done
  apt-ftparchive -o APT::FTPArchive::Release::Suite=example -o APT::FTPArchive::Release::Codename=example \
    -o APT::FTPArchive::Release::Components=main -o "APT::FTPArchive::Release::Architectures=amd64 arm64" \
    release "$release" >Release.part
  mv Release.part "$release/Release"
  gpg --batch --yes --clearsign --output "$release/InRelease" "$release/Release"
}

gpg --batch --passphrase '' --quick-generate-key 'Example <nobody@example.org>' ed25519 sign never
mkdir -p /usr/share/keyrings
gpg --export >/usr/share/keyrings/example.gpg
package /srv/repository 1.0
cp -r /srv/repository /srv/next
package /srv/next 2.0
index /srv/repository
index /srv/next
