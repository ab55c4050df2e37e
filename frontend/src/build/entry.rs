//! Reading the spec, wherever the client says it is.

use crate::build::context::Session;
use crate::build::failure::Failure;
use crate::build::place::Map;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::request::{ARCHIVE_HEAD, HTTP_FILE, SpecSource, archive_kind, unpacked};
use crate::spec::yaml;

/// The spec's text under the name that the client knows it by.
pub(super) async fn read(session: &Session) -> Result<SourceFile, Failure> {
    let request = &session.request;
    let inputs = session.input_names();
    let (tree, files) = match request.entry.spec_source(&inputs) {
        SpecSource::Local(name) => (request.read_spec(name).state(), request.entry.files()),
        SpecSource::Input(name) => (session.input(name)?, request.entry.files()),
        SpecSource::Git(git) => (request.git_state(git), request.entry.files()),
        SpecSource::Http(url) => {
            let download = request.http_state(url);
            let reference = session.solve(&download, true).await?;
            let path = format!("/{HTTP_FILE}");
            let head = session.gateway.read_head(&reference, &path, ARCHIVE_HEAD).await?;
            if archive_kind(&head.unwrap_or_default()).is_some() {
                (unpacked(&download), request.entry.files())
            } else {
                (download, vec![HTTP_FILE.to_owned()])
            }
        }
    };
    let reference = session.solve(&tree, true).await?;
    for file in &files {
        let content = session.gateway.read_file(&reference, file, yaml::MAX_BYTES as u64).await?;
        if let Some(content) = content {
            let (file, problems) = SourceFile::from_bytes(file, &content);
            if problems.has_errors() {
                return Err(Failure::from(problems).of(&Map::new(&file)));
            }
            return Ok(file);
        }
    }
    let message = format!("there is no spec `{}`", request.entry.file());
    Err(Diagnostic::error(None, message)
        .help("say which file is the spec: `docker build -f SPEC.yml`")
        .into())
}
