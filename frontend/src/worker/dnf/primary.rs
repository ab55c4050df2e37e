//! The index of a repository's packages, `primary.xml` of `createrepo_c`.

use std::io::{self, BufRead};

use crate::job::Relation;
use crate::xml::{self, Attributes, Visitor};

/// What an index says of one version of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Package name.
    pub name: String,
    /// `[epoch:]version-release`; an epoch of 0 is left out.
    pub version: String,
    /// Architecture, or `noarch`.
    pub architecture: String,
    /// Name of the source package.
    pub source: String,
    /// Size of the file in bytes.
    pub size: Option<u64>,
    /// Kind of checksum, such as `sha256`, and its hexadecimal digits.
    pub checksum: (String, String),
    /// Path of the file in the repository.
    pub href: String,
    /// Another place than the repository's, in which the file is.
    pub base: Option<String>,
    /// What it provides.
    pub provides: Vec<Capability>,
    /// What it requires.
    pub requires: Vec<Capability>,
    /// What it conflicts with, or makes obsolete.
    pub conflicts: Vec<Capability>,
    /// Those of its files that the index names: programs and configuration.
    pub files: Vec<String>,
}

/// A name that packages go by, with the versions that are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// The name.
    pub name: String,
    /// How versions relate to the one that is written, and that version; `None` for all versions.
    pub version: Option<(Relation, String)>,
}

/// Calls `with` for each package of an index.
pub(super) fn read(index: impl BufRead, with: impl FnMut(Entry)) -> io::Result<()> {
    xml::walk(index, &mut Reading { with, entry: None, list: None, capabilities: 0 })
}

struct Reading<F> {
    with: F,
    /// The package that is being read.
    entry: Option<Entry>,
    /// The list of capabilities that is being read.
    list: Option<List>,
    /// How many capabilities and files the package has.
    capabilities: usize,
}

#[derive(Clone, Copy)]
enum List {
    Provides,
    Requires,
    Conflicts,
}

impl<F: FnMut(Entry)> Visitor for Reading<F> {
    fn open(&mut self, name: &str, attributes: &Attributes<'_>) -> io::Result<()> {
        if name == "package" {
            self.entry = Some(Entry::default());
            self.capabilities = 0;
        }
        let Some(entry) = &mut self.entry else { return Ok(()) };
        let value = |name| attributes.value(name).unwrap_or_default();
        match name {
            "checksum" => entry.checksum.0 = value("type"),
            "conflicts" | "obsoletes" => self.list = Some(List::Conflicts),
            "entry" => {
                let Some(list) = self.list else { return Ok(()) };
                self.capabilities += 1;
                if self.capabilities > CAPABILITIES {
                    return Err(xml::invalid(MANY));
                }
                let capability = Capability::read(attributes);
                match list {
                    List::Conflicts => entry.conflicts.push(capability),
                    List::Provides => entry.provides.push(capability),
                    List::Requires => entry.requires.push(capability),
                }
            }
            "location" => {
                entry.href = value("href");
                entry.base = attributes.value("xml:base").filter(|base| !base.is_empty());
            }
            "provides" => self.list = Some(List::Provides),
            "requires" => self.list = Some(List::Requires),
            "size" => entry.size = value("package").parse().ok(),
            "version" => entry.version = version(&value("epoch"), &value("ver"), &value("rel")),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str, text: &str) -> io::Result<()> {
        let Some(entry) = &mut self.entry else { return Ok(()) };
        match name {
            "arch" => text.clone_into(&mut entry.architecture),
            "checksum" => entry.checksum.1 = text.to_ascii_lowercase(),
            "conflicts" | "obsoletes" | "provides" | "requires" => self.list = None,
            "file" => {
                self.capabilities += 1;
                if self.capabilities > CAPABILITIES {
                    return Err(xml::invalid(MANY));
                }
                entry.files.push(text.to_owned());
            }
            "name" => text.clone_into(&mut entry.name),
            "package" => {
                let mut entry = std::mem::take(entry);
                self.entry = None;
                if entry.source.is_empty() {
                    entry.source.clone_from(&entry.name);
                }
                (self.with)(entry);
            }
            "sourcerpm" => source(text).clone_into(&mut entry.source),
            _ => {}
        }
        Ok(())
    }
}

impl Capability {
    fn read(attributes: &Attributes<'_>) -> Self {
        let value = |name| attributes.value(name).unwrap_or_default();
        let relation = match value("flags").as_str() {
            "EQ" => Some(Relation::Eq),
            "GE" => Some(Relation::Ge),
            "GT" => Some(Relation::Gt),
            "LE" => Some(Relation::Le),
            "LT" => Some(Relation::Lt),
            _ => None,
        };
        let version = version(&value("epoch"), &value("ver"), &value("rel"));
        Self { name: value("name"), version: relation.map(|relation| (relation, version)) }
    }
}

/// A version put together.
fn version(epoch: &str, version: &str, release: &str) -> String {
    let epoch = if matches!(epoch, "" | "0") { String::new() } else { format!("{epoch}:") };
    let dash = if release.is_empty() { "" } else { "-" };
    format!("{epoch}{version}{dash}{release}")
}

/// The name in the file name of a source package: `NAME-VERSION-RELEASE.src.rpm`.
fn source(file: &str) -> &str {
    file.rsplitn(3, '-').nth(2).unwrap_or_default()
}

/// Relations and files of a package, at most; the kernels of distributions have some ten thousand.
const CAPABILITIES: usize = 200_000;
const MANY: &str = "a package has too many relations or files";

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    /// As `createrepo_c` 0.17 writes it.
    pub(super) const INDEX: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="2">
<package type="rpm">
  <name>jq</name>
  <arch>x86_64</arch>
  <version epoch="0" ver="1.7.1" rel="2.azl3"/>
  <checksum type="sha256" pkgid="YES">02B4</checksum>
  <summary>Command-line &lt;JSON&gt; processor</summary>
  <description>jq - name &amp; more</description>
  <packager></packager>
  <url>https://example.org/</url>
  <time file="1795675734" build="1795675733"/>
  <size package="6075" installed="3" archive="256"/>
  <location href="Packages/j/jq-1.7.1-2.azl3.x86_64.rpm"/>
  <format>
    <rpm:license>MIT</rpm:license>
    <rpm:sourcerpm>jq-src-1.7.1-2.azl3.src.rpm</rpm:sourcerpm>
    <rpm:header-range start="4504" end="5977"/>
    <rpm:provides>
      <rpm:entry name="jq" flags="EQ" epoch="0" ver="1.7.1" rel="2.azl3"/>
      <rpm:entry name="libjq.so.1()(64bit)"/>
    </rpm:provides>
    <rpm:requires>
      <rpm:entry name="libonig.so.5()(64bit)"/>
      <rpm:entry name="oniguruma" flags="GE" epoch="1" ver="6.9"/>
    </rpm:requires>
    <rpm:conflicts>
      <rpm:entry name="jq-old" flags="LT" epoch="0" ver="1"/>
    </rpm:conflicts>
    <rpm:obsoletes>
      <rpm:entry name="jq-devel"/>
    </rpm:obsoletes>
    <file>/usr/bin/jq</file>
  </format>
</package>
<package type="rpm">
  <name>zsh</name>
  <arch>noarch</arch>
  <version epoch="2" ver="5.9" rel="1"/>
  <location xml:base="https://example.org/other" href="zsh.rpm"/>
</package>
</metadata>
"#;

    fn check(index: &str) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        read(index.as_bytes(), |entry| entries.push(entry))?;
        Ok(entries)
    }

    #[test]
    fn packages_are_read_whole() {
        let entries = check(INDEX).unwrap();
        expect![[r#"
            Entry {
                name: "jq",
                version: "1.7.1-2.azl3",
                architecture: "x86_64",
                source: "jq-src",
                size: Some(
                    6075,
                ),
                checksum: (
                    "sha256",
                    "02b4",
                ),
                href: "Packages/j/jq-1.7.1-2.azl3.x86_64.rpm",
                base: None,
                provides: [
                    Capability {
                        name: "jq",
                        version: Some(
                            (
                                Eq,
                                "1.7.1-2.azl3",
                            ),
                        ),
                    },
                    Capability {
                        name: "libjq.so.1()(64bit)",
                        version: None,
                    },
                ],
                requires: [
                    Capability {
                        name: "libonig.so.5()(64bit)",
                        version: None,
                    },
                    Capability {
                        name: "oniguruma",
                        version: Some(
                            (
                                Ge,
                                "1:6.9",
                            ),
                        ),
                    },
                ],
                conflicts: [
                    Capability {
                        name: "jq-old",
                        version: Some(
                            (
                                Lt,
                                "1",
                            ),
                        ),
                    },
                    Capability {
                        name: "jq-devel",
                        version: None,
                    },
                ],
                files: [
                    "/usr/bin/jq",
                ],
            }
        "#]]
        .assert_debug_eq(&entries[0]);
        let zsh = &entries[1];
        assert_eq!((zsh.version.as_str(), zsh.source.as_str(), zsh.size), ("2:5.9-1", "zsh", None));
        assert_eq!(zsh.base.as_deref(), Some("https://example.org/other"));
        assert_eq!(entries.len(), 2);
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let end = INDEX.find("<package").unwrap();
        assert_eq!(check(&INDEX[..end]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        let many = "<entry name='x'/>".repeat(CAPABILITIES + 1);
        let error = check(&format!("<m><package><provides>{many}</provides></package></m>")).unwrap_err();
        assert_eq!(error.to_string(), MANY);
        let many = "<file>/x</file>".repeat(CAPABILITIES + 1);
        let error = check(&format!("<m><package>{many}</package></m>")).unwrap_err();
        assert_eq!(error.to_string(), MANY);
    }

    #[test]
    fn names_of_source_packages_may_have_dashes() {
        assert_eq!(source("gcc-toolset-13-gcc-13.1-4.el9.src.rpm"), "gcc-toolset-13-gcc");
        assert_eq!(source("odd.src.rpm"), "");
        assert_eq!(source(""), "");
    }
}
