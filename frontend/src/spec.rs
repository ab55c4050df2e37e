//! The spec as its author wrote it.

mod annex;
mod arch;
pub mod artifact;
pub mod beside;
pub mod build;
pub mod changelog;
mod constraint;
mod decode;
pub mod dependency;
mod field;
pub mod generator;
mod identity;
pub mod image;
mod lint;
pub mod number;
pub mod package_config;
pub mod patch;
pub mod path;
pub mod reference;
pub mod repository;
pub mod source;
mod stage;
pub mod target;
mod template;
pub mod test;
pub mod tree;
mod value;
pub mod words;
pub mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Problems, literal};
use crate::job::Rule;
use crate::span::Spanned;
use crate::spec::artifact::Artifacts;
use crate::spec::build::Build;
use crate::spec::changelog::Change;
use crate::spec::decode::{At, Field, Fields};
use crate::spec::image::Image;
use crate::spec::patch::Patches;
use crate::spec::source::{Source, SourceName};
use crate::spec::template::Scope;
use crate::spec::test::Test;
use crate::spec::tree::Tree;
use crate::spec::yaml::{Kind, Node};

pub use annex::{Allow, Annex, PathPattern, Reason};
pub use arch::Arch;
pub use decode::{Invalid, Parse, Place};
pub use dependency::{Dependencies, Dependency, PackageName};
pub use field::Environment;
pub use identity::{Name, Revision, Version};
pub use lint::{Checks, Skip};
pub use package_config::Signer;
pub use repository::Repository;
pub use stage::{Concrete, Stage, Written};
pub use target::{Frontend, Target};
pub use template::{Condition, Length, Operation, Part, Pattern, Template, Variable, escape};
pub use value::Value;

/// A spec: every field known and well formed, every build arg that it uses declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// What only this frontend reads.
    pub annex: Annex,
    /// Build args that can be given, in the order of the file.
    pub args: Vec<Arg>,
    /// What of a build is installed, for targets that do not say otherwise.
    pub artifacts: Artifacts,
    /// How the package is built.
    pub build: Build<Written>,
    /// What changed, in the order of the file.
    pub changelog: Vec<Change>,
    /// What cannot be installed beside the package.
    pub conflicts: Vec<Dependency<Written>>,
    /// The packages and repositories that it needs, for targets that do not say otherwise.
    pub dependencies: Dependencies<Written>,
    /// What the extension is, for people.
    pub description: Option<Spanned<String>>,
    /// Fields that begin with `x-`: notes for other programs and anchors for this one.
    pub extensions: Vec<Extension>,
    /// A container made of the package, as far as targets do not say otherwise.
    pub image: Image<Written>,
    /// Terms under which the content may be used.
    pub license: Option<Spanned<String>>,
    /// What the extension is called.
    pub name: Spanned<Name>,
    /// Whether the content does not depend on the architecture.
    pub noarch: bool,
    /// Who made the package: a name and a mail address.
    pub packager: Option<Spanned<String>>,
    /// Changes of the sources, by the names of these.
    pub patches: BTreeMap<SourceName, Patches<Written>>,
    /// What the package stands for as well as for itself.
    pub provides: Vec<Dependency<Written>>,
    /// What the package takes the place of.
    pub replaces: Vec<Dependency<Written>>,
    /// Which build of a version this is.
    pub revision: Value<Revision>,
    /// Who signs packages.
    pub signer: Option<Signer<Written>>,
    /// What a build starts from, by name.
    pub sources: BTreeMap<SourceName, Source<Written>>,
    /// What is different for one target, in the order of the file.
    pub targets: Vec<Target>,
    /// What must be true of the package, for all targets.
    pub tests: Vec<Test<Written>>,
    /// Which organization answers for it.
    pub vendor: Option<Spanned<String>>,
    /// Version of the content.
    pub version: Value<Version>,
    /// Where to read more.
    pub website: Option<Spanned<String>>,
}

/// A field that begins with `x-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its name; the place is that of the key.
    pub name: Spanned<String>,
    /// Its value, as written.
    pub value: Arc<Tree>,
}

/// A build arg that a spec declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arg {
    /// Its name; the place is that of the key.
    pub name: Spanned<String>,
    /// Its value when none is given; the place is that of the name when nothing is written.
    pub default: Spanned<String>,
}

impl Spec {
    /// The spec in the file `text`. `None` when there are errors among the problems.
    pub fn parse(text: &str, problems: &mut Problems) -> Option<Self> {
        let node = yaml::parse(text, problems)?;
        Self::decode(&node, problems).filter(|_| !problems.has_errors())
    }

    /// The spec that `node` means, as far as it means one; what is wrong is among the problems.
    pub fn decode(node: &Node<'_>, problems: &mut Problems) -> Option<Self> {
        let root = At::root(node);
        let mut fields = match &node.kind {
            Kind::Mapping(_) | Kind::Null => Fields::of(root, "a spec", problems),
            _ => return root.unexpected("a spec", "a mapping", problems),
        };
        let place = root.place();
        let own = fields.take("x-annex");
        let annex = Annex::decode(own, problems);
        let extensions = fields.take_prefixed(&["x-", "X-"]);
        let extensions = self::extensions(own.into_iter().chain(extensions), problems);
        let args = args(&mut fields, problems);
        let declared: BTreeSet<&str> = args.iter().map(|arg| arg.name.value.as_str()).collect();
        let scope = Scope { declared: &declared, always: ALWAYS, opt_in: OPT_IN };

        let name = fields.require("name", place, problems);
        let name =
            name.and_then(|field| field.value.text("`name`", problems)).and_then(|text| text.parse(problems));
        let version = fields.require("version", place, problems);
        let version = version.and_then(|field| field.value.text("`version`", problems));
        let version = version.and_then(|text| Value::of(&text, "`version`", scope, problems));
        let revision = fields.take("revision").and_then(|field| field.value.text("`revision`", problems));
        let revision = revision.and_then(|text| Value::of(&text, "`revision`", scope, problems));
        let mut text = |name: &'static str| {
            let text = fields.take(name)?.value.text(&format!("`{name}`"), problems)?;
            Some(text.spanned()).filter(|text| !text.value.is_empty())
        };
        let (description, license) = (text("description"), text("license"));
        let (packager, vendor, website) = (text("packager"), text("vendor"), text("website"));

        let dependencies = dependency::dependencies(fields.take("dependencies"), scope, problems);
        let provides = dependency::packages(fields.take("provides"), scope, problems);
        let replaces = dependency::packages(fields.take("replaces"), scope, problems);
        let conflicts = dependency::packages(fields.take("conflicts"), scope, problems);
        let sources = source::sources(fields.entries("sources", problems), false, scope, problems);
        let noarch = fields.flag("noarch", problems);
        let artifacts = fields.take("artifacts").and_then(|field| artifact::artifacts(field, problems));
        let image = fields.take("image").and_then(|field| image::image(field, scope, problems));
        let tests = test::tests(fields.take("tests"), scope, problems);
        let signer = fields.take("package_config");
        let signer = signer.and_then(|field| package_config::signer(field, scope, problems));
        let changelog = fields.take("changelog");
        let changelog = changelog.map_or_else(Vec::new, |field| changelog::changelog(field, problems));
        let build = fields.take("build").and_then(|field| build::build(field, scope, problems));
        let patches = patch::patches(fields.take("patches"), &sources, scope, problems);
        let targets = target::targets(fields.take("targets"), scope, problems);
        fields.finish(problems);
        Some(Self {
            annex,
            args,
            artifacts: artifacts.unwrap_or_default(),
            build: build.unwrap_or_else(|| Build::none(place.span)),
            changelog,
            conflicts,
            dependencies,
            description,
            extensions,
            image: image.unwrap_or_default(),
            license,
            name: name?,
            noarch,
            packager,
            patches,
            provides,
            replaces,
            revision: revision.unwrap_or_else(|| Value::Known(Spanned::new(Revision::default(), place.span))),
            signer,
            sources,
            targets,
            tests,
            vendor,
            version: version?,
            website,
        })
    }

    /// The target of this key.
    pub fn target(&self, key: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.key.value == key)
    }
}

/// Fields that begin with `x-`, as far as there is room for them.
fn extensions<'n, 't: 'n>(
    fields: impl Iterator<Item = Field<'n, 't>>,
    problems: &mut Problems,
) -> Vec<Extension> {
    let mut extensions = Vec::new();
    let mut weight = 0;
    for field in fields {
        weight += field.value.weight();
        if weight > MAX_EXTENSIONS {
            let message =
                format!("the fields up to {} have more than {MAX_EXTENSIONS} values", literal(field.key));
            let warning = field.place.warning(message);
            let warning = warning.rule(Rule::ExtensionSize.name());
            problems.push(warning.help("anchors in it work; it is not kept for others"));
            break;
        }
        let name = Spanned::new(String::from(field.key), field.place.span);
        extensions.push(Extension { name, value: Arc::new(field.value.tree()) });
    }
    extensions
}

/// The field `args`.
fn args(fields: &mut Fields<'_, '_>, problems: &mut Problems) -> Vec<Arg> {
    let Some(field) = fields.take("args") else { return Vec::new() };
    let mut args = Vec::new();
    for field in field.value.mapping("`args`", problems).unwrap_or_default() {
        let Some(name) = field.parse_key::<ArgName>(problems) else { continue };
        let name = name.map(|ArgName(name)| name);
        let default = if field.value.is_nothing() {
            Spanned::new(String::new(), name.span)
        } else {
            let Some(text) = field.value.text(&literal(field.key), problems) else { continue };
            text.spanned()
        };
        args.push(Arg { name, default });
    }
    args
}

/// The name of a build arg.
struct ArgName(String);

impl Parse for ArgName {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let rule = "the name of a build arg is made of `A-Z`, `a-z`, `0-9`, `_` and starts with no digit";
        match text.char_indices().find(|&(at, c)| !legal(c) || at == 0 && c.is_ascii_digit()) {
            None if text.is_empty() => Err(Invalid::new(rule)),
            None => Ok(Self(String::from(text))),
            Some((at, wrong)) => Err(Invalid::new(rule).at(at..at + wrong.len_utf8())),
        }
    }
}

/// Build args that need no declaration.
pub(crate) const ALWAYS: &[&str] = &["SOURCE_DATE_EPOCH"];

/// Build args that have a value of their own once they are declared.
pub(crate) const OPT_IN: &[&str] = &[
    "BUILDARCH",
    "BUILDOS",
    "BUILDPLATFORM",
    "BUILDVARIANT",
    "DALEC_TARGET",
    "TARGETARCH",
    "TARGETOS",
    "TARGETPLATFORM",
    "TARGETVARIANT",
];

/// Most values in all fields that begin with `x-`, for them to be kept.
const MAX_EXTENSIONS: usize = 20_000;
