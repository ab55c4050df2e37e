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
    let packages = package.build(answers)?;
    // Beside it are its source package and that of its symbols.
    let name = &package.resolved.name.value;
    let files = package.files(answers, &format!("what was built of {name}"), &packages)?;
    let mut own = files.packages.into_iter().filter(|(_, file)| file.name == *name);
    let (Some((path, file)), None) = (own.next(), own.next()) else {
        return Err(odd("list of packages", &format!("it does not name one package `{name}`")).into());
    };
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(odd("list of packages", "it names a file that is not among them").into());
    }
    Ok(Some(made(package, (packages, path), file, Problems::default())))
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
