//! Needs of whole trees.

use std::fmt::Write as _;
use std::fs;

use expect_test::{Expect, expect};

use super::*;
use crate::job::{Allow, Provider, Rule};
use crate::lock::Package;
use crate::worker::base::Base;
use crate::worker::elf::fixture::Program;
use crate::worker::entry::tests::{entry, file, link};
use crate::worker::entry::{Content, Entry};
use crate::worker::store::Store;
use crate::worker::{finding, tree};

fn program(at: &str, program: &Program) -> Entry {
    let inode = u32::try_from(at.len()).unwrap();
    let mut entry = entry(at, Node::File { content: Content::Bytes(program.build().into()), inode });
    entry.mode = 0o755;
    entry
}

fn needing(needed: &[&str]) -> Program {
    Program { needed: needed.iter().map(|&name| name.to_owned()).collect(), ..Program::new() }
}

fn library(soname: &str, needed: &[&str]) -> Program {
    Program { soname: soname.to_owned(), ..needing(needed) }
}

fn script(at: &str, text: &str) -> Entry {
    let mut entry = file(at, text);
    entry.mode = 0o755;
    entry
}

fn job(names: &[&str]) -> Assemble {
    let package = |name: &&str| Package {
        name: (*name).to_owned(),
        version: "1".into(),
        architecture: "amd64".into(),
        source: (*name).to_owned(),
        url: String::new(),
        size: 0,
        sha256: String::new(),
        keys: Vec::new(),
    };
    let provider = |package: &str, provides: &[&str], depends: &[&str]| Provider {
        package: package.to_owned(),
        provides: provides.iter().map(|&name| name.to_owned()).collect(),
        depends: depends.iter().map(|&name| name.to_owned()).collect(),
    };
    Assemble {
        name: "x".into(),
        image: "x".into(),
        architecture: "x86-64".into(),
        providers: vec![
            provider("libjq1", &[], &["libonig5"]),
            provider("libonig5", &[], &[]),
            provider("python3", &[], &[]),
            provider("zlib1g", &["libz.so.1"], &[]),
        ],
        packages: names.iter().map(package).collect(),
        ..Assemble::default()
    }
}

/// What is said, then what was found.
fn check(entries: Vec<(usize, Entry)>, base: Option<&Base>, expected: &Expect) {
    let tree = tree::tests::tree(entries);
    let store = Store::default();
    let view = View { tree: &tree, store: &store, etc: "usr/share/x/etc", base };
    let job = job(&["jq", "other"]);
    let needs = of(&job, &view).unwrap().unwrap();
    let mut findings = findings(&needs, &job, base.is_some());
    gather(&needs, &job, base.is_some(), &mut findings);
    let mut out = finding::tests::text(&findings);
    for Library { name, place, by, versions, .. } in &needs.libraries {
        writeln!(out, "{name} {versions:?} {place:?} for {by:?}").unwrap();
    }
    for Interpreter { path, found, by, .. } in &needs.interpreters {
        writeln!(out, "{path} {found:?} for {by:?}").unwrap();
    }
    if let Some(Glibc { version, by }) = needs.glibc {
        writeln!(out, "glibc {version} for {by}").unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn a_library_that_nobody_brings_is_missed_with_its_package() {
    let jq = Program {
        interpreter: "/lib64/ld-linux-x86-64.so.2".into(),
        requires: vec![("libc.so.6".into(), vec!["GLIBC_2.38".into(), "GLIBC_2.4".into()])],
        ..needing(&["libjq.so.1", "libc.so.6"])
    };
    check(
        vec![(0, program("usr/bin/jq", &jq))],
        None,
        &expect![[r#"
        Warning library-missing ["jq"]: `/usr/bin/jq` needs `libjq.so.1`, which the extension does not carry
          help: add `libjq1` and `libonig5` under `dependencies.sysext`, or make sure that the host has it
        libc.so.6 {"GLIBC_2.38", "GLIBC_2.4"} OfHosts for [/usr/bin/jq]
        libjq.so.1 {} Missing for [/usr/bin/jq]
        /lib64/ld-linux-x86-64.so.2 None for [/usr/bin/jq]
        glibc 2.38 for /usr/bin/jq
    "#]],
    );
}

#[test]
fn all_libraries_that_are_missing_are_one_finding() {
    check(
        vec![
            (0, program("usr/bin/jq", &needing(&["libjq.so.1", "libz.so.1"]))),
            (1, program("usr/lib/x86_64-linux-gnu/libx.so.1", &library("libx.so.1", &["libz.so.1"]))),
            (1, program("usr/bin/other", &needing(&["libunheard.so.7"]))),
        ],
        None,
        &expect![[r#"
            Warning library-missing ["jq", "other"]: programs need libraries which the extension does not carry: `libjq.so.1` (for `/usr/bin/jq`), `libunheard.so.7` (for `/usr/bin/other`) and `libz.so.1` (for `/usr/bin/jq` (and 1 more))
              help: add `libjq1`, `libonig5`, `zlib1g` and what has `libunheard.so.7` under `dependencies.sysext`, or make sure that the host has them
            libjq.so.1 {} Missing for [/usr/bin/jq]
            libunheard.so.7 {} Missing for [/usr/bin/other]
            libz.so.1 {} Missing for [/usr/bin/jq, /usr/lib/x86_64-linux-gnu/libx.so.1]
        "#]],
    );
}

#[test]
fn what_the_image_carries_is_found_where_the_loader_looks() {
    check(
        vec![
            (0, program("usr/bin/jq", &needing(&["libjq.so.1"]))),
            (
                0,
                program("usr/lib/x86_64-linux-gnu/libjq.so.1.0.4", &library("libjq.so.1", &["libonig.so.5"])),
            ),
            (0, link("usr/lib/x86_64-linux-gnu/libjq.so.1", "libjq.so.1.0.4")),
            (0, program("usr/lib64/libonig.so.5", &library("libonig.so.5", &[]))),
            (
                1,
                program(
                    "usr/lib/app/bin/app",
                    &Program { runpath: "$ORIGIN/../lib".into(), ..needing(&["libapp.so"]) },
                ),
            ),
            (1, program("usr/lib/app/lib/libapp.so", &library("libapp.so", &["libnear.so"]))),
            (1, program("usr/lib/app/lib/deep/libnear.so", &library("libnear.so", &[]))),
            (1, program("usr/lib/y/libconf.so.1", &library("libconf.so.1", &[]))),
            (1, program("usr/bin/conf", &needing(&["libconf.so.1"]))),
            (1, file("usr/share/x/etc/ld.so.conf.d/y.conf", "# ours\n/usr/lib/y\ninclude z\n")),
        ],
        None,
        &expect![[r#"
            libapp.so {} At(Ours(/usr/lib/app/lib/libapp.so)) for [/usr/lib/app/bin/app]
            libconf.so.1 {} At(Ours(/usr/lib/y/libconf.so.1)) for [/usr/bin/conf]
            libjq.so.1 {} At(Ours(/usr/lib/x86_64-linux-gnu/libjq.so.1.0.4)) for [/usr/bin/jq]
            libnear.so {} At(Ours(/usr/lib/app/lib/deep/libnear.so)) for [/usr/lib/app/lib/libapp.so]
            libonig.so.5 {} At(Ours(/usr/lib64/libonig.so.5)) for [/usr/lib/x86_64-linux-gnu/libjq.so.1.0.4]
        "#]],
    );
}

#[test]
fn a_library_where_the_loader_does_not_look_is_said() {
    check(
        vec![
            (0, program("usr/bin/jq", &needing(&["libblas.so.3"]))),
            (1, program("usr/lib/x86_64-linux-gnu/blas/libblas.so.3", &library("libblas.so.3", &[]))),
        ],
        None,
        &expect![[r#"
            Warning library-path ["jq"]: `/usr/bin/jq` needs `libblas.so.3`, which is in the extension as `/usr/lib/x86_64-linux-gnu/blas/libblas.so.3`, where the loader does not look
              help: its package makes it known by a link or by `ldconfig`, which has to be done on the host
            libblas.so.3 {} Elsewhere(Ours(/usr/lib/x86_64-linux-gnu/blas/libblas.so.3)) for [/usr/bin/jq]
        "#]],
    );
}

#[test]
fn a_library_of_another_machine_is_none() {
    let small = Machine { number: 3, is_64: false, is_little: true };
    let arm = Machine { number: 183, is_64: true, is_little: true };
    check(
        vec![
            (0, program("usr/bin/jq", &needing(&["libjq.so.1"]))),
            (0, program("usr/lib/libjq.so.1", &Program { machine: small, ..library("libjq.so.1", &[]) })),
            (1, program("usr/bin/arm", &Program { machine: arm, ..needing(&["libarm.so.1"]) })),
            (1, program("usr/share/qemu/rom", &Program { machine: arm, ..needing(&["libarm.so.1"]) })),
        ],
        None,
        &expect![[r#"
            Error elf-architecture ["other"]: `/usr/bin/arm` of `other` cannot run on the hosts of this image: they are for `arm64`
            Warning library-missing ["jq", "other"]: programs need libraries which the extension does not carry: `libarm.so.1` (for `/usr/share/qemu/rom`) and `libjq.so.1` (for `/usr/bin/jq`)
              help: add `libjq1`, `libonig5` and what has `libarm.so.1` under `dependencies.sysext`, or make sure that the host has them
            libarm.so.1 {} Missing for [/usr/share/qemu/rom]
            libjq.so.1 {} Missing for [/usr/bin/jq]
        "#]],
    );
}

#[test]
fn a_version_that_the_carried_library_lacks_is_said() {
    let old = Program { defines: vec!["JQ_1".into()], ..library("libjq.so.1", &[]) };
    let jq = Program {
        requires: vec![("libjq.so.1".into(), vec!["JQ_1".into(), "JQ_2".into()])],
        ..needing(&["libjq.so.1"])
    };
    check(
        vec![(0, program("usr/bin/jq", &jq)), (1, program("usr/lib/libjq.so.1", &old))],
        None,
        &expect![[r#"
            Warning library-version ["jq"]: `/usr/bin/jq` needs `JQ_2` of `libjq.so.1`, which `/usr/lib/libjq.so.1` does not have
            libjq.so.1 {"JQ_1", "JQ_2"} At(Ours(/usr/lib/libjq.so.1)) for [/usr/bin/jq]
        "#]],
    );
}

#[test]
fn what_is_loaded_later_is_missed_only_if_it_is_required() {
    let notes = r#"[{"feature":"a","priority":"required","soname":["liba.so.1","libz.so.1"]},
        {"feature":"b","priority":"suggested","soname":["libb.so.1"]},{"soname":["libc.so.6"]}]"#;
    let jq = Program { dlopen: notes.into(), ..needing(&[]) };
    check(
        vec![(0, program("usr/bin/jq", &jq))],
        None,
        &expect![[r#"
            Warning library-missing ["jq"]: `/usr/bin/jq` needs `liba.so.1`, which the extension does not carry
              help: add the package that has it under `dependencies.sysext`, or make sure that the host has it
            liba.so.1 {} Missing for [/usr/bin/jq]
        "#]],
    );
    check(
        vec![(0, program("usr/bin/jq", &jq)), (1, program("usr/lib/libz.so.1", &library("libz.so.1", &[])))],
        None,
        &expect![[r#"
            libz.so.1 {} At(Ours(/usr/lib/libz.so.1)) for [/usr/bin/jq]
        "#]],
    );
}

#[test]
fn scripts_need_what_runs_them() {
    check(
        vec![
            (0, script("usr/bin/a", "#!/bin/sh\n")),
            (0, script("usr/bin/b", "#!/usr/bin/env python3\n")),
            (0, script("usr/bin/c", "#!/usr/bin/perl\n")),
            (0, file("usr/bin/d", "#!/usr/bin/ruby\n")),
            (0, script("usr/share/doc/e", "#!/usr/bin/ruby\n")),
            (1, program("usr/bin/perl", &needing(&[]))),
        ],
        None,
        &expect![[r#"
            Warning interpreter-missing ["jq"]: `/usr/bin/b` is run by `python3`, which the extension does not carry
              help: add `python3` under `dependencies.sysext`, or make sure that the host has it
            /bin/sh None for [/usr/bin/a]
            /usr/bin/perl Some(Ours(/usr/bin/perl)) for [/usr/bin/c]
            python3 None for [/usr/bin/b]
        "#]],
    );
}

#[test]
fn a_base_decides_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, content: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    let libc = Program { defines: vec!["GLIBC_2.36".into()], ..library("libc.so.6", &[]) };
    put("lib/x86_64-linux-gnu/libc.so.6", &libc.build());
    put("usr/lib/x86_64-linux-gnu/libonig.so.5", &library("libonig.so.5", &[]).build());
    put("usr/bin/dash", b"");
    std::os::unix::fs::symlink("dash", folder.path().join("usr/bin/sh")).unwrap();
    let base = Base::open_root(folder.path()).unwrap();
    let jq = Program {
        requires: vec![("libc.so.6".into(), vec!["GLIBC_2.36".into(), "GLIBC_2.38".into()])],
        ..needing(&["libjq.so.1", "libonig.so.5", "libc.so.6"])
    };
    check(
        vec![
            (0, program("usr/bin/jq", &jq)),
            (0, script("usr/bin/a", "#!/bin/sh\n")),
            (1, script("usr/bin/b", "#!/bin/bash\n")),
        ],
        Some(&base),
        &expect![[r#"
            Warning library-version ["jq"]: `/usr/bin/jq` needs `GLIBC_2.38` of `libc.so.6`, which `/usr/lib/x86_64-linux-gnu/libc.so.6` does not have
            Warning library-missing ["jq"]: `/usr/bin/jq` needs `libjq.so.1`, which neither the extension nor the base has
              help: add `libjq1` and `libonig5` under `dependencies.sysext`, or make sure that the host has it
            Warning interpreter-missing ["other"]: `/usr/bin/b` is run by `/bin/bash`, which neither the extension nor the base has
              help: add the package that has it under `dependencies.sysext`, or make sure that the host has it
            libc.so.6 {"GLIBC_2.36", "GLIBC_2.38"} At(Base(/usr/lib/x86_64-linux-gnu/libc.so.6)) for [/usr/bin/jq]
            libjq.so.1 {} Missing for [/usr/bin/jq]
            libonig.so.5 {} At(Base(/usr/lib/x86_64-linux-gnu/libonig.so.5)) for [/usr/bin/jq]
            /bin/bash None for [/usr/bin/b]
            /bin/sh Some(Base(/usr/bin/dash)) for [/usr/bin/a]
            glibc 2.38 for /usr/bin/jq
        "#]],
    );
}

#[test]
fn what_a_spec_allows_of_the_libraries_leaves_the_others() {
    let tree = tree::tests::tree(vec![(
        0,
        program("usr/bin/jq", &needing(&["libjq.so.1", "libz.so.1", "liby.so"])),
    )]);
    let store = Store::default();
    let view = View { tree: &tree, store: &store, etc: "usr/share/x/etc", base: None };
    let job = job(&["jq"]);
    let needs = of(&job, &view).unwrap().unwrap();
    let mut findings = findings(&needs, &job, false);
    let allow = Allow {
        rule: Rule::LibraryMissing,
        package: None,
        path: Some("libz.so.*".into()),
        reason: "every host has zlib".into(),
    };
    assert_eq!(Allow::take(&[allow], &mut findings).len(), 1);
    gather(&needs, &job, false, &mut findings);
    expect![[r#"
        Warning library-missing ["jq"]: programs need libraries which the extension does not carry: `libjq.so.1` (for `/usr/bin/jq`) and `liby.so` (for `/usr/bin/jq`)
          help: add `libjq1`, `libonig5` and what has `liby.so` under `dependencies.sysext`, or make sure that the host has them
    "#]].assert_eq(&finding::tests::text(&findings));
}
