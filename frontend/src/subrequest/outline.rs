//! What a target can be told: `docker build --call=outline`.

use serde::Serialize;

use crate::diagnostic::SourceFile;
use crate::span::Span;
use crate::subrequest::location::{Location, base64};
use crate::subrequest::table::table;
use crate::subrequest::{Metadata, answer};

/// The parameters of one target.
#[derive(Clone, Debug)]
pub struct Outline<'d> {
    /// Name of the target; empty where none was asked for.
    pub name: String,
    /// What it gives, in a few words.
    pub description: String,
    /// The build args, in the order in which they are shown.
    pub args: Vec<Arg>,
    /// The spec.
    pub file: &'d SourceFile,
}

/// A build arg of a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arg {
    /// Name before `=` in `--build-arg`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Value in this build, the default included; empty where it has none.
    pub value: String,
    /// The place in the spec that declares it.
    pub span: Option<Span>,
}

impl Outline<'_> {
    /// The answer to [`Subrequest::Outline`](crate::subrequest::Subrequest::Outline).
    pub fn answer(&self) -> Metadata {
        let arg = |arg: &Arg| ArgJson {
            name: arg.name.clone(),
            description: arg.description.clone(),
            value: arg.value.clone(),
            location: arg.span.map(|span| Location::of(self.file, span)),
        };
        let json = OutlineJson {
            name: self.name.clone(),
            description: self.description.clone(),
            args: self.args.iter().map(arg).collect(),
            sources: [base64(self.file)],
        };
        let rows = self.args.iter().map(|arg| [arg.name.clone(), arg.value.clone(), arg.description.clone()]);
        let args = table(["BUILD ARG", "VALUE", "DESCRIPTION"], rows);
        answer(&json, format!("{}{}", self.head(), if self.args.is_empty() { "" } else { &args }))
    }

    fn head(&self) -> String {
        let line = |label: &str, text: &str| match text {
            "" => String::new(),
            text => format!("{label:13}{text}\n"),
        };
        match line("TARGET:", &self.name) + &line("DESCRIPTION:", &self.description) {
            head if head.is_empty() || self.args.is_empty() => head,
            head => head + "\n",
        }
    }
}

/// Go's `outline.Outline`, of which a spec has no secrets, ssh agents and caches to tell.
#[derive(Serialize)]
struct OutlineJson {
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    args: Vec<ArgJson>,
    sources: [String; 1],
}

/// Go's `outline.Arg`.
#[derive(Serialize)]
struct ArgJson {
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::subrequest::tests::check;

    #[test]
    fn args_are_listed_with_their_values_and_places() {
        let arg = |name: &str, value: &str, span| Arg {
            name: name.to_owned(),
            description: String::new(),
            value: value.to_owned(),
            span,
        };
        let (file, _) = SourceFile::from_bytes("spec.yml", b"args:\n  VERSION: 1.2\n");
        let outline = Outline {
            name: "trixie/testing/sysext".to_owned(),
            description: "System extension image for Debian 13".to_owned(),
            args: vec![arg("VERSION", "1.2", Some(Span::new(8, 20))), arg("SOURCE_DATE_EPOCH", "", None)],
            file: &file,
        };
        check(
            &outline.answer(),
            &expect![[r#"
                -- result.json
                {"name":"trixie/testing/sysext","description":"System extension image for Debian 13","args":[
                {"name":"VERSION","value":"1.2","location":{"ranges":[
                {"start":{"line":2,"character":2},"end":{"line":2,"character":14}}]}},
                {"name":"SOURCE_DATE_EPOCH"}],"sources":["YXJnczoKICBWRVJTSU9OOiAxLjIK"]}
                -- result.txt
                TARGET:      trixie/testing/sysext
                DESCRIPTION: System extension image for Debian 13

                BUILD ARG           VALUE   DESCRIPTION
                VERSION             1.2
                SOURCE_DATE_EPOCH
                -- version
                1.0.0
            "#]],
        );
    }

    #[test]
    fn a_target_without_args_has_an_outline_too() {
        let (file, _) = SourceFile::from_bytes("spec.yml", b"");
        let outline =
            Outline { name: String::new(), description: String::new(), args: Vec::new(), file: &file };
        check(
            &outline.answer(),
            &expect![[r#"
                -- result.json
                {"sources":[""]}
                -- result.txt

                -- version
                1.0.0
            "#]],
        );
    }
}
