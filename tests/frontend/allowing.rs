//! What a spec and `DALEC_SYSEXT_CHECK` make of findings.

use super::*;

/// A spec that allows two things.
const ALLOWING: &str = "\
# syntax=localhost/annex
name: tools
version: 1.0.0
dependencies: {sysext: [jq, zsh]}
x-annex:
  allow:
    - {rule: privilege, package: jq, reason: administrators only}
    - {rule: etc, reason: settings are the host's}
";

/// A builder in which packages have privileges.
fn builder(spec: &str) -> Builder {
    Builder::with_spec(spec).answering(|step| match step {
        Step::Assemble(job) => {
            let of = |package: &str| Finding {
                rule: Rule::Privilege,
                paths: vec![format!("/usr/bin/{package}")],
                ..finding(Level::Warning, package, "runs as root")
            };
            let mut findings = vec![of("jq"), of("zsh")];
            let allowed = job::Allow::take(&job.allow, &mut findings);
            Some(job::to_json(&job::Assembly { findings, allowed, files: 1, bytes: 1 }))
        }
        _ => None,
    })
}

fn warnings(built: &Built) -> String {
    let mut text = String::new();
    for call in built.calls.all() {
        let Call::Warn(wire::WarnRequest { short, ranges, detail, .. }) = call else { continue };
        let lines: Vec<String> = ranges.iter().map(|range| range.start.unwrap().line.to_string()).collect();
        writeln!(text, "{}: {}", lines.join(","), String::from_utf8(short).unwrap()).unwrap();
        for line in detail {
            writeln!(text, "  {}", String::from_utf8(line).unwrap()).unwrap();
        }
    }
    text
}

async fn check(spec: &str, options: &[(&str, &str)], expected: &Expect) {
    let built = builder(spec).build(&Request::new(options)).await;
    let end = built.end.error.as_ref().map_or_else(|| "built\n".to_owned(), |_| error(&built));
    expected.assert_eq(&(warnings(&built) + &end));
}

#[tokio::test]
async fn a_finding_that_the_spec_allows_is_not_said_and_an_idle_entry_is() {
    check(
        ALLOWING,
        &[],
        &expect![[r#"
            8: nothing is found here that `etc` would find; leave the entry out [allow-unused]
              docs/rules.md tells what `allow-unused` finds and what may be allowed
            4: runs as root [privilege]
              docs/rules.md tells what `privilege` finds and what may be allowed
            built
        "#]],
    )
    .await;
}

#[tokio::test]
async fn an_entry_that_is_needed_on_one_platform_is_not_idle() {
    let builder = Builder::with_spec(ALLOWING).answering(|step| match step {
        Step::Assemble(job) => {
            let rule = if job.image.ends_with("arm64") { Rule::Privilege } else { Rule::Etc };
            let mut findings = vec![Finding { rule, ..finding(Level::Warning, "jq", "it is so") }];
            let allowed = job::Allow::take(&job.allow, &mut findings);
            Some(job::to_json(&job::Assembly { findings, allowed, files: 1, bytes: 1 }))
        }
        _ => None,
    });
    let built = builder.build(&Request::new(&[("platform", "linux/arm64,linux/amd64")])).await;
    assert_eq!((warnings(&built).as_str(), built.end.error), ("", None));
}

#[tokio::test]
async fn a_strict_build_fails_with_all_that_there_is_to_say() {
    check(
        SPEC,
        &[("build-arg:DALEC_SYSEXT_CHECK", "error")],
        &expect![[r#"
            spec.yml:5:3: runs as root [privilege]
            5 |   jq: ,
              |   ^^
            spec.yml:6:3: runs as root [privilege]
            6 |   zsh: }}
              |   ^^^
            [Source+json spec.yml 6-6]
            [Source+json spec.yml 5-5]
        "#]],
    )
    .await;
    let idle = ALLOWING.replace("package: jq, ", "");
    check(
        &idle,
        &[("build-arg:DALEC_SYSEXT_CHECK", "error")],
        &expect![[r#"
            spec.yml:8:14: nothing is found here that `etc` would find [allow-unused]
            8 |     - {rule: etc, reason: settings are the host's}
              |              ^^^
            help: leave the entry out
            [Source+json spec.yml 8-8]
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_is_not_looked_for_is_not_said() {
    check(
        SPEC,
        &[("build-arg:DALEC_SYSEXT_CHECK", "off")],
        &expect![[r#"
            built
        "#]],
    )
    .await;
    let built = builder(SPEC).build(&Request::new(&[("build-arg:DALEC_SYSEXT_CHECK", "off")])).await;
    let jobs = built.solved.iter().filter_map(|solved| match solved.graph.last_step() {
        Some(Step::Assemble(job)) => Some(job.unchecked),
        _ => None,
    });
    assert!(jobs.clone().count() > 0 && jobs.clone().all(|unchecked| unchecked));
}

#[tokio::test]
async fn another_word_for_the_check_is_refused() {
    let built = builder(SPEC).build(&Request::new(&[("build-arg:DALEC_SYSEXT_CHECK", "yes")])).await;
    expect![[r#"
        option `build-arg:DALEC_SYSEXT_CHECK` is `yes`: expected `warn`, `error` or `off`
    "#]]
    .assert_eq(built.error());
}

#[tokio::test]
async fn a_report_is_given_whatever_was_found() {
    let builder = Builder::with_spec(SPEC).answering(|step| match step {
        Step::Assemble(_) => {
            let findings = vec![Finding { rule: Rule::Mask, ..finding(Level::Error, "jq", "it hides all") }];
            Some(job::to_json(&job::Assembly { findings, allowed: Vec::new(), files: 0, bytes: 0 }))
        }
        _ => None,
    });
    let strict = ("build-arg:DALEC_SYSEXT_CHECK", "error");
    let built = builder.build(&Request::new(&[("target", "trixie/testing/sysext/report"), strict])).await;
    assert_eq!(built.end.error, None);
    expect![[r#"
        5: it hides all [mask]
          docs/rules.md tells what `mask` finds and what may be allowed
    "#]]
    .assert_eq(&warnings(&built));
}

#[tokio::test]
async fn packages_that_could_be_added_reach_the_step_that_knows_what_is_missing() {
    let providers = vec![job::Provider {
        package: "libjq1".to_owned(),
        provides: Vec::new(),
        depends: vec!["libonig5".to_owned()],
    }];
    let known = providers.clone();
    let builder = Builder::with_spec(SPEC).answering(move |step| match step {
        Step::Resolve(job) => Some(job::to_json(&Resolution {
            lock: Some(choice(job)),
            findings: Vec::new(),
            providers: known.clone(),
        })),
        _ => None,
    });
    let built = builder.build(&Request::new(&[("context:dalec-sysext-base", "docker-image://host")])).await;
    assert_eq!(built.end.error, None);
    let jobs: Vec<_> = built
        .solved
        .iter()
        .filter_map(|solved| match solved.graph.last_step() {
            Some(Step::Assemble(job)) => Some((job.providers, job.base, job.architecture)),
            _ => None,
        })
        .collect();
    assert!(!jobs.is_empty());
    assert!(jobs.iter().all(|job| *job == (providers.clone(), true, "x86-64".to_owned())), "{jobs:?}");
}
