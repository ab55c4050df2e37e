//! The workers of an extension: one that chooses packages, and one that has the tools to pack them.

use buildkit_llb::{Image, State};

use super::{Answers, Contexts, Open};
use crate::distro::Distro;
use crate::package::Release;
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
        let (origin, _) = self.distro.origin();
        match self.given(origin, answers)? {
            Some(worker) => Ok(worker),
            None => self.image(origin, answers),
        }
    }

    /// The worker in which images are packed: the client's, or one with the tools installed.
    pub(super) fn tools(&self, answers: &Answers) -> Result<State, Open> {
        let (lender, tools) = self.distro.tools();
        if let Some(worker) = self.given(lender, answers)? {
            return Ok(worker);
        }
        let image = self.image(lender, answers)?;
        Ok(lender.family.worker(self.steps, &Release { key: lender.key }, &image, tools))
    }

    /// The worker of `release` that the client gave, if any.
    fn given(&self, release: &'static Distro, answers: &Answers) -> Result<Option<State>, Open> {
        let platform = &self.steps.platform;
        let name = release.worker_context();
        if !self.contexts.has(&name, platform) {
            return Ok(None);
        }
        Ok(Some(answers.ask_context(&name, platform)?.clone()))
    }

    /// The image of `release`: the client's or ours.
    fn image(&self, release: &'static Distro, answers: &Answers) -> Result<State, Open> {
        let platform = &self.steps.platform;
        let (_, pinned) = release.origin();
        let name = release.image_context();
        if self.contexts.has(name, platform) {
            return Ok(answers.ask_context(name, platform)?.clone());
        }
        let reference = answers.ask_image(pinned, platform)?;
        let image =
            Image { resolve_mode: self.steps.resolve_mode, ..Image::new(reference, platform.clone()) };
        Ok(image.state().named(format!("[worker] {}: image {name}", release.key)))
    }
}
