//! What is in an image of real packages.

use serde_json::Value;

use crate::engine::build::{LOCK, SYSEXT, build, image_name, spec};
use crate::engine::docker::Engine;
use crate::engine::image::Image;
use crate::engine::listing::Content;
use crate::engine::messages::said;
use crate::engine::oracle::expected;

pub(crate) fn the_image_is_exactly_what_the_packages_hold(engine: &Engine) {
    // Files in /etc, /var, setuid of root and of others, setgid, links, a service, and nothing but text.
    let spec = spec("whole", &["at", "jq", "libjq1", "passwd", "zsh", "zsh-common"]);
    let lock = build(engine, &spec, LOCK, &[]).succeeded().bytes("sysext.lock");
    let lock: Value = serde_json::from_slice(&lock).unwrap();
    let built = build(engine, &spec, SYSEXT, &[]).succeeded();
    let name = image_name("whole");
    let image = Image::open(&built.file(&name));

    let mut found = image.listing();
    // What Annex adds; the words of each are compared below.
    let stem = name.trim_end_matches(".raw");
    let release = format!("usr/lib/extension-release.d/extension-release.{stem}");
    let added = [
        "usr/lib/extension-release.d",
        release.as_str(),
        "usr/lib/systemd/system/atd.service.d",
        "usr/lib/systemd/system/atd.service.d/10-whole.conf",
        "usr/lib/systemd/system/multi-user.target.d",
        "usr/lib/systemd/system/multi-user.target.d/10-whole-atd.conf",
        "usr/lib/systemd/system/multi-user.target.d/10-whole-whole-extension.conf",
        "usr/lib/systemd/system/whole-extension.service",
        "usr/lib/tmpfiles.d",
        "usr/lib/tmpfiles.d/10-whole.conf",
    ];
    let promised = expected(engine, "whole", &lock);
    for path in added {
        let entry = found.0.get(path).unwrap_or_else(|| panic!("{path} is missing in\n{found}"));
        let mode = if matches!(entry.content, Content::Directory) { 0o755 } else { 0o644 };
        assert_eq!((entry.mode, entry.uid, entry.gid), (mode, 0, 0), "{path}");
        if !promised.0.contains_key(path) {
            found.0.remove(path);
        }
    }
    assert_eq!(promised.difference(&found), "", "packages (-) and image (+) differ");

    let architecture = crate::engine::build::architecture();
    let said = image.text(&release);
    assert!(said.lines().any(|line| line == "ID=_any"), "{said}");
    assert!(said.lines().any(|line| line == format!("ARCHITECTURE={architecture}")), "{said}");
    assert_eq!(
        image.attributes(),
        format!("# file: tree/{release}\nuser.extension-release.strict=\"0\"\n\n"),
        "one attribute in the whole image"
    );
    assert_eq!(
        image.text("usr/lib/systemd/system/multi-user.target.d/10-whole-atd.conf"),
        "[Unit]\nUpholds=atd.service\n"
    );
    let tmpfiles = image.text("usr/lib/tmpfiles.d/10-whole.conf");
    assert!(tmpfiles.contains(" /usr/share/whole/etc/at.deny\n"), "{tmpfiles}");
}

pub(crate) fn nothing_becomes_setuid_root(engine: &Engine) {
    let made = build(engine, &spec("batch", &["at"]), SYSEXT, &[]).succeeded();
    let image = Image::open(&made.file(&image_name("batch")));
    let privileged: Vec<_> =
        image.listing().0.into_iter().filter(|(_, entry)| entry.mode & 0o6000 != 0).collect();
    assert!(privileged.is_empty(), "{privileged:?}");
    let said = said(&made);
    assert!(said.contains("`/usr/bin/at` (setuid daemon, setgid daemon)"), "{said}");
}

pub(crate) fn a_library_is_itself_and_not_what_it_needs(engine: &Engine) {
    let made = build(engine, &spec("runtime", &["libgcc-s1"]), SYSEXT, &[]).succeeded();
    let listing = Image::open(&made.file(&image_name("runtime"))).listing();
    let names: Vec<&str> =
        listing.0.keys().filter_map(|path| path.rsplit_once('/').map(|(_, name)| name)).collect();
    assert!(names.contains(&"libgcc_s.so.1"), "{listing}");
    assert!(!names.contains(&"libc.so.6"), "{listing}");
}

pub(crate) fn a_oneshot_service_is_not_upheld(engine: &Engine) {
    let made = build(engine, &spec("statistics", &["sysstat"]), SYSEXT, &[]).succeeded();
    let image = Image::open(&made.file(&image_name("statistics")));
    let listing = image.listing();
    assert!(listing.0.contains_key("usr/lib/systemd/system/sysstat-collect.service"), "{listing}");
    let upheld: Vec<_> = listing
        .0
        .keys()
        .filter(|path| path.starts_with("usr/lib/systemd/system/multi-user.target.d/"))
        .filter(|path| listing.0[*path].content != Content::Directory)
        .map(|path| image.text(path))
        .filter(|text| text.contains(".service"))
        .collect();
    // The extension's own, which makes users and files.
    assert_eq!(upheld, ["[Unit]\nUpholds=statistics-extension.service\n"]);
}
