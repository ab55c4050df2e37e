//! The spec itself, what is different for a target, and what only this frontend reads.

use super::artifact::ARTIFACTS;
use super::build::{BUILD, PATCH};
use super::dependency::{DEPENDENCIES, PACKAGES};
use super::image::{IMAGE, PACKAGE_CONFIG};
use super::source::SOURCE;
use super::test::TEST;
use super::{Choice, Section, TEXTS, Value, field, needed};
use crate::compression;
use crate::job::{Allowance, Rule};

/// The spec.
pub static SPEC: Section = Section {
    name: "spec",
    about: "A package, or a set of packages, for all targets.",
    choice: Choice::Any,
    example: "{name: tools, version: 1.0.0}",
    fields: &[
        needed("name", Value::Text, "Name of the extension and of its files, and of a package."),
        needed(
            "version",
            Value::Text,
            "Version of the content. `1.10` stays `1.10`, quoted or not; build args are replaced.",
        ),
        field("revision", Value::Text, "Which build of the version this is. Unsaid: `1`."),
        field("description", Value::Text, "What it is, for people: the first line is a summary."),
        field("website", Value::Text, "Where to read more."),
        field("license", Value::Text, "Terms of use, as an SPDX expression such as `Apache-2.0`."),
        field("vendor", Value::Text, "Which organization answers for it."),
        field("packager", Value::Text, "Who made the package: `Name <mail@example.org>`."),
        field("noarch", Value::Flag, "Whether the content is the same for all architectures."),
        field(
            "args",
            Value::Variables,
            "Build args that can be given with `--build-arg`, each with its default. In fields that take them, \
             `$NAME` and `${NAME}` are replaced.",
        ),
        field(
            "sources",
            Value::Mapping("code", &Value::Section(&SOURCE)),
            "What a build starts from, by name: a directory or a file of that name is made of each.",
        ),
        field(
            "patches",
            Value::Mapping("code", &Value::List(&Value::Section(&PATCH))),
            "Changes of the sources, by the names of these, applied in the order of the list.",
        ),
        field("build", Value::Section(&BUILD), "The commands that make the content out of the sources."),
        field("artifacts", Value::Section(&ARTIFACTS), "What of the build is installed, and where."),
        field("dependencies", Value::Section(&DEPENDENCIES), "Packages and repositories that are needed."),
        field("provides", PACKAGES, "What the package stands for as well as for itself."),
        field("replaces", PACKAGES, "What the package takes the place of."),
        field("conflicts", PACKAGES, "What cannot be installed beside the package."),
        field("image", Value::Section(&IMAGE), "A container made of the package."),
        field("package_config", Value::Section(&PACKAGE_CONFIG), "What is done with finished packages."),
        field(
            "changelog",
            Value::List(&Value::Section(&CHANGE)),
            "What changed, when and by whom; in any order.",
        ),
        field(
            "tests",
            Value::List(&Value::Section(&TEST)),
            "What must be true of the package when it is installed.",
        ),
        field(
            "targets",
            Value::Mapping("trixie", &Value::Section(&TARGET)),
            "What is different for one target, by its key: the first part of `--target`.",
        ),
        field("x-annex", Value::Section(&ANNEX), "What this frontend alone reads; others pass it by."),
    ],
};

static TARGET: Section = Section {
    name: "target",
    about: "What is different for one target. What is not listed here is the same for all.",
    choice: Choice::Any,
    example: "{dependencies: {sysext: [jq]}}",
    fields: &[
        field(
            "dependencies",
            Value::Section(&DEPENDENCIES),
            "Each list that is not empty takes the place of the list of the spec.",
        ),
        field("provides", PACKAGES, "In place of the list of the spec; `{}` clears it."),
        field("replaces", PACKAGES, "In place of the list of the spec; `{}` clears it."),
        field("conflicts", PACKAGES, "In place of the list of the spec; `{}` clears it."),
        field("artifacts", Value::Section(&ARTIFACTS), "In place of all artifacts of the spec."),
        field(
            "image",
            Value::Section(&IMAGE),
            "Each field in place of that of the spec; `env` is appended, `labels` and `volumes` are merged.",
        ),
        field("tests", Value::List(&Value::Section(&TEST)), "Tests beside those of the spec."),
        field("package_config", Value::Section(&PACKAGE_CONFIG), "A signer in place of that of the spec."),
        field("frontend", Value::Section(&FRONTEND), "Another frontend, which builds this target."),
    ],
};

static FRONTEND: Section = Section {
    name: "frontend",
    about: "A frontend that builds a target in place of this one.",
    choice: Choice::Any,
    example: "{image: registry.example.org/other}",
    fields: &[
        needed("image", Value::Text, "The image of the frontend."),
        field("cmdline", Value::Text, "The command in the image, in place of its own."),
    ],
};

static CHANGE: Section = Section {
    name: "change",
    about: "What somebody changed on a day.",
    choice: Choice::Any,
    example: "{date: 2026-01-31, author: A <a@example.org>, changes: [first]}",
    fields: &[
        needed("date", Value::Day, "The day, as `YYYY-MM-DD`."),
        needed("author", Value::Text, "Who: `Name <mail@example.org>`."),
        field("changes", TEXTS, "What, one text for each change."),
    ],
};

static ANNEX: Section = Section {
    name: "annex",
    about: "What this frontend alone reads.",
    choice: Choice::Any,
    example: "{compression: zstd}",
    fields: &[
        field("allow", Value::List(&Value::Section(&ALLOW)), "Findings that are known and accepted."),
        field(
            "compression",
            Value::Word(|| compression::ALL.iter().map(|profile| profile.name).collect()),
            "How the image is compressed. Unsaid: `lz4hc`, which every host reads.",
        ),
        field(
            "skip",
            TEXTS,
            "Rules of warnings about the spec that are not told; `all` for every one. Errors are always told.",
        ),
    ],
};

static ALLOW: Section = Section {
    name: "allow",
    about: "A finding that is known and accepted.",
    choice: Choice::Any,
    example: "{rule: privilege, reason: the host has this user}",
    fields: &[
        needed(
            "rule",
            Value::Word(|| {
                let allowable =
                    |rule: &&Rule| !matches!(rule.allowance(), Allowance::Never | Allowance::Spec);
                Rule::ALL.iter().filter(allowable).map(|rule| rule.name()).collect()
            }),
            "The rule that finds it; a warning names its rule in `[` and `]`.",
        ),
        needed("reason", Value::Text, "Why it is accepted, for whoever reads the spec next."),
        field("package", Value::Text, "Only what is about this package."),
        field(
            "path",
            Value::Text,
            "Only what is about paths that match: `*` is any text, `?` any character.",
        ),
    ],
};
