//! Bytes as BuildKit's engine writes them.
//!
//! The engine re-encodes every operation and names the vertex by the digest of its own bytes
//! (`recomputeDigests` in `solver/llbsolver/vertex.go`, since 0.17.2). Go's encoder differs from prost's in two
//! ways: members of a `oneof` come after the plain fields, and a map entry always has both its halves, even empty
//! ones. Where our bytes differ from the engine's, source locations are lost, as they are keyed by digest.

use std::collections::BTreeMap;

use buildkit_proto::pb::{self, op::Op};
use prost::Message;

/// An operation: `inputs`, `platform`, `constraints`, then the `oneof`.
pub(crate) fn op(mut op: pb::Op) -> Vec<u8> {
    let kind = op.op.take();
    let mut bytes = op.encode_to_vec();
    match kind {
        None => {}
        Some(Op::Exec(exec)) => message(&mut bytes, 2, &exec),
        Some(Op::Source(source)) => nested(&mut bytes, 3, |bytes| source_op(bytes, &source)),
        Some(Op::File(file)) => message(&mut bytes, 4, &file),
        Some(Op::Build(build)) => nested(&mut bytes, 5, |bytes| build_op(bytes, &build)),
        Some(Op::Merge(merge)) => message(&mut bytes, 6, &merge),
        Some(Op::Diff(diff)) => message(&mut bytes, 7, &diff),
        Some(Op::Passthrough(passthrough)) => message(&mut bytes, 8, &passthrough),
    }
    bytes
}

/// A definition, whose operations are bytes already.
fn definition(bytes: &mut Vec<u8>, definition: &pb::Definition) {
    let pb::Definition { def, metadata: said, source } = definition;
    for op in def {
        vertex(bytes, op);
    }
    for (digest, said) in said {
        metadata(bytes, digest.as_bytes(), said);
    }
    if let Some(pb::Source { locations: places, infos }) = source {
        source_map(bytes, |bytes| {
            for (digest, pb::Locations { locations: places }) in places {
                locations(bytes, digest.as_bytes(), places);
            }
            for info in infos {
                source_info(bytes, info);
            }
        });
    }
}

/// `Definition.def`.
pub(crate) fn vertex(bytes: &mut Vec<u8>, op: &[u8]) {
    delimited(bytes, 1, op);
}

/// One entry of `Definition.metadata`.
pub(crate) fn metadata(bytes: &mut Vec<u8>, digest: &[u8], metadata: &pb::OpMetadata) {
    let pb::OpMetadata { ignore_cache, description, export_cache, caps, progress_group, linux_resources } =
        metadata;
    entry(bytes, 2, digest, |bytes| {
        nested(bytes, 2, |bytes| {
            if *ignore_cache {
                bytes.extend([1 << 3, 1]);
            }
            strings(bytes, 2, description);
            if let Some(export_cache) = export_cache {
                message(bytes, 4, export_cache);
            }
            for (id, &needed) in caps {
                entry(bytes, 5, id.as_bytes(), |entry| entry.extend([2 << 3, u8::from(needed)]));
            }
            if let Some(progress_group) = progress_group {
                message(bytes, 6, progress_group);
            }
            if let Some(linux_resources) = linux_resources {
                message(bytes, 7, linux_resources);
            }
        });
    });
}

/// `Definition.Source`, filled by `content`.
pub(crate) fn source_map(bytes: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    nested(bytes, 3, content);
}

/// One entry of `Source.locations`.
pub(crate) fn locations(bytes: &mut Vec<u8>, digest: &[u8], locations: &[pb::Location]) {
    entry(bytes, 1, digest, |bytes| {
        nested(bytes, 2, |bytes| {
            for location in locations {
                message(bytes, 1, location);
            }
        });
    });
}

/// One item of `Source.infos`.
pub(crate) fn source_info(bytes: &mut Vec<u8>, info: &pb::SourceInfo) {
    let pb::SourceInfo { filename, data, definition: read_from, language } = info;
    nested(bytes, 2, |bytes| {
        present(bytes, 1, filename.as_bytes());
        present(bytes, 2, data);
        if let Some(read_from) = read_from {
            nested(bytes, 3, |bytes| definition(bytes, read_from));
        }
        present(bytes, 4, language.as_bytes());
    });
}

fn source_op(bytes: &mut Vec<u8>, source: &pb::SourceOp) {
    let pb::SourceOp { identifier, attrs } = source;
    present(bytes, 1, identifier.as_bytes());
    strings(bytes, 2, attrs);
}

fn build_op(bytes: &mut Vec<u8>, build: &pb::BuildOp) {
    let pb::BuildOp { builder, inputs, def, attrs } = build;
    bytes.extend(pb::BuildOp { builder: *builder, ..pb::BuildOp::default() }.encode_to_vec());
    for (name, input) in inputs {
        entry(bytes, 2, name.as_bytes(), |bytes| message(bytes, 2, input));
    }
    if let Some(def) = def {
        nested(bytes, 3, |bytes| definition(bytes, def));
    }
    strings(bytes, 4, attrs);
}

fn strings(bytes: &mut Vec<u8>, field: u8, map: &BTreeMap<String, String>) {
    for (key, value) in map {
        entry(bytes, field, key.as_bytes(), |bytes| delimited(bytes, 2, value.as_bytes()));
    }
}

/// A map entry: the key is field 1, `value` writes field 2.
fn entry(bytes: &mut Vec<u8>, field: u8, key: &[u8], value: impl FnOnce(&mut Vec<u8>)) {
    nested(bytes, field, |bytes| {
        delimited(bytes, 1, key);
        value(bytes);
    });
}

/// A message without maps or a `oneof` among other fields, which prost encodes as Go does.
fn message(bytes: &mut Vec<u8>, field: u8, message: &impl Message) {
    bytes.push(key(field));
    message.encode_length_delimited(bytes).expect(GROWS);
}

/// A message that `content` writes.
fn nested(bytes: &mut Vec<u8>, field: u8, content: impl FnOnce(&mut Vec<u8>)) {
    bytes.push(key(field));
    let start = bytes.len();
    content(bytes);
    // The length stands before the content but is known after it.
    let end = bytes.len();
    prost::encode_length_delimiter(end - start, bytes).expect(GROWS);
    let length = bytes.len() - end;
    bytes[start..].rotate_right(length);
}

/// A singular field of bytes or text, absent when empty.
fn present(bytes: &mut Vec<u8>, field: u8, content: &[u8]) {
    if !content.is_empty() {
        delimited(bytes, field, content);
    }
}

/// A field of bytes, text or a finished message, there even when empty.
fn delimited(bytes: &mut Vec<u8>, field: u8, content: &[u8]) {
    bytes.push(key(field));
    prost::encode_length_delimiter(content.len(), bytes).expect(GROWS);
    bytes.extend_from_slice(content);
}

/// The key of a length-delimited field with a number under 16.
const fn key(field: u8) -> u8 {
    field << 3 | 2
}

/// Why encoding into a vector cannot fail.
const GROWS: &str = "a vector grows as needed";
