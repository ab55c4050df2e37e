//! Build args.

use std::collections::BTreeSet;

use annex::diagnostic::Problems;
use annex::resolve::Platform;
use annex::spec::Spec;
use annex::spec::reference::EnvName;

use crate::{Client, parse, refused, resolved, spec};

#[track_caller]
fn env(args: &str, client: &Client, name: &str) -> Option<String> {
    let text = format!("args: {args}\n{}", spec("build: {env: {}, steps: [{command: x}]}"));
    let build = client.resolve(&text).build;
    build.env.get(&parse::<EnvName>(name)).map(|value| value.value.clone())
}

#[test]
fn a_spec_without_args_needs_none() {
    assert_eq!(resolved("args:").name.value, "n");
    assert_eq!(resolved("args: {}").name.value, "n");
}

#[test]
fn an_arg_that_is_not_declared_is_unknown_unless_it_is_the_clients_own() {
    let said = Client::with(&[("NONE", "x")]).try_resolve(&spec("")).unwrap_err();
    assert!(said.starts_with("the spec declares no build arg `NONE`"), "{said}");
    let known = [
        ("BUILDKIT_INLINE_CACHE", "1"),
        ("BUILDKIT_SYNTAX", "x"),
        ("DALEC_GOMOD_PROXY", "https://proxy.example.org"),
        ("DALEC_SKIP_TESTS", "1"),
        ("DALEC_SYSEXT_OS_ID", "x"),
        ("HTTPS_PROXY", "http://proxy.example.org"),
        ("http_proxy", "http://proxy.example.org"),
        ("NO_PROXY", "*"),
        ("SOURCE_DATE_EPOCH", "0"),
        ("TARGETARCH", "x"),
    ];
    assert!(Client::with(&known).try_resolve(&spec("")).is_ok());
}

/// A spec that uses `$A` in every field in which args are replaced.
const EVERYWHERE: &str = include_str!("arguments.yml");

#[test]
fn args_reach_every_field_that_the_language_lists() {
    let client = Client::with(&[("A", "zz9")]);
    let printed = client.resolve(EVERYWHERE).to_string();
    assert!(!printed.contains("$A"), "{printed}");
    let uses = EVERYWHERE.matches("${A}").count();
    assert_eq!(printed.matches("zz9").count(), uses, "each use of the arg is one value:\n{printed}");
    assert!(uses > 60, "{uses}");
}

#[test]
fn an_undeclared_arg_is_an_error_at_each_place_where_it_is_used() {
    let text = EVERYWHERE.replace("args: {A: a}", "args: {B: b}");
    let mut problems = Problems::default();
    assert_eq!(Spec::parse(&text, &mut problems), None);
    let message = "build arg `A` is not declared";
    let places: BTreeSet<_> =
        problems.iter().filter(|problem| problem.message == message).map(|problem| problem.span).collect();
    assert_eq!(places.len(), EVERYWHERE.matches("${A}").count());
}

#[test]
fn text_that_belongs_to_others_is_left_alone() {
    let text = spec(concat!(
        "description: $A\nlicense: ${A}\nwebsite: $A\n",
        "sources: {s: {inline: {file: {contents: \"#!/bin/sh\\necho $A\"}}}, i: {path: /o, image: {ref: a, cmd: {steps: [{command: 'echo $A'}]}}}}\n",
        "build: {steps: [{command: \"make $A 'b' \\\"c\\\" \\\\d\"}]}\n",
        "artifacts: {docs: {$A/b: }}\n",
        "image: {entrypoint: echo $A, env: ['B=$A']}\n",
        "tests: [{name: $A, steps: [{command: 'echo $A'}], files: {/$A: }}]\n",
        "changelog: [{date: 2026-01-01, author: $A, changes: [$A]}]\n",
    ));
    let resolved = Client::default().resolve(&text);
    assert_eq!(resolved.description.as_deref(), Some("$A"));
    assert_eq!(resolved.build.steps[0].command.value, "make $A 'b' \"c\" \\d");
    assert_eq!(resolved.image.entrypoint.unwrap().words(), ["echo", "$A"]);
    assert_eq!(resolved.image.env[0].value.value, "$A");
}

#[test]
fn quotes_and_backslashes_around_args_are_not_eaten() {
    let text = "args: {A: a}\n".to_owned()
        + &spec(
            r#"build: {env: {Q: '"$A" ''$A'' \n\\ $ $$ $1 ${1}', E: '\$A \\$A \${A} \$B', R: '^\$5 \[$A\]$'}, steps: [{command: x}]}"#,
        );
    let env = Client::default().resolve(&text).build.env;
    let values: Vec<_> = env.iter().map(|(name, value)| (name.as_str(), value.value.as_str())).collect();
    assert_eq!(
        values,
        [("E", r"$A \a ${A} $B"), ("Q", r#""a" 'a' \n\\ $ $$ $1 ${1}"#), ("R", r"^\$5 \[a\]$"),]
    );
}

#[test]
fn the_declared_default_is_used_when_nothing_is_given_and_is_not_read_again() {
    let text =
        "args: {A: $B, B: b}\n".to_owned() + &spec("build: {env: {X: $A, Y: $B}, steps: [{command: x}]}");
    let env = Client::with(&[("B", "given")]).resolve(&text).build.env;
    let values: Vec<_> = env.values().map(|value| value.value.as_str()).collect();
    assert_eq!(values, ["$B", "given"]);
}

#[test]
fn platform_args_must_be_declared_and_are_those_of_each_platform() {
    let build = "build: {env: {X: '$TARGETARCH$TARGETVARIANT'}, steps: [{command: x}]}";
    refused(build, "build arg `TARGETARCH` is not declared");
    let text = format!("args: {{TARGETARCH: x, TARGETVARIANT: }}\n{}", spec(build));
    let arm = Platform { os: "linux", architecture: "arm", variant: Some("v5") };
    for (platform, expected) in [(crate::AMD64, "amd64"), (arm, "armv5")] {
        let client = Client { platform, ..Client::with(&[("TARGETARCH", "of-the-user")]) };
        let value = client.resolve(&text).build.env.into_values().next().unwrap().value;
        assert_eq!(value, expected);
    }
}

#[test]
fn the_target_is_an_arg_once_it_is_declared() {
    let build = "build: {env: {X: $DALEC_TARGET}, steps: [{command: x}]}";
    refused(build, "build arg `DALEC_TARGET` is not declared");
    let text = format!("args: {{DALEC_TARGET: }}\n{}", spec(build));
    for target in ["noble", "trixie"] {
        let client = Client { target, ..Client::default() };
        assert_eq!(client.resolve(&text).build.env.into_values().next().unwrap().value, target);
    }
}

#[test]
fn the_epoch_is_a_variable_of_the_build_unless_the_spec_sets_it() {
    let given = Client::with(&[("SOURCE_DATE_EPOCH", "12")]);
    assert_eq!(env("{}", &given, "SOURCE_DATE_EPOCH").as_deref(), Some("12"));
    assert_eq!(
        env("{SOURCE_DATE_EPOCH: 34}", &Client::default(), "SOURCE_DATE_EPOCH").as_deref(),
        Some("34")
    );
    assert_eq!(env("{SOURCE_DATE_EPOCH: 34}", &given, "SOURCE_DATE_EPOCH").as_deref(), Some("12"));
    assert_eq!(env("{}", &Client::default(), "SOURCE_DATE_EPOCH"), None);
    let own = spec("build: {env: {SOURCE_DATE_EPOCH: 56}, steps: [{command: x}]}");
    assert_eq!(given.resolve(&own).build.env.into_values().next().unwrap().value, "56");
    let none = given.resolve(&spec(""));
    assert!(none.build.env.is_empty(), "a spec without a build has nothing that reads it");
}

#[test]
fn what_is_empty_or_wrong_once_args_are_replaced_is_checked_again() {
    let text =
        |source: &str| format!("args: {{E: , B: 'a b'}}\n{}", spec(&format!("sources: {{s: {source}}}")));
    for source in [
        "{git: {url: $E, commit: v1}}",
        "{git: {url: 'https://example.org/r', commit: $E}}",
        "{http: {url: 'https://example.org/x', digest: $E}}",
        "{context: {name: $B}}",
        "{context: {}, path: '../$B'}",
        "{image: {ref: a}, path: $E}",
    ] {
        let said = Client::default().try_resolve(&text(source)).unwrap_err();
        assert!(said.contains("with its build args"), "{said}");
    }
    let mode = "args: {M: sandbox}\n".to_owned() + &spec("build: {network_mode: $M, steps: [{command: x}]}");
    assert_eq!(Client::default().resolve(&mode).build.network_mode.value.word(), "sandbox");
}
