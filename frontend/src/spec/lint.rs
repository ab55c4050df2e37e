//! Which warnings about a spec its author does not want to hear, and whether the others forbid a build.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Problems, Severity, literal};
use crate::job::{Allowance, Rule};
use crate::nearest::nearest;
use crate::span::Span;
use crate::spec::decode::{Invalid, Parse};

/// Rules that are not told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skip {
    all: bool,
    rules: BTreeSet<Rule>,
}

/// One word of a list of rules that are not told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Skipped {
    /// Every rule.
    All,
    /// This one.
    One(Rule),
}

/// What a spec says of its own warnings: in the comment `# check=skip=RULE,RULE;error=true` near its top, in the form
/// that Dockerfiles have (<https://docs.docker.com/reference/dockerfile/#check>), and in `x-annex.skip`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    skip: Skip,
    strict: bool,
}

impl Skip {
    pub(super) fn add(&mut self, skipped: Skipped) {
        match skipped {
            Skipped::All => self.all = true,
            Skipped::One(rule) => {
                self.rules.insert(rule);
            }
        }
    }

    fn has(&self, diagnostic: &Diagnostic) -> bool {
        rule_of(diagnostic).is_some_and(|rule| self.all || self.rules.contains(&rule))
    }
}

impl Parse for Skipped {
    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.eq_ignore_ascii_case("all") {
            return Ok(Self::All);
        }
        let of_spec = || Rule::ALL.iter().copied().filter(|rule| rule.allowance() == Allowance::Spec);
        if let Some(rule) = of_spec().find(|rule| rule.name().eq_ignore_ascii_case(text)) {
            return Ok(Self::One(rule));
        }
        if Rule::find(text).is_some() {
            let invalid = Invalid::new(format!("`{text}` is about what is in the image, not about the spec"));
            return Err(invalid.help("accept it with its reason under `x-annex:` `allow:`"));
        }
        let invalid = Invalid::new(format!("there is no rule {} for specs", literal(text)));
        Err(match nearest(text, of_spec().map(Rule::name)) {
            Some(near) => invalid.help(format!("did you mean `{near}`?")),
            None => invalid.help("a warning names its rule in `[` and `]`"),
        })
    }
}

impl Checks {
    /// What the text of a spec says of them, and what its section `x-annex` says where it could be read.
    pub fn of(text: &str, skip: Option<&Skip>, problems: &mut Problems) -> Self {
        let mut checks = Self { skip: skip.cloned().unwrap_or_default(), strict: false };
        let (mut start, mut done) = (0, false);
        for line in
            text.split_inclusive('\n').take_while(|line| line.trim_start_matches(MARK).starts_with('#'))
        {
            if let Some(value) = value(line).filter(|_| !done) {
                checks.read(value, start + (value.as_ptr() as usize - line.as_ptr() as usize), problems);
                done = true;
            }
            start += line.len();
        }
        checks
    }

    fn read(&mut self, value: &str, start: usize, problems: &mut Problems) {
        for (at, part) in pieces(value, ';', start) {
            let (key, list) = part.split_once('=').unwrap_or((part, ""));
            let list_at = at + part.len() - list.len();
            match key.trim() {
                "skip" => {
                    for (at, word) in pieces(list, ',', list_at) {
                        match Skipped::parse(word) {
                            Ok(skipped) => self.skip.add(skipped),
                            Err(Invalid { message, help, .. }) => {
                                let warning = Diagnostic::warning(place(at, word), message);
                                let warning = warning.rule(Rule::RuleUnknown.name());
                                problems.push(Diagnostic { help, ..warning });
                            }
                        }
                    }
                }
                "error" => self.strict = list.trim() == "true",
                // A switch for rules of Dockerfiles that are being tried.
                "experimental" => {}
                other => {
                    let message = format!("`check` has no option {}", literal(other));
                    let warning = Diagnostic::warning(place(at, part), message);
                    let warning = warning.rule(Rule::RuleUnknown.name());
                    problems.push(warning.help("write `# check=skip=RULE,RULE` or `# check=error=true`"));
                }
            }
        }
    }

    /// The problems without those that are not told of.
    #[must_use]
    pub fn told(&self, problems: &Problems) -> Problems {
        let skipped = |problem: &Diagnostic| problem.severity == Severity::Warning && self.skip.has(problem);
        let mut told = Problems::default();
        problems.iter().filter(|problem| !skipped(problem)).for_each(|problem| told.push(problem.clone()));
        told
    }

    /// The warnings about the spec as errors, where its author says that they are.
    #[must_use]
    pub fn judged(&self, problems: &Problems) -> Problems {
        let mut judged = Problems::default();
        for problem in problems {
            let is_error = self.strict && rule_of(problem).is_some();
            let severity = if is_error { Severity::Error } else { problem.severity };
            judged.push(Diagnostic { severity, ..problem.clone() });
        }
        judged
    }
}

/// The rule of a warning about a spec itself.
fn rule_of(diagnostic: &Diagnostic) -> Option<Rule> {
    Rule::find(diagnostic.rule?).filter(|rule| rule.allowance() == Allowance::Spec)
}

/// What follows `check=` in a line that is such a comment.
fn value(line: &str) -> Option<&str> {
    let (key, value) = line.trim_start_matches(MARK).strip_prefix('#')?.split_once('=')?;
    (key.trim() == "check").then_some(value)
}

/// The pieces of a text that have anything in them, with their places.
fn pieces(text: &str, separator: char, start: usize) -> impl Iterator<Item = (usize, &str)> {
    let mut at = start;
    text.split(separator).filter_map(move |piece| {
        let from = at + piece.len() - piece.trim_start().len();
        at += piece.len() + separator.len_utf8();
        Some((from, piece.trim())).filter(|(_, piece)| !piece.is_empty())
    })
}

fn place(at: usize, text: &str) -> Span {
    let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(position(at), position(at + text.len()))
}

/// A byte order mark, which may stand before a text.
const MARK: char = '\u{feff}';

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::diagnostic::{SourceFile, render};
    use crate::spec::Spec;

    /// What is said of a spec in a build.
    fn check(text: &str, expected: &Expect) {
        let mut problems = Problems::default();
        let spec = Spec::parse(text, &mut problems);
        let checks = Checks::of(text, spec.as_ref().map(|spec| &spec.annex.skip), &mut problems);
        let said = checks.judged(&checks.told(&problems));
        let file = SourceFile { name: String::from("spec.yml"), text: String::from(text) };
        expected.assert_eq(&render(&file, &said));
    }

    const TEST: &str = "name: n\nversion: 1\ntests: [{name: t}]\n";

    #[test]
    fn a_comment_and_a_list_skip_rules() {
        check(&format!("# syntax=a\n# check=skip=Test-Empty\n{TEST}"), &expect![[""]]);
        check(&format!("#check = skip = all ; error=true\n{TEST}"), &expect![[""]]);
        check(&format!("{TEST}x-annex: {{skip: [test-empty]}}\n"), &expect![[""]]);
        check(&format!("{TEST}x-annex: {{skip: [all]}}\n"), &expect![[""]]);
    }

    #[test]
    fn warnings_are_errors_where_the_spec_says_so() {
        check(
            &format!("# check=error=true\n{TEST}"),
            &expect![[r#"
            spec.yml:4:9: this test checks nothing [test-empty]
            4 | tests: [{name: t}]
              |         ^^^^^^^^^
            help: give it `steps` or `files`
        "#]],
        );
        check(
            &format!("# check=skip=digest-missing;error=false\n{TEST}"),
            &expect![[r#"
            spec.yml:4:9: warning: this test checks nothing [test-empty]
            4 | tests: [{name: t}]
              |         ^^^^^^^^^
            help: give it `steps` or `files`
        "#]],
        );
    }

    #[test]
    fn words_that_skip_nothing_are_told() {
        check(
            &format!("\u{feff}# check=skip=test-emty,privilege,FromAsCasing;strict=true\n{TEST}"),
            &expect![[r#"
                spec.yml:1:14: warning: there is no rule `test-emty` for specs [rule-unknown]
                1 | # check=skip=test-emty,privilege,FromAsCasing;strict=true
                  |              ^^^^^^^^^
                help: did you mean `test-empty`?
                spec.yml:1:24: warning: `privilege` is about what is in the image, not about the spec [rule-unknown]
                1 | # check=skip=test-emty,privilege,FromAsCasing;strict=true
                  |                        ^^^^^^^^^
                help: accept it with its reason under `x-annex:` `allow:`
                spec.yml:1:34: warning: there is no rule `FromAsCasing` for specs [rule-unknown]
                1 | # check=skip=test-emty,privilege,FromAsCasing;strict=true
                  |                                  ^^^^^^^^^^^^
                help: a warning names its rule in `[` and `]`
                spec.yml:1:47: warning: `check` has no option `strict` [rule-unknown]
                1 | # check=skip=test-emty,privilege,FromAsCasing;strict=true
                  |                                               ^^^^^^^^^^^
                help: write `# check=skip=RULE,RULE` or `# check=error=true`
                spec.yml:4:9: warning: this test checks nothing [test-empty]
                4 | tests: [{name: t}]
                  |         ^^^^^^^^^
                help: give it `steps` or `files`
            "#]],
        );
        check(
            &format!("{TEST}x-annex: {{skip: [test-emty, lock]}}\n"),
            &expect![[r#"
            spec.yml:4:18: there is no rule `test-emty` for specs
            4 | x-annex: {skip: [test-emty, lock]}
              |                  ^^^^^^^^^
            help: did you mean `test-empty`?
            spec.yml:4:29: `lock` is about what is in the image, not about the spec
            4 | x-annex: {skip: [test-emty, lock]}
              |                             ^^^^
            help: accept it with its reason under `x-annex:` `allow:`
        "#]],
        );
    }

    #[test]
    fn a_comment_below_the_first_line_of_the_spec_is_only_that() {
        check(
            &format!("{TEST}# check=skip=all\n"),
            &expect![[r#"
            spec.yml:3:9: warning: this test checks nothing [test-empty]
            3 | tests: [{name: t}]
              |         ^^^^^^^^^
            help: give it `steps` or `files`
        "#]],
        );
    }
}
