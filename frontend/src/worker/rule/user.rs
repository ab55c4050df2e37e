//! Users and groups: a script would make them, so that lines of sysusers.d(5) have to.

use std::collections::BTreeMap;
use std::io;

use crate::job::{Finding, Rule};
use crate::worker::entry::Node;
use crate::worker::finding::{list, warning};
use crate::worker::rule::setup;
use crate::worker::store::Store;
use crate::worker::tree::Tree;

/// A system user or group, or a membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Account {
    /// A group.
    Group { name: String, id: Option<u32> },
    /// A user in a further group.
    Member { user: String, group: String },
    /// A user, with a group of his name.
    User { name: String, id: Option<u32>, comment: String, home: String, shell: String, groups: Vec<String> },
}

/// Reads the words of addgroup(8), adduser(8), gpasswd(1), groupadd(8), useradd(8) or usermod(8); `None` where they
/// make no system account, or it is not clear which.
pub(super) fn parse(program: &str, words: Option<&[&str]>) -> Option<Account> {
    let mut given = Given::default();
    let mut words = words?.iter().copied();
    while let Some(word) = words.next() {
        given.take(program, word, &mut words)?;
    }
    let Given { system, group_only, append, id, comment, home, shell, groups, names } = given;
    let groups: Vec<String> = groups.into_iter().map(str::to_owned).collect();
    if !groups
        .iter()
        .chain(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        .all(|name| is_name(name))
    {
        return None;
    }
    let user = |name: &str| Account::User {
        name: name.to_owned(),
        id,
        comment: comment.unwrap_or_default().to_owned(),
        home: home.unwrap_or("/").to_owned(),
        shell: shell.unwrap_or("/usr/sbin/nologin").to_owned(),
        groups: groups.iter().filter(|group| *group != name && *group != "nogroup").cloned().collect(),
    };
    match (program, names.as_slice()) {
        ("adduser", [name]) if group_only && !system => Some(Account::Group { name: (*name).into(), id }),
        ("adduser" | "useradd", [name]) if system => Some(user(name)),
        ("adduser", [user, group]) => Some(Account::Member { user: (*user).into(), group: (*group).into() }),
        ("addgroup" | "groupadd", [name]) if system => Some(Account::Group { name: (*name).into(), id }),
        ("usermod", [user]) if append => match groups.as_slice() {
            [group] => Some(Account::Member { user: (*user).into(), group: group.clone() }),
            _ => None,
        },
        ("gpasswd", [user, group]) if append => {
            Some(Account::Member { user: (*user).into(), group: (*group).into() })
        }
        _ => None,
    }
}

/// What the words of one command say.
#[derive(Default)]
struct Given<'a> {
    system: bool,
    group_only: bool,
    append: bool,
    id: Option<u32>,
    comment: Option<&'a str>,
    home: Option<&'a str>,
    shell: Option<&'a str>,
    groups: Vec<&'a str>,
    names: Vec<&'a str>,
}

impl<'a> Given<'a> {
    fn take(
        &mut self,
        program: &str,
        word: &'a str,
        words: &mut impl Iterator<Item = &'a str>,
    ) -> Option<()> {
        if !word.starts_with('-') {
            self.names.push(word);
            return Some(());
        }
        let (option, attached) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value)),
            _ => (word, None),
        };
        let value = |words: &mut dyn Iterator<Item = &'a str>| attached.or_else(|| words.next());
        let debian = matches!(program, "addgroup" | "adduser");
        match option {
            "--system" | "-r" | "-S" => self.system = true,
            "--group" if debian => self.group_only = true,
            "--append" | "-a" => self.append = true,
            "-aG" => {
                self.append = true;
                self.groups.extend(words.next()?.split(','));
            }
            "--uid" | "-u" => self.id = Some(value(words)?.parse().ok()?),
            "--gid" | "-g" => {
                let group = value(words)?;
                match group.parse() {
                    Ok(id) if program == "groupadd" || program == "addgroup" => self.id = Some(id),
                    // The number of a group whose name is not said.
                    Ok(_) => return None,
                    Err(_) => self.groups.push(group),
                }
            }
            "--ingroup" => self.groups.push(value(words)?),
            "--groups" | "-G" => self.groups.extend(value(words)?.split(',')),
            "--comment" | "--gecos" | "-c" => self.comment = Some(value(words)?),
            "--home" | "--home-dir" | "-d" => self.home = Some(value(words)?),
            "--shell" | "-s" => self.shell = Some(value(words)?),
            "--base-dir" | "--firstgid" | "--firstuid" | "--key" | "--lastgid" | "--lastuid" | "-K"
            | "-b" => {
                value(words)?;
            }
            // What is said on the way, and whether there is a home: tmpfiles.d makes directories.
            _ if FLAGS.contains(&option) => {}
            _ => return None,
        }
        Some(())
    }
}

/// Whether systemd takes the name in its strict mode (<https://systemd.io/USER_NAMES/>).
fn is_name(name: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    name.len() <= 31
        && name.chars().all(known)
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// The lines that make the accounts; what packages have lines for themselves is left to these.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: BTreeMap<String, String>,
}

impl Lines {
    /// The lines for the accounts of all packages.
    pub(super) fn of<'a>(
        accounts: impl Iterator<Item = &'a Account>,
        said: &BTreeMap<String, usize>,
    ) -> Self {
        let mut lines = BTreeMap::new();
        let mut add = |key: String, line: String| {
            lines.entry(key).or_insert(line);
        };
        for account in accounts {
            match account {
                Account::Group { name, .. } | Account::User { name, .. } if said.contains_key(name) => {}
                Account::Group { name, id } => {
                    add(format!("g {name}"), format!("g {name} {}", number(*id)));
                }
                Account::Member { user, group } => {
                    add(format!("m {user} {group}"), format!("m {user} {group}"));
                }
                Account::User { name, id, comment, home, shell, groups } => {
                    let [comment, home, shell] = [comment, home, shell].map(|text| quote(text));
                    add(format!("u {name}"), format!("u {name} {} {comment} {home} {shell}", number(*id)));
                    for group in groups {
                        if !said.contains_key(group) {
                            add(format!("g {group}"), format!("g {group} -"));
                        }
                        add(format!("m {name} {group}"), format!("m {name} {group}"));
                    }
                }
            }
        }
        // A line `u` makes the group of the same name.
        let users: Vec<String> =
            lines.keys().filter_map(|key| Some(format!("g {}", key.strip_prefix("u ")?))).collect();
        for group in users {
            lines.remove(&group);
        }
        Self { lines }
    }

    /// The file, unless it would be empty.
    pub(super) fn into_file(self) -> Option<String> {
        let text: String = self.lines.into_values().map(|line| line + "\n").collect();
        (!text.is_empty()).then_some(text)
    }
}

/// The users and groups that lines of the packages' own files make, with the numbers of the packages.
pub(super) fn said(tree: &Tree, store: &Store) -> io::Result<BTreeMap<String, usize>> {
    let mut names = BTreeMap::new();
    for (path, placed) in tree {
        if path.below(DIRECTORY).is_some_and(|name| name.ends_with(b".conf"))
            && let (Node::File { content, .. }, Some(package)) = (&placed.node, placed.package)
        {
            for line in String::from_utf8_lossy(&store.read(content, FILE)?).lines() {
                let mut words = line.split_whitespace();
                if let (Some("g" | "u" | "u!"), Some(name)) = (words.next(), words.next()) {
                    names.entry(name.trim_matches('"').to_owned()).or_insert(package);
                }
            }
        }
    }
    Ok(names)
}

/// Says which users and groups come with the extension, and when: at boot `systemd-sysusers.service` has run before
/// extensions are merged (systemd-sysext.service(8)).
pub(super) fn report(
    name: &str,
    made: &[(&str, &[Account])],
    said: &BTreeMap<String, usize>,
    names: &[&str],
    findings: &mut Vec<Finding>,
) {
    let mut accounts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (account, package) in said {
        accounts.entry(names.get(*package).copied().unwrap_or_default()).or_default().push(account);
    }
    for (package, made) in made {
        for account in *made {
            if let Account::Group { name, .. } | Account::User { name, .. } = account {
                accounts.entry(package).or_default().push(name);
            }
        }
    }
    for (package, mut accounts) in accounts {
        accounts.sort_unstable();
        accounts.dedup();
        let message = format!(
            "users and groups of `{package}` ({}) are made after the extension is merged, by `{}`: what starts earlier does not know them",
            list(accounts),
            setup::unit(name)
        );
        findings.push(warning(Rule::Users, &[package], message));
    }
}

fn number(id: Option<u32>) -> String {
    id.map_or_else(|| "-".to_owned(), |id| id.to_string())
}

/// A text as a field of a line: in quotes, with specifiers escaped; what cannot stand in /etc/passwd is left out.
fn quote(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() && *c != ':').take(MAX_TEXT).collect();
    if text.is_empty() {
        return "-".to_owned();
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    if text.chars().all(|c| c.is_ascii_alphanumeric() || "/_.-".contains(c)) {
        escaped
    } else {
        format!("\"{escaped}\"")
    }
}

/// Where packages keep such files.
pub(super) const DIRECTORY: &str = "usr/lib/sysusers.d";
/// Options without a value.
const FLAGS: [&str; 25] = [
    "--allow-all-names",
    "--allow-bad-names",
    "--allow-badname",
    "--create-home",
    "--debug",
    "--disabled-login",
    "--disabled-password",
    "--force",
    "--force-badname",
    "--no-create-home",
    "--no-log-init",
    "--no-user-group",
    "--non-unique",
    "--quiet",
    "--user-group",
    "-M",
    "-N",
    "-U",
    "-f",
    "-l",
    "-m",
    "-o",
    "-q",
    "--verbose",
    "-H",
];
/// Most characters of a comment, a home or a shell.
const MAX_TEXT: usize = 200;
/// Bytes of a file of a package that are looked at.
const FILE: usize = 1 << 20;

#[cfg(test)]
mod tests;
