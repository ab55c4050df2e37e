//! What an image means for its host: what it needs of it, and what of it it hides.

use std::io;

use crate::job::{Allow, Allowed, Assemble, Finding, Rule};
use crate::worker::base::Base;
use crate::worker::finding::error;
use crate::worker::needs::{self, Needs};
use crate::worker::overshadow::{self, Hidden};
use crate::worker::path::TreePath;
use crate::worker::rule;
use crate::worker::store::Store;
use crate::worker::system;
use crate::worker::tree::Tree;
use crate::worker::view::View;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// What is to be said.
    pub(crate) findings: Vec<Finding>,
    /// What is not, as the spec allows it.
    pub(crate) allowed: Vec<Allowed>,
    /// What the image needs.
    pub(crate) needs: Needs,
    /// What of the base it hides.
    pub(crate) hidden: Vec<Hidden>,
}

/// Looks at the `tree` of an image over `base`, and at what the rules `said` of it.
///
/// # Errors
/// Where a file cannot be read.
pub(crate) fn check(
    job: &Assemble,
    tree: &Tree,
    store: &Store,
    base: Option<&Base>,
    said: Vec<Finding>,
) -> io::Result<Checked> {
    let mut checked = Checked { findings: said, ..Checked::default() };
    if !job.unchecked {
        let view = View { tree, store, etc: &rule::etc(&job.name), base };
        if let Some(needs) = needs::of(job, &view)? {
            checked.findings.extend(needs::findings(&needs, job, base.is_some()));
            checked.needs = needs;
        } else {
            let message = "the packages' programs name more libraries than those of any system".to_owned();
            checked.findings.push(error(Rule::PackageFile, &[], message));
        }
        let names: Vec<&str> = job.packages.iter().map(|package| package.name.as_str()).collect();
        let mut is_same = |path: &TreePath| match base {
            Some(base) => overshadow::is_same(path, tree, store, base),
            None => Ok(false),
        };
        system::check(tree, &names, &mut is_same, &mut checked.findings)?;
        if let Some(base) = base {
            checked.hidden = overshadow::of(tree, store, base)?;
            overshadow::findings(&checked.hidden, &names, &mut checked.findings);
        }
    }
    checked.findings.sort();
    checked.findings.dedup();
    if job.unchecked {
        checked.findings.retain(|finding| !finding.rule.is_allowable(finding.level));
    }
    checked.allowed = Allow::take(&job.allow, &mut checked.findings);
    needs::gather(&checked.needs, job, base.is_some(), &mut checked.findings);
    checked.findings.sort();
    Ok(checked)
}
