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
    /// Contexts that the client can give, in that order.
    pub contexts: Vec<Given>,
    /// Ids of secrets.
    pub secrets: Vec<Given>,
    /// Ids of ssh agents.
    pub agents: Vec<Given>,
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

/// Something beside build args that a client can give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its name in the option of the command.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether nothing is built without it.
    pub required: bool,
    /// The place in the spec that names it.
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
            contexts: self.given(&self.contexts),
            secrets: self.given(&self.secrets),
            ssh: self.given(&self.agents),
            sources: [base64(self.file)],
        };
        let rows = self.args.iter().map(|arg| [arg.name.clone(), arg.value.clone(), arg.description.clone()]);
        let args = table(["BUILD ARG", "VALUE", "DESCRIPTION"], rows);
        let given = |head: &str, given: &[Given]| {
            let row = |one: &Given| {
                let required = if one.required { "yes" } else { "no" };
                [one.name.clone(), required.to_owned(), one.description.clone()]
            };
            (!given.is_empty()).then(|| table([head, "REQUIRED", "DESCRIPTION"], given.iter().map(row)))
        };
        let tables = [
            (!self.args.is_empty()).then_some(args),
            given("CONTEXT", &self.contexts),
            given("SECRET", &self.secrets),
            given("SSH", &self.agents),
        ];
        let parts = [Some(self.head())].into_iter().chain(tables).flatten().filter(|part| !part.is_empty());
        answer(&json, parts.collect::<Vec<_>>().join("\n"))
    }

    fn given(&self, given: &[Given]) -> Vec<GivenJson> {
        let json = |one: &Given| GivenJson {
            name: one.name.clone(),
            description: one.description.clone(),
            required: one.required,
            location: one.span.map(|span| Location::of(self.file, span)),
        };
        given.iter().map(json).collect()
    }

    fn head(&self) -> String {
        let line = |label: &str, text: &str| match text {
            "" => String::new(),
            text => format!("{label:13}{text}\n"),
        };
        line("TARGET:", &self.name) + &line("DESCRIPTION:", &self.description)
    }
}

/// Go's `outline.Outline`, of which a spec has no caches to tell, and `contexts`, which clients pass by.
#[derive(Serialize)]
struct OutlineJson {
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    args: Vec<ArgJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contexts: Vec<GivenJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<GivenJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ssh: Vec<GivenJson>,
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

/// Go's `outline.Secret` and `outline.SSH`.
#[derive(Serialize)]
struct GivenJson {
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    required: bool,
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
        let given = |name: &str, required, span| Given {
            name: name.to_owned(),
            description: String::new(),
            required,
            span,
        };
        let (file, _) = SourceFile::from_bytes("spec.yml", b"args:\n  VERSION: 1.2\n");
        let outline = Outline {
            name: "trixie/testing/sysext".to_owned(),
            description: "System extension image for Debian 13".to_owned(),
            args: vec![arg("VERSION", "1.2", Some(Span::new(8, 20))), arg("SOURCE_DATE_EPOCH", "", None)],
            contexts: vec![given("context", true, Some(Span::new(0, 4)))],
            secrets: vec![given("token", true, Some(Span::new(0, 4)))],
            agents: vec![given("bazel-default", false, None)],
            file: &file,
        };
        check(
            &outline.answer(),
            &expect![[r#"
                -- result.json
                {"name":"trixie/testing/sysext","description":"System extension image for Debian 13","args":[
                {"name":"VERSION","value":"1.2","location":{"ranges":[
                {"start":{"line":2,"character":2},"end":{"line":2,"character":14}}]}},
                {"name":"SOURCE_DATE_EPOCH"}],"contexts":[
                {"name":"context","required":true,"location":{"ranges":[
                {"start":{"line":1,"character":0},"end":{"line":1,"character":4}}]}}],"secrets":[
                {"name":"token","required":true,"location":{"ranges":[
                {"start":{"line":1,"character":0},"end":{"line":1,"character":4}}]}}],"ssh":[
                {"name":"bazel-default"}],"sources":["YXJnczoKICBWRVJTSU9OOiAxLjIK"]}
                -- result.txt
                TARGET:      trixie/testing/sysext
                DESCRIPTION: System extension image for Debian 13

                BUILD ARG           VALUE   DESCRIPTION
                VERSION             1.2
                SOURCE_DATE_EPOCH

                CONTEXT   REQUIRED   DESCRIPTION
                context   yes

                SECRET   REQUIRED   DESCRIPTION
                token    yes

                SSH             REQUIRED   DESCRIPTION
                bazel-default   no
                -- version
                1.0.0
            "#]],
        );
    }

    #[test]
    fn a_target_without_args_has_an_outline_too() {
        let (file, _) = SourceFile::from_bytes("spec.yml", b"");
        let outline = Outline {
            name: String::new(),
            description: String::new(),
            args: Vec::new(),
            contexts: Vec::new(),
            secrets: Vec::new(),
            agents: Vec::new(),
            file: &file,
        };
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
