//! Targets that another frontend builds.

use std::collections::BTreeMap;

use buildkit_llb::Image;
use buildkit_proto::pb;

use super::*;

/// A spec of which two targets have frontends of their own.
const SPEC: &str = "\
# syntax=localhost/annex
args: {V: '1', TARGETARCH: , DALEC_TARGET: }
name: tools
version: $V
sources:
  here: {context: {}}
build: {env: {ARCH: $TARGETARCH, FOR: $DALEC_TARGET, MONEY: '\\$V \"x\"'}, steps: [{command: make}]}
dependencies: {sysext: [jq]}
targets:
  trixie: {frontend: {image: 'example.org/other:1', cmdline: /serve}, tests: [{name: runs}]}
  windows:
    frontend: {image: 'example.org/windows:2'}
  noble:
";

fn asked(target: &str, options: &[(&str, &str)]) -> Request {
    let mut all = vec![("target", target)];
    all.extend(options);
    Request::new(&all)
}

/// What other frontends were asked, and the spec that the first of them got.
fn sent(built: &Built) -> (String, String) {
    let (mut said, mut spec) = (String::new(), String::new());
    for call in built.calls.all() {
        let Call::Solve(request) = call else { continue };
        if request.frontend.is_empty() {
            continue;
        }
        writeln!(said, "{}", request.frontend).unwrap();
        let options: BTreeMap<_, _> = request.frontend_opt.iter().collect();
        for (name, value) in options {
            writeln!(said, "  {name}={value}").unwrap();
        }
        let inputs: BTreeMap<_, _> = request.frontend_inputs.into_iter().collect();
        for (name, definition) in inputs {
            let graph = builder::Graph::read(definition);
            if name == "dockerfile" && spec.is_empty() {
                spec = file(&graph);
            }
            writeln!(said, "  input {name}: {}", graph.text().lines().next().unwrap()).unwrap();
        }
    }
    (said, spec)
}

/// Paths and texts of the files that a graph makes.
fn file(graph: &builder::Graph) -> String {
    let made = |(_, op): &(_, pb::Op)| match &op.op {
        Some(Op::File(file)) => file.actions.iter().find_map(|action| match &action.action {
            Some(pb::file_action::Action::Mkfile(file)) => {
                Some(format!("-- {}\n{}", file.path, String::from_utf8_lossy(&file.data)))
            }
            _ => None,
        }),
        _ => None,
    };
    graph.ops.iter().filter_map(made).collect()
}

/// An answer with an image for each platform, or for none in particular.
fn images(ids: &[(&str, &str)], metadata: &[(&str, &str)]) -> Reply<wire::SolveResponse> {
    let reference = |id: &str| {
        let image = Image::new(format!("example.org/result:{id}"), buildkit_llb::Platform::linux("amd64"));
        wire::Ref { id: id.to_owned(), def: Some(Definition::of(&image.state()).into()) }
    };
    let result = match ids {
        [] => None,
        [("", id)] => Some(wire::result::Result::Ref(reference(id))),
        ids => {
            let refs = ids.iter().map(|(platform, id)| ((*platform).to_owned(), reference(id))).collect();
            Some(wire::result::Result::Refs(wire::RefMap { refs }))
        }
    };
    let metadata = metadata.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
    let result = wire::Result { result, metadata: metadata.collect(), ..Default::default() };
    Reply::Answer(wire::SolveResponse { result: Some(result), ..Default::default() })
}

fn returned(built: &Built) -> String {
    assert!(built.end.error.is_none(), "{}", built.error());
    let result = built.end.result.as_ref().unwrap();
    let mut shown = match result.result.as_ref() {
        Some(wire::result::Result::Ref(one)) => format!("{}\n", one.id),
        Some(wire::result::Result::Refs(many)) => {
            let sorted: BTreeMap<_, _> = many.refs.iter().collect();
            sorted
                .iter()
                .map(|(platform, one)| format!("{platform}: {}\n", one.id))
                .collect::<Vec<_>>()
                .concat()
        }
        other => panic!("{other:?}"),
    };
    let metadata: BTreeMap<_, _> = result.metadata.iter().collect();
    for (name, value) in metadata {
        writeln!(shown, "{name}={}", String::from_utf8_lossy(value)).unwrap();
    }
    for (platform, list) in &result.attestations {
        for attestation in &list.attestation {
            writeln!(shown, "attested for {platform}: {attestation:?}").unwrap();
        }
    }
    shown
}

#[tokio::test]
async fn the_frontend_of_a_target_gets_the_spec_with_args_replaced_once_and_its_answer_is_passed_on() {
    let attestation = wire::Attestation {
        r#ref: Some(wire::Ref { id: "of-it".to_owned(), def: None }),
        path: "/sbom.json".to_owned(),
        in_toto_predicate_type: "https://spdx.dev/Document".to_owned(),
        in_toto_subjects: vec![wire::InTotoSubject { name: "x".to_owned(), ..Default::default() }],
        ..Default::default()
    };
    let builder = Builder::with_spec(SPEC).asking(move |_| {
        let mut reply = images(&[("", "made")], &[("containerimage.config", "{}"), ("frontend.note", "hi")]);
        if let Reply::Answer(wire::SolveResponse { result: Some(result), .. }) = &mut reply {
            let list = wire::Attestations { attestation: vec![attestation.clone()] };
            result.attestations.insert("linux/amd64".to_owned(), list);
        }
        reply
    });
    let options = [
        ("build-arg:V", "2"),
        ("build-arg:DALEC_SKIP_TESTS", "1"),
        ("cmdline", "localhost/annex"),
        ("source", "localhost/annex"),
        ("label:a", "b"),
        ("context:extra", "local:extra"),
        ("frontend.caps", "moby.buildkit.frontend.contexts+forward"),
    ];
    let built = builder.build(&asked("trixie/deb/of/it", &options)).await;
    let (said, spec) = sent(&built);
    expect![[r#"
        gateway.v0
          build-arg:DALEC_SKIP_TESTS=1
          cmdline=/serve
          context:extra=local:extra
          dalec.target=trixie
          frontend.caps=moby.buildkit.frontend.contexts+forward
          label:a=b
          source=example.org/other:1
          target=deb/of/it
          input dockerfile: v0 file
    "#]]
    .assert_eq(&said);
    expect![[r#"
        -- /Dockerfile
        name: tools
        version: "2"
        revision: "1"
        sources:
          here:
            context:
              name: context
        build:
          network_mode: none
          env:
            ARCH: amd64
            FOR: trixie
            MONEY: "\\$V \"x\""
          steps:
            - command: make
        dependencies:
          sysext:
            jq: null
        tests:
          - name: runs
    "#]]
    .assert_eq(&spec);
    expect![[r#"
        made
        containerimage.config={}
        frontend.note=hi
        attested for linux/amd64: Attestation { kind: InToto, metadata: {}, r#ref: Some(Ref { id: "of-it", def: None }), path: "/sbom.json", in_toto_predicate_type: "https://spdx.dev/Document", in_toto_subjects: [InTotoSubject { kind: Self_, digest: [], name: "" }] }
    "#]].assert_eq(&returned(&built));
}

#[tokio::test]
async fn a_spec_that_is_the_same_for_all_platforms_is_sent_once_and_another_for_each() {
    let builder = |spec: &str| {
        Builder::with_spec(spec).asking(|request| {
            let platforms = &request.frontend_opt["platform"];
            let own = [("containerimage.config", "own"), ("frontend.note", "hi")];
            match platforms.split(',').collect::<Vec<_>>()[..] {
                [one] => images(&[("", one)], &own),
                _ => images(&[("linux/amd64", "1"), ("linux/arm64", "2")], &[("refs.platforms", "all")]),
            }
        })
    };
    let platforms = [("platform", "linux/amd64,linux/arm64"), ("multi-platform", "true")];
    let same = SPEC.replace("ARCH: $TARGETARCH, ", "");
    let built = builder(&same).build(&asked("windows/zip", &platforms)).await;
    expect![[r#"
        gateway.v0
          dalec.target=windows
          multi-platform=true
          platform=linux/amd64,linux/arm64
          source=example.org/windows:2
          target=zip
          input dockerfile: v0 file

        linux/amd64: 1
        linux/arm64: 2
        refs.platforms=all
    "#]]
    .assert_eq(&(sent(&built).0 + "\n" + &returned(&built)));
    let built = builder(SPEC).build(&asked("windows/zip", &platforms)).await;
    expect![[r#"
        gateway.v0
          dalec.target=windows
          platform=linux/amd64
          source=example.org/windows:2
          target=zip
          input dockerfile: v0 file
        gateway.v0
          dalec.target=windows
          platform=linux/arm64
          source=example.org/windows:2
          target=zip
          input dockerfile: v0 file

        linux/amd64: linux/amd64
        linux/arm64: linux/arm64
        containerimage.config/linux/amd64=own
        containerimage.config/linux/arm64=own
        frontend.note=hi
        refs.platforms={"Platforms":[{"ID":"linux/amd64","Platform":{"architecture":"amd64","os":"linux"}},{"ID":"linux/arm64","Platform":{"architecture":"arm64","os":"linux"}}]}
    "#]].assert_eq(&(sent(&built).0 + "\n" + &returned(&built)));
    let arm = sent(&builder(SPEC).build(&asked("windows", &[("platform", "linux/arm64")])).await).1;
    assert!(arm.contains("ARCH: arm64"), "{arm}");
}

#[tokio::test]
async fn a_remote_context_and_the_ignore_file_of_the_spec_are_handed_over() {
    let git = "https://example.org/code.git#main";
    let builder = Builder::default().asking(|_| images(&[("", "made")], &[]));
    let builder = builder.file("git://example.org/code.git#main", "spec.yml", SPEC);
    let options = [("context", git), ("frontend.caps", "moby.buildkit.frontend.gitquerystring+forward")];
    let built = builder.build(&asked("trixie", &options)).await;
    expect![[r#"
        gateway.v0
          cmdline=/serve
          dalec.target=trixie
          source=example.org/other:1
          input context: v0 source git://example.org/code.git#main
          input dockerfile: v0 file
    "#]]
    .assert_eq(&sent(&built).0);

    let builder = Builder::with_spec(SPEC).asking(|_| images(&[("", "made")], &[]));
    let builder = builder.file("local://dockerfile", "spec.yml.dockerignore", "*.o\n");
    let (_, files) = sent(&builder.build(&asked("trixie", &[])).await);
    assert!(files.contains("-- /Dockerfile.dockerignore\n*.o\n"), "{files}");
}

#[tokio::test]
async fn what_goes_wrong_there_is_told_with_the_frontend_and_its_place() {
    let fails =
        |status: fn() -> tonic::Status| Builder::with_spec(SPEC).asking(move |_| Reply::Fail(status()));
    let built = fails(|| failed(2, "example.org/windows:2: not found", &[]));
    expect![[r#"
        spec.yml:12: frontend `example.org/windows:2` of target `windows`: example.org/windows:2: not found
        [Source+json spec.yml 12-12]
    "#]]
    .assert_eq(&error(&built.build(&asked("windows", &[])).await));
    let built = fails(|| {
        let place = br#"{"info":{"filename":"Dockerfile","data":"bmFtZTogeAo="},"ranges":[{"start":{"line":1},"end":{"line":1}}]}"#;
        failed(2, "no target `zap`", &[("github.com/moby/buildkit/errdefs.Source+json", place)])
    });
    expect![[r#"
        frontend `example.org/windows:2` of target `windows`: Dockerfile:1: no target `zap`
        [Source+json Dockerfile 1-1]
    "#]]
    .assert_eq(&error(&built.build(&asked("windows/zap", &[])).await));
    let nothing = Builder::with_spec(SPEC).asking(|_| images(&[], &[]));
    expect![[r#"
        spec.yml:12:23: frontend `example.org/windows:2` of target `windows` gives no result
        12 |     frontend: {image: 'example.org/windows:2'}
           |                       ^^^^^^^^^^^^^^^^^^^^^^^
        help: a frontend of a target answers like one of a `# syntax=` line
        [Source+json spec.yml 12-12]
    "#]]
    .assert_eq(&error(&nothing.build(&asked("windows", &[])).await));
    let another =
        Builder::with_spec(SPEC).asking(|_| images(&[("linux/s390x", "1"), ("linux/amd64", "2")], &[]));
    let platforms = [("platform", "linux/amd64,linux/arm64"), ("multi-platform", "true")];
    expect![[r#"
        spec.yml:12:23: frontend `example.org/windows:2` of target `windows` gives no result for `linux/arm64`
        12 |     frontend: {image: 'example.org/windows:2'}
           |                       ^^^^^^^^^^^^^^^^^^^^^^^
        help: a frontend of a target answers like one of a `# syntax=` line
        [Source+json spec.yml 12-12]
    "#]]
    .assert_eq(&error(&another.build(&asked("windows", &platforms)).await));
    let mut old = Builder::with_spec(SPEC);
    old.release = "0.6".to_owned();
    expect![[r#"
        the BuildKit of this build does not have `frontend.inputs`: use BuildKit 0.7 or newer
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&error(&old.build(&asked("windows", &[])).await));
}

#[tokio::test]
async fn a_spec_that_is_wrong_is_handed_to_nobody() {
    let built = Builder::with_spec(SPEC.replace("$V", "$W")).build(&asked("windows", &[])).await;
    assert_eq!(sent(&built).0, "");
    expect![[r#"
        spec.yml:4:10: build arg `W` is not declared
        4 | version: $W
          |          ^^
        help: declare it in `args`, with a default or without
        [Source+json spec.yml 4-4]
    "#]]
    .assert_eq(&error(&built));
    let built = Builder::with_spec(SPEC).build(&asked("windows", &[("build-arg:NOPE", "1")])).await;
    assert_eq!(sent(&built).0, "");
    expect![[r#"
        the spec declares no build arg `NOPE`
        help: declare it in `args`, or leave it out of the command
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&error(&built));
}

#[tokio::test]
async fn what_another_frontend_hands_on_is_built_here_whatever_the_spec_says_of_frontends() {
    let made = |path: &'static str, options: &'static [(&'static str, &'static str)]| async move {
        let spec = SPEC.replace("sources:\n  here: {context: {}}\n", "").replace("build:", "x-build:");
        let built = Builder::with_spec(spec).build(&asked(path, options)).await;
        assert_eq!(sent(&built).0, "");
        match &built.end.error {
            None => made(built.results().values().next().unwrap()),
            Some(_) => error(&built),
        }
    };
    let key = &[("dalec.target", "trixie")];
    assert_eq!(
        made("testing/sysext", key).await,
        made("trixie/testing/sysext", &[("dalec.target", "x")]).await
    );
    expect!["a file"].assert_eq(&made("testing/sysext/lock", key).await);
    expect![[r#"
        unknown target `trixie/testing/sysxt`
        help: did you mean `trixie/testing/sysext`? `--call=targets` lists all
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&made("testing/sysxt", key).await);
}

#[tokio::test]
async fn the_targets_of_another_frontend_are_listed_below_the_key_of_its_target() {
    let list = |options: &'static [(&'static str, &'static str)], answer: &'static str| async move {
        let builder = Builder::with_spec(SPEC).asking(move |_| images(&[], &[("result.json", answer)]));
        let mut all = vec![("requestid", "frontend.targets")];
        all.extend(options);
        let built = builder.build(&asked("", &all)).await;
        let text = built.metadata("result.txt").unwrap();
        let shown: Vec<&str> = text
            .lines()
            .filter(|line| {
                ["TARGET", "trixie", "windows", "noble/testing"].iter().any(|key| line.starts_with(key))
            })
            .collect();
        (shown.join("\n") + "\n", sent(&built).0, built.metadata("result.json").unwrap())
    };
    let answer = r#"{"targets":[{"name":"zip","description":"a zip\u001b[31m","default":true},{"name":""},{"name":"a/b"}]}"#;
    let (text, said, json) = list(&[], answer).await;
    expect![[r#"
        TARGET                                        DESCRIPTION
        noble/testing/sysext (default, in the spec)   system extension image of Ubuntu 24.04 packages
        noble/testing/sysext/lock (in the spec)       the exact packages the image would hold, to build it again
        noble/testing/sysext/report (in the spec)     what the image would hold, need and hide, as JSON and as a page
        trixie (in the spec)
        trixie/a/b (in the spec)
        trixie/zip (in the spec)                      a zip\u{1b}[31m
        windows (in the spec)
        windows/a/b (in the spec)
        windows/zip (in the spec)                     a zip\u{1b}[31m
    "#]].assert_eq(&text);
    expect![[r#"
        gateway.v0
          cmdline=/serve
          dalec.target=trixie
          frontend.caps=moby.buildkit.frontend.subrequests+forward
          requestid=frontend.targets
          source=example.org/other:1
          input dockerfile: v0 file
        gateway.v0
          dalec.target=windows
          frontend.caps=moby.buildkit.frontend.subrequests+forward
          requestid=frontend.targets
          source=example.org/windows:2
          input dockerfile: v0 file
    "#]]
    .assert_eq(&said);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let of =
        json["targets"].as_array().unwrap().iter().find(|target| target["name"] == "windows/zip").unwrap();
    expect![[r#"{"description":"a zip\\u{1b}[31m","location":{"ranges":[{"end":{"character":9,"line":11},"start":{"character":2,"line":11}}]},"name":"windows/zip","specDefined":true}"#]].assert_eq(&of.to_string());
    let (text, said, _) = list(&[("target", "windows")], "no JSON").await;
    expect![[r#"
        TARGET                  DESCRIPTION
        windows (in the spec)   built by the frontend `example.org/windows:2`
    "#]]
    .assert_eq(&text);
    assert_eq!(said.matches("gateway.v0").count(), 1, "only the one that is asked about is asked");
    let (text, said, _) = list(&[("target", "noble/testing")], answer).await;
    expect![[r#"
        TARGET                                        DESCRIPTION
        noble/testing/sysext (default, in the spec)   system extension image of Ubuntu 24.04 packages
        noble/testing/sysext/lock (in the spec)       the exact packages the image would hold, to build it again
        noble/testing/sysext/report (in the spec)     what the image would hold, need and hide, as JSON and as a page
    "#]].assert_eq(&text);
    assert_eq!(said, "");
}

#[tokio::test]
async fn a_frontend_that_lists_for_another_leaves_out_the_key_that_it_was_given() {
    let options = [("requestid", "frontend.targets"), ("dalec.target", "trixie")];
    let built = Builder::with_spec(SPEC).build(&asked("", &options)).await;
    expect![[r#"
        TARGET                                DESCRIPTION
         (in the spec)                        packages, the same as with `/deb`
        deb (in the spec)                     packages and their source package
        dsc (in the spec)                     the source package alone
        testing/sysext (in the spec)          system extension image of Debian 13 packages
        testing/sysext/lock (in the spec)     the exact packages the image would hold, to build it again
        testing/sysext/report (in the spec)   what the image would hold, need and hide, as JSON and as a page
        worker (in the spec)                  the worker in which packages are built
    "#]]
    .assert_eq(&built.metadata("result.txt").unwrap());
}

#[tokio::test]
async fn questions_about_such_a_target_are_answered_here() {
    let ask = |question: &'static str| async move {
        let built = Builder::with_spec(SPEC).build(&asked("windows/zip", &[("requestid", question)])).await;
        assert_eq!(sent(&built).0, "");
        assert!(built.end.error.is_none(), "{}", built.error());
        built.metadata("result.txt").unwrap()
    };
    expect![[r#"
        TARGET:      windows/zip
        DESCRIPTION: built by the frontend `example.org/windows:2`

        BUILD ARG      VALUE   DESCRIPTION
        V              1
        TARGETARCH
        DALEC_TARGET

        CONTEXT   REQUIRED   DESCRIPTION
        context   yes
    "#]]
    .assert_eq(&ask("frontend.outline").await);
    expect![[r#"
        spec.yml:10:79: warning: this test checks nothing [test-empty]
        10 |   trixie: {frontend: {image: 'example.org/other:1', cmdline: /serve}, tests: [{name: runs}]}
           |                                                                               ^^^^^^^^^^^^
        help: give it `steps` or `files`
    "#]]
    .assert_eq(&ask("frontend.lint").await);
}
