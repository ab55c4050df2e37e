//! `debian/control`, see Debian Policy 5.2 and deb-src-control(5).

use std::fmt::Write as _;

use super::Deb;
use crate::job::Relation;
use crate::package::recipe::{Recipe, one_line};
use crate::resolve::{Dependency, Resolved};

/// What the package is and needs.
pub(super) fn control(deb: &Deb, recipe: &Recipe<'_>) -> String {
    let Resolved { name, website, noarch, artifacts, dependencies, provides, replaces, conflicts, .. } =
        recipe.resolved;
    let name = &name.value;
    let mut text = format!("Source: {name}\nSection: misc\nPriority: optional\n");
    field(&mut text, "Maintainer", &recipe.maintainer());
    list(&mut text, "Build-Depends", &build_depends(deb, recipe));
    text.push_str("Rules-Requires-Root: no\nStandards-Version: 4.6.2\n");
    if let Some(website) = website {
        field(&mut text, "Homepage", &one_line(website));
    }
    let architecture = if *noarch { "all" } else { "linux-any" };
    write!(text, "\nPackage: {name}\nArchitecture: {architecture}\n").expect("a String takes all text");
    let mut depends = vec!["${misc:Depends}".to_owned()];
    if !artifacts.disable_auto_requires {
        depends.push("${shlibs:Depends}".to_owned());
    }
    let content = recipe.content();
    if content.has_capabilities() {
        depends.push("libcap2-bin".to_owned());
    }
    if !content.users.is_empty() || !content.groups.is_empty() {
        depends.push("passwd".to_owned());
    }
    depends.extend(relations(recipe, &dependencies.runtime));
    list(&mut text, "Depends", &depends);
    for (field, packages) in [
        ("Recommends", &dependencies.recommends),
        ("Conflicts", conflicts),
        ("Replaces", replaces),
        ("Provides", provides),
    ] {
        list(&mut text, field, &relations(recipe, packages).collect::<Vec<_>>());
    }
    writeln!(text, "Description: {}", recipe.summary()).expect("a String takes all text");
    for line in recipe.description() {
        let line = one_line_but_indented(line);
        writeln!(text, " {}", if line.is_empty() { "." } else { &line }).expect("a String takes all text");
    }
    text
}

/// The same without all that does not matter for the build, so that the worker stays the same where only that changes.
pub(super) fn build_control(deb: &Deb, recipe: &Recipe<'_>) -> String {
    let mut text = String::from("Source: annex-build\nMaintainer: nobody <nobody@example.invalid>\n");
    list(&mut text, "Build-Depends", &build_depends(deb, recipe));
    text + "\nPackage: annex-build\nArchitecture: all\nDescription: what a build needs\n"
}

fn build_depends(deb: &Deb, recipe: &Recipe<'_>) -> Vec<String> {
    let mut packages = vec![format!("debhelper-compat (= {})", deb.compat)];
    packages.extend(relations(recipe, &recipe.resolved.dependencies.build));
    packages
}

/// A relation for each bound of each package.
fn relations<'r>(recipe: &'r Recipe<'_>, list: &'r [Dependency]) -> impl Iterator<Item = String> + 'r {
    recipe.on_platform(list).flat_map(|Dependency { name, bounds, arch: _ }| {
        let all: Vec<String> = bounds
            .iter()
            .map(|bound| format!("{} ({} {})", name.value, sign(bound.value.relation), bound.value.version))
            .collect();
        if all.is_empty() { vec![name.value.clone()] } else { all }
    })
}

/// How a relation is written (Debian Policy 7.1).
pub(super) fn sign(relation: Relation) -> &'static str {
    match relation {
        Relation::Eq => "=",
        Relation::Ge => ">=",
        Relation::Gt => ">>",
        Relation::Le => "<=",
        Relation::Lt => "<<",
    }
}

fn field(text: &mut String, name: &str, value: &str) {
    writeln!(text, "{name}: {value}").expect("a String takes all text");
}

fn list(text: &mut String, name: &str, items: &[String]) {
    if !items.is_empty() {
        field(text, name, &items.join(",\n "));
    }
}

/// A line of a description: what it begins with may make it verbatim (Policy 5.6.13).
fn one_line_but_indented(line: &str) -> String {
    let blank = line.len() - line.trim_start().len();
    let indent = if blank > 0 { " " } else { "" };
    let line = one_line(line);
    if line.is_empty() { line } else { format!("{indent}{line}") }
}
