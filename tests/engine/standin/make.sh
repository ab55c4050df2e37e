#!/bin/bash
# Makes the stand-ins' keys, packages and repositories, honest ones and others.
# usage: make.sh OUT      (in a root file system with rpm, createrepo-c, gpg and /srv/debs; not for people)
#
# OUT/keys holds the public keys, OUT/release the package that names the base, OUT/system what each stand-in has of its own,
# OUT/views a directory for each state of the repositories: VIEW/REPOSITORY/ARCHITECTURE.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=$1
work=$(mktemp -d)
export GNUPGHOME=$work/gnupg GPG_TTY=none
# shellcheck source=rpm.sh
. "$here/rpm.sh"
# shellcheck source=repackaged.sh
. "$here/repackaged.sh"
# shellcheck source=cases.sh
. "$here/cases.sh"
# shellcheck source=systems.sh
. "$here/systems.sh"

main() {
  mkdir -m 0700 "$GNUPGHOME"
  mkdir -p "$out/keys"
  key stand-in rsa3072
  key second ed25519
  key stranger rsa3072
  # A distribution's file may hold more than one key.
  gpg --quiet --armor --export stand-in@example.org second@example.org >"$out/keys/stand-in.asc"

  cases &
  repackaged
  wait $!
  sign stand-in "$work"/base/*/*.rpm "$work"/updates/*/*.rpm "$work"/next/*/*.rpm
  sign second "$work"/second/*/*.rpm
  cp -a "$work"/second/. "$work/base"
  rpmsign --addsign --rpmv3 --define "_gpg_name stand-in@example.org" "$work"/v3/*/*.rpm >/dev/null
  cp -a "$work"/v3/. "$work/base"
  mkdir -p "$out/release"
  mv "$work"/release/*/*.rpm "$out/release/"

  repository good base "$work/base"
  repository good updates "$work/updates"
  repository next updates "$work/next"
  ln -s ../good/base "$out/views/next/base"
  hostile
  systems "$out"
}

# usage: key NAME ALGORITHM
key() {
  gpg --quiet --batch --passphrase '' --quick-generate-key "Stand-in <$1@example.org>" "$2" sign never
}

# usage: sign KEY FILE...
sign() {
  rpmsign --addsign --define "_gpg_name $1@example.org" "${@:2}" >/dev/null
}

# usage: repository VIEW NAME DIRECTORY [KEY]      DIRECTORY holds a directory of packages for each architecture
repository() {
  local architecture to
  # Packages of no architecture are in the repositories of all.
  for architecture in x86_64 aarch64; do
    to=$out/views/$1/$2/$architecture
    mkdir -p "$to/Packages" "$3/$architecture" "$3/noarch"
    find "$3/$architecture" "$3/noarch" -name '*.rpm' -exec cp -t "$to/Packages" {} +
    createrepo_c --quiet --general-compress-type=gz "$to"
    gpg --quiet --armor --detach-sign --local-user "${4:-stand-in}@example.org" "$to/repodata/repomd.xml"
  done
}

# Views in which `annex-hello`, or the index, is not what its signature says. The worker's own packages are well.
hostile() {
  local view package=annex-hello-1.0-1.lab.noarch.rpm
  for view in tampered tampered-header stranger unsigned; do
    mkdir -p "$work/$view/x86_64" "$work/$view/noarch"
    ln "$work"/base/x86_64/{dnf,erofs-utils,libdeflate}-[0-9]*.rpm "$work/$view/x86_64"
    cp "$work/base/noarch/$package" "$work/$view/noarch"
  done
  # The payload is not compressed, so that another word stays a valid archive.
  perl -pi -e 's/echo hello/echo HELLO/' "$work/tampered/noarch/$package"
  perl -pi -e 's/says one word/says two word/' "$work/tampered-header/noarch/$package"
  rpmsign --delsign "$work/unsigned/noarch/$package" "$work/stranger/noarch/$package" >/dev/null
  sign stranger "$work/stranger/noarch/$package"
  for view in tampered tampered-header stranger unsigned; do repository "$view" base "$work/$view"; done
  repository stranger-index base "$work/base" stranger
  for view in tampered tampered-header stranger unsigned stranger-index; do
    ln -s ../good/updates "$out/views/$view/updates"
  done
}

main
rm -rf "$work"
