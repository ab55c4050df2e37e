//! Indices of packages: files of stanzas, one for each package, by Debian's repository format.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};

use super::relation::provides;
use super::{Error, Target};

/// What an index says about one version of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stanza {
    /// Package name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Architecture, or `all`.
    pub architecture: String,
    /// Name of the source package.
    pub source: String,
    /// Size of the file in bytes.
    pub size: Option<u64>,
    /// SHA-256 of the file in hexadecimal digits.
    pub sha256: Option<String>,
    /// Values of `Pre-Depends` and `Depends`.
    pub depends: Vec<String>,
    /// Values of `Breaks` and `Conflicts`.
    pub conflicts: Vec<String>,
    /// Value of `Provides`.
    pub provides: String,
    /// Label of the index it was found in.
    pub label: String,
}

/// What indices say about some names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// By name, all versions of the package, in the order of the indices.
    pub packages: BTreeMap<String, Vec<Stanza>>,
    /// By name, the packages of other names that provide it.
    pub providers: BTreeMap<String, BTreeSet<String>>,
    /// By name, the other architectures for which an index has the package.
    pub elsewhere: BTreeMap<String, BTreeSet<String>>,
}

pub(super) fn find(targets: &[Target], names: &[&str], architecture: &str) -> Result<Found, Error> {
    let names: BTreeSet<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
    let mut found = Found::default();
    for target in targets {
        each(target, |stanza| found.add(stanza, &names, architecture, &target.label))?;
    }
    Ok(found)
}

pub(super) fn names(targets: &[Target], architecture: &str) -> Result<BTreeSet<String>, Error> {
    let mut names = BTreeSet::new();
    for target in targets {
        each(target, |stanza| {
            if is_for(stanza, architecture) {
                names.insert(text(field(stanza, "Package")));
            }
        })?;
    }
    Ok(names)
}

pub(super) fn depends(targets: &[Target], architecture: &str) -> Result<BTreeMap<String, String>, Error> {
    let mut all = BTreeMap::new();
    for target in targets {
        each(target, |stanza| {
            if is_for(stanza, architecture) {
                let values = ["Pre-Depends", "Depends"].map(|name| field(stanza, name));
                let values = values.into_iter().filter(|value| !value.is_empty()).map(text);
                all.insert(text(field(stanza, "Package")), values.collect::<Vec<_>>().join(","));
            }
        })?;
    }
    Ok(all)
}

impl Found {
    fn add(&mut self, stanza: &[u8], names: &BTreeSet<&[u8]>, architecture: &str, label: &str) {
        let name = field(stanza, "Package");
        if names.contains(name) {
            if is_for(stanza, architecture) {
                self.packages.entry(text(name)).or_default().push(Stanza::read(stanza, label));
            } else {
                let architectures = self.elsewhere.entry(text(name)).or_default();
                architectures.insert(text(field(stanza, "Architecture")));
            }
        }
        let value = field(stanza, "Provides");
        if !value.is_empty() && is_for(stanza, architecture) {
            let value = text(value);
            for (provided, _) in provides(&value).filter(|(provided, _)| names.contains(provided.as_bytes()))
            {
                if provided.as_bytes() != name {
                    self.providers.entry(provided.to_owned()).or_default().insert(text(name));
                }
            }
        }
    }
}

impl Stanza {
    fn read(stanza: &[u8], label: &str) -> Self {
        let text = |name: &str| text(field(stanza, name));
        let texts = |names: [&str; 2]| names.map(text).into_iter().filter(|text| !text.is_empty()).collect();
        let name = text("Package");
        // `Source: jq (1.7)` where the version is another
        let source = text("Source").split([' ', '(']).next().unwrap_or_default().to_owned();
        Self {
            version: text("Version"),
            architecture: text("Architecture"),
            source: if source.is_empty() { name.clone() } else { source },
            size: text("Size").parse().ok(),
            sha256: Some(text("SHA256").to_ascii_lowercase()).filter(|digits| !digits.is_empty()),
            depends: texts(["Pre-Depends", "Depends"]),
            conflicts: texts(["Breaks", "Conflicts"]),
            provides: text("Provides"),
            label: label.to_owned(),
            name,
        }
    }
}

fn is_for(stanza: &[u8], architecture: &str) -> bool {
    let of = field(stanza, "Architecture");
    of == b"all" || of == architecture.as_bytes()
}

/// The value of a field, with its further lines; empty when there is none.
fn field<'s>(stanza: &'s [u8], name: &str) -> &'s [u8] {
    let mut start = 0;
    while start < stanza.len() {
        let line = &stanza[start..];
        let end = line.iter().position(|&byte| byte == b'\n').unwrap_or(line.len());
        if line.get(name.len()) == Some(&b':') && line[..name.len()].eq_ignore_ascii_case(name.as_bytes()) {
            let further = |at: usize| matches!(line.get(at + 1), Some(b' ' | b'\t'));
            let mut end = end;
            while further(end) {
                end += 1 + line[end + 1..]
                    .iter()
                    .position(|&byte| byte == b'\n')
                    .unwrap_or(line.len() - end - 1);
            }
            return line[name.len() + 1..end].trim_ascii();
        }
        start += end + 1;
    }
    b""
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Calls `with` for each stanza of an index.
fn each(target: &Target, with: impl FnMut(&[u8])) -> Result<(), Error> {
    let file = File::open(&target.file).map_err(Error::file(&target.file))?;
    stanzas(BufReader::with_capacity(BUFFER, file), with).map_err(Error::file(&target.file))
}

fn stanzas(mut reader: impl BufRead, mut with: impl FnMut(&[u8])) -> io::Result<()> {
    let mut stanza = Vec::new();
    loop {
        let start = stanza.len();
        let room = STANZA.saturating_sub(start as u64);
        let read = reader.by_ref().take(room).read_until(b'\n', &mut stanza)?;
        if room == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a package's entry is too long"));
        }
        if read == 0 || stanza[start..].trim_ascii().is_empty() {
            if start > 0 {
                with(&stanza[..start]);
            }
            stanza.clear();
        }
        if read == 0 {
            return Ok(());
        }
    }
}

/// Bytes read at once.
const BUFFER: usize = 1 << 16;

/// Bytes of a stanza, at most. The longest of Debian 13 has 75 KiB: the package provides many names.
const STANZA: u64 = 16 << 20;

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;

    const INDEX: &str = "\
Package: jq
Source: jq (1.7.1)
Version: 1.7.1-6+b1
Architecture: amd64
Depends: libjq1 (= 1.7.1-6+b1),
 libc6
Pre-Depends: base (>= 1)
Breaks: old
Size: 78900
SHA256: 73AB
Description: Depends: not

package: mawk
version: 1.3
architecture: amd64
Provides: awk, other

Package: gawk
Version: 5
Architecture: amd64
Provides: awk (= 5)


Package: busybox-awk
Version: 1
Architecture: i386
Provides: awk

Package: awk
Version: 0
Architecture: i386

Package: awkward
Version: 1
Architecture: all
Provides: awkward";

    fn check(names: &[&str]) -> Found {
        let names: BTreeSet<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
        let mut found = Found::default();
        stanzas(INDEX.as_bytes(), |stanza| found.add(stanza, &names, "amd64", "trixie/main")).unwrap();
        found
    }

    #[test]
    fn packages_are_read_whole() {
        expect![[r#"
            Found {
                packages: {
                    "jq": [
                        Stanza {
                            name: "jq",
                            version: "1.7.1-6+b1",
                            architecture: "amd64",
                            source: "jq",
                            size: Some(
                                78900,
                            ),
                            sha256: Some(
                                "73ab",
                            ),
                            depends: [
                                "base (>= 1)",
                                "libjq1 (= 1.7.1-6+b1),\n libc6",
                            ],
                            conflicts: [
                                "old",
                            ],
                            provides: "",
                            label: "trixie/main",
                        },
                    ],
                },
                providers: {},
                elsewhere: {},
            }
        "#]]
        .assert_debug_eq(&check(&["jq", "zsh"]));
    }

    #[test]
    fn names_may_be_provided_or_elsewhere() {
        let Found { packages, providers, elsewhere } = check(&["awk", "awkward", "jq"]);
        assert_eq!(packages.keys().collect::<Vec<_>>(), ["awkward", "jq"]);
        expect![[r#"
            (
                {
                    "awk": {
                        "gawk",
                        "mawk",
                    },
                },
                {
                    "awk": {
                        "i386",
                    },
                },
            )
        "#]]
        .assert_debug_eq(&(providers, elsewhere));
    }

    #[test]
    fn an_endless_stanza_is_refused() {
        let mut line = io::repeat(b'x').take(STANZA + 10);
        let mut text = Vec::new();
        line.read_to_end(&mut text).unwrap();
        assert_eq!(stanzas(text.as_slice(), |_| ()).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    proptest! {
        #[test]
        fn fields_of_any_text_are_parts_of_it(text in "[aA: \t\n]{0,40}") {
            let value = field(text.as_bytes(), "a");
            prop_assert!(value.is_empty() || text.contains(std::str::from_utf8(value).unwrap()));
        }

        #[test]
        fn stanzas_are_the_text_between_empty_lines(parts in proptest::collection::vec("[ab]{1,3}(\n[ab]{1,3}){0,2}", 0..5)) {
            let mut read = Vec::new();
            stanzas(parts.join("\n\n").as_bytes(), |stanza| read.push(text(stanza.trim_ascii()))).unwrap();
            prop_assert_eq!(read, parts);
        }
    }
}
