//! The package of a spec among those of its extension.

use std::collections::BTreeMap;

use buildkit_llb::State;

use super::package::Package;
use super::prebuilt::Prebuilt;
use super::repository::odd;
use super::{Answers, Open};
use crate::diagnostic::Problems;
use crate::job::PackageFile;
use crate::lock;
use crate::package::build::REPORT;
use crate::sysext::Mounted;

/// A package that was built, now or before.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// Its file.
    pub(super) file: Mounted,
    /// What it is.
    pub(super) package: lock::Package,
    /// Its units by name, and whether they start with the extension.
    pub(super) units: BTreeMap<String, bool>,
    /// What the author should know of it.
    pub(super) warnings: Problems,
}

/// The package of the spec, if it has any: then the build has been done.
pub(super) fn built(package: &Package<'_>, answers: &Answers) -> Result<Option<Made>, Open> {
    if !package.installs() {
        return Ok(None);
    }
    if let Some(context) = package.given() {
        let Prebuilt { tree, path, package: file, warnings } = package.prebuilt(&context, answers)?;
        return Ok(Some(made(package, (tree, path), file, warnings)));
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
    let file = file.to_owned();
    let said = PackageFile {
        name: package.resolved.name.value.clone(),
        version: version.to_owned(),
        architecture: architecture.to_owned(),
    };
    Ok(Some(made(package, (built.packages, file), said, Problems::default())))
}

fn made(package: &Package<'_>, (tree, path): (State, String), file: PackageFile, warnings: Problems) -> Made {
    let PackageFile { name, version, architecture } = file;
    Made {
        file: Mounted { tree, path: format!("/{path}") },
        package: lock::Package {
            source: name.clone(),
            name,
            version,
            architecture,
            // Nobody knows them before the build: the step that reads the package measures it.
            url: String::new(),
            size: 0,
            sha256: String::new(),
            keys: Vec::new(),
        },
        units: package.units(),
        warnings,
    }
}

/// What was read, in messages.
const WHAT: &str = "report of the build";
