//! Bytes as BuildKit's engine writes them.
//!
//! The engine re-encodes every operation and names the vertex by the digest of its own bytes
//! (`recomputeDigests` in `solver/llbsolver/vertex.go`, since 0.17.2). Go's encoder differs from prost's in two
//! ways: members of a `oneof` come after the plain fields, and a map entry always has both its halves, even empty
//! ones. Where our bytes differ from the engine's, source locations are lost, as they are keyed by digest.

use buildkit_proto::pb::{self, op::Op};
use prost::Message;

/// An operation: `inputs`, `platform`, `constraints`, then the `oneof`.
pub(crate) fn op(mut op: pb::Op) -> Vec<u8> {
    let kind = op.op.take();
    let mut bytes = op.encode_to_vec();
    match kind {
        None => {}
        Some(Op::Exec(exec)) => message(&mut bytes, 2, &exec.encode_to_vec()),
        Some(Op::Source(source)) => message(&mut bytes, 3, &source_op(source)),
        Some(Op::File(file)) => message(&mut bytes, 4, &file.encode_to_vec()),
        Some(Op::Build(build)) => message(&mut bytes, 5, &build_op(build)),
        Some(Op::Merge(merge)) => message(&mut bytes, 6, &merge.encode_to_vec()),
        Some(Op::Diff(diff)) => message(&mut bytes, 7, &diff.encode_to_vec()),
        Some(Op::Passthrough(passthrough)) => message(&mut bytes, 8, &passthrough.encode_to_vec()),
    }
    bytes
}

/// A definition, whose operations are bytes already.
pub(crate) fn definition(definition: &pb::Definition) -> Vec<u8> {
    let pb::Definition { def, metadata, source } = definition;
    let mut bytes = Vec::new();
    for op in def {
        message(&mut bytes, 1, op);
    }
    for (digest, metadata) in metadata {
        entry(&mut bytes, 2, digest, |entry| message(entry, 2, &op_metadata(metadata)));
    }
    if let Some(source) = source {
        message(&mut bytes, 3, &source_map(source));
    }
    bytes
}

fn source_op(source: pb::SourceOp) -> Vec<u8> {
    let pb::SourceOp { identifier, attrs } = source;
    let mut bytes = Vec::new();
    text(&mut bytes, 1, &identifier);
    strings(&mut bytes, 2, &attrs);
    bytes
}

fn build_op(build: pb::BuildOp) -> Vec<u8> {
    let pb::BuildOp { builder, inputs, def, attrs } = build;
    let mut bytes = pb::BuildOp { builder, ..pb::BuildOp::default() }.encode_to_vec();
    for (name, input) in &inputs {
        entry(&mut bytes, 2, name, |entry| message(entry, 2, &input.encode_to_vec()));
    }
    if let Some(def) = &def {
        message(&mut bytes, 3, &definition(def));
    }
    strings(&mut bytes, 4, &attrs);
    bytes
}

fn op_metadata(metadata: &pb::OpMetadata) -> Vec<u8> {
    let pb::OpMetadata { ignore_cache, description, export_cache, caps, progress_group, linux_resources } =
        metadata;
    let part = pb::OpMetadata { ignore_cache: *ignore_cache, ..pb::OpMetadata::default() };
    let mut bytes = part.encode_to_vec();
    strings(&mut bytes, 2, description);
    if let Some(export_cache) = export_cache {
        message(&mut bytes, 4, &export_cache.encode_to_vec());
    }
    for (id, &needed) in caps {
        entry(&mut bytes, 5, id, |entry| entry.extend([2 << 3, u8::from(needed)]));
    }
    if let Some(progress_group) = progress_group {
        message(&mut bytes, 6, &progress_group.encode_to_vec());
    }
    if let Some(linux_resources) = linux_resources {
        message(&mut bytes, 7, &linux_resources.encode_to_vec());
    }
    bytes
}

fn source_map(source: &pb::Source) -> Vec<u8> {
    let pb::Source { locations, infos } = source;
    let mut bytes = Vec::new();
    for (digest, locations) in locations {
        entry(&mut bytes, 1, digest, |entry| message(entry, 2, &locations.encode_to_vec()));
    }
    for info in infos {
        message(&mut bytes, 2, &source_info(info));
    }
    bytes
}

/// A file that locations point at.
pub(crate) fn source_info(info: &pb::SourceInfo) -> Vec<u8> {
    let pb::SourceInfo { filename, data, definition, language } = info;
    let mut bytes = Vec::with_capacity(data.len());
    text(&mut bytes, 1, filename);
    if !data.is_empty() {
        message(&mut bytes, 2, data);
    }
    if let Some(definition) = definition {
        message(&mut bytes, 3, &self::definition(definition));
    }
    text(&mut bytes, 4, language);
    bytes
}

fn strings<'a>(bytes: &mut Vec<u8>, field: u8, map: impl IntoIterator<Item = (&'a String, &'a String)>) {
    for (key, value) in map {
        entry(bytes, field, key, |entry| message(entry, 2, value.as_bytes()));
    }
}

/// A map entry: the key is field 1, `value` writes field 2.
fn entry(bytes: &mut Vec<u8>, field: u8, key: &str, value: impl FnOnce(&mut Vec<u8>)) {
    let mut entry = Vec::with_capacity(key.len() + 16);
    message(&mut entry, 1, key.as_bytes());
    value(&mut entry);
    message(bytes, field, &entry);
}

/// A singular string field, absent when empty.
fn text(bytes: &mut Vec<u8>, field: u8, text: &str) {
    if !text.is_empty() {
        message(bytes, field, text.as_bytes());
    }
}

/// A length-delimited field with a number under 16, present even when empty.
fn message(bytes: &mut Vec<u8>, field: u8, content: &[u8]) {
    bytes.push(field << 3 | LENGTH_DELIMITED);
    prost::encode_length_delimiter(content.len(), bytes).expect("a vector grows as needed");
    bytes.extend_from_slice(content);
}

/// Wire type of strings, bytes and messages.
const LENGTH_DELIMITED: u8 = 2;
