//! The spec as its author wrote it.

mod annex;
mod arch;
mod constraint;
mod decode;
mod dependency;
mod identity;
mod target;
mod template;
mod value;
pub mod yaml;

use std::collections::BTreeSet;

use crate::diagnostic::{Problems, literal};
use crate::span::Spanned;
use crate::spec::decode::{At, Fields};
use crate::spec::template::Scope;
use crate::spec::yaml::{Kind, Node};

pub use annex::{Allow, Annex, PathPattern, Reason};
pub use arch::Arch;
pub use decode::{Invalid, Parse, Place};
pub use dependency::{Dependency, PackageName};
pub use identity::{Name, Revision, Version};
pub use target::Target;
pub use template::{Condition, Length, Operation, Part, Pattern, Template, Variable};
pub use value::Value;

/// A spec: every field known and well formed, every build arg that it uses declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// What only this frontend reads.
    pub annex: Annex,
    /// Build args that can be given, in the order of the file.
    pub args: Vec<Arg>,
    /// Packages of the extension for targets without a list of their own.
    pub dependencies: Vec<Dependency>,
    /// What the extension is, for people.
    pub description: Option<Spanned<String>>,
    /// Fields that begin with `x-`: notes for other programs and anchors for this one.
    pub extensions: Vec<Spanned<String>>,
    /// Terms under which the content may be used.
    pub license: Option<Spanned<String>>,
    /// What the extension is called.
    pub name: Spanned<Name>,
    /// Who made the package: a name and a mail address.
    pub packager: Option<Spanned<String>>,
    /// Which build of a version this is.
    pub revision: Value<Revision>,
    /// What is different for one target, in the order of the file.
    pub targets: Vec<Target>,
    /// Which organization answers for it.
    pub vendor: Option<Spanned<String>>,
    /// Version of the content.
    pub version: Value<Version>,
    /// Where to read more.
    pub website: Option<Spanned<String>>,
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
        let annex = Annex::decode(fields.take("x-annex"), problems);
        let extensions = fields.take_prefixed(&["x-", "X-"]);
        let extensions =
            extensions.iter().map(|field| Spanned::new(field.key.into(), field.place.span)).collect();
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
        let targets = target::targets(fields.take("targets"), scope, problems);
        fields.refuse(
            OTHERS,
            "what works now is a system extension made of packages: `dependencies: {sysext: …}`",
            problems,
        );
        fields.finish(OTHERS, problems);
        Some(Self {
            annex,
            args,
            dependencies,
            description,
            extensions,
            license,
            name: name?,
            packager,
            revision: revision.unwrap_or_else(|| Value::Known(Spanned::new(Revision::default(), place.span))),
            targets,
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

/// Fields of the language that nothing here works with.
const OTHERS: &[&str] = &[
    "artifacts",
    "build",
    "changelog",
    "conflicts",
    "image",
    "noarch",
    "package_config",
    "patches",
    "provides",
    "replaces",
    "sources",
    "tests",
];
