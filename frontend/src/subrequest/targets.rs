//! What can be built: `docker build --call=targets`.

use serde::Serialize;

use crate::diagnostic::SourceFile;
use crate::span::Span;
use crate::subrequest::location::{Location, base64};
use crate::subrequest::table::table;
use crate::subrequest::{Metadata, answer};

/// The targets of a spec.
#[derive(Clone, Debug)]
pub struct TargetList<'d> {
    /// The targets, in the order in which they are shown.
    pub targets: Vec<Target>,
    /// The spec, where there is one.
    pub file: Option<&'d SourceFile>,
}

/// Something that can be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What follows `--target`.
    pub name: String,
    /// What it gives, in a few words.
    pub description: String,
    /// Whether it is built when no target is given.
    pub default: bool,
    /// The place in the spec that asks for it.
    pub span: Option<Span>,
}

impl TargetList<'_> {
    /// The answer to [`Subrequest::Targets`](crate::subrequest::Subrequest::Targets).
    pub fn answer(&self) -> Metadata {
        let location = |span: Option<Span>| Some(Location::of(self.file?, span?));
        let target = |target: &Target| TargetJson {
            name: target.name.clone(),
            default: target.default,
            description: target.description.clone(),
            spec_defined: target.span.is_some(),
            location: location(target.span),
        };
        let json = ListJson {
            targets: self.targets.iter().map(target).collect(),
            sources: self.file.into_iter().map(base64).collect(),
        };
        let rows = self.targets.iter().map(|target| {
            let marks = match (target.default, target.span.is_some()) {
                (true, true) => " (default, in the spec)",
                (true, false) => " (default)",
                (false, true) => " (in the spec)",
                (false, false) => "",
            };
            [format!("{}{marks}", target.name), target.description.clone()]
        });
        answer(&json, table(["TARGET", "DESCRIPTION"], rows))
    }
}

/// Go's `targets.List`.
#[derive(Serialize)]
struct ListJson {
    targets: Vec<TargetJson>,
    sources: Vec<String>,
}

/// Go's `targets.Target`.
#[derive(Serialize)]
struct TargetJson {
    name: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    default: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    /// A field of Dalec's own: whether the spec speaks of the target.
    #[serde(rename = "specDefined", skip_serializing_if = "std::ops::Not::not")]
    spec_defined: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::subrequest::tests::check;

    #[test]
    fn targets_are_listed_with_their_places() {
        let target = |name: &str, default, span| Target {
            name: name.to_owned(),
            description: "System extension image for Debian 13".to_owned(),
            default,
            span,
        };
        let (file, _) = SourceFile::from_bytes("spec.yml", b"name: x\ntargets:\n  trixie:\n");
        let list = TargetList {
            targets: vec![
                target("noble/testing/sysext", false, None),
                target("trixie/testing/sysext", true, Some(Span::new(19, 27))),
            ],
            file: Some(&file),
        };
        check(
            &list.answer(),
            &expect![[r#"
                -- result.json
                {"targets":[
                {"name":"noble/testing/sysext","description":"System extension image for Debian 13"},
                {"name":"trixie/testing/sysext","default":true,"description":"System extension image for Debian 13","specDefined":true,"location":{"ranges":[
                {"start":{"line":3,"character":2},"end":{"line":3,"character":9}}]}}],"sources":["bmFtZTogeAp0YXJnZXRzOgogIHRyaXhpZToK"]}
                -- result.txt
                TARGET                                         DESCRIPTION
                noble/testing/sysext                           System extension image for Debian 13
                trixie/testing/sysext (default, in the spec)   System extension image for Debian 13
                -- version
                1.0.0
            "#]],
        );
    }

    #[test]
    fn no_targets_are_an_empty_list() {
        check(
            &TargetList { targets: Vec::new(), file: None }.answer(),
            &expect![[r#"
                -- result.json
                {"targets":[],"sources":[]}
                -- result.txt
                TARGET   DESCRIPTION
                -- version
                1.0.0
            "#]],
        );
    }
}
