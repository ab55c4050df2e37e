//! Alternatives (update-alternatives(1)): names for which several packages have a program, one of which a link chooses.

use std::collections::BTreeMap;

use crate::job::{Finding, Rule};
use crate::worker::entry::{Node, Xattrs};
use crate::worker::finding::{list, warning};
use crate::worker::path::TreePath;
use crate::worker::rule::link::{Places, relative};
use crate::worker::tree::{Placed, Tree};

/// One choice for a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alternative {
    /// The name and what is chosen for it.
    pub(super) master: Link,
    /// The highest of all choices is taken.
    pub(super) priority: i64,
    /// Links that go with it, such as those of manuals.
    pub(super) followers: Vec<Link>,
}

/// A link that an alternative makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Where it is.
    pub(super) at: TreePath,
    /// What the choice is called.
    pub(super) name: String,
    /// What it leads to.
    pub(super) target: TreePath,
}

/// Makes the links of the alternatives that packages register, each with the number of the package, straight to what
/// is chosen: `/etc/alternatives` is the host's. Returns the names of those that cannot be made.
pub(super) fn apply(
    tree: &mut Tree,
    places: &Places,
    registered: &[(usize, Alternative)],
    names: &[&str],
    findings: &mut Vec<Finding>,
) -> Vec<(usize, String)> {
    let mut best: BTreeMap<&str, (usize, &Alternative)> = BTreeMap::new();
    for (package, alternative) in registered {
        let place = best.entry(&alternative.master.name).or_insert((*package, alternative));
        if alternative.priority > place.1.priority {
            *place = (*package, alternative);
        }
    }
    let mut made: BTreeMap<usize, Vec<TreePath>> = BTreeMap::new();
    let mut missed = Vec::new();
    for (name, (package, alternative)) in best {
        match make(tree, places, package, &alternative.master) {
            Some(link) => {
                made.entry(package).or_default().push(link);
                for follower in &alternative.followers {
                    make(tree, places, package, follower);
                }
            }
            None => missed.push((package, name.to_owned())),
        }
    }
    for (package, mut links) in made {
        links.sort();
        let package = names.get(package).copied().unwrap_or_default();
        let message = format!(
            "{} now means that of `{package}`: while the extension is merged, it hides what the host has chosen",
            list(&links)
        );
        findings.push(warning(Rule::Alternative, &[package], message).about(links));
    }
    missed
}

/// Makes a link to a file of the image where the image has nothing else, and says where.
fn make(tree: &mut Tree, places: &Places, package: usize, link: &Link) -> Option<TreePath> {
    let place = |path: &TreePath| places.moved(path).unwrap_or_else(|| path.clone());
    let (at, target) = (place(&link.at), place(&link.target));
    if !matches!(at.top(), b"opt" | b"usr") || !tree.contains_key(&target) {
        return None;
    }
    let choice = format!("/etc/alternatives/{}", link.name);
    match tree.get(&at).map(|placed| &placed.node) {
        None => {}
        Some(Node::Symlink(text)) if **text == *choice.as_bytes() => {}
        Some(_) => return None,
    }
    let parts: Vec<&[u8]> = target.parts().collect();
    let node = Node::Symlink(relative(&at, &parts).into());
    tree.insert(at.clone(), Placed { package: Some(package), mode: 0o777, xattrs: Xattrs::new(), node });
    Some(at)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::entry::tests::{file, link};
    use crate::worker::path::tests::path;
    use crate::worker::rule::link::tests::places;
    use crate::worker::{finding, tree};

    fn to(link: &str, name: &str, target: &str) -> Link {
        Link { at: path(link), name: name.into(), target: path(target) }
    }

    #[test]
    fn the_highest_priority_is_linked_where_nothing_is_in_the_way() {
        let of = |priority, master, followers| Alternative { master, priority, followers };
        let mawk = of(5, to("usr/bin/awk", "awk", "usr/bin/mawk"), vec![]);
        let gawk = of(
            10,
            to("usr/bin/awk", "awk", "bin/gawk"),
            vec![
                to("usr/share/man/man1/awk.1.gz", "awk.1.gz", "usr/share/man/man1/gawk.1.gz"),
                to("usr/bin/nawk", "nawk", "usr/bin/gawk"),
            ],
        );
        let netcat = of(50, to("bin/nc", "nc", "bin/nc.openbsd"), vec![]);
        let taken = of(1, to("usr/bin/vi", "vi", "usr/bin/gawk"), vec![]);
        let absent = of(1, to("usr/bin/pager", "pager", "usr/bin/less"), vec![]);
        let outside = of(1, to("etc/x", "x", "usr/bin/gawk"), vec![]);
        let mut tree = tree::tests::tree([
            (0, file("usr/bin/mawk", "")),
            (1, file("usr/bin/gawk", "")),
            (1, link("usr/bin/nawk", "/etc/alternatives/nawk")),
            (1, file("usr/bin/vi", "")),
            (2, file("usr/bin/nc.openbsd", "")),
        ]);
        let mut findings = Vec::new();
        let registered = [(0, mawk), (1, gawk), (2, netcat), (1, taken), (1, absent), (1, outside)];
        let missed = apply(&mut tree, &places(&[]), &registered, &["mawk", "gawk", "nc"], &mut findings);
        let missed: Vec<_> = missed.iter().map(|(package, name)| (*package, name.as_str())).collect();
        assert_eq!(missed, [(1, "pager"), (1, "vi"), (1, "x")]);
        expect![[r#"
            l 0777 /usr/bin/awk -> gawk
            f 0644 /usr/bin/gawk ""
            f 0644 /usr/bin/mawk ""
            l 0777 /usr/bin/nawk -> gawk
            l 0777 /usr/bin/nc -> nc.openbsd
            f 0644 /usr/bin/nc.openbsd ""
            f 0644 /usr/bin/vi ""
            Warning alternative ["gawk"]: `/usr/bin/awk` now means that of `gawk`: while the extension is merged, it hides what the host has chosen
            Warning alternative ["nc"]: `/usr/bin/nc` now means that of `nc`: while the extension is merged, it hides what the host has chosen
        "#]]
        .assert_eq(&(tree::tests::text(&tree) + &finding::tests::text(&findings)));
    }
}
