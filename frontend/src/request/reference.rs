//! Names of images, in the grammar of the `distribution` project's `reference` package.

use std::fmt;
use std::str::FromStr;

use crate::request::option::Expected;

/// A name of an image: registry, repository, and a tag, a digest, both or neither.
///
/// Two texts that name one image are equal: `debian`, `docker.io/debian` and `docker.io/library/debian`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    domain: String,
    path: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl Reference {
    /// The tag after `:`.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest after `@`.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The same with the tag `latest` where there is neither tag nor digest, as registries are asked.
    #[must_use]
    pub fn with_default_tag(mut self) -> Self {
        if self.tag.is_none() && self.digest.is_none() {
            self.tag = Some("latest".to_owned());
        }
        self
    }

    /// The short form that people write: no `docker.io`, no `library`, as far as it still names the same.
    pub fn familiar(&self) -> String {
        let short = self.path.strip_prefix("library/").filter(|name| !name.contains('/'));
        let name = short.unwrap_or(&self.path);
        if self.domain == DOCKER_HUB && (short.is_some() || split_domain(name).is_none()) {
            return format!("{name}{}", self.suffix());
        }
        self.to_string()
    }

    fn suffix(&self) -> String {
        let tag = self.tag.iter().map(|tag| format!(":{tag}"));
        tag.chain(self.digest.iter().map(|digest| format!("@{digest}"))).collect()
    }
}

impl fmt::Display for Reference {
    /// The full form: `docker.io/library/debian:trixie`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{}", self.domain, self.path, self.suffix())
    }
}

impl FromStr for Reference {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        if text.len() > MAX_TEXT || is_hex(text, 64) {
            return Err(EXPECTED);
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest.parse()?)),
            None => (text, None),
        };
        let (name, tag) = split_tag(name);
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(EXPECTED);
        }
        let (domain, path) = split_domain(name).unwrap_or((DOCKER_HUB, name));
        let domain = if domain == "index.docker.io" { DOCKER_HUB } else { domain };
        let library = domain == DOCKER_HUB && !path.contains('/');
        let path = if library { format!("library/{path}") } else { path.to_owned() };
        if !is_domain(domain) || path.len() > MAX_PATH || !path.split('/').all(is_component) {
            return Err(EXPECTED);
        }
        Ok(Self { domain: domain.to_owned(), path, tag: tag.map(str::to_owned), digest })
    }
}

/// A digest of content: `sha256:` and 64 hexadecimal digits, or `sha384`, `sha512` with theirs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(String);

impl Digest {
    /// The whole text, such as `sha256:0f3b…`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Digest {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let known = [("sha256:", 64), ("sha384:", 96), ("sha512:", 128)];
        let fits = |(prefix, length)| text.strip_prefix(prefix).is_some_and(|hex| is_hex(hex, length));
        if known.into_iter().any(fits) {
            return Ok(Self(text.to_owned()));
        }
        Err(Expected::phrase("a digest, `sha256:` and 64 lower-case hexadecimal digits"))
    }
}

/// The name without and with the tag after its last `:`, which must not stand in a registry's port.
pub(super) fn split_tag(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (name, None),
    }
}

/// Registry and repository, if the first part looks like a host.
fn split_domain(name: &str) -> Option<(&str, &str)> {
    let (first, rest) = name.split_once('/')?;
    let host = first.contains(['.', ':']) || first == "localhost" || first.contains(char::is_uppercase);
    host.then_some((first, rest))
}

fn is_domain(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    };
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let named = |host: &str| host.split('.').all(is_label);
    port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
        && address.map_or_else(
            || named(host),
            |address| {
                !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':')
            },
        )
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Lower-case letters and digits, joined by `.`, `_`, `__` or any number of `-`.
pub(super) fn is_component(text: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let edges = |text: &str| {
        text.bytes().next().is_some_and(alphanumeric) && text.bytes().next_back().is_some_and(alphanumeric)
    };
    let mut separators = text.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    edges(text)
        && separators.all(|separator| {
            matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-')
        })
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

const DOCKER_HUB: &str = "docker.io";

/// Longest repository name, from `reference.RepositoryNameTotalLengthMax`.
const MAX_PATH: usize = 255;

/// Longest text that is looked at: a name, a tag and a digest at their longest are shorter.
const MAX_TEXT: usize = 1024;

const EXPECTED: Expected =
    Expected::phrase("an image name, such as `debian:trixie` or `registry.example.org/team/name:tag`");

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn check(texts: &[&str], expected: &Expect) {
        let line = |text: &&str| match text.parse::<Reference>() {
            Ok(reference) => format!("{text} -> {reference} -> {}\n", reference.familiar()),
            Err(_) => format!("{text} -> refused\n"),
        };
        expected.assert_eq(&texts.iter().map(line).collect::<String>());
    }

    #[test]
    fn names_of_one_image_have_one_full_and_one_familiar_form() {
        check(
            &[
                "debian",
                "debian:trixie",
                "library/debian",
                "docker.io/debian",
                "docker.io/library/debian:trixie",
                "index.docker.io/library/debian",
                "team/name:1.0",
                "localhost/name",
                "localhost:5000/name",
                "localhost:5000",
                "[::1]:5000/name",
                "Host/name",
                "docker.io/localhost/name",
                "registry.example.org/a/b/c:tag_1.2-3",
            ],
            &expect![[r"
                debian -> docker.io/library/debian -> debian
                debian:trixie -> docker.io/library/debian:trixie -> debian:trixie
                library/debian -> docker.io/library/debian -> debian
                docker.io/debian -> docker.io/library/debian -> debian
                docker.io/library/debian:trixie -> docker.io/library/debian:trixie -> debian:trixie
                index.docker.io/library/debian -> docker.io/library/debian -> debian
                team/name:1.0 -> docker.io/team/name:1.0 -> team/name:1.0
                localhost/name -> localhost/name -> localhost/name
                localhost:5000/name -> localhost:5000/name -> localhost:5000/name
                localhost:5000 -> docker.io/library/localhost:5000 -> localhost:5000
                [::1]:5000/name -> [::1]:5000/name -> [::1]:5000/name
                Host/name -> Host/name -> Host/name
                docker.io/localhost/name -> docker.io/localhost/name -> docker.io/localhost/name
                registry.example.org/a/b/c:tag_1.2-3 -> registry.example.org/a/b/c:tag_1.2-3 -> registry.example.org/a/b/c:tag_1.2-3
            "]],
        );
    }

    #[test]
    fn what_is_no_name_is_refused() {
        check(
            &[
                "",
                "Debian",
                "a b",
                "a//b",
                "/a",
                "a/",
                "a:",
                "a:-x",
                "a@",
                "a@sha256:0",
                "-a",
                "a_",
                "a..b",
                "a___b",
                "a.b-/c",
                "h:x/a",
                "../a",
                "[x]/a",
                "[]/a",
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            ],
            &expect![[r"
                 -> refused
                Debian -> refused
                a b -> refused
                a//b -> refused
                /a -> refused
                a/ -> refused
                a: -> refused
                a:-x -> refused
                a@ -> refused
                a@sha256:0 -> refused
                -a -> refused
                a_ -> refused
                a..b -> refused
                a___b -> refused
                a.b-/c -> refused
                h:x/a -> refused
                ../a -> refused
                [x]/a -> refused
                []/a -> refused
                0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef -> refused
            "]],
        );
    }

    #[test]
    fn the_default_tag_is_added_only_where_nothing_else_chooses() {
        let digest = "0123456789abcdef".repeat(4);
        let tagged = |text: &str| text.parse::<Reference>().unwrap().with_default_tag().to_string();
        assert_eq!(tagged("debian"), "docker.io/library/debian:latest");
        assert_eq!(tagged("debian:trixie"), "docker.io/library/debian:trixie");
        let pinned = format!("docker.io/library/debian@sha256:{digest}");
        assert_eq!(tagged(&pinned), pinned);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = text.parse::<Reference>();
        }

        #[test]
        fn both_forms_name_the_same_image(text in "([a-zA-Z0-9.:-]{1,9}/){0,2}[a-z0-9._-]{1,9}(:[a-zA-Z0-9._-]{1,9})?") {
            if let Ok(reference) = text.parse::<Reference>() {
                prop_assert_eq!(&reference.to_string().parse::<Reference>().unwrap(), &reference);
                prop_assert_eq!(&reference.familiar().parse::<Reference>().unwrap(), &reference);
            }
        }
    }
}
