//! What the maintainer's scripts of a package would do, as far as their text says it in constant words. Nothing of
//! them is run.

use std::collections::{BTreeMap, BTreeSet};

use crate::worker::archive::{Moment, Script, Scripts};
use crate::worker::capability;
use crate::worker::entry::{Entry, Node};
use crate::worker::path::TreePath;
use crate::worker::rule::alternative::Alternative;
use crate::worker::rule::link::Places;
use crate::worker::rule::maintainer::words::Words;
use crate::worker::rule::shell::Program;
use crate::worker::rule::tmpfiles;
use crate::worker::rule::user::{self, Account};

mod words;

/// What the scripts of one package would do.
#[derive(Debug, Default)]
pub(super) struct Effects {
    /// Alternatives that it registers.
    pub(super) alternatives: Vec<Alternative>,
    /// Values of the attribute that gives a file capabilities, by the place of the file.
    pub(super) capabilities: Vec<(TreePath, Vec<u8>)>,
    /// Who gets a file of `/etc` or a directory of `/var`, and with which permissions.
    pub(super) owners: Vec<(TreePath, Owner)>,
    /// System users and groups that it makes.
    pub(super) accounts: Vec<Account>,
    /// What else it would do, and nothing does.
    pub(super) missing: BTreeSet<Missing>,
    /// Names of the scripts that do any of this.
    pub(super) scripts: BTreeSet<Box<str>>,
}

/// An owner or permissions that a script gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) user: Option<String>,
    pub(super) group: Option<String>,
    pub(super) mode: Option<u32>,
}

/// What nothing does in place of a script, in the order in which it is said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Missing {
    /// An alternative, by its name; without a name where only a run would tell it.
    Alternative(Option<String>),
    /// A cache, by the program that makes it.
    Cache(String),
    /// A file of configuration that it makes from a template, by its path.
    Configuration(Option<String>),
    /// A path that is diverted for another package's file.
    Diversion,
    /// Files that it makes or changes, by the program that does.
    Files(String),
    /// The loader's cache.
    Loader,
    /// Owners and permissions.
    Owners,
    /// What another program does, by its name.
    Program(String),
    /// Answers of the administrator.
    Questions,
    /// Users and groups.
    Users,
}

impl Effects {
    /// Reads the scripts of one package that would be run when it is installed for the first time.
    pub(super) fn of(scripts: &Scripts, places: &Places) -> Self {
        let mut effects = Self::default();
        for script in &scripts.scripts {
            if matches!(script.moment, Moment::AfterInstall | Moment::BeforeInstall) {
                effects.read(script, places);
            }
        }
        if scripts.activates.iter().any(|name| &**name == "ldconfig") {
            effects.missing.insert(Missing::Loader);
        }
        effects
    }

    fn read(&mut self, script: &Script, places: &Places) {
        let before = self.count();
        let program = script.interpreter.rsplit('/').next().unwrap_or_default();
        if matches!(program, "" | "ash" | "bash" | "dash" | "ksh" | "sh") {
            let program = Program::parse(&script.text);
            let asks = program.commands.iter().any(|words| is_debconf(words));
            for words in &program.commands {
                if let [Some(name), arguments @ ..] = words.as_slice()
                    && !program.functions.contains(name)
                {
                    let name = name.rsplit('/').next().unwrap_or(name);
                    self.command(name, &Words(arguments), asks, places);
                }
            }
        } else if program == "ldconfig" {
            self.missing.insert(Missing::Loader);
        } else if !script.text.trim_ascii().is_empty() {
            self.missing.insert(Missing::Program(script.interpreter.to_string()));
        }
        if self.count() != before {
            self.scripts.insert(script.name.clone());
        }
    }

    fn count(&self) -> usize {
        let Self { alternatives, capabilities, owners, accounts, missing, scripts: _ } = self;
        alternatives.len() + capabilities.len() + owners.len() + accounts.len() + missing.len()
    }

    fn command(&mut self, name: &str, words: &Words<'_>, asks: bool, places: &Places) {
        let missing = match name {
            "alternatives" | "update-alternatives" => match words.alternative() {
                Some(Ok(alternative)) => {
                    self.alternatives.push(alternative);
                    return;
                }
                Some(Err(name)) => Missing::Alternative(name),
                None => return,
            },
            "setcap" => match words.capability(places) {
                // Where the administrator is asked, the answer may be no.
                Some(capability) if !asks => {
                    self.capabilities.push(capability);
                    return;
                }
                _ => Missing::Program(name.into()),
            },
            // What it changes otherwise is an account of an older version.
            "usermod" if !["-a", "-aG", "--append"].iter().any(|option| words.has(option)) => return,
            "addgroup" | "adduser" | "gpasswd" | "groupadd" | "useradd" | "usermod" => {
                match user::parse(name, words.constant().as_deref()) {
                    Some(account) => {
                        self.accounts.push(account);
                        return;
                    }
                    None => Missing::Users,
                }
            }
            "chgrp" | "chmod" | "chown" | "dpkg-statoverride" => match words.owners(name, places) {
                Some(owners) => {
                    self.owners.extend(owners);
                    return;
                }
                None => Missing::Owners,
            },
            "ucf" => Missing::Configuration(words.last()),
            "ldconfig" => Missing::Loader,
            "dpkg-divert" if words.has("--truename") || words.has("--list") || words.has("--remove") => {
                return;
            }
            "dpkg-divert" => Missing::Diversion,
            "." | "source" if is_confmodule(words.0) => Missing::Questions,
            "sed" if !words.has("-i") => return,
            name if name.starts_with("db_") => Missing::Questions,
            name if CACHES.binary_search(&name).is_ok() => Missing::Cache(name.into()),
            name if MAKERS.binary_search(&name).is_ok() => Missing::Files(name.into()),
            name if HARMLESS.binary_search(&name).is_ok() => return,
            name => Missing::Program(name.into()),
        };
        self.missing.insert(missing);
    }
}

/// Whether a command asks the administrator, or reads what he answered.
fn is_debconf(words: &[Option<String>]) -> bool {
    match words {
        [Some(name), ..] if name.starts_with("db_get") => true,
        [Some(name), rest @ ..] if name == "." || name == "source" => is_confmodule(rest),
        _ => false,
    }
}

fn is_confmodule(words: &[Option<String>]) -> bool {
    matches!(words, [Some(path), ..] if path.ends_with("/confmodule"))
}

impl Effects {
    /// Gives the files of the package what the scripts would give them; what is no file of it is missing.
    pub(super) fn apply(&mut self, mut entries: Vec<Entry>, places: &Places) -> Vec<Entry> {
        if self.capabilities.is_empty() && self.owners.is_empty() {
            return entries;
        }
        let place = |entry: &Entry| places.moved(&entry.path).unwrap_or_else(|| entry.path.clone());
        let at: BTreeMap<TreePath, usize> =
            entries.iter().enumerate().map(|(number, entry)| (place(entry), number)).collect();
        for (path, value) in std::mem::take(&mut self.capabilities) {
            match at.get(&path).map(|number| &mut entries[*number]) {
                Some(entry) if matches!(entry.node, Node::File { .. }) => {
                    entry.xattrs.insert(capability::ATTRIBUTE.into(), value.into());
                }
                _ => drop(self.missing.insert(Missing::Program("setcap".into()))),
            }
        }
        for (path, owner) in std::mem::take(&mut self.owners) {
            match at.get(&path).map(|number| &mut entries[*number]) {
                Some(entry) if !matches!(entry.node, Node::Symlink(_)) => owner.give(entry),
                _ => drop(self.missing.insert(Missing::Owners)),
            }
        }
        entries
    }
}

impl Owner {
    fn give(self, entry: &mut Entry) {
        let Self { user, group, mode } = self;
        let name = |name: String| (name != "root").then(|| name.into());
        if let Some(user) = user {
            entry.user = name(user);
        }
        if let Some(group) = group {
            entry.group = name(group);
        }
        if let Some(mode) = mode {
            // No script makes a program that runs with the rights of another.
            entry.mode = if entry.node == Node::Directory { mode } else { mode & 0o777 };
        }
    }

    /// Reads `USER`, `USER:GROUP` or `:GROUP`.
    fn parse(text: &str) -> Option<Self> {
        let (user, group) = text.split_once([':', '.']).unwrap_or((text, ""));
        let name = |name: &str| match name {
            "" => Some(None),
            name => tmpfiles::is_owner(name).then(|| Some(name.to_owned())),
        };
        Some(Self { user: name(user)?, group: name(group)?, mode: None })
    }
}

/// Programs that compute something over all files of a host: it has its own.
const CACHES: [&str; 24] = [
    "appstreamcli",
    "depmod",
    "fc-cache",
    "gdk-pixbuf-query-loaders",
    "gio-querymodules",
    "glib-compile-schemas",
    "gtk-update-icon-cache",
    "iconvconfig",
    "install-info",
    "locale-gen",
    "mandb",
    "mkfontdir",
    "mkfontscale",
    "mktexlsr",
    "texhash",
    "update-ca-certificates",
    "update-catalog",
    "update-desktop-database",
    "update-icon-caches",
    "update-info-dir",
    "update-initramfs",
    "update-mime-database",
    "update-xmlcatalog",
    "xdg-desktop-menu",
];
/// Programs that make or change files.
const MAKERS: [&str; 9] = ["cp", "install", "ln", "mkdir", "mkfifo", "mknod", "sed", "tee", "touch"];
/// Programs that only ask, speak, start services (which another rule does), compile what is compiled when it is used,
/// or clean up after an older version; and those of the shell.
const HARMLESS: [&str; 94] = [
    ".",
    ":",
    "[",
    "[[",
    "apparmor_parser",
    "awk",
    "basename",
    "break",
    "cat",
    "cd",
    "chronyd",
    "cmp",
    "command",
    "compgen",
    "continue",
    "cut",
    "dbus-send",
    "deb-systemd-helper",
    "deb-systemd-invoke",
    "diff",
    "dirname",
    "dpkg",
    "dpkg-maintscript-helper",
    "dpkg-query",
    "dpkg-trigger",
    "echo",
    "egrep",
    "env",
    "eval",
    "exec",
    "exit",
    "expr",
    "false",
    "fgrep",
    "find",
    "getent",
    "getopts",
    "grep",
    "hash",
    "head",
    "id",
    "invoke-rc.d",
    "kill",
    "ls",
    "md5sum",
    "mktemp",
    "mv",
    "pidof",
    "pkill",
    "printf",
    "ps",
    "pwd",
    "py3clean",
    "py3compile",
    "pycompile",
    "read",
    "readlink",
    "realpath",
    "restorecon",
    "return",
    "rm",
    "rmdir",
    "runit-helper",
    "service",
    "set",
    "sha256sum",
    "shift",
    "sleep",
    "sort",
    "source",
    "start-stop-daemon",
    "stat",
    "sync",
    "systemctl",
    "systemd-notify",
    "systemd-sysusers",
    "systemd-tmpfiles",
    "systemd-update-helper",
    "tail",
    "test",
    "tr",
    "trap",
    "true",
    "type",
    "ucfr",
    "udevadm",
    "umask",
    "uname",
    "uniq",
    "unset",
    "update-rc.d",
    "wc",
    "which",
    "xargs",
];

#[cfg(test)]
mod tests;
