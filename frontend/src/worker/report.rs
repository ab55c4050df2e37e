//! What an extension is made of, for people and for programs: `report.json` and `report.html`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::job::{Allowed, Assemble, Finding};
use crate::worker::check::Checked;
use crate::worker::entry::Node;
use crate::worker::needs::{Feature, Interpreter, Library, Needs, Place};
use crate::worker::overshadow::{Hidden, How};
use crate::worker::path::{TreePath, printable};
use crate::worker::tree::Tree;
use crate::worker::view::Found;

mod html;
mod page;
mod treemap;

/// All that is known of an extension.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Format of the file; raised when an older reader would misread a newer file.
    pub(crate) format: u32,
    /// Name of the spec.
    pub(crate) name: String,
    /// File name of the image.
    pub(crate) image: String,
    /// Architecture of the hosts, in systemd's words.
    pub(crate) architecture: String,
    /// Whether a base was given, so that what it has is known.
    pub(crate) has_base: bool,
    /// The packages, in the lock's order.
    pub(crate) packages: Vec<PackageRow>,
    /// Everything in the image but directories, sorted by path.
    pub(crate) files: Vec<FileRow>,
    /// What it needs of its host.
    pub(crate) needs: NeedsRow,
    /// What of the base it hides, sorted by path.
    pub(crate) hidden: Vec<HiddenRow>,
    /// What was found.
    pub(crate) findings: Vec<Finding>,
    /// What was found and is accepted.
    pub(crate) allowed: Vec<AllowedRow>,
}

/// A package of the image.
#[derive(Debug, Serialize)]
pub(crate) struct PackageRow {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) architecture: String,
    pub(crate) source: String,
    /// Bytes of the package file.
    pub(crate) packed: u64,
    /// Its files in the image.
    pub(crate) files: u64,
    /// Bytes of their contents; hard links count once.
    pub(crate) bytes: u64,
}

/// A file of the image.
#[derive(Debug, Serialize)]
pub(crate) struct FileRow {
    pub(crate) path: String,
    /// `file`, `hardlink` or `symlink`.
    pub(crate) kind: &'static str,
    /// Permission bits in octal.
    pub(crate) mode: String,
    pub(crate) bytes: u64,
    /// The package that it is of; none: made by us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) package: Option<String>,
    /// Where a link leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
}

/// What an image needs.
#[derive(Debug, Serialize)]
pub(crate) struct NeedsRow {
    /// The least glibc.
    pub(crate) glibc: Option<GlibcRow>,
    /// Programs and libraries that were read.
    pub(crate) programs: usize,
    pub(crate) libraries: Vec<LibraryRow>,
    pub(crate) interpreters: Vec<InterpreterRow>,
    pub(crate) features: Vec<FeatureRow>,
}

/// The least glibc.
#[derive(Debug, Serialize)]
pub(crate) struct GlibcRow {
    pub(crate) version: String,
    /// A program that needs no less.
    pub(crate) by: String,
}

/// A library that is needed.
#[derive(Debug, Serialize)]
pub(crate) struct LibraryRow {
    pub(crate) name: String,
    /// `base`, `carried`, `elsewhere`, `host` or `missing`.
    pub(crate) place: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    pub(crate) by: Vec<String>,
    pub(crate) packages: Vec<String>,
    pub(crate) versions: BTreeSet<String>,
    /// Versions that it does not have.
    pub(crate) lacks: BTreeSet<String>,
    /// Packages of the repositories that bring it, where it is missing.
    pub(crate) providers: Vec<String>,
}

/// A program that runs others.
#[derive(Debug, Serialize)]
pub(crate) struct InterpreterRow {
    pub(crate) path: String,
    /// `base`, `carried`, `host` or `missing`.
    pub(crate) place: &'static str,
    pub(crate) by: Vec<String>,
    pub(crate) packages: Vec<String>,
    pub(crate) providers: Vec<String>,
}

/// Libraries that are loaded if they are there.
#[derive(Debug, Serialize)]
pub(crate) struct FeatureRow {
    pub(crate) by: String,
    pub(crate) feature: String,
    pub(crate) priority: &'static str,
    pub(crate) libraries: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) found: Option<String>,
}

/// What of the base is hidden.
#[derive(Debug, Serialize)]
pub(crate) struct HiddenRow {
    pub(crate) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) package: Option<String>,
    /// The package of the base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<String>,
    /// `content`, `directory` or `link`.
    pub(crate) how: &'static str,
}

/// What is accepted.
#[derive(Debug, Serialize)]
pub(crate) struct AllowedRow {
    pub(crate) finding: Finding,
    pub(crate) reasons: Vec<String>,
}

impl Report {
    /// The report of an image.
    pub(crate) fn new(job: &Assemble, tree: &Tree, checked: Checked, has_base: bool) -> Self {
        let Checked { findings, allowed, needs, hidden } = checked;
        let names = Names(job);
        let files = files(tree, &names);
        Self {
            format: FORMAT,
            name: job.name.clone(),
            image: format!("{}.raw", job.image),
            architecture: job.architecture.clone(),
            has_base,
            packages: packages(job, &files),
            files,
            needs: NeedsRow::new(needs, &names),
            hidden: hidden.into_iter().map(|hidden| HiddenRow::new(hidden, &names)).collect(),
            findings,
            allowed: allowed.into_iter().map(|allowed| AllowedRow::new(allowed, job)).collect(),
        }
    }

    /// The report for programs.
    pub(crate) fn json(&self) -> String {
        let text =
            serde_json::to_string_pretty(self).expect("a report has text as keys and no other failure");
        format!("{text}\n")
    }

    /// The report for people: a page that needs nothing else, and runs nothing.
    pub(crate) fn html(&self) -> String {
        page::render(self)
    }
}

/// The packages' names by their numbers.
struct Names<'a>(&'a Assemble);

impl Names<'_> {
    fn of(&self, number: Option<usize>) -> Option<String> {
        number.and_then(|number| self.0.packages.get(number)).map(|package| package.name.clone())
    }

    fn all(&self, numbers: &BTreeSet<usize>) -> Vec<String> {
        numbers.iter().filter_map(|number| self.of(Some(*number))).collect()
    }
}

fn files(tree: &Tree, names: &Names<'_>) -> Vec<FileRow> {
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for (path, placed) in tree {
        let (kind, bytes, target) = match &placed.node {
            Node::Directory => continue,
            Node::File { content, inode } => {
                let first = placed.package.is_none() || seen.insert((placed.package, *inode));
                (if first { "file" } else { "hardlink" }, content.len(), None)
            }
            Node::Symlink(target) => ("symlink", 0, Some(printable(target))),
            Node::Device | Node::Fifo => ("special", 0, None),
        };
        rows.push(FileRow {
            path: path.to_string(),
            kind,
            mode: format!("{:04o}", placed.mode),
            bytes,
            package: names.of(placed.package),
            target,
        });
    }
    rows
}

fn packages(job: &Assemble, files: &[FileRow]) -> Vec<PackageRow> {
    let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for file in files {
        if let Some(package) = &file.package {
            let (count, bytes) = sums.entry(package).or_default();
            *count += 1;
            *bytes += if file.kind == "file" { file.bytes } else { 0 };
        }
    }
    let row = |package: &crate::lock::Package| {
        let (files, bytes) = sums.get(package.name.as_str()).copied().unwrap_or_default();
        PackageRow {
            name: package.name.clone(),
            version: package.version.clone(),
            architecture: package.architecture.clone(),
            source: package.source.clone(),
            packed: package.size,
            files,
            bytes,
        }
    };
    job.packages.iter().map(row).collect()
}

fn texts(paths: &[TreePath]) -> Vec<String> {
    paths.iter().map(ToString::to_string).collect()
}

impl NeedsRow {
    fn new(needs: Needs, names: &Names<'_>) -> Self {
        let Needs { libraries, interpreters, features, glibc, foreign: _, programs } = needs;
        let library = |library: Library| {
            let providers = library.providers(names.0);
            let Library { name, machine: _, place, by, packages, versions, lacks } = library;
            let (place, path) = match place {
                Place::At(Found::Base(path)) => ("base", Some(path)),
                Place::At(Found::Ours(path)) => ("carried", Some(path)),
                Place::Elsewhere(found) => ("elsewhere", Some(found.path().clone())),
                Place::Missing => ("missing", None),
                Place::OfHosts => ("host", None),
            };
            let path = path.map(|path| path.to_string());
            LibraryRow {
                name,
                place,
                path,
                by: texts(&by),
                packages: names.all(&packages),
                versions,
                lacks,
                providers,
            }
        };
        let interpreter = |interpreter: Interpreter| {
            let providers = interpreter.providers(names.0);
            let Interpreter { path, found, is_of_hosts, by, packages } = interpreter;
            let place = match found {
                Some(Found::Base(_)) => "base",
                Some(Found::Ours(_)) => "carried",
                None if is_of_hosts => "host",
                None => "missing",
            };
            InterpreterRow { path, place, by: texts(&by), packages: names.all(&packages), providers }
        };
        let feature = |feature: Feature| FeatureRow {
            by: feature.by.to_string(),
            feature: feature.dlopen.feature.clone(),
            priority: feature.dlopen.priority.name(),
            libraries: feature.dlopen.sonames.clone(),
            found: feature.found.map(|found| found.path().to_string()),
        };
        Self {
            glibc: glibc.map(|glibc| GlibcRow { version: glibc.version, by: glibc.by.to_string() }),
            programs,
            libraries: libraries.into_iter().map(library).collect(),
            interpreters: interpreters.into_iter().map(interpreter).collect(),
            features: features.into_iter().map(feature).collect(),
        }
    }
}

impl HiddenRow {
    fn new(hidden: Hidden, names: &Names<'_>) -> Self {
        let Hidden { path, package, owner, how } = hidden;
        let how = match how {
            How::Content => "content",
            How::Directory => "directory",
            How::Link => "link",
        };
        Self { path: path.to_string(), package: names.of(package), owner, how }
    }
}

impl AllowedRow {
    fn new(allowed: Allowed, job: &Assemble) -> Self {
        let reasons = allowed.by.iter().filter_map(|number| job.allow.get(*number));
        let reasons = reasons.map(|entry| entry.reason.clone()).collect();
        Self { finding: allowed.finding, reasons }
    }
}

/// Name of the file for programs.
pub(crate) const JSON: &str = "report.json";
/// Name of the file for people.
pub(crate) const HTML: &str = "report.html";
/// Format of `report.json`.
const FORMAT: u32 = 1;

#[cfg(test)]
mod tests;
