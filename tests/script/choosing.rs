//! The script `apt-pin.sh`, which chooses versions within bounds, and how `apt-install.sh` uses it. Versions are compared
//! by the real dpkg.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use annex::script::{APT_INSTALL, APT_PIN};
use expect_test::{Expect, expect};

/// What repositories have: names, versions, and what they need; the last version of a name is what apt would choose.
const REPOSITORY: &[(&str, &str, &str)] = &[
    ("libx", "1.9", ""),
    ("libx", "1.10", ""),
    ("libx", "2.0~rc1", ""),
    ("libx-dev", "1.9", "libx (= 1.9), libc6 (>= 2.36), a (= 1) | b"),
    ("libx-dev", "1.10", "dpkg, libx (= 1.10)"),
    ("libx-dev", "2.0~rc1", "libx (= 2.0~rc1)"),
    ("tool", "1:1.0", ""),
    ("tool", "3*", ""),
];

/// Runs a script with these bounds: what it prints, pins and says, how it ends, and what apt is told.
fn run(bounds: &str, script: &str, words: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let [bin, temporary, answers] = ["bin", "tmp", "answers"].map(|name| directory.path().join(name));
    for folder in [&bin, &temporary, &answers] {
        fs::create_dir(folder).unwrap();
    }
    let stubs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/stub");
    for (tool, stub) in [("apt-cache", "answer"), ("dpkg-query", "answer"), ("apt-get", "record")] {
        symlink(stubs.join(stub), bin.join(tool)).unwrap();
    }
    for (name, version, needs) in REPOSITORY {
        let listed = answers.join(format!("apt-cache madison {name}"));
        let mut lines = fs::read_to_string(&listed).unwrap_or_default();
        for kind in ["Packages", "Packages", "Sources"] {
            let version = if kind == "Sources" { "9999" } else { version };
            let place = "http://example.org/debian x/main amd64";
            writeln!(lines, "{name:>10} | {version:>10} | {place} {kind}").unwrap();
        }
        fs::write(listed, lines).unwrap();
        let record =
            format!("Package: {name}\nVersion: {version}\nPre-Depends: pre (= 7)\nDepends: {needs}\n");
        fs::write(answers.join(format!("apt-cache show {name}={version}")), record).unwrap();
        let policy = format!("{name}:\n  Installed: (none)\n  Candidate: {version}\n  Version table:\n");
        fs::write(answers.join(format!("apt-cache policy {name}")), policy).unwrap();
    }
    fs::write(answers.join("apt-cache policy virtual"), "virtual:\n  Candidate: (none)\n").unwrap();
    fs::write(answers.join("dpkg-query -W tool"), "installed 2:0\n").unwrap();
    fs::write(answers.join("dpkg-query -W libx"), "config-files 9\n").unwrap();
    for script in [APT_INSTALL, APT_PIN] {
        fs::write(bin.join(script.name), script.text).unwrap();
    }
    let [bounds_file, pins, record] = ["bounds", "pins", "calls"].map(|name| directory.path().join(name));
    fs::write(&bounds_file, bounds).unwrap();
    fs::write(&pins, "").unwrap();
    let mut command = Command::new("/bin/sh");
    command.arg(bin.join(script));
    if script == APT_PIN.name {
        command.args([&bounds_file, &pins]);
    }
    let output = command
        .args(words)
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
        .envs([("RECORD", &record), ("TMPDIR", &temporary), ("ANSWERS", &answers), ("BOUNDS", &bounds_file)])
        .output()
        .unwrap();
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0, "nothing is left behind");
    let calls = fs::read_to_string(&record).unwrap_or_default();
    let calls: String = calls
        .lines()
        .filter(|line| line.starts_with("apt-get") || line.contains("Preferences"))
        .map(|line| {
            let mut words = line.split(' ');
            let hidden = |word: &str| {
                let hide = word.contains(&*directory.path().to_string_lossy());
                if hide { String::from("FILE") } else { word.to_owned() }
            };
            words.by_ref().map(hidden).collect::<Vec<_>>().join(" ") + "\n"
        })
        .collect();
    [
        String::from_utf8(output.stdout).unwrap(),
        fs::read_to_string(&pins).unwrap().replace("\nPin", ", Pin").replace("\n\n", "\n"),
        calls,
        String::from_utf8(output.stderr).unwrap(),
        format!("exit {}\n", output.status.code().unwrap()),
    ]
    .concat()
}

fn choose(bounds: &str, names: &str, expected: &Expect) {
    expected.assert_eq(&run(bounds, APT_PIN.name, &[names]));
}

#[test]
fn the_newest_version_that_fits_is_pinned_with_what_needs_to_be_of_the_same() {
    choose(
        "libx-dev << 2.0~\nlibx-dev >= 1.5\n",
        "named",
        &expect![[r#"
        libx-dev=1.10
        Package: libx-dev, Pin: version 1.10, Pin-Priority: 1001
        Package: pre, Pin: version 7, Pin-Priority: 1001
        Package: libx, Pin: version 1.10, Pin-Priority: 1001
        exit 0
    "#]],
    );
    choose(
        "libx = 1.9\n",
        "named",
        &expect![[r#"
        libx=1.9
        Package: libx, Pin: version 1.9, Pin-Priority: 1001
        Package: pre, Pin: version 7, Pin-Priority: 1001
        exit 0
    "#]],
    );
}

#[test]
fn what_apt_would_choose_is_left_to_it_where_it_fits() {
    choose(
        "libx >= 1\n",
        "named",
        &expect![[r#"
        libx=2.0~rc1
        exit 0
    "#]],
    );
}

#[test]
fn what_is_installed_counts_and_what_is_no_version_does_not() {
    choose(
        "tool >= 0\n",
        "named",
        &expect![[r#"
        tool=2:0
        Package: tool, Pin: version 2:0, Pin-Priority: 1001
        exit 0
    "#]],
    );
    choose(
        "tool << 2\n",
        "named",
        &expect![[r#"
            no version of tool fits << 2; there are: 1:1.0 2:0
            exit 1
        "#]],
    );
}

#[test]
fn where_no_version_fits_the_bounds_and_the_versions_are_told() {
    choose(
        "libx >> 1.9\nlibx << 1.10\nlibx-dev = 1.9\n",
        "named",
        &expect![[r#"
            no version of libx fits >> 1.9, << 1.10; there are: 1.10 1.9 2.0~rc1
            exit 1
        "#]],
    );
    choose(
        "libx-dev = 1.9-1\n",
        "provided",
        &expect![[r#"
            no version of libx-dev fits = 1.9-1; there are: 1.10 1.9 2.0~rc1
            exit 1
        "#]],
    );
}

#[test]
fn a_name_that_no_package_has_is_left_to_apt_where_apt_looks_at_its_version() {
    choose(
        "libx = 1.9\nvirtual >= 1\n",
        "provided",
        &expect![[r#"
        libx=1.9
        Package: libx, Pin: version 1.9, Pin-Priority: 1001
        Package: pre, Pin: version 7, Pin-Priority: 1001
        exit 0
    "#]],
    );
    choose(
        "virtual >= 1\n",
        "named",
        &expect![[r#"
            no version of virtual fits >= 1; there are: none
            exit 1
        "#]],
    );
}

#[test]
fn apt_is_told_of_the_pins_and_of_the_versions_by_word() {
    let bounds = "libx-dev = 1.9\ntool >= 1\n";
    expect![[r#"
        apt-get [-c] FILE [update]
        apt-get [-c] FILE [install] [--yes] [--no-install-recommends] [--allow-downgrades] [--] [/package.deb] [jq] [libx-dev=1.9] [tool=2:0]
            Dir::Etc::Preferences FILE
        exit 0
    "#]].assert_eq(&run(bounds, APT_INSTALL.name, &["/package.deb", "jq"]));
    expect![[r#"
        apt-get [-c] FILE [update]
        apt-get [-c] FILE [build-dep] [--yes] [--no-install-recommends] [--allow-downgrades] [./]
            Dir::Etc::Preferences FILE
        exit 0
    "#]]
    .assert_eq(&run(bounds, APT_INSTALL.name, &["/"]));
}

#[test]
fn nothing_is_installed_where_no_version_fits() {
    expect![[r#"
        apt-get [-c] FILE [update]
        no version of libx fits = 3; there are: 1.10 1.9 2.0~rc1
        exit 1
    "#]]
    .assert_eq(&run("libx = 3\n", APT_INSTALL.name, &["/"]));
}

#[test]
fn a_wrong_number_of_words_is_told() {
    expect![[r#"
        usage: apt-pin.sh BOUNDS PREFERENCES named|provided
        exit 64
    "#]]
    .assert_eq(&run("", APT_PIN.name, &[]));
}
