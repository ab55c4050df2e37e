#!/bin/sh
# Makes stand-ins for Ubuntu's archive and ports in /srv/repository/ubuntu and /srv/repository/ubuntu-ports; their key
# goes to /usr/share/keyrings.
# usage: make-ubuntu.sh      (in an image with apt-utils and gpg, and erofs-utils in /srv/erofs; not for people)
set -eu

# usage: package FOLDER VERSION ARCHITECTURE
package() {
  tree=$(mktemp -d)
  mkdir -p "$tree/DEBIAN" "$tree/usr/lib/annex" "$1"
  chmod 0755 "$tree"
  cat >"$tree/DEBIAN/control" <<CONTROL
Package: annex-machine
Version: $2
Architecture: $3
Maintainer: Example <nobody@example.org>
Description: says what it was made for
CONTROL
  echo "$2 for $3" >"$tree/usr/lib/annex/machine"
  dpkg-deb --root-owner-group --build "$tree" "$1" >/dev/null
}

# usage: index FOLDER SUITE ARCHITECTURE
index() {
  cd "/srv/repository/$1"
  for component in main universe; do
    folder=dists/$2/$component/binary-$3
    mkdir -p "$folder" "pool/$2/$component"
    apt-ftparchive packages "pool/$2/$component" >"$folder/Packages"
    gzip --keep "$folder/Packages"
  done
  apt-ftparchive -o "APT::FTPArchive::Release::Suite=$2" -o APT::FTPArchive::Release::Codename=noble \
    -o APT::FTPArchive::Release::Origin=Stand-in -o "APT::FTPArchive::Release::Components=main universe" \
    -o "APT::FTPArchive::Release::Architectures=$3" release "dists/$2" >Release.part
  mv Release.part "dists/$2/Release"
  gpg --batch --yes --clearsign --output "dists/$2/InRelease" "dists/$2/Release"
}

gpg --batch --passphrase '' --quick-generate-key 'Stand-in <nobody@example.org>' ed25519 sign never
mkdir -p /usr/share/keyrings
gpg --export >/usr/share/keyrings/ubuntu-archive-keyring.gpg
for place in ubuntu:amd64 ubuntu-ports:arm64; do
  pool=/srv/repository/${place%:*}/pool
  package "$pool/noble/main" 1.0 "${place#*:}"
  package "$pool/noble-updates/main" 1.1 "${place#*:}"
done
mkdir -p /srv/repository/ubuntu/pool/noble/universe
cp /srv/erofs/*.deb /srv/repository/ubuntu/pool/noble/universe/
for suite in noble noble-updates; do
  index ubuntu "$suite" amd64
  index ubuntu-ports "$suite" arm64
done
