//! The package of a spec among those of its extension.

use std::collections::BTreeMap;

use super::package::Package;
use super::repository::odd;
use super::{Answers, Open};
use crate::lock;
use crate::package::build::REPORT;
use crate::sysext::Mounted;

/// A package that was built.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// Its file.
    pub(super) file: Mounted,
    /// What it is.
    pub(super) package: lock::Package,
    /// Its units by name, and whether they start with the extension.
    pub(super) units: BTreeMap<String, bool>,
}

/// The package of the spec, if it has any: then the build has been done.
pub(super) fn built(package: &Package<'_>, answers: &Answers) -> Result<Option<Made>, Open> {
    if !package.installs() {
        return Ok(None);
    }
    let built = package.build(answers)?;
    let path = format!("/{REPORT}");
    let report = answers.ask_file(&built.report, &path)?.ok_or_else(|| odd(WHAT, "there is none"))?;
    let report = std::str::from_utf8(report).map_err(|error| odd(WHAT, &error.to_string()))?;
    let lines: Vec<&str> = report.lines().collect();
    let &[file, version, architecture] = lines.as_slice() else {
        return Err(odd(WHAT, "it does not name one package").into());
    };
    if file.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(odd(WHAT, "it names a file that is not among the packages").into());
    }
    let name = &package.resolved.name.value;
    Ok(Some(Made {
        file: Mounted { tree: built.packages, path: format!("/{file}") },
        package: lock::Package {
            name: name.clone(),
            version: version.to_owned(),
            architecture: architecture.to_owned(),
            source: name.clone(),
            // Nobody knows them before the build: the step that reads the package measures it.
            url: String::new(),
            size: 0,
            sha256: String::new(),
            keys: Vec::new(),
        },
        units: package.units(),
    }))
}

/// What was read, in messages.
const WHAT: &str = "report of the build";
