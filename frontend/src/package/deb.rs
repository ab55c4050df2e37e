//! Debian and its kin: `.deb` packages, chosen and fetched by apt.

mod changelog;
mod control;
mod copyright;
mod metadata;
mod pin;
mod rules;
mod sources_list;

use buildkit_llb::{Bind, Discard, Platform, ReadOnly, State};

use super::build::{Build, Form, Install, Needs, Part, folder};
use super::recipe::{Recipe, Role, Text};
use super::{Download, Family, Release, Resolve, build, finish_install, install, mount_repositories, output};
use crate::diagnostic::{Diagnostic, Problems};
use crate::job;
use crate::resolve::Resolved;
use crate::script;
use crate::step::{Stage, Steps, count};
use crate::version::Order;

/// The family of Debian.
#[derive(Debug)]
pub struct Deb {
    /// Architectures whose packages are at the addresses of the archive, while those of all others are at other
    /// addresses; none: all are at the same.
    pub archive: &'static [&'static str],
    /// Level of debhelper's behaviour that the release knows (debhelper(7)).
    pub compat: u8,
    /// The release as versions of packages name it, so that those of a newer one are newer.
    pub id: &'static str,
    /// Where units of systemd are.
    pub units: &'static str,
}

impl Deb {
    /// The full version of a package.
    fn version(&self, recipe: &Recipe<'_>) -> String {
        let Resolved { version, revision, .. } = recipe.resolved;
        format!("{}-{}u{revision}", version.value, self.id)
    }

    /// Where files of a role are (Filesystem Hierarchy Standard 3.0; for documentation Debian Policy 12).
    fn directory(&self, role: Role, package: &str) -> String {
        let directory = match role {
            Role::Bin => "/usr/bin",
            Role::Config => "/etc",
            Role::Data => "/usr/share",
            Role::Doc | Role::License => return format!("/usr/share/doc/{package}"),
            Role::Include => "/usr/include",
            Role::Lib => "/usr/lib",
            Role::Libexec => "/usr/libexec",
            Role::Man => "/usr/share/man",
            Role::Opt => "/opt",
            Role::State => "/var/lib",
            Role::Unit => self.units,
        };
        directory.to_owned()
    }

    /// The folder with the source package of a build.
    fn make_source(&self, steps: &Steps, release: &Release<'_>, worker: &State, build: &Build<'_>) -> State {
        let Build { recipe, tree, .. } = build;
        let Resolved { name, version, .. } = recipe.resolved;
        let control = folder(&self.metadata(recipe), "debian");
        let shown = format!("{}: source package of {}", release.key, name.value);
        let epoch = recipe.epoch.to_string();
        let words = [&name.value, &version.value, &epoch, "/tree", "/control", job::OUT];
        let mut exec = steps.script(Stage::Source, &shown, script::DEB_SOURCE, words);
        exec.mount("/", Discard(worker.clone()));
        exec.mount("/tree", ReadOnly(tree.clone()));
        exec.mount("/control", ReadOnly(control));
        let out = exec.mount(job::OUT, Bind(State::scratch()));
        exec.run().output(out)
    }
}

impl Family for Deb {
    /// Debian's architecture names, as in `dpkg-architecture --list-known`.
    fn arch(&self, platform: &Platform) -> Option<&'static str> {
        if platform.os() != "linux" {
            return None;
        }
        Some(match (platform.architecture(), platform.variant()) {
            ("386", _) => "i386",
            ("amd64", _) => "amd64",
            ("arm", Some("v5" | "v6")) => "armel",
            ("arm", _) => "armhf",
            ("arm64", _) => "arm64",
            ("loong64", _) => "loong64",
            ("mips64le", _) => "mips64el",
            ("ppc64le", _) => "ppc64el",
            ("riscv64", _) => "riscv64",
            ("s390x", _) => "s390x",
            _ => return None,
        })
    }

    fn sources(&self, worker: &Platform, target: &Platform) -> Option<&'static str> {
        let archived = |platform| self.arch(platform).is_some_and(|arch| self.archive.contains(&arch));
        (!self.archive.is_empty() && archived(worker) != archived(target)).then_some("/etc/apt")
    }

    fn order(&self) -> Order {
        Order::Deb
    }

    fn repository_file(&self, name: &str) -> Result<String, String> {
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        let (stem, end) = if matches!(end, "list" | "sources") { (stem, end) } else { (name, "list") };
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if stem.bytes().all(fits) && !stem.is_empty() {
            return Ok(format!("/etc/apt/sources.list.d/{stem}.{end}"));
        }
        // sources.list(5)
        Err(format!("apt reads no file of the name `{name}`: use letters, digits, `_`, `-` and `.`"))
    }

    fn key_file(&self, name: &str) -> String {
        format!("/usr/share/keyrings/{name}")
    }

    fn unverified(&self, file: &str, text: &str) -> Option<(String, &'static str)> {
        let help = "list the repository's key under `keys`, and write `signed-by=/usr/share/keyrings/` with its name";
        sources_list::unverified(file, text).map(|words| (words, help))
    }

    fn configuration(&self) -> &'static [&'static str] {
        &["/etc/apt/apt.conf", "/etc/apt/apt.conf.d", "/etc/apt/sources.list", "/etc/apt/sources.list.d"]
    }

    fn worker(&self, steps: &Steps, release: &Release<'_>, base: &State, tools: &[&str]) -> State {
        let name = format!("{}: install {}", release.key, tools.join(" "));
        install(steps, release, base, (script::APT_INSTALL, tools), (&name, APT_CACHES))
    }

    fn check_name(&self, name: &str) -> Result<(), String> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
        let starts = name.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
        if name.len() > 1 && starts && name.bytes().all(fits) {
            return Ok(());
        }
        Err(format!(
            "`{name}` is no name of a Debian package: at least two of `a-z`, `0-9`, `+`, `-`, `.`, \
             the first a letter or digit"
        ))
    }

    fn indices(&self, steps: &Steps, release: &Release<'_>, worker: &State, architecture: &str) -> State {
        let name = format!("{}: list repositories", release.key);
        let exec = steps.program(Stage::Resolve, &name, &["list-indices-deb", architecture], None);
        output(exec, release, worker)
    }

    fn resolve(&self, steps: &Steps, release: &Release<'_>, worker: &State, resolve: &Resolve<'_>) -> State {
        let job = resolve.job;
        let name = format!("{}: {} for {}", release.key, count(job.packages.len()), job.platform);
        let mut exec = steps.program(Stage::Resolve, &name, &["resolve-deb"], Some(job::to_json(job)));
        steps.online(&mut exec);
        mount_repositories(&mut exec, resolve);
        output(exec, release, worker)
    }

    fn download(
        &self,
        steps: &Steps,
        release: &Release<'_>,
        worker: &State,
        download: &Download<'_>,
    ) -> State {
        let Download { architecture, packages, locations } = download;
        let name = format!("{}: fetch {} with apt", release.key, count(packages.len()));
        let command = ["download-deb", architecture];
        let mut exec = steps.program(Stage::Resolve, &name, &command, Some(job::to_json(packages)));
        for location in *locations {
            exec.location(location.clone());
        }
        steps.online(&mut exec);
        output(exec, release, worker)
    }

    fn extension(&self) -> &'static str {
        "deb"
    }

    fn forms(&self) -> &'static [Form] {
        FORMS
    }

    fn check(&self, recipe: &Recipe<'_>, problems: &mut Problems) {
        // `Maintainer`; nobody is the default of that (Debian Policy 5.6.2).
        recipe.check(&["packager"], problems);
        build::check(recipe, problems);
        let Resolved {
            name, version, revision, dependencies, provides, replaces, conflicts, sources, ..
        } = recipe.resolved;
        let mut error = |span, message: String, help: &str| {
            problems.push(Diagnostic::error(span, message).help(help));
        };
        if let Err(why) = self.check_name(&name.value) {
            error(name.span, why, "choose such a name for the package");
        }
        if let Some(mark) = version.value.chars().find(|mark| "_^".contains(*mark)) {
            let message = format!("the version of a Debian package has no `{mark}`");
            error(
                version.span,
                message,
                "it is made of letters, digits, `.`, `+`, `-`, `~` and begins with a digit",
            );
        } else if !version.value.starts_with(|first: char| first.is_ascii_digit()) {
            let message = format!(
                "the version of a Debian package begins with a digit, and `{}` does not",
                version.value
            );
            error(version.span, message, "put a digit before it");
        }
        if let Some(mark) = revision.chars().find(|mark| "-_^".contains(*mark)) {
            error(
                name.span,
                format!("the revision of a Debian package has no `{mark}`: `{revision}`"),
                "write a number",
            );
        }
        for (source, _) in sources.iter().filter(|(source, _)| source.as_str() == "debian") {
            let message = format!("source `{source}` would be where Debian's own files are");
            error(name.span, message, "give it another name");
        }
        let lists = [
            &dependencies.build,
            &dependencies.runtime,
            &dependencies.recommends,
            provides,
            replaces,
            conflicts,
        ];
        for dependency in lists.into_iter().flatten() {
            if let Err(why) = self.check_name(&dependency.name.value) {
                problems.push(Diagnostic::error(dependency.name.span, why));
            }
        }
        for provided in provides {
            let exact = |bound: &job::Bound| bound.relation == job::Relation::Eq;
            if provided.bounds.len() > 1 || !provided.bounds.iter().all(|bound| exact(&bound.value)) {
                let message =
                    format!("a Debian package provides `{}` in one version, or in none", provided.name.value);
                problems
                    .push(Diagnostic::error(provided.name.span, message).help("write one bound with `=`"));
            }
        }
    }

    fn metadata(&self, recipe: &Recipe<'_>) -> Vec<Text> {
        metadata::metadata(self, recipe)
    }

    fn build_tools(&self) -> &'static [&'static str] {
        TOOLS
    }

    fn builder(&self, steps: &Steps, release: &Release<'_>, worker: &State, needs: &Needs<'_>) -> State {
        let Needs { recipe, locations } = needs;
        if recipe.on_platform(&recipe.resolved.dependencies.build).next().is_none() {
            return worker.clone();
        }
        let control = Text::new("debian/control", control::build_control(self, recipe));
        let control = folder(&[control], "control file with what the build needs");
        let name = needs.title(release);
        let mut exec = steps.script(Stage::Worker, &name, script::APT_INSTALL, ["/run/annex/source/"]);
        exec.mount("/run/annex/source", ReadOnly(control));
        pin::pin(&mut exec, recipe.on_platform(&recipe.resolved.dependencies.build));
        for location in *locations {
            exec.location(location.clone());
        }
        finish_install(exec, steps, release, worker, APT_CACHES)
    }

    fn install(&self, steps: &Steps, release: &Release<'_>, base: &State, install: &Install<'_>) -> State {
        let Install { package: (tree, path), name, others: _, worker: _, locations } = install;
        let words = [INSTALLED].into_iter().chain(install.unbounded());
        let shown = format!("{}: install {name}", release.key);
        let mut exec = steps.script(Stage::Test, &shown, script::APT_INSTALL, words);
        exec.mount(INSTALLED, ReadOnly((*tree).clone()).selector(*path));
        // Images for containers have files there that leave out documentation, which tests may look for.
        exec.mount("/etc/dpkg/dpkg.cfg.d", ReadOnly(State::scratch()));
        pin::pin(&mut exec, install.bounded());
        for location in *locations {
            exec.location(location.clone());
        }
        finish_install(exec, steps, release, base, APT_CACHES)
    }

    fn part(
        &self,
        part: Part,
        steps: &Steps,
        release: &Release<'_>,
        worker: &State,
        build: &Build<'_>,
    ) -> State {
        match part {
            Part::Metadata => folder(&self.metadata(&build.recipe), "debian"),
            Part::Packages => self.build(steps, release, worker, build),
            Part::Inputs | Part::Source => self.make_source(steps, release, worker, build),
            Part::Sources => build.tree.clone(),
            Part::Worker => worker.clone(),
        }
    }

    fn build(&self, steps: &Steps, release: &Release<'_>, worker: &State, build: &Build<'_>) -> State {
        let source = self.make_source(steps, release, worker, build);
        let recipe = &build.recipe;
        let name = &recipe.resolved.name.value;
        let shown = format!("{}: package {name}", release.key);
        let architecture = self.arch(recipe.platform).unwrap_or_default();
        let epoch = recipe.epoch.to_string();
        let words = ["/run/annex/source", &epoch, architecture, job::OUT];
        let mut exec = steps.script(Stage::Build, &shown, script::DEB_BUILD, words);
        exec.mount("/", Discard(worker.clone()));
        exec.mount("/run/annex/source", ReadOnly(source));
        exec.mount("/build", Discard(State::scratch()));
        build.furnish(&mut exec, steps, release);
        let packages = exec.mount(job::OUT, Bind(State::scratch()));
        exec.run().output(packages)
    }
}

/// Where a package is mounted to be installed.
const INSTALLED: &str = "/run/annex/package.deb";

/// What a package can be had as.
const FORMS: &[Form] = &[
    Form { path: "", description: "packages, the same as with `/deb`", part: Part::Packages },
    Form { path: "deb", description: "packages and their source package", part: Part::Packages },
    Form { path: "dsc", description: "the source package alone", part: Part::Source },
    Form { path: "worker", description: "the worker in which packages are built", part: Part::Worker },
];

/// What builds packages: `build-essential` (Debian Policy 4.2) and debhelper.
const TOOLS: &[&str] = &["build-essential", "debhelper", "dpkg-dev"];

/// Where apt keeps what it downloads, kept between builds so that a changed list of tools is quick.
const APT_CACHES: &[(&str, &str)] = &[("/var/cache/apt", "apt-cache"), ("/var/lib/apt/lists", "apt-lists")];

#[cfg(test)]
mod tests {
    use expect_test::{expect, expect_file};

    use super::*;
    use crate::package::recipe::fixture::{WHOLE, problems, texts};

    const DEB: Deb = Deb { archive: &[], compat: 13, id: "debian13", units: "/usr/lib/systemd/system" };

    #[test]
    fn everything_that_a_spec_says_is_in_the_source_package() {
        expect_file!["deb/whole.txt"].assert_eq(&texts(&DEB, WHOLE));
    }

    #[test]
    fn what_is_not_said_is_left_out() {
        let spec = "name: demo\nversion: 1\npackager: Ada\nnoarch: true\nartifacts: {disable_strip: true, disable_auto_requires: true}\n";
        expect_file!["deb/least.txt"].assert_eq(&texts(&DEB, spec));
    }

    #[test]
    fn what_a_debian_package_cannot_be_is_told() {
        let spec = "name: Demo_x\nversion: v1_0^2\nrevision: 1-2\nprovides: {Big: {version: ['>= 1']}}\nconflicts: {a-b: {version: ['> 1', '< 2']}}\nsources: {debian: {inline: {file: {}}}}\nbuild: {caches: [{rustsccache: {}}], steps: [{command: x}]}\nartifacts: {manpages: {page: }, links: [{source: \"a\\tb\", dest: /x}]}\n";
        expect![[r#"
            spec.yml:1:7: a package is not built without `packager`
            1 | name: Demo_x
              |       ^^^^^^
            help: write `packager: …`
            spec.yml:1:7: `Demo_x` is no name of a Debian package: at least two of `a-z`, `0-9`, `+`, `-`, `.`, the first a letter or digit
            1 | name: Demo_x
              |       ^^^^^^
            help: choose such a name for the package
            spec.yml:1:7: the revision of a Debian package has no `-`: `1-2`
            1 | name: Demo_x
              |       ^^^^^^
            help: write a number
            spec.yml:1:7: source `debian` would be where Debian's own files are
            1 | name: Demo_x
              |       ^^^^^^
            help: give it another name
            spec.yml:2:10: the version of a Debian package has no `_`
            2 | version: v1_0^2
              |          ^^^^^^
            help: it is made of letters, digits, `.`, `+`, `-`, `~` and begins with a digit
            spec.yml:4:12: `Big` is no name of a Debian package: at least two of `a-z`, `0-9`, `+`, `-`, `.`, the first a letter or digit
            4 | provides: {Big: {version: ['>= 1']}}
              |            ^^^
            spec.yml:4:12: a Debian package provides `Big` in one version, or in none
            4 | provides: {Big: {version: ['>= 1']}}
              |            ^^^
            help: write one bound with `=`
            spec.yml:5:13: `a-b` is said not to fit by more than one bound, and packages would take either for all
            5 | conflicts: {a-b: {version: ['> 1', '< 2']}}
              |             ^^^
            help: keep one bound
            spec.yml:7:1: the cache `rustsccache` is one of the program `sccache`, which the build has not
            7 | build: {caches: [{rustsccache: {}}], steps: [{command: x}]}
              | ^^^^^
            help: list a package `sccache` under `dependencies:` `build:`
            spec.yml:8:24: `page` does not say which section of the manual it is of
            8 | artifacts: {manpages: {page: }, links: [{source: "a\tb", dest: /x}]}
              |                        ^^^^
            help: name it like `tool.1`, or write `subpath: man1`
            spec.yml:8:41: a link leads to `a\tb`, which has a control character
            8 | artifacts: {manpages: {page: }, links: [{source: "a\tb", dest: /x}]}
              |                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^
            help: write a path of visible characters
        "#]].assert_eq(&problems(&DEB, spec));
    }
}
