//! Build args about the packages that a spec builds.

use crate::request::argument::Known;
use crate::request::option::Expected;
use crate::request::scalar::boolean;

/// What `DALEC_*` build args say of packages and their sources; empty ones count as unset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageArgs {
    /// `DALEC_GOMOD_PROXY`: where modules of Go are asked for, in the words of `GOPROXY`.
    pub gomod_proxy: Option<String>,
    /// `DALEC_SIGNING_CONFIG_PATH`: a file that names the signer, in place of the spec.
    pub signing: Option<ContextFile>,
    /// `DALEC_SKIP_SIGNING`: whether packages are left unsigned.
    pub skip_signing: bool,
    /// `DALEC_SKIP_TESTS`: whether the tests of the spec are not run.
    pub skip_tests: bool,
    /// `DALEC_SOURCE_FILTER_CONFIG_PATH`: a file that says what no source has.
    pub source_filter: Option<ContextFile>,
}

/// A file in a context that the client gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextFile {
    /// The context's name.
    pub context: String,
    /// Path of the file in it, without a `/` at its start.
    pub path: String,
}

impl PackageArgs {
    pub(super) fn read(known: &mut Known<'_>) -> Self {
        Self {
            gomod_proxy: known.text("DALEC_GOMOD_PROXY"),
            signing: file(known, "DALEC_SIGNING_CONFIG", "context"),
            skip_signing: known.parse("DALEC_SKIP_SIGNING", boolean).unwrap_or_default(),
            skip_tests: known.parse("DALEC_SKIP_TESTS", boolean).unwrap_or_default(),
            source_filter: file(known, "DALEC_SOURCE_FILTER_CONFIG", "dalec-source-options"),
        }
    }
}

/// The file of `PREFIX_PATH` and `PREFIX_CONTEXT_NAME`; unsaid, it is in the context `usual`.
fn file(known: &mut Known<'_>, prefix: &str, usual: &str) -> Option<ContextFile> {
    let path = known.parse(&format!("{prefix}_PATH"), path)?;
    let context = known.text(&format!("{prefix}_CONTEXT_NAME"));
    Some(ContextFile { context: context.unwrap_or_else(|| usual.to_owned()), path })
}

fn path(text: &str) -> Result<String, Expected> {
    let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.is_empty() || parts.contains(&"..") || text.contains(char::is_control) {
        return Err(Expected::phrase("the path of a file in the context, without `..`"));
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_does_not_lead_out_of_its_context() {
        assert_eq!(path("/a//b/./c.yml").as_deref(), Ok("a/b/c.yml"));
        for text in ["/", ".", "../a", "a/../b", "a\nb"] {
            assert!(path(text).is_err(), "{text:?}");
        }
    }
}
