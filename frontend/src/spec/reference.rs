//! Names of things outside the spec: URLs, references of images and of git, digests, ids of secrets.

use std::fmt;

use crate::diagnostic::literal;
use crate::spec::decode::{Invalid, Parse};

macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
            pub struct $name(String);

            impl $name {
                /// It as text.
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(&self.0)
                }
            }
        )+
    };
}

texts! {
    /// The name of a context that the client gives with `--build-context`.
    ContextName,
    /// A digest such as `sha256:…`.
    Digest,
    /// The name of an environment variable.
    EnvName,
    /// The hexadecimal name of a commit, or its beginning.
    GitChecksum,
    /// A commit, tag or branch.
    GitRef,
    /// Where a git repository is: a URL, or `user@host:path`.
    GitUrl,
    /// The name of a host, with a port or without.
    Host,
    /// A URL that is fetched by HTTP.
    HttpUrl,
    /// The reference of an image in a registry.
    ImageRef,
    /// A user or group, by name or number.
    Owner,
    /// The id of a secret or of an ssh agent that the client gives.
    SecretId,
}

impl ContextName {
    /// What a client calls the directory that it builds in.
    pub fn main() -> Self {
        Self(String::from("context"))
    }
}

impl EnvName {
    /// The variable that tools read the time of files from
    /// (<https://reproducible-builds.org/specs/source-date-epoch/>).
    pub fn source_date_epoch() -> Self {
        Self(String::from("SOURCE_DATE_EPOCH"))
    }
}

impl Owner {
    /// The user that hosts of repositories have for everybody.
    pub fn git() -> Self {
        Self(String::from("git"))
    }
}

impl HttpUrl {
    /// Whether nobody on the way can change what it gives.
    pub fn is_encrypted(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl GitUrl {
    /// The host that is asked, with its port.
    pub fn host(&self) -> &str {
        let rest = self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest);
        let authority = &rest[..rest.find('/').unwrap_or(rest.len())];
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        if self.0.contains("://") { host } else { host.split(':').next().unwrap_or_default() }
    }
}

impl Parse for ContextName {
    fn parse(text: &str) -> Result<Self, Invalid> {
        one_word(text, "the name of a context").map(Self)
    }
}

impl Parse for Digest {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let rule = "a digest is an algorithm and hexadecimal digits";
        let Some((algorithm, digits)) = text.split_once(':') else {
            return Err(Invalid::new(rule).help("such as `sha256:` and 64 digits"));
        };
        let Some((_, length)) = ALGORITHMS.iter().find(|(name, _)| *name == algorithm) else {
            let names: Vec<_> = ALGORITHMS.iter().map(|(name, _)| format!("`{name}`")).collect();
            let error = Invalid::new(format!("unknown algorithm {}", literal(algorithm)));
            return Err(error.at(0..algorithm.len()).help(format!("use one of {}", names.join(", "))));
        };
        let start = algorithm.len() + 1;
        if let Some((at, wrong)) = digits.char_indices().find(|(_, c)| !is_hexadecimal(*c)) {
            let error = Invalid::new("the digits of a digest are `0-9` and `a-f`");
            return Err(error.at(start + at..start + at + wrong.len_utf8()));
        }
        if digits.len() != *length {
            let message = format!("a digest of `{algorithm}` has {length} digits, not {}", digits.len());
            return Err(Invalid::new(message).at(start..text.len()));
        }
        Ok(Self(String::from(text)))
    }
}

impl Parse for EnvName {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let rule = "the name of an environment variable is made of `A-Z`, `a-z`, `0-9`, `_` and starts with no digit";
        let legal =
            |(at, c): (usize, char)| c == '_' || c.is_ascii_alphabetic() || at > 0 && c.is_ascii_digit();
        match text.char_indices().find(|&place| !legal(place)) {
            None if text.is_empty() => Err(Invalid::new(rule)),
            None => Ok(Self(String::from(text))),
            Some((at, wrong)) => Err(Invalid::new(rule).at(at..at + wrong.len_utf8())),
        }
    }
}

impl Parse for GitChecksum {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let rule = "the checksum of a commit is its name, 4 to 64 digits `0-9` and `a-f`";
        if let Some((at, wrong)) = text.char_indices().find(|(_, c)| !is_hexadecimal(*c)) {
            return Err(Invalid::new(rule).at(at..at + wrong.len_utf8()));
        }
        if (4..=64).contains(&text.len()) { Ok(Self(String::from(text))) } else { Err(Invalid::new(rule)) }
    }
}

impl Parse for GitRef {
    /// The characters that `git-check-ref-format(1)` forbids.
    fn parse(text: &str) -> Result<Self, Invalid> {
        let text = one_word(text, "a commit")?;
        if text.starts_with('-') {
            return Err(Invalid::new("a commit does not start with `-`").at(0..1));
        }
        let pairs = ["..", "@{", "//"];
        let pair = pairs.iter().find_map(|pair| text.find(pair).map(|at| at..at + pair.len()));
        let single = text.find(['~', '^', ':', '?', '*', '[', '\\']).map(|at| at..at + 1);
        match pair.or(single) {
            Some(range) => {
                let message = format!("a commit, tag or branch has no `{}`", &text[range.clone()]);
                Err(Invalid::new(message).at(range))
            }
            None => Ok(Self(text)),
        }
    }
}

impl Parse for GitUrl {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let text = one_word(text, "the URL of a repository")?;
        if let Some(at) = text.find('#') {
            let error = Invalid::new("the URL of a repository has no `#`").at(at..text.len());
            return Err(error.help("write the reference as `commit` and the directory as `path`"));
        }
        let user = text.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'));
        if user.is_some_and(|(user, _)| user.contains(':')) {
            let error =
                Invalid::new("the URL of a repository has no password: it would be recorded with the build");
            return Err(error.help("give it as a secret, whose id is `auth: {token: …}`"));
        }
        let rule = "expected `https://…`, `http://…`, `ssh://…`, `git://…` or `user@host:path`";
        let known = match text.split_once("://") {
            Some((scheme, rest)) => ["git", "http", "https", "ssh"].contains(&scheme) && has_host(rest),
            None => text.split_once(':').is_some_and(|(host, path)| {
                host.contains('@') && !host.contains('/') && has_host(host) && !path.is_empty()
            }),
        };
        if known { Ok(Self(text)) } else { Err(Invalid::new(rule)) }
    }
}

impl Parse for Host {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let text = one_word(text, "a host")?;
        if let Some(at) = text.find(['/', '@']) {
            let error = Invalid::new("expected the name of a host, with a port or without").at(at..at + 1);
            return Err(error.help("such as `example.org` or `example.org:8443`"));
        }
        Ok(Self(text))
    }
}

impl Parse for HttpUrl {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let text = one_word(text, "a URL")?;
        let user = text.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'));
        if user.is_some_and(|(user, _)| user.contains(':')) {
            return Err(Invalid::new("a URL has no password: it would be recorded with the build"));
        }
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        match rest {
            Some(rest) if has_host(rest) => Ok(Self(text)),
            _ => Err(Invalid::new("expected `https://…` or `http://…`")),
        }
    }
}

impl Parse for ImageRef {
    /// The characters of `reference.go` in `distribution/reference`, with few of its rules: the registry has
    /// the last word.
    fn parse(text: &str) -> Result<Self, Invalid> {
        let text = one_word(text, "the reference of an image")?;
        let rule = "the reference of an image is `[host/]name[:tag][@digest]`";
        if let Some(at) = text.find("://") {
            return Err(Invalid::new(rule).at(0..at + 3).help("write it without a scheme"));
        }
        let legal = |c: char| c.is_ascii_alphanumeric() || "._-/:@+[]".contains(c);
        if let Some((at, wrong)) = text.char_indices().find(|&(_, c)| !legal(c)) {
            return Err(Invalid::new(rule).at(at..at + wrong.len_utf8()));
        }
        let (name, digest) =
            text.split_once('@').map_or((text.as_str(), None), |(name, digest)| (name, Some(digest)));
        if let Some(Err(invalid)) = digest.map(Digest::parse) {
            let from = name.len() + 1;
            return Err(Invalid { range: Some(from..text.len()), ..invalid });
        }
        let first = name.chars().next();
        let odd = name.contains("//") || name.ends_with(['/', ':']);
        if odd || !first.is_some_and(|c| c.is_ascii_alphanumeric() || c == '[') {
            return Err(Invalid::new(rule));
        }
        let path = name.split_once('/').map_or(name, |(_, path)| path);
        let path = &path[..path.rfind(':').unwrap_or(path.len())];
        match path.find(|c: char| c.is_ascii_uppercase()) {
            Some(_) => Err(Invalid::new("the name of an image is in lower case")),
            None => Ok(Self(text)),
        }
    }
}

impl Parse for Owner {
    /// Names as `useradd(8)` makes them, those with capitals and dots included, and numbers.
    fn parse(text: &str) -> Result<Self, Invalid> {
        let rule = "a user or group is made of `A-Z`, `a-z`, `0-9`, `.`, `_`, `-` and starts with a letter, digit or `_`";
        let legal = |(at, c): (usize, char)| {
            c.is_ascii_alphanumeric() || c == '_' || at > 0 && (c == '-' || c == '.')
        };
        match text.char_indices().find(|&place| !legal(place)) {
            Some((at, wrong)) => Err(Invalid::new(rule).at(at..at + wrong.len_utf8())),
            None if text.is_empty() || text.len() > MAX_OWNER => {
                Err(Invalid::new(format!("a user or group has 1 to {MAX_OWNER} characters")))
            }
            None => Ok(Self(String::from(text))),
        }
    }
}

impl Parse for SecretId {
    fn parse(text: &str) -> Result<Self, Invalid> {
        one_word(text, "the id of a secret").map(Self)
    }
}

/// Text without white space.
fn one_word(text: &str, what: &str) -> Result<String, Invalid> {
    if text.is_empty() {
        return Err(Invalid::new(format!("{what} cannot be empty")));
    }
    if text.len() > MAX_LENGTH {
        return Err(Invalid::new(format!("{what} has at most {MAX_LENGTH} bytes")));
    }
    match text.char_indices().find(|(_, c)| c.is_whitespace() || c.is_control()) {
        Some((at, wrong)) => {
            Err(Invalid::new(format!("{what} has no white space")).at(at..at + wrong.len_utf8()))
        }
        None => Ok(String::from(text)),
    }
}

/// Whether what follows `://` begins with a host.
fn has_host(rest: &str) -> bool {
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    host.starts_with(|c: char| c.is_alphanumeric() || c == '[')
}

fn is_hexadecimal(character: char) -> bool {
    character.is_ascii_digit() || ('a'..='f').contains(&character)
}

/// Algorithms of digests with their hexadecimal digits
/// (<https://github.com/opencontainers/image-spec/blob/main/descriptor.md#registered-algorithms>).
const ALGORITHMS: [(&str, usize); 3] = [("sha256", 64), ("sha384", 96), ("sha512", 128)];
/// Most bytes of a URL or reference.
const MAX_LENGTH: usize = 2048;
/// Most characters of a user's name (`LOGIN_NAME_MAX` of Linux is 256; `useradd(8)` takes 32).
const MAX_OWNER: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Parse>(legal: &[&str], illegal: &[&str]) {
        for text in legal {
            assert!(T::parse(text).is_ok(), "{text}");
        }
        for text in illegal {
            assert!(T::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn urls_are_of_schemes_that_buildkit_fetches() {
        check::<HttpUrl>(
            &["https://example.org/a?b#c", "http://[::1]:80/", "https://user@example.org"],
            &[
                "",
                "ftp://example.org",
                "https://",
                "example.org/x",
                "https:///x",
                "https://a b",
                "https://u:p@h/",
            ],
        );
        check::<GitUrl>(
            &[
                "https://example.org/r.git",
                "git@example.org:a/b.git",
                "ssh://git@example.org:22/r",
                "git://h/r",
            ],
            &[
                "",
                "file:///r",
                "/r",
                "ext::sh -c x",
                "https://e.org/r#main",
                "example.org:a",
                "-x@h:r --upload-pack=x",
                "https://u:p@example.org/r",
            ],
        );
    }

    #[test]
    fn the_host_of_a_repository_is_without_its_user() {
        for (url, host) in [
            ("https://example.org/r.git", "example.org"),
            ("https://u@example.org:8443/r", "example.org:8443"),
            ("git@example.org:a/b.git", "example.org"),
            ("ssh://git@example.org:22/r", "example.org:22"),
        ] {
            assert_eq!(GitUrl::parse(url).unwrap().host(), host);
        }
    }

    #[test]
    fn commits_are_names_that_git_takes() {
        check::<GitRef>(
            &["v1.2.3", "refs/heads/main", "0123456789abcdef", "feature/x_y"],
            &["", "-x", "a..b", "a b", "main~1", "HEAD^", "a:b", "@{1}", "a//b"],
        );
        check::<GitChecksum>(&["0123abcd"], &["", "abc", "0123ABCD", "xyz1"]);
    }

    #[test]
    fn digests_and_references_are_whole() {
        let sha = format!("sha256:{}", "a".repeat(64));
        check::<Digest>(&[&sha], &["", "sha256:", "md5:abc", "sha256:xyz", &sha.to_uppercase()]);
        let pinned = format!("example.org:5000/a/b:Tag@{sha}");
        check::<ImageRef>(
            &["busybox", "docker.io/library/busybox:latest", &pinned, "[::1]:5000/a"],
            &["", "a b", "https://a/b", "example.org/Busybox", "a@sha256:1", "a/", "-a", "a:", "a//b"],
        );
    }

    #[test]
    fn names_of_owners_and_variables_reach_no_shell() {
        check::<Owner>(&["root", "1000", "_apt", "systemd-network"], &["", "-a", "a b", "a;b", "a:b"]);
        check::<EnvName>(&["A", "_x1"], &["", "1A", "A-B", "A=B", "A B"]);
    }
}
