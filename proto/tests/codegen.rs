//! The committed code is what `protos/` generates; `UPDATE_EXPECT=1` writes it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The directory of this crate.
const CRATE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_committed_code_is_what_the_protos_generate() {
    let fresh = tempfile::tempdir().unwrap();
    generate(fresh.path());
    let committed = Path::new(CRATE).join("src/generated");
    let update = std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1");
    let (expected, found) = (read(fresh.path()), read(&committed));
    let names: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    let stale: Vec<_> = names.into_iter().filter(|&name| expected.get(name) != found.get(name)).collect();
    if update {
        for name in &stale {
            match expected.get(*name) {
                Some(text) => fs::write(committed.join(name), text).unwrap(),
                None => fs::remove_file(committed.join(name)).unwrap(),
            }
        }
        return;
    }
    assert!(
        stale.is_empty(),
        "stale in src/generated: {stale:?}; run `UPDATE_EXPECT=1 cargo test -p buildkit-proto --test codegen`"
    );
}

#[test]
fn each_message_field_and_method_is_documented() {
    let mut undocumented = Vec::new();
    for (name, text) in read(&Path::new(CRATE).join("protos")) {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            let item = pair[1].ends_with('{') || pair[1].ends_with(';');
            let exempt = ["syntax ", "package ", "import "].iter().any(|word| pair[1].starts_with(word));
            if item && !exempt && !pair[0].starts_with("//") {
                undocumented.push(format!("{}: {}", name.display(), pair[1]));
            }
        }
    }
    assert_eq!(undocumented, Vec::<String>::new());
}

/// Writes the code of all of `protos/` into `out`.
fn generate(out: &Path) {
    let protos = Path::new(CRATE).join("protos");
    let files = read(&protos).into_keys();
    let descriptors = protox::compile(files.map(|name| protos.join(name)), [&protos]).unwrap();
    tonic_prost_build::configure()
        .btree_map(".")
        .build_transport(false)
        .server_mod_attribute(".", "#[cfg(feature = \"server\")]")
        .emit_rerun_if_changed(false)
        .include_file("mod.rs")
        .out_dir(out)
        .compile_fds(descriptors)
        .unwrap();
}

/// The text files of a directory by name.
fn read(directory: &Path) -> BTreeMap<PathBuf, String> {
    let entries = fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into(), fs::read_to_string(entry.path()).unwrap()))
        .collect()
}
