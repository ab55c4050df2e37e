//! Units of systemd that a package brings.

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::{Problems, literal};
use crate::nearest::nearest;
use crate::span::{Span, Spanned};
use crate::spec::decode::{Field, Fields, Invalid, Parse};
use crate::spec::path::{ArtifactPath, FileName};

/// Units of systemd that a package brings, by the paths of their files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Systemd {
    /// Whole units.
    pub units: BTreeMap<ArtifactPath, Unit>,
    /// Changes of units.
    pub dropins: BTreeMap<ArtifactPath, DropIn>,
}

/// A unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Where it is named.
    pub span: Span,
    /// What it is called.
    pub name: UnitName,
    /// Whether it is started with the system.
    pub enable: bool,
    /// Whether it is started when the package is installed.
    pub start: bool,
}

/// A change of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropIn {
    /// Where it is named.
    pub span: Span,
    /// The name of the file.
    pub name: FileName,
    /// The unit that is changed.
    pub unit: Spanned<UnitName>,
}

/// The name of a unit, with what it is after the last point (`systemd.unit(5)`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnitName(String);

impl UnitName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Parse for UnitName {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let rule = "the name of a unit is made of `A-Z`, `a-z`, `0-9`, `:`, `-`, `_`, `.`, `\\` and one `@`";
        let legal = |c: char| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c);
        if let Some((at, wrong)) = text.char_indices().find(|&(_, c)| !legal(c)) {
            return Err(Invalid::new(rule).at(at..at + wrong.len_utf8()));
        }
        let (stem, suffix) = text.rsplit_once('.').unwrap_or((text, ""));
        if !SUFFIXES.contains(&suffix) {
            let error = Invalid::new(format!(
                "the name of a unit ends with what it is, and {} does not",
                literal(text)
            ));
            return Err(match nearest(suffix, SUFFIXES.iter().copied()) {
                Some(near) => error.help(format!("did you mean `{stem}.{near}`?")),
                None => error.help(format!("such as `{text}.service`")),
            });
        }
        if stem.is_empty() || stem.starts_with('@') || text.matches('@').count() > 1 || text.len() > MAX_NAME
        {
            return Err(Invalid::new(rule));
        }
        Ok(Self(String::from(text)))
    }
}

/// The field `systemd`.
pub(super) fn systemd(field: Field<'_, '_>, problems: &mut Problems) -> Option<Systemd> {
    let mut fields = Fields::read(field.value, "`systemd`", problems)?;
    let mut systemd = Systemd::default();
    for entry in fields.entries("units", problems) {
        let path = entry.parse_key::<ArtifactPath>(problems);
        let unit = unit(entry, path.as_ref(), problems);
        systemd.units.extend(path.map(|path| path.value).zip(unit));
    }
    for entry in fields.entries("dropins", problems) {
        let path = entry.parse_key::<ArtifactPath>(problems);
        let dropin = dropin(entry, path.as_ref(), problems);
        systemd.dropins.extend(path.map(|path| path.value).zip(dropin));
    }
    fields.finish(problems);
    Some(systemd)
}

fn unit(entry: Field<'_, '_>, path: Option<&Spanned<ArtifactPath>>, problems: &mut Problems) -> Option<Unit> {
    let mut fields = Fields::read(entry.value, &literal(entry.key), problems)?;
    let name = fields.text("name", problems);
    let enable = fields.flag("enable", problems);
    let start = fields.flag("start", problems);
    fields.finish(problems);
    let name = match name {
        Some(name) => name.parse::<UnitName>(problems)?.value,
        None => match UnitName::parse(path?.value.base()) {
            Ok(name) => name,
            Err(invalid) => {
                let error = Invalid { range: None, ..invalid }.diagnostic(entry.place);
                problems.push(error.help("name the unit with `name`"));
                return None;
            }
        },
    };
    Some(Unit { span: entry.place.span, name, enable, start })
}

fn dropin(
    entry: Field<'_, '_>,
    path: Option<&Spanned<ArtifactPath>>,
    problems: &mut Problems,
) -> Option<DropIn> {
    let mut fields = Fields::read(entry.value, &literal(entry.key), problems)?;
    let name = fields.parse::<FileName>("name", problems).map(|name| name.value);
    let unit = fields.require("unit", entry.place, problems);
    let unit = unit.and_then(|field| field.value.text("`unit`", problems));
    let unit = unit.and_then(|text| text.parse::<UnitName>(problems));
    fields.finish(problems);
    let name = name.or_else(|| FileName::parse(path?.value.base()).ok())?;
    if name.as_str().rsplit_once('.').is_none_or(|(_, extension)| extension != "conf") {
        let error = entry
            .place
            .error(format!("systemd reads changes of units from files in `.conf`, and `{name}` is none"));
        problems.push(error.help(format!("write `name: {name}.conf`")));
    }
    Some(DropIn { span: entry.place.span, name, unit: unit? })
}

/// What a unit can be, sorted (`systemd.unit(5)`).
const SUFFIXES: &[&str] = &[
    "automount",
    "device",
    "mount",
    "path",
    "scope",
    "service",
    "slice",
    "socket",
    "swap",
    "target",
    "timer",
];
/// Most bytes of a unit's name (`UNIT_NAME_MAX` in `src/basic/unit-name.h`, with the zero at its end).
const MAX_NAME: usize = 255;
