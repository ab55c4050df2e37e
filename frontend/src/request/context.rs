//! Named contexts: what `--build-context NAME=VALUE` and bake put in a name's place.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::diagnostic::{Diagnostic, literal};
use crate::request::git::GitRef;
use crate::request::option::{Expected, Options, refusal};
use crate::request::platform::Platform;
use crate::request::reference::{Digest, Reference, is_component, split_tag};

/// Where the content of a context comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextSource {
    /// A tree of a git repository.
    Git(Box<GitRef>),
    /// A file that is downloaded under the name `context`.
    Http(String),
    /// An image of a registry or of the engine's store, with tag or digest.
    Image(Reference),
    /// A graph that the client sent along, by its name among the inputs.
    Input(String),
    /// A directory of the client, by the name under which the client serves it.
    Local(String),
    /// An image in an OCI layout directory of the client.
    OciLayout {
        /// Name under which the client serves the layout.
        store: String,
        /// Digest of the image's manifest or index.
        digest: Digest,
    },
    /// An empty tree.
    Scratch,
}

impl ContextSource {
    /// Reads the value of a named context.
    ///
    /// # Errors
    /// A scheme that is not known, or a value that does not fit its scheme.
    pub fn parse(value: &str) -> Result<Self, Expected> {
        if value.len() > MAX_VALUE {
            return Err(Expected::phrase("a value of at most 8192 bytes"));
        }
        let (scheme, rest) = value.split_once(':').ok_or(SCHEMES)?;
        let rest_of_url = rest.strip_prefix("//").unwrap_or(rest);
        match scheme {
            "docker-image" if rest_of_url == "scratch" => Ok(Self::Scratch),
            "docker-image" => {
                rest_of_url.parse::<Reference>().map(|name| Self::Image(name.with_default_tag()))
            }
            "git" | "ssh" => git(value).unwrap_or(Err(Expected::phrase("a git URL"))),
            "http" | "https" => git(value).unwrap_or_else(|| http(value).map(Self::Http)),
            "input" => name(rest).map(Self::Input),
            "local" => name(rest).map(Self::Local),
            "oci-layout" => oci_layout(rest_of_url),
            user if user.starts_with("git@") => git(value).unwrap_or(Err(SCHEMES)),
            _ => Err(SCHEMES),
        }
    }
}

/// A named context as a build uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedContext<'r> {
    /// The name it was found by, with `::` and the platform if it is for one platform only.
    pub name: &'r str,
    /// Where its content comes from.
    pub source: &'r ContextSource,
    /// What the client tells apart its directories by (`sharedkey:localdir:`), else empty.
    pub shared_key: &'r str,
    /// Image config (JSON) that came along with an input.
    pub image_config: Option<&'r [u8]>,
}

/// All named contexts of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contexts {
    by_name: BTreeMap<String, Result<ContextSource, Diagnostic>>,
    shared_keys: BTreeMap<String, String>,
    image_configs: BTreeMap<String, Vec<u8>>,
}

impl Contexts {
    /// What stands in the place of `name` on `platform`: a context for that platform first, else one for all.
    ///
    /// `name` may be any form of an image's name: `debian:trixie` finds what was given for
    /// `docker.io/library/debian:trixie`, and no tag is the tag `latest`.
    ///
    /// # Errors
    /// A name that no context can have, and a context whose value was refused.
    pub fn find(&self, name: &str, platform: &Platform) -> Option<Result<NamedContext<'_>, Diagnostic>> {
        let name = match normal(name) {
            Ok(name) => name,
            Err(expected) => return Some(Err(no_name(name, &expected))),
        };
        let for_platform = self.by_name.get_key_value(&format!("{name}::{platform}"));
        let (name, source) = for_platform.or_else(|| self.by_name.get_key_value(&name))?;
        Some(source.as_ref().map_err(Diagnostic::clone).map(|source| NamedContext {
            name,
            source,
            shared_key: self.shared_keys.get(name).map_or("", String::as_str),
            image_config: match source {
                ContextSource::Input(input) => self.image_configs.get(input).map(Vec::as_slice),
                _ => None,
            },
        }))
    }

    /// The names, with `::` and the platform where one is for one platform only.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    pub(super) fn read(options: &mut Options) -> Self {
        let mut contexts = Self::default();
        for (key, value) in options.family("context:") {
            let option = format!("context:{key}");
            let name = match key_name(&key) {
                Ok(name) => name,
                Err(expected) => {
                    options.problem(no_name(&key, &expected));
                    continue;
                }
            };
            let source = ContextSource::parse(&value).map_err(|expected| refusal(&option, &value, &expected));
            let same = |before: &Result<ContextSource, Diagnostic>| *before == source;
            if contexts.by_name.get(&name).is_some_and(|before| !same(before)) {
                let message = format!("two different contexts are called {}", literal(&name));
                options.problem(
                    Diagnostic::error(None, message).help("give one `--build-context` for each name"),
                );
            }
            contexts.by_name.insert(name, source);
        }
        for (key, value) in options.family("sharedkey:localdir:") {
            let name = key_name(&key).unwrap_or(key);
            contexts.shared_keys.insert(name, value);
        }
        for (input, json) in options.family("input-metadata:") {
            let config = options.checked(&format!("input-metadata:{input}"), &json, image_config).flatten();
            contexts.image_configs.extend(config.map(|config| (input, config)));
        }
        contexts
    }
}

fn no_name(name: &str, expected: &Expected) -> Diagnostic {
    Diagnostic::error(None, format!("no context can be called {}: expected {}", literal(name), expected.0))
}

/// The one form of a context's name: as people write an image's name, without `:latest`.
fn normal(name: &str) -> Result<String, Expected> {
    let familiar = name.parse::<Reference>()?.familiar();
    Ok(familiar.strip_suffix(":latest").map_or(familiar.clone(), str::to_owned))
}

/// The same of an option's key, which may end in `::` and a platform.
fn key_name(key: &str) -> Result<String, Expected> {
    let Some((name, platform)) = key.split_once("::") else { return normal(key) };
    let platform: Platform = platform
        .parse()
        .map_err(|_| Expected::phrase("a name, then `::` and a platform such as `linux/arm64`"))?;
    Ok(format!("{}::{platform}", normal(name)?))
}

fn git(value: &str) -> Option<Result<ContextSource, Expected>> {
    GitRef::detect(value).map(|git| git.map(|git| ContextSource::Git(Box::new(git))))
}

/// An `http://` or `https://` URL that names a host.
pub(super) fn http(value: &str) -> Result<String, Expected> {
    const EXPECTED: Expected = Expected::phrase("a URL with a host, without white space");
    let rest = value.strip_prefix("http://").or_else(|| value.strip_prefix("https://")).ok_or(EXPECTED)?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control();
    if value.len() > MAX_VALUE || host.is_empty() || value.contains(odd) {
        return Err(EXPECTED);
    }
    Ok(value.to_owned())
}

fn name(text: &str) -> Result<String, Expected> {
    if text.is_empty() || text.contains(char::is_control) {
        return Err(Expected::phrase("a name after `local:` or `input:`"));
    }
    Ok(text.to_owned())
}

fn oci_layout(text: &str) -> Result<ContextSource, Expected> {
    const EXPECTED: Expected = Expected::phrase("`oci-layout://NAME@DIGEST`");
    let (name, digest) = text.split_once('@').ok_or(EXPECTED)?;
    let store = split_tag(name).0;
    let host = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-".contains(&byte));
    let (first, rest) = store.split_once('/').unwrap_or(("", store));
    if !host(first) || !rest.split('/').all(is_component) {
        return Err(EXPECTED);
    }
    Ok(ContextSource::OciLayout { store: store.to_owned(), digest: digest.parse()? })
}

/// The image config in the metadata of an input: a JSON object of base64 values.
fn image_config(json: &str) -> Result<Option<Vec<u8>>, Expected> {
    const EXPECTED: Expected = Expected::phrase("a JSON object whose `containerimage.config` is base64");
    let metadata: Metadata = serde_json::from_str(json).map_err(|_| EXPECTED)?;
    metadata.config.map(|config| STANDARD.decode(config).map_err(|_| EXPECTED)).transpose()
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "containerimage.config")]
    config: Option<String>,
}

/// Longest value that is looked at.
const MAX_VALUE: usize = 8192;

const SCHEMES: Expected = Expected::phrase(
    "a directory, or a value that begins with `docker-image://`, `oci-layout://`, `https://`, `http://`, \
     `git://`, `ssh://`, `git@`, `local:` or `input:`",
);

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;

    fn contexts(pairs: &[(&str, &str)]) -> (Contexts, Vec<String>) {
        let environment = pairs.iter().enumerate().map(|(number, (key, value))| {
            (format!("BUILDKIT_FRONTEND_OPT_{number}").into(), format!("{key}={value}").into())
        });
        let mut options = Options::read(environment);
        let contexts = Contexts::read(&mut options);
        let messages = options.finish().1.iter().map(|problem| problem.message.clone()).collect();
        (contexts, messages)
    }

    fn platform(text: &str) -> Platform {
        text.parse().unwrap()
    }

    fn source(contexts: &Contexts, name: &str) -> String {
        match contexts.find(name, &platform("linux/amd64")) {
            None => "absent".to_owned(),
            Some(Ok(found)) => format!("{}: {:?}", found.name, found.source),
            Some(Err(problem)) => problem.message,
        }
    }

    #[test]
    fn every_scheme_of_build_context_is_read() {
        let digest = format!("sha256:{}", "0123456789abcdef".repeat(4));
        let layout = format!("oci-layout://q3x1k2@{digest}");
        let values = [
            "docker-image://scratch",
            "docker-image://debian",
            "docker-image:debian:trixie",
            &layout,
            "local:c",
            "input:0/target",
            "https://example.org/a.tar",
            "https://example.org/a.git#main",
            "git@example.org:a.git",
        ];
        let shown: Vec<String> =
            values.iter().map(|value| format!("{:?}", ContextSource::parse(value).unwrap())).collect();
        expect![[r#"
            Scratch
            Image(Reference { domain: "docker.io", path: "library/debian", tag: Some("latest"), digest: None })
            Image(Reference { domain: "docker.io", path: "library/debian", tag: Some("trixie"), digest: None })
            OciLayout { store: "q3x1k2", digest: Digest("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef") }
            Local("c")
            Input("0/target")
            Http("https://example.org/a.tar")
            Git(GitRef { remote: "https://example.org/a.git", transport: Https, reference: Some("main"), subdir: None, checksum: None, keep_git_dir: None, submodules: None, mtime: None, fetch_by_commit: None })
            Git(GitRef { remote: "git@example.org:a.git", transport: Ssh, reference: None, subdir: None, checksum: None, keep_git_dir: None, submodules: None, mtime: None, fetch_by_commit: None })"#]].assert_eq(&shown.join("\n"));
    }

    #[test]
    fn what_no_scheme_takes_is_refused() {
        let values = [
            "",
            "dir",
            "target:x",
            "docker-image://",
            "docker-image://Debian",
            "oci-layout://name",
            "oci-layout://name@sha256:0",
            "oci-layout://../x@sha256:0",
            "local:",
            "http://",
            "https://example.org/a b",
            "git:",
        ];
        for value in values {
            assert!(ContextSource::parse(value).is_err(), "{value}");
        }
    }

    #[test]
    fn all_names_of_an_image_find_one_context() {
        let (contexts, problems) = contexts(&[("context:docker.io/library/debian:latest", "local:c")]);
        assert!(problems.is_empty());
        for name in ["debian", "debian:latest", "docker.io/debian", "docker.io/library/debian:latest"] {
            assert_eq!(source(&contexts, name), r#"debian: Local("c")"#);
        }
        assert_eq!(source(&contexts, "debian:trixie"), "absent");
    }

    #[test]
    fn a_context_of_the_platform_goes_before_one_of_all() {
        let (contexts, _) = contexts(&[
            ("context:base", "local:all"),
            ("context:base::linux/arm64", "local:arm"),
            ("sharedkey:localdir:base::linux/arm64", "key"),
        ]);
        assert_eq!(source(&contexts, "base"), r#"base: Local("all")"#);
        let arm = contexts.find("base", &platform("linux/arm64/v8")).unwrap().unwrap();
        assert_eq!((arm.name, arm.shared_key), ("base::linux/arm64", "key"));
    }

    #[test]
    fn a_value_that_cannot_be_read_matters_only_when_it_is_used() {
        let (contexts, problems) = contexts(&[("context:x", "target:y")]);
        assert!(problems.is_empty());
        expect!["option `context:x` is `target:y`: expected a directory, or a value that begins with `docker-image://`, `oci-layout://`, `https://`, `http://`, `git://`, `ssh://`, `git@`, `local:` or `input:`"].assert_eq(&source(&contexts, "x"));
        expect!["no context can be called `Not A Name`: expected an image name, such as `debian:trixie` or `registry.example.org/team/name:tag`"].assert_eq(&source(&contexts, "Not A Name"));
    }

    #[test]
    fn names_that_no_one_can_ask_for_are_problems() {
        let (_, problems) = contexts(&[
            ("context:Upper", "local:a"),
            ("context:x::", "local:a"),
            ("context:debian", "local:a"),
            ("context:docker.io/debian", "local:b"),
        ]);
        expect![[r"
            no context can be called `Upper`: expected an image name, such as `debian:trixie` or `registry.example.org/team/name:tag`
            two different contexts are called `debian`
            no context can be called `x::`: expected a name, then `::` and a platform such as `linux/arm64`"]].assert_eq(&problems.join("\n"));
    }

    #[test]
    fn the_image_config_of_an_input_comes_with_it() {
        let (contexts, problems) = contexts(&[
            ("context:base", "input:base"),
            ("input-metadata:base", r#"{"containerimage.config":"e30=","other":"AA=="}"#),
            ("input-metadata:bad", r#"{"containerimage.config":"?"}"#),
        ]);
        let found = contexts.find("base", &platform("linux/amd64")).unwrap().unwrap();
        assert_eq!(found.image_config, Some(&b"{}"[..]));
        assert_eq!(problems.len(), 1);
    }

    proptest! {
        #[test]
        fn any_value_is_read_or_refused(value in "(docker-image|oci-layout|git|http|https|input|local|[a-z@.]*)?(:|://)?\\PC*") {
            let _ = ContextSource::parse(&value);
        }

        #[test]
        fn a_normal_name_is_its_own_normal_form(name in "([a-z.]{1,8}/){0,3}[a-z.]{1,8}(:[a-z]{1,8})?") {
            if let Ok(once) = normal(&name) {
                prop_assert_eq!(normal(&once).unwrap(), once);
            }
        }
    }
}
