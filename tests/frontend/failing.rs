//! Engines and steps that fail.

use buildkit_llb::Digest;

use super::*;
use crate::builder::failed_vertex;

/// The engine's error of a process that failed.
fn exit_code(digest: &Digest) -> tonic::Status {
    failed_vertex("process \"annex worker\" did not complete successfully: exit code: 1", digest)
}

#[tokio::test]
async fn a_failed_resolve_step_keeps_the_details_of_the_engine_and_shows_its_lines() {
    let builder = Builder::with_spec(SPEC)
        .failing(|step, digest| matches!(step, Step::Resolve(_)).then(|| exit_code(digest)));
    let built = builder.build(&Request::new(&[])).await;
    expect![[r#"
        spec.yml:5: process "annex worker" did not complete successfully: exit code: 1
        [Vertex+json ]
        [tomorrow ]
        [Source+json spec.yml 6-6]
        [Source+json spec.yml 5-5]
    "#]]
    .assert_eq(&error(&built));
}

#[tokio::test]
async fn a_failed_step_of_our_own_making_does_not_point_at_the_line_of_the_image() {
    let builder = Builder::with_spec(SPEC)
        .failing(|step, digest| matches!(step, Step::Install(_)).then(|| exit_code(digest)));
    let built = builder.build(&Request::new(&[])).await;
    expect![[r#"
        process "annex worker" did not complete successfully: exit code: 1
        [Vertex+json ]
        [tomorrow ]
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&error(&built));
}

#[tokio::test]
async fn a_package_that_cannot_be_fetched_is_told_before_the_result() {
    let mut builder = Builder::with_spec(SPEC);
    builder.unreachable.insert("http://example.org/pool/jq_1.0-1_amd64.deb".to_owned());
    let built = builder.build(&Request::new(&[])).await;
    expect![[r#"
        spec.yml:5: failed to load http://example.org/pool/jq_1.0-1_amd64.deb: 404 Not Found
        [Vertex+json ]
        [tomorrow ]
        [Source+json spec.yml 5-5]
    "#]]
    .assert_eq(&error(&built));
}

#[tokio::test]
async fn the_first_of_several_failures_is_told_each_time() {
    let builder = Builder::with_spec(SPEC).failing(|step, _| match step {
        Step::List(architecture) => Some(failed(2, &format!("no list for {architecture}"), &[])),
        _ => None,
    });
    let request = Request::new(&[("platform", "linux/arm64,linux/amd64,linux/s390x")]);
    let first = error(&builder.clone().build(&request).await);
    for _ in 0..10 {
        assert_eq!(error(&builder.clone().build(&request).await), first);
    }
}

#[tokio::test]
async fn an_image_that_cannot_be_found_is_told_in_the_words_of_the_engine() {
    let builder = Builder::with_spec(SPEC).served(|engine| {
        engine.on_resolve_source_meta(|_| {
            Reply::Fail(failed(5, "docker.io/library/debian:trixie: not found", &[]))
        })
    });
    expect![[r#"
        docker.io/library/debian:trixie: not found
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&error(&builder.build(&Request::new(&[])).await));
}

#[tokio::test]
async fn an_engine_that_does_not_say_who_it_is_is_told_what_to_do() {
    let mut request = Request::new(&[]);
    request.frontend = false;
    let built = Builder::with_spec(SPEC).build(&request).await;
    expect![[r#"
        the engine does not say which image this frontend is
        help: use BuildKit 0.10 or newer
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&error(&built));
    let pong = wire::PongResponse { workers: Vec::new(), ..pong("0.25") };
    let builder = Builder { pong: Some(pong), ..Builder::with_spec(SPEC) };
    expect![[r#"
        the engine has no worker that says its platform
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&error(&builder.build(&Request::new(&[])).await));
}

#[tokio::test]
async fn an_engine_that_goes_away_in_a_step_ends_the_build() {
    let builder =
        Builder::with_spec(SPEC).served(|engine| engine.on_resolve_source_meta(|_| Reply::Disconnect));
    let (end, _, _) = builder.try_build(&Request::new(&[])).await;
    let text = end.unwrap_err();
    assert!(text.contains("the connection to BuildKit ended during `ResolveSourceMeta`"), "{text}");
}

#[tokio::test]
async fn a_connection_cut_anywhere_is_an_error_and_no_hang() {
    let (mut ended, mut cut) = (0, 0);
    for bytes in (0..6000).step_by(83) {
        let builder = Builder::with_spec(SPEC).served(move |engine| engine.cut_after(bytes));
        let (end, _, _) = builder.try_build(&Request::new(&[])).await;
        match end {
            Ok(end) => {
                assert!(end.error.is_none(), "{:?}", end.error);
                ended += 1;
            }
            Err(text) => {
                assert!(text.contains("the connection to BuildKit ended during"), "after {bytes}: {text}");
                assert_eq!(ended, 0, "after {bytes} bytes");
                cut += 1;
            }
        }
    }
    assert!(cut > 10 && ended > 0, "{cut} cut, {ended} whole");
}
