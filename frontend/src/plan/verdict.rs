//! What findings become: said at their lines, silenced by the spec, or the end of the build.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Problems, Severity, harmless};
use crate::job::{Allow, Finding, Level, Rule};
use crate::request::Check;
use crate::resolve::Resolved;

/// What is known of an extension's findings so far.
#[derive(Debug)]
pub(super) struct Verdict<'a> {
    resolved: &'a Resolved,
    check: Check,
    allow: Vec<Allow>,
    used: BTreeSet<usize>,
    /// What is to be said of an extension that can be made.
    pub(super) warnings: Problems,
}

impl<'a> Verdict<'a> {
    /// Nothing is known yet.
    pub(super) fn new(resolved: &'a Resolved, check: Check) -> Self {
        let allow = allowances(resolved);
        Self { resolved, check, allow, used: BTreeSet::new(), warnings: Problems::default() }
    }

    /// What a spec allows, for a step that has to know.
    pub(super) fn allow(&self) -> &[Allow] {
        &self.allow
    }

    /// Notes that entries of the spec allowed something in a step.
    pub(super) fn used(&mut self, numbers: impl IntoIterator<Item = usize>) {
        self.used.extend(numbers);
    }

    /// The entries that allowed nothing.
    pub(super) fn unused(&self) -> BTreeSet<usize> {
        (0..self.allow.len()).filter(|number| !self.used.contains(number)).collect()
    }

    /// Says findings; those that forbid the image end it.
    pub(super) fn hear(&mut self, mut findings: Vec<Finding>) -> Result<(), Problems> {
        if self.check == Check::Off {
            findings.retain(|finding| !finding.rule.is_allowable(finding.level));
        }
        for allowed in Allow::take(&self.allow, &mut findings) {
            self.used.extend(allowed.by);
        }
        let mut problems = Problems::default();
        for finding in findings {
            problems.push(self.diagnostic(finding));
        }
        if problems.has_errors() {
            return Err(problems.into_errors());
        }
        self.warnings.extend(problems);
        Ok(())
    }

    /// Says findings of an image that is not asked for: none is an error.
    pub(super) fn tell(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            let told = self.diagnostic(Finding { level: Level::Warning, ..finding });
            self.warnings.push(Diagnostic { severity: Severity::Warning, ..told });
        }
    }

    /// Says of a finding which lines of the spec it is about.
    fn diagnostic(&self, finding: Finding) -> Diagnostic {
        let Finding { rule, level, packages, paths: _, message, help } = finding;
        let entries = self.resolved.dependencies.sysext.iter();
        let mut spans =
            entries.filter(|entry| packages.contains(&entry.name.value)).map(|entry| entry.name.span);
        let span = spans.next().unwrap_or(self.resolved.name.span);
        // Packages and the worker's image are made by others.
        let message = harmless(&message, MAX_FINDING);
        let mut diagnostic = match level {
            Level::Error => Diagnostic::error(span, message),
            Level::Warning => warning(self.check, span, message),
        };
        diagnostic.help = help.map(|help| harmless(&help, MAX_FINDING));
        spans.fold(diagnostic.rule(rule.name()), |diagnostic, span| diagnostic.label(span, "and here"))
    }
}

/// What is to be said of entries of the spec that allow nothing on any of the platforms.
pub fn unused_allowances(resolved: &Resolved, check: Check, unused: &BTreeSet<usize>) -> Problems {
    let mut problems = Problems::default();
    for entry in unused.iter().filter_map(|number| resolved.annex.allow.get(*number)) {
        let message = format!("nothing is found here that `{}` would find", entry.rule.value);
        let rule = Rule::AllowUnused.name();
        problems.push(warning(check, entry.rule.span, message).rule(rule).help("leave the entry out"));
    }
    problems
}

fn warning(check: Check, span: crate::span::Span, message: String) -> Diagnostic {
    match check {
        Check::Error => Diagnostic::error(span, message),
        Check::Off | Check::Warn => Diagnostic::warning(span, message),
    }
}

fn allowances(resolved: &Resolved) -> Vec<Allow> {
    let entries = resolved.annex.allow.iter();
    let entries = entries.map(|entry| Allow {
        rule: entry.rule.value,
        package: entry.package.as_ref().map(|name| name.value.to_string()),
        path: entry.path.as_ref().map(|pattern| pattern.value.0.clone()),
        reason: entry.reason.value.0.clone(),
    });
    entries.collect()
}

/// Characters of what a worker says of a package, at most.
pub(super) const MAX_FINDING: usize = 2000;
