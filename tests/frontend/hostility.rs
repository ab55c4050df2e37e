//! Workers whose answers are not what they must be: images are made by others.

use annex::lock::Lock;

use super::*;

/// The error of a build in which the step `of` answers `answer`.
async fn told(of: fn(&Step) -> bool, answer: Vec<u8>) -> String {
    let builder = Builder::with_spec(SPEC).answering(move |step| of(step).then(|| answer.clone()));
    error(&builder.build(&Request::new(&[])).await)
}

fn lists(step: &Step) -> bool {
    matches!(step, Step::List(_))
}

fn resolves(step: &Step) -> bool {
    matches!(step, Step::Resolve(_))
}

fn assembles(step: &Step) -> bool {
    matches!(step, Step::Assemble(_))
}

/// The resolve step's usual answer with something else in the lock.
async fn with_lock(change: fn(&mut Lock)) -> String {
    let builder = Builder::with_spec(SPEC).answering(move |step| {
        let Step::Resolve(job) = step else { return None };
        let mut lock = choice(job);
        change(&mut lock);
        Some(job::to_json(&Resolution { lock: Some(lock), findings: vec![], providers: vec![] }))
    });
    error(&builder.build(&Request::new(&[])).await)
}

#[tokio::test]
async fn an_answer_that_is_not_the_json_of_its_kind_is_told() {
    expect![[r#"
        the worker's list of repositories cannot be used: expected value at line 1 column 1
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&told(lists, b"<html>".to_vec()).await);
    expect![[r#"
        the worker's list of repositories cannot be used: invalid type: integer `5`, expected a string at line 1 column 15
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]].assert_eq(&told(lists, br#"{"addresses":[5]}"#.to_vec()).await);
    expect![[r#"
        the worker's resolution cannot be used: expected value at line 1 column 1
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&told(resolves, vec![0xff; 100]).await);
    expect![[r#"
        the worker's resolution cannot be used: it holds no lock
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&told(resolves, br#"{"lock":null,"findings":[]}"#.to_vec()).await);
    expect![[r#"
        the worker's report cannot be used: EOF while parsing a value at line 1 column 0
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&told(assembles, Vec::new()).await);
    expect![[r#"
        the worker's report cannot be used: expected value at line 1 column 4
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&told(assembles, b"[".repeat(1_000_000)).await);
}

#[tokio::test]
async fn a_list_of_what_is_no_address_is_told() {
    for list in [
        r#"["file:///etc/passwd"]"#,
        r#"["docker-image://example.org/x"]"#,
        r#"["http://a b/"]"#,
        r#"["http://"]"#,
        r#"["http://me:word@example.org/InRelease"]"#,
        r#"["http://example.org/\u001b[2J"]"#,
    ] {
        let text = told(lists, format!(r#"{{"addresses":{list},"others":0}}"#).into_bytes()).await;
        assert!(text.contains("the worker's list of repositories cannot be used"), "{list}: {text}");
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }
    let many: Vec<String> = (0..100_000).map(|number| format!("http://example.org/{number}")).collect();
    expect![[r#"
        the worker's list of repositories cannot be used: it has 100000 addresses, at most 200 are read
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(
        &told(lists, job::to_json(&job::Indices { addresses: many, ..job::Indices::default() })).await,
    );
}

#[tokio::test]
async fn a_lock_of_other_packages_is_told() {
    expect![[r#"
        the worker's resolution cannot be used: the lock has no package `jq`
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&with_lock(|lock| lock.packages[0].name = "git".to_owned()).await);
    expect![[r#"
        the worker's resolution cannot be used: package `../jq` of the lock: `name` has at most 255 letters, digits, `+`, `-`, `.` and `_`, the first a letter or digit, not `../jq`
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]].assert_eq(&with_lock(|lock| lock.packages[0].name = "../jq".to_owned()).await);
    expect![[r#"
        the worker's resolution cannot be used: the lock has no package `jq`
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&with_lock(|lock| lock.packages.clear()).await);
    expect![[r#"
        the worker's resolution cannot be used: packages of a lock are sorted by name, but `jq` comes after `zsh`
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]].assert_eq(&with_lock(|lock| lock.packages.reverse()).await);
    expect![[r#"
        the worker's resolution cannot be used: the lock is for the platform `linux/arm64`, not for `linux/amd64`
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]].assert_eq(&with_lock(|lock| lock.platform = "linux/arm64".to_owned()).await);
    expect![[r#"
        the worker's resolution cannot be used: package `zsh` of the lock: `sha256` is 64 lower-case hexadecimal digits, not `x`
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]].assert_eq(&with_lock(|lock| lock.packages[1].sha256 = "x".to_owned()).await);
    expect![[r#"
        the worker's resolution cannot be used: package `zsh` of the lock: `url` is `http://a\nb/`: it has characters that must be percent-encoded
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]].assert_eq(&with_lock(|lock| lock.packages[1].url = "http://a\nb/".to_owned()).await);
    expect![[r#"
        the worker's resolution cannot be used: the lock has `zsh` for `arm64`, not for `amd64`
        help: check the worker's image, or build without its context
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&with_lock(|lock| lock.packages[1].architecture = "arm64".to_owned()).await);
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let text = told(resolves, vec![b' '; (64 << 20) + 1]).await;
    expect![[r#"
        `/answer.json` is larger than 67108864 bytes
        [Source+json spec.yml 0-0]
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn words_of_a_worker_are_shown_without_their_control_characters() {
    let builder = Builder::with_spec(SPEC).answering(|step| match step {
        Step::Resolve(job) => {
            Some(resolution(job, vec![finding(Level::Error, "jq", "\u{1b}[2Jgone\r\nerror: \u{202e}fake")]))
        }
        _ => None,
    });
    let text = builder.build(&Request::new(&[])).await.error().to_owned();
    assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{text:?}");
}

#[tokio::test]
async fn a_finding_about_a_package_that_nobody_asked_for_is_at_the_name() {
    let builder = Builder::with_spec(SPEC).answering(|step| match step {
        Step::Resolve(job) => Some(resolution(job, vec![finding(Level::Error, "git", "it is odd")])),
        _ => None,
    });
    expect![[r#"
        spec.yml:2:7: it is odd [package-unknown]
        2 | name: tools
          |       ^^^^^
        [Source+json spec.yml 2-2]
    "#]]
    .assert_eq(&error(&builder.build(&Request::new(&[])).await));
}

#[tokio::test]
async fn very_many_findings_are_one_error_that_arrives() {
    let builder = Builder::with_spec(SPEC).answering(|step| match step {
        Step::Resolve(job) => {
            let one = |number| finding(Level::Error, "jq", &format!("{number} {}", "x".repeat(1000)));
            Some(resolution(job, (0..20_000).map(one).collect()))
        }
        _ => None,
    });
    let built = builder.build(&Request::new(&[])).await;
    let text = built.error();
    assert!(text.len() < 1 << 20, "{} bytes", text.len());
    expect!["and 180 more"].assert_eq(text.lines().last().unwrap());
}
