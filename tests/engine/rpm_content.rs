//! What is in an image of rpm packages that are hard to carry.

use std::process::Command;

use crate::engine::docker::{Engine, run, text, top};
use crate::engine::image::Image;
use crate::engine::listing::{Content, Listing};
use crate::engine::messages::said;
use crate::engine::oracle::carry;
use crate::engine::standin::{AZURE, extension, image_name, lab};

pub(crate) fn the_image_is_exactly_what_rpm_unpacks(engine: &Engine) {
    // Hard links, links of all kinds, many files, rights, flags of files, old signatures, other keys.
    let packages =
        ["annex-links", "annex-many", "annex-second-key", "annex-signed-as-before", "jq", "oniguruma", "zsh"];
    let made = extension(engine, AZURE, "whole", &packages, &[]).succeeded();
    let image = Image::open(&made.file(&image_name("whole", AZURE)));
    let tree = unpacked(engine, &packages);
    let mut promised = Listing::default();
    carry("whole", tree.path(), &mut promised);
    // On Azure Linux `/usr/lib64` is a link, which a directory of ours would hide.
    promised.0 = promised.0.into_iter().filter_map(|(path, entry)| Some((in_lib(&path)?, entry))).collect();
    // What these point to has moved.
    for (path, to) in [
        ("usr/bin/annex-through-bin", "/usr/bin/annex-one"),
        ("usr/lib/annex/deep/library", "../../libannex.so.1"),
    ] {
        promised.0.get_mut(path).unwrap().content = Content::Link(to.into());
    }
    let mut found = image.listing();
    found.0.retain(|path, _| promised.0.contains_key(path) || !is_added(path));
    assert_eq!(promised.difference(&found), "", "rpm (-) and image (+) differ");
}

pub(crate) fn every_way_of_packing_a_payload_is_read(engine: &Engine) {
    let ways = ["bzip2", "gzip", "lzma", "none", "xz", "zstd"];
    let packages = ways.map(|way| format!("annex-{way}"));
    let made = extension(engine, AZURE, "packed", &packages.each_ref().map(String::as_str), &[]).succeeded();
    let image = Image::open(&made.file(&image_name("packed", AZURE)));
    for way in ways {
        let text = image.text(&format!("usr/share/annex/{way}"));
        assert!(text.lines().map(str::parse).eq((1..=20_000).map(Ok)), "{way}");
    }
}

pub(crate) fn rights_are_kept_where_they_mean_the_same(engine: &Engine) {
    let made = extension(engine, AZURE, "rights", &["annex-privilege"], &[]).succeeded();
    let image = Image::open(&made.file(&image_name("rights", AZURE)));
    let listing = image.listing();
    let rights = |name: &str| {
        let entry = &listing.0[&format!("usr/bin/annex-{name}")];
        assert_eq!((entry.uid, entry.gid), (0, 0), "{name}");
        entry.mode
    };
    for (name, kept) in [
        ("bind", 0o750),
        ("permitted", 0o755),
        ("raw", 0o755),
        ("setgid-mail", 0o755),
        ("setgid-root", 0o2755),
        ("setuid-daemon", 0o755),
        ("setuid-odd", 0o711),
        ("setuid-root", 0o4755),
    ] {
        assert_eq!(rights(name), kept, "{name}: {:o}", rights(name));
    }
    // capabilities(7), version 2: `01` is the effective bit; permitted and inheritable follow, little endian.
    let attributes = image.attributes();
    for (name, value) in [
        ("bind", "0sAQAAAgAUAAAAFAAAAAAAAAAAAAA="),
        ("permitted", "0sAAAAAgAACAAAAAAAAAAAAAAAAAA="),
        ("raw", "0sAQAAAgAgAAAAAAAAAAAAAAAAAAA="),
    ] {
        let expected = format!("# file: tree/usr/bin/annex-{name}\nsecurity.capability={value}\n");
        assert!(attributes.contains(&expected), "{name}:\n{attributes}");
    }
    let said = said(&made);
    for lost in [
        "`/usr/bin/annex-setuid-daemon` (setuid daemon",
        "`/usr/bin/annex-setgid-mail` (setgid mail)",
        "`/usr/bin/annex-setuid-odd` (setuid annex-owner, setgid annex-owner)",
    ] {
        assert!(said.contains(lost), "{lost}:\n{said}");
    }
}

pub(crate) fn files_lie_where_the_host_can_see_them(engine: &Engine) {
    let made = extension(engine, AZURE, "places", &["annex-places"], &[]).succeeded();
    let image = Image::open(&made.file(&image_name("places", AZURE)));
    let listing = image.listing();
    for path in [
        "opt/annex/data",
        "usr/bin/annex-bin",
        "usr/bin/annex-places",
        "usr/lib/libannex-other.so.1",
        "usr/lib/libannex.so.1",
        "usr/sbin/annex-sbin",
        "usr/sbin/annexd",
        "usr/share/places/etc/annex/annex.conf",
        "usr/share/places/etc/annex/kept.conf",
        "usr/share/places/etc/annex my",
        "usr/share/places/etc/annex-100%u",
    ] {
        let entry = listing.0.get(path).unwrap_or_else(|| panic!("{path} is missing in\n{listing}"));
        assert!(matches!(entry.content, Content::File(..)), "{path}");
    }
    let tops: Vec<_> = listing.0.keys().filter(|path| !path.contains('/')).collect();
    assert_eq!(tops, ["opt", "usr"], "{listing}");
    for ghost in ["usr/bin/annex-ghost", "usr/bin/annex-ghosts"] {
        assert!(!listing.0.contains_key(ghost), "{ghost} is not in the package");
    }
    let tmpfiles = image.text("usr/lib/tmpfiles.d/10-places.conf");
    for words in ["annex-100%%u", "annex\\x20my"] {
        assert!(tmpfiles.contains(words), "{words}:\n{tmpfiles}");
    }
    let said = said(&made);
    for left_out in ["/srv", "/boot", "/root", "/home"] {
        assert!(said.contains(left_out), "{left_out}:\n{said}");
    }
}

pub(crate) fn which_services_start_is_a_policy(engine: &Engine) {
    let made = extension(engine, AZURE, "units", &["annex-units"], &[]).succeeded();
    let image = Image::open(&made.file(&image_name("units", AZURE)));
    let listing = image.listing();
    let added: Vec<String> = listing
        .0
        .iter()
        .filter(|(path, entry)| path.contains(".target.d/") && entry.content != Content::Directory)
        .map(|(path, _)| image.text(path))
        .collect();
    let added = added.concat();
    for (unit, starts) in [
        ("annex-daemon.service", true),
        ("annex-timed.timer", true),
        ("annex-answers.socket", true),
        ("annex-path.path", true),
        ("annex-alias.service", false),
        ("annex-bus.service", false),
        ("annex-masked.service", false),
        ("annex-once.service", false),
        ("annex-path.service", false),
        ("annex-template@.service", false),
        ("annex-timed.service", false),
    ] {
        assert_eq!(added.contains(unit), starts, "{unit}:\n{added}");
    }
}

pub(crate) fn scripts_that_do_not_run_are_said(engine: &Engine) {
    let made = extension(engine, AZURE, "scripts", &["annex-scripts"], &[]).succeeded();
    let said = said(&made);
    assert!(said.contains("annex-scripts") && said.contains("script"), "{said}");
    let image = Image::open(&made.file(&image_name("scripts", AZURE)));
    assert!(image.path("usr/bin/annex-scripts").is_file());
}

pub(crate) fn a_missing_library_is_told_with_the_package_that_provides_it(engine: &Engine) {
    let made = extension(engine, AZURE, "alone", &["jq"], &[]).succeeded();
    let warning = "needs `libonig.so.5`, which the extension does not carry; add `oniguruma` under \
                   `dependencies.sysext`, or make sure that the host has it [library-missing]";
    assert!(made.stderr.contains(warning), "{}", made.stderr);
    let made = extension(engine, AZURE, "together", &["jq", "oniguruma"], &[]).succeeded();
    assert!(!made.stderr.contains("library-missing"), "{}", made.stderr);
}

/// Packages as rpm itself unpacks them.
fn unpacked(engine: &Engine, packages: &[&str]) -> tempfile::TempDir {
    let tree = tempfile::tempdir().unwrap();
    let mut script = Command::new(top().join("tests/engine/standin/unpack.sh"));
    let output = run(script.env("ANNEX_LAB", lab(engine)).arg(tree.path()).args(packages));
    assert!(output.status.success(), "{}", text(&output.stderr));
    tree
}

/// Whether a path is one of those that Annex adds to packages.
fn is_added(path: &str) -> bool {
    ADDED.iter().any(|added| path.starts_with(added) || added.starts_with(&format!("{path}/")))
}

/// Where a path of a package lies in an image for Azure Linux; the directory that is a link there lies nowhere.
fn in_lib(path: &str) -> Option<String> {
    match path.strip_prefix("usr/lib64") {
        None => Some(path.to_owned()),
        Some("") => None,
        Some(rest) => Some(format!("usr/lib{rest}")),
    }
}

const ADDED: [&str; 4] = [
    "usr/lib/extension-release.d",
    "usr/lib/systemd/system/multi-user.target.d",
    "usr/lib/systemd/system/whole-extension.service",
    "usr/lib/tmpfiles.d",
];
