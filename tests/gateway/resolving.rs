//! What a source is.

use super::*;

fn image() -> ImageQuery {
    ImageQuery {
        reference: "docker.io/library/debian:trixie".into(),
        platform: Some(Platform::linux("arm64")),
        mode: ResolveMode::Pull,
        log_name: "load metadata".into(),
        layout: None,
    }
}

fn meta(identifier: &str, digest: &str) -> wire::ResolveSourceMetaResponse {
    wire::ResolveSourceMetaResponse {
        source: Some(pb::SourceOp { identifier: identifier.into(), attrs: BTreeMap::new() }),
        image: Some(wire::ResolveSourceImageResponse {
            digest: digest.into(),
            config: b"{}".to_vec(),
            attestation_chain: None,
        }),
        ..wire::ResolveSourceMetaResponse::default()
    }
}

#[tokio::test]
async fn an_image_is_what_the_policy_made_of_it() {
    let answer = meta("docker-image://mirror.example.org/debian:trixie", "sha256:ab12");
    let (gateway, calls) = connect(Engine::new("0.13").on_resolve_source_meta(move |_| answer.clone())).await;
    let resolved = gateway.resolve_image(&image()).await.unwrap();
    assert_eq!(resolved.reference, "mirror.example.org/debian:trixie");
    assert_eq!(resolved.digest.as_deref(), Some("sha256:ab12"));
    assert_eq!(resolved.config, b"{}");
    let Some(Call::ResolveSourceMeta(request)) = calls.all().pop() else { panic!("{calls:?}") };
    assert_eq!(request.source.unwrap().identifier, "docker-image://docker.io/library/debian:trixie");
    assert_eq!(request.platform.unwrap().architecture, "arm64");
    assert_eq!((&*request.resolve_mode, &*request.log_name), ("pull", "load metadata"));
}

#[tokio::test]
async fn an_engine_before_0_13_is_asked_for_the_config() {
    let engine = Engine::new("0.8").on_resolve_image_config(|_| wire::ResolveImageConfigResponse {
        config: b"{}".to_vec(),
        ..Default::default()
    });
    let (gateway, calls) = connect(engine).await;
    let resolved = gateway.resolve_image(&image()).await.unwrap();
    // Both are left out for images that only the engine has.
    assert_eq!((&*resolved.reference, resolved.digest), ("docker.io/library/debian:trixie", None));
    let query = SourceQuery {
        identifier: "oci-layout://base@sha256:ab".into(),
        attrs: [("oci.store", "base"), ("oci.session", "s1")].map(|(k, v)| (k.into(), v.into())).into(),
        platform: None,
        mode: ResolveMode::Default,
        log_name: String::new(),
    };
    let resolved = gateway.resolve_source(&query).await.unwrap();
    assert_eq!(resolved.identifier, query.identifier);
    assert!(resolved.image.is_some());
    let Some(Call::ResolveImageConfig(request)) = calls.all().pop() else { panic!("{calls:?}") };
    assert_eq!((request.resolver_type, &*request.session_id, &*request.store_id), (1, "s1", "base"));
    let count = calls.all().len();
    let git = SourceQuery { identifier: "git://example.org/x#main".into(), ..query };
    let resolved = gateway.resolve_source(&git).await.unwrap();
    assert_eq!((resolved.identifier, resolved.git, resolved.image), (git.identifier, None, None));
    assert_eq!(calls.all().len(), count);
}

#[tokio::test]
async fn an_image_of_a_layout_names_store_and_session() {
    let answer = meta("oci-layout://base@sha256:ab", "sha256:ab");
    let (gateway, calls) = connect(Engine::new("0.25").on_resolve_source_meta(move |_| answer.clone())).await;
    let layout = Some(OciStore { session: "s1".into(), store: "base".into() });
    let query = ImageQuery { reference: "base@sha256:ab".into(), layout, ..image() };
    assert_eq!(gateway.resolve_image(&query).await.unwrap().reference, "base@sha256:ab");
    let Some(Call::ResolveSourceMeta(request)) = calls.all().pop() else { panic!("{calls:?}") };
    let source = request.source.unwrap();
    assert_eq!(source.identifier, "oci-layout://base@sha256:ab");
    assert_eq!((&*source.attrs["oci.session"], &*source.attrs["oci.store"]), ("s1", "base"));
}

#[tokio::test]
async fn answers_that_name_no_image_are_refused() {
    async fn check(answer: wire::ResolveSourceMetaResponse, expected: &Expect) {
        let engine = Engine::new("0.25").on_resolve_source_meta(move |_| answer.clone());
        let (gateway, _calls) = connect(engine).await;
        expected.assert_eq(&gateway.resolve_image(&image()).await.unwrap_err().to_string());
    }
    check(
        wire::ResolveSourceMetaResponse { image: None, ..meta("https://example.org/x", "") },
        &expect!["the image `docker.io/library/debian:trixie` was replaced by `https://example.org/x`, which is not an image"],
    )
    .await;
    check(
        wire::ResolveSourceMetaResponse { source: None, ..meta("", "") },
        &expect!["BuildKit's answer to `ResolveSourceMeta` cannot be used: it does not name the source"],
    )
    .await;
    check(
        meta("docker-image://x", "sha256:a/../b"),
        &expect!["BuildKit's answer to `ResolveSourceMeta` cannot be used: `sha256:a/../b` is not a digest"],
    )
    .await;
    check(
        meta("https://example.org/x", "sha256:a"),
        &expect!["BuildKit's answer to `ResolveSourceMeta` cannot be used: an image is named `https://example.org/x`"],
    )
    .await;
}

#[tokio::test]
async fn git_and_http_answers_are_there_from_0_26_on() {
    let source =
        |identifier: &str| Some(pb::SourceOp { identifier: identifier.into(), ..Default::default() });
    let git = wire::ResolveSourceGitResponse {
        checksum: "7a6".into(),
        r#ref: "refs/tags/v1".into(),
        commit_checksum: "c0ffee".into(),
        ..Default::default()
    };
    let http = wire::ResolveSourceHttpResponse {
        checksum: "sha256:ab".into(),
        filename: "f".into(),
        last_modified: Some(prost_types::Timestamp { seconds: 5, nanos: 0 }),
        ..Default::default()
    };
    let engine = Engine::new("0.26").on_resolve_source_meta(move |request| {
        let identifier = &request.source.as_ref().unwrap().identifier;
        wire::ResolveSourceMetaResponse {
            source: source(identifier),
            git: identifier.starts_with("git:").then(|| git.clone()),
            http: identifier.starts_with("https:").then(|| http.clone()),
            image: None,
        }
    });
    let (gateway, _calls) = connect(engine).await;
    let query = |identifier: &str| SourceQuery {
        identifier: identifier.into(),
        attrs: BTreeMap::new(),
        platform: None,
        mode: ResolveMode::Default,
        log_name: String::new(),
    };
    let git = gateway.resolve_source(&query("git://example.org/x")).await.unwrap().git.unwrap();
    assert_eq!((&*git.commit, &*git.reference), ("c0ffee", "refs/tags/v1"));
    let http = gateway.resolve_source(&query("https://example.org/f")).await.unwrap().http.unwrap();
    assert_eq!((&*http.digest, http.modified), ("sha256:ab", Some(5)));
    let other = gateway.resolve_source(&query("local://x")).await.unwrap();
    assert_eq!((other.git, other.http), (None, None));
}
