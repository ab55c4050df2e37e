//! `artifacts`: what of a build is installed, and where.

mod capability;
mod directory;
mod systemd;

use std::collections::BTreeMap;

use crate::diagnostic::{Problems, literal};
use crate::span::{Span, Spanned};
use crate::spec::decode::{Field, Fields};
use crate::spec::number::Mode;
use crate::spec::path::{AbsolutePath, ArtifactPath, FileName, SubPath};
use crate::spec::reference::Owner;

pub use capability::{Capability, CapabilityName};
pub use directory::{Directories, Directory};
pub use systemd::{DropIn, Systemd, Unit, UnitName};

/// What of a build is installed, and what is made beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Artifacts {
    /// Where the section is named; nothing where there is none.
    pub span: Option<Span>,
    /// Programs for everybody.
    pub binaries: Files,
    /// Configuration that the administrator may change.
    pub config_files: Files,
    /// Directories that are made.
    pub create_directories: Directories,
    /// Data that does not depend on the architecture.
    pub data_dirs: Files,
    /// Whether packages that the content needs are not looked for in it.
    pub disable_auto_requires: bool,
    /// Whether programs keep their symbols.
    pub disable_strip: bool,
    /// Documentation.
    pub docs: Files,
    /// Groups that are made.
    pub groups: Vec<Spanned<Owner>>,
    /// Headers of libraries.
    pub headers: Files,
    /// Programs for other programs.
    pub libexec: Files,
    /// Libraries.
    pub libs: Files,
    /// Terms of use.
    pub licenses: Files,
    /// Symbolic links.
    pub links: Vec<Link>,
    /// Pages of the manual.
    pub manpages: Files,
    /// What goes below `/opt`.
    pub opt: Files,
    /// Units of systemd.
    pub systemd: Systemd,
    /// Users that are made.
    pub users: Vec<Spanned<Owner>>,
}

/// Files of one kind, by their paths below the directory of the build.
pub type Files = BTreeMap<ArtifactPath, Artifact>;

/// How a file or directory is installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Artifact {
    /// Where it is named.
    pub span: Span,
    /// A directory below the one for files of its kind.
    pub subpath: SubPath,
    /// Its name there; none: that of its path.
    pub name: Option<FileName>,
    /// Its mode; none: the one it has.
    pub permissions: Option<Mode>,
    /// The user that it belongs to; none: root.
    pub user: Option<Owner>,
    /// The group that it belongs to; none: root.
    pub group: Option<Owner>,
    /// What the program may do without being root's.
    pub linux_capabilities: Vec<Capability>,
}

/// A symbolic link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The entry in the list.
    pub span: Span,
    /// What the link says.
    pub source: String,
    /// Where the link is.
    pub dest: AbsolutePath,
    /// The user that it belongs to; none: root.
    pub user: Option<Owner>,
    /// The group that it belongs to; none: root.
    pub group: Option<Owner>,
}

impl Artifacts {
    /// Whether nothing is installed or made.
    pub fn is_empty(&self) -> bool {
        let Self {
            span: _,
            binaries,
            config_files,
            create_directories,
            data_dirs,
            disable_auto_requires: _,
            disable_strip: _,
            docs,
            groups,
            headers,
            libexec,
            libs,
            licenses,
            links,
            manpages,
            opt,
            systemd,
            users,
        } = self;
        let files =
            [binaries, config_files, data_dirs, docs, headers, libexec, libs, licenses, manpages, opt];
        files.into_iter().all(BTreeMap::is_empty)
            && create_directories.config.is_empty()
            && create_directories.state.is_empty()
            && links.is_empty()
            && systemd.units.is_empty()
            && systemd.dropins.is_empty()
            && users.is_empty()
            && groups.is_empty()
    }
}

/// The field `artifacts` of a spec or target.
pub(super) fn artifacts(field: Field<'_, '_>, problems: &mut Problems) -> Option<Artifacts> {
    let mut fields = Fields::read(field.value, "`artifacts`", problems)?;
    let mut of = |name: &'static str, problems: &mut Problems| files(&mut fields, name, problems);
    let mut artifacts = Artifacts {
        span: Some(field.place.span),
        binaries: of("binaries", problems),
        config_files: of("configFiles", problems),
        data_dirs: of("data_dirs", problems),
        docs: of("docs", problems),
        headers: of("headers", problems),
        libexec: of("libexec", problems),
        libs: of("libs", problems),
        licenses: of("licenses", problems),
        manpages: of("manpages", problems),
        opt: of("opt", problems),
        ..Artifacts::default()
    };
    artifacts.links = links(&mut fields, problems);
    artifacts.create_directories = fields
        .take("createDirectories")
        .and_then(|field| directory::directories(field, problems))
        .unwrap_or_default();
    artifacts.systemd =
        fields.take("systemd").and_then(|field| systemd::systemd(field, problems)).unwrap_or_default();
    artifacts.users = owners(&mut fields, "users", problems);
    artifacts.groups = owners(&mut fields, "groups", problems);
    artifacts.disable_strip = fields.flag("disable_strip", problems);
    artifacts.disable_auto_requires = fields.flag("disable_auto_requires", problems);
    fields.finish(problems);
    Some(artifacts)
}

/// Files of one kind.
fn files(fields: &mut Fields<'_, '_>, kind: &'static str, problems: &mut Problems) -> Files {
    let mut files = Files::new();
    for entry in fields.entries(kind, problems) {
        let path = entry.parse_key::<ArtifactPath>(problems);
        let artifact = artifact(entry, kind, problems);
        let (Some(path), Some(artifact)) = (path, artifact) else { continue };
        if let Some(first) = files.get(&path.value) {
            let error = entry.place.error(format!("`{}` is listed twice", path.value));
            problems.push(error.label(first.span, "first here"));
        }
        files.insert(path.value, artifact);
    }
    files
}

fn artifact(entry: Field<'_, '_>, kind: &str, problems: &mut Problems) -> Option<Artifact> {
    let mut fields = Fields::read(entry.value, &literal(entry.key), problems)?;
    let subpath = fields.parse("subpath", problems).map(|path| path.value);
    let name = fields.parse("name", problems).map(|name| name.value);
    let permissions = fields.mode("permissions", problems).map(|mode| mode.value);
    let (user, group) = (owner(&mut fields, "user", problems), owner(&mut fields, "group", problems));
    let capabilities = fields.take("linux_capabilities");
    fields.finish(problems);
    if let Some(field) = capabilities.filter(|field| !EXECUTABLE.contains(&kind) && !field.value.is_empty()) {
        let names: Vec<_> = EXECUTABLE.iter().map(|kind| format!("`{kind}`")).collect();
        let error = field.place.error(format!("files of `{kind}` are not run, and have no capabilities"));
        problems.push(error.help(format!("programs are listed in {}", names.join(", "))));
    }
    Some(Artifact {
        span: entry.place.span,
        subpath: subpath.unwrap_or_default(),
        name,
        permissions,
        user,
        group,
        linux_capabilities: capabilities
            .map_or_else(Vec::new, |field| capability::capabilities(field, problems)),
    })
}

fn links(fields: &mut Fields<'_, '_>, problems: &mut Problems) -> Vec<Link> {
    let (mut links, mut seen) = (Vec::new(), BTreeMap::new());
    for item in fields.list("links", problems) {
        let Some(mut fields) = Fields::read(item, "a link", problems) else { continue };
        let place = item.place();
        let source = fields.require("source", place, problems);
        let source = source.and_then(|field| field.value.text("`source`", problems));
        if let Some(text) = source.filter(|text| text.as_str().is_empty()) {
            problems.push(text.place().error("a link must say what it leads to"));
        }
        let dest = fields.require("dest", place, problems);
        let dest = dest.and_then(|field| field.value.text("`dest`", problems));
        let dest = dest.and_then(|text| text.parse::<AbsolutePath>(problems));
        let (user, group) = (owner(&mut fields, "user", problems), owner(&mut fields, "group", problems));
        fields.finish(problems);
        let (Some(source), Some(dest)) = (source, dest) else { continue };
        if let Some(first) = seen.insert(dest.value.clone(), place.span) {
            let error = place.error(format!("two links at `{}`", dest.value));
            problems.push(error.label(first, "first here"));
        }
        let source = String::from(source.as_str());
        links.push(Link { span: place.span, source, dest: dest.value, user, group });
    }
    links
}

/// Users or groups that are made.
fn owners(fields: &mut Fields<'_, '_>, name: &'static str, problems: &mut Problems) -> Vec<Spanned<Owner>> {
    let (mut owners, mut seen) = (Vec::new(), BTreeMap::new());
    for item in fields.list(name, problems) {
        let what = if name == "users" { "a user" } else { "a group" };
        let Some(mut fields) = Fields::read(item, what, problems) else { continue };
        let text = fields.require("name", item.place(), problems);
        let text = text.and_then(|field| field.value.text("`name`", problems));
        let owner = text.and_then(|text| text.parse::<Owner>(problems));
        fields.finish(problems);
        let Some(owner) = owner else { continue };
        if let Some(first) = seen.insert(owner.value.clone(), owner.span) {
            let error = item.place().error(format!("`{}` is listed twice", owner.value));
            problems.push(error.label(first, "first here"));
        }
        owners.push(owner);
    }
    owners
}

/// A user or group that something belongs to.
fn owner(fields: &mut Fields<'_, '_>, name: &'static str, problems: &mut Problems) -> Option<Owner> {
    fields.parse(name, problems).map(|owner| owner.value)
}

/// Kinds of files that can have capabilities.
const EXECUTABLE: [&str; 4] = ["binaries", "libexec", "libs", "opt"];
