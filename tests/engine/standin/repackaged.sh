# shellcheck shell=bash
# Programs of Debian as rpms, so that they run: what the README's spec needs, and what a worker installs.
# usage: . repackaged.sh      env: work (a directory of the caller's); /srv/debs holds Debian's packages

repackaged() {
  # shellcheck disable=SC2154  # the caller's
  local deb debian=$work/debian lib
  mkdir -p "$debian"
  for deb in /srv/debs/*.deb; do dpkg-deb --extract "$deb" "$debian"; done
  lib=$(compgen -G "$debian/usr/lib/*-linux-gnu")
  # A thousand files that no test asks for.
  rm -r "$debian/usr/share/zsh/functions/Completion"
  # Libraries lie where this family has them, and Debian's loader does not look there.
  mkdir "$debian/usr/lib64"
  mv "$lib"/lib*.so.* "$debian/usr/lib64/"
  find "$debian/usr/bin" "$debian/usr/lib64" -type f | while read -r file; do
    if head -c 4 "$file" | grep -q ELF; then patchelf --set-rpath /usr/lib64 "$file"; fi
  done

  release "$(uname -m)"
  base jq "$(upstream jq)-1" <<SPEC
Requires: oniguruma
$(of "$debian" usr/bin/jq 'usr/lib64/libjq.so.1*')
SPEC
  base oniguruma "$(upstream libonig5)-2" <<SPEC
$(of "$debian" 'usr/lib64/libonig.so.5*')
SPEC
  base libcap "$(upstream libcap2)-1" <<SPEC
$(of "$debian" 'usr/lib64/libcap.so.2*')
SPEC
  # Some of its modules need libraries that nothing here has.
  base zsh "$(upstream zsh)-1" --define '__requires_exclude_from .*/zsh/5.*[.]so$' --define '_binary_payload w3.zstdio' <<SPEC
Provides: /bin/zsh
$(of "$debian" usr/bin/zsh "${lib#"$debian/"}/zsh" usr/share/zsh etc/zsh)
SPEC
  base libdeflate "$(upstream libdeflate0)-1" <<SPEC
$(of "$debian" 'usr/lib64/libdeflate.so.0*')
SPEC
  base erofs-utils "$(upstream erofs-utils)-1" --define '_binary_payload w9.gzdio' <<SPEC
$(of "$debian" usr/bin/mkfs.erofs usr/bin/fsck.erofs usr/bin/dump.erofs)
SPEC
  base dnf 4.99-1 <<'SPEC'
%description
The name by which the base has dnf once this is installed.
%install
mkdir -p %{buildroot}/usr/bin
ln -s /usr/lib/standin/dnf %{buildroot}/usr/bin/dnf
%files
/usr/bin/dnf
SPEC
}

# usage: base NAME VERSION [OPTION...] <SPEC
base() {
  rpm_of base "$1" "$2" "$(uname -m)" "${@:3}"
}

# The sections of a spec that packages paths of a tree.
# usage: of TREE PATH...
of() {
  local tree=$1 path
  shift
  printf '%%description\nOf Debian.\n%%install\ncd %s\nfor path in' "$tree"
  printf ' %s' "$@"
  # shellcheck disable=SC2016  # for rpmbuild's shell, not for us
  printf '; do\n  mkdir -p "%%{buildroot}/$(dirname "$path")"\n  cp -a "$path" "%%{buildroot}/$path"\ndone\n%%files\n'
  for path in "$@"; do
    if [[ $path == etc/* ]]; then printf '%%config(noreplace) '; fi
    printf '/%s\n' "$path"
  done
}

# A Debian package's version without epoch and revision.
# usage: upstream PACKAGE
upstream() {
  local version
  version=$(dpkg-deb --field /srv/debs/"$1"_*.deb Version)
  version=${version#*:}
  echo "${version%%-*}"
}

# What a stand-in's rpm database says of the programs that are there already as Debian's.
# usage: release ARCHITECTURE
release() {
  {
    echo 'Provides: system-release'
    echo 'Provides: /bin/sh /usr/bin/sh /bin/bash /usr/bin/bash /usr/sbin/useradd /sbin/ldconfig /usr/sbin/ldconfig'
    echo 'Provides: user(daemon) group(daemon) group(mail)'
    echo 'Provides: glibc bash coreutils shadow-utils systemd rtld(GNU_HASH)'
    find /usr/lib/*-linux-gnu -maxdepth 1 -name 'lib*.so*' -o -maxdepth 1 -name 'ld-linux*' |
      /usr/lib/rpm/elfdeps --provides | sed 's/^/Provides: /' | sort -u
    printf '%%description\nThe base of a stand-in.\n%%files\n'
  } | rpm_of release standin-release 1-1 "$1"
}
