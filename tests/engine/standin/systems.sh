# shellcheck shell=bash
# What each stand-in has of its own: its name, its repositories, their key; as the real ones have them.
# usage: . systems.sh      env: here (this directory)

# usage: systems OUT      writes OUT/system/KEY, a tree that is laid over the base
systems() {
  local version
  system "$1" azlinux3 azurelinux 3.0 'Azure Linux 3' MICROSOFT-RPM-GPG-KEY signed
  system "$1" azlinux4 azurelinux 4.0 'Azure Linux 4' MICROSOFT-RPM-GPG-KEY signed
  for version in 8 9; do
    system "$1" almalinux$version almalinux $version "AlmaLinux $version" RPM-GPG-KEY-AlmaLinux-$version mirrors
    system "$1" rockylinux$version rocky $version "Rocky Linux $version" RPM-GPG-KEY-Rocky-$version mirrors
  done
  # Only the one without a dnf at first.
  # shellcheck disable=SC2154  # the caller's
  install -D -m 0755 "$here/tdnf" "$1/system/azlinux3/usr/bin/tdnf"
  mkdir -p "$1/system/azlinux3/etc/tdnf"
  printf '[main]\ngpgcheck=1\ninstallonly_limit=3\nclean_requirements_on_remove=1\nrepodir=/etc/yum.repos.d\ncachedir=/var/cache/tdnf\n' \
    >"$1/system/azlinux3/etc/tdnf/tdnf.conf"
}

# usage: system OUT KEY ID VERSION NAME KEYFILE signed|mirrors
#
# Azure Linux signs its index and says that a repository that cannot be reached may be left out; the others have lists
# of mirrors and an index without signature.
system() {
  local to=$1/system/$2 id=$3 version=$4 name=$5 keyfile=$6 kind=$7 repository
  mkdir -p "$to/etc/yum.repos.d" "$to/etc/pki/rpm-gpg" "$to/usr/lib"
  cp "$1/keys/stand-in.asc" "$to/etc/pki/rpm-gpg/$keyfile"
  printf 'NAME="Stand-in for %s"\nID=%s\nVERSION_ID="%s"\nPRETTY_NAME="Stand-in for %s, made of Debian"\n' \
    "$name" "$id" "$version" "$name" >"$to/usr/lib/os-release"
  for repository in base updates; do
    # shellcheck disable=SC2016  # dnf's variables
    printf '[%s]\nname=Stand-in for %s: %s, $releasever, $basearch\n' "$repository" "$name" "$repository"
    if [[ $kind == signed ]]; then
      # shellcheck disable=SC2016  # dnf's variables
      printf 'baseurl=http://198.19.0.1:8080/good/$releasever/%s/$basearch\nrepo_gpgcheck=1\nskip_if_unavailable=True\n' "$repository"
    else
      # shellcheck disable=SC2016  # dnf's variables
      printf 'mirrorlist=http://198.19.0.1:8080/good/mirrorlist/$releasever/%s?arch=$basearch\n' "$repository"
    fi
    printf 'gpgcheck=1\nenabled=1\ngpgkey=file:///etc/pki/rpm-gpg/%s\n\n' "$keyfile"
  done >"$to/etc/yum.repos.d/$id.repo"
}
