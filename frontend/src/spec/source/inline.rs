//! Sources that are written in the spec itself.

use std::collections::BTreeMap;

use crate::diagnostic::{Problems, literal};
use crate::spec::decode::{Field, Fields};
use crate::spec::field::Kind;
use crate::spec::number::Mode;
use crate::spec::path::FileName;

/// Files in the spec itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// A directory of files.
    Dir(InlineDir),
    /// One file.
    File(InlineFile),
}

/// A directory whose files are in the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlineDir {
    /// Its files.
    pub files: BTreeMap<FileName, InlineFile>,
    /// Its mode.
    pub permissions: Mode,
    /// Number of the user that it belongs to.
    pub uid: u32,
    /// Number of the group that it belongs to.
    pub gid: u32,
}

/// A file whose content is in the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlineFile {
    /// Its content.
    pub contents: String,
    /// Its mode.
    pub permissions: Mode,
    /// Number of the user that it belongs to.
    pub uid: u32,
    /// Number of the group that it belongs to.
    pub gid: u32,
}

pub(super) fn inline(field: Field<'_, '_>, problems: &mut Problems) -> Option<Inline> {
    let mut fields = Fields::read(field.value, "`inline`", problems)?;
    let kind = fields.kind(KINDS, "`inline`", problems);
    let all_known = fields.finish(problems);
    match kind {
        Kind::Of("dir", field) => dir(field, problems).map(Inline::Dir),
        Kind::Of(_, inner) => file(inner, "`file`", problems).map(Inline::File),
        Kind::None if all_known => {
            let error = field.place.error("`inline` has neither `file` nor `dir`");
            problems.push(error.help("write `file: {contents: …}` or `dir: {files: {NAME: {contents: …}}}`"));
            None
        }
        Kind::None | Kind::Wrong => None,
    }
}

fn dir(field: Field<'_, '_>, problems: &mut Problems) -> Option<InlineDir> {
    let mut fields = Fields::read(field.value, "`dir`", problems)?;
    let mut files = BTreeMap::new();
    for entry in fields.entries("files", problems) {
        let name = entry.parse_key::<FileName>(problems);
        let file = file(entry, &literal(entry.key), problems);
        files.extend(name.map(|name| name.value).zip(file));
    }
    let (permissions, uid, gid) = owner(&mut fields, DIR_MODE, problems);
    fields.finish(problems);
    Some(InlineDir { files, permissions, uid, gid })
}

/// A file; nothing means one without content.
fn file(field: Field<'_, '_>, what: &str, problems: &mut Problems) -> Option<InlineFile> {
    let mut fields = Fields::read(field.value, what, problems)?;
    let contents = fields.take("contents").and_then(|field| field.value.content("`contents`", problems));
    let (permissions, uid, gid) = owner(&mut fields, FILE_MODE, problems);
    fields.finish(problems);
    let contents = contents.map_or_else(String::new, |text| String::from(text.as_str()));
    Some(InlineFile { contents, permissions, uid, gid })
}

fn owner(fields: &mut Fields<'_, '_>, default: Mode, problems: &mut Problems) -> (Mode, u32, u32) {
    let permissions = fields.mode("permissions", problems).map_or(default, |mode| mode.value);
    let uid = fields.number("uid", problems).map_or(0, |uid| uid.value);
    let gid = fields.number("gid", problems).map_or(0, |gid| gid.value);
    (permissions, uid, gid)
}

/// The kinds of content, with what to write for each.
const KINDS: &[(&str, &str)] = &[("dir", "{files: …}"), ("file", "{contents: …}")];
/// The mode of a directory that does not say.
const DIR_MODE: Mode = Mode::new(0o755);
/// The mode of a file that does not say.
const FILE_MODE: Mode = Mode::new(0o644);
