//! A spec for one target and platform, with nothing left to decide.

mod apply;
mod argument;
mod build;
mod dependency;
mod image;
mod patch;
mod print;
mod source;
mod substitute;
mod test;
mod wanted;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::{Diagnostic, Problems, literal};
use crate::job::{Bound, Rule};
use crate::nearest::nearest;
use crate::resolve::apply::Apply as _;
use crate::resolve::argument::Arguments;
use crate::span::Spanned;
use crate::spec::artifact::Artifacts;
use crate::spec::changelog::Change;
use crate::spec::source::SourceName;
use crate::spec::{self, Annex, Arch, Concrete, Extension, Name, Revision, Spec, Version};

pub use wanted::Wanted;

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
    /// What only this frontend reads.
    pub annex: Annex,
    /// Whether the content does not depend on the architecture.
    pub noarch: bool,
    /// Fields that begin with `x-`.
    pub extensions: Vec<Extension>,
    /// The packages and repositories that it needs.
    pub dependencies: Dependencies,
    /// What a build starts from, by name.
    pub sources: BTreeMap<SourceName, Source>,
    /// Changes of the sources, by the names of these.
    pub patches: BTreeMap<SourceName, Patches>,
    /// How the package is built.
    pub build: Build,
    /// What of the build is installed.
    pub artifacts: Artifacts,
    /// A container made of the package.
    pub image: Image,
    /// What must be true of the package.
    pub tests: Vec<Test>,
    /// Who signs the package.
    pub signer: Option<Signer>,
    /// Another frontend, which builds this target.
    pub frontend: Option<Frontend>,
    /// What changed, the newest first.
    pub changelog: Vec<Change>,
    /// What the package stands for as well as for itself.
    pub provides: Vec<Dependency>,
    /// What the package takes the place of.
    pub replaces: Vec<Dependency>,
    /// What cannot be installed beside the package.
    pub conflicts: Vec<Dependency>,
}

/// What a spec needs for one target: lists sorted by name, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// Packages that the build needs.
    pub build: Vec<Dependency>,
    /// Repositories beside those of the release.
    pub extra_repos: Vec<Repository>,
    /// Packages that are good to have with the package.
    pub recommends: Vec<Dependency>,
    /// Packages that the package needs.
    pub runtime: Vec<Dependency>,
    /// Packages of the extension.
    pub sysext: Vec<Dependency>,
    /// Packages that the tests need.
    pub test: Vec<Dependency>,
}

/// A frontend that builds a target in place of this one.
pub type Frontend = spec::Frontend<Concrete>;
/// A container made of a package.
pub type Image = spec::image::Image<Concrete>;
/// A frontend that signs packages.
pub type Signer = spec::Signer<Concrete>;
/// Commands and what must be true after them.
pub type Test = spec::test::Test<Concrete>;
/// How a package is built.
pub type Build = spec::build::Build<Concrete>;
/// A file or directory that comes from outside.
pub type Source = spec::source::Source<Concrete>;
/// The patches of a source.
pub type Patches = spec::patch::Patches<Concrete>;
/// A repository of packages.
pub type Repository = spec::repository::Repository<Concrete>;

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
    let version = spec.version.apply(&arguments, &mut problems);
    let revision = spec.revision.apply(&arguments, &mut problems);
    warn_of_cut("name", spec.name.as_ref().map(Name::as_str), &mut problems);
    if let Some(version) = &version {
        warn_of_cut("version", version.as_ref().map(Version::as_str), &mut problems);
    }
    if let Some(revision) = &revision {
        warn_of_cut("revision", revision.as_ref().map(Revision::as_str), &mut problems);
    }
    let target = spec.target(selection.target);
    let dependencies = dependency::dependencies(
        &spec.dependencies,
        target.map(|target| &target.dependencies),
        &arguments,
        &mut problems,
    );
    let mut list = |own: Option<&Option<Vec<_>>>, global| {
        let own = own.and_then(Option::as_ref);
        dependency::packages(own.unwrap_or(global), &arguments, &mut problems)
    };
    let provides = list(target.map(|target| &target.provides), &spec.provides);
    let replaces = list(target.map(|target| &target.replaces), &spec.replaces);
    let conflicts = list(target.map(|target| &target.conflicts), &spec.conflicts);
    let sources = spec.sources.apply(&arguments, &mut problems).unwrap_or_default();
    let patches = spec.patches.apply(&arguments, &mut problems).unwrap_or_default();
    patch::check(&patches, &sources, &mut problems);
    let build = build::build(&spec.build, &arguments, &mut problems);
    let image = image::image(&spec.image, target.map(|target| &target.image), &arguments, &mut problems);
    let mut tests = spec.tests.apply(&arguments, &mut problems).unwrap_or_default();
    tests.extend(target.and_then(|target| target.tests.apply(&arguments, &mut problems)).unwrap_or_default());
    let signer = target.and_then(|target| target.signer.as_ref()).or(spec.signer.as_ref());
    let signer = signer.and_then(|signer| signer.apply(&arguments, &mut problems));
    let frontend = target.and_then(|target| target.frontend.as_ref());
    let frontend = frontend.and_then(|frontend| frontend.apply(&arguments, &mut problems));
    let mut changelog = spec.changelog.clone();
    changelog.sort_by_key(|change| Reverse(change.date.value));
    match (version, revision, build, image) {
        (Some(version), Some(revision), Some(build), Some(image)) if !problems.has_errors() => {
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
                noarch: spec.noarch,
                extensions: spec.extensions.clone(),
                annex: spec.annex.clone(),
                dependencies,
                sources,
                patches,
                build,
                artifacts: target
                    .and_then(|target| target.artifacts.as_ref())
                    .unwrap_or(&spec.artifacts)
                    .clone(),
                image,
                tests,
                signer,
                frontend,
                changelog,
                provides,
                replaces,
                conflicts,
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
        if selection.known_targets.contains(&key) || TARGETS.contains(&key) || target.frontend.is_some() {
            continue;
        }
        let warning = Diagnostic::warning(target.key.span, format!("there is no target {}", literal(key)));
        let warning = warning.rule(Rule::TargetUnknown.name());
        let known = selection.known_targets.iter().copied().chain(TARGETS.iter().copied());
        let near = if problems.is_full() { None } else { nearest(key, known) };
        problems.push(match near {
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
        let warning = warning.rule(Rule::NameCut.name());
        problems.push(warning.help("use `.` or `-` where images are compared or updated by their names"));
    }
}

/// Targets that the language is written for, sorted: a spec may speak of them, whether they can be built here
/// or not.
const TARGETS: &[&str] = &[
    "almalinux8",
    "almalinux9",
    "azlinux3",
    "azlinux4",
    "bionic",
    "bookworm",
    "bullseye",
    "flatcar",
    "focal",
    "jammy",
    "noble",
    "resolute",
    "rockylinux8",
    "rockylinux9",
    "trixie",
    "windowscross",
];

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::diagnostic::{SourceFile, render};
    use crate::span::Span;

    const KNOWN: &[&str] = &["noble", "trixie"];
    const ARM: Platform<'static> = Platform { os: "linux", architecture: "arm", variant: Some("v7") };
    const AMD64: Platform<'static> = Platform { os: "linux", architecture: "amd64", variant: None };

    fn args(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| (String::from(*name), String::from(*value))).collect()
    }

    fn selection<'s>(target: &'s str, build_args: &'s BTreeMap<String, String>) -> Selection<'s> {
        Selection { target, platform: ARM, build_platform: AMD64, build_args, known_targets: KNOWN }
    }

    /// Everything from text to result.
    fn run(text: &str, selection: &Selection<'_>) -> (Option<Resolved>, Problems) {
        let mut problems = Problems::default();
        let Some(spec) = Spec::parse(text, &mut problems) else { return (None, problems) };
        match resolve(&spec, selection) {
            Ok((resolved, warnings)) => {
                problems.extend(warnings);
                (Some(resolved), problems)
            }
            Err(more) => {
                problems.extend(more);
                (None, problems)
            }
        }
    }

    fn check(text: &str, target: &str, build_args: &[(&str, &str)], expected: &Expect) {
        let build_args = args(build_args);
        let (resolved, problems) = run(text, &selection(target, &build_args));
        let file = SourceFile { name: String::from("spec.yml"), text: String::from(text) };
        let mut out = resolved.map(|resolved| show(&resolved, text)).unwrap_or_default();
        out.push_str(&render(&file, &problems));
        expected.assert_eq(&out);
    }

    /// The fields, and the bytes that the places cover.
    fn show(resolved: &Resolved, text: &str) -> String {
        let Resolved { name, version, revision, description, license, packager, vendor, website, .. } =
            resolved;
        let at = |span: Span| &text[span.range()];
        let mut out = format!("{} `{}`\n", name.value, at(name.span));
        writeln!(out, "{} `{}`, revision {revision}", version.value, at(version.span)).unwrap();
        for (name, value) in [
            ("description", description),
            ("license", license),
            ("packager", packager),
            ("vendor", vendor),
            ("website", website),
        ] {
            if let Some(value) = value {
                writeln!(out, "{name}: {value:?}").unwrap();
            }
        }
        for dependency in &resolved.dependencies.sysext {
            let Dependency { name, bounds, arch } = dependency;
            writeln!(out, "- {} `{}`", name.value, at(name.span)).unwrap();
            for Spanned { value: Bound { relation, version }, span } in bounds {
                writeln!(out, "  {relation:?} {version} `{}`", at(*span)).unwrap();
            }
            for Spanned { value: Arch { written, architecture, variant }, span } in arch {
                writeln!(out, "  {written}: {architecture} {variant:?} `{}`", at(*span)).unwrap();
            }
        }
        out
    }

    #[test]
    fn a_whole_spec_is_resolved() {
        check(
            include_str!("resolve/whole.yml"),
            "trixie",
            &[("JQ", "1.7.1"), ("http_proxy", "http://example.org"), ("SOURCE_DATE_EPOCH", "1700000000")],
            &expect![[r#"
                admin-tools `admin-tools`
                1.7.1~arm `${JQ}~${TARGETARCH}${FLAVOUR:+.$FLAVOUR}`, revision 2
                description: "Tools for administrators.\nGröße: 日本.\n"
                license: "MIT AND curl"
                packager: "Packagers <packagers@example.org>"
                website: "https://example.org/"
                - bash `bash`
                - curl `curl`
                  Ge 1.6 `">= 1.6"`
                - g++ `"g++"`
                  Lt 15 `"<<15"`
                  Ge 1:12.2.0-3 `'>= 1:12.2.0-3'`
                  Eq 14.2 `14.2`
                  amd64: amd64 None `amd64`
                  aarch64: arm64 None `aarch64`
                  armhf: arm Some("v7") `armhf`
                  ppc64el: ppc64le None `ppc64el`
                - jq `jq`
                  Eq 1.7 `"= ${JQ%.*}"`
                  Le 1.7.1-1 `"<= $JQ-1"`
                - perl(Foo::Bar) `perl(Foo::Bar)`
            "#]],
        );
    }

    #[test]
    fn the_least_spec_has_the_first_revision_and_no_packages() {
        check(
            "{name: jq, version: 1.10, revision: , dependencies: , targets: }",
            "trixie",
            &[],
            &expect![[r"
                jq `jq`
                1.10 `1.10`, revision 1
            "]],
        );
    }

    #[test]
    fn a_target_does_not_lose_the_packages_of_the_spec() {
        let text = "
            name: tools
            version: 1
            dependencies: {sysext: [jq]}
            targets:
              noble: {dependencies: {runtime: [], sysext: {}}}
              trixie: {dependencies: {sysext: [curl, bash]}}
        ";
        check(
            text,
            "noble",
            &[],
            &expect![[r"
            tools `tools`
            1 `1`, revision 1
            - jq `jq`
        "]],
        );
        check(
            text,
            "trixie",
            &[],
            &expect![[r"
            tools `tools`
            1 `1`, revision 1
            - bash `bash`
            - curl `curl`
        "]],
        );
    }

    #[test]
    fn a_target_can_have_packages_where_the_spec_has_none() {
        check(
            "{name: a, version: 1, targets: {trixie: {dependencies: {sysext: [jq]}}, noble: }}",
            "trixie",
            &[],
            &expect![[r"
                a `a`
                1 `1`, revision 1
                - jq `jq`
            "]],
        );
    }

    #[test]
    fn merged_packages_keep_the_place_where_they_are_written() {
        check(
            "x-common: &common {jq: {version: [1.7]}, curl: &any }
name: tools
version: 1
dependencies: {sysext: {<<: *common, bash: *any}}
",
            "trixie",
            &[],
            &expect![[r"
                tools `tools`
                1 `1`, revision 1
                - bash `bash`
                - curl `curl`
                - jq `jq`
                  Eq 1.7 `1.7`
            "]],
        );
    }

    #[test]
    fn a_dependency_is_for_its_architectures_or_for_all() {
        let build_args = BTreeMap::new();
        let text = "{name: n, version: 1, dependencies: {sysext: {a: , b: {arch: [armhf]}, c: {arch: [x86_64, arm64]}}}}";
        let (resolved, _) = run(text, &selection("trixie", &build_args));
        let sysext = resolved.unwrap().dependencies.sysext;
        let names = |platform| {
            let wanted = sysext.iter().filter(|dependency| dependency.is_for(platform));
            wanted.map(|dependency| dependency.name.value.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(names(ARM), ["a", "b"]);
        assert_eq!(names(AMD64), ["a", "c"]);
    }
}
