//! Fedora's kin and Azure Linux: `.rpm` packages, chosen with dnf, dnf 5 or tdnf.

mod build;
mod files;
mod repository_file;
mod spec;

use buildkit_llb::{Platform, State};

use super::build::{Build, Form, Install, Needs, Part, check, folder};
use super::recipe::{Recipe, Text};
use super::{Download, Family, Release, Resolve, install, mount_repositories, output};
use crate::diagnostic::{Diagnostic, Problems};
use crate::job::{self, Manager};
use crate::resolve::Resolved;
use crate::script;
use crate::step::{Stage, Steps, count};
use crate::version::Order;

/// The family of RPM; its releases differ in what is said here.
#[derive(Debug)]
pub struct Rpm {
    /// What reads the repositories in a worker.
    pub manager: Manager,
    /// What `$releasever` is in the addresses of the repositories: a worker need not know it by itself.
    pub releasever: &'static str,
    /// Packages that build packages.
    pub build_tools: &'static [&'static str],
}

impl Rpm {
    /// A command of our own program that is told of the manager.
    fn command<'a>(&self, name: &'a str, words: &[&'a str]) -> Vec<&'a str> {
        let Self { manager, releasever, build_tools: _ } = self;
        [&[name, manager.name(), releasever], words].concat()
    }
}

impl Family for Rpm {
    /// RPM's names of architectures, as in its `rpmrc`: those that distributions are built for.
    fn arch(&self, platform: &Platform) -> Option<&'static str> {
        if platform.os() != "linux" {
            return None;
        }
        Some(match (platform.architecture(), platform.variant()) {
            ("386", _) => "i686",
            ("amd64", _) => "x86_64",
            ("arm", Some("v6")) => "armv6hl",
            ("arm", None | Some("v7")) => "armv7hl",
            ("arm64", _) => "aarch64",
            ("loong64", _) => "loongarch64",
            ("ppc64le", _) => "ppc64le",
            ("riscv64", _) => "riscv64",
            ("s390x", _) => "s390x",
            _ => return None,
        })
    }

    fn order(&self) -> Order {
        Order::Rpm
    }

    fn check_name(&self, name: &str) -> Result<(), String> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
        let starts = name.starts_with(|first: char| first.is_ascii_alphanumeric());
        if starts && name.bytes().all(fits) {
            return Ok(());
        }
        Err(format!(
            "`{name}` is no name of an RPM package: letters, digits, `+`, `-`, `.` and `_`, the first a letter or \
             digit"
        ))
    }

    /// Packages provide things such as `pkgconfig(zlib)`, which are asked for like packages.
    fn check_need(&self, name: &str) -> Result<(), String> {
        self.check_name(name.split_once('(').map_or(name, |(base, _)| base))
    }

    fn repository_file(&self, name: &str) -> Result<String, String> {
        Ok(format!("/etc/yum.repos.d/{}.repo", name.strip_suffix(".repo").unwrap_or(name)))
    }

    fn key_file(&self, name: &str) -> String {
        format!("/etc/pki/rpm-gpg/{name}")
    }

    fn unverified(&self, _: &str, text: &str) -> Option<(String, &'static str)> {
        let help = "list the repository's key under `keys`, and write `gpgcheck=1`";
        repository_file::unverified(text).map(|line| (line, help))
    }

    fn configuration(&self) -> &'static [&'static str] {
        &["/etc/dnf", "/etc/tdnf", "/etc/yum", "/etc/yum.conf", "/etc/yum.repos.d"]
    }

    fn worker(&self, steps: &Steps, release: &Release<'_>, base: &State, tools: &[&str]) -> State {
        let name = format!("{}: install {}", release.key, tools.join(" "));
        let words = self.command("", tools);
        install(steps, release, base, (script::DNF_INSTALL, &words[1..]), (&name, caches(self.manager)))
    }

    fn indices(&self, steps: &Steps, release: &Release<'_>, worker: &State, architecture: &str) -> State {
        let name = format!("{}: list repositories", release.key);
        let command = self.command("list-indices-rpm", &[architecture]);
        output(steps.program(Stage::Resolve, &name, &command, None), release, worker)
    }

    fn resolve(&self, steps: &Steps, release: &Release<'_>, worker: &State, resolve: &Resolve<'_>) -> State {
        let job = resolve.job;
        let name = format!("{}: {} for {}", release.key, count(job.packages.len()), job.platform);
        let command = self.command("resolve-rpm", &[]);
        let mut exec = steps.program(Stage::Resolve, &name, &command, Some(job::to_json(job)));
        steps.online(&mut exec);
        mount_repositories(&mut exec, resolve);
        output(exec, release, worker)
    }

    /// Without a network: what the frontend cannot fetch is in the worker's own files.
    fn download(
        &self,
        steps: &Steps,
        release: &Release<'_>,
        worker: &State,
        download: &Download<'_>,
    ) -> State {
        let Download { architecture: _, packages, locations } = download;
        let name = format!("{}: copy {} from the worker", release.key, count(packages.len()));
        let command = self.command("download-rpm", &[]);
        let mut exec = steps.program(Stage::Resolve, &name, &command, Some(job::to_json(packages)));
        for location in *locations {
            exec.location(location.clone());
        }
        output(exec, release, worker)
    }

    fn extension(&self) -> &'static str {
        "rpm"
    }

    fn forms(&self) -> &'static [Form] {
        FORMS
    }

    fn check(&self, recipe: &Recipe<'_>, problems: &mut Problems) {
        // `Summary` and `License`, without which rpmbuild builds nothing.
        recipe.check(&["description", "license"], problems);
        check(recipe, problems);
        let Resolved { name, version, revision, dependencies, provides, replaces, conflicts, .. } =
            recipe.resolved;
        let mut error = |span, message: String, help: &str| {
            problems.push(Diagnostic::error(span, message).help(help));
        };
        if let Err(why) = self.check_name(&name.value) {
            error(name.span, why, "choose such a name for the package");
        }
        if version.value.contains('-') {
            error(
                version.span,
                "the version of an RPM package has no `-`".to_owned(),
                "write `~` or `.` in its place",
            );
        }
        if revision.contains('-') {
            let message = format!("the revision of an RPM package has no `-`: `{revision}`");
            error(name.span, message, "write a number");
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
            if let Err(why) = self.check_need(&dependency.name.value) {
                problems.push(Diagnostic::error(dependency.name.span, why));
            }
        }
    }

    fn metadata(&self, recipe: &Recipe<'_>) -> Vec<Text> {
        Self::texts(recipe)
    }

    fn build_tools(&self) -> &'static [&'static str] {
        self.build_tools
    }

    fn trusting(&self, steps: &Steps, release: &Release<'_>, worker: &State, keys: &[String]) -> State {
        Self::trust(steps, release, worker, keys)
    }

    fn builder(&self, steps: &Steps, release: &Release<'_>, worker: &State, needs: &Needs<'_>) -> State {
        self.install_needs(steps, release, worker, needs)
    }

    fn install(&self, steps: &Steps, release: &Release<'_>, base: &State, install: &Install<'_>) -> State {
        self.install_package(steps, release, base, install)
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
            Part::Inputs | Part::Source => Self::inputs(steps, release, worker, build, true),
            Part::Metadata => {
                let mut texts = Self::texts(&build.recipe);
                texts.retain(|text| text.path.starts_with("SPECS/"));
                folder(&texts, "spec file")
            }
            Part::Packages => self.build(steps, release, worker, build),
            Part::Sources => Self::inputs(steps, release, worker, build, false),
            Part::Worker => worker.clone(),
        }
    }

    fn build(&self, steps: &Steps, release: &Release<'_>, worker: &State, build: &Build<'_>) -> State {
        self.build_packages(steps, release, worker, build)
    }
}

/// What a package can be had as.
const FORMS: &[Form] = &[
    Form { path: "rpm", description: "packages and their source package", part: Part::Packages },
    Form {
        path: "rpm/debug/buildroot",
        description: "sources and spec file as rpmbuild gets them",
        part: Part::Inputs,
    },
    Form { path: "rpm/debug/sources", description: "sources as rpmbuild gets them", part: Part::Sources },
    Form { path: "rpm/debug/spec", description: "the spec file", part: Part::Metadata },
    Form { path: "worker", description: "the worker in which packages are built", part: Part::Worker },
];

/// Where a manager keeps what it downloads, kept between builds so that a changed list of tools is quick.
fn caches(manager: Manager) -> &'static [(&'static str, &'static str)] {
    match manager {
        Manager::Dnf => &[("/var/cache/dnf", "dnf-cache")],
        Manager::Dnf5 => &[("/var/cache/libdnf5", "dnf5-cache")],
        Manager::Tdnf => &[("/var/cache/tdnf", "tdnf-cache")],
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{expect, expect_file};

    use super::*;
    use crate::package::recipe::fixture::{WHOLE, problems, texts};

    const RPM: Rpm = Rpm { manager: Manager::Dnf, releasever: "9", build_tools: &[] };

    #[test]
    fn architectures_have_rpms_names() {
        let arch = |platform: &str| RPM.arch(&platform.parse().expect("a platform"));
        assert_eq!(arch("linux/amd64"), Some("x86_64"));
        assert_eq!(arch("linux/arm64"), Some("aarch64"));
        assert_eq!(arch("linux/arm/v7"), Some("armv7hl"));
        assert_eq!(arch("linux/arm/v5"), None);
        assert_eq!(arch("windows/amd64"), None);
    }

    #[test]
    fn names_may_have_capitals_and_underscores() {
        for name in ["jq", "ImageMagick-c++", "python3.12", "0ad", "java_cup"] {
            assert_eq!(RPM.check_name(name), Ok(()), "{name}");
        }
        for name in ["", "-o", "_x", "a b", "jq*", "jq(x86-64)", "../jq", "é"] {
            assert!(RPM.check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn everything_that_a_spec_says_is_in_the_spec_file() {
        expect_file!["rpm/whole.txt"].assert_eq(&texts(&RPM, WHOLE));
    }

    #[test]
    fn what_is_not_said_is_left_out() {
        let spec = "name: demo\nversion: 1\ndescription: d\nlicense: MIT\nnoarch: true\nartifacts: {disable_strip: true, disable_auto_requires: true}\n";
        expect_file!["rpm/least.txt"].assert_eq(&texts(&RPM, spec));
    }

    #[test]
    fn what_an_rpm_package_cannot_be_is_told() {
        let spec = "name: demo+\nversion: 1-2\nrevision: 1-2\nartifacts: {}\ndependencies: {runtime: [\"pkgconfig(zlib)\"]}\n";
        expect![[r#"
            spec.yml:1:7: a package is not built without `description`
            1 | name: demo+
              |       ^^^^^
            help: write `description: …`
            spec.yml:1:7: a package is not built without `license`
            1 | name: demo+
              |       ^^^^^
            help: write `license: …`
            spec.yml:1:7: the revision of an RPM package has no `-`: `1-2`
            1 | name: demo+
              |       ^^^^^
            help: write a number
            spec.yml:2:10: the version of an RPM package has no `-`
            2 | version: 1-2
              |          ^^^
            help: write `~` or `.` in its place
        "#]]
        .assert_eq(&problems(&RPM, spec));
    }
}
