//! Sources, patches and mounts as they are written.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::resolve::print::pairs::{Pairs, list, map};
use crate::resolve::print::step;
use crate::resolve::{Patches, Source};
use crate::span::Spanned;
use crate::spec::generator::{
    CargoHome, Generator, Gomod, GomodAuth, GomodEdits, GomodHost, GomodSsh, NodeMod, Pip,
};
use crate::spec::patch::Patch;
use crate::spec::path::SubPath;
use crate::spec::reference::SecretId;
use crate::spec::source::{
    Command, Context, DockerBuild, Git, GitAuth, Http, Image, Inline, InlineDir, InlineFile, Mount,
    SourceName, Variant,
};
use crate::spec::tree::Tree;
use crate::spec::{Concrete, escape};

pub(super) fn sources<N: Display>(sources: &BTreeMap<N, Source>) -> Tree {
    map(sources, source)
}

pub(super) fn patches(patches: &BTreeMap<SourceName, Patches>) -> Tree {
    let patch = |patch: &Patch<Concrete>| {
        let Patch { source, path, strip } = patch;
        let mut pairs = Pairs::default();
        pairs.text("source", source.value.as_str());
        pairs.value("path", path);
        pairs.number("strip", *strip);
        pairs.into_tree()
    };
    map(patches, |Patches { span: _, list: patches }| list(patches, patch))
}

pub(super) fn mounts(mounts: &[Mount<Concrete>]) -> Tree {
    list(mounts, |Mount { dest, source: mounted }| {
        let mut pairs = Pairs::default();
        pairs.text("dest", dest.value.as_str());
        pairs.tree("spec", source(mounted));
        pairs.into_tree()
    })
}

pub(super) fn source(source: &Source) -> Tree {
    let Source { span: _, path, includes, excludes, generate, variant } = source;
    let mut pairs = Pairs::default();
    pairs.tree(variant.key(), self::variant(variant));
    pairs.value("path", path);
    pairs.values("includes", includes);
    pairs.values("excludes", excludes);
    pairs.some("generate", list(generate, generator));
    pairs.into_tree()
}

fn variant(variant: &Variant<Concrete>) -> Tree {
    let mut pairs = Pairs::default();
    match variant {
        Variant::Build(build) => {
            let DockerBuild { source, dockerfile_path, target, args } = build.as_ref();
            pairs.tree("source", self::source(source));
            pairs.value("dockerfile_path", dockerfile_path);
            pairs.value("target", target);
            pairs.environment("args", args);
        }
        Variant::Context(Context { name }) => pairs.value("name", name),
        Variant::Git(git) => {
            let Git { url, commit, checksum, keep_git_dir, auth } = git.as_ref();
            let GitAuth { header, ssh, token } = auth;
            pairs.value("url", url);
            pairs.value("commit", commit);
            pairs.optional("checksum", checksum.as_ref());
            pairs.flag("keepGitDir", *keep_git_dir);
            let mut ids = Pairs::default();
            secret(&mut ids, "token", token.as_ref());
            secret(&mut ids, "header", header.as_ref());
            secret(&mut ids, "ssh", ssh.as_ref());
            pairs.some("auth", ids.into_tree());
        }
        Variant::Http(http) => {
            let Http { url, digest, permissions } = http.as_ref();
            pairs.value("url", url);
            pairs.optional("digest", digest.as_ref());
            pairs.mode("permissions", *permissions);
        }
        Variant::Image(image) => {
            let Image { reference, command } = image.as_ref();
            pairs.value("ref", reference);
            pairs.some("cmd", command.as_ref().map_or(Tree::Null, self::command));
        }
        Variant::Inline(Inline::Dir(InlineDir { files, permissions, uid, gid })) => {
            let mut dir = Pairs::default();
            dir.some("files", map(files, file));
            dir.mode("permissions", Some(*permissions));
            dir.number("uid", *uid);
            dir.number("gid", *gid);
            pairs.tree("dir", dir.into_tree());
        }
        Variant::Inline(Inline::File(inline)) => pairs.tree("file", file(inline)),
    }
    pairs.into_tree()
}

fn file(file: &InlineFile) -> Tree {
    let InlineFile { contents, permissions, uid, gid } = file;
    let mut pairs = Pairs::default();
    pairs.text("contents", contents);
    pairs.mode("permissions", Some(*permissions));
    pairs.number("uid", *uid);
    pairs.number("gid", *gid);
    pairs.into_tree()
}

fn command(command: &Command<Concrete>) -> Tree {
    let Command { dir, env, mounts, steps } = command;
    let mut pairs = Pairs::default();
    pairs.text("dir", &dir.to_string());
    pairs.environment("env", env);
    pairs.some("mounts", self::mounts(mounts));
    pairs.some("steps", list(steps, step));
    pairs.into_tree()
}

fn secret(pairs: &mut Pairs, key: &str, id: Option<&SecretId>) {
    pairs.text(key, id.map_or("", SecretId::as_str));
}

fn generator(generator: &Generator<Concrete>) -> Tree {
    let Generator { span: _, subpath, gomod, cargohome, pip, nodemod } = generator;
    let mut pairs = Pairs::default();
    pairs.value("subpath", subpath);
    if let Some(tool) = gomod {
        pairs.tree("gomod", self::gomod(tool));
    }
    if let Some(CargoHome { paths }) = cargohome {
        pairs.tree("cargohome", Tree::Map(vec![self::paths(paths)]));
    }
    if let Some(Pip { paths, requirements_file, index_url, extra_index_urls }) = pip {
        let mut tool = Pairs::default();
        let (key, value) = self::paths(paths);
        tool.tree(&key, value);
        tool.value("requirements_file", requirements_file);
        tool.optional("index_url", index_url.as_ref());
        tool.values("extra_index_urls", extra_index_urls);
        pairs.tree("pip", tool.into_tree());
    }
    if let Some(NodeMod { paths, registry }) = nodemod {
        let mut tool = Pairs::default();
        let (key, value) = self::paths(paths);
        tool.tree(&key, value);
        tool.optional("registry", registry.as_ref());
        pairs.tree("nodemod", tool.into_tree());
    }
    pairs.into_tree()
}

fn gomod(gomod: &Gomod<Concrete>) -> Tree {
    let Gomod { paths, auth, edits: GomodEdits { replace, drop } } = gomod;
    let mut pairs = Pairs::default();
    let (key, value) = self::paths(paths);
    pairs.tree(&key, value);
    let host = |GomodHost { host, auth }: &GomodHost<Concrete>| {
        let GomodAuth { header, ssh, token } = auth;
        let mut ids = Pairs::default();
        secret(&mut ids, "token", token.as_ref());
        secret(&mut ids, "header", header.as_ref());
        if let Some(GomodSsh { id, username }) = ssh {
            let mut agent = Pairs::default();
            secret(&mut agent, "id", id.as_ref());
            agent.text("username", username.as_str());
            ids.tree("ssh", agent.into_tree());
        }
        (escape(&host.value.to_string()).into_owned(), ids.into_tree())
    };
    pairs.some("auth", Tree::Map(auth.iter().map(host).collect()));
    let mut edits = Pairs::default();
    edits.values("replace", replace);
    edits.values("drop", drop);
    pairs.some("edits", edits.into_tree());
    pairs.into_tree()
}

/// The field `paths` of a tool, which is written even when it is empty: then nothing is fetched.
fn paths(paths: &[Spanned<SubPath>]) -> (String, Tree) {
    let text = |path: &Spanned<SubPath>| Tree::Text(escape(&path.value.to_string()).into_owned());
    (String::from("paths"), list(paths, text))
}
