//! Hard links of a package: each becomes one more name of the file it points at.

use std::collections::BTreeMap;

use crate::worker::archive::Refusal;
use crate::worker::entry::{Entry, Node};
use crate::worker::path::TreePath;

/// Adds an entry for each pair of a new name and the path of what it names, in the archive's order.
pub(super) fn resolve(entries: &mut Vec<Entry>, links: Vec<(TreePath, TreePath)>) -> Result<(), Refusal> {
    if links.is_empty() {
        return Ok(());
    }
    let mut places: BTreeMap<TreePath, usize> = BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        places.insert(entry.path.clone(), place);
    }
    for (path, target) in links {
        let named = places.get(&target).and_then(|place| entries.get(*place));
        let Some(named) = named.filter(|named| matches!(named.node, Node::File { .. } | Node::Symlink(_)))
        else {
            return Err(Refusal::Content(format!(
                "has an entry `{path}` that is a hard link to `{target}`, which is no file before it"
            )));
        };
        let entry = Entry { path: path.clone(), ..named.clone() };
        places.insert(path, entries.len());
        entries.push(entry);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::entry::tests::{directory, file};
    use crate::worker::path::tests::path;

    #[test]
    fn a_link_to_a_link_names_the_same_file() {
        let mut entries = vec![file("usr/bin/perl", "x")];
        let links = vec![(path("usr/bin/a"), path("usr/bin/perl")), (path("usr/bin/b"), path("usr/bin/a"))];
        resolve(&mut entries, links).unwrap();
        assert_eq!(entries.len(), 3);
        assert!(entries.iter().all(|entry| entry.node == entries[0].node));
    }

    #[test]
    fn a_link_to_nothing_is_refused() {
        for target in ["usr/bin/none", "usr"] {
            let mut entries = vec![directory("usr")];
            let Err(Refusal::Content(why)) = resolve(&mut entries, vec![(path("usr/a"), path(target))])
            else {
                panic!("it was taken")
            };
            let expected = format!(
                "has an entry `/usr/a` that is a hard link to `/{target}`, which is no file before it"
            );
            assert_eq!(why, expected);
        }
    }
}
