//! The scripts that build packages: `build-steps.sh`, `deb-build.sh`, `deb-source.sh`,
//! `install-artifact.sh`, `install-artifacts.sh`, `rpm-build.sh`, `rpm-build-dep.sh`, `rpm-import.sh`, `rpm-needs.sh` and `rpm-sources.sh`. Those that
//! call no tool of a distribution are run for real.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use annex::script::{
    APT_INSTALL, BUILD_STEPS, DEB_BUILD, DEB_SOURCE, INSTALL_ARTIFACT, INSTALL_ARTIFACTS, RPM_BUILD,
    RPM_BUILD_DEP, RPM_IMPORT, RPM_NEEDS, RPM_SOURCES, Script,
};
use expect_test::{Expect, expect};
use tempfile::TempDir;

use crate::check;

/// Runs a script where `tools` are stubs: the calls that they got, and how it ends.
fn stubbed(script: Script, tools: &[&str], words: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let stub = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/stub/record");
    for tool in tools {
        symlink(&stub, directory.path().join(tool)).unwrap();
    }
    let record = directory.path().join("calls");
    let file = directory.path().join(script.name);
    fs::write(&file, script.text).unwrap();
    let output = Command::new("/bin/sh")
        .arg(&file)
        .args(words)
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", directory.path().display()))
        .env("RECORD", &record)
        .output()
        .unwrap();
    let calls = fs::read_to_string(&record).unwrap_or_default();
    let mut shown = String::new();
    for line in calls.lines() {
        // Names that `mktemp` made up.
        let mut parts = line.split("/tmp/tmp.");
        shown += parts.next().unwrap_or_default();
        for part in parts {
            shown += "$TMP";
            shown += part.get(10..).unwrap_or_default();
        }
        shown.push('\n');
    }
    format!("{shown}exit {}\n{}", output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn what_a_build_needs_is_installed_as_one_package_needs_it() {
    for manager in ["dnf", "tdnf"] {
        let said = stubbed(RPM_BUILD_DEP, &["rpmbuild", manager], &[manager, "9", "/needs.spec"]);
        match manager {
            "dnf" => expect![[r#"
                rpmbuild [--quiet] [--define] [_topdir $TMP] [--define] [_rpmdir $TMP] [-bb] [/needs.spec]
                    DEBIAN_FRONTEND= LC_ALL=C.UTF-8
                dnf [install] [--assumeyes] [--releasever=9] [--setopt=keepcache=1] [--setopt=tsflags=nodocs] [--setopt=install_weak_deps=False] [$TMP/*/*.rpm]
                    DEBIAN_FRONTEND= LC_ALL=C.UTF-8
                exit 0
            "#]].assert_eq(&said),
            _ => expect![[r#"
                rpmbuild [--quiet] [--define] [_topdir $TMP] [--define] [_rpmdir $TMP] [-bb] [/needs.spec]
                    DEBIAN_FRONTEND= LC_ALL=C.UTF-8
                tdnf [install] [--assumeyes] [--releasever=9] [--setopt=keepcache=1] [--setopt=tsflags=nodocs] [$TMP/*/*.rpm]
                    DEBIAN_FRONTEND= LC_ALL=C.UTF-8
                exit 0
            "#]].assert_eq(&said),
        }
    }
}

#[test]
fn a_package_that_needs_others_is_made_where_rpmbuild_is() {
    expect![[r#"
        rpmbuild [--quiet] [--define] [_topdir $TMP] [--define] [_rpmdir /out] [--define] [_rpmfilename needs.rpm] [-bb] [/needs.spec]
            DEBIAN_FRONTEND= LC_ALL=C.UTF-8
        exit 0
    "#]].assert_eq(&stubbed(RPM_NEEDS, &["rpmbuild"], &["/needs.spec", "/out"]));
}

#[test]
fn archives_of_equal_trees_are_equal() {
    let (one, two) = (directory(&[("a/b", "1"), ("c", "2")]), directory(&[("c", "2"), ("a/b", "1")]));
    let archive = |tree: &TempDir| {
        let out = tempfile::tempdir().unwrap();
        let (tree, path) = (tree.path().to_str().unwrap(), out.path().to_str().unwrap());
        let said = run(RPM_SOURCES, Path::new("/"), &["x.tar.gz", "x-1", "1000000000", tree, path]);
        assert_eq!(said, "exit 0\n");
        fs::read(out.path().join("x.tar.gz")).unwrap()
    };
    assert_eq!(archive(&one), archive(&two));
}

#[test]
fn a_debian_source_package_has_the_tree_as_its_original_and_what_describes_it() {
    let (tree, control, out) =
        (directory(&[("hello/x", "1")]), directory(&[("control", "c")]), tempfile::tempdir().unwrap());
    let paths = [tree.path(), control.path(), out.path()].map(|path| path.to_str().unwrap());
    let said =
        stubbed(DEB_SOURCE, &["dpkg-source"], &["demo", "1.0", "1000000000", paths[0], paths[1], paths[2]]);
    expect![[r#"
        dpkg-source [--build] [demo-1.0]
            DEBIAN_FRONTEND= LC_ALL=C.UTF-8
        exit 0
    "#]]
    .assert_eq(&said);
    let listed =
        Command::new("tar").args(["-tzf"]).arg(out.path().join("demo_1.0.orig.tar.gz")).output().unwrap();
    expect![[r#"
        demo-1.0/
        demo-1.0/hello/
        demo-1.0/hello/x
    "#]]
    .assert_eq(&String::from_utf8(listed.stdout).unwrap());
}

/// A directory with files.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

/// Runs a script in a directory: what it says, and how it ends.
fn run(script: Script, directory: &Path, words: &[&str]) -> String {
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join(script.name);
    fs::write(&path, script.text).unwrap();
    let output = Command::new("/bin/sh")
        .arg(path)
        .args(words)
        .current_dir(directory)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    format!("{}exit {}\n", String::from_utf8_lossy(&text), output.status.code().unwrap())
}

#[test]
fn apt_install_of_a_directory_lets_apt_read_its_control_file() {
    check(
        APT_INSTALL,
        &["apt-get"],
        &["/"],
        "",
        &expect![[r#"
        apt-get [-c] [$TMPDIR] [update]
            DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
            #clear APT::Update::Post-Invoke;
            #clear APT::Update::Post-Invoke-Success;
            #clear DPkg::Post-Invoke;
            #clear Acquire::Languages;
            Acquire::Languages { "none"; };
            Acquire::Retries "3";
            APT::Keep-Downloaded-Packages "true";
            APT::Update::Error-Mode "any";
        apt-get [-c] [$TMPDIR] [build-dep] [--yes] [--no-install-recommends] [./]
            DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
            #clear APT::Update::Post-Invoke;
            #clear APT::Update::Post-Invoke-Success;
            #clear DPkg::Post-Invoke;
            #clear Acquire::Languages;
            Acquire::Languages { "none"; };
            Acquire::Retries "3";
            APT::Keep-Downloaded-Packages "true";
            APT::Update::Error-Mode "any";
        exit 0
    "#]],
    );
}

#[test]
fn a_wrong_number_of_words_is_told() {
    let scripts = [
        APT_INSTALL,
        BUILD_STEPS,
        DEB_BUILD,
        DEB_SOURCE,
        INSTALL_ARTIFACT,
        INSTALL_ARTIFACTS,
        RPM_BUILD,
        RPM_BUILD_DEP,
        RPM_IMPORT,
        RPM_NEEDS,
        RPM_SOURCES,
    ];
    for script in scripts {
        let said = run(script, Path::new("/"), &[]);
        assert!(said.starts_with(&format!("usage: {} ", script.name)), "{said}");
        assert!(said.ends_with("exit 64\n"), "{said}");
    }
}

#[test]
fn steps_see_their_variables_and_not_those_of_others() {
    let here = directory(&[
        ("env", "export A='it'\\''s $HOME'\n"),
        ("step-1.env", "export B=one\n"),
        ("step-1.sh", "echo \"$A, $B\"\ncd /\n"),
        ("step-2.env", "export A=other\n"),
        ("step-2.sh", "echo \"$A, ${B-nothing}\"\ntest \"$PWD\" != /\n"),
        ("step-3.env", ""),
        ("step-3.sh", "false\necho never\n"),
    ]);
    let said = run(BUILD_STEPS, here.path(), &["."]);
    expect![[r#"
        it's $HOME, one
        other, nothing
        step 1 of the build
        step 2 of the build
        step 3 of the build
        step 3 of the build failed with exit code 1
        exit 1
    "#]]
    .assert_eq(&said);
}

/// Paths below a directory with the modes and contents of files, and where links lead.
fn list(root: &Path) -> String {
    let mut lines = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let shown = path.strip_prefix(root).unwrap().display().to_string();
            if path.is_symlink() {
                lines.push(format!("{shown} -> {}", fs::read_link(&path).unwrap().display()));
            } else if path.is_dir() {
                open.push(path);
            } else {
                let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
                lines.push(format!("{shown} {mode:04o} {}", fs::read_to_string(&path).unwrap().trim_end()));
            }
        }
    }
    lines.sort();
    lines.join("\n") + "\n"
}

fn install(table: &str, files: &[(&str, &str)], expected: &Expect) {
    let build = directory(files);
    symlink("libdemo.so.1", build.path().join("libdemo.so")).unwrap();
    let here = directory(&[("table", table), (INSTALL_ARTIFACT.name, INSTALL_ARTIFACT.text)]);
    let root = tempfile::tempdir().unwrap();
    let root_path = root.path().to_str().unwrap();
    let words = [here.path().to_str().unwrap(), root_path, "bin=/usr/bin", "lib=/usr/lib", "state=/var/lib"];
    let said = run(INSTALL_ARTIFACTS, build.path(), &words).replace(root_path, "$ROOT");
    let read = |name: &str| {
        let text = fs::read_to_string(here.path().join(name)).unwrap();
        format!("# {name}\n{}", text.replace(root_path, "$ROOT"))
    };
    expected.assert_eq(&[list(root.path()), read("modes"), read("owners"), said].concat());
}

#[test]
fn artifacts_are_installed_as_the_table_says() {
    install(
        "file\tbin\t.\t.\t0755\t-\tcap_net_raw=ep\tout/tool one\n\
         file\tbin\tsub\tit's\t-\tdemo:root\t-\tout/other\n\
         file\tbin\t.\trun\t4750\tdemo:root\tcap_net_raw=ep\tout/other\n\
         file\tlib\t.\t.\t-\t-\t-\tlibdemo.so*\n\
         file\tlib\t.\tplugins\t-\t-\t-\tp[12].so\n\
         file\tstate\t.\tdata\t-\tdemo:demo\t-\tfolder\n\
         directory\tstate\td e\t.\t0750\tdemo:demo\t-\t-\n\
         link\t-\t/usr/bin/alias\t.\t-\t-\t-\t../lib/x y\n",
        &[
            ("out/tool one", "1"),
            ("out/other", "2"),
            ("libdemo.so.1", "3"),
            ("p1.so", "4"),
            ("p2.so", "5"),
            ("folder/a/$(id)", "6"),
        ],
        &expect![[r#"
            usr/bin/alias -> ../lib/x y
            usr/bin/run 0644 2
            usr/bin/sub/it's 0644 2
            usr/bin/tool one 0644 1
            usr/lib/libdemo.so -> libdemo.so.1
            usr/lib/libdemo.so.1 0644 3
            usr/lib/plugins/p1.so 0644 4
            usr/lib/plugins/p2.so 0644 5
            var/lib/data/a/$(id) 0644 6
            # modes
            chmod 0755 '$ROOT/usr/bin/tool one'
            chmod 4750 '$ROOT/usr/bin/run'
            chmod 0750 '$ROOT/var/lib/d e'
            # owners
            setcap 'cap_net_raw=ep' '/usr/bin/tool one'
            chown -h demo:root '/usr/bin/sub/it'\''s'
            chown -h demo:root '/usr/bin/run'
            chmod 4750 '/usr/bin/run'
            setcap 'cap_net_raw=ep' '/usr/bin/run'
            chown -h demo:demo '/var/lib/data'
            chown -h demo:demo '/var/lib/data/a'
            chown -h demo:demo '/var/lib/data/a/$(id)'
            chown -h demo:demo '/var/lib/d e'
            exit 0
        "#]],
    );
}

#[test]
fn what_the_build_did_not_make_is_told() {
    install(
        "file\tbin\t.\t.\t-\t-\t-\tno * such\n",
        &[],
        &expect![[r#"

        # modes
        # owners
        the build made no file `no * such`, which is an artifact
        exit 1
    "#]],
    );
}

#[test]
fn all_keys_of_a_directory_are_trusted() {
    let directory = tempfile::tempdir().unwrap();
    for key in ["a.asc", "b.asc"] {
        fs::write(directory.path().join(key), "").unwrap();
    }
    let path = directory.path().to_str().unwrap();
    let said = stubbed(RPM_IMPORT, &["rpm"], &[path]);
    let expected = format!(
        "rpm [--import] [{path}/a.asc] [{path}/b.asc]\n    DEBIAN_FRONTEND= LC_ALL=C.UTF-8\nexit 0\n"
    );
    assert_eq!(said.replace("$TMP", &path[..path.len()]), expected);
}
