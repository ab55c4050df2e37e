//! The workers of an extension: one that chooses packages, and one that has the tools to pack them.

use buildkit_llb::{Image, Platform, State};

use super::{Answers, Contexts, Open};
use crate::distro::Distro;
use crate::package::{Release, Sources};
use crate::step::Steps;

/// The workers of an extension.
#[derive(Clone, Copy, Debug)]
pub(super) struct Workers<'a> {
    pub(super) distro: &'static Distro,
    pub(super) steps: &'a Steps,
    pub(super) contexts: &'a dyn Contexts,
}

impl Workers<'_> {
    /// The worker in which packages are chosen: the client's, or the release's image as it is.
    pub(super) fn packages(&self, answers: &Answers) -> Result<State, Open> {
        self.packages_for(&self.steps.platform, answers)
    }

    /// Where packages for `target` come from, where the worker does not know it: the same image of the other
    /// platform does.
    pub(super) fn sources(&self, target: &Platform, answers: &Answers) -> Result<Option<Sources>, Open> {
        match self.distro.family.sources(&self.steps.platform, target) {
            None => Ok(None),
            Some(folder) => Ok(Some(Sources { image: self.packages_for(target, answers)?, folder })),
        }
    }

    fn packages_for(&self, platform: &Platform, answers: &Answers) -> Result<State, Open> {
        let (origin, _) = self.distro.origin();
        match self.given(origin, platform, answers)? {
            Some(worker) => Ok(worker),
            None => self.image(origin, platform, answers),
        }
    }

    /// The worker in which images are packed: the client's, or one with the tools installed.
    pub(super) fn tools(&self, answers: &Answers) -> Result<State, Open> {
        let (lender, tools) = self.distro.tools();
        let platform = &self.steps.platform;
        if let Some(worker) = self.given(lender, platform, answers)? {
            return Ok(worker);
        }
        let image = self.image(lender, platform, answers)?;
        let release = Release { key: lender.key, sources: None, mounts: &[] };
        Ok(lender.family.worker(self.steps, &release, &image, tools))
    }

    /// The worker in which packages are built: the client's, or one with the tools installed.
    pub(super) fn build(&self, answers: &Answers) -> Result<State, Open> {
        let (origin, _) = self.distro.origin();
        let platform = &self.steps.platform;
        if let Some(worker) = self.given(origin, platform, answers)? {
            return Ok(worker);
        }
        let image = self.image(origin, platform, answers)?;
        let release = Release { key: origin.key, sources: None, mounts: &[] };
        let family = self.distro.family;
        Ok(family.worker(self.steps, &release, &image, family.build_tools()))
    }

    /// The worker of `release` that the client gave, if any.
    fn given(
        &self,
        release: &'static Distro,
        platform: &Platform,
        answers: &Answers,
    ) -> Result<Option<State>, Open> {
        let name = release.worker_context();
        if !self.contexts.has(&name, platform) {
            return Ok(None);
        }
        Ok(Some(answers.ask_context(&name, platform)?.clone()))
    }

    /// The image of `release`: the client's or ours.
    fn image(&self, release: &'static Distro, platform: &Platform, answers: &Answers) -> Result<State, Open> {
        let (_, pinned) = release.origin();
        let name = release.image_context();
        if self.contexts.has(name, platform) {
            return Ok(answers.ask_context(name, platform)?.clone());
        }
        let reference = answers.ask_image(pinned, platform)?;
        let image =
            Image { resolve_mode: self.steps.resolve_mode, ..Image::new(reference, platform.clone()) };
        // Of an image for another platform nothing is run: its name says what it is there for.
        let of = if *platform == self.steps.platform { String::new() } else { format!(" ({platform})") };
        Ok(image.state().named(format!("[worker] {}: image {name}{of}", release.key)))
    }
}
