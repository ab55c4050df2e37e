//! Building graphs, and handing builds on.

use super::*;

#[tokio::test]
async fn a_build_is_requests_in_order() {
    let engine = Engine::new("0.25")
        .on_solve(|_| solved("r1"))
        .with_files([("answer.json", b"{}".to_vec())])
        .on_return(|_| wire::ReturnResponse {});
    let (gateway, calls) = connect(engine).await;
    let import = CacheImport {
        kind: "registry".into(),
        attrs: [("ref".to_owned(), "example.org/c".to_owned())].into(),
    };
    let options = SolveOptions { evaluate: true, cache_imports: vec![import] };
    let reference = gateway.solve(&graph(&[]), &options).await.unwrap();
    let answer = gateway.read_file(&reference, "answer.json", 100).await.unwrap();
    assert_eq!(answer.as_deref(), Some(&b"{}"[..]));
    let result = BuildResult { references: References::One(reference), ..BuildResult::default() };
    gateway.finish(Outcome::Success(result)).await.unwrap();
    assert_eq!(calls.names(), ["Ping", "Solve", "ReadFile", "Return"]);
    let calls = calls.all();
    let entry = wire::CacheOptionsEntry {
        r#type: "registry".into(),
        attrs: [("ref".to_owned(), "example.org/c".to_owned())].into(),
    };
    let request = wire::SolveRequest {
        definition: Some(graph(&[]).into()),
        allow_result_return: true,
        allow_result_array_ref: true,
        cache_imports: vec![entry],
        evaluate: true,
        ..wire::SolveRequest::default()
    };
    assert_eq!(calls[1], Call::Solve(request));
    let result = wire::Result {
        result: Some(wire::result::Result::Ref(wire::Ref { id: "r1".into(), def: None })),
        ..wire::Result::default()
    };
    assert_eq!(calls[3], Call::Return(wire::ReturnRequest { result: Some(result), error: None }));
}

#[tokio::test]
async fn each_form_of_a_result_is_understood() {
    use wire::result::Result as Form;
    let answer = |result| wire::SolveResponse {
        result: Some(wire::Result { result, ..wire::Result::default() }),
        ..wire::SolveResponse::default()
    };
    let bare = wire::SolveResponse { r#ref: "r".into(), result: None };
    for (answer, id) in [
        (answer(Some(Form::Ref(wire::Ref { id: "r".into(), def: None }))), "r"),
        (answer(Some(Form::RefDeprecated("r".into()))), "r"),
        (bare, "r"),
        (answer(Some(Form::Ref(wire::Ref::default()))), ""),
        (answer(None), ""),
    ] {
        let engine = Engine::new("0.8")
            .on_solve(move |_| answer.clone())
            .on_read_file(|request| wire::ReadFileResponse { data: request.r#ref.clone().into() });
        let (gateway, calls) = connect(engine).await;
        let reference = solve(&gateway).await.unwrap();
        assert_eq!(reference.is_empty(), id.is_empty());
        let content = gateway.read_file(&reference, "f", 10).await.unwrap();
        assert_eq!(content, (!id.is_empty()).then(|| id.into()));
        assert_eq!(calls.names().contains(&"ReadFile"), !id.is_empty());
    }
    let refs = [("linux/amd64".to_owned(), wire::Ref::default())].into();
    let many = answer(Some(Form::Refs(wire::RefMap { refs })));
    let (gateway, _calls) = connect(Engine::new("0.25").on_solve(move |_| many.clone())).await;
    expect!["BuildKit's answer to `Solve` cannot be used: it has results of several platforms"]
        .assert_eq(&solve(&gateway).await.unwrap_err().to_string());
}

#[tokio::test]
async fn a_graph_beyond_the_engine_is_not_sent() {
    async fn check(engine: Engine, cap: &str, expected: &Expect) {
        let (gateway, calls) = connect(engine.on_solve(|_| solved("r"))).await;
        let error = gateway.solve(&graph(&["exec.meta.base", cap]), &now()).await.unwrap_err();
        assert!(matches!(error, Error::Unsupported(_)), "{error:?}");
        expected.assert_eq(&error.to_status().message);
        assert_eq!(calls.names(), ["Ping"]);
    }
    check(
        Engine::new("0.13").with_pong(pong_of_graphdriver("0.13")),
        "mergeop",
        &expect!["`mergeop` is disabled in the BuildKit of this build: only enabled with containerd image store backend"],
    )
    .await;
    check(
        Engine::new("0.13"),
        "file.symlink.create",
        &expect![
            "the BuildKit of this build does not have `file.symlink.create`: use BuildKit 0.19 or newer"
        ],
    )
    .await;
    check(
        Engine::new("0.25"),
        "of.tomorrow",
        &expect!["the BuildKit of this build does not have `of.tomorrow`: use a newer BuildKit"],
    )
    .await;
}

#[tokio::test]
async fn an_old_engine_evaluates_when_it_is_looked_at() {
    let engine = Engine::new("0.7")
        .on_solve(|_| solved("r"))
        .on_stat_file(|_| Reply::Answer(wire::StatFileResponse { stat: Some(fsutil::Stat::default()) }));
    let (gateway, calls) = connect(engine).await;
    gateway.solve(&graph(&[]), &now()).await.unwrap();
    let [_, Call::Solve(solve), Call::StatFile(stat)] = &calls.all()[..] else {
        panic!("{calls:?}");
    };
    assert!(!solve.evaluate);
    assert_eq!((&*stat.r#ref, &*stat.path), ("r", "."));
    let failing = Engine::new("0.7")
        .on_solve(|_| solved("r"))
        .on_stat_file(|_| Reply::Fail(failed(2, "exit code: 1", &[])));
    let (gateway, _calls) = connect(failing).await;
    let error = gateway.solve(&graph(&[]), &now()).await.unwrap_err();
    assert_eq!(error.to_string(), "exit code: 1");
}

#[tokio::test]
async fn solves_run_at_the_same_time_and_keep_their_answers() {
    let engine = Engine::new("0.25").on_solve(|request| {
        let definition = request.definition.as_ref().unwrap();
        let op = pb::Op::decode(&definition.def[0][..]).unwrap();
        let Some(pb::op::Op::Source(source)) = op.op else { panic!("{op:?}") };
        solved(&source.identifier)
    });
    let engine =
        engine.on_read_file(|request| wire::ReadFileResponse { data: request.r#ref.clone().into_bytes() });
    let (gateway, calls) = connect(engine).await;
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let gateway = gateway.clone();
            tokio::spawn(async move {
                let definition = graph_of(&source(&format!("r{number}")), &[], pb::Source::default());
                let reference = gateway.solve(&definition, &SolveOptions::default()).await.unwrap();
                gateway.read_file(&reference, "f", 10).await.unwrap().unwrap()
            })
        })
        .collect();
    for (number, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.unwrap(), format!("r{number}").into_bytes());
    }
    assert_eq!(calls.names().len(), 101);
}

#[tokio::test]
async fn inputs_keep_the_bytes_of_their_vertices_on_the_way_to_another_frontend() {
    // A field that no release has yet: a vertex decoded and encoded again would lose it.
    let vertex = [&source("local://context")[..], &[0xfa, 0x3e, 1, b'x']].concat();
    let definition = pb::Definition::from(graph_of(&vertex, &[], pb::Source::default()));
    assert_eq!(definition.def[0], vertex);
    let definitions = [("base".to_owned(), definition.clone())].into();
    let answer = wire::InputsResponse { definitions };
    let refs = |form| wire::SolveResponse {
        result: Some(wire::Result {
            result: Some(form),
            metadata: [("k".to_owned(), b"v".to_vec())].into(),
            ..wire::Result::default()
        }),
        ..wire::SolveResponse::default()
    };
    let map = [("linux/amd64".to_owned(), "r".to_owned())].into();
    let solved = refs(wire::result::Result::RefsDeprecated(wire::RefMapDeprecated { refs: map }));
    let engine = Engine::new("0.25").on_inputs(move |_| answer.clone()).on_solve(move |_| solved.clone());
    let (gateway, calls) = connect(engine).await;
    let inputs = gateway.inputs().await.unwrap();
    let inputs = inputs.into_iter().map(|(name, graph)| (name, Definition::of(&graph.state()))).collect();
    let forward = Forward {
        frontend: "dockerfile.v0".into(),
        options: [("target".to_owned(), "x".to_owned())].into(),
        inputs,
        ..Forward::default()
    };
    let forwarded = gateway.forward(&forward).await.unwrap();
    assert_eq!(forwarded.metadata["k"], b"v");
    assert_eq!(forwarded.references.iter().count(), 1);
    let Some(Call::Solve(request)) = calls.all().pop() else { panic!("{calls:?}") };
    assert_eq!(request.frontend, "dockerfile.v0");
    assert_eq!(request.frontend_inputs["base"], definition);
    assert_eq!(request.definition, None);
}

#[tokio::test]
async fn an_input_that_is_no_graph_is_named() {
    let definition = pb::Definition { def: vec![vec![0xff]], ..pb::Definition::default() };
    let definitions: BTreeMap<_, _> = [("base".to_owned(), definition)].into();
    let engine =
        Engine::new("0.25").on_inputs(move |_| wire::InputsResponse { definitions: definitions.clone() });
    let (gateway, _calls) = connect(engine).await;
    expect!["BuildKit's answer to `Inputs` cannot be used: input `base`: the definition is not in BuildKit's format"]
        .assert_eq(&gateway.inputs().await.unwrap_err().to_string());
}

#[tokio::test]
async fn scratch_needs_no_engine() {
    let (gateway, calls) = connect(Engine::new("0.25")).await;
    let reference = gateway.solve(&Definition::of(&State::scratch()), &now()).await.unwrap();
    assert!(reference.is_empty());
    assert_eq!(calls.names(), ["Ping"]);
}

#[tokio::test]
async fn a_subrequest_is_only_forwarded_to_a_frontend_that_would_not_build_instead() {
    let (gateway, calls) = connect(Engine::new("0.7")).await;
    let options = [("requestid".to_owned(), "frontend.targets".to_owned())].into();
    let forward = Forward { frontend: "dockerfile.v0".into(), options, ..Forward::default() };
    let error = gateway.forward(&forward).await.unwrap_err();
    assert!(matches!(error, Error::Unsupported(_)), "{error:?}");
    assert_eq!(calls.names(), ["Ping"]);
}
