//! Addresses that apt would fetch, from `apt-get --print-uris`.

use std::fmt::Write as _;

use super::Error;

/// One file that apt would fetch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Uri {
    /// Where it is, in the words of apt's methods, percent-encoded.
    pub uri: String,
    /// Name under which apt keeps it.
    pub file: String,
    /// SHA-256 in hexadecimal digits, when that is the hash apt goes by.
    pub sha256: Option<String>,
}

impl Uri {
    /// The package's name, when it is a package: the file is `NAME_VERSION_ARCHITECTURE.deb`.
    pub fn package(&self) -> &str {
        self.file.split_once('_').map_or("", |(name, _)| name)
    }
}

/// Reads lines such as `'http://example.org/jq.deb' jq_1_amd64.deb 78900 SHA256:7350…`.
pub(super) fn parse(text: &str) -> Result<Vec<Uri>, Error> {
    let mut uris: Vec<Uri> =
        text.lines().filter(|line| line.starts_with('\'')).map(line).collect::<Result<_, _>>()?;
    uris.sort();
    uris.dedup();
    Ok(uris)
}

fn line(line: &str) -> Result<Uri, Error> {
    let understood = || {
        let (uri, rest) = line.strip_prefix('\'')?.split_once("' ")?;
        let mut words = rest.split(' ');
        let file = words.next().filter(|file| !file.is_empty())?;
        let sha256 = words.nth(1).and_then(|hash| hash.strip_prefix("SHA256:"));
        Some(Uri { uri: encode(uri), file: file.to_owned(), sha256: sha256.map(str::to_owned) })
    };
    understood()
        .ok_or_else(|| Error::Output { of: "`apt-get --print-uris`".to_owned(), text: line.to_owned() })
}

/// apt prints some addresses decoded; what cannot be in one is encoded again.
fn encode(uri: &str) -> String {
    let mut encoded = String::with_capacity(uri.len());
    for byte in uri.bytes() {
        if byte.is_ascii_graphic() && !br#""<>\`{|}"#.contains(&byte) {
            encoded.push(byte.into());
        } else {
            write!(encoded, "%{byte:02x}").expect("a string takes any text");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn addresses_of_packages_and_indices_are_read() {
        let text = "\
Reading package lists...
'http://example.org/debian/pool/main/g/gcc-defaults/g%2b%2b_14.2.0-1_amd64.deb' g++_4%3a14.2.0-1_amd64.deb 1344 SHA256:f866
'file:/srv/my repo/./a.deb' a_1_all.deb 644 SHA512:00
'http://example.org/debian/dists/trixie/InRelease' example.org_debian_dists_trixie_InRelease 0 
";
        let uris = parse(text).unwrap();
        expect![[r#"
            [
                Uri {
                    uri: "file:/srv/my%20repo/./a.deb",
                    file: "a_1_all.deb",
                    sha256: None,
                },
                Uri {
                    uri: "http://example.org/debian/dists/trixie/InRelease",
                    file: "example.org_debian_dists_trixie_InRelease",
                    sha256: None,
                },
                Uri {
                    uri: "http://example.org/debian/pool/main/g/gcc-defaults/g%2b%2b_14.2.0-1_amd64.deb",
                    file: "g++_4%3a14.2.0-1_amd64.deb",
                    sha256: Some(
                        "f866",
                    ),
                },
            ]
        "#]]
        .assert_debug_eq(&uris);
        assert_eq!(uris[2].package(), "g++");
        assert!(parse("'http://example.org/without-end").is_err());
    }
}
