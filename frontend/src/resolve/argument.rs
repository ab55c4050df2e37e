//! The values of build args.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Problems, literal};
use crate::nearest::nearest;
use crate::resolve::Selection;
use crate::spec::{ALWAYS, OPT_IN, Spec};

/// What each build arg that a spec can use stands for. One that is absent is not set.
#[derive(Debug)]
pub(super) struct Arguments(BTreeMap<String, String>);

impl Arguments {
    /// The args that a spec declares, with what was given for them. What was given for an arg that
    /// there is not is an error: it would have no effect.
    pub(super) fn new(spec: &Spec, selection: &Selection<'_>, problems: &mut Problems) -> Self {
        let mut values = BTreeMap::new();
        for name in ALWAYS {
            if let Some(value) = selection.build_args.get(*name) {
                values.insert(String::from(*name), value.clone());
            }
        }
        for arg in &spec.args {
            let name = &arg.name.value;
            let own = OPT_IN.contains(&name.as_str()).then(|| of_platform(name, selection));
            let given = || selection.build_args.get(name).unwrap_or(&arg.default.value).clone();
            values.insert(name.clone(), own.unwrap_or_else(given));
        }
        for name in selection.build_args.keys() {
            if !values.contains_key(name) && !is_known(name) {
                problems.push(unknown(name, spec));
            }
        }
        Self(values)
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// The value of an arg of [`OPT_IN`].
fn of_platform(name: &str, selection: &Selection<'_>) -> String {
    let Selection { target, platform, build_platform, .. } = selection;
    match name {
        "DALEC_TARGET" => String::from(*target),
        "BUILDPLATFORM" => build_platform.to_string(),
        "TARGETPLATFORM" => platform.to_string(),
        _ => String::from(match name {
            "BUILDARCH" => build_platform.architecture,
            "BUILDOS" => build_platform.os,
            "BUILDVARIANT" => build_platform.variant.unwrap_or_default(),
            "TARGETARCH" => platform.architecture,
            "TARGETOS" => platform.os,
            _ => platform.variant.unwrap_or_default(),
        }),
    }
}

fn unknown(name: &str, spec: &Spec) -> Diagnostic {
    let error = Diagnostic::error(None, format!("the spec declares no build arg {}", literal(name)));
    let declared = spec.args.iter().map(|arg| arg.name.value.as_str());
    match nearest(name, declared.chain(KNOWN.iter().copied())) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("declare it in `args`, or leave it out of the command"),
    }
}

/// Whether an arg is for the frontend, for BuildKit or set by clients on their own.
fn is_known(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    KNOWN.contains(&name)
        || OPT_IN.contains(&name)
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || (name == upper || name == name.to_ascii_lowercase()) && PROXIES.contains(&upper.as_str())
}

/// Args that the frontend reads, or that turn off what it does not do.
const KNOWN: &[&str] = &[
    "DALEC_DISABLE_DIFF_MERGE",
    "DALEC_DISABLE_PASSTHROUGH",
    "DALEC_DISABLE_PROXY_CONFIG",
    "DALEC_DISABLE_SYMLINK",
    "DALEC_GOMOD_PROXY",
    "DALEC_SIGNING_CONFIG_CONTEXT_NAME",
    "DALEC_SIGNING_CONFIG_PATH",
    "DALEC_SKIP_SIGNING",
    "DALEC_SKIP_TESTS",
    "DALEC_SOURCE_FILTER_CONFIG_CONTEXT_NAME",
    "DALEC_SOURCE_FILTER_CONFIG_PATH",
    "SOURCE_DATE_EPOCH",
];

/// Beginnings of the names of args that are BuildKit's, or for the making of an extension.
const PREFIXES: &[&str] = &["BUILDKIT_", "DALEC_SYSEXT_"];

/// Args that docker sets from its own configuration, in capitals or not
/// (<https://docs.docker.com/build/building/variables/#proxy-arguments>).
const PROXIES: &[&str] = &["ALL_PROXY", "FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"];
