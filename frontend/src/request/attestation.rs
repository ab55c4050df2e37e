//! What is to be attested about a result.

use std::collections::BTreeMap;

use crate::request::option::{Expected, Options};
use crate::request::reference::Reference;
use crate::request::scalar::fields;

/// The statements that the client asks for: `--attest`, `--sbom`, `--provenance`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attestations {
    /// List of contents, made by the frontend.
    pub sbom: Option<Sbom>,
    /// Parameters of the provenance, which the engine itself makes.
    pub provenance: Option<BTreeMap<String, String>>,
}

/// How the list of contents (software bill of materials) is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sbom {
    /// Image of the scanner.
    pub generator: Reference,
    /// What the scanner is told.
    pub parameters: BTreeMap<String, String>,
}

impl Attestations {
    /// Options `attest:KIND`; build args `BUILDKIT_ATTEST_KIND` win over them.
    pub(super) fn read(options: &mut Options, build_args: &BTreeMap<String, String>) -> Self {
        let mut read = |kind: &str| {
            let option = format!("attest:{kind}");
            let given = options.take(&option);
            let arg = format!("BUILDKIT_ATTEST_{}", kind.to_uppercase());
            let (name, value) = match build_args.get(&arg) {
                Some(value) => (format!("build-arg:{arg}"), value.clone()),
                None => (option, given?),
            };
            let disabled =
                |pairs: &BTreeMap<String, String>| pairs.get("disabled").is_some_and(|v| v == "true");
            options
                .checked(&name, &value, parameters)
                .filter(|pairs| !disabled(pairs))
                .map(|pairs| (name, pairs))
        };
        let provenance = read("provenance").map(|(_, pairs)| pairs);
        let sbom = read("sbom").and_then(|(name, mut parameters)| {
            let generator = parameters.remove("generator").unwrap_or_else(|| DEFAULT_GENERATOR.to_owned());
            let generator = options.checked(&name, &generator, str::parse::<Reference>)?;
            Some(Sbom { generator: generator.with_default_tag(), parameters })
        });
        Self { sbom, provenance }
    }
}

/// `key=value` or `key` fields; a key that is given twice keeps its last value.
fn parameters(text: &str) -> Result<BTreeMap<String, String>, Expected> {
    let given = if text.is_empty() { Vec::new() } else { fields(text)? };
    let pair = |field: String| match field.split_once('=') {
        Some((key, value)) => (key.to_owned(), value.to_owned()),
        None => (field, String::new()),
    };
    Ok(given.into_iter().map(pair).collect())
}

/// The scanner that `frontend/attestations` of `BuildKit` starts from.
const DEFAULT_GENERATOR: &str = "docker/buildkit-syft-scanner:stable-1";
