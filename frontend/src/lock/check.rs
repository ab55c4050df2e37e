//! Whether a package of a lock can be what it says.

use std::fmt;

use super::Package;

impl Package {
    /// Whether the values are of the form that their docs tell, and harmless in paths, URLs and messages.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), PackageError> {
        let Self { name, version, architecture, source, url, size, sha256, keys } = self;
        for (field, value, also) in
            [("name", name, "+-._"), ("architecture", architecture, "-_"), ("source", source, "+-._")]
        {
            let allowed = |b: u8| b.is_ascii_alphanumeric() || also.as_bytes().contains(&b);
            let begins = value.starts_with(|first: char| first.is_ascii_alphanumeric());
            if !begins || value.len() > MAX_NAME || !value.bytes().all(allowed) {
                return Err(PackageError::Word { field, value: shown(value) });
            }
        }
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"+-.~:^_".contains(&b);
        if version.is_empty() || !version.bytes().all(allowed) {
            return Err(PackageError::Version(shown(version)));
        }
        check_url(url)?;
        if !(1..=MAX_SIZE).contains(size) {
            return Err(PackageError::Size(*size));
        }
        if sha256.len() != 64 || !sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(PackageError::Sha256(shown(sha256)));
        }
        if let Some(key) = keys.iter().find(|key| !is_fingerprint(key)) {
            return Err(PackageError::Key(shown(key)));
        }
        Ok(())
    }

    /// Whether the file can be had by HTTP alone, without the package manager's own ways.
    pub fn is_plain_http(&self) -> bool {
        self.url.starts_with("http://") || self.url.starts_with("https://")
    }
}

/// Whether a text is the fingerprint of an OpenPGP key: 40 or 64 upper-case hexadecimal digits (RFC 9580, 5.5.4).
pub(super) fn is_fingerprint(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'))
}

/// The beginning of a text that anyone may have written, for a message.
pub(super) fn shown(text: &str) -> String {
    let readable = |character: char| match character {
        quote @ ('"' | '\'') => quote.to_string(),
        other => other.escape_debug().to_string(),
    };
    let shown: String = text.chars().take(MAX_SHOWN).map(readable).collect();
    if text.chars().nth(MAX_SHOWN).is_some() { shown + "…" } else { shown }
}

fn check_url(url: &str) -> Result<(), PackageError> {
    let bad = |problem| PackageError::Url { url: shown(url), problem };
    let (scheme, rest) = url.split_once(':').ok_or_else(|| bad("it has no scheme"))?;
    if !SCHEMES.contains(&scheme) {
        return Err(bad("its scheme is none that package managers fetch from"));
    }
    if !url.bytes().all(|b| b.is_ascii_graphic() && !br#""'\<>"#.contains(&b)) {
        return Err(bad("it has characters that must be percent-encoded"));
    }
    let Some(rest) = rest.strip_prefix("//") else {
        let remote = matches!(scheme, "http" | "https");
        return if remote { Err(bad("it has no host")) } else { Ok(()) };
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.contains('@') {
        return Err(bad("it has a user name or password, which do not belong in a lock"));
    }
    if host.is_empty() && matches!(scheme, "http" | "https") {
        return Err(bad("it has no host"));
    }
    Ok(())
}

/// A value that a [`Package`] cannot have; texts are escaped and cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageError {
    /// A key that must have signed the package is named in another way than by its fingerprint.
    Key(String),
    /// The checksum has another form.
    Sha256(String),
    /// No file has this size.
    Size(u64),
    /// The address cannot be used.
    Url {
        /// The address.
        url: String,
        /// Why.
        problem: &'static str,
    },
    /// The version has characters that versions have not.
    Version(String),
    /// A name has characters that names have not.
    Word {
        /// Which name.
        field: &'static str,
        /// The name.
        value: String,
    },
}

impl fmt::Display for PackageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(text) => {
                write!(f, "`keys` has fingerprints of 40 or 64 upper-case hexadecimal digits, not `{text}`")
            }
            Self::Sha256(text) => write!(f, "`sha256` is 64 lower-case hexadecimal digits, not `{text}`"),
            Self::Size(size) => write!(f, "`size` is between 1 and {MAX_SIZE} bytes, not {size}"),
            Self::Url { url, problem } => write!(f, "`url` is `{url}`: {problem}"),
            Self::Version(text) => {
                write!(f, "`version` has letters, digits and `+`, `-`, `.`, `~`, `:`, `^`, `_`, not `{text}`")
            }
            Self::Word { field, value } => write!(
                f,
                "`{field}` has at most {MAX_NAME} letters, digits, `+`, `-`, `.` and `_`, the first a letter or \
                 digit, not `{value}`"
            ),
        }
    }
}

impl std::error::Error for PackageError {}

/// Characters of a strange text in a message, at most.
const MAX_SHOWN: usize = 120;

/// Bytes of a name, at most: Linux's `NAME_MAX`, as names are in file names.
const MAX_NAME: usize = 255;

/// What package managers fetch from; see sources.list(5) and apt-transport-mirror(1).
const SCHEMES: [&str; 12] = [
    "cdrom",
    "copy",
    "file",
    "ftp",
    "http",
    "https",
    "mirror",
    "mirror+file",
    "mirror+http",
    "mirror+https",
    "tor+http",
    "tor+https",
];

/// Bytes of a package file, at most: no repository comes near, and the sum over a lock cannot overflow.
const MAX_SIZE: u64 = 1 << 40;

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn package() -> Package {
        Package {
            name: "libstdc++6".to_owned(),
            version: "1:14.2~rc1-19+b1".to_owned(),
            architecture: "amd64".to_owned(),
            source: "gcc-14".to_owned(),
            url: "http://example.org/debian/pool/main/g/gcc-14/libstdc%2b%2b6_14.2_amd64.deb".to_owned(),
            size: 700_000,
            sha256: "0123456789abcdef".repeat(4),
            keys: Vec::new(),
        }
    }

    fn check(change: impl FnOnce(&mut Package)) -> String {
        let mut package = package();
        change(&mut package);
        package.check().map_or_else(|problem| problem.to_string(), |()| "good".to_owned())
    }

    #[test]
    fn every_value_has_its_form() {
        let problems = [
            check(|package| package.name = "../../etc/passwd".to_owned()),
            check(|package| package.name.clear()),
            check(|package| package.architecture = "-o".to_owned()),
            check(|package| package.source = "x".repeat(256)),
            check(|package| package.version = "1/2\n".to_owned()),
            check(|package| package.version.clear()),
            check(|package| package.size = 0),
            check(|package| package.size = u64::MAX),
            check(|package| package.sha256 = "0123456789ABCDEF".repeat(4)),
            check(|package| package.sha256 = "00".to_owned()),
        ];
        expect![[r"
            `name` has at most 255 letters, digits, `+`, `-`, `.` and `_`, the first a letter or digit, not `../../etc/passwd`
            `name` has at most 255 letters, digits, `+`, `-`, `.` and `_`, the first a letter or digit, not ``
            `architecture` has at most 255 letters, digits, `+`, `-`, `.` and `_`, the first a letter or digit, not `-o`
            `source` has at most 255 letters, digits, `+`, `-`, `.` and `_`, the first a letter or digit, not `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`
            `version` has letters, digits and `+`, `-`, `.`, `~`, `:`, `^`, `_`, not `1/2\n`
            `version` has letters, digits and `+`, `-`, `.`, `~`, `:`, `^`, `_`, not ``
            `size` is between 1 and 1099511627776 bytes, not 0
            `size` is between 1 and 1099511627776 bytes, not 18446744073709551615
            `sha256` is 64 lower-case hexadecimal digits, not `0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF`
            `sha256` is 64 lower-case hexadecimal digits, not `00`"]].assert_eq(&problems.join("\n"));
    }

    #[test]
    fn addresses_are_those_of_package_managers() {
        for url in [
            "http://example.org/a.deb",
            "https://example.org:8080/a~b+c%2b.deb?x=y@z",
            "file:/srv/repo/./a.deb",
            "file:///srv/a.deb",
            "mirror+file:/etc/mirrors.txt/pool/a.deb",
            "copy:/srv/with%20space.deb",
        ] {
            assert_eq!(check(|package| package.url = url.to_owned()), "good", "`{url}`");
        }
        let problems = [
            "javascript:alert(1)",
            "/srv/a.deb",
            "http:/example.org",
            "https:///a.deb",
            "http://user:word@example.org/a.deb",
            "http://example.org/a b.deb",
            "http://example.org/a\u{202e}.deb",
            "",
        ]
        .map(|url| check(|package| package.url = url.to_owned()));
        expect![[r"
            `url` is `javascript:alert(1)`: its scheme is none that package managers fetch from
            `url` is `/srv/a.deb`: it has no scheme
            `url` is `http:/example.org`: it has no host
            `url` is `https:///a.deb`: it has no host
            `url` is `http://user:word@example.org/a.deb`: it has a user name or password, which do not belong in a lock
            `url` is `http://example.org/a b.deb`: it has characters that must be percent-encoded
            `url` is `http://example.org/a\u{202e}.deb`: it has characters that must be percent-encoded
            `url` is ``: it has no scheme"]].assert_eq(&problems.join("\n"));
    }

    #[test]
    fn rpm_has_words_of_its_own() {
        assert_eq!(
            check(|package| {
                package.name = "Lmod_x".to_owned();
                package.version = "0:8.7^git1-3.azl3".to_owned();
                package.architecture = "x86_64".to_owned();
            }),
            "good"
        );
    }

    #[test]
    fn only_http_is_plain() {
        let plain = |url: &str| Package { url: url.to_owned(), ..package() }.is_plain_http();
        assert!(plain("http://example.org/a") && plain("https://example.org/a"));
        assert!(
            !plain("file:/a") && !plain("mirror+http://example.org/a") && !plain("tor+https://example.org/a")
        );
    }
}
