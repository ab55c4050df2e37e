//! Directories that are kept from build to build.

use crate::diagnostic::{Problems, literal};
use crate::nearest::nearest;
use crate::span::{Span, Spanned};
use crate::spec::decode::{Field, Fields, Invalid, Parse};
use crate::spec::field::{self, Kind};
use crate::spec::path::AbsolutePath;

/// A directory that is kept from build to build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cache {
    /// What Bazel keeps.
    Bazel {
        /// A part of its key, so that others do not share it.
        scope: String,
    },
    /// Any directory.
    Dir(CacheDir),
    /// What the compiler of Go keeps.
    GoBuild {
        /// A part of its key, so that others do not share it.
        scope: String,
        /// Whether there is none, not even where one would be of use.
        disabled: bool,
    },
    /// What `sccache` keeps for the compiler of Rust.
    RustSccache {
        /// A part of its key, so that others do not share it.
        scope: String,
    },
}

/// A directory of the author's own that is kept from build to build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheDir {
    /// Where it is.
    pub dest: Spanned<AbsolutePath>,
    /// What it is called; those of one name are one.
    pub key: String,
    /// Whether others can use it at the same time.
    pub sharing: CacheSharing,
    /// Whether its name is as written: else target and platform are put before it.
    pub no_auto_namespace: bool,
}

/// Whether several builds can use a cache at the same time: `CacheSharingOpt` of `BuildKit`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CacheSharing {
    /// One waits for the other.
    Locked,
    /// Each gets its own.
    Private,
    /// All use it.
    #[default]
    Shared,
}

impl CacheSharing {
    /// The word for it in a spec.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::Private => "private",
            Self::Shared => "shared",
        }
    }
}

impl Parse for CacheSharing {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let all = [Self::Locked, Self::Private, Self::Shared];
        if let Some(sharing) = all.into_iter().find(|sharing| sharing.word() == text) {
            return Ok(sharing);
        }
        let error = Invalid::new(format!("unknown way of sharing {}", literal(text)));
        Err(match nearest(text, all.map(Self::word)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("use `shared`, `private` or `locked`"),
        })
    }
}

impl Cache {
    /// The key that says so in a spec.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Bazel { .. } => "bazel",
            Self::Dir(_) => "dir",
            Self::GoBuild { .. } => "gobuild",
            Self::RustSccache { .. } => "rustsccache",
        }
    }
}

/// The field `caches`.
pub(super) fn caches(field: Field<'_, '_>, problems: &mut Problems) -> Vec<Cache> {
    let mut caches = Vec::new();
    let mut gobuild: Option<Span> = None;
    for item in field::list(field, problems).unwrap_or_default() {
        let Some(mut fields) = Fields::read(item, "a cache", problems) else { continue };
        let kind = fields.kind(KINDS, "a cache", problems);
        let all_known = fields.finish(problems);
        match kind {
            Kind::Of(name, field) => {
                if name == "gobuild"
                    && let Some(first) = gobuild.replace(field.place.span)
                {
                    let error = field.place.error("there can be one `gobuild` cache");
                    problems.push(error.label(first, "first here"));
                }
                caches.extend(cache(name, field, problems));
            }
            Kind::None if all_known => {
                let kinds: Vec<_> = KINDS.iter().map(|(name, _)| format!("`{name}`")).collect();
                let error = item.place().error("a cache does not say what it is for");
                problems.push(error.help(format!("give it one of {}", kinds.join(", "))));
            }
            Kind::None | Kind::Wrong => {}
        }
    }
    caches
}

fn cache(name: &'static str, field: Field<'_, '_>, problems: &mut Problems) -> Option<Cache> {
    let mut fields = Fields::read(field.value, &literal(name), problems)?;
    if name == "dir" {
        return dir(field, fields, problems).map(Cache::Dir);
    }
    let scope = fields.parse::<String>("scope", problems).map_or_else(String::new, |scope| scope.value);
    let disabled = name == "gobuild" && fields.flag("disabled", problems);
    fields.finish(problems);
    Some(match name {
        "bazel" => Cache::Bazel { scope },
        "gobuild" => Cache::GoBuild { scope, disabled },
        _ => Cache::RustSccache { scope },
    })
}

fn dir(field: Field<'_, '_>, mut fields: Fields<'_, '_>, problems: &mut Problems) -> Option<CacheDir> {
    let dest = fields.require("dest", field.place, problems);
    let dest = dest.and_then(|field| field.value.text("`dest`", problems));
    let dest = dest.and_then(|text| text.parse::<AbsolutePath>(problems));
    let key = fields.parse::<String>("key", problems);
    let sharing =
        fields.parse("sharing", problems).map_or_else(CacheSharing::default, |sharing| sharing.value);
    let no_auto_namespace = fields.flag("no_auto_namespace", problems);
    fields.finish(problems);
    let dest = dest?;
    if dest.value.is_root() {
        problems.push(
            field.place.error("a cache at `/` would hide everything").help("choose a directory below it"),
        );
    }
    let key = key.map_or_else(|| dest.value.to_string(), |key| key.value);
    Some(CacheDir { dest, key, sharing, no_auto_namespace })
}

/// The kinds of caches, with what to write for each.
const KINDS: &[(&str, &str)] =
    &[("bazel", "{}"), ("dir", "{dest: /…}"), ("gobuild", "{}"), ("rustsccache", "{}")];
