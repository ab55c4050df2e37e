//! Directories that a package makes.

use std::collections::BTreeMap;

use crate::diagnostic::{Problems, literal};
use crate::spec::decode::{Field, Fields};
use crate::spec::number::Mode;
use crate::spec::path::SubPath;
use crate::spec::reference::Owner;

/// Directories that a package makes, by their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directories {
    /// Those below the directory of configuration, `/etc`.
    pub config: BTreeMap<SubPath, Directory>,
    /// Those below the directory of state, `/var/lib`.
    pub state: BTreeMap<SubPath, Directory>,
}

/// What a directory is like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Its mode; none: that of any directory.
    pub mode: Option<Mode>,
    /// The user that it belongs to; none: root.
    pub user: Option<Owner>,
    /// The group that it belongs to; none: root.
    pub group: Option<Owner>,
}

/// The field `createDirectories`.
pub(super) fn directories(field: Field<'_, '_>, problems: &mut Problems) -> Option<Directories> {
    let mut fields = Fields::read(field.value, "`createDirectories`", problems)?;
    let config = below(&mut fields, "config", problems);
    let state = below(&mut fields, "state", problems);
    fields.finish(problems);
    Some(Directories { config, state })
}

fn below(
    fields: &mut Fields<'_, '_>,
    name: &'static str,
    problems: &mut Problems,
) -> BTreeMap<SubPath, Directory> {
    let mut directories = BTreeMap::new();
    for entry in fields.entries(name, problems) {
        let path = entry.parse_key::<SubPath>(problems);
        let Some(mut fields) = Fields::read(entry.value, &literal(entry.key), problems) else { continue };
        let mode = fields.mode("mode", problems).map(|mode| mode.value);
        let user = fields.parse("user", problems).map(|owner| owner.value);
        let group = fields.parse("group", problems).map(|owner| owner.value);
        fields.finish(problems);
        match path {
            Some(path) if path.value.is_root() => {
                let error = entry.place.error(format!("a directory of `{name}` must have a name"));
                problems.push(error.help("write its path below the directory that all packages share"));
            }
            path => directories.extend(path.map(|path| (path.value, Directory { mode, user, group }))),
        }
    }
    directories
}
