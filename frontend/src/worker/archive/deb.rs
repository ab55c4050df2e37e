//! Debian's binary packages: deb(5).

use std::fs::File;
use std::io::Read;

use crate::lock::Package;
use crate::worker::archive::ar::{Ar, Member};
use crate::worker::archive::script::SCRIPT;
use crate::worker::archive::tarball::{self, Kind, Tarball};
use crate::worker::archive::{
    Archive, Budget, Identity, Metered, Moment, Refusal, Script, Scripts, compression, control, links,
};
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
    let (control, scripts) = read_control(open(&ar, &member, "control.tar", 1, budget)?, budget)?;
    control::check(&control, package)?;
    let member = find(&mut ar, "data.tar")?;
    let data = read_data(open(&ar, &member, "data.tar", threads, budget)?, budget, spool)?;
    Ok(Archive { scripts, ..data })
}

/// Which package a file says it is.
pub(super) fn identify(file: &File, budget: &Budget) -> Result<Identity, Refusal> {
    let mut ar = Ar::open(file)?;
    check_format(&mut ar)?;
    let member = find(&mut ar, "control.tar")?;
    let (control, _) = read_control(open(&ar, &member, "control.tar", 1, budget)?, budget)?;
    control::identity(&control)
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

/// The content of the file `control`, and the maintainer's scripts beside it.
fn read_control(mut tarball: Tarball<impl Read>, budget: &Budget) -> Result<(Vec<u8>, Scripts), Refusal> {
    let mut control = None;
    let mut scripts = Scripts::default();
    while let Some(member) = tarball.next()? {
        let name = member.path.strip_prefix(b"./").unwrap_or(&member.path);
        if name == b"control" {
            // The fields looked for stand at the beginning.
            control = Some(read_first(&mut tarball, CONTROL)?);
        } else if name == b"triggers" {
            scripts.activates = control::activates(&read_first(&mut tarball, SCRIPT)?);
        } else if let Some((name, moment)) = SCRIPTS.iter().find(|(known, _)| known.as_bytes() == name) {
            let text = read_first(&mut tarball, SCRIPT)?;
            scripts.add(Script::new(name, *moment, text), budget)?;
        }
    }
    tarball.finish()?;
    let control = control.ok_or_else(|| Refusal::Content("has no control file".into()))?;
    Ok((control, scripts))
}

/// The first `limit` bytes of the current entry; the rest is not kept.
fn read_first(tarball: &mut Tarball<impl Read>, limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut content = Vec::new();
    tarball.content(|bytes| {
        content.extend_from_slice(&bytes[..bytes.len().min(limit - content.len())]);
        Ok(())
    })?;
    Ok(content)
}

fn read_data(
    mut tarball: Tarball<impl Read>,
    budget: &Budget,
    spool: &mut Spool,
) -> Result<Archive, Refusal> {
    let mut archive = Archive { entries: Vec::new(), newest: 0, scripts: Scripts::default() };
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

/// Names of the maintainer's scripts: deb-preinst(5) and its siblings, and debconf's.
const SCRIPTS: [(&str, Moment); 5] = [
    ("config", Moment::Configuration),
    ("postinst", Moment::AfterInstall),
    ("postrm", Moment::AfterRemoval),
    ("preinst", Moment::BeforeInstall),
    ("prerm", Moment::BeforeRemoval),
];
/// Most bytes of a control file that are looked at.
const CONTROL: usize = 1 << 20;
/// Longest target of a symbolic link: `PATH_MAX` of Linux without its NUL, in bytes.
const MAX_TARGET: usize = 4095;

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use proptest::prelude::*;
    use tar::EntryType::{Block, Directory, Fifo, Link, Symlink};

    use super::*;
    use crate::worker::archive::fixture::{Deb, temporary};
    use crate::worker::archive::tarball::tests::header;
    use crate::worker::entry::Content;

    fn read_bytes(bytes: &[u8], package: &Package, budget: &Budget) -> Result<Archive, Refusal> {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(&folder.path().join("0"), 0).unwrap();
        read(&temporary(bytes), package, 2, budget, &mut spool)
    }

    fn read_deb(deb: &Deb) -> Result<Archive, Refusal> {
        let bytes = deb.build();
        read_bytes(&bytes, &deb.package(&bytes), &Budget::of(1 << 20))
    }

    fn refusal(result: Result<Archive, Refusal>) -> String {
        match result {
            Err(Refusal::Content(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_packer_gives_the_same_entries() {
        for suffix in ["", ".gz", ".xz", ".zst"] {
            let deb = Deb::new("p").directory("./").directory("./usr/").file("./usr/a", 0o755, "content");
            let deb = deb
                .link(Symlink, "./usr/b", "a")
                .link(Link, "./usr/c", "./usr/a")
                .raw(header(Fifo, "./usr/d", 0o644, 0), b"");
            let archive = read_deb(&deb.packed(suffix)).unwrap();
            let entries: Vec<_> = archive
                .entries
                .iter()
                .map(|entry| (entry.path.to_string(), entry.mode, &entry.node))
                .collect();
            let content = Content::Spooled { spool: 0, offset: 0, len: 7 };
            let file = Node::File { content, inode: 1 };
            let symlink = Node::Symlink((*b"a").into());
            assert_eq!(archive.newest, 1_700_000_000);
            assert_eq!(
                entries,
                [
                    ("/usr".to_owned(), 0o755, &Node::Directory),
                    ("/usr/a".to_owned(), 0o755, &file),
                    ("/usr/b".to_owned(), 0o777, &symlink),
                    ("/usr/d".to_owned(), 0o644, &Node::Fifo),
                    ("/usr/c".to_owned(), 0o755, &file),
                ]
            );
        }
    }

    #[test]
    fn hostile_entries_are_refused_by_name() {
        let deb = || Deb::new("p").file("./usr/a", 0o644, "a");
        for (deb, why) in [
            (
                deb().file("./../etc/passwd", 0o644, ""),
                "has an entry `./../etc/passwd`, which has a part `..`",
            ),
            (deb().file("/etc/passwd", 0o644, ""), "has an entry `/etc/passwd`, which begins with `/`"),
            (deb().link(Link, "./usr/b", "../../x"), "has an entry `../../x`, which has a part `..`"),
            (
                deb().link(Link, "./usr/b", "./usr/x"),
                "has an entry `/usr/b` that is a hard link to `/usr/x`, which is no file before it",
            ),
            (deb().link(Link, "./usr/b", "./"), "has an entry `/usr/b` that is a hard link to `/`"),
            (deb().link(Symlink, "./usr/b", ""), "has an entry `/usr/b`, a link whose target is not a path"),
            (
                deb().raw(header(Directory, "./usr/b", 0o755, 0), b"x"),
                "has an entry `./usr/b` that is no file but has content",
            ),
        ] {
            assert_eq!(refusal(read_deb(&deb)), why);
        }
        let nodes = read_deb(&deb().raw(header(Block, "./dev/sda", 0o644, 0), b"")).unwrap();
        assert_eq!(nodes.entries[1].node, Node::Device);
    }

    #[test]
    fn a_file_that_is_another_package_is_refused() {
        let deb = Deb::new("p").file("./usr/a", 0o644, "a");
        for (first, version, fields, why) in [
            ("debian-binary", "3.0\n", "", "has the package format `3.0`, not `2.0`"),
            ("control.tar", "2.0\n", "", "is not a Debian package"),
            (
                "debian-binary",
                "2.0\n",
                "Version: 2\nArchitecture: all\n",
                "says `Version: 2` of itself, not `1`",
            ),
        ] {
            let bytes = deb.build_as(first, version, fields);
            assert_eq!(refusal(read_bytes(&bytes, &deb.package(&bytes), &Budget::of(1 << 20))), why);
        }
        let bytes = crate::worker::archive::ar::tests::ar(&[
            ("debian-binary", b"2.0\n"),
            ("_extra", b""),
            ("other", b""),
        ]);
        let result = read_bytes(&bytes, &deb.package(&bytes), &Budget::of(1 << 20));
        assert_eq!(refusal(result), "has a member `other` in place of `control.tar`");
    }

    #[test]
    fn the_maintainers_scripts_come_with_the_entries() {
        let deb = Deb::new("p").file("./usr/a", 0o644, "a");
        let deb =
            deb.script("triggers", "# from debhelper\nactivate-noawait ldconfig\ninterest /usr/share/x\n");
        let deb = deb.script("postinst", "#!/bin/sh\nset -e\n").script("md5sums", "0 usr/a\n");
        let scripts = read_deb(&deb).unwrap().scripts;
        let postinst = Script::new("postinst", Moment::AfterInstall, b"#!/bin/sh\nset -e\n".to_vec());
        assert_eq!(scripts.scripts, [postinst]);
        assert_eq!(scripts.activates, ["ldconfig".into()]);
    }

    #[test]
    fn unpacking_ends_where_the_budget_does() {
        let deb = Deb::new("p").file("./usr/a", 0o644, &"0".repeat(1 << 20));
        let bytes = deb.build();
        let budget = Budget::of(0);
        assert!(read_bytes(&bytes, &deb.package(&bytes), &budget).is_ok());
        budget.bytes.store(1 << 19, Ordering::Relaxed);
        assert!(matches!(read_bytes(&bytes, &deb.package(&bytes), &budget), Err(Refusal::TooLarge)));
        let budget = Budget::of(0);
        budget.memory.store(100, Ordering::Relaxed);
        assert!(matches!(read_bytes(&bytes, &deb.package(&bytes), &budget), Err(Refusal::TooLarge)));
    }

    proptest! {
        #[test]
        fn no_change_of_a_byte_makes_it_panic(at in 0..2000_usize, byte: u8) {
            let deb = Deb::new("p").file("./usr/a", 0o644, "a").link(Link, "./usr/b", "./usr/a").packed("");
            let mut bytes = deb.build();
            let package = deb.package(&bytes);
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = read_bytes(&bytes, &package, &Budget::of(1 << 20));
        }
    }
}
