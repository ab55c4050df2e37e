# shellcheck shell=bash
# Packages that are hard to carry, each named after what is hard.
# usage: . cases.sh      env: work (a directory of the caller's)

cases() {
  words
  compressions
  privilege
  places
  links
  many
  scripts
  units
}

# Versions, architectures, names that others provide, keys.
words() {
  local version word
  word base annex-hello 1.0-1 noarch 'Provides: annex-word'
  word base annex-goodbye 1.0-1 noarch 'Provides: annex-word'
  word base annex-updated 1.0-1 noarch
  word updates annex-updated 1.1-1 noarch
  word next annex-updated 1.2-1 noarch
  # In the order of rpm-version(7): a tilde sorts before the end of a version, a caret after it.
  for version in 0.9-1 1.0~rc1-1 1.0-1 1.0-2 1.0^20260101-1 1.1-1; do word base annex-versions "$version" noarch; done
  word base annex-epoch 2.0-1 noarch
  word base annex-epoch 1.0-1 noarch 'Epoch: 1'
  word base annex-both 1.0-1 x86_64
  word base annex-both 1.0-1 aarch64
  word base annex-arm 1.0-1 aarch64
  word base annex-new 1.0-1 noarch 'Obsoletes: annex-old < 1' 'Provides: annex-old = 1'
  word base annex-incomplete 1.0-1 noarch 'Requires: annex-nobody'
  word base annex-needs-hello 1.0-1 noarch 'Requires: annex-hello >= 1'
  # Never to be had in whole: whatever has been fetched once is known by its digest, and not fetched again.
  for word in flip 404 500 cut; do word base "annex-never-$word" 1.0-1 noarch; done
  # Signed by the second key of the distribution's file, and in the old way, over header and payload.
  word second annex-second-key 1.0-1 noarch
  word v3 annex-signed-as-before 1.0-1 noarch
  # One path in two packages.
  word base annex-mail-one 1.0-1 noarch 'Provides: annex-mail'
  word base annex-mail-two 1.0-1 noarch 'Provides: annex-mail'
}

# Each way in which rpm packs a payload, as rpm names it.
compressions() {
  local way
  for way in gzip:w9.gzdio xz:w6.xzdio zstd:w19.zstdio bzip2:w9.bzdio lzma:w6.lzdio none:w.ufdio; do
    rpm_of base "annex-${way%:*}" 1.0-1 noarch --define "_binary_payload ${way#*:}" <<SPEC
%description
A text that is worth packing.
%install
mkdir -p %{buildroot}/usr/share/annex
seq 1 20000 >%{buildroot}/usr/share/annex/${way%:*}
%files
/usr/share/annex/${way%:*}
SPEC
  done
}

# Rights that mean the same under another owner, and rights that do not.
privilege() {
  base annex-privilege 1.0-1 <<'SPEC'
Requires(pre): shadow-utils
Provides: user(annex-owner) group(annex-owner)
%description
Programs with rights.
%pre
useradd --system annex-owner
%install
mkdir -p %{buildroot}/usr/bin
for name in setuid-root setuid-daemon setgid-root setgid-mail setuid-odd raw bind permitted; do
  printf '#!/bin/sh\nid -u\n' >%{buildroot}/usr/bin/annex-$name
done
%files
%attr(4755,root,root) /usr/bin/annex-setuid-root
%attr(4755,daemon,daemon) /usr/bin/annex-setuid-daemon
%attr(2755,root,root) /usr/bin/annex-setgid-root
%attr(2755,root,mail) /usr/bin/annex-setgid-mail
%attr(6711,annex-owner,annex-owner) /usr/bin/annex-setuid-odd
%attr(0755,root,root) %caps(cap_net_raw=ep) /usr/bin/annex-raw
%attr(0750,root,root) %caps(cap_net_bind_service,cap_net_admin=eip) /usr/bin/annex-bind
%attr(0755,root,root) %caps(cap_sys_ptrace=p) /usr/bin/annex-permitted
SPEC
}

# Where files may lie, and what their flags say of them.
places() {
  base annex-places 1.0-1 <<'SPEC'
%description
Files in all places.
%install
mkdir -p %{buildroot}
cd %{buildroot}
mkdir -p bin sbin lib64 usr/bin/annex-ghosts usr/sbin usr/lib64 usr/local/bin opt/annex srv/annex run/annex boot root home \
  etc/annex etc/systemd/system etc/systemd/system.conf.d var/lib/annex var/cache/annex var/log/annex var/spool/annex \
  usr/share/doc/annex-places usr/share/licenses/annex-places
for file in bin/annex-bin sbin/annex-sbin usr/sbin/annexd usr/bin/annex-places usr/local/bin/annex-local; do
  printf '#!/bin/sh\necho %s\n' "$file" >"$file"
done
for file in lib64/libannex.so.1 usr/lib64/libannex-other.so.1 opt/annex/data srv/annex/data boot/annex root/annex home/annex \
  'etc/annex/annex.conf' 'etc/annex/kept.conf' 'etc/annex my' 'etc/annex-100%u' etc/annexrc etc/.annex \
  var/lib/annex/state var/log/annex/log usr/share/doc/annex-places/README usr/share/licenses/annex-places/COPYING; do
  echo "$file" >"$file"
done
printf '[Service]\nExecStart=/usr/sbin/annexd\n' >etc/systemd/system/annex-etc.service
printf '[Manager]\n' >etc/systemd/system.conf.d/annex.conf
touch usr/bin/annex-ghost var/log/annex.log
%files
%attr(0755,root,root) /bin/annex-bin
%attr(0755,root,root) /sbin/annex-sbin
%attr(0755,root,root) /usr/sbin/annexd
%attr(0755,root,root) /usr/bin/annex-places
%attr(0755,root,root) /usr/local/bin/annex-local
/lib64/libannex.so.1
/usr/lib64/libannex-other.so.1
/opt/annex
/srv/annex
/boot/annex
/root/annex
/home/annex
%config /etc/annex/annex.conf
%config(noreplace) /etc/annex/kept.conf
%config(noreplace) "/etc/annex my"
%config(noreplace) "/etc/annex-100%%u"
%config(noreplace) %attr(0600,root,root) /etc/annexrc
%config(noreplace) /etc/.annex
/etc/systemd/system/annex-etc.service
/etc/systemd/system.conf.d/annex.conf
%attr(0750,daemon,daemon) %dir /var/lib/annex
/var/lib/annex/state
%attr(1777,root,root) %dir /var/cache/annex
%dir /var/spool/annex
%attr(2755,root,mail) %dir /var/log/annex
/var/log/annex/log
%ghost /var/log/annex.log
%ghost %attr(0755,root,root) /usr/bin/annex-ghost
%ghost %dir /usr/bin/annex-ghosts
%ghost %dir /run/annex
%doc /usr/share/doc/annex-places/README
%license /usr/share/licenses/annex-places/COPYING
SPEC
}

# Hard links, of which the payload has the content once, with the last; symbolic links of all kinds.
links() {
  base annex-links 1.0-1 <<'SPEC'
%description
Names for files.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/lib/annex/deep %{buildroot}/etc/annex-links
cd %{buildroot}
printf '#!/bin/sh\necho "${0##*/}"\n' >usr/bin/annex-one
ln usr/bin/annex-one usr/bin/annex-two
ln usr/bin/annex-one usr/lib/annex/deep/three
: >usr/lib/annex/empty-one
ln usr/lib/annex/empty-one usr/lib/annex/empty-two
ln -s annex-one usr/bin/annex-relative
ln -s /usr/bin/annex-one usr/bin/annex-absolute
ln -s /bin/annex-one usr/bin/annex-through-bin
ln -s ../../../../lib64/libannex.so.1 usr/lib/annex/deep/library
ln -s lib/annex usr/bin/annex-lib
ln -s nowhere usr/lib/annex/dangling
ln -s /etc/annex-links/conf usr/lib/annex/conf
echo conf >etc/annex-links/conf
ln -s conf etc/annex-links/other
%files
%attr(0755,root,root) /usr/bin/annex-one
%attr(0755,root,root) /usr/bin/annex-two
%attr(0755,root,root) /usr/lib/annex/deep/three
/usr/bin/annex-relative
/usr/bin/annex-absolute
/usr/bin/annex-through-bin
/usr/bin/annex-lib
/usr/lib/annex/deep/library
/usr/lib/annex/dangling
/usr/lib/annex/conf
/usr/lib/annex/empty-one
/usr/lib/annex/empty-two
%config /etc/annex-links/conf
/etc/annex-links/other
SPEC
}

# A header of more than 64 KiB of names, directories that are not adjacent, bytes that are no ASCII.
many() {
  base annex-many 1.0-1 --define '_binary_payload w3.zstdio' <<'SPEC'
%description
Many files.
%install
mkdir -p %{buildroot}/usr/share/annex-many
cd %{buildroot}/usr/share/annex-many
for directory in $(seq 1 20); do
  mkdir -p "directory-$directory/deep"
  for file in $(seq 1 60); do
    echo "$directory $file" >"directory-$directory/deep/a-file-whose-name-is-rather-longer-than-it-had-to-be-$file"
  done
done
echo grün >'grün'
echo 'two words' >'two words'
head -c 3000000 /dev/zero >zeros
%files
/usr/share/annex-many
SPEC
}

# What an extension cannot do: run scripts.
scripts() {
  base annex-scripts 1.0-1 <<'SPEC'
%description
Scripts of all kinds.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/lib/sysusers.d %{buildroot}/usr/lib64
printf '#!/bin/sh\necho scripts\n' >%{buildroot}/usr/bin/annex-scripts
echo 'u annex-user - "Of a package"' >%{buildroot}/usr/lib/sysusers.d/annex-scripts.conf
%pre
getent passwd annex-made >/dev/null || useradd --system --no-create-home annex-made
%post
/sbin/ldconfig
update-alternatives --install /usr/bin/annex-alternative annex-alternative /usr/bin/annex-scripts 10
%preun
update-alternatives --remove annex-alternative /usr/bin/annex-scripts
%postun -p /sbin/ldconfig
%posttrans -p <lua>
io.write("")
%triggerin -- annex-hello
true
%transfiletriggerin -- /usr/lib/annex
true
%files
%attr(0755,root,root) /usr/bin/annex-scripts
/usr/lib/sysusers.d/annex-scripts.conf
SPEC
}

# Units of all kinds: which of them start is a policy.
units() {
  base annex-units 1.0-1 <<'SPEC'
%description
Units.
%install
mkdir -p %{buildroot}/usr/lib/systemd/system %{buildroot}/etc/annex
cd %{buildroot}/usr/lib/systemd/system
printf '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' >annex-daemon.service
printf '[Service]\nType=oneshot\nExecStart=/bin/touch /run/annex-once\n' >annex-once.service
printf '[Socket]\nListenStream=/run/annex.socket\nAccept=yes\n[Install]\nWantedBy=sockets.target\n' >annex-answers.socket
printf '[Service]\nExecStart=/bin/echo answer\nStandardInput=socket\n' >annex-answers@.service
printf '[Timer]\nOnActiveSec=1\n[Install]\nWantedBy=timers.target\n' >annex-timed.timer
printf '[Service]\nType=oneshot\nExecStart=/bin/touch /run/annex-timed\n' >annex-timed.service
printf '[Path]\nPathExists=/run/annex-path\n[Install]\nWantedBy=paths.target\n' >annex-path.path
printf '[Service]\nType=oneshot\nExecStart=/bin/true\n' >annex-path.service
printf '[Service]\nExecStart=/bin/sleep %%i\n' >annex-template@.service
printf '[Service]\nType=dbus\nBusName=org.example.Annex\nExecStart=/bin/sleep infinity\n' >annex-bus.service
ln -s annex-daemon.service annex-alias.service
ln -s /dev/null annex-masked.service
echo 'of the package' >%{buildroot}/etc/annex/units.conf
%files
/usr/lib/systemd/system/*
%config(noreplace) /etc/annex/units.conf
SPEC
}

# A package that says a word and its version.
# usage: word POOL NAME VERSION ARCHITECTURE [LINE...]
word() {
  local program=$2
  [[ $program != annex-mail-* ]] || program=annex-mail
  {
    [[ $# == 4 ]] || printf '%s\n' "${@:5}"
    cat <<SPEC
%description
Says one word.
%install
mkdir -p %{buildroot}/usr/bin
printf '#!/bin/sh\necho ${2#annex-} from $3\n' >%{buildroot}/usr/bin/$program
%files
%attr(0755,root,root) /usr/bin/$program
SPEC
  } | rpm_of "$1" "$2" "$3" "$4"
}
