//! The end of a build.

use super::*;

async fn returned(release: &str, result: BuildResult) -> Result<wire::Result, Error> {
    let (gateway, calls) = connect(Engine::new(release).on_return(|_| wire::ReturnResponse {})).await;
    gateway.finish(Outcome::Success(result)).await?;
    Ok(calls.returned().unwrap().result.unwrap())
}

async fn reference(id: &'static str) -> Reference {
    let (gateway, _calls) = connect(Engine::new("0.25").on_solve(move |_| solved(id))).await;
    solve(&gateway).await.unwrap()
}

async fn platforms() -> References {
    References::ByPlatform(
        [
            ("linux/amd64".to_owned(), reference("r1").await),
            ("linux/arm64".to_owned(), reference("r2").await),
        ]
        .into(),
    )
}

#[tokio::test]
async fn several_platforms_are_a_map() {
    let metadata: BTreeMap<_, _> = [("refs.platforms".to_owned(), b"{}".to_vec())].into();
    let result =
        BuildResult { references: platforms().await, metadata: metadata.clone(), ..Default::default() };
    let returned = returned("0.25", result).await.unwrap();
    assert_eq!(returned.metadata, metadata);
    let Some(wire::result::Result::Refs(map)) = returned.result else { panic!("{returned:?}") };
    let refs: Vec<_> = map.refs.iter().map(|(platform, it)| (&**platform, &*it.id)).collect();
    assert_eq!(refs, [("linux/amd64", "r1"), ("linux/arm64", "r2")]);
}

#[tokio::test]
async fn engines_before_0_7_get_ids_alone() {
    let one = BuildResult { references: References::One(reference("r1").await), ..Default::default() };
    let returned_one = returned("0.6", one).await.unwrap();
    assert_eq!(returned_one.result, Some(wire::result::Result::RefDeprecated("r1".into())));
    let many = BuildResult { references: platforms().await, ..Default::default() };
    let returned_many = returned("0.6", many).await.unwrap();
    let refs = [("linux/amd64", "r1"), ("linux/arm64", "r2")].map(|(k, v)| (k.into(), v.into())).into();
    assert_eq!(
        returned_many.result,
        Some(wire::result::Result::RefsDeprecated(wire::RefMapDeprecated { refs }))
    );
}

#[tokio::test]
async fn the_answer_to_a_subrequest_is_metadata_alone() {
    let metadata: BTreeMap<_, _> = [("result.json".to_owned(), b"[]".to_vec())].into();
    let result = BuildResult { metadata: metadata.clone(), ..Default::default() };
    let returned = returned("0.25", result).await.unwrap();
    assert_eq!((returned.result, returned.metadata), (None, metadata));
}

#[tokio::test]
async fn attestations_go_to_engines_that_take_them() {
    let attestation = Attestation {
        kind: AttestationKind::InToto {
            predicate_type: "https://example.org/p".into(),
            subjects: vec![
                Subject::Itself,
                Subject::Raw { name: "n".into(), digests: vec!["sha256:1".into()] },
            ],
        },
        reference: reference("r2").await,
        path: "/sbom.json".into(),
        metadata: [("reason".to_owned(), b"sbom".to_vec())].into(),
    };
    let result = BuildResult {
        references: References::One(reference("r1").await),
        attestations: [("linux/amd64".to_owned(), vec![attestation])].into(),
        ..Default::default()
    };
    let sent = returned("0.11", result.clone()).await.unwrap();
    let [attestation] = &sent.attestations["linux/amd64"].attestation[..] else { panic!("{sent:?}") };
    assert_eq!(attestation.r#ref.as_ref().unwrap().id, "r2");
    assert_eq!(attestation.in_toto_subjects[1].kind, 1);
    expect!["the BuildKit of this build does not have `reference.attestations`: use BuildKit 0.11 or newer"]
        .assert_eq(&returned("0.10", result).await.unwrap_err().to_string());
}

#[tokio::test]
async fn an_end_that_is_refused_is_an_error() {
    let (gateway, _calls) = connect(Engine::new("0.25")).await;
    let error = gateway.finish(Outcome::Success(BuildResult::default())).await.unwrap_err();
    assert!(matches!(error, Error::Engine { call: "Return", .. }), "{error:?}");
}
