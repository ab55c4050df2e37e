//! Which caches a build may use.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::request::option::{Expected, Options};

/// What `--no-cache` and `--no-cache-filter` ask to do again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NoCache {
    /// Everything.
    All,
    /// The stages of these names, in lower case.
    Names(BTreeSet<String>),
    /// Nothing.
    #[default]
    Nothing,
}

impl NoCache {
    /// Whether the stage `name`, in any case, is to be done again.
    pub fn covers(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Names(names) => names.contains(&name.to_lowercase()),
            Self::Nothing => false,
        }
    }

    /// Unlike elsewhere, an empty value is not an unset one here: it means everything.
    pub(super) fn read(options: &mut Options) -> Self {
        match options.take("no-cache") {
            None => Self::Nothing,
            Some(all) if all.is_empty() => Self::All,
            Some(names) => Self::Names(names.split(',').map(|name| name.trim().to_lowercase()).collect()),
        }
    }
}

/// A cache of earlier builds that the engine is to look into: `--cache-from`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CacheImport {
    /// Kind of the cache: `registry`, `local`, `gha`, `s3`, `azblob`.
    #[serde(rename = "Type", alias = "type", default)]
    pub kind: String,
    /// Where it is, in the words of its kind.
    #[serde(rename = "Attrs", alias = "attrs", default)]
    pub attributes: BTreeMap<String, String>,
}

impl CacheImport {
    /// Option `cache-imports`, then the older `cache-from`.
    pub(super) fn read(options: &mut Options) -> Vec<Self> {
        let mut imports = options.parse("cache-imports", from_json).unwrap_or_default();
        let older = options.filled("cache-from").unwrap_or_default();
        for image in older.split(',').filter(|image| !image.is_empty()) {
            let attributes = BTreeMap::from([("ref".to_owned(), image.to_owned())]);
            let import = Self { kind: "registry".to_owned(), attributes };
            if !imports.contains(&import) {
                imports.push(import);
            }
        }
        imports
    }
}

fn from_json(text: &str) -> Result<Vec<CacheImport>, Expected> {
    serde_json::from_str(text).map_err(|_| Expected::phrase("a JSON list of objects with `Type` and `Attrs`"))
}
