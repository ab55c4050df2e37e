//! `targets`: what is different for one target.

use crate::diagnostic::{Problems, literal};
use crate::span::Spanned;
use crate::spec::artifact::{self, Artifacts};
use crate::spec::decode::{Field, Fields};
use crate::spec::dependency::{self, Dependencies, Dependency};
use crate::spec::field;
use crate::spec::image::{self, Image};
use crate::spec::package_config::{self, Signer};
use crate::spec::reference::ImageRef;
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;
use crate::spec::test::{self, Test};

/// An entry of the field `targets`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The target it is about, such as `trixie`; the place is that of the key.
    pub key: Spanned<String>,
    /// What is installed, in place of all that the spec says of it.
    pub artifacts: Option<Artifacts>,
    /// What cannot be installed beside the package, in place of the spec's list.
    pub conflicts: Option<Vec<Dependency<Written>>>,
    /// Packages and repositories; each list that is not empty is in place of the spec's.
    pub dependencies: Dependencies<Written>,
    /// Another frontend, which builds this target.
    pub frontend: Option<Frontend<Written>>,
    /// A container, each field in place of the spec's or added to it.
    pub image: Image<Written>,
    /// What the package stands for, in place of the spec's list.
    pub provides: Option<Vec<Dependency<Written>>>,
    /// What the package takes the place of, in place of the spec's list.
    pub replaces: Option<Vec<Dependency<Written>>>,
    /// Who signs packages, in place of the spec's signer.
    pub signer: Option<Signer<Written>>,
    /// Tests beside those of the spec.
    pub tests: Vec<Test<Written>>,
}

/// A frontend that builds a target in place of this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontend<S: Stage> {
    /// The target; the place is that of the key.
    pub target: Spanned<String>,
    /// Its image.
    pub image: S::Of<ImageRef>,
    /// The command in the image, in place of its own.
    pub cmdline: Option<String>,
}

/// The field `targets`.
pub(super) fn targets(
    field: Option<Field<'_, '_>>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Vec<Target> {
    let entries = field.and_then(|field| field.value.mapping("`targets`", problems));
    let mut entries = entries.unwrap_or_default();
    field::at_most(&mut entries, MAX_TARGETS, "targets", |entry| entry.place, problems);
    entries.into_iter().filter_map(|entry| target(entry, scope, problems)).collect()
}

fn target(entry: Field<'_, '_>, scope: Scope<'_>, problems: &mut Problems) -> Option<Target> {
    let mut fields = Fields::read(entry.value, &literal(entry.key), problems)?;
    let key = Spanned::new(String::from(entry.key), entry.place.span);
    let dependencies = dependency::dependencies(fields.take("dependencies"), scope, problems);
    let mut list = |name: &'static str, problems: &mut Problems| {
        let field = fields.take(name)?;
        Some(dependency::packages(Some(field), scope, problems))
    };
    let provides = list("provides", problems);
    let replaces = list("replaces", problems);
    let conflicts = list("conflicts", problems);
    let artifacts = fields.take("artifacts").and_then(|field| artifact::artifacts(field, problems));
    let image = fields.take("image").and_then(|field| image::image(field, scope, problems));
    let signer = fields.take("package_config");
    let signer = signer.and_then(|field| package_config::signer(field, scope, problems));
    let frontend = fields.take("frontend");
    let frontend = frontend.and_then(|field| self::frontend(field, &key, scope, problems));
    let tests = test::tests(fields.take("tests"), scope, problems);
    fields.refuse(GLOBAL, "is the same for all targets", "write it at the top of the spec", problems);
    fields.finish(problems);
    let image = image.unwrap_or_default();
    Some(Target {
        key,
        artifacts,
        conflicts,
        dependencies,
        frontend,
        image,
        provides,
        replaces,
        signer,
        tests,
    })
}

fn frontend(
    field: Field<'_, '_>,
    key: &Spanned<String>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Option<Frontend<Written>> {
    let mut fields = Fields::read(field.value, "`frontend`", problems)?;
    let image = fields.require_value("image", field.place, scope, problems);
    let cmdline = fields.parse::<String>("cmdline", problems).map(|text| text.value);
    fields.finish(problems);
    Some(Frontend { target: key.clone(), image: image?, cmdline })
}

/// Fields of a spec that are the same for all targets.
const GLOBAL: &[&str] = &[
    "args",
    "build",
    "changelog",
    "description",
    "license",
    "name",
    "noarch",
    "packager",
    "patches",
    "revision",
    "sources",
    "vendor",
    "version",
    "website",
];

/// Most targets: more than there are releases to build for.
const MAX_TARGETS: usize = 1000;
