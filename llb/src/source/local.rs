//! Directories of the client.

use std::fmt::Write;

use super::Source;
use crate::{Cap, State};

/// A directory that the client offers by name.
///
/// Nothing is added that changes from build to build: give the session, or for tools that have none
/// something unique of your own.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Local {
    /// The client's name of the directory: `context`.
    pub name: String,
    /// The client's session.
    pub session: Option<String>,
    /// What sets the vertex apart where there is no session.
    pub unique: Option<String>,
    /// Send only what matches one of these patterns. None is everything.
    pub include_patterns: Vec<String>,
    /// Do not send what matches one of these patterns.
    pub exclude_patterns: Vec<String>,
    /// Send only these paths and what links on the way point to.
    pub follow_paths: Vec<String>,
    /// Directories with equal hints are sent as differences to each other. Use one hint for one set of patterns.
    pub shared_key_hint: Option<String>,
    /// How changed files are found (since 0.9; engines before ignore it).
    pub differ: Option<Differ>,
    /// Send names, sizes and modes, but content only of some files (since 0.21).
    pub metadata_transfer: Option<MetadataTransfer>,
}

/// How changed files of a local directory are found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Differ {
    /// By size, time, mode and owner.
    Metadata,
    /// Not at all: all files are sent again.
    None,
}

/// Which files of a local directory are sent with their content after all.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MetadataTransfer {
    /// Patterns of these files.
    pub except: Vec<String>,
}

impl Local {
    /// The directory `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The directory as a file system.
    pub fn state(self) -> State {
        let Self {
            name,
            session,
            unique,
            include_patterns,
            exclude_patterns,
            follow_paths,
            shared_key_hint,
            differ,
            metadata_transfer,
        } = self;
        let mut source = Source::new(format!("local://{name}"), Cap::SourceLocal);
        source.set_needing(Cap::SourceLocalSessionId, "local.session", session.unwrap_or_default());
        source.set_needing(Cap::SourceLocalUnique, "local.unique", unique.unwrap_or_default());
        for (cap, key, patterns) in [
            (Cap::SourceLocalIncludePatterns, "local.includepattern", include_patterns),
            (Cap::SourceLocalExcludePatterns, "local.excludepatterns", exclude_patterns),
            (Cap::SourceLocalFollowPaths, "local.followpaths", follow_paths),
        ] {
            source.set_needing(cap, key, json(&patterns));
        }
        let hint = shared_key_hint.unwrap_or_default();
        source.set_needing(Cap::SourceLocalSharedKeyHint, "local.sharedkeyhint", hint);
        match differ {
            None => {}
            Some(Differ::Metadata) => source.set("local.differ", "metadata"),
            Some(Differ::None) => source.set("local.differ", "none"),
        }
        if let Some(MetadataTransfer { except }) = metadata_transfer {
            source.flag(Cap::SourceLocalMetadataTransfer, "local.metadatatransfer", true);
            source.set("local.metadatatransferexclude", json(&except));
        }
        source.state(None)
    }
}

/// A JSON array of strings, or nothing for an empty list.
fn json(list: &[String]) -> String {
    let mut text = String::new();
    for item in list {
        text.push(if text.is_empty() { '[' } else { ',' });
        text.push('"');
        for character in item.chars() {
            match character {
                '"' => text.push_str("\\\""),
                '\\' => text.push_str("\\\\"),
                control if control < ' ' => {
                    write!(text, "\\u{:04x}", u32::from(control)).expect("a string grows as needed");
                }
                other => text.push(other),
            }
        }
        text.push('"');
    }
    if !text.is_empty() {
        text.push(']');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_a_json_array() {
        let list = ["a b", "say \"x\"", "c:\\d", "tab\t", "日本"].map(str::to_owned);
        assert_eq!(json(&list), r#"["a b","say \"x\"","c:\\d","tab\u0009","日本"]"#);
        assert_eq!(json(&[]), "");
    }
}
