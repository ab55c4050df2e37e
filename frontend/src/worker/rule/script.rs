//! Programs that a package's manager would run: nobody runs them for an extension, so it is said what is missing.

use std::collections::BTreeSet;

use crate::job::{Finding, Rule};
use crate::worker::finding::{join, list, warning};
use crate::worker::rule::maintainer::{Effects, Missing};

/// Says what the scripts of a package would do and nothing does in their place.
///
/// The loader finds libraries in its own directories without a cache (ld.so(8)); one is missed only where a package
/// names `others`.
pub(super) fn report(package: &str, effects: &Effects, others: bool, findings: &mut Vec<Finding>) {
    let mut missing: Vec<String> = Vec::new();
    let mut say = |words: &str, names: BTreeSet<&str>| {
        missing.push(if names.is_empty() { words.to_owned() } else { format!("{words} {}", list(names)) });
    };
    let all = &effects.missing;
    let of = |name: Name| -> Option<BTreeSet<&str>> {
        let found: Vec<Option<&str>> = all.iter().filter_map(name).collect();
        (!found.is_empty()).then(|| found.into_iter().flatten().collect())
    };
    let kinds: [(&str, Name); 9] = [
        ("the alternatives", |missing| match missing {
            Missing::Alternative(name) => Some(name.as_deref()),
            _ => None,
        }),
        ("the caches of", |missing| match missing {
            Missing::Cache(name) => Some(Some(name)),
            _ => None,
        }),
        ("configuration", |missing| match missing {
            Missing::Configuration(path) => Some(path.as_deref()),
            _ => None,
        }),
        ("diversions", |missing| (*missing == Missing::Diversion).then_some(None)),
        ("files made by", |missing| match missing {
            Missing::Files(program) => Some(Some(program)),
            _ => None,
        }),
        ("owners and permissions", |missing| (*missing == Missing::Owners).then_some(None)),
        ("answers to questions", |missing| (*missing == Missing::Questions).then_some(None)),
        ("users and groups", |missing| (*missing == Missing::Users).then_some(None)),
        ("the work of", |missing| match missing {
            Missing::Program(name) => Some(Some(name)),
            _ => None,
        }),
    ];
    for (words, name) in kinds {
        if let Some(names) = of(name) {
            say(words, names);
        }
    }
    if others && all.contains(&Missing::Loader) {
        say(
            "the loader's cache, without which libraries in further directories are not found",
            BTreeSet::new(),
        );
    }
    if missing.is_empty() {
        return;
    }
    let scripts = match effects.scripts.len() {
        0 => format!("what follows the installation of `{package}` is"),
        1 => format!("{} of `{package}` is", list(&effects.scripts)),
        _ => format!("{} of `{package}` are", list(&effects.scripts)),
    };
    let message = format!("{scripts} not run, so that these are missing: {}", join(&missing));
    let help = "do on the host what its programs need of these";
    findings.push(warning(Rule::Script, &[package], message).with_help(help));
}

/// Whether something is of one kind, and its name if it has one.
type Name = fn(&Missing) -> Option<Option<&str>>;

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::finding::tests::text;

    #[test]
    fn what_is_missing_is_said_in_one_sentence() {
        let missing = [
            Missing::Alternative(Some("vi".into())),
            Missing::Alternative(None),
            Missing::Cache("fc-cache".into()),
            Missing::Configuration(Some("/etc/x".into())),
            Missing::Files("cp".into()),
            Missing::Files("ln".into()),
            Missing::Loader,
            Missing::Questions,
            Missing::Program("ssh-keygen".into()),
        ];
        let mut effects = Effects { missing: missing.into(), ..Effects::default() };
        effects.scripts.insert("postinst".into());
        let mut findings = Vec::new();
        report("p", &effects, false, &mut findings);
        report(
            "quiet",
            &Effects { missing: [Missing::Loader].into(), ..Effects::default() },
            false,
            &mut findings,
        );
        report(
            "loud",
            &Effects { missing: [Missing::Loader].into(), ..Effects::default() },
            true,
            &mut findings,
        );
        expect![[r#"
            Warning script ["p"]: `postinst` of `p` is not run, so that these are missing: the alternatives `vi`, the caches of `fc-cache`, configuration `/etc/x`, files made by `cp` and `ln`, answers to questions and the work of `ssh-keygen`
              help: do on the host what its programs need of these
            Warning script ["loud"]: what follows the installation of `loud` is not run, so that these are missing: the loader's cache, without which libraries in further directories are not found
              help: do on the host what its programs need of these
        "#]]
        .assert_eq(&text(&findings));
    }
}
