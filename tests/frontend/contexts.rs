//! Named contexts: what stands in the place of a worker.

use super::*;

/// The first vertices of the image's graph, which stand in the worker's place, and what was asked for it.
async fn worker(builder: Builder, options: &[(&str, &str)]) -> String {
    let built = builder.build(&Request::new(options)).await;
    assert!(built.end.error.is_none(), "{}", built.error());
    let graph = built.results()[""].text();
    let end = graph.find("source docker-image://example.org/annex").expect("the frontend's own image");
    let end = graph[..end].rfind("\nv").map_or(0, |end| end + 1);
    let asked: Vec<String> = story(&built).lines().skip(4).take(4).map(str::to_owned).collect();
    format!("{}\n{}", asked.join("\n"), &graph[..end])
}

#[tokio::test]
async fn a_worker_can_be_an_image() {
    let options = [("context:dalec-trixie-worker", "docker-image://example.org/worker:1")];
    expect![[r#"
        ResolveSourceMeta docker-image://example.org/worker:1
        Solve list amd64, now
        ReadFile /answer.json
        Solve http://example.org/debian-security/dists/trixie-security/InRelease, now
        v0 source docker-image://example.org/worker:1@sha256:5f0f543e9c014b6fcc3fd3b9bf3e90d89ef78dee7c0b8f8a59d657f8cf7eb332
           platform linux/amd64
           name [context dalec-trixie-worker] example.org/worker:1@sha256:5f0f543e9c014b6fcc3fd3b9bf3e90d89ef78dee7c0b8f8a59d657f8cf7eb332
    "#]].assert_eq(&worker(Builder::with_spec(SPEC), &options).await);
}

#[tokio::test]
async fn a_worker_for_one_platform_is_that_of_the_engine() {
    let options = [
        ("context:dalec-trixie-worker::linux/amd64", "docker-image://example.org/worker:amd64"),
        ("context:dalec-trixie-worker::linux/arm64", "docker-image://example.org/worker:arm64"),
        ("platform", "linux/arm64"),
    ];
    expect![[r#"
        ResolveSourceMeta docker-image://example.org/worker:amd64
        Solve list arm64, now
        ReadFile /answer.json
        Solve http://example.org/debian-security/dists/trixie-security/InRelease, now
        v0 source docker-image://example.org/worker:amd64@sha256:211869201069042a30199bcf71faa672feec5607155e4b412ecde054e9c6a77c
           platform linux/amd64
           name [context dalec-trixie-worker::linux/amd64] example.org/worker:amd64@sha256:211869201069042a30199bcf71faa672feec5607155e4b412ecde054e9c6a77c
    "#]].assert_eq(&worker(Builder::with_spec(SPEC), &options).await);
}

#[tokio::test]
async fn a_worker_can_be_a_directory_that_has_an_ignore_file() {
    let builder = Builder::with_spec(SPEC).file("local://w", ".dockerignore", "# notes\n/notes\n!notes/a\n");
    let options = [("context:dalec-trixie-worker", "local:w"), ("local-sessionid:w", "another")];
    expect![[r#"
        Solve local://w, now
        ReadFile .dockerignore
        Solve list amd64, now
        ReadFile /answer.json
        v0 source local://w
           local.excludepatterns=["notes","!notes/a"]
           local.session=another
           local.sharedkeyhint=context:dalec-trixie-worker-
           name [context dalec-trixie-worker] load from client
    "#]]
    .assert_eq(&worker(builder, &options).await);
}

#[tokio::test]
async fn an_ignore_file_that_cannot_be_read_is_told() {
    let builder = Builder::with_spec(SPEC).file("local://w", ".dockerignore", "!\n");
    let built = builder.build(&Request::new(&[("context:dalec-trixie-worker", "local:w")])).await;
    expect![[r#"
        line 1 of `.dockerignore` is `!` without a pattern
        help: write the pattern that is not to be ignored after `!`, or remove the line
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&error(&built));
}

#[tokio::test]
async fn a_worker_can_be_a_graph_of_the_client() {
    let tree = State::scratch().mkfile(MkFile::new("/etc/hostname", "worker\n"));
    let mut builder = Builder::with_spec(SPEC);
    builder.inputs.insert("w".to_owned(), Definition::of(&tree).into());
    expect![[r#"
        Solve list amd64, now
        ReadFile /answer.json
        Solve http://example.org/debian-security/dists/trixie-security/InRelease, now
        Solve http://example.org/debian/dists/trixie/InRelease, now
        v0 file
           mkfile /etc/hostname 0644
           | worker
    "#]]
    .assert_eq(&worker(builder, &[("context:dalec-trixie-worker", "input:w")]).await);
}

#[tokio::test]
async fn an_input_that_was_not_sent_is_told() {
    let options = [("context:dalec-trixie-worker", "input:w")];
    expect![[r#"
        the client sent no input `w`
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&error(&Builder::with_spec(SPEC).build(&Request::new(&options)).await));
}

#[tokio::test]
async fn a_worker_can_be_an_image_in_a_directory() {
    let layout = format!("oci-layout://store@sha256:{}", "5".repeat(64));
    let options = [("context:dalec-trixie-worker", &*layout)];
    expect![[r#"
        Solve list amd64, now
        ReadFile /answer.json
        Solve http://example.org/debian-security/dists/trixie-security/InRelease, now
        Solve http://example.org/debian/dists/trixie/InRelease, now
        v0 source oci-layout://localhost/context@sha256:5555555555555555555555555555555555555555555555555555555555555555
           oci.session=session-of-the-client
           oci.store=store
           platform linux/amd64
           name [context dalec-trixie-worker] OCI load from client
    "#]]
    .assert_eq(&worker(Builder::with_spec(SPEC), &options).await);
}

#[tokio::test]
async fn a_worker_can_come_from_git_or_an_archive() {
    let options = [("context:dalec-trixie-worker", "https://example.org/worker.git#v1:root")];
    expect![[r#"
        Solve list amd64, now
        ReadFile /answer.json
        Solve http://example.org/debian-security/dists/trixie-security/InRelease, now
        Solve http://example.org/debian/dists/trixie/InRelease, now
        v0 source git://example.org/worker.git#v1:root
           git.authheadersecret=GIT_AUTH_HEADER
           git.authtokensecret=GIT_AUTH_TOKEN
           git.fullurl=https://example.org/worker.git
           name [internal] load git source https://example.org/worker.git#v1:root
    "#]]
    .assert_eq(&worker(Builder::with_spec(SPEC), &options).await);
}

#[tokio::test]
async fn the_image_under_a_worker_can_be_another() {
    let options = [("context:docker.io/library/debian:trixie", "docker-image://example.org/debian:trixie")];
    let graph = worker(Builder::with_spec(SPEC), &options).await;
    let image: Vec<&str> = graph.lines().filter(|line| line.contains("example.org/debian")).collect();
    expect![[r#"
        ResolveSourceMeta docker-image://example.org/debian:trixie
        Solve http://example.org/debian-security/dists/trixie-security/InRelease, now
        v0 source docker-image://example.org/debian:trixie@sha256:59f11b9078a9e99f377f3cc8cf1405d8e16674f2e6afc7d1e30ae4e1bd84ba2c
           name [context debian:trixie] example.org/debian:trixie@sha256:59f11b9078a9e99f377f3cc8cf1405d8e16674f2e6afc7d1e30ae4e1bd84ba2c
    "#]].assert_eq(&(image.join("\n") + "\n"));
}

#[tokio::test]
async fn a_context_that_cannot_be_read_is_told_only_if_it_is_used() {
    let unused = Request::new(&[("context:other", "gopher://example.org")]);
    assert!(Builder::with_spec(SPEC).build(&unused).await.end.error.is_none());
    let used = Request::new(&[("context:dalec-trixie-worker", "gopher://example.org")]);
    expect![[r#"
        option `context:dalec-trixie-worker` is `gopher://example.org`: expected a directory, or a value that begins with `docker-image://`, `oci-layout://`, `https://`, `http://`, `git://`, `ssh://`, `git@`, `local:` or `input:`
        [Source+json spec.yml 0-0]
    "#]].assert_eq(&error(&Builder::with_spec(SPEC).build(&used).await));
}
