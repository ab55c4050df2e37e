//! What an image must hold, worked out from the packages with `dpkg-deb` and `tar`, and with nothing of ours.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::engine::docker::{Engine, run, text};
use crate::engine::listing::{Content, Entry, Listing};

/// The listing of an image of the packages of a lock, but for what Annex adds itself.
pub(crate) fn expected(engine: &Engine, name: &str, lock: &Value) -> Listing {
    let packages = fetch(engine, lock);
    let mut listing = Listing::default();
    for package in std::fs::read_dir(packages.path()).unwrap() {
        let unpacked = tempfile::tempdir().unwrap();
        unpack(&package.unwrap().path(), unpacked.path());
        carry(name, unpacked.path(), &mut listing);
    }
    listing
}

/// Adds what the packages of a tree are in an image.
pub(crate) fn carry(name: &str, tree: &Path, listing: &mut Listing) {
    for (path, entry) in Listing::of(tree).0 {
        if let Some(path) = placed(name, &path) {
            add(&mut listing.0, path, carried(entry));
        }
    }
}

/// The packages of a lock, fetched by the engine's own Dockerfile frontend.
fn fetch(engine: &Engine, lock: &Value) -> tempfile::TempDir {
    let context = tempfile::tempdir().unwrap();
    let mut dockerfile = String::from("FROM scratch\n");
    for package in lock["packages"].as_array().unwrap() {
        let word = |key: &str| package[key].as_str().unwrap().to_owned();
        let line =
            ["ADD --checksum=sha256:", &word("sha256"), " ", &word("url"), " /", &word("name"), ".deb\n"];
        dockerfile.push_str(&line.concat());
    }
    std::fs::write(context.path().join("Dockerfile"), dockerfile).unwrap();
    let packages = tempfile::tempdir().unwrap();
    let mut docker = engine.docker();
    docker.arg("build").arg(format!("--output={}", packages.path().display())).arg(context.path());
    let output = run(&mut docker);
    assert!(output.status.success(), "{}", text(&output.stderr));
    packages
}

fn unpack(package: &Path, to: &Path) {
    let mut tar = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(package)
        .stdout(Stdio::piped())
        .spawn()
        .expect("dpkg-deb comes with Debian and Ubuntu");
    let mut extract = Command::new("tar");
    extract.args(["--extract", "--numeric-owner", "--same-owner", "--same-permissions", "--directory"]);
    let output = run(extract.arg(to).stdin(tar.stdout.take().unwrap()));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(tar.wait().unwrap().success());
}

/// Where a path of a package is in the image, as `docs/image.md` says; `None` when it is left out.
fn placed(name: &str, path: &str) -> Option<String> {
    let (top, rest) = path.split_once('/').unwrap_or((path, ""));
    match top {
        "usr" | "opt" => Some(path.into()),
        "bin" | "sbin" | "lib" | "lib64" => Some(format!("usr/{path}")),
        "etc" if rest == "systemd" => None,
        "etc" if rest.starts_with("systemd/") => Some(format!("usr/lib/{rest}")),
        "etc" => Some(format!("usr/share/{name}/{path}")),
        _ => None,
    }
}

/// An entry as it is in the image: root's, and setuid or setgid only where it was root's before.
fn carried(mut entry: Entry) -> Entry {
    if entry.uid != 0 {
        entry.mode &= !0o4000;
    }
    if entry.gid != 0 {
        entry.mode &= !0o2000;
    }
    Entry { uid: 0, gid: 0, ..entry }
}

fn add(listing: &mut BTreeMap<String, Entry>, path: String, entry: Entry) {
    // Directories that no package has, above what was moved.
    for (slash, _) in path.match_indices('/') {
        let parent = Entry { mode: 0o755, uid: 0, gid: 0, content: Content::Directory };
        listing.entry(path[..slash].into()).or_insert(parent);
    }
    if let Some(known) = listing.get(&path) {
        assert_eq!(*known, entry, "{path} differs between packages");
    }
    listing.insert(path, entry);
}
