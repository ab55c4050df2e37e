//! Warnings.

use super::*;

fn warning() -> Warning {
    Warning {
        digest: "sha256:1".into(),
        short: "`verison` is not used".into(),
        detail: vec!["more".into()],
        url: "https://example.org/w".into(),
        source: Some(Arc::new(spec())),
        ranges: vec![Range::lines(2, 2)],
    }
}

#[tokio::test]
async fn a_warning_shows_its_place() {
    let (gateway, calls) = connect(Engine::new("0.10").on_warn(|_| wire::WarnResponse {})).await;
    gateway.warn(&warning()).await;
    let expected = wire::WarnRequest {
        digest: "sha256:1".into(),
        level: 1,
        short: b"`verison` is not used".to_vec(),
        detail: vec![b"more".to_vec()],
        url: "https://example.org/w".into(),
        info: Some(spec().to_pb()),
        ranges: vec![Range::lines(2, 2).to_pb()],
    };
    assert_eq!(calls.all()[1], Call::Warn(expected));
}

#[tokio::test]
async fn an_engine_without_warnings_is_not_asked_and_one_that_fails_is_forgiven() {
    let (gateway, calls) = connect(Engine::new("0.9")).await;
    gateway.warn(&warning()).await;
    assert_eq!(calls.names(), ["Ping"]);
    let (gateway, calls) = connect(Engine::new("0.25").on_solve(|_| solved("r"))).await;
    gateway.warn(&warning()).await;
    solve(&gateway).await.unwrap();
    assert_eq!(calls.names(), ["Ping", "Warn", "Solve"]);
}
