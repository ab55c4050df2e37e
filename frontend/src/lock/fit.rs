//! Whether a lock is one for what a spec asks for now.

use std::collections::{BTreeMap, BTreeSet};

use super::check::shown;
use super::{Lock, Package};
use crate::job::{Bound, Finding, Level, Resolve, Rule, Wanted};
use crate::version::{self, Order};

impl Lock {
    /// How the lock differs from what is asked for now; all findings are errors. `order` is that of the target's
    /// versions.
    pub fn fit(&self, wanted: &Resolve, order: Order) -> Vec<Finding> {
        let Self { version: _, target, platform, erofs_utils: _, keys: _, packages } = self;
        let mut findings = Vec::new();
        for (what, has, wants) in
            [("target", target, &wanted.target), ("platform", platform, &wanted.platform)]
        {
            if has != wants {
                let message = format!("the lock is for the {what} `{}`, not for `{wants}`", shown(has));
                findings.push(misfit(&[], message));
            }
        }
        if !findings.is_empty() {
            return findings; // the packages of another target differ anyway
        }
        let locked: BTreeMap<&str, &Package> =
            packages.iter().map(|package| (package.name.as_str(), package)).collect();
        let asked: BTreeSet<&str> = wanted.packages.iter().map(|wanted| wanted.name.as_str()).collect();
        for Wanted { name, versions } in &wanted.packages {
            match locked.get(name.as_str()) {
                None => findings.push(misfit(&[name], format!("the lock has no package `{name}`"))),
                Some(package) => findings.extend(package.fit(versions, &wanted.architecture, order)),
            }
        }
        for name in locked.keys().filter(|name| !asked.contains(**name)) {
            let message = format!("the lock has a package `{name}`, which the spec does not ask for");
            findings.push(misfit(&[name], message));
        }
        findings
    }
}

impl Package {
    fn fit(&self, bounds: &[Bound], architecture: &str, order: Order) -> Option<Finding> {
        let Self { name, version, architecture: has, .. } = self;
        let message = if !ANY_ARCHITECTURE.contains(&has.as_str()) && has != architecture {
            format!("the lock has `{name}` for `{has}`, not for `{architecture}`")
        } else if !bounds.iter().all(|bound| order.meets(version, bound)) {
            format!("the lock has `{name}` {version}, the spec asks for `{}`", version::bounds(bounds))
        } else {
            return None;
        };
        Some(misfit(&[name], message))
    }
}

fn misfit(packages: &[&str], message: String) -> Finding {
    let packages = packages.iter().map(|name| (*name).to_owned()).collect();
    let help = Some("make the lock anew, or build without it".to_owned());
    Finding { rule: Rule::Lock, level: Level::Error, packages, paths: Vec::new(), message, help }
}

/// Architectures that are no architecture: Debian's and RPM's words.
const ANY_ARCHITECTURE: [&str; 2] = ["all", "noarch"];

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::job::Relation;

    /// `packages` of the lock are `NAME VERSION ARCHITECTURE`, the names asked for may have one bound.
    fn check(packages: &[&str], asked: &[(&str, Option<(Relation, &str)>)], expected: &Expect) {
        let lock = Lock {
            version: 1,
            target: "trixie".to_owned(),
            platform: "linux/amd64".to_owned(),
            erofs_utils: None,
            keys: BTreeMap::new(),
            packages: packages.iter().copied().map(package).collect(),
        };
        let bound = |&(relation, version): &(Relation, &str)| Bound { relation, version: version.to_owned() };
        let wanted = |(name, versions): &(&str, Option<(Relation, &str)>)| Wanted {
            name: (*name).to_owned(),
            versions: versions.iter().map(bound).collect(),
        };
        let resolve = Resolve {
            target: "trixie".to_owned(),
            platform: "linux/amd64".to_owned(),
            architecture: "amd64".to_owned(),
            keys: Vec::new(),
            extra: Vec::new(),
            packages: asked.iter().map(wanted).collect(),
        };
        expected.assert_eq(&lines(&lock.fit(&resolve, Order::Deb)));
    }

    fn package(words: &str) -> Package {
        let words: Vec<&str> = words.split(' ').collect();
        Package {
            name: words[0].to_owned(),
            version: words[1].to_owned(),
            architecture: words[2].to_owned(),
            source: String::new(),
            url: String::new(),
            size: 0,
            sha256: String::new(),
            keys: Vec::new(),
        }
    }

    fn lines(findings: &[Finding]) -> String {
        let line = |finding: &Finding| format!("{:?} {}\n", finding.packages, finding.message);
        findings.iter().map(line).collect()
    }

    #[test]
    fn a_lock_for_the_same_fits() {
        let bound = Some((Relation::Ge, "1.7"));
        check(&["jq 1.7-1 amd64", "tzdata 2026a all"], &[("jq", bound), ("tzdata", None)], &expect![[""]]);
        check(&[], &[], &expect![[""]]);
    }

    #[test]
    fn every_difference_is_told() {
        check(
            &["git 2 amd64", "jq 1.7-1 amd64", "zsh 5 arm64"],
            &[("curl", None), ("jq", Some((Relation::Lt, "1.7-1"))), ("zsh", None)],
            &expect![[r#"
                ["curl"] the lock has no package `curl`
                ["jq"] the lock has `jq` 1.7-1, the spec asks for `< 1.7-1`
                ["zsh"] the lock has `zsh` for `arm64`, not for `amd64`
                ["git"] the lock has a package `git`, which the spec does not ask for
            "#]],
        );
    }

    #[test]
    fn versions_are_compared_as_the_family_does() {
        let bound = Bound { relation: Relation::Eq, version: "1.7".to_owned() };
        let package = package("jq 1.7-2.azl3 x86_64");
        let fits = |order| package.fit(std::slice::from_ref(&bound), "x86_64", order).is_none();
        assert!(fits(Order::Rpm) && !fits(Order::Deb));
    }

    #[test]
    fn a_lock_for_another_target_is_told_once() {
        let lock = Lock {
            version: 1,
            target: "trixie".to_owned(),
            platform: "linux/amd64".to_owned(),
            erofs_utils: None,
            keys: BTreeMap::new(),
            packages: vec![package("jq 1 amd64")],
        };
        let resolve = Resolve {
            target: "bookworm".to_owned(),
            platform: "linux/arm64".to_owned(),
            architecture: "arm64".to_owned(),
            keys: Vec::new(),
            extra: Vec::new(),
            packages: Vec::new(),
        };
        expect![[r"
            [] the lock is for the target `trixie`, not for `bookworm`
            [] the lock is for the platform `linux/amd64`, not for `linux/arm64`
        "]]
        .assert_eq(&lines(&lock.fit(&resolve, Order::Deb)));
    }
}
