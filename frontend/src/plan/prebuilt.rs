//! The package of a spec, as a context has it that was built before.

use buildkit_llb::State;

use super::package::Package;
use super::{Answers, Open, extension::read};
use crate::diagnostic::{Diagnostic, Problems, harmless};
use crate::job::{PackageFile, PackageFiles, Rule};
use crate::package::Part;

/// A package that need not be built.
#[derive(Clone, Debug)]
pub(super) struct Prebuilt {
    /// The tree that it lies in, with others of the same build.
    pub(super) tree: State,
    /// Path of its file in the tree, without a `/` at its start.
    pub(super) path: String,
    /// What the file says it is.
    pub(super) package: PackageFile,
    /// What the author should know of it.
    pub(super) warnings: Problems,
}

impl Package<'_> {
    /// The context that the client gave in place of a build of the package: that of the target, or that of all.
    pub(super) fn given(&self) -> Option<String> {
        let names = [format!("{}-{GIVEN}", self.distro.key), GIVEN.to_owned()];
        names.into_iter().find(|name| self.contexts.has(name, self.platform))
    }

    /// The package in the context that the client gave for it.
    pub(super) fn prebuilt(&self, context: &str, answers: &Answers) -> Result<Prebuilt, Open> {
        let tree = answers.ask_context(context, self.platform)?.clone();
        let files = self.files(answers, &format!("context {context}"), &tree)?;
        let (path, package) = self.choose(context, &files)?;
        let warnings = self.odd(context, &path, &package);
        Ok(Prebuilt { tree, path, package, warnings })
    }

    /// The packages in a tree that somebody else filled.
    pub(super) fn files(&self, answers: &Answers, name: &str, tree: &State) -> Result<PackageFiles, Open> {
        let worker = self.workers(self.steps).packages(answers)?;
        let list = self.distro.family.list(self.steps, &self.release(), &worker, (name, tree));
        read(answers, &list, "list of packages")
    }

    /// The file among those of the context that is the package of the spec.
    fn choose(&self, context: &str, files: &PackageFiles) -> Result<(String, PackageFile), Problems> {
        let name = &self.resolved.name;
        let error = |message: String| Problems::from(self.helped(name.span.into(), message));
        let Some(architecture) = self.distro.family.arch(self.platform) else {
            let message = format!("{} has no packages for platform `{}`", self.distro.name, self.platform);
            return Err(Diagnostic::error(None, message).into());
        };
        let mut fitting: Vec<(&String, &PackageFile)> = files.packages.iter().collect();
        fitting.retain(|(path, package)| {
            let safe = !path.split('/').any(|part| matches!(part, "" | "." | ".."));
            safe && package.name == name.value && package.is_for(architecture)
        });
        // The result for several platforms has a directory for each.
        let own = format!("{}/", self.platform.to_string().replace('/', "_"));
        if fitting.iter().any(|(path, _)| path.starts_with(&own)) {
            fitting.retain(|(path, _)| path.starts_with(&own));
        }
        let shown = |(path, package): (&String, &PackageFile)| {
            let PackageFile { name, version, architecture } = package;
            harmless(&format!("`{path}` is `{name}` {version} for `{architecture}`"), LONGEST)
        };
        match fitting[..] {
            [(path, package)] => Ok((path.clone(), package.clone())),
            [] => {
                let what =
                    format!("context `{context}` has no package `{}` for `{architecture}`", name.value);
                let broken = files
                    .broken
                    .iter()
                    .next()
                    .map(|(path, why)| harmless(&format!("`{path}` {why}"), LONGEST));
                Err(error(match (files.packages.iter().next().map(shown), broken) {
                    (_, Some(broken)) => format!("{what}: {broken}"),
                    (Some(other), None) => format!("{what}: {other}"),
                    (None, None) => format!("{what}, nor any other"),
                }))
            }
            [first, second, ..] => Err(error(format!(
                "context `{context}` has more than one package `{}`: {}, and {}",
                name.value,
                shown(first),
                shown(second)
            ))),
        }
    }

    /// What is to be said of a package that was built before.
    fn odd(&self, context: &str, path: &str, package: &PackageFile) -> Problems {
        let name = &self.resolved.name;
        let mut warnings = Problems::default();
        let warning = |span, message| Diagnostic::warning(span, message).rule(Rule::PackageGiven.name());
        let message = format!("package `{}` is not built: context `{context}` has it", name.value);
        warnings.push(warning(name.span, message));
        let version = &self.resolved.version;
        let upstream = package.version.split_once(':').map_or(&*package.version, |(_, upstream)| upstream);
        let rest = upstream.strip_prefix(version.value.as_str());
        let same =
            rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '.'));
        if !same {
            let shown = harmless(&format!("`{path}` of context `{context}` has version {upstream}"), LONGEST);
            let message = format!("{shown}, the spec has {}", version.value);
            warnings.push(warning(version.span, message));
        }
        warnings
    }

    fn helped(&self, span: Option<crate::span::Span>, message: String) -> Diagnostic {
        let mut forms = self.distro.family.forms().iter();
        let form = forms.find(|form| form.part == Part::Packages && !form.path.is_empty());
        let path = form.map_or("", |form| form.path);
        Diagnostic::error(span, message)
            .help(format!("give the result of `--target={}/{path} --output=DIRECTORY`", self.distro.key))
    }
}

/// What the context is called, behind the key of a target or alone.
pub const GIVEN: &str = "pkg";
/// Bytes of a client's file that are repeated in a message, at most.
const LONGEST: usize = 300;
