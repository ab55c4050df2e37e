//! What of a base an extension would hide: the same path with another content, links that become directories.

use std::collections::BTreeSet;
use std::io;

use crate::job::{Finding, Rule};
use crate::worker::base::Base;
use crate::worker::elf::ReadAt;
use crate::worker::entry::Node;
use crate::worker::finding::{error, list, warning};
use crate::worker::path::TreePath;
use crate::worker::store::Store;
use crate::worker::tree::{Placed, Tree};

/// A file of the base that would not be seen any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// Where it is.
    pub(crate) path: TreePath,
    /// Number of the package that hides it; `None`: we do.
    pub(crate) package: Option<usize>,
    /// The package of the base that has it, where that is known.
    pub(crate) owner: Option<String>,
    /// What it is in the base, and here.
    pub(crate) how: How,
}

/// In what way a file of the base is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// By one with another content.
    Content,
    /// A directory, and all that is in it, by something that is none.
    Directory,
    /// A link, and all that is reached by it, by a directory.
    Link,
}

/// What is hidden of `base`, sorted by path.
///
/// # Errors
/// Where a file cannot be read.
pub(crate) fn of(tree: &Tree, store: &Store, base: &Base) -> io::Result<Vec<Hidden>> {
    let mut hidden = Vec::new();
    let mut directories: BTreeSet<TreePath> = BTreeSet::new();
    for (path, placed) in tree {
        for parent in path.parents().filter(|parent| !tree.contains_key(parent)) {
            if directories.insert(parent.clone())
                && let Some(Node::Symlink(_)) = base.node(&parent)?
            {
                hidden.push((parent, placed.package, How::Link));
            }
        }
        if let Some(how) = how(path, placed, store, base)? {
            hidden.push((path.clone(), placed.package, how));
        }
    }
    hidden.sort();
    hidden.dedup_by(|one, other| one.0 == other.0);
    let paths = hidden.iter().map(|(path, ..)| path.clone()).collect();
    let owners = base.owners(&paths)?;
    let hidden = hidden.into_iter().map(|(path, package, how)| {
        let owner = owners.get(&path).cloned();
        Hidden { path, package, owner, how }
    });
    Ok(hidden.collect())
}

/// Whether a file is no other than that of the base.
///
/// # Errors
/// Where a file cannot be read.
pub(crate) fn is_same(path: &TreePath, tree: &Tree, store: &Store, base: &Base) -> io::Result<bool> {
    let Some(placed) = tree.get(path) else { return Ok(false) };
    Ok(base.node(path)?.is_some() && how(path, placed, store, base)?.is_none())
}

fn how(path: &TreePath, placed: &Placed, store: &Store, base: &Base) -> io::Result<Option<How>> {
    let Some(there) = base.node(path)? else { return Ok(None) };
    Ok(match (&placed.node, &there) {
        (Node::Directory, Node::Symlink(_)) => Some(How::Link),
        (Node::Directory, Node::Directory) => None,
        (_, Node::Directory) => Some(How::Directory),
        (Node::Symlink(one), Node::Symlink(other)) if one == other => None,
        (Node::File { content, .. }, Node::File { .. }) => {
            let file = base.open(path)?;
            (!equal(&store.part(content), &*file)?).then_some(How::Content)
        }
        _ => Some(How::Content),
    })
}

fn equal(one: &dyn ReadAt, other: &dyn ReadAt) -> io::Result<bool> {
    if one.size() != other.size() {
        return Ok(false);
    }
    let mut at = 0;
    while at < one.size() {
        let (left, right) = (one.read_at(at, BUFFER)?, other.read_at(at, BUFFER)?);
        if left != right || left.is_empty() {
            return Ok(false);
        }
        at += left.len() as u64;
    }
    Ok(true)
}

/// What is to be said of hidden files: by packages on both sides.
pub(crate) fn findings(hidden: &[Hidden], names: &[&str], findings: &mut Vec<Finding>) {
    let mut hidden: Vec<&Hidden> = hidden.iter().collect();
    let sides = |hidden: &Hidden| (hidden.how, hidden.package, hidden.owner.clone());
    hidden.sort_by_key(|hidden| sides(hidden));
    for group in hidden.chunk_by(|one, other| sides(one) == sides(other)) {
        let Some(Hidden { package, owner, how, .. }) = group.first() else { continue };
        let (how, owner) = (*how, owner.as_deref());
        let paths: Vec<&TreePath> = group.iter().map(|hidden| &hidden.path).collect();
        let package = package.and_then(|number| names.get(number)).copied();
        let who = package.map_or("the extension".to_owned(), |package| format!("`{package}`"));
        let owner = owner.map_or("the base".to_owned(), |owner| format!("`{owner}` of the base"));
        let shown = list(&paths);
        let about: Vec<&str> = package.into_iter().collect();
        findings.push(match how {
            How::Content => {
                let message = format!("{who} hides {shown} of {owner} by other content");
                warning(Rule::Overshadow, &about, message)
                    .about(paths)
                    .with_help("build from the release of the base, or leave the package out")
            }
            How::Directory => {
                let message = format!("{who} hides all that is in {shown} of {owner}, which is a directory there");
                error(Rule::Mask, &about, message).about(paths)
            }
            How::Link if paths.iter().any(|path| path.parts().count() <= 2) => {
                let message = format!("{who} hides {shown} of {owner}, a link there, by a directory: all that is reached by it would be gone");
                error(Rule::Mask, &about, message).about(paths)
            }
            How::Link => {
                let message = format!("{who} hides {shown} of {owner}, a link there, by a directory");
                warning(Rule::Overshadow, &about, message).about(paths)
            }
        });
    }
}

/// Bytes compared at once.
const BUFFER: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use expect_test::expect;

    use super::*;
    use crate::worker::entry::tests::{directory, file, link};
    use crate::worker::{finding, tree};

    #[test]
    fn what_is_hidden_is_named_with_the_packages_of_both_sides() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for directory in ["usr/bin", "usr/share/doc/x", "usr/lib", "var/lib/dpkg/info"] {
            fs::create_dir_all(root.join(directory)).unwrap();
        }
        for (path, content) in [
            ("usr/bin/jq", "old"),
            ("usr/bin/same", "same"),
            ("usr/bin/mine", "own"),
            ("usr/share/doc/x/y", ""),
            ("var/lib/dpkg/info/jq.list", "/.\n/usr\n/bin/jq\n/usr/bin/same\n"),
            ("var/lib/dpkg/info/libx:amd64.list", "/usr/sbin\n"),
            ("var/lib/dpkg/info/jq.md5sums", "/usr/bin/mine\n"),
        ] {
            fs::write(root.join(path), content).unwrap();
        }
        symlink("bin", root.join("usr/sbin")).unwrap();
        symlink("doc", root.join("usr/share/docs")).unwrap();
        symlink("a", root.join("usr/lib/l")).unwrap();
        let tree = tree::tests::tree(vec![
            (0, file("usr/bin/jq", "new")),
            (0, file("usr/bin/same", "same")),
            (0, file("usr/bin/mine", "yours")),
            (0, link("usr/lib/l", "b")),
            (1, file("usr/sbin/new", "")),
            (1, file("usr/share/docs/z", "")),
            (1, file("usr/share/doc/x", "")),
            (1, directory("usr/bin")),
            (1, file("usr/bin/absent", "")),
        ]);
        let base = Base::open_root(root).unwrap();
        let hidden = of(&tree, &Store::default(), &base).unwrap();
        let mut found = Vec::new();
        findings(&hidden, &["jq", "other"], &mut found);
        found.sort();
        expect![[r#"
            Error mask ["other"]: `other` hides `/usr/sbin` of `libx` of the base, a link there, by a directory: all that is reached by it would be gone
            Error mask ["other"]: `other` hides all that is in `/usr/share/doc/x` of the base, which is a directory there
            Warning overshadow ["jq"]: `jq` hides `/usr/bin/jq` of `jq` of the base by other content
              help: build from the release of the base, or leave the package out
            Warning overshadow ["jq"]: `jq` hides `/usr/bin/mine` and `/usr/lib/l` of the base by other content
              help: build from the release of the base, or leave the package out
            Warning overshadow ["other"]: `other` hides `/usr/share/docs` of the base, a link there, by a directory
        "#]].assert_eq(&finding::tests::text(&found));
    }
}
