//! Who is at the other end.

use std::os::fd::AsFd;

use annex::gateway::Stdio;

use super::*;

#[tokio::test]
async fn the_engine_is_asked_first_who_it_is() {
    let (gateway, calls) = connect(Engine::new("0.13")).await;
    assert_eq!(calls.names(), ["Ping"]);
    assert!(gateway.caps().has(GatewayCap::SourceMetaResolver));
    assert!(!gateway.caps().has(buildkit_llb::Cap::FileSymlinkCreate));
    let [worker] = gateway.workers() else { panic!("one worker") };
    assert_eq!(worker.platforms, [Platform::linux("amd64")]);
}

#[tokio::test]
async fn workers_that_the_engine_does_not_name_are_those_of_the_variable() {
    let engine = || Engine::new("0.8").with_pong(wire::PongResponse { workers: vec![], ..pong("0.8") });
    let text = r#"[{"ID":"moby","Platforms":[{"architecture":"arm64","os":"linux"}]}]"#;
    let (io, _calls) = engine().start();
    let gateway = Gateway::connect(io, Some(text)).await.unwrap();
    assert_eq!(gateway.workers()[0].platforms, [Platform::linux("arm64")]);
    let (io, _calls) = engine().start();
    let error = Gateway::connect(io, Some("moby")).await.unwrap_err();
    expect!["`BUILDKIT_WORKERS` is not a list of workers: expected value at line 1 column 1"]
        .assert_eq(&error.to_string());
}

#[tokio::test(start_paused = true)]
async fn silence_ends_after_fifteen_seconds() {
    let (io, _calls) = Engine::new("0.25").on_ping(|_| Reply::Silence).start();
    let started = tokio::time::Instant::now();
    let error = Gateway::connect(io, None).await.unwrap_err();
    assert_eq!(error, Error::Silent { seconds: 15 });
    assert_eq!(started.elapsed().as_secs(), 15);
}

#[tokio::test]
async fn a_closed_connection_is_no_engine() {
    let (io, other) = tokio::io::duplex(1024);
    drop(other);
    let error = Gateway::connect(io, None).await.unwrap_err();
    assert!(matches!(error, Error::Closed { call: "Ping", .. }), "{error:?}");
}

#[tokio::test]
async fn pipes_carry_what_is_larger_than_they_are() {
    let (input, to_us) = std::io::pipe().unwrap();
    let (from_us, output) = std::io::pipe().unwrap();
    let stdio = Stdio::over(input.as_fd(), output.as_fd()).unwrap();
    drop((input, output));
    let mut engine = Stdio::over(from_us.as_fd(), to_us.as_fd()).unwrap();
    drop((from_us, to_us));
    let content = vec![b'x'; 3 << 20];
    let (mut io, calls) =
        Engine::new("0.25").on_solve(|_| solved("r")).with_files([("f", content.clone())]).start();
    tokio::spawn(async move { tokio::io::copy_bidirectional(&mut engine, &mut io).await });
    let gateway = Gateway::connect(stdio, None).await.unwrap();
    let definition = graph_of(&source(&"x".repeat(3 << 20)), &[], pb::Source::default());
    let reference = gateway.solve(&definition, &now()).await.unwrap();
    assert_eq!(gateway.read_file(&reference, "f", 4 << 20).await, Ok(Some(content)));
    assert_eq!(calls.names(), ["Ping", "Solve", "ReadFile"]);
}
