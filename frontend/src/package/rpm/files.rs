//! The section `%files`: what belongs to a package.

use std::collections::BTreeMap;

use super::spec::escape;
use crate::package::recipe::{Directory, File, Link, Ownership, Recipe, Role};
use crate::spec::reference::Owner;

/// Its lines, sorted by path, each path once.
pub(super) fn files(recipe: &Recipe<'_>) -> Vec<String> {
    let content = recipe.content();
    let mut lines = BTreeMap::new();
    for file in &content.files {
        let above = directory(file.role, recipe);
        for folder in folders(file, &above) {
            lines.entry(folder).or_insert_with(|| "%dir ".to_owned());
        }
    }
    for Directory { role, path, mode, owner } in &content.directories {
        let mode = mode.map_or_else(|| "0755".to_owned(), |mode| format!("{:04o}", mode.bits()));
        let path = format!("{}/{}", directory(*role, recipe), escape(path));
        lines.insert(path, format!("%dir {}", attributes(&mode, *owner)));
    }
    for file in &content.files {
        let below = escape(&file.below());
        let name = escape(file.name.unwrap_or(file.base));
        let compressed = if file.role == Role::Man { "*" } else { "" };
        let parts = [&directory(file.role, recipe), &below, &name];
        let parts: Vec<&str> =
            parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        let kind = match file.role {
            Role::Config => "%config(noreplace) ",
            Role::Doc => "%doc ",
            Role::License => "%license ",
            _ => "",
        };
        let owned = file.owner.user.is_some() || file.owner.group.is_some();
        let attributes = if owned { attributes("-", file.owner) } else { String::new() };
        let capabilities = file.setcap().map_or_else(String::new, |caps| format!("%caps({caps}) "));
        lines.insert(parts.join("/") + compressed, format!("{attributes}{capabilities}{kind}"));
    }
    for Link { path, target: _, owner } in &content.links {
        let owned = owner.user.is_some() || owner.group.is_some();
        lines.insert(escape(path), if owned { attributes("-", *owner) } else { String::new() });
    }
    lines.into_iter().map(|(path, words)| format!("{words}{}\n", word(&path))).collect()
}

/// Where files of a role are, mostly as the macros of the distribution say.
pub(super) fn directory(role: Role, recipe: &Recipe<'_>) -> String {
    let known = DIRECTORIES.iter().find(|(known, _)| *known == role);
    let directory = known.map_or("", |(_, directory)| directory);
    match role {
        Role::Doc | Role::License => format!("{directory}/{}", recipe.resolved.name.value),
        _ => directory.to_owned(),
    }
}

/// Directories that no other package has: those that the spec names, and that of the package's documentation.
fn folders(file: &File<'_>, above: &str) -> Vec<String> {
    let mut folders = Vec::new();
    if matches!(file.role, Role::Doc | Role::License) {
        folders.push(above.to_owned());
    }
    if file.role != Role::Man {
        let mut path = above.to_owned();
        for part in file.below().split('/').filter(|part| !part.is_empty()) {
            path = format!("{path}/{}", escape(part));
            folders.push(path.clone());
        }
    }
    folders
}

fn attributes(mode: &str, owner: Ownership<'_>) -> String {
    let name = |owner: Option<&Owner>| owner.map_or("root", Owner::as_str).to_owned();
    format!("%attr({mode}, {}, {}) ", name(owner.user), name(owner.group))
}

/// A path as one word.
fn word(path: &str) -> String {
    if path.contains(char::is_whitespace) { format!("\"{path}\"") } else { path.to_owned() }
}

/// The directories by role. `%{_unitdir}` and `%{_sharedstatedir}` are not the same, or not there, in all distributions.
pub(super) const DIRECTORIES: [(Role, &str); 12] = [
    (Role::Bin, "%{_bindir}"),
    (Role::Config, "%{_sysconfdir}"),
    (Role::Data, "%{_datadir}"),
    (Role::Doc, "%{_docdir}"),
    (Role::Include, "%{_includedir}"),
    (Role::Lib, "%{_libdir}"),
    (Role::Libexec, "%{_libexecdir}"),
    (Role::License, "%{_licensedir}"),
    (Role::Man, "%{_mandir}"),
    (Role::Opt, "/opt"),
    (Role::State, "/var/lib"),
    (Role::Unit, "/usr/lib/systemd/system"),
];
