#!/bin/sh
# Makes a signed repository in /srv/repository and its next state in /srv/next; its key goes to /usr/share/keyrings.
# usage: make.sh      (in an image with apt-utils and gpg; not for people)
set -eu

package() {
  directory=$1 name=$2 version=$3 provides=$4
  tree=$(mktemp -d)
  mkdir -p "$tree/DEBIAN" "$tree/usr/bin" "$directory"
  cat >"$tree/DEBIAN/control" <<CONTROL
Package: $name
Version: $version
Architecture: all
Maintainer: Example <nobody@example.org>
Provides: $provides
Description: says one word
CONTROL
  printf '#!/bin/sh\necho %s from %s\n' "${name#annex-}" "$version" >"$tree/usr/bin/$name"
  chmod 0755 "$tree" "$tree/usr/bin/$name"
  dpkg-deb --root-owner-group --build "$tree" "$directory" >/dev/null
}

# A package with services, a socket, a file in /etc, a directory in /var and a user.
service() {
  tree=$(mktemp -d)
  units=$tree/usr/lib/systemd/system
  mkdir -p "$tree/DEBIAN" "$units" "$tree/etc/annex" "$tree/var/lib/annex"
  chmod 0755 "$tree"
  cat >"$tree/DEBIAN/postinst" <<'POSTINST'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
  adduser --quiet --system --group --no-create-home --home /var/lib/annex annex-user
  chown annex-user:annex-user /var/lib/annex
  chmod 0750 /var/lib/annex
fi
POSTINST
  chmod 0755 "$tree/DEBIAN/postinst"
  cat >"$tree/DEBIAN/control" <<CONTROL
Package: annex-service
Version: 1.0
Architecture: all
Maintainer: Example <nobody@example.org>
Description: waits
CONTROL
  cat >"$units/annex-waits.service" <<'UNIT'
[Service]
User=annex-user
ExecStart=/bin/sh -c "cat /etc/annex/service.conf >/var/lib/annex/state && exec sleep infinity"
UNIT
  printf '[Socket]\nListenStream=/run/annex.socket\n[Install]\nWantedBy=sockets.target\n' >"$units/annex-listens.socket"
  printf '[Service]\nExecStart=/bin/sleep infinity\n' >"$units/annex-listens.service"
  printf '[Service]\nType=oneshot\nExecStart=/bin/touch /run/annex-once\n' >"$units/annex-once.service"
  echo 'of the package' >"$tree/etc/annex/service.conf"
  dpkg-deb --root-owner-group --build "$tree" "$1" >/dev/null
}

# A program for processors that no host of ours has.
elsewhere() {
  tree=$(mktemp -d)
  mkdir -p "$tree/DEBIAN" "$tree/usr/bin"
  chmod 0755 "$tree"
  control annex-elsewhere >"$tree/DEBIAN/control"
  cp /usr/bin/true "$tree/usr/bin/annex-elsewhere"
  # The low byte of `e_machine` of the ELF header: EM_S390.
  printf '\026' | dd of="$tree/usr/bin/annex-elsewhere" bs=1 seek=18 conv=notrunc status=none
  dpkg-deb --root-owner-group --build "$tree" "$1" >/dev/null
}

# A link where a host has a directory with its programs.
mask() {
  tree=$(mktemp -d)
  mkdir -p "$tree/DEBIAN" "$tree/usr/bin"
  chmod 0755 "$tree"
  control annex-mask >"$tree/DEBIAN/control"
  ln -s bin "$tree/usr/sbin"
  cp /usr/bin/true "$tree/usr/bin/annex-mask"
  dpkg-deb --root-owner-group --build "$tree" "$1" >/dev/null
}

control() {
  cat <<CONTROL
Package: $1
Version: 1.0
Architecture: all
Maintainer: Example <nobody@example.org>
Description: breaks
CONTROL
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
package /srv/repository annex-goodbye 1.0 annex-word
package /srv/repository annex-hello 1.0 annex-word
service /srv/repository
elsewhere /srv/repository
mask /srv/repository
# Each is fetched in one test, so that no engine has it from another.
for fault in 404 500 cut flip slow; do package /srv/repository "annex-never-$fault" 1.0 annex-never; done
cp -r /srv/repository /srv/next
package /srv/next annex-hello 2.0 annex-word
index /srv/repository
index /srv/next
