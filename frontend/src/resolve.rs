//! A spec for one target and platform, with nothing left to decide.

mod argument;
mod dependency;
mod substitute;

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::{Diagnostic, Problems, literal};
use crate::job::Bound;
use crate::nearest::nearest;
use crate::resolve::argument::Arguments;
use crate::span::Spanned;
use crate::spec::{Arch, Name, Revision, Spec, Version};

/// What of a spec is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'s> {
    /// Target key, such as `trixie`.
    pub target: &'s str,
    /// Platform of the result.
    pub platform: Platform<'s>,
    /// Platform of the machine that builds.
    pub build_platform: Platform<'s>,
    /// Build args as given by the client.
    pub build_args: &'s BTreeMap<String, String>,
    /// All target keys there are.
    pub known_targets: &'s [&'s str],
}

/// A platform in OCI's words; shown as `os/architecture[/variant]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Platform<'s> {
    /// Operating system, such as `linux`.
    pub os: &'s str,
    /// Architecture, such as `arm64`.
    pub architecture: &'s str,
    /// Variant of the architecture, such as `v7`.
    pub variant: Option<&'s str>,
}

/// A spec with everything in it decided: args replaced, overrides of the target applied, defaults in
/// place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// What the extension is called.
    pub name: Spanned<String>,
    /// Version of the content.
    pub version: Spanned<String>,
    /// Which build of the version this is.
    pub revision: String,
    /// What the extension is, for people.
    pub description: Option<String>,
    /// Terms under which the content may be used.
    pub license: Option<String>,
    /// Who made the package.
    pub packager: Option<String>,
    /// Which organization answers for it.
    pub vendor: Option<String>,
    /// Where to read more.
    pub website: Option<String>,
    /// Packages of the extension, sorted by name, each name once.
    pub sysext: Vec<Dependency>,
}

/// A package that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Its name; the place is that of the entry's key.
    pub name: Spanned<String>,
    /// Bounds of its version, all of which must hold.
    pub bounds: Vec<Spanned<Bound>>,
    /// Architectures for which it is asked for; none: for all.
    pub arch: Vec<Spanned<Arch>>,
}

impl Dependency {
    /// Whether it is asked for on a platform.
    pub fn is_for(&self, platform: Platform<'_>) -> bool {
        let matches = |arch: &Spanned<Arch>| arch.value.matches(platform.architecture, platform.variant);
        self.arch.is_empty() || self.arch.iter().any(matches)
    }
}

impl fmt::Display for Platform<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        match self.variant {
            Some(variant) => write!(f, "/{variant}"),
            None => Ok(()),
        }
    }
}

/// The spec for a selection, with warnings; or what is wrong, warnings among it.
pub fn resolve(spec: &Spec, selection: &Selection<'_>) -> Result<(Resolved, Problems), Problems> {
    let mut problems = Problems::default();
    check_targets(spec, selection, &mut problems);
    let arguments = Arguments::new(spec, selection, &mut problems);
    let version = arguments.apply(&spec.version, &mut problems);
    let revision = arguments.apply(&spec.revision, &mut problems);
    warn_of_cut("name", spec.name.as_ref().map(Name::as_str), &mut problems);
    if let Some(version) = &version {
        warn_of_cut("version", version.as_ref().map(Version::as_str), &mut problems);
    }
    if let Some(revision) = &revision {
        warn_of_cut("revision", revision.as_ref().map(Revision::as_str), &mut problems);
    }
    let sysext = dependency::sysext(spec, selection.target, &arguments, &mut problems);
    match (version, revision) {
        (Some(version), Some(revision)) if !problems.has_errors() => {
            let text = |field: &Option<Spanned<String>>| field.as_ref().map(|text| text.value.clone());
            let resolved = Resolved {
                name: spec.name.as_ref().map(ToString::to_string),
                version: version.map(|version| version.to_string()),
                revision: revision.value.to_string(),
                description: text(&spec.description),
                license: text(&spec.license),
                packager: text(&spec.packager),
                vendor: text(&spec.vendor),
                website: text(&spec.website),
                sysext,
            };
            Ok((resolved, problems))
        }
        _ => Err(problems),
    }
}

/// Warns of entries for targets that there are not: nothing would ever use them.
fn check_targets(spec: &Spec, selection: &Selection<'_>, problems: &mut Problems) {
    for target in &spec.targets {
        let key = target.key.value.as_str();
        if selection.known_targets.contains(&key) {
            continue;
        }
        let warning = Diagnostic::warning(target.key.span, format!("there is no target {}", literal(key)));
        problems.push(match nearest(key, selection.known_targets.iter().copied()) {
            Some(near) => warning.help(format!("did you mean `{near}`?")),
            None => warning.help(format!("targets: {}", selection.known_targets.join(", "))),
        });
    }
}

/// Warns of a character at which systemd cuts the name of an image (`src/basic/os-util.c`). The image
/// is marked so that systemd takes it all the same; what compares and updates images by their names
/// does not look at the mark.
fn warn_of_cut(what: &str, value: Spanned<&str>, problems: &mut Problems) {
    if let Some(character) = value.value.chars().find(|&character| character == '_' || character == '+') {
        let message =
            format!("systemd reads the name of an image only up to the `{character}` in this {what}");
        let warning = Diagnostic::warning(value.span, message);
        problems.push(warning.help("use `.` or `-` where images are compared or updated by their names"));
    }
}
