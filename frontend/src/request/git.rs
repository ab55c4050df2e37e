//! Git URLs as `docker build` takes them, with `#ref:subdir` or a query behind.
//!
//! The forms and the query's keys are those of `BuildKit`'s `frontend/dockerfile/dfgitutil`.

use std::borrow::Cow;

use crate::diagnostic::literal;
use crate::request::option::Expected;
use crate::request::scalar::boolean;

/// A place in a git repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitRef {
    /// What to clone, without fragment and query: `https://example.org/a.git` or `git@example.org:a.git`.
    pub remote: String,
    /// How it is reached.
    pub transport: Transport,
    /// Branch, tag, full reference or commit; `None`: the repository's default branch.
    pub reference: Option<String>,
    /// Directory inside the repository, clean and relative; `None`: the whole tree.
    pub subdir: Option<String>,
    /// Commit that `reference` must be, in hexadecimal digits, possibly shortened.
    pub checksum: Option<String>,
    /// Whether `.git` stays in the tree; `None`: not said.
    pub keep_git_dir: Option<bool>,
    /// Whether submodules are fetched; `None`: not said.
    pub submodules: Option<bool>,
    /// Modification times of the files; `None`: not said.
    pub mtime: Option<GitTime>,
    /// Whether the commit is fetched by its name instead of through a reference; `None`: not said.
    pub fetch_by_commit: Option<bool>,
}

/// How a git repository is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Git's own protocol, in clear text.
    Git,
    /// HTTP, in clear text.
    Http,
    /// HTTP with TLS.
    Https,
    /// SSH, as URL or as `user@host:path`.
    Ssh,
}

/// Where the modification times of a checkout come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GitTime {
    /// The moment of the checkout.
    Checkout,
    /// The commit.
    Commit,
}

impl GitRef {
    /// Reads `text` if it is meant as a git repository.
    ///
    /// `None` for everything else: a path, or a web address whose path does not end in `.git`. An
    /// error when it is meant so but cannot be used.
    pub fn detect(text: &str) -> Option<Result<Self, Expected>> {
        let (transport, remote, query, fragment) = split(text)?;
        Some(Self::read(text, transport, &remote, query, fragment))
    }

    fn read(
        text: &str,
        transport: Transport,
        remote: &str,
        query: Option<&str>,
        fragment: Option<&str>,
    ) -> Result<Self, Expected> {
        if text.len() > MAX_TEXT || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Expected::phrase("a git URL of at most 8192 bytes without white space"));
        }
        if !has_safe_host(remote) {
            return Err(Expected::phrase("a git URL with a host and a path, neither starting with `-`"));
        }
        let mut git = Self {
            remote: remote.to_owned(),
            transport,
            reference: None,
            subdir: None,
            checksum: None,
            keep_git_dir: None,
            submodules: None,
            mtime: None,
            fetch_by_commit: None,
        };
        if let Some(fragment) = fragment {
            let fragment = decoded(fragment, false)?;
            let (reference, subdir) = fragment.split_once(':').unwrap_or((&fragment, ""));
            git.reference = Some(reference.to_owned()).filter(|reference| !reference.is_empty());
            git.subdir = Some(subdir.to_owned()).filter(|subdir| !subdir.is_empty());
        }
        if let Some(query) = query {
            git.query(query)?;
        }
        git.checked()
    }

    fn query(&mut self, query: &str) -> Result<(), Expected> {
        let mut seen: Vec<String> = Vec::new();
        let (mut tag, mut branch) = (None, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (key, value) = (decoded(key, true)?, decoded(value, true)?);
            let key = if key == "commit" { Cow::Borrowed("checksum") } else { key };
            if seen.iter().any(|seen| *seen == key) {
                return Err(format!("a git URL with one {} in its query", literal(&key)).into());
            }
            let flag = || flag(&key, &value);
            match &*key {
                "branch" => branch = Some(full_name("refs/heads/", &value)),
                "checksum" => self.checksum = Some(value.into_owned()),
                "fetch-by-commit" => self.fetch_by_commit = Some(flag()?),
                "keep-git-dir" => self.keep_git_dir = Some(flag()?),
                "mtime" => self.mtime = Some(git_time(&value)?),
                "ref" => agree(&mut self.reference, value.into_owned(), "ref")?,
                "subdir" => agree(&mut self.subdir, value.into_owned(), "subdir")?,
                "submodules" => self.submodules = Some(flag()?),
                "tag" => tag = Some(full_name("refs/tags/", &value)),
                _ => return Err(format!("a git URL with {KEYS} in its query, not {}", literal(&key)).into()),
            }
            seen.push(key.into_owned());
        }
        for name in [tag, branch].into_iter().flatten() {
            agree(&mut self.reference, name, "ref")?;
        }
        Ok(())
    }

    /// The same with clean parts and the commit as reference where none is given.
    fn checked(mut self) -> Result<Self, Expected> {
        if self.reference.as_deref().is_some_and(|name| !is_reference(name)) {
            return Err(Expected::phrase("a git URL with the name of a branch, tag or commit"));
        }
        if self.checksum.as_deref().is_some_and(|commit| !is_commit(commit)) {
            return Err(Expected::phrase("a git URL whose `checksum` has 7 to 64 hexadecimal digits"));
        }
        if let Some(subdir) = self.subdir.take() {
            self.subdir = clean(&subdir)?;
        }
        if self.reference.is_none() {
            self.reference.clone_from(&self.checksum);
        }
        Ok(self)
    }
}

type Parts<'t> = (Transport, Cow<'t, str>, Option<&'t str>, Option<&'t str>);

/// Transport, remote, query and fragment of what is meant as a git repository.
fn split(text: &str) -> Option<Parts<'_>> {
    if text.starts_with("./") || text.starts_with("../") {
        return None;
    }
    let (rest, fragment) = cut(text, '#');
    let (remote, query) = cut(rest, '?');
    if remote.starts_with("github.com/") {
        return Some((Transport::Https, Cow::Owned(format!("https://{remote}")), query, fragment));
    }
    let Some((scheme, rest)) = remote.split_once("://") else {
        let remote = is_scp(remote).then_some(Cow::Borrowed(remote))?;
        return Some((Transport::Ssh, remote, query, fragment));
    };
    let scheme = scheme.to_ascii_lowercase();
    let transport = match &*scheme {
        "git" => Transport::Git,
        "http" if names_repository(rest) => Transport::Http,
        "https" if names_repository(rest) => Transport::Https,
        "ssh" => Transport::Ssh,
        _ => return None,
    };
    Some((transport, Cow::Owned(format!("{scheme}://{rest}")), query, fragment))
}

/// Whether a web address is a git repository: only by its ending, in lower case, as `docker build` sees it.
fn names_repository(address: &str) -> bool {
    address.as_bytes().ends_with(b".git")
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// `[user@]host:path`, as `scp` writes it.
fn is_scp(remote: &str) -> bool {
    let Some((place, path)) = remote.split_once(':') else { return false };
    let (user, host) = place.split_once('@').map_or((None, place), |(user, host)| (Some(user), host));
    let word = |text: &str, more: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    user.is_none_or(|user| word(user, b"-_")) && word(host, b"-.") && !path.is_empty()
}

/// Whether git and ssh can take neither host, user nor path for an option.
fn has_safe_host(remote: &str) -> bool {
    let (place, path) = match remote.split_once("://") {
        Some((_, rest)) => rest.split_once('/').unwrap_or((rest, "")),
        None => remote.split_once(':').unwrap_or((remote, "")),
    };
    let host = place.rsplit_once('@').map_or(place, |(_, host)| host);
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    !path.is_empty()
        && !path.starts_with('-')
        && !place.starts_with('-')
        && !host.is_empty()
        && !host.starts_with(['-', ':'])
        && host.bytes().all(safe)
}

/// Sets a value that may be given in two places if they agree.
fn agree(place: &mut Option<String>, value: String, what: &str) -> Result<(), Expected> {
    match place {
        Some(before) if *before != value => {
            let message =
                format!("a git URL with one {what}, not {} and {}", literal(before), literal(&value));
            Err(message.into())
        }
        _ => {
            *place = Some(value);
            Ok(())
        }
    }
}

fn full_name(prefix: &str, name: &str) -> String {
    if name.starts_with(prefix) { name.to_owned() } else { format!("{prefix}{name}") }
}

/// A key without a value says yes.
fn flag(key: &str, value: &str) -> Result<bool, Expected> {
    let read = if value.is_empty() { Ok(true) } else { boolean(value) };
    read.map_err(|expected| format!("a git URL whose `{key}` is {}", expected.0).into())
}

fn git_time(text: &str) -> Result<GitTime, Expected> {
    match text {
        "checkout" => Ok(GitTime::Checkout),
        "commit" => Ok(GitTime::Commit),
        _ => Err(Expected::phrase("a git URL whose `mtime` is `checkout` or `commit`")),
    }
}

/// What `git check-ref-format` allows, as far as it could be misunderstood on a command line.
fn is_reference(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && !name.starts_with(['-', '/'])
        && !name.ends_with(['/', '.'])
        && !name.contains("..")
        && !name.contains("//")
        && !name.contains("@{")
        && !name.contains(|c: char| c.is_whitespace() || c.is_control() || r"~^:?*[\".contains(c))
}

fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A directory without `.`, `..` and empty parts; `None` for the root.
fn clean(directory: &str) -> Result<Option<String>, Expected> {
    let parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") || directory.contains(char::is_control) {
        return Err(Expected::phrase("a git URL whose directory stays inside the repository, without `..`"));
    }
    Ok(Some(parts.join("/")).filter(|path| !path.is_empty()))
}

/// `%41` decoded, and `+` as a space where it is a query.
fn decoded(text: &str, query: bool) -> Result<Cow<'_, str>, Expected> {
    const EXPECTED: Expected =
        Expected::phrase("a git URL with `%` only before two hexadecimal digits of UTF-8");
    if !text.contains(['%', '+']) {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16).and_then(|d| u8::try_from(d).ok());
                let (high, low) = (digit().ok_or(EXPECTED)?, digit().ok_or(EXPECTED)?);
                high << 4 | low
            }
            b'+' if query => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| EXPECTED)
}

/// Longest URL that is looked at.
const MAX_TEXT: usize = 8192;

const KEYS: &str = "`branch`, `checksum` (or `commit`), `fetch-by-commit`, `keep-git-dir`, `mtime`, `ref`, \
                    `subdir`, `submodules` or `tag`";

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn describe(text: &str) -> String {
        let git = match GitRef::detect(text) {
            None => return "not git".to_owned(),
            Some(Err(expected)) => return format!("expected {}", expected.0),
            Some(Ok(git)) => git,
        };
        let GitRef { remote, transport, reference, subdir, checksum, .. } = &git;
        let words = [("ref", reference), ("subdir", subdir), ("checksum", checksum)];
        let flags = [
            ("keep-git-dir", git.keep_git_dir),
            ("submodules", git.submodules),
            ("fetch-by-commit", git.fetch_by_commit),
        ];
        let words = words.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?)));
        let flags = flags.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?)));
        let mtime = git.mtime.map(|mtime| format!("mtime={mtime:?}"));
        let all =
            [format!("{transport:?}"), remote.clone()].into_iter().chain(words).chain(flags).chain(mtime);
        all.collect::<Vec<_>>().join(" ")
    }

    fn check(texts: &[&str], expected: &Expect) {
        let lines: Vec<String> = texts.iter().map(|text| format!("{text}\n  {}", describe(text))).collect();
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn git_is_known_by_scheme_or_ending() {
        check(
            &[
                "https://example.org/a/b.git",
                "https://user:word@example.org/b.git",
                "HTTP://example.org:8080/b.git",
                "https://example.org/b.tar.gz",
                "https://example.org/b?c=.git",
                "git://example.org/b",
                "ssh://git@example.org:22/b.git",
                "git@example.org:a/b.git",
                "example.org:b.git",
                "github.com/a/b",
                "ftp://example.org/b.git",
                "./a.git",
                "../b:c",
                "dir",
                "",
            ],
            &expect![[r"
                https://example.org/a/b.git
                  Https https://example.org/a/b.git
                https://user:word@example.org/b.git
                  Https https://user:word@example.org/b.git
                HTTP://example.org:8080/b.git
                  Http http://example.org:8080/b.git
                https://example.org/b.tar.gz
                  not git
                https://example.org/b?c=.git
                  not git
                git://example.org/b
                  Git git://example.org/b
                ssh://git@example.org:22/b.git
                  Ssh ssh://git@example.org:22/b.git
                git@example.org:a/b.git
                  Ssh git@example.org:a/b.git
                example.org:b.git
                  Ssh example.org:b.git
                github.com/a/b
                  Https https://github.com/a/b
                ftp://example.org/b.git
                  not git
                ./a.git
                  not git
                ../b:c
                  not git
                dir
                  not git

                  not git"]],
        );
    }

    #[test]
    fn a_fragment_names_reference_and_directory() {
        check(
            &[
                "https://example.org/b.git#v1",
                "https://example.org/b.git#v1:a/b",
                "https://example.org/b.git#:a/./b/",
                "https://example.org/b.git#:/",
                "https://example.org/b.git#",
                "https://example.org/b.git#feature%2Fone",
                "git@example.org:b.git#refs/pull/42/head:docker",
                "github.com/a/b#main",
            ],
            &expect![[r"
                https://example.org/b.git#v1
                  Https https://example.org/b.git ref=v1
                https://example.org/b.git#v1:a/b
                  Https https://example.org/b.git ref=v1 subdir=a/b
                https://example.org/b.git#:a/./b/
                  Https https://example.org/b.git subdir=a/b
                https://example.org/b.git#:/
                  Https https://example.org/b.git
                https://example.org/b.git#
                  Https https://example.org/b.git
                https://example.org/b.git#feature%2Fone
                  Https https://example.org/b.git ref=feature/one
                git@example.org:b.git#refs/pull/42/head:docker
                  Ssh git@example.org:b.git ref=refs/pull/42/head subdir=docker
                github.com/a/b#main
                  Https https://github.com/a/b ref=main"]],
        );
    }

    #[test]
    fn a_query_says_it_with_names() {
        check(
            &[
                "https://example.org/b.git?branch=main&subdir=a+b",
                "https://example.org/b.git?tag=v1&checksum=0123456789abcdef",
                "https://example.org/b.git?tag=refs/tags/v1#refs/tags/v1",
                "https://example.org/b.git?commit=0123456",
                "https://example.org/b.git?ref=pull/42/head&keep-git-dir&submodules=false",
                "git@example.org:b.git?ref=main&mtime=commit&fetch-by-commit=true",
            ],
            &expect![[r"
                https://example.org/b.git?branch=main&subdir=a+b
                  Https https://example.org/b.git ref=refs/heads/main subdir=a b
                https://example.org/b.git?tag=v1&checksum=0123456789abcdef
                  Https https://example.org/b.git ref=refs/tags/v1 checksum=0123456789abcdef
                https://example.org/b.git?tag=refs/tags/v1#refs/tags/v1
                  Https https://example.org/b.git ref=refs/tags/v1
                https://example.org/b.git?commit=0123456
                  Https https://example.org/b.git ref=0123456 checksum=0123456
                https://example.org/b.git?ref=pull/42/head&keep-git-dir&submodules=false
                  Https https://example.org/b.git ref=pull/42/head keep-git-dir=true submodules=false
                git@example.org:b.git?ref=main&mtime=commit&fetch-by-commit=true
                  Ssh git@example.org:b.git ref=main fetch-by-commit=true mtime=Commit"]],
        );
    }

    #[test]
    fn what_is_meant_as_git_but_cannot_be_used_is_an_error() {
        check(
            &[
                "https://example.org/b.git?tag=v1&branch=main",
                "https://example.org/b.git?ref=a#b",
                "https://example.org/b.git?ref=a&ref=a",
                "https://example.org/b.git?checksum=abcdefg&commit=0123456",
                "https://example.org/b.git?checksum=xyz",
                "https://example.org/b.git?depth=1",
                "https://example.org/b.git?mtime=now",
                "https://example.org/b.git?submodules=maybe",
                "https://example.org/b.git?ref=",
                "https://example.org/b.git#%zz",
                "https://example.org/b.git#%ff",
                "https://example.org/b.git#--upload-pack=x",
                "https://example.org/b.git#a..b",
                "https://example.org/b.git#v1:../../etc",
                "https://example.org/b c.git",
                "https:///b.git",
                "ssh://-oProxyCommand=x/b.git",
                "ssh://user@-oProxyCommand=x/b.git",
                "git@example.org:-x.git",
                "git://example.org",
            ],
            &expect![[r"
                https://example.org/b.git?tag=v1&branch=main
                  expected a git URL with one ref, not `refs/tags/v1` and `refs/heads/main`
                https://example.org/b.git?ref=a#b
                  expected a git URL with one ref, not `b` and `a`
                https://example.org/b.git?ref=a&ref=a
                  expected a git URL with one `ref` in its query
                https://example.org/b.git?checksum=abcdefg&commit=0123456
                  expected a git URL with one `checksum` in its query
                https://example.org/b.git?checksum=xyz
                  expected a git URL whose `checksum` has 7 to 64 hexadecimal digits
                https://example.org/b.git?depth=1
                  expected a git URL with `branch`, `checksum` (or `commit`), `fetch-by-commit`, `keep-git-dir`, `mtime`, `ref`, `subdir`, `submodules` or `tag` in its query, not `depth`
                https://example.org/b.git?mtime=now
                  expected a git URL whose `mtime` is `checkout` or `commit`
                https://example.org/b.git?submodules=maybe
                  expected a git URL whose `submodules` is `true` or `false`
                https://example.org/b.git?ref=
                  expected a git URL with the name of a branch, tag or commit
                https://example.org/b.git#%zz
                  expected a git URL with `%` only before two hexadecimal digits of UTF-8
                https://example.org/b.git#%ff
                  expected a git URL with `%` only before two hexadecimal digits of UTF-8
                https://example.org/b.git#--upload-pack=x
                  expected a git URL with the name of a branch, tag or commit
                https://example.org/b.git#a..b
                  expected a git URL with the name of a branch, tag or commit
                https://example.org/b.git#v1:../../etc
                  expected a git URL whose directory stays inside the repository, without `..`
                https://example.org/b c.git
                  expected a git URL of at most 8192 bytes without white space
                https:///b.git
                  expected a git URL with a host and a path, neither starting with `-`
                ssh://-oProxyCommand=x/b.git
                  expected a git URL with a host and a path, neither starting with `-`
                ssh://user@-oProxyCommand=x/b.git
                  expected a git URL with a host and a path, neither starting with `-`
                git@example.org:-x.git
                  expected a git URL with a host and a path, neither starting with `-`
                git://example.org
                  expected a git URL with a host and a path, neither starting with `-`"]],
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), tail in any::<String>()) {
            GitRef::detect(&text);
            GitRef::detect(&format!("https://example.org/a.git{text}"));
            GitRef::detect(&format!("git@{text}:{tail}"));
        }

        #[test]
        fn what_is_read_is_safe_to_pass_on(tail in "[?#][a-z=&:/.%0-9-]{0,20}") {
            if let Some(Ok(git)) = GitRef::detect(&format!("https://example.org/a.git{tail}")) {
                prop_assert_eq!(&git.remote, "https://example.org/a.git");
                prop_assert!(!git.reference.unwrap_or_default().starts_with('-'));
                let subdir = git.subdir.unwrap_or_default();
                prop_assert!(!subdir.starts_with('/') && subdir.split('/').all(|part| part != ".."));
            }
        }
    }
}
