//! Packages signed by another frontend.

use std::collections::BTreeMap;

use buildkit_llb::{Copy, State};

use super::package::Package;
use super::{Answers, Open, Question, beside};
use crate::diagnostic::{Diagnostic, Problems, harmless};
use crate::job::{PackageFile, PackageFiles};
use crate::span::Span;

/// What a signer is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signing {
    /// Its image.
    pub image: String,
    /// The command in the image, in place of its own.
    pub cmdline: Option<String>,
    /// Build args for it.
    pub args: BTreeMap<String, String>,
    /// Key of the target that the packages are for.
    pub target: String,
    /// Platform that they are for.
    pub platform: buildkit_llb::Platform,
    /// The tree of the packages.
    pub packages: State,
    /// Where the spec names it, if the spec does.
    pub span: Option<Span>,
}

impl Package<'_> {
    /// The packages with signatures, where the spec or the client names a signer.
    pub(super) fn signed(
        &self,
        packages: State,
        answers: &Answers,
        warnings: &mut Problems,
    ) -> Result<State, Open> {
        let Some(signing) = self.signing(&packages, answers, warnings)? else { return Ok(packages) };
        let unsigned = signing.packages.clone();
        let (span, image) = (signing.span, harmless(&signing.image, LONGEST));
        let question = Question::Sign(Box::new(signing));
        let Some(signed) = answers.sources.get(&question.key()) else {
            return Err(Open::Asks(vec![question]));
        };
        let (given, got) = super::both(
            self.files(answers, "the packages before signing", &unsigned),
            self.files(answers, "what the signer made", signed),
        )?;
        if let Err(why) = compare(&given, &got) {
            let error = Diagnostic::error(span, format!("signer `{image}` {why}"));
            let help = "a signer gives back the files that it was given, signed, or files beside them";
            return Err(Problems::from(error.help(help)).into());
        }
        let name = format!("[sign] {}: packages of {}", self.distro.key, self.resolved.name.value);
        Ok(packages.copy(Copy::all(signed)).named(name))
    }

    fn signing(
        &self,
        packages: &State,
        answers: &Answers,
        warnings: &mut Problems,
    ) -> Result<Option<Signing>, Open> {
        let spec = self.resolved.signer.as_ref();
        let span = spec.map(|signer| signer.image.span);
        if self.args.skip_signing {
            if span.is_some() || self.args.signing.is_some() {
                let message = "packages are not signed: `DALEC_SKIP_SIGNING` says so";
                warnings.push(Diagnostic::warning(span, message));
            }
            return Ok(None);
        }
        let file = &self.args.signing;
        let (image, cmdline, args, span) = match (file, spec) {
            (None, None) => return Ok(None),
            (Some(file), _) => {
                let signer = beside::signer(file, self.contexts, self.platform, answers)?;
                if let Some(span) = span {
                    let message = "another signer is asked: `DALEC_SIGNING_CONFIG_PATH` names one";
                    warnings.push(Diagnostic::warning(span, message));
                }
                let args = signer.args.into_iter().map(|(name, value)| (name.as_str().to_owned(), value));
                (signer.image.as_str().to_owned(), signer.cmdline, args.collect(), None)
            }
            (None, Some(signer)) => {
                let args = signer.args.iter();
                let args = args.map(|(name, value)| (name.as_str().to_owned(), value.value.clone()));
                let image = signer.image.value.as_str().to_owned();
                (image, signer.cmdline.clone(), args.collect(), span)
            }
        };
        // What lies beside the packages, a signer need not see: the parts of a source package are hashed by another file.
        let pattern = format!("**/*.{}", self.distro.family.extension());
        let copy = Copy { include_patterns: vec![pattern], ..Copy::all(packages) };
        let packages = State::scratch().copy(copy).named("[internal] what is signed");
        let target = self.distro.key.to_owned();
        Ok(Some(Signing { image, cmdline, args, target, platform: self.platform.clone(), packages, span }))
    }
}

/// Whether what a signer gave back is what it was given; else why not, as the rest of a sentence about it.
fn compare(given: &PackageFiles, got: &PackageFiles) -> Result<(), String> {
    let safe = |path: &str| format!("`{}`", harmless(path, LONGEST));
    if let Some((path, why)) = got.broken.iter().next() {
        return Err(format!("gave back {}, which {}", safe(path), harmless(why, LONGEST)));
    }
    if got.packages.is_empty() && got.others == 0 {
        return Err("gave nothing back".to_owned());
    }
    let shown = |file: &PackageFile| {
        let PackageFile { name, version, architecture } = file;
        harmless(&format!("`{name}` {version} for `{architecture}`"), LONGEST)
    };
    for (path, file) in &got.packages {
        match given.packages.get(path) {
            None => {
                return Err(format!("gave back a package {}, which it was not given", safe(path)));
            }
            Some(before) if before != file => {
                return Err(format!("made {} of {}, which was {}", shown(file), safe(path), shown(before)));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Characters of others' words in a message, at most.
const LONGEST: usize = 200;
