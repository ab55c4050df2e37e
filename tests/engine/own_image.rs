//! The frontend's own image, as the engine's store has it.

use std::collections::BTreeMap;
use std::io::Read as _;

use oci_spec::image::{Arch, ImageConfiguration, ImageIndex, ImageManifest, Os};

use crate::engine::docker::{Engine, run, text};

/// `docker save` writes an OCI image layout since Docker 25.
pub(crate) fn it_is_one_static_program_with_the_labels_that_buildkit_reads(engine: &Engine) {
    let files = layout(engine);
    let index = ImageIndex::from_reader(&files["index.json"][..]).unwrap();
    let mut descriptor = index.manifests()[0].clone();
    if descriptor.media_type() == &oci_spec::image::MediaType::ImageIndex {
        let index = ImageIndex::from_reader(&files[&blob(descriptor.digest().as_ref())][..]).unwrap();
        descriptor = index.manifests()[0].clone();
    }
    let manifest = ImageManifest::from_reader(&files[&blob(descriptor.digest().as_ref())][..]).unwrap();
    let config = &files[&blob(manifest.config().digest().as_ref())];
    let config = ImageConfiguration::from_reader(&config[..]).unwrap();

    assert_eq!((config.os(), manifest.layers().len()), (&Os::Linux, 1));
    assert!(matches!(config.architecture(), Arch::Amd64 | Arch::ARM64));
    let run = config.config().as_ref().unwrap();
    assert_eq!(run.entrypoint().as_deref(), Some(&["/annex".to_owned()][..]));
    let labels = run.labels().as_ref().unwrap();
    assert_eq!(labels["moby.buildkit.frontend.network.none"], "true");
    let mut capabilities: Vec<&str> = labels["moby.buildkit.frontend.caps"].split(',').collect();
    capabilities.sort_unstable();
    assert_eq!(capabilities, annex::request::CAPABILITIES);

    let layer = &files[&blob(manifest.layers()[0].digest().as_ref())];
    let mut unpacked = Vec::new();
    if layer.starts_with(&[0x1f, 0x8b]) {
        flate2::read::GzDecoder::new(&layer[..]).read_to_end(&mut unpacked).unwrap();
    } else {
        unpacked.clone_from(layer);
    }
    let mut layer = tar::Archive::new(&unpacked[..]);
    let mut programs = Vec::new();
    for entry in layer.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().display().to_string();
        let mut program = Vec::new();
        entry.read_to_end(&mut program).unwrap();
        assert!(!interpreted(&program), "{path} needs a dynamic loader, which the image does not have");
        programs.push(path);
    }
    assert_eq!(programs, ["annex"]);
}

/// Whether an ELF program of 64 bits names an interpreter (`PT_INTERP`, elf(5)).
fn interpreted(program: &[u8]) -> bool {
    let number = |at: usize, size: usize| {
        program[at..at + size].iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte))
    };
    assert_eq!(&program[..5], b"\x7fELF\x02");
    let (table, size, count) = (number(0x20, 8), number(0x36, 2), number(0x38, 2));
    (0..count).any(|header| number(table + header * size, 4) == 3)
}

/// The files of the image's layout by their paths.
fn layout(engine: &Engine) -> BTreeMap<String, Vec<u8>> {
    let saved = run(engine.docker().args(["save", "localhost/annex"]));
    assert!(saved.status.success(), "{}", text(&saved.stderr));
    let mut archive = tar::Archive::new(&saved.stdout[..]);
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        files.insert(entry.path().unwrap().display().to_string(), content);
    }
    files
}

/// Path of a blob in a layout (OCI image layout, "Blobs").
fn blob(digest: &str) -> String {
    format!("blobs/{}", digest.replace(':', "/"))
}
