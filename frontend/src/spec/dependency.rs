//! `dependencies` and the lists in it; `provides`, `replaces` and `conflicts`, which are such lists.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use crate::diagnostic::{Problems, literal};
use crate::job::Bound;
use crate::span::{Span, Spanned};
use crate::spec::arch::Arch;
use crate::spec::decode::{At, Field, Fields, Invalid, Parse, Shape};
use crate::spec::repository::{self, Repository};
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;

/// `dependencies`: the packages and repositories that a spec needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependencies<S: Stage> {
    /// Packages that the build needs.
    pub build: Vec<Dependency<S>>,
    /// Repositories beside those of the release.
    pub extra_repos: Vec<Repository<S>>,
    /// Packages that are good to have with the package.
    pub recommends: Vec<Dependency<S>>,
    /// Packages that the package needs.
    pub runtime: Vec<Dependency<S>>,
    /// Packages of the extension.
    pub sysext: Vec<Dependency<S>>,
    /// Packages that the tests need.
    pub test: Vec<Dependency<S>>,
}

/// A package that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency<S: Stage> {
    /// Its name; the place is that of the entry's key.
    pub name: Spanned<PackageName>,
    /// Bounds of its version, all of which must hold.
    pub versions: Vec<S::Of<Bound>>,
    /// Architectures for which it is asked for; none: for all.
    pub arch: Vec<Spanned<Arch>>,
}

impl<S: Stage> Default for Dependencies<S> {
    fn default() -> Self {
        Self {
            build: Vec::new(),
            extra_repos: Vec::new(),
            recommends: Vec::new(),
            runtime: Vec::new(),
            sysext: Vec::new(),
            test: Vec::new(),
        }
    }
}

/// The name of a binary package, or of something that packages provide.
///
/// It holds no white space and nothing that a shell or a package manager's command line reads as
/// anything but a name; what each family allows is narrower.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageName(String);

impl PackageName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Parse for PackageName {
    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("a package name cannot be empty"));
        }
        let mut parentheses = 0_usize;
        for (at, character) in text.char_indices() {
            match character {
                '(' => parentheses += 1,
                ')' if parentheses > 0 => parentheses -= 1,
                'A'..='Z' | 'a'..='z' | '0'..='9' => {}
                '+' | '-' | '.' | '_' if at > 0 => {}
                ':' | '/' if parentheses > 0 => {}
                _ => return Err(illegal(text, at..at + character.len_utf8())),
            }
        }
        if parentheses > 0 {
            return Err(Invalid::new("a `(` in a package name is not closed"));
        }
        if text.ends_with('-') {
            return Err(Invalid::new("a package name cannot end with `-`").at(text.len() - 1..text.len()));
        }
        if text.len() > MAX_NAME {
            return Err(Invalid::new(format!("a package name has at most {MAX_NAME} characters")));
        }
        Ok(Self(String::from(text)))
    }
}

/// What a character that no name has was probably meant to say.
fn illegal(text: &str, range: Range<usize>) -> Invalid {
    let (before, wrong) = (&text[..range.start], &text[range.clone()]);
    let rule =
        "a package name is made of `A-Z`, `a-z`, `0-9`, `+`, `-`, `.`, `_` and starts with a letter or digit";
    let invalid = Invalid::new(rule).at(range);
    match wrong {
        _ if text.contains('|') => invalid.help("there is no choice between packages: name one"),
        ":" => invalid.help(format!("for one architecture, write `{before}: {{arch: […]}}`")),
        "=" | "<" | ">" | " " if !before.is_empty() => {
            invalid.help(format!("for a version, write `{}: {{version: [\">= 1.0\"]}}`", before.trim_end()))
        }
        _ => invalid,
    }
}

/// The field `dependencies` of a spec or target.
pub(super) fn dependencies(
    field: Option<Field<'_, '_>>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Dependencies<Written> {
    let fields = field.and_then(|field| Fields::read(field.value, "`dependencies`", problems));
    let Some(mut fields) = fields else { return Dependencies::default() };
    let mut list = |name: &'static str, problems: &mut Problems| packages(fields.take(name), scope, problems);
    let dependencies = Dependencies {
        build: list("build", problems),
        recommends: list("recommends", problems),
        runtime: list("runtime", problems),
        sysext: list("sysext", problems),
        test: list("test", problems),
        extra_repos: repository::repositories(fields.take("extra_repos"), scope, problems),
    };
    fields.finish(problems);
    dependencies
}

/// A list of packages in either form.
pub(super) fn packages(
    field: Option<Field<'_, '_>>,
    scope: Scope<'_>,
    problems: &mut Problems,
) -> Vec<Dependency<Written>> {
    let Some(Field { key, value: list, .. }) = field else { return Vec::new() };
    match list.shape() {
        Shape::Nothing => Vec::new(),
        Shape::Mapping(fields) => {
            fields.into_iter().filter_map(|field| package(field, scope, problems)).collect()
        }
        Shape::List(items) => names(items, problems),
        Shape::Text => {
            list.unexpected::<()>(&literal(key), "a mapping or a list of package names", problems);
            Vec::new()
        }
    }
}

/// The form of a list: names alone.
fn names(items: Vec<At<'_, '_>>, problems: &mut Problems) -> Vec<Dependency<Written>> {
    let mut seen: BTreeMap<PackageName, Span> = BTreeMap::new();
    let mut dependencies = Vec::new();
    for item in items {
        if let Shape::Mapping(fields) = item.shape() {
            let names: Vec<_> = fields.iter().map(|field| field.key).collect();
            let error = item.place().error("a package in a list is a name alone");
            problems.push(error.help(match names.as_slice() {
                [name] => {
                    format!("write {} without `-`, as a key of a mapping", literal(&format!("{name}: …")))
                }
                _ => String::from(
                    "for versions and architectures, write a mapping of names in place of the list",
                ),
            }));
            continue;
        }
        let Some(text) = item.text("a package", problems) else { continue };
        let Some(name) = text.parse::<PackageName>(problems) else { continue };
        if let Some(&first) = seen.get(&name.value) {
            let error = text.place().error(format!("`{}` is listed twice", name.value));
            problems.push(error.label(first, "first here"));
            continue;
        }
        seen.insert(name.value.clone(), name.span);
        dependencies.push(Dependency { name, versions: Vec::new(), arch: Vec::new() });
    }
    dependencies
}

/// An entry of the form of a mapping.
fn package(field: Field<'_, '_>, scope: Scope<'_>, problems: &mut Problems) -> Option<Dependency<Written>> {
    let name = field.parse_key::<PackageName>(problems);
    let (mut versions, mut arch) = (Vec::new(), Vec::new());
    if matches!(field.value.shape(), Shape::Text) {
        let message =
            format!("{} must be a mapping with `version` and `arch`, or nothing", literal(field.key));
        let help = format!("for a version, write `{}: {{version: [\">= 1.0\"]}}`", field.key.escape_debug());
        problems.push(field.value.place().error(message).help(help));
    } else {
        let mut fields = Fields::of(field.value, &literal(field.key), problems);
        versions = fields.values("version", "a version", scope, problems);
        for item in fields.list("arch", problems) {
            if let Some(text) = item.text("an architecture", problems) {
                arch.extend(text.parse::<Arch>(problems));
            }
        }
        fields.finish(problems);
    }
    Some(Dependency { name: name?, versions, arch })
}

/// Most bytes of a package name; a file name of a repository has at most 255.
const MAX_NAME: usize = 200;
