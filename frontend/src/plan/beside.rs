//! Files in contexts of the client that say what a spec does not.

use buildkit_llb::Platform;

use super::outside::Asking;
use super::{Answers, Contexts, Open};
use crate::diagnostic::{Diagnostic, Problems, Severity, harmless, literal};
use crate::request::{ContextFile, PackageArgs};
use crate::span::LineIndex;
use crate::spec::beside::{self, SignerFile};
use crate::tree::{self, ContextPart, Outside as _};

/// What build args say of sources, with what the files that they name say.
pub(super) fn of_sources(
    args: &PackageArgs,
    contexts: &dyn Contexts,
    platform: &Platform,
    answers: &Answers,
) -> Result<tree::Args, Open> {
    let gomod_proxy = args.gomod_proxy.clone();
    let excludes = match &args.source_filter {
        None => Vec::new(),
        Some(file) => {
            let excludes = read(file, contexts, platform, answers, beside::excludes)?;
            excludes.iter().map(|glob| glob.as_str().to_owned()).collect()
        }
    };
    Ok(tree::Args { gomod_proxy, excludes })
}

/// The signer that a file names.
pub(super) fn signer(
    file: &ContextFile,
    contexts: &dyn Contexts,
    platform: &Platform,
    answers: &Answers,
) -> Result<SignerFile, Open> {
    let signer = read(file, contexts, platform, answers, SignerFile::parse)?;
    signer.ok_or_else(|| {
        let error = Diagnostic::error(None, format!("{} names no signer", shown(file)));
        Problems::from(error.help("write `signer: {image: …}` in it, or build with `DALEC_SKIP_SIGNING=1`"))
            .into()
    })
}

fn read<T>(
    file: &ContextFile,
    contexts: &dyn Contexts,
    platform: &Platform,
    answers: &Answers,
    parse: fn(&str, &mut Problems) -> T,
) -> Result<T, Open> {
    let ContextFile { context, path } = file;
    let asking = Asking::new(answers, contexts);
    let refused = |message: String, help: String| Problems::from(Diagnostic::error(None, message).help(help));
    if !asking.has_context(context, platform) {
        let message = format!("{} is wanted, and the client gave no such context", shown(file));
        return Err(refused(message, format!("add `--build-context {context}=DIRECTORY`")).into());
    }
    let part = ContextPart { name: context.clone(), path: path.clone(), ..ContextPart::default() };
    let tree = asking.end(asking.context(&part, platform).map_err(Into::into))?;
    let Some(bytes) = answers.ask_file(&tree, &format!("/{path}"))? else {
        let message = format!("there is no {}", shown(file));
        return Err(refused(
            message,
            "check its path, and what the context's `.dockerignore` says".to_owned(),
        )
        .into());
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(
            Problems::from(Diagnostic::error(None, format!("{} is not UTF-8 text", shown(file)))).into()
        );
    };
    let mut problems = Problems::default();
    let made = parse(text, &mut problems);
    if problems.has_errors() {
        return Err(placeless(&problems, file, text).into());
    }
    Ok(made)
}

/// Errors about a file that is not the spec: its lines cannot be shown, so their numbers are said.
fn placeless(problems: &Problems, file: &ContextFile, text: &str) -> Problems {
    let lines = LineIndex::new(text);
    let mut said = Problems::default();
    for problem in problems.iter().filter(|problem| problem.severity == Severity::Error) {
        let line = problem.span.map(|span| format!(", line {}", lines.line_column(text, span.start).line));
        let message = format!("{}{}: {}", shown(file), line.unwrap_or_default(), problem.message);
        let error = Diagnostic::error(None, message);
        said.push(Diagnostic { help: problem.help.clone(), ..error });
    }
    said
}

fn shown(file: &ContextFile) -> String {
    format!("{} of context {}", literal(&harmless(&file.path, LONGEST)), literal(&file.context))
}

/// Characters of a path in a message, at most.
const LONGEST: usize = 200;
