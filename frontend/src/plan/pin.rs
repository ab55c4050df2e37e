//! Sources that may be others tomorrow: what to write so that they are not.

use buildkit_llb::{Bind, ReadOnly, State};

use super::outside::Asking;
use super::{Answers, Open, both};
use crate::diagnostic::{Diagnostic, Problems};
use crate::job;
use crate::resolve::Source;
use crate::spec::source::Variant;
use crate::step::Stage;
use crate::tree::{Outside as _, Trees};

/// A warning for each source that nothing pins, with what pins it to what it is now.
pub(super) fn warnings(trees: &Trees<'_>, answers: &Answers, asking: &Asking<'_>) -> Result<Problems, Open> {
    let mut warnings = Ok(Problems::default());
    for (name, source) in &trees.resolved.sources {
        let said = warning(trees, name.as_str(), source, answers, asking);
        warnings = both(warnings, said).map(|(mut warnings, said)| {
            if let Some(said) = said {
                warnings.push(said);
            }
            warnings
        });
    }
    warnings
}

fn warning(
    trees: &Trees<'_>,
    name: &str,
    source: &Source,
    answers: &Answers,
    asking: &Asking<'_>,
) -> Result<Option<Diagnostic>, Open> {
    match &source.variant {
        Variant::Git(git) => {
            let Some(state) = trees.moving(name, git) else { return Ok(None) };
            let head = answers.ask_file(&state, "/.git/HEAD")?.unwrap_or_default();
            let commit = String::from_utf8_lossy(head).trim().to_owned();
            if commit.is_empty() || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Ok(None);
            }
            let message = format!("`{}` of source `{name}` may be another commit tomorrow", git.commit.value);
            let help = format!("add `checksum: {commit}`, which it is now");
            Ok(Some(Diagnostic::warning(git.commit.span, message).help(help)))
        }
        Variant::Http(http) if http.digest.is_none() => {
            let Some(file) = asking.end(trees.source_alone(name))? else { return Ok(None) };
            let digest = digest(trees, name, &file);
            let bytes = answers.ask_file(&digest, &format!("/{}", job::ANSWER))?.unwrap_or_default();
            let Ok(job::Digest { sha256 }) = serde_json::from_slice(bytes) else { return Ok(None) };
            let message = format!("source `{name}` may be another file tomorrow");
            let help = format!("add `digest: sha256:{sha256}`, which it is now");
            Ok(Some(Diagnostic::warning(http.url.span, message).help(help)))
        }
        Variant::Image(image) if !image.reference.value.as_str().contains('@') => {
            let reference = image.reference.value.as_str();
            let meant = asking.end(asking.image(reference, trees.platform).map_err(Into::into))?;
            let Some((_, digest)) = meant.reference.split_once('@') else { return Ok(None) };
            let message = format!("`{reference}` of source `{name}` may be another image tomorrow");
            let help = format!("write `ref: {reference}@{digest}`, which it is now");
            Ok(Some(Diagnostic::warning(image.reference.span, message).help(help)))
        }
        Variant::Build(_)
        | Variant::Context(_)
        | Variant::Http(_)
        | Variant::Image(_)
        | Variant::Inline(_) => Ok(None),
    }
}

/// A tree with [`job::ANSWER`], a [`job::Digest`] of a source's one file.
fn digest(trees: &Trees<'_>, name: &str, file: &State) -> State {
    let title = format!("{name}: digest");
    let mut exec = trees.steps.program(Stage::Source, &title, &["digest"], None);
    exec.mount(job::FILE, ReadOnly(file.clone()).selector(format!("/{name}")));
    let out = exec.mount(job::OUT, Bind(State::scratch()));
    exec.run().output(out)
}
