//! What is wrong with a spec: `docker build --check`.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Problems, Severity, SourceFile, render};
use crate::job::Rule;
use crate::subrequest::location::{Location, base64};
use crate::subrequest::{Metadata, answer};

/// A spec and what was found in it.
#[derive(Clone, Debug)]
pub struct Lint<'d> {
    /// What was found.
    pub problems: &'d Problems,
    /// The spec.
    pub file: &'d SourceFile,
}

impl Lint<'_> {
    /// The answer to [`Subrequest::Lint`](crate::subrequest::Subrequest::Lint).
    ///
    /// An answer has room for one error: its place is the first, its message holds them all.
    pub fn answer(&self) -> Metadata {
        let json = LintJson {
            warnings: self.of(Severity::Warning).map(|warning| self.warning(warning)).collect(),
            sources: [SourceJson {
                filename: self.file.name.clone(),
                data: base64(self.file),
                language: "yaml",
            }],
            build_error: self.of(Severity::Error).next().map(|first| self.error(first)),
        };
        let status = if self.problems.is_empty() { "0" } else { "1" };
        let mut metadata = answer(&json, render(self.file, self.problems));
        metadata.insert("result.statuscode".to_owned(), status.into());
        metadata
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &Diagnostic> {
        self.problems.iter().filter(move |problem| problem.severity == severity)
    }

    fn warning(&self, warning: &Diagnostic) -> WarningJson {
        let rule = warning.rule.and_then(Rule::find);
        WarningJson {
            rule_name: warning.rule.unwrap_or(RULE),
            description: rule.map_or_else(String::new, described),
            url: rule.map_or_else(String::new, |rule| format!("{PAGE}#{rule}")),
            detail: message(warning),
            location: Location::of_any(self.file, warning.span),
        }
    }

    fn error(&self, first: &Diagnostic) -> BuildErrorJson {
        let mut errors = Problems::default();
        self.of(Severity::Error).cloned().for_each(|error| errors.push(error));
        let alone = errors.iter().len() == 1;
        let message = if alone { message(first) } else { render(self.file, &errors).trim_end().to_owned() };
        let span = errors.iter().find_map(|error| error.span);
        BuildErrorJson { message, location: Location::of_any(self.file, span) }
    }
}

fn message(problem: &Diagnostic) -> String {
    match &problem.help {
        Some(help) => format!("{}\nhelp: {help}", problem.message),
        None => problem.message.clone(),
    }
}

/// Go's `lint.LintResults`.
#[derive(Serialize)]
struct LintJson {
    warnings: Vec<WarningJson>,
    sources: [SourceJson; 1],
    #[serde(rename = "buildError", skip_serializing_if = "Option::is_none")]
    build_error: Option<BuildErrorJson>,
}

/// Go's `lint.Warning`.
#[derive(Serialize)]
struct WarningJson {
    #[serde(rename = "ruleName")]
    rule_name: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    url: String,
    detail: String,
    location: Location,
}

/// Go's `pb.SourceInfo`.
#[derive(Serialize)]
struct SourceJson {
    filename: String,
    data: String,
    language: &'static str,
}

/// Go's `lint.BuildError`.
#[derive(Serialize)]
struct BuildErrorJson {
    message: String,
    location: Location,
}

/// What a rule finds, in one line.
fn described(rule: Rule) -> String {
    rule.description().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The rule that a warning is said to break which is about the request, not the spec.
const RULE: &str = "request";

/// Where the rules are described.
const PAGE: &str = "docs/rules.md";

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::span::Span;
    use crate::subrequest::tests;

    fn check(problems: &[Diagnostic], expected: &Expect) {
        let mut all = Problems::default();
        problems.iter().cloned().for_each(|problem| all.push(problem));
        let (file, _) = SourceFile::from_bytes("spec.yml", "name: x\nverison: 1.0\nrevision: é\n".as_bytes());
        tests::check(&Lint { problems: &all, file: &file }.answer(), expected);
    }

    #[test]
    fn a_good_spec_gives_an_empty_list_and_status_0() {
        check(
            &[],
            &expect![[r#"
                -- result.json
                {"warnings":[],"sources":[
                {"filename":"spec.yml","data":"bmFtZTogeAp2ZXJpc29uOiAxLjAKcmV2aXNpb246IMOpCg==","language":"yaml"}]}
                -- result.statuscode
                0
                -- result.txt

                -- version
                1.0.0
            "#]],
        );
    }

    #[test]
    fn a_warning_has_a_place_and_status_1() {
        let warning = Diagnostic::warning(Span::new(21, 34), "the revision has no digits")
            .help("write `1`")
            .rule("name-cut");
        check(
            &[warning],
            &expect![[r#"
                -- result.json
                {"warnings":[
                {"ruleName":"name-cut","description":"A character of a name or version at which systemd cuts the name of an image.","url":"docs/rules.md#name-cut","detail":"the revision has no digits\nhelp: write `1`","location":{"ranges":[
                {"start":{"line":3,"character":0},"end":{"line":3,"character":11}}]}}],"sources":[
                {"filename":"spec.yml","data":"bmFtZTogeAp2ZXJpc29uOiAxLjAKcmV2aXNpb246IMOpCg==","language":"yaml"}]}
                -- result.statuscode
                1
                -- result.txt
                spec.yml:3:1: warning: the revision has no digits [name-cut]
                3 | revision: é
                  | ^^^^^^^^^^^
                help: write `1`
                -- version
                1.0.0
            "#]],
        );
    }

    #[test]
    fn all_errors_are_in_one_message() {
        let errors = [
            Diagnostic::error(Span::new(8, 15), "unknown field `verison`").help("write `version`"),
            Diagnostic::error(None, "option `platform` is `x`"),
            Diagnostic::warning(None, "odd"),
        ];
        check(
            &errors,
            &expect![[r#"
                -- result.json
                {"warnings":[
                {"ruleName":"request","detail":"odd","location":{"sourceIndex":-1,"ranges":[
                {"start":{"line":0,"character":0},"end":{"line":0,"character":0}}]}}],"sources":[
                {"filename":"spec.yml","data":"bmFtZTogeAp2ZXJpc29uOiAxLjAKcmV2aXNpb246IMOpCg==","language":"yaml"}],"buildError":{"message":"option `platform` is `x`\nspec.yml:2:1: unknown field `verison`\n2 | verison: 1.0\n  | ^^^^^^^\nhelp: write `version`","location":{"ranges":[
                {"start":{"line":2,"character":0},"end":{"line":2,"character":7}}]}}}
                -- result.statuscode
                1
                -- result.txt
                option `platform` is `x`
                warning: odd
                spec.yml:2:1: unknown field `verison`
                2 | verison: 1.0
                  | ^^^^^^^
                help: write `version`
                -- version
                1.0.0
            "#]],
        );
    }
}
