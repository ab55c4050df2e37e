//! Whole jobs, up to the tar stream.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::Read;

use ::tar::EntryType::{Char, Link, Symlink};
use expect_test::{Expect, expect};

use super::*;
use crate::lock::Package;
use crate::worker::archive::fixture::{Deb, HARD, Rpm, hard};
use crate::worker::finding;
use crate::worker::openpgp::certificates;
use crate::worker::openpgp::tests::{OTHER, REPOSITORY};

mod hosts;
mod privileges;

/// A folder with a job and its packages.
struct Job {
    folder: tempfile::TempDir,
    job: Assemble,
}

impl Job {
    fn new(debs: &[Deb]) -> Self {
        let files: Vec<_> = debs.iter().map(|deb| (deb.build(), deb)).collect();
        Self::of(files.iter().map(|(bytes, deb)| (bytes.clone(), deb.package(bytes))).collect())
    }

    fn of(files: Vec<(Vec<u8>, Package)>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut packages = Vec::new();
        for (number, (bytes, package)) in files.into_iter().enumerate() {
            fs::write(folder.path().join(number.to_string()), bytes).unwrap();
            packages.push(package);
        }
        let job = Assemble {
            name: "demo".into(),
            image: "demo-v1-1-trixie-x86-64".into(),
            release: "ID=debian\nVERSION_ID=13\n".into(),
            epoch: None,
            mkfs: vec!["-zlz4hc".into()],
            erofs_utils: None,
            allow: Vec::new(),
            unchecked: false,
            keys: BTreeMap::new(),
            links: BTreeMap::new(),
            units: BTreeMap::new(),
            built: None,
            base: false,
            verity: false,
            architecture: "x86-64".into(),
            providers: Vec::new(),
            packages,
        };
        Self { folder, job }
    }

    fn stage(&self) -> Result<(Option<Vec<u8>>, Assembly), Error> {
        let path = |name: &str| self.folder.path().join(name);
        fs::write(path("job.json"), serde_json::to_vec(&self.job).unwrap()).unwrap();
        let input = Input { job: &path("job.json"), packages: self.folder.path(), base: &path("base") };
        stage(input, &path("tar"), self.folder.path())?;
        let assembly = serde_json::from_slice(&fs::read(path(ANSWER)).unwrap()).unwrap();
        assert!(!path(&format!("tar{SCRATCH}")).exists());
        Ok((fs::read(path("tar")).ok(), assembly))
    }

    fn check(&self, expected: &Expect) {
        let (tar, assembly) = self.stage().unwrap();
        let mut text = tar.map_or_else(|| "no image\n".into(), |tar| listing(&tar));
        writeln!(text, "{} files, {} bytes", assembly.files, assembly.bytes).unwrap();
        expected.assert_eq(&(text + &finding::tests::text(&assembly.findings)));
    }
}

fn listing(bytes: &[u8]) -> String {
    let mut out = String::new();
    for entry in ::tar::Archive::new(bytes).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            continue;
        }
        write!(out, "{:04o} {path}", entry.header().mode().unwrap()).unwrap();
        if let Some(target) = entry.link_name_bytes() {
            write!(out, " {kind:?} -> {}", String::from_utf8_lossy(&target)).unwrap();
        }
        let mut content = String::new();
        entry.read_to_string(&mut content).unwrap();
        write!(out, " {content:?}").unwrap();
        for extension in entry.pax_extensions().unwrap().into_iter().flatten() {
            let extension = extension.unwrap();
            let key = extension.key().unwrap();
            // The extension's own mark is the same in all images.
            if key.starts_with("SCHILY.xattr.") && !key.ends_with(".strict") {
                let value: String = extension
                    .value_bytes()
                    .iter()
                    .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
                write!(out, " {key}={value}").unwrap();
            }
        }
        out.push('\n');
    }
    out
}

#[test]
fn the_package_that_was_built_is_what_its_file_is() {
    let built = Deb::new("demo").directory("./").directory("./usr").file("./usr/own", 0o644, "own");
    let mut job = Job::new(&[built]);
    job.job.packages[0].size = 0;
    job.job.packages[0].sha256 = String::new();
    let (tar, assembly) = job.stage().unwrap();
    assert!(tar.is_none(), "a package of a repository has no size: {assembly:?}");
    job.job.built = Some(0);
    let (tar, assembly) = job.stage().unwrap();
    assert!(tar.is_some(), "{assembly:?}");
}

#[test]
fn packages_become_one_tree() {
    let shell = Deb::new("shell")
        .directory("./")
        .directory("./bin")
        .file("./bin/sh", 0o755, "program")
        .link(Link, "./bin/ksh", "./bin/sh")
        .file("./var/cache/kept", 0o644, "cached")
        .link(Link, "./usr/lib/copy", "./var/cache/kept")
        .file("./etc/shell/rc", 0o644, "setting")
        .link(Symlink, "./usr/share/sh", "../../bin/sh");
    let at = Deb::new("at").owned("./usr/bin/at", 0o4755, "daemon", "at").file(
        "./lib/systemd/system/atd.service",
        0o644,
        "[Service]\nExecStart=/usr/sbin/atd\n",
    );
    Job::new(&[at, shell]).check(&expect![[r#"
        0755 usr/bin/at "at"
        0755 usr/bin/ksh "program"
        0755 usr/bin/sh Link -> usr/bin/ksh ""
        0644 usr/lib/copy "cached"
        0644 usr/lib/extension-release.d/extension-release.demo-v1-1-trixie-x86-64 "ID=debian\nVERSION_ID=13\nEXTENSION_RESTART_UNITS=demo-extension.service\n"
        0644 usr/lib/systemd/system/atd.service "[Service]\nExecStart=/usr/sbin/atd\n"
        0644 usr/lib/systemd/system/atd.service.d/10-demo.conf "[Unit]\nWants=demo-extension.service\nAfter=demo-extension.service\n"
        0644 usr/lib/systemd/system/demo-extension.service "[Unit]\nDescription=What the extension demo has on its host\nDefaultDependencies=no\nAfter=local-fs.target systemd-sysusers.service\nConflicts=shutdown.target\nBefore=shutdown.target\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/systemd-tmpfiles --create 10-demo.conf\nSuccessExitStatus=DATAERR CANTCREAT\nExecStart=-/usr/bin/systemctl --no-block try-restart atd.service\n"
        0644 usr/lib/systemd/system/multi-user.target.d/10-demo-atd.conf "[Unit]\nUpholds=atd.service\n"
        0644 usr/lib/systemd/system/multi-user.target.d/10-demo-demo-extension.conf "[Unit]\nUpholds=demo-extension.service\n"
        0644 usr/lib/tmpfiles.d/10-demo.conf "C+ /etc/shell - - - - /usr/share/demo/etc/shell\n"
        0644 usr/share/demo/etc/shell/rc "setting"
        0777 usr/share/sh Symlink -> ../bin/sh ""
        12 files, 686 bytes
        Warning outside ["shell"]: `shell` also has `/var/cache/kept`, which an extension cannot bring: it extends only `/usr` and `/opt`
          help: make on the host what its programs need of these
        Warning privilege ["at"]: programs of `at` lose the rights of another user or group, since an extension's files belong to root: `/usr/bin/at` (setuid daemon)
          help: where they need them, give them back on the host, such as with `User=` in a service
    "#]]);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let good = Deb::new("good").file("./usr/sbin/sendmail", 0o755, "1");
    let other = Deb::new("other").file("./usr/sbin/sendmail", 0o755, "2").node(Char, "./usr/null");
    let broken = Deb::new("broken").file("./../x", 0o644, "");
    let swapped = Deb::new("swapped").file("./usr/x", 0o644, "").packed("");
    let base = Deb::new("base").file("./usr/lib/os-release", 0o644, "ID=other\n");
    let mut files: Vec<_> = [good, other, broken, swapped, base]
        .iter()
        .map(|deb| (deb.build(), deb.package(&deb.build())))
        .collect();
    files[3].1.sha256 = "0".repeat(64);
    let shorter = Deb::new("shorter").file("./usr/y", 0o644, "").packed("");
    let mut package = shorter.package(&shorter.build());
    package.size += 1;
    files.push((shorter.build(), package));
    Job::of(files).check(&expect![[r#"
        no image
        0 files, 0 bytes
        Error duplicate-path ["good", "other"]: `/usr/sbin/sendmail` is in both `good` and `other`, with different content
          help: keep one of the two packages
        Error package-file ["broken"]: the file of `broken` has an entry `./../x`, which has a part `..`
          help: choose another version of the package
        Error package-file ["shorter"]: the file of `shorter` is not the one that was chosen: it has 3776 bytes, not 3777
          help: the repository's files do not match its index: resolve the packages again
        Error package-file ["swapped"]: the file of `swapped` is not the one that was chosen: its SHA-256 is `f1bf619148ae7b531f4c57bc423f473a69441134340384dd2043d03213692c8e`, not `0000000000000000000000000000000000000000000000000000000000000000`
          help: the repository's files do not match its index: resolve the packages again
        Error release ["base"]: `base` brings `os-release`, which says what the host is: systemd refuses such an extension
          help: leave the package out; every host has its own
        Error special-file ["other"]: `other` has device nodes, which an extension must not have: `/usr/null`
    "#]]);
}

#[test]
fn an_extension_without_content_is_refused() {
    let meta = Deb::new("meta").directory("./").directory("./usr/").directory("./usr/share/meta");
    Job::new(&[meta]).check(&expect![[r#"
        no image
        0 files, 0 bytes
        Error empty ["meta"]: nothing of `meta` can be in an extension, so it would be empty
          help: name packages with files in `/usr` or `/opt`
    "#]]);
    Job::new(&[]).check(&expect![[r#"
        no image
        0 files, 0 bytes
        Error empty []: there are no packages, so the extension would be empty
          help: name packages with files in `/usr` or `/opt`
    "#]]);
}

#[test]
fn the_same_job_gives_the_same_bytes() {
    let debs: Vec<Deb> = (0..12)
        .map(|number| {
            Deb::new(&format!("p{number}")).file(
                &format!("./usr/share/{number}"),
                0o644,
                &"x".repeat(number * 9_000),
            )
        })
        .collect();
    let first = Job::new(&debs).stage().unwrap();
    assert!(first.0.is_some());
    for _ in 0..3 {
        assert!(Job::new(&debs).stage().unwrap() == first);
    }
}

#[test]
fn the_time_is_the_jobs_or_that_of_the_newest_file() {
    let time = |epoch| {
        let mut job = Job::new(&[Deb::new("p").file("./usr/x", 0o644, "")]);
        job.job.epoch = epoch;
        let tar = job.stage().unwrap().0.unwrap();
        let mut archive = ::tar::Archive::new(&tar[..]);
        let first = archive.entries().unwrap().next().unwrap().unwrap();
        first.header().mtime().unwrap()
    };
    assert_eq!(time(None), 1_700_000_000);
    assert_eq!(time(Some(12)), 12);
    assert_eq!(time(Some(-5)), 0);
}

#[test]
fn what_may_go_better_next_time_is_an_error() {
    let message = |change: &dyn Fn(&mut Job)| {
        let mut job = Job::new(&[Deb::new("p").file("./usr/x", 0o644, "")]);
        change(&mut job);
        let folder = job.folder.path().display().to_string();
        job.stage().unwrap_err().to_string().replace(&folder, "FOLDER")
    };
    let missing = message(&|job| fs::remove_file(job.folder.path().join("0")).unwrap());
    assert_eq!(missing, "cannot read `FOLDER/0`: No such file or directory (os error 2)");
    let named = message(&|job| job.job.image = "../x".into());
    assert_eq!(named, "`../x` cannot be part of a file's name");
    let blocked = message(&|job| fs::create_dir(job.folder.path().join("tar")).unwrap());
    assert_eq!(blocked, "cannot write `FOLDER/tar`: Is a directory (os error 21)");
}

#[test]
fn an_image_has_the_permissions_and_time_of_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("image");
    fs::write(&image, "x").unwrap();
    finish(&image, 1_600_000_000).unwrap();
    let metadata = fs::metadata(&image).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o7777, 0o644);
    assert_eq!(metadata.modified().unwrap(), UNIX_EPOCH + Duration::from_secs(1_600_000_000));
}

#[test]
fn errors_say_what_to_do() {
    let full = Error::write(Path::new("/out/x"), io::ErrorKind::StorageFull.into());
    assert_eq!(
        full.to_string(),
        "cannot write `/out/x`: no storage space; make room for the builder, such as with `docker builder prune`"
    );
    let absent = Error::Start { source: io::ErrorKind::NotFound.into() };
    assert_eq!(
        absent.to_string(),
        "`mkfs.erofs` is not in the worker: install erofs-utils 1.7 or newer there"
    );
}

/// A job with the signed package, which one of the keys of these certificates should have signed.
fn signed(bytes: &[u8], armored: &[&str]) -> Job {
    let certificates = armored.iter().flat_map(|armor| certificates(armor.as_bytes()).unwrap());
    let keys: BTreeMap<_, _> = certificates.map(|one| (one.fingerprint, one.armor)).collect();
    let package = Package { keys: keys.keys().cloned().collect(), ..hard(bytes) };
    let mut job = Job::of(vec![(bytes.to_vec(), package)]);
    job.job.keys = keys;
    job
}

#[test]
fn a_package_that_one_of_its_keys_signed_is_used() {
    signed(HARD, &[OTHER, REPOSITORY]).check(&expect![[r#"
        0644 usr/bin/a "one\n"
        0644 usr/bin/capable "cap" SCHILY.xattr.security.capability=0100000200300000000000000000000000000000
        0777 usr/bin/link Symlink -> ../bin/a ""
        4755 usr/bin/suid "suid"
        0644 usr/bin/z Link -> usr/bin/a ""
        0644 usr/lib/extension-release.d/extension-release.demo-v1-1-trixie-x86-64 "ID=debian\nVERSION_ID=13\nEXTENSION_RESTART_UNITS=demo-extension.service\n"
        0644 usr/lib/systemd/system/demo-extension.service "[Unit]\nDescription=What the extension demo has on its host\nDefaultDependencies=no\nAfter=local-fs.target systemd-sysusers.service\nConflicts=shutdown.target\nBefore=shutdown.target\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/systemd-tmpfiles --create 10-demo.conf\nSuccessExitStatus=DATAERR CANTCREAT\n"
        0644 usr/lib/systemd/system/multi-user.target.d/10-demo-demo-extension.conf "[Unit]\nUpholds=demo-extension.service\n"
        0644 usr/lib/tmpfiles.d/10-demo.conf "d /var/lib/hard 0750 hard mail\nC+ /etc/hard - - - - /usr/share/demo/etc/hard\n"
        0644 usr/share/demo/etc/hard/hard.conf "x=1\n"
        0644 usr/share/hard/empty ""
        0644 usr/share/hard/names Link -> usr/bin/a ""
        0644 usr/share/hard/readme "doc"
        0644 usr/share/hard/with space é "space"
        13 files, 525 bytes
        Warning privilege ["hard"]: `hard` has programs with privileges for whoever starts them: `/usr/bin/capable` (cap_net_admin, cap_net_raw) and `/usr/bin/suid` (setuid)
        Warning script ["hard"]: `%post` and `%pretrans` of `hard` are not run, so that these are missing: the work of `<lua>`
          help: do on the host what its programs need of these
    "#]]);
}

#[test]
fn there_is_no_image_of_what_was_not_rightly_signed() {
    signed(HARD, &[OTHER]).check(&expect![[r#"
        no image
        0 files, 0 bytes
        Error package-signature ["hard"]: the file of `hard` is signed by `288FA3DC8238C9FBA6DD659B1C61438BB29895D2`, not by `6542CC606663C765BFFE938501B439AB7C9A62E4`
          help: take the package from a repository that you trust, with the keys it signs with
    "#]]);
    let mut tampered = HARD.to_vec();
    let last = tampered.len() - 20;
    tampered[last] ^= 1;
    signed(&tampered, &[OTHER, REPOSITORY]).check(&expect![[r#"
        no image
        0 files, 0 bytes
        Error package-signature ["hard"]: the file of `hard` is signed, but its content is not what was signed
          help: take the package from a repository that you trust, with the keys it signs with
    "#]]);
    let rpm = Rpm::new("hard").file("/usr/bin/a", 0o755, "a").build();
    let mut unsigned = signed(&rpm, &[REPOSITORY]);
    unsigned.check(&expect![[r#"
        no image
        0 files, 0 bytes
        Error package-signature ["hard"]: the file of `hard` is not signed, while its repository signs with `288FA3DC8238C9FBA6DD659B1C61438BB29895D2`
          help: take the package from a repository that you trust, with the keys it signs with
    "#]]);
    unsigned.job.keys = BTreeMap::from([(unsigned.job.packages[0].keys[0].clone(), OTHER.to_owned())]);
    unsigned.check(&expect![[r#"
        no image
        0 files, 0 bytes
        Error package-signature []: the lock's OpenPGP certificate of the key `288FA3DC8238C9FBA6DD659B1C61438BB29895D2` cannot be used: it is that of another key
          help: make the lock anew
    "#]]);
    let deb = Deb::new("hard").file("./usr/bin/a", 0o755, "a").build();
    signed(&deb, &[REPOSITORY]).check(&expect![[r#"
        no image
        0 files, 0 bytes
        Error package-signature ["hard"]: the file of `hard` is of a kind that carries no signature, while its repository signs with `288FA3DC8238C9FBA6DD659B1C61438BB29895D2`
          help: take the package from a repository that you trust, with the keys it signs with
    "#]]);
}
