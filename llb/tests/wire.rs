//! Bytes: what the engine would write for the same operation, and what others wrote.

use std::sync::Arc;

use buildkit_llb::{
    Bind, Build, Copy, Definition, Digest, Discard, Exec, Foreign, Http, Image, ImportError, Local,
    MergeSupport, MkDir, MkFile, Network, Owner, Passthrough, Platform, Range, Rm, SourceInfo, State,
    Symlink, Tmpfs,
};
use buildkit_proto::pb;
use prost::Message;

/// The bytes of the vertex of `state`.
fn op(state: &State) -> Vec<u8> {
    let message = pb::Definition::from(Definition::of(state));
    let digest = state.digest().expect("the state has a vertex");
    message.def.into_iter().find(|op| Digest::of(op) == digest).expect("a definition holds its head")
}

/// Compares the bytes of a vertex with hexadecimal digits, written by hand field by field.
#[track_caller]
fn check(state: &State, expected: &[&str]) {
    assert_eq!(hex(&op(state)), expected.concat().replace(' ', ""));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Hexadecimal digits of `text`, with its length before it.
fn text(text: &str) -> String {
    let length = u8::try_from(text.len()).expect("texts here are short");
    hex(&[&[length], text.as_bytes()].concat())
}

/// An input field: the digest of `state` and an output.
fn input(state: &State, index: u8) -> String {
    let digest = text(&state.digest().expect("the state has a vertex").to_string());
    match index {
        0 => format!("0a49 0a{digest}"),
        index => format!("0a4b 0a{digest} 10{index:02x}"),
    }
}

/// An int64 of -1.
const NONE: &str = "ffffffffffffffffff01";

/// `constraints`, field 11, which is always there and empty.
const CONSTRAINTS: &str = "5a00";

fn leaf() -> State {
    Http::new("http://a").state()
}

#[test]
fn a_source_has_its_platform_before_itself() {
    let state = Image::new("a", Platform::linux("amd64")).state();
    let identifier = text("docker-image://a");
    check(
        &state,
        &[
            &format!("520e 0a{} 12{}", text("amd64"), text("linux")), // platform = 10
            CONSTRAINTS,
            &format!("1a12 0a{identifier}"), // source = 3: identifier = 1
        ],
    );
    // No platform where the content has none.
    check(&leaf(), &[CONSTRAINTS, &format!("1a0a 0a{}", text("http://a"))]);
}

#[test]
fn attributes_are_sorted_entries_with_both_halves() {
    let state = Local { session: Some("s".into()), unique: Some("u".into()), ..Local::new("n") }.state();
    let entry = |key: &str, value: &str| format!("12{:02x} 0a{} 12{}", key.len() + 5, text(key), text(value));
    check(
        &state,
        &[
            CONSTRAINTS,
            &format!("1a32 0a{}", text("local://n")),
            &entry("local.session", "s"),
            &entry("local.unique", "u"),
        ],
    );
}

#[test]
fn a_command_has_its_inputs_first_and_minus_one_for_none() {
    let mut exec = Exec::new(["x"]);
    exec.env("A", "b").network(Network::None);
    exec.mount("/", Discard(leaf()));
    exec.mount("/t", Tmpfs);
    let slot = exec.mount("/o", Bind(State::scratch()));
    let state = exec.run().output(slot);
    check(
        &state,
        &[
            &input(&leaf(), 0),
            CONSTRAINTS,
            "124a",                         // exec = 2
            "0a0d",                         // meta = 1
            "0a01 78",                      // args = 1: x
            "1203 41 3d 62",                // env = 2: A=b
            "1a01 2f",                      // cwd = 3: /
            "5801",                         // removeMountStubsRecursive = 11
            "1203 1a01 2f",                 // mounts = 2: input 0 and output 0 are left out, dest = 3
            "1211",                         // mounts: scratch, whose changes are output 1
            &format!("08{NONE}"),           // input = 1
            "1a02 2f6f 2001",               // dest = 3, output = 4
            "121f",                         // mounts: tmpfs
            &format!("08{NONE}"),           // input = 1
            &format!("1a02 2f74 20{NONE}"), // dest = 3, output = 4
            "3004 9a0100",                  // mountType = 6, TmpfsOpt = 19
            "1802",                         // network = 3
        ],
    );
}

#[test]
fn file_actions_own_their_defaults() {
    let files = State::scratch().file([
        MkDir::new("/d").into(),
        MkFile { owner: Some(Owner::ids(0, 1)), ..MkFile::new("/f", "x") }.into(),
    ]);
    check(
        &files,
        &[
            CONSTRAINTS,
            "2265",                                 // file = 4
            "1235",                                 // actions = 2
            &format!("08{NONE} 10{NONE} 18{NONE}"), // input, secondaryInput, output
            "3212 0a02 2f64 10ed03",                // mkdir = 6: path, mode 0755
            &format!("28{NONE}"),                   // timestamp = 5
            "122c",                                 // actions = 2
            &format!("10{NONE}"), // input 0 is the first action's result, as there are no inputs; output 0
            "2a1f 0a02 2f66 10a403 1a01 78", // mkfile = 5: path, mode 0644, data
            "2208 0a02 1000 1202 1001", // owner = 4: user = 1 and group = 2, byID = 2, even 0
            &format!("28{NONE}"),
        ],
    );
}

#[test]
fn copies_count_results_after_inputs() {
    let state = State::scratch().mkdir(MkDir::new("/d"));
    let copied = leaf().file([Copy::new(&state, "/d", "/e").into(), Rm::new("/d").into()]);
    check(
        &copied,
        &[
            &input(&leaf(), 0),
            &input(&state, 0),
            CONSTRAINTS,
            "2244",
            "122d",
            &format!("1001 18{NONE}"),     // input 0, secondaryInput 1, no output
            "221e 0a02 2f64 1202 2f65",    // copy = 4: src, dest
            &format!("20{NONE} 58{NONE}"), // mode = 4, timestamp = 11
            "1213",
            &format!("0802 10{NONE}"), // input 2 is the first action's result
            "3a04 0a02 2f64",          // rm = 7: path
        ],
    );
    check(
        &leaf().symlink(Symlink::new("t", "/l")),
        &[
            &input(&leaf(), 0),
            CONSTRAINTS,
            "2221 121f",
            &format!("10{NONE}"),
            "4212 0a01 74 1202 2f6c", // symlink = 8: oldpath, newpath
            &format!("20{NONE}"),     // timestamp = 4
        ],
    );
}

#[test]
fn layers_name_inputs_by_messages_that_may_be_empty() {
    let other = Http::new("http://b").state();
    let merged = MergeSupport::Native.merge([&leaf(), &other]);
    check(&merged, &[&input(&leaf(), 0), &input(&other, 0), CONSTRAINTS, "3206 0a00 0a02 0801"]);
    let diff = MergeSupport::Native.diff(&leaf(), &State::scratch());
    check(&diff, &[&input(&leaf(), 0), CONSTRAINTS, &format!("3a0f 0a00 120b 08{NONE}")]);
}

#[test]
fn a_build_has_an_entry_with_an_empty_message() {
    let build = Build::new(&leaf()).state();
    check(
        &build,
        &[
            &input(&leaf(), 0),
            CONSTRAINTS,
            "2a28",                                                      // build = 5
            &format!("08{NONE}"),                                        // builder = 1
            &format!("121b 0a{} 1200", text("buildkit.llb.definition")), // inputs = 2: both halves
        ],
    );
}

#[test]
fn passing_on_packs_its_numbers() {
    let mut exec = Exec::new(["x"]);
    let slot = exec.mount("/o", Bind(State::scratch()));
    let second = exec.run().output(slot);
    let passthrough = Passthrough { id: "i".into(), outputs: vec![leaf(), second.clone()], inputs: vec![] };
    let states = passthrough.states();
    let expected = [&*input(&leaf(), 0), &*input(&second, 1), CONSTRAINTS, "4207 0a01 69 1202 0001"];
    check(&states[0], &expected);
    check(&states[1], &expected);
}

#[test]
fn a_definition_ends_with_an_operation_that_only_names_the_result() {
    let spec = Arc::new(SourceInfo::new("f", "yaml", "x"));
    let state = leaf().located(spec.location([Range::lines(3, 4)]));
    let pb::Definition { def, metadata, source } = Definition::of(&state).into();
    let [vertex, last] = &*def else { panic!("a vertex and the last operation: {def:?}") };
    let name = Digest::of(vertex).to_string();
    let message = pb::Op { inputs: vec![pb::Input { digest: name.clone(), index: 0 }], ..pb::Op::default() };
    assert_eq!(*last, message.encode_to_vec());
    let caps = |op| metadata[&Digest::of(op).to_string()].caps.keys().map(|id| &**id).collect::<Vec<_>>();
    assert_eq!(caps(vertex), ["source.http"]);
    assert_eq!(caps(last), ["constraints", "platform"]);
    let source = source.expect("a definition has a source map");
    assert_eq!(source.infos, [spec.to_pb()]);
    let position = |line| Some(pb::Position { line, character: 0 });
    let range = pb::Range { start: position(3), end: position(4) };
    assert_eq!(source.locations[&name].locations, [pb::Location { source_index: 0, ranges: vec![range] }]);
}

#[test]
fn our_encoding_of_a_definition_is_read_back_by_prost() {
    let spec =
        Arc::new(SourceInfo::new("f", "yaml", "x").read_from(Definition::of(&Local::new("context").state())));
    let state = leaf().named("n").ignoring_cache().located(spec.location([Range::lines(0, 0)]));
    let definition = Definition::of(&state);
    let message = pb::Definition::from(definition.clone());
    assert_eq!(pb::Definition::decode(&*definition.to_bytes()), Ok(message.clone()));
    assert_eq!(definition.to_bytes(), message.encode_to_vec(), "without empty halves both encodings agree");
}

/// A definition of operations of another client: a field that this crate does not know, and the `oneof` first.
fn foreign() -> pb::Definition {
    let mut leaf = pb::Op {
        op: Some(pb::op::Op::Source(pb::SourceOp { identifier: "http://a".into(), ..Default::default() })),
        ..Default::default()
    }
    .encode_to_vec();
    leaf.extend([0xfa, 0x06, 0x01, b'?']); // field 111
    let inputs = |op: &[u8]| vec![pb::Input { digest: Digest::of(op).to_string(), index: 0 }];
    let merge = pb::MergeOp { inputs: vec![pb::MergeInput { input: 0 }; 2] };
    let user = pb::Op {
        inputs: [inputs(&leaf), inputs(&leaf)].concat(),
        op: Some(pb::op::Op::Merge(merge)),
        ..Default::default()
    }
    .encode_to_vec();
    let last = pb::Op { inputs: inputs(&user), ..Default::default() }.encode_to_vec();
    let caps = [("vendor.cap".to_owned(), true)].into();
    let metadata = pb::OpMetadata { caps, ..Default::default() };
    let location = pb::Location { source_index: 1, ranges: vec![Range::lines(1, 2).to_pb()] };
    let info = |filename: &str| pb::SourceInfo { filename: filename.into(), ..Default::default() };
    let source = pb::Source {
        locations: [(Digest::of(&leaf).to_string(), pb::Locations { locations: vec![location] })].into(),
        infos: vec![info("unused"), info("Dockerfile")],
    };
    pb::Definition {
        metadata: [(Digest::of(&leaf).to_string(), metadata)].into(),
        def: vec![user, leaf, last], // not in the order that we write
        source: Some(source),
    }
}

#[test]
fn foreign_operations_keep_their_bytes_and_what_is_said_of_them() {
    let message = foreign();
    let state = Foreign::decode(&message.encode_to_vec()).expect("the definition is whole").state();
    let own = State::scratch().mkfile(MkFile::new("/f", "x"));
    let spec = Arc::new(SourceInfo::new("spec.yml", "yaml", ""));
    let own = own.located(spec.location([Range::lines(7, 7)])).copy(Copy::new(&state, "/", "/d"));
    let definition = Definition::of(&own);
    let text = "\
v0 file
   mkfile /f 0644
   | x (no line feed)
   at spec.yml:7
v1 source http://a
   at Dockerfile:1-2
v2 merge
   layer v1:0
   layer v1:0
v3 file
   on v0:0
   copy v2:0 / to /d
root v3:0
";
    assert_eq!(definition.to_string(), text);
    assert!(definition.caps().contains("vendor.cap"));
    let written = pb::Definition::from(definition);
    assert_eq!(written.def[1..3], [message.def[1].clone(), message.def[0].clone()]);
    let names: Vec<_> =
        written.source.iter().flat_map(|source| &source.infos).map(|info| &*info.filename).collect();
    assert_eq!(names, ["spec.yml", "Dockerfile"]);
}

#[test]
fn an_empty_definition_is_scratch() {
    let foreign = Foreign::decode(&[]).expect("nothing is an empty definition");
    assert!(foreign.state().is_scratch());
}

#[test]
fn definitions_that_are_not_whole_are_refused() {
    let error = |change: fn(&mut pb::Definition)| {
        let mut message = foreign();
        change(&mut message);
        Foreign::from_pb(message).expect_err("the definition is damaged").to_string()
    };
    assert_eq!(
        [
            error(|message| drop(message.def.remove(1))),
            error(|message| message.def.push(vec![])),
            error(|message| message.def[2] = vec![0xff]),
            error(|message| drop(message.source.as_mut().map(|source| source.infos.pop()))),
            error(|message| {
                let op = Digest::of(&message.def[0]).to_string();
                let inputs = vec![pb::Input { digest: op, index: -2 }];
                message.def[2] = pb::Op { inputs, ..Default::default() }.encode_to_vec();
            }),
            error(|message| {
                let inputs = vec![pb::Input { digest: "sha256:?".into(), index: 0 }];
                message.def[2] = pb::Op { inputs, ..Default::default() }.encode_to_vec();
            }),
            Foreign::decode(b"?").expect_err("a text is no definition").to_string(),
        ],
        [
            &*format!("the definition lacks the vertex `{}` that it uses", Digest::of(&foreign().def[1])),
            "the last operation of the definition names no result",
            "the definition is not in BuildKit's format",
            "the definition lacks a source file that it points at",
            "outputs are numbered from 0, the definition uses `-2`",
            "the definition lacks the vertex `sha256:?` that it uses",
            "the definition is not in BuildKit's format",
        ]
    );
    assert_eq!(Foreign::decode(b"?").err(), Some(ImportError::Malformed));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_import_panic(bytes: Vec<u8>, op: Vec<u8>, damage: (usize, u8)) {
        _ = Foreign::decode(&bytes);
        _ = Foreign::from_pb(pb::Definition { def: vec![op], ..Default::default() });
        let mut message = foreign().encode_to_vec();
        let at = damage.0 % message.len();
        message[at] = damage.1;
        if let Ok(foreign) = Foreign::decode(&message) {
            _ = Definition::of(&foreign.state()).to_string();
        }
    }
}
