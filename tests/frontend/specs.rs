//! Where a spec can come from.

use super::*;

#[tokio::test]
async fn a_spec_of_a_directory_is_read_under_its_name_only() {
    let builder = Builder::with_spec(SPEC).file("local://dockerfile", "Dockerfile", "FROM scratch\n");
    let built = builder.clone().build(&Request::new(&[])).await;
    assert!(built.end.error.is_none());
    let missing = builder.build(&Request::new(&[("filename", "other.yml")])).await;
    expect![[r#"
        there is no spec `other.yml`
        help: say which file is the spec: `docker build -f SPEC.yml`
    "#]]
    .assert_eq(&error(&missing));
}

#[tokio::test]
async fn a_spec_without_a_name_is_the_file_that_docker_means() {
    for name in ["Dockerfile", "dockerfile"] {
        let builder = Builder::default().file("local://dockerfile", name, SPEC);
        let built = builder.build(&Request::new(&[("filename", "")])).await;
        assert!(built.end.error.is_none(), "{name}: {}", built.error());
    }
}

#[tokio::test]
async fn a_spec_can_be_an_input() {
    let spec = State::scratch().mkfile(MkFile::new("/spec.yml", SPEC));
    let mut builder = Builder::default();
    builder.inputs.insert("dockerfile".to_owned(), Definition::of(&spec).into());
    let built = builder.build(&Request::new(&[])).await;
    expect![[r#"
        Ping
        Inputs
        Solve a file, now
        ReadFile spec.yml
    "#]]
    .assert_eq(&beginning(&built));
}

#[tokio::test]
async fn a_spec_can_be_in_a_git_repository() {
    let builder = Builder::default().file("git://example.org/specs.git#main:tools", "spec.yml", SPEC);
    let request = Request::new(&[("context", "https://example.org/specs.git#main:tools")]);
    let built = builder.build(&request).await;
    expect![[r#"
        Ping
        Inputs
        Solve git://example.org/specs.git#main:tools, now
        ReadFile spec.yml
    "#]]
    .assert_eq(&beginning(&built));
}

#[tokio::test]
async fn a_spec_can_be_a_download() {
    let url = "https://example.org/tools.yml";
    let builder = Builder::default().file(url, "context", SPEC);
    let built = builder.build(&Request::new(&[("context", url)])).await;
    expect![[r#"
        Ping
        Inputs
        Solve https://example.org/tools.yml, now
        ReadFile /context
        Solve https://example.org/tools.yml, now
        ReadFile context
    "#]]
    .assert_eq(&beginning(&built));
}

#[tokio::test]
async fn a_spec_can_be_in_an_archive() {
    let url = "http://buildkit-session/x1y2";
    let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let builder =
        Builder::default().file(url, "context", gzip).file(&format!("unpacked {url}"), "spec.yml", SPEC);
    let built = builder.build(&Request::new(&[("context", url)])).await;
    expect![[r#"
        Ping
        Inputs
        Solve http://buildkit-session/x1y2, now
        ReadFile /context
        Solve a file, now
        ReadFile spec.yml
    "#]]
    .assert_eq(&beginning(&built));
}

#[tokio::test]
async fn a_spec_on_standard_input_is_not_the_one_of_the_context() {
    let builder = Builder::with_spec(SPEC);
    let options = [("context", "https://example.org/specs.git"), ("dockerfilekey", "dockerfile")];
    let built = builder.build(&Request::new(&options)).await;
    assert!(built.end.error.is_none(), "{}", built.error());
}

#[tokio::test]
async fn a_spec_that_is_no_text_or_too_long_is_told() {
    let binary = Builder::with_spec([0x7f, b'E', b'L', b'F', 0, 0xff]).build(&Request::new(&[])).await;
    expect![[r#"
        spec.yml:1:6: the file is not UTF-8 text
        1 | �ELF��
          |      ^
        help: save it in the encoding UTF-8
        [Source+json spec.yml 1-1]
    "#]]
    .assert_eq(&error(&binary));
    let long = Builder::with_spec("#\n".repeat(2 << 20)).build(&Request::new(&[])).await;
    expect![[r#"
        `spec.yml` is larger than 1048576 bytes
    "#]]
    .assert_eq(&error(&long));
}

/// What was asked until the spec was read.
fn beginning(built: &Built) -> String {
    assert!(built.end.error.is_none(), "{}", built.error());
    let story = story(built);
    let end = story.find("ResolveSourceMeta").expect("the build begins once the spec is read");
    story[..end].to_owned()
}
