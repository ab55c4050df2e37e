//! A resolved spec as a spec again: what `debug/resolve` shows. Read for the same target, it resolves to
//! the same.

mod artifact;
mod image;
mod pairs;
mod source;
mod test;

use std::fmt;

use crate::resolve::print::pairs::{Pairs, list};
use crate::resolve::{Build, Dependencies, Dependency, Resolved};
use crate::spec::build::{Cache, CacheDir};
use crate::spec::changelog::Change;
use crate::spec::source::CommandStep;
use crate::spec::tree::Tree;
use crate::spec::{Concrete, Frontend, Repository, Signer};

impl fmt::Display for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tree().fmt(f)
    }
}

impl Resolved {
    /// The spec as a value of YAML.
    pub fn tree(&self) -> Tree {
        let Self {
            name,
            version,
            revision,
            description,
            license,
            packager,
            vendor,
            website,
            annex: _,
            noarch,
            extensions,
            dependencies,
            sources,
            patches,
            build,
            artifacts,
            image,
            tests,
            signer,
            frontend,
            changelog,
            provides,
            replaces,
            conflicts,
        } = self;
        let mut pairs = Pairs::default();
        pairs.text("name", &name.value);
        pairs.text("description", description.as_deref().unwrap_or_default());
        pairs.text("website", website.as_deref().unwrap_or_default());
        pairs.value("version", version);
        pairs.escaped("revision", revision);
        pairs.flag("noarch", *noarch);
        pairs.text("license", license.as_deref().unwrap_or_default());
        pairs.text("vendor", vendor.as_deref().unwrap_or_default());
        pairs.text("packager", packager.as_deref().unwrap_or_default());
        pairs.some("sources", source::sources(sources));
        pairs.some("patches", source::patches(patches));
        pairs.some("build", self::build(build));
        pairs.some("artifacts", artifact::artifacts(artifacts));
        pairs.some("dependencies", self::dependencies(dependencies));
        pairs.some("provides", packages(provides));
        pairs.some("replaces", packages(replaces));
        pairs.some("conflicts", packages(conflicts));
        pairs.some("image", image::image(image));
        pairs.some("package_config", self::signer(signer.as_ref()));
        pairs.some("tests", test::tests(tests));
        pairs.some("changelog", list(changelog, change));
        pairs.some("targets", self::frontend(frontend.as_ref()));
        for extension in extensions {
            pairs.tree(&extension.name.value, extension.value.as_ref().clone());
        }
        pairs.into_tree()
    }
}

fn build(build: &Build) -> Tree {
    let Build { span: _, caches, env, network_mode, steps } = build;
    if steps.is_empty() {
        return Tree::Null;
    }
    let mut pairs = Pairs::default();
    pairs.text("network_mode", network_mode.value.word());
    pairs.environment("env", env);
    pairs.some("caches", list(caches, cache));
    pairs.some("steps", list(steps, step));
    pairs.into_tree()
}

fn cache(cache: &Cache) -> Tree {
    let mut pairs = Pairs::default();
    match cache {
        Cache::Bazel { scope } | Cache::RustSccache { scope } => pairs.text("scope", scope),
        Cache::GoBuild { scope, disabled } => {
            pairs.text("scope", scope);
            pairs.flag("disabled", *disabled);
        }
        Cache::Dir(CacheDir { dest, key, sharing, no_auto_namespace }) => {
            pairs.text("dest", dest.value.as_str());
            pairs.text("key", key);
            pairs.text("sharing", sharing.word());
            pairs.flag("no_auto_namespace", *no_auto_namespace);
        }
    }
    Tree::Map(vec![(String::from(cache.key()), pairs.into_tree())])
}

/// A step of a build or of a source's commands.
fn step(step: &CommandStep<Concrete>) -> Tree {
    let CommandStep { command, env, mounts } = step;
    let mut pairs = Pairs::default();
    pairs.text("command", &command.value);
    pairs.environment("env", env);
    pairs.some("mounts", source::mounts(mounts));
    pairs.into_tree()
}

fn dependencies(dependencies: &Dependencies) -> Tree {
    let Dependencies { build, extra_repos, recommends, runtime, sysext, test } = dependencies;
    let mut pairs = Pairs::default();
    pairs.some("build", packages(build));
    pairs.some("runtime", packages(runtime));
    pairs.some("recommends", packages(recommends));
    pairs.some("test", packages(test));
    pairs.some("sysext", packages(sysext));
    pairs.some("extra_repos", list(extra_repos, repository));
    pairs.into_tree()
}

fn packages(packages: &[Dependency]) -> Tree {
    let package = |dependency: &Dependency| {
        let Dependency { name, bounds, arch } = dependency;
        let mut pairs = Pairs::default();
        pairs.values("version", bounds);
        pairs.some("arch", list(arch, |arch| Tree::Text(arch.value.written.clone())));
        let value = pairs.into_tree();
        (name.value.clone(), if value.is_empty() { Tree::Null } else { value })
    };
    Tree::Map(packages.iter().map(package).collect())
}

fn repository(repository: &Repository<Concrete>) -> Tree {
    let Repository { span: _, keys, config, data, envs } = repository;
    let mut pairs = Pairs::default();
    pairs.some("keys", source::sources(keys));
    pairs.some("config", source::sources(config));
    pairs.some("data", source::mounts(data));
    let words: Vec<_> = envs.iter().map(|env| env.word()).collect();
    pairs.some("envs", list(&words, |word| Tree::Text(String::from(*word))));
    pairs.into_tree()
}

fn signer(signer: Option<&Signer<Concrete>>) -> Tree {
    let Some(Signer { span: _, image, cmdline, args }) = signer else { return Tree::Null };
    let mut pairs = Pairs::default();
    pairs.value("image", image);
    pairs.text("cmdline", cmdline.as_deref().unwrap_or_default());
    pairs.environment("args", args);
    Tree::Map(vec![(String::from("signer"), pairs.into_tree())])
}

fn frontend(frontend: Option<&Frontend<Concrete>>) -> Tree {
    let Some(Frontend { target, image, cmdline }) = frontend else { return Tree::Null };
    let mut pairs = Pairs::default();
    pairs.value("image", image);
    pairs.text("cmdline", cmdline.as_deref().unwrap_or_default());
    let of_target = Tree::Map(vec![(String::from("frontend"), pairs.into_tree())]);
    Tree::Map(vec![(target.value.clone(), of_target)])
}

fn change(change: &Change) -> Tree {
    let Change { date, author, changes } = change;
    let mut pairs = Pairs::default();
    pairs.tree("date", Tree::Text(date.value.to_string()));
    pairs.text("author", &author.value);
    pairs.some("changes", list(changes, |text| Tree::Text(text.clone())));
    pairs.into_tree()
}
