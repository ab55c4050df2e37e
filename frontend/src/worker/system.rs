//! Files of the running system that an extension must not replace: every process uses them, at other versions than
//! those that would suddenly be there.

use std::collections::BTreeMap;

use crate::job::{Finding, Rule};
use crate::worker::entry::Node;
use crate::worker::finding::{error, list};
use crate::worker::path::TreePath;
use crate::worker::tree::Tree;

/// Finds them in a tree; `is_same` tells of a file that it is no other than the host's.
pub(crate) fn check(
    tree: &Tree,
    names: &[&str],
    is_same: &mut dyn FnMut(&TreePath) -> std::io::Result<bool>,
    findings: &mut Vec<Finding>,
) -> std::io::Result<()> {
    let mut found: BTreeMap<(usize, &str), Vec<&TreePath>> = BTreeMap::new();
    for (path, placed) in tree {
        let Some(number) = placed.package else { continue };
        if placed.node == Node::Directory {
            continue;
        }
        if let Some(what) = part(path)
            && !is_same(path)?
        {
            found.entry((number, what)).or_default().push(path);
        }
    }
    for ((number, what), paths) in found {
        let package = names.get(number).copied().unwrap_or_default();
        let message = format!("`{package}` would replace {what} of the running host by {}", list(&paths));
        findings.push(error(Rule::SystemPart, &[package], message).about(paths).with_help(
            "leave the package out; build for the release that the hosts run, so that theirs fits",
        ));
    }
    Ok(())
}

/// What of the system a file is.
fn part(path: &TreePath) -> Option<&'static str> {
    let name = path.parts().last()?;
    let name = std::str::from_utf8(name).ok()?;
    if path
        .below("usr/lib/modules")
        .is_some_and(|below| below.split(|byte| *byte == b'/').nth(1) == Some(b"kernel"))
    {
        return Some("modules of the kernel");
    }
    if is_library_directory(path) {
        if name.starts_with("ld-linux") || name.starts_with("ld64.so.") || name == "ld.so" {
            return Some("the loader");
        }
        if GLIBC.binary_search(&name).is_ok() {
            return Some("the C library");
        }
        if name.starts_with("libsystemd.so.") || name.starts_with("libudev.so.") {
            return Some("a library of systemd");
        }
    }
    SYSTEMD.iter().any(|known| path.is(known)).then_some("systemd").or_else(|| {
        let private = path.below("usr/lib/systemd").or_else(|| {
            let below = path.below("usr/lib")?;
            let at = below.iter().position(|byte| *byte == b'/')?;
            below[at + 1..].strip_prefix(b"systemd/")
        })?;
        let is_private = private.starts_with(b"libsystemd-") && !private.contains(&b'/');
        is_private.then_some("systemd")
    })
}

/// Whether the loader looks for everybody's libraries in the file's directory.
fn is_library_directory(path: &TreePath) -> bool {
    let mut parts: Vec<&[u8]> = path.parts().collect();
    parts.pop();
    match parts.as_slice() {
        [b"usr", b"lib" | b"lib32" | b"lib64" | b"libx32"] => true,
        [b"usr", b"lib", tuple] => tuple.windows(7).any(|window| window == b"-linux-"),
        _ => false,
    }
}

/// Libraries that glibc 2.41 is made of, sorted.
const GLIBC: &[&str] = &[
    "libBrokenLocale.so.1",
    "libanl.so.1",
    "libc.so.6",
    "libdl.so.2",
    "libm.so.6",
    "libmvec.so.1",
    "libnsl.so.1",
    "libnss_compat.so.2",
    "libnss_dns.so.2",
    "libnss_files.so.2",
    "libnss_hesiod.so.2",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
    "libthread_db.so.1",
    "libutil.so.1",
];

/// Programs that run before an extension is there, and after.
const SYSTEMD: &[&str] = &[
    "usr/bin/systemctl",
    "usr/bin/systemd-sysext",
    "usr/lib/systemd/systemd",
    "usr/lib/systemd/systemd-executor",
    "usr/lib/systemd/systemd-journald",
    "usr/lib/systemd/systemd-logind",
    "usr/lib/systemd/systemd-udevd",
    "usr/sbin/init",
];

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::worker::entry::tests::{directory, file, link};
    use crate::worker::{finding, tree};

    fn check(paths: &[&str], same: &str, expected: &Expect) {
        let mut entries: Vec<_> = paths.iter().map(|path| (0, file(path, ""))).collect();
        entries.push((1, directory("usr/lib/modules/6.12/kernel")));
        entries.push((1, link("usr/lib/x86_64-linux-gnu/libm.so", "libm.so.6")));
        let mut findings = Vec::new();
        super::check(
            &tree::tests::tree(entries),
            &["libc6", "other"],
            &mut |path| Ok(path.is(same)),
            &mut findings,
        )
        .unwrap();
        expected.assert_eq(&finding::tests::text(&findings));
    }

    #[test]
    fn what_every_process_uses_is_not_replaced() {
        assert!(GLIBC.is_sorted());
        check(
            &[
                "usr/lib/x86_64-linux-gnu/libc.so.6",
                "usr/lib/x86_64-linux-gnu/libm.so.6",
                "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
                "usr/lib64/ld-linux-x86-64.so.2",
                "usr/lib64/libsystemd.so.0",
                "usr/lib/systemd/systemd",
                "usr/lib/systemd/libsystemd-shared-257.so",
                "usr/lib/x86_64-linux-gnu/systemd/libsystemd-core-257.so",
                "usr/lib/modules/6.12/kernel/fs/erofs/erofs.ko",
            ],
            "",
            &expect![[r#"
                Error system-part ["libc6"]: `libc6` would replace a library of systemd of the running host by `/usr/lib64/libsystemd.so.0`
                  help: leave the package out; build for the release that the hosts run, so that theirs fits
                Error system-part ["libc6"]: `libc6` would replace modules of the kernel of the running host by `/usr/lib/modules/6.12/kernel/fs/erofs/erofs.ko`
                  help: leave the package out; build for the release that the hosts run, so that theirs fits
                Error system-part ["libc6"]: `libc6` would replace systemd of the running host by `/usr/lib/systemd/libsystemd-shared-257.so`, `/usr/lib/systemd/systemd` and `/usr/lib/x86_64-linux-gnu/systemd/libsystemd-core-257.so`
                  help: leave the package out; build for the release that the hosts run, so that theirs fits
                Error system-part ["libc6"]: `libc6` would replace the C library of the running host by `/usr/lib/x86_64-linux-gnu/libc.so.6` and `/usr/lib/x86_64-linux-gnu/libm.so.6`
                  help: leave the package out; build for the release that the hosts run, so that theirs fits
                Error system-part ["libc6"]: `libc6` would replace the loader of the running host by `/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2` and `/usr/lib64/ld-linux-x86-64.so.2`
                  help: leave the package out; build for the release that the hosts run, so that theirs fits
            "#]],
        );
    }

    #[test]
    fn what_is_private_additional_or_the_same_may_be_there() {
        check(
            &[
                "usr/lib/x86_64-linux-gnu/libz.so.1",
                "usr/lib/app/lib/libc.so.6",
                "usr/lib/musl/lib/libc.so",
                "usr/lib/systemd/system/x.service",
                "usr/lib/systemd/systemd-x",
                "usr/lib/modules/6.12/extra/x.ko",
                "usr/lib64/libc.so.6",
            ],
            "usr/lib64/libc.so.6",
            &expect![[""]],
        );
    }
}
