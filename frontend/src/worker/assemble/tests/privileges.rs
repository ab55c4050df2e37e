//! Whole jobs: what packages may not gain or hide by becoming an extension.

use ::tar::EntryType::{Block, Char, Directory, Fifo, Link, Regular, Symlink};
use expect_test::expect;

use super::{Deb, Job};

#[test]
fn a_program_that_was_setuid_to_a_user_is_not_setuid_root() {
    let deb = Deb::new("at")
        .belongs(Regular, "./usr/bin/at", 0o6755, ("daemon", "daemon"))
        .belongs(Regular, "./usr/bin/wall", 0o2755, ("root", "tty"))
        .belongs(Regular, "./usr/bin/sudo", 0o4755, ("root", "root"));
    Job::new(&[deb]).check(&expect![[r#"
        0755 usr/bin/at ""
        4755 usr/bin/sudo ""
        0755 usr/bin/wall ""
        0644 usr/lib/extension-release.d/extension-release.demo-v1-1-trixie-x86-64 "ID=debian\nVERSION_ID=13\n"
        4 files, 24 bytes
        Warning privilege ["at"]: programs of `at` lose the rights of another user or group, since an extension's files belong to root: `/usr/bin/at` (setuid daemon, setgid daemon) and `/usr/bin/wall` (setgid tty)
          help: where they need them, give them back on the host, such as with `User=` in a service
        Warning privilege ["at"]: `at` has programs with privileges for whoever starts them: `/usr/bin/sudo` (setuid)
    "#]]);
}

#[test]
fn file_capabilities_of_an_archive_and_of_a_script_are_kept() {
    let postinst = "#!/bin/sh\nset -e\nPROGRAM=$(dpkg-divert --truename /bin/ping)\nif [ \"$1\" = configure ]; then\n  if command -v setcap >/dev/null; then setcap cap_net_raw+ep $PROGRAM; fi\nfi\n";
    let deb = Deb::new("ping").file("./bin/ping", 0o755, "ping").script("postinst", postinst);
    let packaged = Deb::new("packaged")
        .attribute("security.capability", "\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0")
        .file("./usr/bin/packaged", 0o755, "")
        .attribute("security.selinux", "label")
        .file("./usr/bin/labelled", 0o755, "");
    Job::new(&[packaged, deb]).check(&expect![[r#"
        0755 usr/bin/labelled ""
        0755 usr/bin/packaged "" SCHILY.xattr.security.capability=0100000200200000000000000000000000000000
        0755 usr/bin/ping "ping" SCHILY.xattr.security.capability=0100000200200000000000000000000000000000
        0644 usr/lib/extension-release.d/extension-release.demo-v1-1-trixie-x86-64 "ID=debian\nVERSION_ID=13\n"
        4 files, 28 bytes
        Warning privilege ["packaged"]: extended attributes of `packaged` are left out: `security.selinux` of `/usr/bin/labelled`
        Warning privilege ["packaged"]: `packaged` has programs with privileges for whoever starts them: `/usr/bin/packaged` (cap_net_raw)
        Warning privilege ["ping"]: `ping` has programs with privileges for whoever starts them: `/usr/bin/ping` (cap_net_raw)
    "#]]);
}

#[test]
fn nothing_of_a_package_hides_files_of_the_host() {
    let deb = Deb::new("layer")
        .attribute("trusted.overlay.opaque", "y")
        .directory("./usr/bin")
        .file("./usr/bin/.wh.yes", 0o644, "")
        .node(Char, "./usr/bin/whiteout")
        .node(Block, "./usr/lib/disk")
        .node(Fifo, "./usr/lib/pipe")
        .file("./usr/bin/x", 0o755, "");
    let links = Deb::new("links").link(Symlink, "./usr/lib64", "lib").link(Symlink, "./lib", "usr/lib32");
    let base = Deb::new("base").file("./usr/lib/os-release", 0o644, "ID=other\n").file(
        "./etc/shadow",
        0o640,
        "root:*:\n",
    );
    Job::new(&[deb, links, base]).check(&expect![[r#"
        no image
        0 files, 0 bytes
        Error mask ["links"]: `/lib` is a symbolic link to `usr/lib32` in `links`; it would hide the host's directory
        Error mask ["links"]: `/usr/lib64` is a symbolic link in `links`; it would hide the host's directory and all that is in it
        Error overlay ["layer"]: `layer` has marks of a container image's layer: `/usr/bin/.wh.yes`
          help: the package was made of a layer and what it should hide is not known: choose another version
        Warning overlay ["layer"]: attributes of `layer` by which an overlay would hide files of the host are left out: `trusted.overlay.opaque` of `/usr/bin`
        Error release ["base"]: `base` brings `os-release`, which says what the host is: systemd refuses such an extension
          help: leave the package out; every host has its own
        Error secret ["base"]: `base` has `/etc/shadow`: every host that gets the image would share what must be one host's own
          help: leave the package out; make keys, passwords and identities on each host
        Error special-file ["layer"]: `layer` has device nodes, which an extension must not have: `/usr/bin/whiteout` and `/usr/lib/disk`
        Warning special-file ["layer"]: `layer` has named pipes, which cannot be used in an extension: `/usr/lib/pipe`
    "#]]);
}

#[test]
fn what_a_host_computes_for_itself_stays_the_hosts() {
    let deb = Deb::new("caches")
        .file("./etc/ld.so.cache", 0o644, "")
        .file("./lib/modules/6.1/modules.dep", 0o644, "")
        .file("./lib/modules/6.1/kernel/x.ko", 0o644, "module")
        .file("./usr/lib/locale/locale-archive", 0o644, "")
        .file("./usr/share/info/dir", 0o644, "")
        .file("./usr/share/icons/x/icon-theme.cache", 0o644, "")
        .file("./usr/share/mime/mime.cache", 0o644, "")
        .file("./usr/share/glib-2.0/schemas/gschemas.compiled", 0o644, "")
        .file("./usr/lib/sysimage/rpm/rpmdb.sqlite", 0o644, "")
        .file("./var/lib/dpkg/status", 0o644, "");
    Job::new(&[deb]).check(&expect![[r#"
        no image
        0 files, 0 bytes
        Warning outside ["caches"]: `caches` also has `/var/lib/dpkg/status`, which an extension cannot bring: it extends only `/usr` and `/opt`
          help: make on the host what its programs need of these
        Warning package-database ["caches"]: `caches` has `/etc/ld.so.cache`, `/usr/lib/modules/6.1/modules.dep`, `/usr/lib/locale/locale-archive`, `/usr/share/info/dir`, `/usr/share/icons/x/icon-theme.cache`, `/usr/share/mime/mime.cache`, `/usr/share/glib-2.0/schemas/gschemas.compiled` and `/usr/lib/sysimage/rpm/rpmdb.sqlite`, left out since it would hide what the host has computed from all of its files
        Error system-part ["caches"]: `caches` would replace modules of the kernel of the running host by `/usr/lib/modules/6.1/kernel/x.ko`
          help: leave the package out; build for the release that the hosts run, so that theirs fits
    "#]]);
}

#[test]
fn a_closed_directory_closes_no_directory_of_the_host() {
    let deb = Deb::new("closed")
        .belongs(Directory, "./usr/bin", 0o700, ("root", "root"))
        .belongs(Directory, "./usr/lib/closed", 0o700, ("root", "root"))
        .file("./usr/bin/x", 0o755, "")
        .file("./usr/lib/closed/x", 0o644, "");
    let job = Job::new(&[deb]);
    let tar = job.stage().unwrap().0.unwrap();
    let mode = |wanted: &str| {
        let mut archive = ::tar::Archive::new(&tar[..]);
        let entry = archive
            .entries()
            .unwrap()
            .map(Result::unwrap)
            .find(|entry| &*entry.path_bytes() == wanted.as_bytes());
        entry.unwrap().header().mode().unwrap()
    };
    assert_eq!((mode("usr/bin/"), mode("usr/lib/closed/")), (0o755, 0o700));
}

#[test]
fn hard_links_stay_and_sparse_files_are_refused_by_name() {
    let linked = Deb::new("linked").file("./usr/bin/a", 0o755, "a").link(Link, "./bin/b", "./usr/bin/a");
    let sparse =
        Deb::new("sparse").belongs(::tar::EntryType::GNUSparse, "./usr/lib/sparse", 0o644, ("root", "root"));
    Job::new(std::slice::from_ref(&linked)).check(&expect![[r#"
        0755 usr/bin/a "a"
        0755 usr/bin/b Link -> usr/bin/a ""
        0644 usr/lib/extension-release.d/extension-release.demo-v1-1-trixie-x86-64 "ID=debian\nVERSION_ID=13\n"
        3 files, 25 bytes
    "#]]);
    Job::new(&[linked, sparse]).check(&expect![[r#"
        no image
        0 files, 0 bytes
        Error package-file ["sparse"]: the file of `sparse` has an entry `./usr/lib/sparse` that is a sparse file, which packages do not have
          help: choose another version of the package
    "#]]);
}
