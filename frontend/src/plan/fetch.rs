//! What an extension is made of that comes from elsewhere: the packages' files, and the system below.

use buildkit_llb::{Location, State};

use super::extension::Extension;
use super::extra::Extra;
use super::{Answers, Open, both};
use crate::lock;
use crate::package::Download;
use crate::spec::repository::RepositoryEnv;
use crate::sysext::{self, Mounted};

impl Extension<'_> {
    /// The system below the extension where the client gives it.
    pub(super) fn base<'s>(&self, answers: &'s Answers) -> Result<Option<&'s State>, Open> {
        let has_base = self.contexts.has(BASE_CONTEXT, self.platform);
        has_base.then(|| answers.ask_context(BASE_CONTEXT, self.platform)).transpose()
    }

    /// The packages' files: sources where `BuildKit` can read the repository, else one step of the
    /// distribution's own tools for all the others.
    pub(super) fn fetch(
        &self,
        answers: &Answers,
        architecture: &str,
        packages: &[lock::Package],
    ) -> Result<Vec<Mounted>, Open> {
        let locate = |package: &lock::Package| {
            self.listed(&package.name).map(|entry| self.places.location(entry.name.span))
        };
        let sources: Vec<Option<State>> =
            packages.iter().map(|package| sysext::fetch(package, locate(package).as_slice())).collect();
        let others = packages.iter().zip(&sources).filter(|(_, source)| source.is_none());
        let others: Vec<&lock::Package> = others.map(|(package, _)| package).collect();
        let downloads = if others.is_empty() {
            None
        } else {
            let workers = self.workers();
            let ((worker, sources), extra) = both(
                both(workers.packages(answers), workers.sources(self.platform, answers)),
                Extra::of(&self.package(), &[RepositoryEnv::Install], answers),
            )?;
            let locations: Vec<Location> = others.iter().filter_map(|package| locate(package)).collect();
            let download = Download { architecture, packages: &others, locations: &locations };
            let release = self.release(sources.as_ref(), &extra.mounts);
            Some(self.distro.family.download(self.steps, &release, &worker, &download))
        };
        let mut numbers = 0..;
        let mounted = sources.into_iter().filter_map(|source| match (source, &downloads) {
            (Some(tree), _) => Some(Mounted::fetched(tree)),
            (None, Some(tree)) => {
                numbers.next().map(|number| Mounted { tree: tree.clone(), path: format!("/{number}") })
            }
            (None, None) => None,
        });
        Ok(mounted.collect())
    }
}

/// Name of the context that brings the system below the extension.
const BASE_CONTEXT: &str = "dalec-sysext-base";
