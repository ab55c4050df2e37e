//! What a package installs: every kind of artifact as a file in a directory that has a role.

use crate::diagnostic::{Diagnostic, Problems};
use crate::span::Span;
use crate::spec::artifact::{self, Artifact, Artifacts, Capability};
use crate::spec::number::Mode;
use crate::spec::path::{ArtifactPath, FileName};
use crate::spec::reference::Owner;

/// What is installed, in the order in which it is.
#[derive(Clone, Debug, Default)]
pub struct Content<'a> {
    /// Files and directories that the build made.
    pub files: Vec<File<'a>>,
    /// Directories that are made.
    pub directories: Vec<Directory<'a>>,
    /// Symbolic links.
    pub links: Vec<Link<'a>>,
    /// Units of systemd, each of which is among the files too.
    pub units: Vec<Unit<'a>>,
    /// Users that are made, sorted.
    pub users: Vec<&'a str>,
    /// Groups that are made beside those of the users, sorted.
    pub groups: Vec<&'a str>,
}

/// What a directory is for; each family says where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Programs for everybody.
    Bin,
    /// Configuration.
    Config,
    /// Data that does not depend on the architecture.
    Data,
    /// Documentation of the package.
    Doc,
    /// Headers.
    Include,
    /// Libraries.
    Lib,
    /// Programs for other programs.
    Libexec,
    /// Terms of use of the package.
    License,
    /// Pages of the manual.
    Man,
    /// What is complete in itself.
    Opt,
    /// State of services.
    State,
    /// Units of systemd.
    Unit,
}

/// A file or directory that the build made, or several of one pattern.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Where it is named.
    pub span: Span,
    /// The pattern of its paths in the directory of the build.
    pub pattern: &'a str,
    /// What the directory is for.
    pub role: Role,
    /// A directory below that one; empty for itself.
    pub directory: &'a str,
    /// A second part of that path: a section of the manual, a folder of drop-ins.
    pub folder: &'a str,
    /// What follows the folder's name.
    pub suffix: &'static str,
    /// Its name; none: that which it has.
    pub name: Option<&'a str>,
    /// The last part of the pattern.
    pub base: &'a str,
    /// Its mode; none: that which it has.
    pub mode: Option<Mode>,
    /// Whose it is.
    pub owner: Ownership<'a>,
    /// What the program may do.
    pub capabilities: &'a [Capability],
}

/// Whose something is; nobody: root's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ownership<'a> {
    /// The user.
    pub user: Option<&'a Owner>,
    /// The group.
    pub group: Option<&'a Owner>,
}

/// A directory that is made.
#[derive(Clone, Copy, Debug)]
pub struct Directory<'a> {
    /// What the directory above is for.
    pub role: Role,
    /// Its path below that.
    pub path: &'a str,
    /// Its mode; none: 0755.
    pub mode: Option<Mode>,
    /// Whose it is.
    pub owner: Ownership<'a>,
}

/// A symbolic link.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// Where it is, from the root.
    pub path: &'a str,
    /// What it says.
    pub target: &'a str,
    /// Whose it is.
    pub owner: Ownership<'a>,
}

/// A unit of systemd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether it starts with the system.
    pub enable: bool,
    /// Whether it starts when the package is installed.
    pub start: bool,
}

impl Ownership<'_> {
    /// `user:group` as chown(1) takes it; none where all is root's.
    pub fn chown(self) -> Option<String> {
        let text = |owner: Option<&Owner>| owner.map_or("root", Owner::as_str).to_owned();
        (self.user.is_some() || self.group.is_some())
            .then(|| format!("{}:{}", text(self.user), text(self.group)))
    }
}

impl File<'_> {
    /// The directory below that of its role.
    pub fn below(&self) -> String {
        let folder = [self.folder, self.suffix].concat();
        let parts = [self.directory, &folder];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }

    /// Its capabilities in the words of setcap(8), such as `cap_net_raw=ep`; none where it has none.
    pub fn setcap(&self) -> Option<String> {
        let words = self.capabilities.iter().map(|capability| {
            let Capability { name, effective, inheritable, permitted } = capability;
            let letters = [("e", effective), ("i", inheritable), ("p", permitted)];
            let letters: String =
                letters.into_iter().filter(|(_, has)| **has).map(|(letter, _)| letter).collect();
            format!("{name}={letters}")
        });
        let words: Vec<String> = words.collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

impl<'a> Content<'a> {
    /// What `artifacts` list.
    pub fn of(artifacts: &'a Artifacts) -> Self {
        let Artifacts {
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
        } = artifacts;
        let kinds = [
            (Role::Bin, binaries),
            (Role::Config, config_files),
            (Role::Data, data_dirs),
            (Role::Doc, docs),
            (Role::Include, headers),
            (Role::Lib, libs),
            (Role::Libexec, libexec),
            (Role::License, licenses),
            (Role::Man, manpages),
            (Role::Opt, opt),
        ];
        let mut files: Vec<File<'a>> =
            kinds.into_iter().flat_map(|(role, files)| of_kind(role, files)).collect();
        let mut units = Vec::new();
        for (path, unit) in &systemd.units {
            let artifact::Unit { span, name, enable, start } = unit;
            files.push(File { name: Some(name.as_str()), span: *span, ..plain(Role::Unit, path) });
            units.push(Unit { name: name.as_str(), enable: *enable, start: *start });
        }
        for (path, dropin) in &systemd.dropins {
            let artifact::DropIn { span, name, unit } = dropin;
            files.push(File {
                name: Some(name.as_str()),
                span: *span,
                folder: unit.value.as_str(),
                suffix: ".d",
                ..plain(Role::Unit, path)
            });
        }
        units.sort();
        let below = [(Role::Config, &create_directories.config), (Role::State, &create_directories.state)];
        let directories = below.into_iter().flat_map(|(role, directories)| {
            directories.iter().map(move |(path, directory)| Directory {
                role,
                path: path.as_str(),
                mode: directory.mode,
                owner: Ownership { user: directory.user.as_ref(), group: directory.group.as_ref() },
            })
        });
        let links = links.iter().map(|link| Link {
            path: link.dest.as_str(),
            target: &link.source,
            owner: Ownership { user: link.user.as_ref(), group: link.group.as_ref() },
        });
        let mut users: Vec<&str> = users.iter().map(|user| user.value.as_str()).collect();
        users.sort_unstable();
        let mut groups: Vec<&str> = groups.iter().map(|group| group.value.as_str()).collect();
        groups.retain(|group| !users.contains(group));
        groups.sort_unstable();
        Self { files, directories: directories.collect(), links: links.collect(), units, users, groups }
    }

    /// Says what has no place: a page of the manual without a section.
    pub(super) fn check(&self, problems: &mut Problems) {
        for file in &self.files {
            if file.role == Role::Man && file.below().is_empty() {
                let message = format!("`{}` does not say which section of the manual it is of", file.pattern);
                let error = Diagnostic::error(file.span, message);
                problems.push(error.help("name it like `tool.1`, or write `subpath: man1`"));
            }
        }
    }

    /// Whether there is anything to do for it once it is unpacked: accounts, owners, capabilities.
    pub fn gives_away(&self) -> bool {
        let accounts = !self.users.is_empty() || !self.groups.is_empty();
        let owners = self.files.iter().map(|file| file.owner);
        let owners = owners.chain(self.directories.iter().map(|directory| directory.owner));
        let mut owners = owners.chain(self.links.iter().map(|link| link.owner));
        accounts || owners.any(|owner| owner.chown().is_some()) || self.has_capabilities()
    }

    /// Whether anything is to have capabilities.
    pub fn has_capabilities(&self) -> bool {
        self.files.iter().any(|file| !file.capabilities.is_empty())
    }
}

fn of_kind(role: Role, files: &artifact::Files) -> impl Iterator<Item = File<'_>> {
    files.iter().map(move |(path, artifact)| {
        let Artifact { span, subpath, name, permissions, user, group, linux_capabilities } = artifact;
        let file = plain(role, path);
        let name = name.as_ref().map(FileName::as_str);
        let folder = if role == Role::Man && subpath.is_root() {
            section(name.unwrap_or(file.base)).unwrap_or_default()
        } else {
            ""
        };
        File {
            span: *span,
            directory: subpath.as_str(),
            folder,
            name,
            mode: *permissions,
            owner: Ownership { user: user.as_ref(), group: group.as_ref() },
            capabilities: linux_capabilities,
            ..file
        }
    })
}

fn plain(role: Role, path: &ArtifactPath) -> File<'_> {
    File {
        span: Span::default(),
        pattern: path.as_str(),
        role,
        directory: "",
        folder: "",
        suffix: "",
        name: None,
        base: path.base(),
        mode: None,
        owner: Ownership::default(),
        capabilities: &[],
    }
}

/// The directory of a page's section, as its name ends with it: `man1` for `tool.1` and `tool.1.gz`.
fn section(name: &str) -> Option<&'static str> {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let (_, extension) = name.rsplit_once('.')?;
    let number = extension.bytes().next().filter(u8::is_ascii_digit)?;
    SECTIONS.get(usize::from(number - b'0').checked_sub(1)?).copied()
}

/// The sections of the manual (man(1)).
const SECTIONS: [&str; 9] = ["man1", "man2", "man3", "man4", "man5", "man6", "man7", "man8", "man9"];
