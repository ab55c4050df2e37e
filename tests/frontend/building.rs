//! Builds that succeed: what is asked in which order, and what the result says.

use super::*;

#[tokio::test]
async fn a_build_asks_what_it_must_in_order() {
    let built = Builder::with_spec(SPEC).build(&Request::new(&[])).await;
    expect![[r#"
        Ping
        Inputs
        Solve local://dockerfile, now
        ReadFile spec.yml
        ResolveSourceMeta docker-image://docker.io/library/debian:trixie@sha256:d5ce19d4736f0ebbacd686d1040271a5aeb0cc920f5990c1bfae1717627f0674
        Solve list amd64, now
        ReadFile /answer.json
        Solve http://example.org/debian-security/dists/trixie-security/InRelease, now
        Solve http://example.org/debian/dists/trixie/InRelease, now
        Solve resolve amd64, now
        Solve list tools, now
        ReadFile /answer.json
        ReadFile /answer.json
        Solve assemble tools-v1.0.0-1-trixie-x86-64, now
        ReadFile /answer.json
        Solve assemble tools-v1.0.0-1-trixie-x86-64
        Return
    "#]].assert_eq(&story(&built));
    expect![[r#"
        containerimage.config {"architecture":"amd64","config":{},"os":"linux","rootfs":{"diff_ids":[],"type":"layers"}}
    "#]].assert_eq(&metadata(&built));
}

#[tokio::test]
async fn several_platforms_are_asked_for_at_once_and_are_one_result() {
    let request =
        Request::new(&[("platform", "linux/arm64,linux/amd64"), ("build-arg:SOURCE_DATE_EPOCH", "9")]);
    let built = Builder::with_spec(SPEC).build(&request).await;
    let platforms: Vec<String> = built.results().into_keys().collect();
    assert_eq!(platforms, ["linux/amd64", "linux/arm64"]);
    expect![[r#"
        containerimage.config/linux/amd64 {"architecture":"amd64","config":{},"os":"linux","rootfs":{"diff_ids":[],"type":"layers"}}
        containerimage.config/linux/arm64 {"architecture":"arm64","config":{},"os":"linux","rootfs":{"diff_ids":[],"type":"layers"}}
        refs.platforms {"Platforms":[{"ID":"linux/arm64","Platform":{"architecture":"arm64","os":"linux"}},{"ID":"linux/amd64","Platform":{"architecture":"amd64","os":"linux"}}]}
        source.date.epoch/linux/amd64 9
        source.date.epoch/linux/arm64 9
    "#]].assert_eq(&metadata(&built));
    let mut lines: Vec<String> = story(&built).lines().map(str::to_owned).collect();
    lines.retain(|line| line.starts_with("Solve"));
    // What is asked at the same time has no order.
    lines.sort();
    expect![[r#"
        Solve assemble tools-v1.0.0-1-trixie-arm64
        Solve assemble tools-v1.0.0-1-trixie-arm64, now
        Solve assemble tools-v1.0.0-1-trixie-x86-64
        Solve assemble tools-v1.0.0-1-trixie-x86-64, now
        Solve http://example.org/debian-security/dists/trixie-security/InRelease, now
        Solve http://example.org/debian/dists/trixie/InRelease, now
        Solve list amd64, now
        Solve list arm64, now
        Solve list tools, now
        Solve local://dockerfile, now
        Solve resolve amd64, now
        Solve resolve arm64, now
    "#]]
    .assert_eq(&(lines.join("\n") + "\n"));
}

#[tokio::test]
async fn one_platform_is_a_result_of_many_when_the_client_says_so() {
    let request = Request::new(&[
        ("platform", "linux/arm/v7"),
        ("multi-platform", "true"),
        ("label:org.example.a", "b"),
    ]);
    let built = Builder::with_spec(SPEC).build(&request).await;
    assert_eq!(built.results().into_keys().collect::<Vec<_>>(), ["linux/arm/v7"]);
    expect![[r#"
        containerimage.config/linux/arm/v7 {"architecture":"arm","config":{"Labels":{"org.example.a":"b"}},"os":"linux","rootfs":{"diff_ids":[],"type":"layers"},"variant":"v7"}
        refs.platforms {"Platforms":[{"ID":"linux/arm/v7","Platform":{"architecture":"arm","os":"linux","variant":"v7"}}]}
    "#]].assert_eq(&metadata(&built));
}

#[tokio::test]
async fn a_given_lock_is_built_without_asking_the_repositories() {
    let job = job::Resolve {
        target: "trixie".to_owned(),
        platform: "linux/amd64".to_owned(),
        architecture: "amd64".to_owned(),
        keys: Vec::new(),
        extra: Vec::new(),
        packages: ["jq", "zsh"].map(|name| job::Wanted { name: name.to_owned(), versions: vec![] }).into(),
    };
    let builder = Builder::with_spec(SPEC).file("local://lock", "sysext.lock", choice(&job).to_json());
    let built = builder.build(&Request::new(&[("context:dalec-sysext-lock", "local:lock")])).await;
    expect![[r#"
        Ping
        Inputs
        Solve local://dockerfile, now
        ReadFile spec.yml
        Solve local://lock, now
        ReadFile .dockerignore
        Solve local://lock, now
        ReadFile /linux_amd64/sysext.lock
        Solve local://lock, now
        ReadFile /sysext.lock
        ResolveSourceMeta docker-image://docker.io/library/debian:trixie@sha256:d5ce19d4736f0ebbacd686d1040271a5aeb0cc920f5990c1bfae1717627f0674
        Solve assemble tools-v1.0.0-1-trixie-x86-64, now
        ReadFile /answer.json
        Solve assemble tools-v1.0.0-1-trixie-x86-64
        Return
    "#]].assert_eq(&story(&built));
}

#[tokio::test]
async fn the_lock_route_chooses_and_builds_nothing() {
    let built =
        Builder::with_spec(SPEC).build(&Request::new(&[("target", "trixie/testing/sysext/lock")])).await;
    expect![[r#"
        Ping
        Inputs
        Solve local://dockerfile, now
        ReadFile spec.yml
        ResolveSourceMeta docker-image://docker.io/library/debian:trixie@sha256:d5ce19d4736f0ebbacd686d1040271a5aeb0cc920f5990c1bfae1717627f0674
        Solve list amd64, now
        ReadFile /answer.json
        Solve http://example.org/debian-security/dists/trixie-security/InRelease, now
        Solve http://example.org/debian/dists/trixie/InRelease, now
        Solve resolve amd64, now
        Solve list tools, now
        ReadFile /answer.json
        ReadFile /answer.json
        Solve a file
        Return
    "#]].assert_eq(&story(&built));
}

#[tokio::test]
async fn an_engine_of_0_8_builds_the_same() {
    let pong = wire::PongResponse { workers: Vec::new(), ..pong("0.8") };
    let builder = Builder { release: "0.8".to_owned(), pong: Some(pong), ..Builder::with_spec(SPEC) };
    let builder = builder.answering(|step| match step {
        Step::Resolve(job) => Some(resolution(job, vec![finding(Level::Warning, "jq", "it is odd")])),
        _ => None,
    });
    let mut request = Request::new(&[("source", "example.org/annex:1")]);
    request.frontend = false;
    request.workers =
        Some(r#"[{"ID":"w","Labels":null,"Platforms":[{"architecture":"amd64","os":"linux"}]}]"#.to_owned());
    let built = builder.build(&request).await;
    expect![[r#"
        Ping
        Inputs
        Solve local://dockerfile, now
        ReadFile spec.yml
        ResolveImageConfig docker.io/library/debian:trixie@sha256:d5ce19d4736f0ebbacd686d1040271a5aeb0cc920f5990c1bfae1717627f0674
        Solve list amd64, now
        ReadFile /answer.json
        Solve http://example.org/debian-security/dists/trixie-security/InRelease, now
        Solve http://example.org/debian/dists/trixie/InRelease, now
        Solve list tools, now
        Solve resolve amd64, now
        ReadFile /answer.json
        ReadFile /answer.json
        Solve assemble tools-v1.0.0-1-trixie-x86-64, now
        ReadFile /answer.json
        Solve assemble tools-v1.0.0-1-trixie-x86-64
        Return
    "#]].assert_eq(&story(&built));
}

#[tokio::test]
async fn an_engine_of_0_7_is_made_to_build_by_a_look_at_the_result() {
    let builder = Builder { release: "0.7".to_owned(), ..Builder::with_spec(SPEC) };
    let builder = builder.failing(|step, digest| match step {
        Step::Resolve(_) => Some(builder::failed_vertex("exit code: 1", digest)),
        _ => None,
    });
    let built = builder.build(&Request::new(&[])).await;
    expect![[r#"
        Ping
        Inputs
        Solve local://dockerfile
        StatFile .
        ReadFile spec.yml
        ResolveImageConfig docker.io/library/debian:trixie@sha256:d5ce19d4736f0ebbacd686d1040271a5aeb0cc920f5990c1bfae1717627f0674
        Solve list amd64
        StatFile .
        ReadFile /answer.json
        Solve http://example.org/debian-security/dists/trixie-security/InRelease
        Solve http://example.org/debian/dists/trixie/InRelease
        StatFile .
        StatFile .
        Solve resolve amd64
        Solve list tools
        StatFile .
        StatFile .
        ReadFile /answer.json
        Return
    "#]].assert_eq(&story(&built));
    expect![[r#"
        spec.yml:5: exit code: 1
        [Vertex+json ]
        [tomorrow ]
        [Source+json spec.yml 6-6]
        [Source+json spec.yml 5-5]
    "#]]
    .assert_eq(&error(&built));
}

#[tokio::test]
async fn a_policy_of_the_client_decides_what_the_base_image_is() {
    let builder = Builder::with_spec(SPEC).served(|engine| {
        engine.on_resolve_source_meta(|request| {
            let mut source = request.source.clone().unwrap();
            source.identifier = "docker-image://mirror.example.org/debian:trixie".to_owned();
            let image = wire::ResolveSourceImageResponse {
                digest: format!("sha256:{}", "5".repeat(64)),
                ..Default::default()
            };
            wire::ResolveSourceMetaResponse { source: Some(source), image: Some(image), ..Default::default() }
        })
    });
    let built = builder.build(&Request::new(&[])).await;
    let text = built.results()[""].text();
    let image = text.lines().next().unwrap();
    expect!["v0 source docker-image://mirror.example.org/debian:trixie@sha256:5555555555555555555555555555555555555555555555555555555555555555"].assert_eq(image);
}

#[tokio::test]
async fn caches_of_the_client_are_named_in_every_solve() {
    let request = Request::new(&[("cache-from", "example.org/cache")]);
    let built = Builder::with_spec(SPEC).build(&request).await;
    let solves = built.calls.all();
    let imports = solves.iter().filter_map(|call| match call {
        Call::Solve(request) => Some(request.cache_imports.len()),
        _ => None,
    });
    assert!(imports.clone().count() > 3 && imports.clone().all(|count| count == 1), "{solves:?}");
}

fn metadata(built: &Built) -> String {
    let result = built.end.result.as_ref().expect("the build succeeds");
    let lines =
        result.metadata.iter().map(|(key, value)| format!("{key} {}\n", String::from_utf8_lossy(value)));
    lines.collect()
}
