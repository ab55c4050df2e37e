//! Bytes worked out by hand from BuildKit's field numbers.
//!
//! A key is `field << 3 | kind`, kind 0 for numbers and 2 for bytes, as a varint.

use buildkit_proto::{caps, errdefs, fsutil, gateway, pb, rpc, types};
use prost::Message;

#[track_caller]
fn check(message: &impl Message, bytes: &[u8]) {
    assert_eq!(message.encode_to_vec(), bytes);
}

#[test]
fn the_settings_of_a_mount_are_numbered_from_19() {
    let mount = pb::Mount {
        tmpfs_opt: Some(pb::TmpfsOpt { size: 1 }),
        cache_opt: Some(pb::CacheOpt { id: "a".into(), sharing: pb::CacheSharingOpt::Locked.into() }),
        secret_opt: Some(pb::SecretOpt { mode: 0o400, ..Default::default() }),
        ssh_opt: Some(pb::SshOpt { optional: true, ..Default::default() }),
        result_id: "r".into(),
        content_cache: pb::MountContentCache::Off.into(),
        ..Default::default()
    };
    check(
        &mount,
        &[
            &[0x9a, 0x01, 2, 0x08, 1][..],            // 19 {1: 1}
            &[0xa2, 0x01, 5, 0x0a, 1, b'a', 0x10, 2], // 20 {1: "a", 2: 2}
            &[0xaa, 0x01, 3, 0x20, 0x80, 0x02],       // 21 {4: 256}
            &[0xb2, 0x01, 2, 0x28, 1],                // 22 {5: 1}
            &[0xba, 0x01, 1, b'r'],                   // 23 "r"
            &[0xc0, 0x01, 2],                         // 24 2
        ]
        .concat(),
    );
}

#[test]
fn no_input_is_minus_one_in_ten_bytes() {
    let mount = pb::Mount { input: -1, mount_type: pb::MountType::Tmpfs.into(), ..Default::default() };
    check(&mount, &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x30, 4]);
}

#[test]
fn platform_and_constraints_of_an_operation_are_10_and_11() {
    let op = pb::Op {
        platform: Some(pb::Platform { architecture: "a".into(), os: "o".into(), ..Default::default() }),
        constraints: Some(pb::WorkerConstraints::default()),
        ..Default::default()
    };
    check(&op, &[0x52, 6, 0x0a, 1, b'a', 0x12, 1, b'o', 0x5a, 0]);
}

#[test]
fn each_kind_of_operation_has_its_number() {
    let kinds = [
        (0x12, pb::op::Op::Exec(pb::ExecOp::default())),
        (0x1a, pb::op::Op::Source(pb::SourceOp::default())),
        (0x22, pb::op::Op::File(pb::FileOp::default())),
        (0x2a, pb::op::Op::Build(pb::BuildOp::default())),
        (0x32, pb::op::Op::Merge(pb::MergeOp::default())),
        (0x3a, pb::op::Op::Diff(pb::DiffOp::default())),
        (0x42, pb::op::Op::Passthrough(pb::PassthroughOp::default())),
    ];
    for (key, kind) in kinds {
        check(&pb::Op { op: Some(kind), ..Default::default() }, &[key, 0]);
    }
}

#[test]
fn the_actions_of_a_file_operation_start_at_2_and_their_kinds_at_4() {
    let action = |action| pb::FileAction { action: Some(action), ..Default::default() };
    let actions = vec![
        action(pb::file_action::Action::Copy(pb::FileActionCopy {
            mode_str: "u".into(),
            required_paths: vec!["p".into()],
            ..Default::default()
        })),
        action(pb::file_action::Action::Mkfile(pb::FileActionMkFile { timestamp: 1, ..Default::default() })),
        action(pb::file_action::Action::Mkdir(pb::FileActionMkDir { timestamp: 1, ..Default::default() })),
        action(pb::file_action::Action::Rm(pb::FileActionRm { allow_wildcard: true, ..Default::default() })),
        action(pb::file_action::Action::Symlink(pb::FileActionSymlink {
            timestamp: 1,
            ..Default::default()
        })),
    ];
    check(
        &pb::FileOp { actions },
        &[
            &[0x12, 9, 0x22, 7, 0x7a, 1, b'u', 0x82, 0x01, 1, b'p'][..],
            &[0x12, 4, 0x2a, 2, 0x28, 1],
            &[0x12, 4, 0x32, 2, 0x28, 1],
            &[0x12, 4, 0x3a, 2, 0x18, 1],
            &[0x12, 4, 0x42, 2, 0x20, 1],
        ]
        .concat(),
    );
}

#[test]
fn the_process_of_an_exec_skips_number_8() {
    let meta = pb::Meta {
        hostname: "h".into(),
        ulimit: vec![pb::Ulimit { name: "n".into(), soft: 1, hard: 2 }],
        remove_mount_stubs_recursive: true,
        valid_exit_codes: vec![3],
        ..Default::default()
    };
    check(&meta, &[0x3a, 1, b'h', 0x4a, 7, 0x0a, 1, b'n', 0x10, 1, 0x18, 2, 0x58, 1, 0x62, 1, 3]);
}

#[test]
fn the_metadata_of_a_vertex_skips_number_3() {
    let metadata = pb::OpMetadata {
        ignore_cache: true,
        export_cache: Some(pb::ExportCache { value: true }),
        caps: [("c".to_owned(), true)].into(),
        progress_group: Some(pb::ProgressGroup { weak: true, ..Default::default() }),
        linux_resources: Some(pb::LinuxResources { cpuset_mems: "0".into(), ..Default::default() }),
        ..Default::default()
    };
    check(
        &metadata,
        &[
            &[0x08, 1, 0x22, 2, 0x08, 1][..],
            &[0x2a, 5, 0x0a, 1, b'c', 0x10, 1],
            &[0x32, 2, 0x18, 1, 0x3a, 3, 0x3a, 1, b'0'],
        ]
        .concat(),
    );
}

#[test]
fn the_metadata_of_a_result_is_10_and_its_attestations_12() {
    let result = gateway::Result {
        result: Some(gateway::result::Result::Ref(gateway::Ref { id: "r".into(), def: None })),
        metadata: [("k".to_owned(), b"v".to_vec())].into(),
        attestations: [(
            "p".to_owned(),
            gateway::Attestations { attestation: vec![gateway::Attestation::default()] },
        )]
        .into(),
    };
    check(
        &result,
        &[
            &[0x1a, 3, 0x0a, 1, b'r'][..],
            &[0x52, 6, 0x0a, 1, b'k', 0x12, 1, b'v'],
            &[0x62, 7, 0x0a, 1, b'p', 0x12, 2, 0x0a, 0],
        ]
        .concat(),
    );
}

#[test]
fn a_solve_allows_results_by_5_and_6_and_evaluates_by_14() {
    let solve = gateway::SolveRequest {
        allow_result_return: true,
        allow_result_array_ref: true,
        cache_imports: vec![gateway::CacheOptionsEntry { r#type: "t".into(), ..Default::default() }],
        frontend_inputs: [("i".to_owned(), pb::Definition { def: vec![vec![7]], ..Default::default() })]
            .into(),
        evaluate: true,
        ..Default::default()
    };
    check(
        &solve,
        &[
            &[0x28, 1, 0x30, 1][..],
            &[0x62, 3, 0x0a, 1, b't'],
            &[0x6a, 8, 0x0a, 1, b'i', 0x12, 3, 0x0a, 1, 7],
            &[0x70, 1],
        ]
        .concat(),
    );
}

#[test]
fn the_answer_to_a_solve_has_its_result_at_3() {
    let bytes = [0x1a, 4, 0x0a, 2, b'r', b'1'];
    let answer = gateway::SolveResponse::decode(&bytes[..]).unwrap();
    let result = answer.result.unwrap().result;
    assert_eq!(result, Some(gateway::result::Result::RefDeprecated("r1".into())));
}

#[test]
fn a_message_of_a_process_has_its_kinds_from_2_to_8() {
    use gateway::exec_message::Input;
    let kinds = [
        (0x12, Input::Init(gateway::InitMessage::default())),
        (0x1a, Input::File(gateway::FdMessage::default())),
        (0x22, Input::Resize(gateway::ResizeMessage::default())),
        (0x2a, Input::Started(gateway::StartedMessage {})),
        (0x32, Input::Exit(gateway::ExitMessage::default())),
        (0x3a, Input::Done(gateway::DoneMessage {})),
        (0x42, Input::Signal(gateway::SignalMessage::default())),
    ];
    for (key, kind) in kinds {
        let message = gateway::ExecMessage { process_id: "p".into(), input: Some(kind) };
        check(&message, &[0x0a, 1, b'p', key, 0]);
    }
}

#[test]
fn a_pong_is_read() {
    let capability = [0x0a, 1, b'm', 0x10, 1, 0x2a, 1, b'w'];
    let worker = [0x1a, 3, 0x0a, 1, b'a'];
    let bytes = [&[0x0a, 0, 0x12, 8][..], &capability, &[0x1a, 5], &worker].concat();
    let pong = gateway::PongResponse::decode(&bytes[..]).unwrap();
    assert_eq!(pong.frontend_api_caps, [caps::ApiCap::default()]);
    let merge =
        caps::ApiCap { id: "m".into(), enabled: true, disabled_reason_msg: "w".into(), ..Default::default() };
    assert_eq!(pong.llb_caps, [merge]);
    let platforms = vec![pb::Platform { architecture: "a".into(), ..Default::default() }];
    assert_eq!(pong.workers, [types::WorkerRecord { platforms, ..Default::default() }]);
}

#[test]
fn the_spaces_of_a_policy_are_3_5_and_6() {
    let policy = types::GcPolicy {
        reserved_space: 1,
        filters: vec!["f".into()],
        max_used_space: 2,
        min_free_space: 3,
        ..Default::default()
    };
    check(&policy, &[0x18, 1, 0x22, 1, b'f', 0x28, 2, 0x30, 3]);
}

#[test]
fn the_attributes_of_a_file_are_10() {
    let stat = fsutil::Stat { xattrs: [("x".to_owned(), b"y".to_vec())].into(), ..Default::default() };
    check(&stat, &[0x52, 6, 0x0a, 1, b'x', 0x12, 1, b'y']);
}

#[test]
fn a_status_has_code_message_and_details() {
    let detail = prost_types::Any { type_url: "t".into(), value: b"v".to_vec() };
    let status = rpc::Status { code: 2, message: "m".into(), details: vec![detail] };
    check(&status, &[0x08, 2, 0x12, 1, b'm', 0x1a, 6, 0x0a, 1, b't', 0x12, 1, b'v']);
}

#[test]
fn the_subjects_of_a_failed_solve_are_4_and_5() {
    let solve = errdefs::Solve {
        input_ids: vec!["i".into()],
        mount_ids: vec!["m".into()],
        op: Some(pb::Op::default()),
        subject: Some(errdefs::solve::Subject::Cache(errdefs::ContentCache { index: 1 })),
        ..Default::default()
    };
    check(&solve, &[0x0a, 1, b'i', 0x12, 1, b'm', 0x1a, 0, 0x2a, 2, 0x08, 1]);
}

#[test]
fn equal_maps_have_equal_bytes() {
    let source = |order: [&str; 3]| pb::SourceOp {
        identifier: String::new(),
        attrs: order.map(|key| (key.to_owned(), "v".to_owned())).into(),
    };
    let bytes = source(["b", "c", "a"]).encode_to_vec();
    assert_eq!(bytes, source(["c", "a", "b"]).encode_to_vec());
    assert_eq!(bytes[4], b'a');
}
