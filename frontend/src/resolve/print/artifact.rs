//! Artifacts as they are written.

use std::collections::BTreeMap;

use crate::resolve::print::pairs::{Pairs, list, map};
use crate::span::Spanned;
use crate::spec::artifact::{
    Artifact, Artifacts, Capability, Directories, Directory, DropIn, Files, Link, Systemd, Unit,
};
use crate::spec::path::SubPath;
use crate::spec::reference::Owner;
use crate::spec::tree::Tree;

pub(super) fn artifacts(artifacts: &Artifacts) -> Tree {
    let Artifacts {
        span: _,
        binaries,
        config_files,
        create_directories: Directories { config, state },
        data_dirs,
        disable_auto_requires,
        disable_strip,
        docs,
        groups,
        headers,
        libexec,
        libs,
        licenses,
        links,
        manpages,
        opt,
        systemd: Systemd { units, dropins },
        users,
    } = artifacts;
    let mut pairs = Pairs::default();
    for (key, files) in [
        ("binaries", binaries),
        ("libexec", libexec),
        ("opt", opt),
        ("manpages", manpages),
        ("data_dirs", data_dirs),
        ("configFiles", config_files),
        ("docs", docs),
        ("licenses", licenses),
        ("libs", libs),
        ("headers", headers),
    ] {
        pairs.some(key, self::files(files));
    }
    pairs.some("links", list(links, link));
    let mut created = Pairs::default();
    created.some("config", directories(config));
    created.some("state", directories(state));
    pairs.some("createDirectories", created.into_tree());
    let mut systemd = Pairs::default();
    systemd.some("units", map(units, unit));
    systemd.some("dropins", map(dropins, dropin));
    pairs.some("systemd", systemd.into_tree());
    pairs.some("users", owners(users));
    pairs.some("groups", owners(groups));
    pairs.flag("disable_strip", *disable_strip);
    pairs.flag("disable_auto_requires", *disable_auto_requires);
    pairs.into_tree()
}

fn files(files: &Files) -> Tree {
    map(files, |artifact| {
        let Artifact { span: _, subpath, name, permissions, user, group, linux_capabilities } = artifact;
        let mut pairs = Pairs::default();
        pairs.text("subpath", &subpath.to_string());
        pairs.text("name", name.as_ref().map_or("", |name| name.as_str()));
        pairs.mode("permissions", *permissions);
        pairs.owners(user.as_ref(), group.as_ref());
        pairs.some("linux_capabilities", list(linux_capabilities, capability));
        nothing_if_empty(pairs)
    })
}

fn capability(capability: &Capability) -> Tree {
    let Capability { name, effective, inheritable, permitted } = capability;
    let mut pairs = Pairs::default();
    pairs.text("name", name.as_str());
    pairs.flag("effective", *effective);
    pairs.flag("permitted", *permitted);
    pairs.flag("inheritable", *inheritable);
    pairs.into_tree()
}

fn link(link: &Link) -> Tree {
    let Link { span: _, source, dest, user, group } = link;
    let mut pairs = Pairs::default();
    pairs.text("source", source);
    pairs.text("dest", dest.as_str());
    pairs.owners(user.as_ref(), group.as_ref());
    pairs.into_tree()
}

fn directories(directories: &BTreeMap<SubPath, Directory>) -> Tree {
    map(directories, |Directory { mode, user, group }| {
        let mut pairs = Pairs::default();
        pairs.mode("mode", *mode);
        pairs.owners(user.as_ref(), group.as_ref());
        nothing_if_empty(pairs)
    })
}

fn unit(unit: &Unit) -> Tree {
    let Unit { span: _, name, enable, start } = unit;
    let mut pairs = Pairs::default();
    pairs.text("name", name.as_str());
    pairs.flag("enable", *enable);
    pairs.flag("start", *start);
    pairs.into_tree()
}

fn dropin(dropin: &DropIn) -> Tree {
    let DropIn { span: _, name, unit } = dropin;
    let mut pairs = Pairs::default();
    pairs.text("name", name.as_str());
    pairs.text("unit", unit.value.as_str());
    pairs.into_tree()
}

fn owners(owners: &[Spanned<Owner>]) -> Tree {
    list(owners, |owner| {
        let mut pairs = Pairs::default();
        pairs.text("name", owner.value.as_str());
        pairs.into_tree()
    })
}

fn nothing_if_empty(pairs: Pairs) -> Tree {
    let tree = pairs.into_tree();
    if tree.is_empty() { Tree::Null } else { tree }
}
