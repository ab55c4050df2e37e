//! Files of results.

use super::*;

#[tokio::test]
async fn a_file_beyond_one_message_comes_in_parts() {
    let content: Vec<u8> = (0..20_u32 << 20).map(|number| (number >> 8).to_le_bytes()[0]).collect();
    let expected = content.clone();
    let engine = Engine::new("0.25").on_solve(|_| solved("r")).with_files([("big", content)]);
    let (gateway, calls) = connect(engine).await;
    let reference = solve(&gateway).await.unwrap();
    let read = gateway.read_file(&reference, "big", 64 << 20).await.unwrap();
    assert!(read == Some(expected), "other content");
    assert_eq!(calls.names()[2..], ["ReadFile", "ReadFile", "ReadFile"]);
}

#[tokio::test]
async fn a_limit_is_the_largest_size_that_is_read() {
    for size in [0_usize, 1, 999, 1000, 1001, 5000] {
        let engine = Engine::new("0.25").on_solve(|_| solved("r")).with_files([("f", vec![b'x'; size])]);
        let (gateway, calls) = connect(engine).await;
        let reference = solve(&gateway).await.unwrap();
        let read = gateway.read_file(&reference, "f", 1000).await;
        if size <= 1000 {
            assert_eq!(read.unwrap().unwrap().len(), size);
        } else {
            assert_eq!(read.unwrap_err().to_string(), "`f` is larger than 1000 bytes");
        }
        let Some(Call::ReadFile(request)) = calls.all().pop() else { panic!("{calls:?}") };
        assert_eq!(request.range, Some(wire::FileRange { offset: 0, length: 1001 }));
    }
}

#[tokio::test]
async fn a_missing_file_is_no_error_and_a_failed_build_is_one() {
    let missing = Engine::new("0.25")
        .on_solve(|_| solved("r"))
        .with_files([])
        .on_read_dir(|_| Reply::Fail(failed(2, "open /d: no such file or directory", &[])));
    let (gateway, _calls) = connect(missing).await;
    let reference = solve(&gateway).await.unwrap();
    assert_eq!(gateway.read_file(&reference, "f", 10).await, Ok(None));
    assert_eq!(gateway.stat_file(&reference, "f").await, Ok(None));
    assert_eq!(gateway.read_dir(&reference, "d", None).await, Ok(None));
    let failing = Engine::new("0.25")
        .on_solve(|_| solved("r"))
        .on_read_file(|_| Reply::Fail(failed(2, "exit code: 1", &[])));
    let (gateway, _calls) = connect(failing).await;
    let reference = solve(&gateway).await.unwrap();
    let error = gateway.read_file(&reference, "f", 10).await.unwrap_err();
    assert_eq!(error.to_status().message, "exit code: 1");
}

#[tokio::test]
async fn an_answer_with_more_than_was_asked_for_is_refused() {
    let engine = Engine::new("0.25")
        .on_solve(|_| solved("r"))
        .on_read_file(|_| wire::ReadFileResponse { data: vec![0; 2000] });
    let (gateway, _calls) = connect(engine).await;
    let reference = solve(&gateway).await.unwrap();
    let error = gateway.read_file(&reference, "f", 10).await.unwrap_err();
    expect!["BuildKit's answer to `ReadFile` cannot be used: 2000 bytes came where 11 were asked for"]
        .assert_eq(&error.to_string());
}

#[tokio::test]
async fn directories_and_files_are_described() {
    let entries = vec![
        fsutil::Stat { path: "d".into(), mode: 1 << 31 | 0o755, ..Default::default() },
        fsutil::Stat { path: "l".into(), mode: 1 << 27 | 0o777, linkname: "d".into(), ..Default::default() },
    ];
    let engine = Engine::new("0.25")
        .on_solve(|_| solved("r"))
        .on_read_dir(move |_| wire::ReadDirResponse { entries: entries.clone() })
        .on_stat_file(|_| wire::StatFileResponse { stat: None });
    let (gateway, calls) = connect(engine).await;
    let reference = solve(&gateway).await.unwrap();
    let entries = gateway.read_dir(&reference, "/", Some("*")).await.unwrap().unwrap();
    assert_eq!(entries[0].kind, FileKind::Directory);
    assert_eq!(entries[1].kind, FileKind::Symlink { target: "d".into() });
    let Some(Call::ReadDir(request)) = calls.all().pop() else { panic!("{calls:?}") };
    assert_eq!(request.include_pattern, "*");
    let error = gateway.stat_file(&reference, "f").await.unwrap_err();
    assert_eq!(error.to_string(), "BuildKit's answer to `StatFile` cannot be used: it is empty");
}

#[tokio::test]
async fn the_empty_directory_needs_no_engine() {
    let (gateway, calls) = connect(Engine::new("0.25")).await;
    let empty = Reference::empty();
    assert_eq!(gateway.read_file(&empty, "f", 10).await, Ok(None));
    assert_eq!(gateway.read_dir(&empty, "/", None).await, Ok(None));
    assert_eq!(gateway.stat_file(&empty, "f").await, Ok(None));
    assert_eq!(calls.names(), ["Ping"]);
}
