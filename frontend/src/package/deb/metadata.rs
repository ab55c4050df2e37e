//! The folder `debian` of a source package.

use super::control::control;
use super::copyright::copyright;
use super::rules::{HERE, rules};
use super::{Deb, changelog};
use crate::package::recipe::{self, Recipe, Text};

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
    let mut own = recipe::files(recipe);
    if recipe.content().gives_away() {
        own.push(Text::new("accounts", accounts(recipe)));
        own.push(Text::new("end", "fi\n\n#DEBHELPER#\n\nexit 0\n"));
    }
    texts.extend(own.into_iter().map(|text| Text { path: format!("{here}/{}", text.path), ..text }));
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
