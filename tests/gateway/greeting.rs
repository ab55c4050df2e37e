//! Who is at the other end.

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
