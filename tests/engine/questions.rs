//! Questions that are answered without a build.

use expect_test::expect_file;

use crate::engine::build::{Built, SPEC, SYSEXT, built, folder};
use crate::engine::docker::{Engine, top};
use crate::engine::messages::said;
use crate::engine::targets::example;

pub(crate) fn targets_are_listed(engine: &Engine) {
    let answer = ask(engine, &example(), "targets").succeeded();
    golden("call-targets", &answer.stdout);
}

pub(crate) fn outline_lists_the_arguments(engine: &Engine) {
    let pinned = std::fs::read_to_string(top().join("examples/pinned.yml")).unwrap();
    let answer = ask(engine, &pinned, "outline").succeeded();
    golden("call-outline", &answer.stdout);
}

pub(crate) fn check_finds_nothing_wrong_with_the_example(engine: &Engine) {
    let answer = ask(engine, &example(), "check");
    assert!(answer.success, "{}{}", answer.stdout, answer.stderr);
    if engine.is_recent() {
        golden("call-check", &answer.stdout);
    }
}

pub(crate) fn check_tells_everything_that_is_wrong(engine: &Engine) {
    let answer = ask(
        engine,
        "# syntax=localhost/annex\nname: Tools\nverison: 1.0.0\ndependencies:\n  sysext: [jq]\n",
        "check",
    );
    if engine.is_recent() {
        assert!(!answer.success, "{}{}", answer.stdout, answer.stderr);
        golden("call-check-wrong", &said(&answer));
    } else {
        // Its client prints the answer as it comes and takes no exit code from it.
        for problem in ["unknown field `verison`", "missing field `version`"] {
            assert!(answer.stdout.contains(problem), "{problem}: {}{}", answer.stdout, answer.stderr);
        }
    }
}

/// `--call` of Docker 27 and later, `--print` of an earlier one.
fn ask(engine: &Engine, spec: &str, question: &str) -> Built {
    let mut docker = engine.docker();
    docker.args(["build", "--progress=plain", "-f", SPEC]).arg(format!("--target={SYSEXT}"));
    if engine.is_recent() {
        docker.arg(if question == "check" { "--check".into() } else { format!("--call={question}") });
    } else {
        let question = if question == "check" { "lint" } else { question };
        docker.env("BUILDX_EXPERIMENTAL", "1").arg(format!("--print={question}"));
    }
    docker.arg(".");
    built(docker, folder(spec))
}

fn golden(name: &str, text: &str) {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let path = top().join(format!("tests/engine/golden/{name}.txt"));
    expect_file![path].assert_eq(&format!("{}\n", lines.join("\n").trim()));
}
