//! The spec file of a package, see <https://rpm-software-management.github.io/rpm/manual/spec.html>.

use std::fmt::Write as _;

use super::files::{self, DIRECTORIES, directory};
use crate::job::{Bound, Relation};
use crate::package::recipe::{Recipe, Role, Text, Unit, date, midnight, month, one_line};
use crate::resolve::{Dependency, Resolved};
use crate::spec::changelog::Change;

/// The text. Whatever else a spec says is in files beside it.
pub(super) fn spec(recipe: &Recipe<'_>, beside: &[Text]) -> String {
    let mut text = preamble(recipe, beside);
    for (section, lines) in sections(recipe) {
        if !lines.is_empty() || ALWAYS.contains(&section) {
            write!(text, "\n%{section}\n{}", lines.concat()).expect("a String takes all text");
        }
    }
    text
}

/// The name of the archive of the sources, which holds the directory [`TOP`].
pub(super) fn archive(recipe: &Recipe<'_>) -> String {
    format!("{}.tar.gz", top(recipe))
}

/// The directory in it.
pub(super) fn top(recipe: &Recipe<'_>) -> String {
    format!("{}-{}", recipe.resolved.name.value, recipe.resolved.version.value)
}

/// The spec of a package that needs others: managers install it with all that.
pub(super) fn needs<'d>(name: &str, what: &str, list: impl Iterator<Item = &'d Dependency>) -> String {
    let mut text =
        format!("Name: {name}\nVersion: 1\nRelease: 1\nSummary: {what}\nLicense: MIT\nBuildArch: noarch\n");
    relations(&mut text, "Requires", list);
    text + &format!("\n%description\n{what}.\n\n%files\n")
}

fn preamble(recipe: &Recipe<'_>, beside: &[Text]) -> String {
    let Resolved { name, version, revision, noarch, artifacts, dependencies, .. } = recipe.resolved;
    let mut text = [REPRODUCIBLE, WITHOUT_SYMBOLS].concat();
    if artifacts.disable_strip {
        text.push_str("%global __strip /bin/true\n%global debug_package %{nil}\n");
    }
    text.push('\n');
    let mut field = |name: &str, value: &str| {
        writeln!(text, "{name}: {value}").expect("a String takes all text");
    };
    field("Name", &name.value);
    field("Version", &version.value);
    field("Release", &format!("{revision}%{{?dist}}"));
    field("Summary", &escape(&recipe.summary()));
    let Resolved { license, website, vendor, packager, .. } = recipe.resolved;
    for (tag, value) in [("License", license), ("URL", website), ("Vendor", vendor), ("Packager", packager)] {
        if let Some(value) = value {
            field(tag, &escape(&one_line(value)));
        }
    }
    if *noarch {
        field("BuildArch", "noarch");
    }
    if artifacts.disable_auto_requires {
        field("AutoReq", "no");
    }
    field("Source0", &archive(recipe));
    for (beside, number) in beside.iter().zip(1..) {
        field(&format!("Source{number}"), &beside.path);
    }
    let content = recipe.content();
    let mut own: Vec<String> = content.users.iter().map(|user| format!("user({user})")).collect();
    own.extend(content.users.iter().chain(&content.groups).map(|group| format!("group({group})")));
    if !own.is_empty() {
        field("Requires(pre)", "/usr/bin/getent, /usr/sbin/groupadd, /usr/sbin/useradd");
    }
    for name in own {
        field("Provides", &name);
    }
    let Resolved { conflicts, provides, replaces, .. } = recipe.resolved;
    for (tag, list) in [
        ("BuildRequires", &dependencies.build),
        ("Requires", &dependencies.runtime),
        ("Recommends", &dependencies.recommends),
        ("Conflicts", conflicts),
        ("Obsoletes", replaces),
        ("Provides", provides),
    ] {
        relations(&mut text, tag, recipe.on_platform(list));
    }
    text
}

fn sections(recipe: &Recipe<'_>) -> Vec<(&'static str, Vec<String>)> {
    let content = recipe.content();
    let mut description: Vec<String> = vec![escape(&recipe.summary()) + "\n"];
    description.extend(recipe.description().into_iter().map(|line| escape(&one_line(line)) + "\n"));
    let roles: Vec<String> =
        DIRECTORIES.iter().map(|(role, _)| format!("{}={}", role.word(), directory(*role, recipe))).collect();
    let install = vec![
        format!(
            "sh %{{_sourcedir}}/install-artifacts.sh %{{_sourcedir}} %{{buildroot}} {}\n",
            roles.join(" ")
        ),
        "sh -e %{_sourcedir}/modes\n".to_owned(),
    ];
    let mut accounts = Vec::new();
    for name in content.users.iter().chain(&content.groups) {
        accounts.push(format!("getent group {name} >/dev/null || groupadd --system {name}\n"));
    }
    for name in &content.users {
        accounts.push(format!(
            "getent passwd {name} >/dev/null ||\n    useradd --system --gid {name} --home-dir / --no-create-home \
             --shell /usr/sbin/nologin {name}\n"
        ));
    }
    let units = |wanted: fn(&Unit<'_>) -> bool| {
        let names = content.units.iter().filter(|unit| wanted(unit)).map(|unit| format!(" '{}'", unit.name));
        Some(names.collect::<String>()).filter(|names| !names.is_empty())
    };
    let script = |condition: &str, verb: &str, names: Option<String>| {
        names.map(|names| {
            format!("if [ {condition} ] && [ -x /usr/bin/systemctl ]; then\n    systemctl {verb}{names} || :\nfi\n")
        })
    };
    // Where the C library's own package does not see to it, as in Azure Linux 3.
    let libraries = content.files.iter().any(|file| file.role == Role::Lib);
    let loader = libraries.then(|| "/sbin/ldconfig || :\n".to_owned());
    let post = [
        loader.clone(),
        script("\"$1\" -eq 1", "--no-reload enable", units(|unit| unit.enable)),
        script("\"$1\" -eq 1 ] && [ -d /run/systemd/system", "start", units(|unit| unit.start)),
    ];
    let preun = script("\"$1\" -eq 0", "--no-reload disable --now", units(|_| true));
    let postun =
        [loader, script("\"$1\" -ge 1 ] && [ -d /run/systemd/system", "try-restart", units(|_| true))];
    vec![
        ("description", description),
        ("prep", vec!["%setup -q\n".to_owned()]),
        ("build", vec!["sh %{_sourcedir}/build-steps.sh %{_sourcedir}\n".to_owned()]),
        ("install", install),
        ("pre", accounts),
        ("post", post.into_iter().flatten().collect()),
        ("preun", preun.into_iter().collect()),
        ("postun", postun.into_iter().flatten().collect()),
        ("files", files::files(recipe)),
        ("changelog", recipe.resolved.changelog.iter().map(change).collect()),
    ]
}

fn relations<'d>(text: &mut String, tag: &str, list: impl Iterator<Item = &'d Dependency>) {
    for Dependency { name, bounds, arch: _ } in list {
        if bounds.is_empty() {
            writeln!(text, "{tag}: {}", name.value).expect("a String takes all text");
        }
        for bound in bounds {
            let Bound { relation, version } = &bound.value;
            let sign = match relation {
                Relation::Eq => "=",
                Relation::Ge => ">=",
                Relation::Gt => ">",
                Relation::Le => "<=",
                Relation::Lt => "<",
            };
            writeln!(text, "{tag}: {} {sign} {version}", name.value).expect("a String takes all text");
        }
    }
}

fn change(change: &Change) -> String {
    let Change { date: day, author, changes } = change;
    let (day, weekday) = date(midnight(day.value));
    let author = escape(&one_line(&author.value));
    let mut text = format!("* {} {} {:02} {:04} {author}\n", weekday.short(), month(day), day.day, day.year);
    for item in changes {
        writeln!(text, "- {}", escape(&one_line(item))).expect("a String takes all text");
    }
    text + "\n"
}

/// A text without anything that rpm would expand.
pub(super) fn escape(text: &str) -> String {
    text.replace('%', "%%")
}

/// Sections that are there even when they are empty.
const ALWAYS: [&str; 1] = ["files"];

/// Programs may have no symbols, as those of Go mostly do: then the package of symbols is an empty one, and no error
/// (rpm's `macros.in`, `_empty_manifest_terminate_build`).
const WITHOUT_SYMBOLS: &str = "%global _empty_manifest_terminate_build 0\n";

/// Files are no newer than the time that the build is given, which is also that of the package; no host is named
/// (<https://reproducible-builds.org/docs/source-date-epoch/>; rpm's `macros.in`; the last since rpm 4.20).
const REPRODUCIBLE: &str = "%global _buildhost reproducible
%global source_date_epoch_from_changelog 0
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
%global build_mtime_policy clamp_to_source_date_epoch
";
