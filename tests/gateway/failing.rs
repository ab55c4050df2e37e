//! Errors, of the build and of the connection.

use super::*;

const SOURCE: &str = "github.com/moby/buildkit/errdefs.Source+json";
const VERTEX: &str = "github.com/moby/buildkit/errdefs.Vertex+json";

const DETAILS: &[(&str, &[u8])] = &[
    (VERTEX, br#"{"digest":"sha256:1"}"#),
    (SOURCE, br#"{"info":{"filename":"spec.yml","data":"YQo="},"ranges":[{"start":{"line":7,"character":2},"end":{"line":8}}]}"#),
    ("type.example.org/of.tomorrow", &[0xff, 0x00, 0xfe]),
];

#[tokio::test]
async fn the_details_of_a_failed_step_go_back_as_they_came() {
    let engine = Engine::new("0.25")
        .on_solve(move |_| Reply::Fail(failed(2, "process did not complete: exit code: 1", DETAILS)))
        .on_return(|_| wire::ReturnResponse {});
    let (gateway, calls) = connect(engine).await;
    let error = solve(&gateway).await.unwrap_err();
    gateway.finish(Outcome::Failure(error.to_status())).await.unwrap();
    let returned = calls.returned().unwrap().error.unwrap();
    assert_eq!(returned.code, 2);
    assert_eq!(returned.message, "spec.yml:7: process did not complete: exit code: 1");
    let found: Vec<_> =
        returned.details.iter().map(|detail| (&*detail.type_url, &detail.value[..])).collect();
    assert_eq!(found, DETAILS);
}

#[tokio::test]
async fn a_failed_step_without_a_place_gets_the_one_of_its_vertex() {
    let op = source("local://context");
    let digest = Digest::of(&op).to_string();
    let vertex = format!("{{\"digest\":\"{digest}\"}}");
    let engine = Engine::new("0.25")
        .on_solve(move |_| Reply::Fail(failed(2, "exit code: 1", &[(VERTEX, vertex.as_bytes())])));
    let (gateway, _calls) = connect(engine).await;
    let location = pb::Location { source_index: 0, ranges: vec![Range::lines(2, 2).to_pb()] };
    let source_map = pb::Source {
        locations: [(digest, pb::Locations { locations: vec![location] })].into(),
        infos: vec![spec().to_pb()],
    };
    let error = gateway.solve(&graph_of(&op, &[], source_map), &now()).await.unwrap_err();
    let status = error.to_status();
    assert_eq!(status.message, "spec.yml:2: exit code: 1");
    assert_eq!(status.details.len(), 2);
    assert_eq!(status.details[1].type_url, SOURCE);
}

#[tokio::test]
async fn problems_of_a_spec_are_excerpts() {
    let (gateway, calls) = connect(Engine::new("0.25").on_return(|_| wire::ReturnResponse {})).await;
    let problems = Problems::from(Diagnostic::error(Span::new(9, 16), "unknown field"));
    let status = Status::of_problems("spec.yml:2:1: unknown field", &spec(), &problems);
    gateway.finish(Outcome::Failure(status)).await.unwrap();
    let returned = calls.returned().unwrap();
    assert_eq!(returned.result, None);
    let error = returned.error.unwrap();
    assert_eq!((error.code, &*error.message), (2, "spec.yml:2:1: unknown field"));
    let [detail] = &error.details[..] else { panic!("{error:?}") };
    expect![[r#"{"info":{"filename":"spec.yml","data":"bmFtZToganEKdmVyaXNvbjogMQo=","language":"YAML"},"ranges":[{"start":{"line":2},"end":{"line":2}}]}"#]]
        .assert_eq(std::str::from_utf8(&detail.value).unwrap());
}

#[tokio::test]
async fn a_megabyte_of_details_arrives() {
    let value = vec![b'x'; 1 << 20];
    let engine = Engine::new("0.25")
        .on_solve(move |_| Reply::Fail(failed(2, "big", &[("type.example.org/big", &value)])));
    let (gateway, _calls) = connect(engine).await;
    let status = solve(&gateway).await.unwrap_err().to_status();
    assert_eq!(status.details[0].value.len(), 1 << 20);
    // The connection is still good.
    assert_eq!(solve(&gateway).await.unwrap_err().to_status().message, "big");
}

#[tokio::test]
async fn details_that_are_no_status_lose_nothing_else() {
    let engine = Engine::new("0.25").on_solve(|_| {
        let details = b"\xff\xff\xff".to_vec().into();
        Reply::Fail(tonic::Status::with_details(tonic::Code::NotFound, "gone", details))
    });
    let (gateway, _calls) = connect(engine).await;
    let status = solve(&gateway).await.unwrap_err().to_status();
    assert_eq!(status, Status { code: 5, message: "gone".into(), details: vec![] });
}

#[tokio::test]
async fn a_connection_that_ends_in_a_solve_is_not_an_error_of_the_spec() {
    let engine = Engine::new("0.25").on_solve(|_| Reply::Disconnect);
    let (gateway, calls) = connect(engine).await;
    for _ in 0..3 {
        let error = solve(&gateway).await.unwrap_err();
        assert!(matches!(error, Error::Closed { call: "Solve", .. }), "{error:?}");
    }
    assert_eq!(calls.names(), ["Ping", "Solve"]);
}

#[tokio::test]
async fn a_connection_cut_anywhere_is_an_error_and_no_hang() {
    let engine = Engine::new("0.25")
        .on_solve(|_| solved("r"))
        .with_files([("f", vec![b'x'; 1000])])
        .on_return(|_| wire::ReturnResponse {});
    let story = async |engine: Engine| -> Result<(), Error> {
        let (io, _calls) = engine.start();
        let gateway = Gateway::connect(io, None).await?;
        let reference = solve(&gateway).await?;
        let content = gateway.read_file(&reference, "f", 1000).await?.unwrap();
        assert_eq!(content.len(), 1000);
        gateway.finish(Outcome::Success(BuildResult::default())).await
    };
    let mut whole = 0;
    for bytes in (0..20_000).step_by(97) {
        let end = tokio::time::timeout(Duration::from_secs(10), story(engine.clone().cut_after(bytes)));
        match end.await.expect("no hang") {
            Ok(()) => whole += 1,
            Err(error) => {
                assert!(matches!(error, Error::Closed { .. }), "after {bytes} bytes: {error:?}");
                assert_eq!(whole, 0, "after {bytes} bytes");
            }
        }
    }
    assert!(whole > 0, "the last cut is after the end");
}

#[tokio::test]
async fn answers_that_are_no_messages_are_errors() {
    async fn check(status: u16, content_type: &'static str, body: &'static str, expected: &Expect) {
        let raw = Raw { method: "/Solve", status, content_type, body };
        let (gateway, _calls) = connect(Engine::new("0.25").with_raw(raw)).await;
        let error = gateway.forward(&Forward::default()).await.unwrap_err();
        expected.assert_eq(&error.to_string());
    }
    check(200, "application/grpc", "", &expect!["protocol error: missing grpc-status trailer, stream was terminated without a final status (possible truncation by a proxy or load balancer)"]).await;
    check(200, "application/grpc", "\0\0\0\0\u{50}abc", &expect!["Unexpected EOF decoding stream."]).await;
    check(
        200,
        "application/grpc",
        "\0\0\0\0\u{3}\u{1a}\u{50}x",
        &expect!["failed to decode Protobuf message: SolveResponse.result: buffer underflow"],
    )
    .await;
    check(
        200,
        "application/grpc",
        "\0\u{7f}\u{7f}\u{7f}\u{7f}abc",
        &expect![
            "Error, decoded message length too large: found 2139062143 bytes, the limit is: 67108864 bytes"
        ],
    )
    .await;
    check(
        200,
        "application/grpc",
        "\u{1}\0\0\0\u{3}abc",
        &expect!["protocol error: received message with compressed-flag but no grpc-encoding was specified"],
    )
    .await;
    check(500, "text/html", "<h1>no</h1>", &expect!["protocol error: received message with invalid compression flag: 60 (valid flags are 0 and 1) while receiving response with status: 500 Internal Server Error"]).await;
}

#[tokio::test]
async fn a_request_beyond_the_limit_of_an_old_engine_says_what_to_do() {
    let (gateway, _calls) = connect(Engine::new("0.13").on_solve(|_| solved("r"))).await;
    let definition = graph_of(&source(&"x".repeat(5 << 20)), &[], pb::Source::default());
    let error = gateway.solve(&definition, &now()).await.unwrap_err();
    expect!["`Solve` needs a message of 5243168 bytes, more than BuildKit accepts (grpc: received message larger than max (5243168 vs. 4194304)): use BuildKit 0.14 or newer, which accepts 16 MiB, or build fewer packages at once"]
        .assert_eq(&error.to_string());
    let (gateway, _calls) = connect(Engine::new("0.14").on_solve(|_| solved("r"))).await;
    gateway.solve(&definition, &now()).await.unwrap();
}

#[tokio::test]
async fn an_error_that_is_too_long_to_return_is_returned_without_details() {
    let (gateway, calls) = connect(Engine::new("0.13").on_return(|_| wire::ReturnResponse {})).await;
    let detail = annex::gateway::Detail { type_url: "t".into(), value: vec![0; 5 << 20] };
    let status = Status { details: vec![detail], ..Status::new("it failed") };
    gateway.finish(Outcome::Failure(status)).await.unwrap();
    assert_eq!(calls.names(), ["Ping", "Return", "Return"]);
    let Some(Call::Return(request)) = calls.all().pop() else { panic!("{calls:?}") };
    let error = request.error.unwrap();
    assert_eq!((&*error.message, error.details.len()), ("it failed", 0));
}
