//! Which findings a spec allows.

use serde::{Deserialize, Serialize};

use super::{Finding, Rule};

/// Findings that a spec's author knows and accepts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// The rule that finds them.
    pub rule: Rule,
    /// Only those about this package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Only those all of whose paths match this pattern: `*` stands for any text, `?` for any character.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Why they are accepted.
    pub reason: String,
}

/// A finding that is allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowed {
    /// The finding.
    pub finding: Finding,
    /// Numbers of the entries that allow it; more than one where each allows some of its paths.
    pub by: Vec<usize>,
}

impl Allow {
    /// Takes the findings that are allowed by one or several of `entries` out of `findings`.
    pub fn take(entries: &[Self], findings: &mut Vec<Finding>) -> Vec<Allowed> {
        let mut allowed = Vec::new();
        findings.retain(|finding| match Self::of(entries, finding) {
            Some(by) => {
                allowed.push(Allowed { finding: finding.clone(), by });
                false
            }
            None => true,
        });
        allowed
    }

    /// The numbers of the `entries` that together allow a finding; `None` if they do not.
    pub fn of(entries: &[Self], finding: &Finding) -> Option<Vec<usize>> {
        let Finding { rule, level, packages, paths, .. } = finding;
        if !rule.is_allowable(*level) {
            return None;
        }
        let about = |entry: &Self| entry.package.as_ref().is_none_or(|name| packages.contains(name));
        let numbered = entries.iter().enumerate();
        let fitting: Vec<_> = numbered.filter(|(_, entry)| entry.rule == *rule && about(entry)).collect();
        if let Some((number, _)) = fitting.iter().find(|(_, entry)| entry.path.is_none()) {
            return Some(vec![*number]);
        }
        if paths.is_empty() {
            return None;
        }
        let matches = |entry: &Self, path: &str| entry.path.as_ref().is_some_and(|glob| is_match(glob, path));
        let by = paths.iter().map(|path| fitting.iter().find(|(_, entry)| matches(entry, path)));
        let mut by: Vec<usize> = by.map(|found| found.map(|(number, _)| *number)).collect::<Option<_>>()?;
        by.sort_unstable();
        by.dedup();
        Some(by)
    }
}

/// Whether all of `text` matches `glob`. It takes at most the product of their lengths.
fn is_match(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    // Where to go on when the last `*` must stand for one character more.
    let mut retry: Option<(usize, usize)> = None;
    while from < text.len() {
        match glob.get(at) {
            Some('*') => {
                retry = Some((at + 1, from));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == text[from] => {
                at += 1;
                from += 1;
            }
            _ => match retry {
                Some((after, start)) => {
                    retry = Some((after, start + 1));
                    at = after;
                    from = start + 1;
                }
                None => return false,
            },
        }
    }
    glob[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Level;

    fn entry(rule: Rule, package: Option<&str>, path: Option<&str>) -> Allow {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Allow { rule, package: own(package), path: own(path), reason: "known".to_owned() }
    }

    fn finding(rule: Rule, level: Level, packages: &[&str], paths: &[&str]) -> Finding {
        let own = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Finding {
            rule,
            level,
            packages: own(packages),
            paths: own(paths),
            message: String::new(),
            help: None,
        }
    }

    #[test]
    fn a_pattern_matches_the_whole_text() {
        for (glob, text, expected) in [
            ("/usr/bin/at", "/usr/bin/at", true),
            ("/usr/bin/at", "/usr/bin/atq", false),
            ("/usr/*", "/usr/bin/at", true),
            ("*", "", true),
            ("", "x", false),
            ("a?c*e", "abcde", true),
            ("a?c*e", "abcd", false),
            ("*.so.*", "libonig.so.5", true),
            ("**b", "aab", true),
            ("é?", "éé", true),
        ] {
            assert_eq!(is_match(glob, text), expected, "{glob} {text}");
        }
        assert!(!is_match(&"*a".repeat(50), &"a".repeat(40)));
    }

    #[test]
    fn an_entry_allows_what_it_names_and_nothing_else() {
        let at = finding(Rule::Privilege, Level::Warning, &["at"], &["/usr/bin/at", "/usr/sbin/atd"]);
        for (entries, expected) in [
            (vec![entry(Rule::Privilege, None, None)], Some(vec![0])),
            (vec![entry(Rule::Mask, None, None)], None),
            (vec![entry(Rule::Privilege, Some("zsh"), None)], None),
            (vec![entry(Rule::Privilege, Some("at"), Some("/usr/bin/*"))], None),
            (vec![entry(Rule::Privilege, Some("at"), Some("/usr/*"))], Some(vec![0])),
            (
                vec![
                    entry(Rule::Mask, None, None),
                    entry(Rule::Privilege, None, Some("/usr/sbin/*")),
                    entry(Rule::Privilege, Some("at"), Some("/usr/bin/at")),
                ],
                Some(vec![1, 2]),
            ),
        ] {
            assert_eq!(Allow::of(&entries, &at), expected, "{entries:?}");
        }
        let pathless = finding(Rule::Privilege, Level::Warning, &["at"], &[]);
        assert_eq!(Allow::of(&[entry(Rule::Privilege, None, Some("*"))], &pathless), None);
    }

    #[test]
    fn what_protects_the_host_cannot_be_allowed() {
        let file = finding(Rule::PackageFile, Level::Error, &["jq"], &[]);
        assert_eq!(Allow::of(&[entry(Rule::PackageFile, None, None)], &file), None);
        let mask = finding(Rule::Mask, Level::Error, &["jq"], &["/usr/lib64"]);
        assert_eq!(Allow::of(&[entry(Rule::Mask, None, None)], &mask), None);
    }

    #[test]
    fn allowed_findings_are_set_apart() {
        let mut findings = vec![
            finding(Rule::Etc, Level::Warning, &["a"], &[]),
            finding(Rule::Etc, Level::Warning, &["b"], &[]),
        ];
        let allowed = Allow::take(&[entry(Rule::Etc, Some("a"), None)], &mut findings);
        assert_eq!((allowed.len(), &allowed[0].by[..]), (1, &[0][..]));
        assert_eq!(findings, [finding(Rule::Etc, Level::Warning, &["b"], &[])]);
    }
}
