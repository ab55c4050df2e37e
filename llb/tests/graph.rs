//! What graphs are, whatever they are made of.

use std::collections::BTreeSet;

use buildkit_llb::{
    Bind, Cap, Copy, Definition, Digest, Discard, Exec, Foreign, Http, Image, MergeSupport, MkDir, Platform,
    ProgressGroup, ReadOnly, Run, Secret, Ssh, State,
};
use proptest::prelude::*;

fn debian() -> State {
    Image::new("docker.io/library/debian:trixie", Platform::linux("amd64")).state()
}

#[test]
fn what_is_said_is_no_part_of_the_digest() {
    let said = debian()
        .named("base")
        .described("k", "v")
        .grouped(ProgressGroup::default())
        .ignoring_cache()
        .exporting_cache(true)
        .needing(Cap::FileRmNoFollowSymlink);
    assert_eq!(said.digest(), debian().digest());
    let definition = Definition::of(&said);
    let needed: Vec<_> = definition.caps().into_iter().collect();
    let expected = [
        "constraints",
        "file.rm.nofollowsymlink",
        "meta.description",
        "meta.exportcache",
        "meta.ignorecache",
        "platform",
        "source.image",
    ];
    assert_eq!(needed, expected);
}

#[test]
fn states_go_between_threads() {
    fn check<T: Clone + Send + Sync + std::fmt::Debug + 'static>() {}
    check::<State>();
    check::<Run>();
    check::<Definition>();
}

#[test]
fn a_chain_of_many_vertices_neither_marshals_nor_drops_recursively() {
    let mut state = State::scratch();
    for number in 0..50_000 {
        state = state.mkdir(MkDir::new(format!("/{number}")));
    }
    let definition = Definition::of(&state);
    assert_eq!(definition.digests().count(), 50_000);
    let foreign = Foreign::decode(&definition.to_bytes()).expect("our own bytes are a definition");
    assert_eq!(foreign.state(), state);
}

/// How a random graph grows: each step uses states made before, chosen by number.
#[derive(Clone, Debug)]
enum Step {
    Copy { base: usize, from: usize },
    Exec { root: usize, read: usize, write: usize },
    File { base: usize, name: u8 },
    Merge { layers: Vec<usize> },
    Source { name: u8 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (any::<usize>(), any::<usize>()).prop_map(|(base, from)| Step::Copy { base, from }),
        (any::<usize>(), any::<usize>(), any::<usize>()).prop_map(|(root, read, write)| Step::Exec {
            root,
            read,
            write
        }),
        (any::<usize>(), 0..3_u8).prop_map(|(base, name)| Step::File { base, name }),
        prop::collection::vec(any::<usize>(), 2..4).prop_map(|layers| Step::Merge { layers }),
        (0..3_u8).prop_map(|name| Step::Source { name }),
    ];
    prop::collection::vec(step, 1..9)
}

/// The state of the last step. Where nothing is `shared` in memory, each use makes its inputs anew.
fn grow(steps: &[Step], shared: bool) -> State {
    fn make(steps: &[Step], last: usize, made: &mut Option<Vec<State>>) -> State {
        if let Some(state) = made.as_ref().and_then(|made| made.get(last)) {
            return state.clone();
        }
        let mut pick = |number: usize| match last {
            0 => State::scratch(),
            last => make(steps, number % last, made),
        };
        match &steps[last] {
            Step::Copy { base, from } => pick(*base).copy(Copy::new(&pick(*from), "/a", "/b")),
            Step::Exec { root, read, write } => {
                let mut exec = Exec::new(["run"]);
                exec.mount("/", Discard(pick(*root)));
                exec.mount("/read", ReadOnly(pick(*read)));
                let slot = exec.mount("/write", Bind(pick(*write)));
                exec.run().output(slot)
            }
            Step::File { base, name } => pick(*base).mkdir(MkDir::new(format!("/{name}"))),
            Step::Merge { layers } => {
                let layers: Vec<_> = layers.iter().map(|layer| pick(*layer)).collect();
                MergeSupport::Native.merge(&layers)
            }
            Step::Source { name } => Http::new(format!("https://example.org/{name}")).state(),
        }
    }

    let mut made = shared.then(Vec::new);
    for index in 0..steps.len() {
        let state = make(steps, index, &mut made);
        match &mut made {
            Some(made) => made.push(state),
            None if index + 1 == steps.len() => return state,
            None => {}
        }
    }
    made.and_then(|mut made| made.pop()).unwrap_or_default()
}

proptest! {
    #[test]
    fn the_bytes_are_a_function_of_the_content(steps in steps()) {
        let shared = Definition::of(&grow(&steps, true));
        let single = Definition::of(&grow(&steps, false));
        prop_assert_eq!(shared.to_bytes(), single.to_bytes());
        prop_assert_eq!(shared.to_string(), single.to_string());
    }

    #[test]
    fn each_vertex_is_there_once_and_after_its_inputs(steps in steps()) {
        let definition = Definition::of(&grow(&steps, true));
        let message = buildkit_proto::pb::Definition::from(definition.clone());
        let mut seen = BTreeSet::new();
        for op in &message.def {
            let digest = Digest::of(op).to_string();
            prop_assert!(message.metadata.contains_key(&digest));
            let op = <buildkit_proto::pb::Op as prost::Message>::decode(&**op)?;
            for input in &op.inputs {
                prop_assert!(seen.contains(&input.digest));
            }
            prop_assert!(seen.insert(digest));
        }
        let expected = usize::from(!definition.is_empty());
        prop_assert_eq!(definition.digests().count() + expected, message.def.len());
    }

    #[test]
    fn reading_and_writing_again_changes_nothing(steps in steps()) {
        let definition = Definition::of(&grow(&steps, true));
        let foreign = Foreign::decode(&definition.to_bytes()).expect("our own bytes are a definition");
        prop_assert_eq!(Definition::of(&foreign.state()), definition);
    }

    #[test]
    fn the_order_of_mounts_does_not_matter(
        order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle()
    ) {
        let mut exec = Exec::new(["run"]);
        let mut slots = Vec::new();
        for number in order {
            match number {
                0 => exec.mount("/", Discard(debian())),
                1 => exec.mount("/a", ReadOnly(debian())),
                2 => exec.mount("/key", Secret::new("key")),
                3 => exec.mount("/agent", Ssh::new("default")),
                number => slots.push((number, exec.mount(format!("/out/{number}"), Bind(State::scratch())))),
            }
        }
        slots.sort_unstable();
        let run = exec.run();
        let outputs: Vec<_> = slots.iter().map(|(_, slot)| format!("{:?}", run.output(*slot))).collect();
        let digest = run.digest();
        prop_assert_eq!(outputs, [format!("State(Some({digest}:1))"), format!("State(Some({digest}:2))")]);
        let mut plain = Exec::new(["run"]);
        plain.mount("/agent", Ssh::new("default"));
        plain.mount("/key", Secret::new("key"));
        _ = plain.mount("/out/5", Bind(State::scratch()));
        _ = plain.mount("/out/4", Bind(State::scratch()));
        plain.mount("/a", ReadOnly(debian()));
        plain.mount("/", Discard(debian()));
        prop_assert_eq!(digest, plain.run().digest());
    }
}
