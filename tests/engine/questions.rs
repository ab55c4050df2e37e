//! Questions that are answered without a build.

use expect_test::expect_file;

use crate::engine::build::{Built, SPEC, SYSEXT, build, built, folder};
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
    let answer = ask(engine, WRONG, "check");
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

pub(crate) fn answers_are_json_where_that_is_wanted(engine: &Engine) {
    let targets = json(engine, &example(), "targets");
    let names: Vec<&str> = targets["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|target| target["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, [SYSEXT, "trixie/testing/sysext/lock", "trixie/testing/sysext/report"]);
    let marked = json(engine, &format!("{}targets: {{trixie: }}\n", example()), "targets");
    let marks =
        |at: usize| (marked["targets"][at]["default"].clone(), marked["targets"][at]["specDefined"].clone());
    assert_eq!((marks(0), marks(1).0), ((true.into(), true.into()), serde_json::Value::Null), "{marked}");

    let pinned = std::fs::read_to_string(top().join("examples/pinned.yml")).unwrap();
    let outline = json(engine, &pinned, "outline");
    let args: Vec<&str> =
        outline["args"].as_array().unwrap().iter().map(|arg| arg["name"].as_str().unwrap()).collect();
    assert_eq!(args, ["SERIES", "JQ"]);
    assert!(outline["args"][0]["location"]["ranges"][0]["start"]["line"].as_u64().unwrap() > 1, "{outline}");

    if !engine.is_recent() {
        // Its client has JSON of the questions of its time alone.
        return;
    }
    let lint = json(engine, WRONG, "check");
    let message = lint["buildError"]["message"].as_str().unwrap();
    for problem in ["2:1: missing field `version`", "3:1: unknown field `verison`", "did you mean `version`?"]
    {
        assert!(message.contains(problem), "{message}");
    }
    assert_eq!(lint["sources"][0]["language"], "yaml");
}

pub(crate) fn a_wrong_spec_hinders_no_question_that_is_not_about_it(engine: &Engine) {
    let described = json(engine, WRONG, "subrequests.describe");
    let names: Vec<&str> =
        described.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(
        names.is_sorted() && names.contains(&"frontend.lint") && names.contains(&"frontend.dalec.schema"),
        "{names:?}"
    );
    let told = ask(engine, WRONG, "subrequests.describe").succeeded();
    assert!(told.stdout.contains("lint"), "{}", told.stdout);

    let schema = json(engine, WRONG, "dalec.schema");
    let page = std::fs::read_to_string(top().join("docs/spec.schema.json")).unwrap();
    assert_eq!(schema, serde_json::from_str::<serde_json::Value>(&page).unwrap());

    let targets = json(engine, WRONG, "targets");
    assert_eq!(targets["targets"][0]["name"], SYSEXT);
}

pub(crate) fn a_warning_has_its_rule_and_is_left_out_where_the_spec_says_so(engine: &Engine) {
    let odd = "name: tools_of_mine\nversion: 1.0.0\ndependencies:\n  sysext: [jq]\n";
    let spec = format!("# syntax=localhost/annex\n{odd}");
    let told = ask(engine, &spec, "check");
    assert!((told.stdout.clone() + &told.stderr).contains("name-cut"), "{told:?}");
    if engine.is_recent() {
        assert!(!told.success, "a check with a warning has an exit code for scripts");
        let warning = json(engine, &spec, "check")["warnings"][0].clone();
        let (rule, url) = (&warning["ruleName"], &warning["url"]);
        assert_eq!((rule, url), (&"name-cut".into(), &"docs/rules.md#name-cut".into()));
        assert_eq!(warning["location"]["ranges"][0]["start"]["line"], 2, "{warning}");
    }
    let by_comment = format!("# syntax=localhost/annex\n# check=skip=name-cut\n{odd}");
    let by_section = format!("{spec}x-annex: {{skip: [name-cut]}}\n");
    for skipped in [by_comment, by_section] {
        let told = ask(engine, &skipped, "check");
        assert!(told.success && !(told.stdout.clone() + &told.stderr).contains("name-cut"), "{told:?}");
    }
}

pub(crate) fn a_spec_with_nothing_left_to_decide_is_an_answer_and_a_file(engine: &Engine) {
    let spec = "# syntax=localhost/annex\nname: tools\nversion: $V\nargs: {V: 1.0.0}\ndependencies:\n  sysext: [jq]\n";
    let made = build(engine, spec, "debug/resolve", &["--build-arg=V=2.0.0"]).succeeded();
    let text = String::from_utf8(made.bytes("spec.yml")).unwrap();
    assert!(text.contains("version: \"2.0.0\"\n") && !text.contains("args:"), "{text}");
    let again = build(engine, &format!("# syntax=localhost/annex\n{text}"), "debug/resolve", &[]).succeeded();
    assert_eq!(String::from_utf8(again.bytes("spec.yml")).unwrap(), text);
    if engine.is_recent() {
        assert_eq!(json(engine, spec, "dalec.resolve")[0]["version"], "1.0.0");
    }
    let told = ask(engine, spec, "dalec.resolve").succeeded().stdout;
    assert!(told.contains("version: \"1.0.0\"\n"), "{told}");
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

/// The answer as JSON, whatever it means for the exit code.
fn json(engine: &Engine, spec: &str, question: &str) -> serde_json::Value {
    let answer = ask(engine, spec, &format!("{question},format=json"));
    serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}

/// A spec with two problems.
const WRONG: &str = "# syntax=localhost/annex\nname: Tools\nverison: 1.0.0\ndependencies:\n  sysext: [jq]\n";

fn golden(name: &str, text: &str) {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let path = top().join(format!("tests/engine/golden/{name}.txt"));
    expect_file![path].assert_eq(&format!("{}\n", lines.join("\n").trim()));
}
