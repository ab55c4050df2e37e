//! Debian's binary packages: deb(5).

use std::fs::File;
use std::io::Read;

use crate::lock::Package;
use crate::worker::archive::ar::{Ar, Member};
use crate::worker::archive::tarball::{self, Kind, Tarball};
use crate::worker::archive::{Archive, Budget, Metered, Refusal, compression, control, links};
use crate::worker::entry::{Entry, Node};
use crate::worker::path::{TreePath, printable};
use crate::worker::store::Spool;

/// Reads a package file.
pub(super) fn read(
    file: &File,
    package: &Package,
    threads: u32,
    budget: &Budget,
    spool: &mut Spool,
) -> Result<Archive, Refusal> {
    let mut ar = Ar::open(file)?;
    check_format(&mut ar)?;
    let member = find(&mut ar, "control.tar")?;
    let control = read_control(&mut open(&ar, &member, "control.tar", 1, budget)?)?;
    control::check(&control, package)?;
    let member = find(&mut ar, "data.tar")?;
    read_data(open(&ar, &member, "data.tar", threads, budget)?, budget, spool)
}

/// The first member says which format the others have.
fn check_format(ar: &mut Ar<'_>) -> Result<(), Refusal> {
    let first = ar.next()?.filter(|member| member.name == "debian-binary");
    let Some(first) = first else { return Err(Refusal::Content("is not a Debian package".into())) };
    let mut version = Vec::new();
    ar.content(&first)?.take(16).read_to_end(&mut version)?;
    if version.starts_with(b"2.") {
        return Ok(());
    }
    let version = printable(version.trim_ascii());
    Err(Refusal::Content(format!("has the package format `{version}`, not `2.0`")))
}

/// The next member, which has this name and the suffix of a packer. Others that begin with `_` may precede it.
fn find(ar: &mut Ar<'_>, name: &str) -> Result<Member, Refusal> {
    while let Some(member) = ar.next()? {
        if member.name.starts_with(name) {
            return Ok(member);
        }
        if !member.name.starts_with('_') {
            return Err(Refusal::Content(format!("has a member `{}` in place of `{name}`", member.name)));
        }
    }
    Err(Refusal::Content(format!("has no member `{name}`")))
}

fn open<'a>(
    ar: &Ar<'a>,
    member: &Member,
    name: &str,
    threads: u32,
    budget: &'a Budget,
) -> Result<Tarball<Metered<'a, Box<dyn Read + 'a>>>, Refusal> {
    let suffix = member.name.strip_prefix(name).unwrap_or(&member.name);
    let inner = compression::reader(suffix, ar.content(member)?, threads)?;
    Ok(Tarball::new(Metered { inner, budget }))
}

/// The content of the file `control`.
fn read_control(tarball: &mut Tarball<impl Read>) -> Result<Vec<u8>, Refusal> {
    while let Some(member) = tarball.next()? {
        if !matches!(member.path.as_slice(), b"./control" | b"control") {
            continue;
        }
        let mut control = Vec::new();
        tarball.content(|bytes| {
            // The fields looked for stand at the beginning; the rest is not kept.
            control.extend_from_slice(&bytes[..bytes.len().min(CONTROL - control.len())]);
            Ok(())
        })?;
        return Ok(control);
    }
    Err(Refusal::Content("has no control file".into()))
}

fn read_data(
    mut tarball: Tarball<impl Read>,
    budget: &Budget,
    spool: &mut Spool,
) -> Result<Archive, Refusal> {
    let mut archive = Archive { entries: Vec::new(), newest: 0 };
    let mut hard_links = Vec::new();
    while let Some(member) = tarball.next()? {
        let Some(path) = parse(&member.path)? else { continue };
        archive.newest = archive.newest.max(member.mtime);
        let attributes: usize = member.xattrs.iter().map(|(name, value)| name.len() + value.len()).sum();
        let link = match &member.kind {
            Kind::Hardlink(target) | Kind::Symlink(target) => target.len(),
            _ => 0,
        };
        budget.entry(path.as_bytes().len() + link + attributes)?;
        let node = match member.kind {
            Kind::Device => Node::Device,
            Kind::Directory => Node::Directory,
            Kind::Fifo => Node::Fifo,
            Kind::File => {
                let start = spool.end();
                tarball.content(|bytes| spool.write(bytes))?;
                let inode = u32::try_from(archive.entries.len()).map_err(|_| Refusal::TooLarge)?;
                Node::File { content: spool.since(start), inode }
            }
            Kind::Symlink(target) => Node::Symlink(check_target(&path, target)?.into()),
            Kind::Hardlink(target) => {
                let Some(target) = parse(&target)? else {
                    return Err(Refusal::Content(format!(
                        "has an entry `{path}` that is a hard link to `/`"
                    )));
                };
                hard_links.push((path, target));
                continue;
            }
        };
        let tarball::Member { mode, user, group, xattrs, .. } = member;
        archive.entries.push(Entry { path, mode, user, group, xattrs, node });
    }
    tarball.finish()?;
    links::resolve(&mut archive.entries, hard_links)?;
    Ok(archive)
}

fn parse(path: &[u8]) -> Result<Option<TreePath>, Refusal> {
    TreePath::parse(path).map_err(|error| {
        Refusal::Content(format!("has an entry `{}`, which {}", printable(path), error.why()))
    })
}

fn check_target(path: &TreePath, target: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    if target.is_empty() || target.contains(&0) || target.len() > MAX_TARGET {
        return Err(Refusal::Content(format!("has an entry `{path}`, a link whose target is not a path")));
    }
    Ok(target)
}

/// Most bytes of a control file that are looked at.
const CONTROL: usize = 1 << 20;
/// Longest target of a symbolic link: `PATH_MAX` of Linux without its NUL, in bytes.
const MAX_TARGET: usize = 4095;
