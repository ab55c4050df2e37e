//! Whole jobs: what has to happen on the host beside having the files.

use ::tar::EntryType::{Directory, Regular, Symlink};
use expect_test::expect;

use super::{Deb, Job};

#[test]
fn links_are_adjusted_when_and_only_when_what_they_point_to_moved() {
    let deb = Deb::new("links")
        .file("./usr/bin/x", 0o755, "")
        .link(Symlink, "./usr/share/a", "lib/y")
        .link(Symlink, "./usr/share/b", "etc/y")
        .link(Symlink, "./usr/share/c", "/bin/x")
        .link(Symlink, "./usr/share/d", "/etc/x")
        .link(Symlink, "./bin/e", "../usr/bin/x")
        .link(Symlink, "./lib/f", "../etc/x")
        .link(Symlink, "./opt/g", "../sbin/x");
    Job::new(&[deb]).check(&expect![[r#"
        0777 opt/g Symlink -> ../usr/sbin/x ""
        0777 usr/bin/e Symlink -> x ""
        0755 usr/bin/x ""
        0644 usr/lib/extension-release.d/extension-release.demo-v1-1-trixie-x86-64 "ID=debian\nVERSION_ID=13\n"
        0777 usr/lib/f Symlink -> ../../etc/x ""
        0777 usr/share/a Symlink -> lib/y ""
        0777 usr/share/b Symlink -> etc/y ""
        0777 usr/share/c Symlink -> /usr/bin/x ""
        0777 usr/share/d Symlink -> /etc/x ""
        2 files, 24 bytes
    "#]]);
}

#[test]
fn no_directory_hides_a_link_of_the_targets_hosts() {
    let deb = Deb::new("daemon")
        .directory("./sbin")
        .file("./sbin/daemon", 0o755, "d")
        .directory("./usr/sbin/")
        .link(Symlink, "./usr/sbin/alias", "daemon")
        .link(Symlink, "./bin/daemon", "../sbin/daemon")
        .file("./lib64/libx.so.1", 0o644, "l");
    let mut job = Job::new(&[deb]);
    job.job.links = [("usr/lib64", "usr/lib"), ("usr/sbin", "usr/bin")]
        .map(|(link, target)| (link.to_owned(), target.to_owned()))
        .into();
    job.check(&expect![[r#"
        0777 usr/bin/alias Symlink -> daemon ""
        0755 usr/bin/daemon "d"
        0644 usr/lib/extension-release.d/extension-release.demo-v1-1-trixie-x86-64 "ID=debian\nVERSION_ID=13\n"
        0644 usr/lib/libx.so.1 "l"
        3 files, 26 bytes
    "#]]);
}

#[test]
fn a_directory_named_etc_systemd_elsewhere_is_kept() {
    let deb =
        Deb::new("p").file("./opt/x/etc/systemd/y", 0o644, "").file("./usr/lib/x/etc/systemd/y", 0o644, "");
    Job::new(&[deb]).check(&expect![[r#"
        0644 opt/x/etc/systemd/y ""
        0644 usr/lib/extension-release.d/extension-release.demo-v1-1-trixie-x86-64 "ID=debian\nVERSION_ID=13\n"
        0644 usr/lib/x/etc/systemd/y ""
        3 files, 24 bytes
    "#]]);
}

#[test]
fn units_in_etc_go_where_systemd_reads_them_from_usr() {
    let deb = Deb::new("p")
        .directory("./etc/systemd")
        .directory("./etc/systemd/system")
        .file("./etc/systemd/system/p.service", 0o644, "[Service]\nExecStart=/usr/bin/p\n")
        .file("./etc/systemd/system/other.service.d/p.conf", 0o644, "[Service]\nNice=1\n")
        .link(
            Symlink,
            "./etc/systemd/system/multi-user.target.wants/p.service",
            "/etc/systemd/system/p.service",
        )
        .file("./etc/systemd/journald.conf.d/p.conf", 0o644, "[Journal]\n");
    Job::new(&[deb]).check(&expect![[r#"
        0644 usr/lib/extension-release.d/extension-release.demo-v1-1-trixie-x86-64 "ID=debian\nVERSION_ID=13\nEXTENSION_RESTART_UNITS=demo-extension.service\n"
        0644 usr/lib/systemd/journald.conf.d/p.conf "[Journal]\n"
        0644 usr/lib/systemd/system/demo-extension.service "[Unit]\nDescription=What the extension demo has on its host\nDefaultDependencies=no\nAfter=local-fs.target systemd-sysusers.service\nConflicts=shutdown.target\nBefore=shutdown.target\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=-/usr/bin/systemctl --no-block try-restart p.service\n"
        0644 usr/lib/systemd/system/multi-user.target.d/10-demo-demo-extension.conf "[Unit]\nUpholds=demo-extension.service\n"
        0644 usr/lib/systemd/system/multi-user.target.d/10-demo-p.conf "[Unit]\nUpholds=p.service\n"
        0777 usr/lib/systemd/system/multi-user.target.wants/p.service Symlink -> /usr/lib/systemd/system/p.service ""
        0644 usr/lib/systemd/system/other.service.d/p.conf "[Service]\nNice=1\n"
        0644 usr/lib/systemd/system/p.service "[Service]\nExecStart=/usr/bin/p\n"
        7 files, 477 bytes
    "#]]);
}

#[test]
fn files_of_etc_are_copied_whatever_their_names_and_keep_their_owners() {
    let deb = Deb::new("p")
        .file("./etc/.hidden", 0o644, "")
        .file("./etc/my conf", 0o644, "")
        .file("./etc/100%", 0o644, "")
        .belongs(Regular, "./etc/p/key", 0o640, ("root", "p"))
        .file("./usr/bin/p", 0o755, "");
    Job::new(&[deb]).check(&expect![[r#"
        0755 usr/bin/p ""
        0644 usr/lib/extension-release.d/extension-release.demo-v1-1-trixie-x86-64 "ID=debian\nVERSION_ID=13\nEXTENSION_RESTART_UNITS=demo-extension.service\n"
        0644 usr/lib/systemd/system/demo-extension.service "[Unit]\nDescription=What the extension demo has on its host\nDefaultDependencies=no\nAfter=local-fs.target systemd-sysusers.service\nConflicts=shutdown.target\nBefore=shutdown.target\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/systemd-tmpfiles --create 10-demo.conf\nSuccessExitStatus=DATAERR CANTCREAT\n"
        0644 usr/lib/systemd/system/multi-user.target.d/10-demo-demo-extension.conf "[Unit]\nUpholds=demo-extension.service\n"
        0644 usr/lib/tmpfiles.d/10-demo.conf "C+ /etc/.hidden - - - - /usr/share/demo/etc/.hidden\nC+ /etc/100%% - - - - /usr/share/demo/etc/100%%\nC+ \"/etc/my conf\" - - - - /usr/share/demo/etc/my\\x20conf\nC+ /etc/p - - - - /usr/share/demo/etc/p\nz /etc/p/key - root p\n"
        0644 usr/share/demo/etc/.hidden ""
        0644 usr/share/demo/etc/100% ""
        0644 usr/share/demo/etc/my conf ""
        0640 usr/share/demo/etc/p/key ""
        9 files, 644 bytes
    "#]]);
}

#[test]
fn state_is_made_with_mode_and_owner_and_what_cannot_come_is_said() {
    let deb = Deb::new("p")
        .directory("./var")
        .directory("./var/lib")
        .belongs(Directory, "./var/lib/p", 0o2770, ("p", "adm"))
        .file("./var/lib/p/seed", 0o644, "")
        .directory("./srv/p")
        .file("./home/p/x", 0o644, "")
        .file("./usr/local/bin/p", 0o755, "")
        .file("./usr/bin/p", 0o755, "");
    Job::new(&[deb]).check(&expect![[r#"
        0755 usr/bin/p ""
        0644 usr/lib/extension-release.d/extension-release.demo-v1-1-trixie-x86-64 "ID=debian\nVERSION_ID=13\nEXTENSION_RESTART_UNITS=demo-extension.service\n"
        0644 usr/lib/systemd/system/demo-extension.service "[Unit]\nDescription=What the extension demo has on its host\nDefaultDependencies=no\nAfter=local-fs.target systemd-sysusers.service\nConflicts=shutdown.target\nBefore=shutdown.target\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/systemd-tmpfiles --create 10-demo.conf\nSuccessExitStatus=DATAERR CANTCREAT\n"
        0644 usr/lib/systemd/system/multi-user.target.d/10-demo-demo-extension.conf "[Unit]\nUpholds=demo-extension.service\n"
        0644 usr/lib/tmpfiles.d/10-demo.conf "d /var/lib/p 2770 p adm\n"
        0755 usr/local/bin/p ""
        6 files, 449 bytes
        Warning local ["p"]: `p` has `/usr/local/bin/p` in `/usr/local`: while the extension is merged, that is read-only, and what the host keeps there in a file system of its own or behind a link is hidden
          help: choose a package that keeps its files elsewhere in `/usr`
        Warning outside ["p"]: `p` also has `/home/p/x`, `/srv/p` and `/var/lib/p/seed`, which an extension cannot bring: it extends only `/usr` and `/opt`
          help: make on the host what its programs need of these
    "#]]);
}

#[test]
fn users_of_packages_and_their_scripts_exist_before_what_needs_them() {
    let postinst = "#!/bin/sh\nset -e\nif [ \"$1\" = configure ]; then\n  adduser --quiet --system --group --no-create-home --home /var/lib/p p\n  chown p:p /var/lib/p\n  chmod 0700 /var/lib/p\n  p-keygen --force\nfi\n";
    let deb = Deb::new("p")
        .directory("./var/lib/p")
        .file("./lib/systemd/system/p.service", 0o644, "[Service]\nUser=p\nExecStart=/usr/bin/p\n")
        .file("./usr/bin/p", 0o755, "")
        .script("postinst", postinst);
    let shipped = Deb::new("shipped").file("./usr/lib/sysusers.d/shipped.conf", 0o644, "u shipped -\n");
    Job::new(&[deb, shipped]).check(&expect![[r#"
        0755 usr/bin/p ""
        0644 usr/lib/extension-release.d/extension-release.demo-v1-1-trixie-x86-64 "ID=debian\nVERSION_ID=13\nEXTENSION_RESTART_UNITS=demo-extension.service\n"
        0644 usr/lib/systemd/system/demo-extension.service "[Unit]\nDescription=What the extension demo has on its host\nDefaultDependencies=no\nAfter=local-fs.target systemd-sysusers.service\nConflicts=shutdown.target\nBefore=shutdown.target\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/systemd-sysusers 10-demo.conf shipped.conf\nExecStart=/usr/bin/systemd-tmpfiles --create 10-demo.conf\nSuccessExitStatus=DATAERR CANTCREAT\nExecStart=-/usr/bin/systemctl --no-block try-restart p.service\n"
        0644 usr/lib/systemd/system/multi-user.target.d/10-demo-demo-extension.conf "[Unit]\nUpholds=demo-extension.service\n"
        0644 usr/lib/systemd/system/multi-user.target.d/10-demo-p.conf "[Unit]\nUpholds=p.service\n"
        0644 usr/lib/systemd/system/p.service "[Service]\nUser=p\nExecStart=/usr/bin/p\n"
        0644 usr/lib/systemd/system/p.service.d/10-demo.conf "[Unit]\nWants=demo-extension.service\nAfter=demo-extension.service\n"
        0644 usr/lib/sysusers.d/10-demo.conf "u p - - /var/lib/p /usr/sbin/nologin\n"
        0644 usr/lib/sysusers.d/shipped.conf "u shipped -\n"
        0644 usr/lib/tmpfiles.d/10-demo.conf "d /var/lib/p 0700 p p\n"
        10 files, 749 bytes
        Warning script ["p"]: `postinst` of `p` is not run, so that these are missing: the work of `p-keygen`
          help: do on the host what its programs need of these
        Warning users ["p"]: users and groups of `p` (`p`) are made after the extension is merged, by `demo-extension.service`: what starts earlier does not know them
        Warning users ["shipped"]: users and groups of `shipped` (`shipped`) are made after the extension is merged, by `demo-extension.service`: what starts earlier does not know them
    "#]]);
}

#[test]
fn what_starts_is_a_policy_and_the_spec_comes_first() {
    let unit =
        |deb: Deb, name: &str, text: &str| deb.file(&format!("./lib/systemd/system/{name}"), 0o644, text);
    let install = "[Install]\nWantedBy=multi-user.target\n";
    let mut deb = Deb::new("p").file("./usr/bin/p", 0o755, "");
    for (name, text) in [
        ("daemon.service", format!("[Service]\nExecStart=/usr/bin/p\n{install}")),
        ("disabled.service", format!("[Service]\nExecStart=/usr/bin/p\n{install}")),
        ("once.service", format!("[Service]\nType=oneshot\nExecStart=/usr/bin/p\n{install}")),
        (
            "bus.service",
            format!("[Service]\nType=dbus\nBusName=org.example.P\nExecStart=/usr/bin/p\n{install}"),
        ),
        ("template@.service", format!("[Service]\nExecStart=/usr/bin/p\n{install}")),
        ("listens.socket", "[Socket]\nListenStream=/run/p\n[Install]\nWantedBy=sockets.target\n".to_owned()),
        ("listens.service", "[Service]\nExecStart=/usr/bin/p\n".to_owned()),
        ("ticks.timer", "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n".to_owned()),
        ("ticks.service", "[Service]\nExecStart=/usr/bin/p\n".to_owned()),
        ("sees.path", "[Path]\nPathExists=/run/p\n[Install]\nWantedBy=paths.target\n".to_owned()),
        ("sees.service", "[Service]\nExecStart=/usr/bin/p\n".to_owned()),
    ] {
        deb = unit(deb, name, &text);
    }
    let deb = deb.link(Symlink, "./lib/systemd/system/alias.service", "daemon.service");
    let mut job = Job::new(&[deb]);
    job.job.units = [("disabled.service".to_owned(), false)].into();
    let (tar, _) = job.stage().unwrap();
    let listing = super::listing(&tar.unwrap());
    let started: Vec<&str> = listing
        .lines()
        .filter_map(|line| line.split_once("Upholds="))
        .map(|(_, unit)| unit.trim_end_matches("\\n\""))
        .collect();
    assert_eq!(
        started,
        ["daemon.service", "demo-extension.service", "listens.socket", "sees.path", "ticks.timer"]
    );
    assert!(listing.contains("try-restart daemon.service\\n"), "{listing}");
}

#[test]
fn alternatives_lead_straight_to_the_program() {
    let register = |name: &str, priority: u32| {
        format!(
            "#!/bin/sh\nupdate-alternatives --install /usr/bin/awk awk /usr/bin/{name} {priority} --slave /usr/share/man/man1/awk.1.gz awk.1.gz /usr/share/man/man1/{name}.1.gz\n"
        )
    };
    let awk = |name: &str, priority| {
        let deb = Deb::new(name).file(&format!("./usr/bin/{name}"), 0o755, name);
        deb.file(&format!("./usr/share/man/man1/{name}.1.gz"), 0o644, "")
            .script("postinst", &register(name, priority))
    };
    Job::new(&[awk("gawk", 10), awk("mawk", 5)]).check(&expect![[r#"
        0777 usr/bin/awk Symlink -> gawk ""
        0755 usr/bin/gawk "gawk"
        0755 usr/bin/mawk "mawk"
        0644 usr/lib/extension-release.d/extension-release.demo-v1-1-trixie-x86-64 "ID=debian\nVERSION_ID=13\n"
        0777 usr/share/man/man1/awk.1.gz Symlink -> gawk.1.gz ""
        0644 usr/share/man/man1/gawk.1.gz ""
        0644 usr/share/man/man1/mawk.1.gz ""
        5 files, 32 bytes
        Warning alternative ["gawk"]: `/usr/bin/awk` now means that of `gawk`: while the extension is merged, it hides what the host has chosen
    "#]]);
}

#[test]
fn one_path_of_two_packages_is_one_file_or_an_error_and_no_old_directory_is_left() {
    let one = Deb::new("one").directory("./lib").directory("./bin").file("./lib/x", 0o644, "same").file(
        "./lib64/y",
        0o644,
        "1",
    );
    let two = Deb::new("two").file("./usr/lib/x", 0o644, "same").file("./usr/lib64/y", 0o644, "2");
    let job = Job::new(std::slice::from_ref(&one));
    let tar = job.stage().unwrap().0.unwrap();
    let mut archive = ::tar::Archive::new(&tar[..]);
    let tops: std::collections::BTreeSet<String> = archive
        .entries()
        .unwrap()
        .map(|entry| {
            String::from_utf8_lossy(&entry.unwrap().path_bytes())
                .split('/')
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    assert_eq!(tops.into_iter().collect::<Vec<_>>(), [".", "usr"]);
    Job::new(&[one, two]).check(&expect![[r#"
        no image
        0 files, 0 bytes
        Error duplicate-path ["one", "two"]: `/usr/lib64/y` is in both `one` and `two`, with different content
          help: keep one of the two packages
    "#]]);
}
