//! What is wrong with a spec: `docker build --check`.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Problems, Severity};
use crate::subrequest::document::{Document, Location};
use crate::subrequest::{Metadata, answer};

/// A spec and what was found in it.
#[derive(Clone, Debug)]
pub struct Lint<'d> {
    /// What was found.
    pub problems: &'d Problems,
    /// The spec.
    pub document: Document<'d>,
}

impl Lint<'_> {
    /// The answer to [`Subrequest::Lint`](crate::subrequest::Subrequest::Lint).
    ///
    /// An answer has room for one error: it is the first, and its message holds the others too.
    pub fn answer(&self) -> Metadata {
        let of = |severity| self.problems.iter().filter(move |problem| problem.severity == severity);
        let messages: Vec<String> = of(Severity::Error).map(|error| self.line(error)).collect();
        let json = LintJson {
            warnings: of(Severity::Warning).map(|warning| self.warning(warning)).collect(),
            sources: [SourceJson {
                filename: self.document.filename.to_owned(),
                data: self.document.base64(),
                language: "yaml",
            }],
            build_error: of(Severity::Error).next().map(|first| BuildErrorJson {
                message: if messages.len() == 1 { message(first) } else { messages.join("\n") },
                location: self.document.location_or_none(first.span),
            }),
        };
        let text: String = self.problems.iter().map(|problem| self.line(problem) + "\n").collect();
        let status = if self.problems.is_empty() { "0" } else { "1" };
        let mut metadata = answer(&json, text);
        metadata.insert("result.statuscode".to_owned(), status.into());
        metadata
    }

    fn warning(&self, warning: &Diagnostic) -> WarningJson {
        WarningJson {
            rule_name: "Spec",
            detail: message(warning),
            location: self.document.location_or_none(warning.span),
        }
    }

    fn line(&self, problem: &Diagnostic) -> String {
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        format!("{}: {severity}: {}", self.document.place(problem.span), message(problem))
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

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::span::Span;
    use crate::subrequest::tests;

    fn check(problems: &[Diagnostic], expected: &Expect) {
        let mut all = Problems::default();
        problems.iter().cloned().for_each(|problem| all.push(problem));
        let document = Document { filename: "spec.yml", text: "name: x\nverison: 1.0\nrevision: é\n" };
        tests::check(&Lint { problems: &all, document }.answer(), expected);
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
        let warning = Diagnostic::warning(Span::new(21, 34), "the revision has no digits").help("write `1`");
        check(
            &[warning],
            &expect![[r#"
                -- result.json
                {"warnings":[
                {"ruleName":"Spec","detail":"the revision has no digits\nhelp: write `1`","location":{"ranges":[
                {"start":{"line":3,"character":0},"end":{"line":3,"character":11}}]}}],"sources":[
                {"filename":"spec.yml","data":"bmFtZTogeAp2ZXJpc29uOiAxLjAKcmV2aXNpb246IMOpCg==","language":"yaml"}]}
                -- result.statuscode
                1
                -- result.txt
                spec.yml:3:1: warning: the revision has no digits
                help: write `1`
                -- version
                1.0.0
            "#]],
        );
    }

    #[test]
    fn all_errors_are_in_the_message_of_the_first() {
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
                {"ruleName":"Spec","detail":"odd","location":{"sourceIndex":-1,"ranges":[
                {"start":{"line":0,"character":0},"end":{"line":0,"character":0}}]}}],"sources":[
                {"filename":"spec.yml","data":"bmFtZTogeAp2ZXJpc29uOiAxLjAKcmV2aXNpb246IMOpCg==","language":"yaml"}],"buildError":{"message":"spec.yml:2:1: error: unknown field `verison`\nhelp: write `version`\nspec.yml: error: option `platform` is `x`","location":{"ranges":[
                {"start":{"line":2,"character":0},"end":{"line":2,"character":7}}]}}}
                -- result.statuscode
                1
                -- result.txt
                spec.yml:2:1: error: unknown field `verison`
                help: write `version`
                spec.yml: error: option `platform` is `x`
                spec.yml: warning: odd
                -- version
                1.0.0
            "#]],
        );
    }
}
