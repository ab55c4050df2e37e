//! The folder `debian` of a source package.

use super::control::control;
use super::rules::{HERE, rules};
use super::{Deb, changelog};
use crate::package::recipe::{self, Recipe, Text, one_line};
use crate::resolve::Resolved;

/// Its files, sorted by path, which begins below `debian`.
pub(super) fn metadata(deb: &Deb, recipe: &Recipe<'_>) -> Vec<Text> {
    let mut texts = vec![
        Text::new("changelog", changelog::changelog(recipe, &deb.version(recipe))),
        Text::new("control", control(deb, recipe)),
        Text::new("copyright", copyright(recipe)),
        Text { program: true, ..Text::new("rules", rules(deb, recipe)) },
        Text::new("source/format", "3.0 (quilt)\n"),
    ];
    let here = HERE.strip_prefix("debian/").unwrap_or(HERE);
    let own = recipe::files(recipe)
        .into_iter()
        .chain([Text::new("accounts", accounts(recipe)), Text::new("end", "fi\n\n#DEBHELPER#\n\nexit 0\n")]);
    texts.extend(own.map(|text| Text { path: format!("{here}/{}", text.path), ..text }));
    texts.sort();
    texts
}

/// The beginning of the script that dpkg runs after it has unpacked the package: users and groups come before services
/// that run as them. Commands that give files away follow, once it is known what files there are.
fn accounts(recipe: &Recipe<'_>) -> String {
    let content = recipe.content();
    let mut text = String::from("#!/bin/sh\nset -e\n\nif [ \"$1\" = configure ]; then\n    :\n");
    for name in content.users.iter().chain(&content.groups) {
        text.extend(["    getent group ", name, " >/dev/null || groupadd --system ", name, "\n"]);
    }
    for name in &content.users {
        text.extend(["    getent passwd ", name, " >/dev/null ||\n        useradd --system --gid ", name]);
        text.extend([" --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin ", name, "\n"]);
    }
    text
}

/// What is known of who may do what with the content (Debian Policy 12.5).
fn copyright(recipe: &Recipe<'_>) -> String {
    let Resolved { name, license, vendor, website, .. } = recipe.resolved;
    let mut text = format!("{} is made by {}", name.value, recipe.maintainer());
    if let Some(vendor) = vendor {
        text.extend([" of ", &one_line(vendor)]);
    }
    text += ".\n";
    if let Some(website) = website {
        text.extend(["\nIt comes from ", &one_line(website), "\n"]);
    }
    text + &format!("\nLicense: {}\n", one_line(license.as_deref().unwrap_or_default()))
}
