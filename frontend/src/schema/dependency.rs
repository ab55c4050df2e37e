//! Packages and repositories.

use super::source::{MOUNT, SOURCE};
use super::{Choice, Section, TEXTS, Value, field};
use crate::spec::repository::RepositoryEnv;

pub(super) static DEPENDENCIES: Section = Section {
    name: "dependencies",
    about: "Packages and repositories that are needed.",
    choice: Choice::Any,
    example: "{sysext: [jq]}",
    fields: &[
        field("sysext", PACKAGES, "Packages of the extension: these alone, without what they depend on."),
        field("build", PACKAGES, "Packages that the build needs."),
        field("runtime", PACKAGES, "Packages that the package needs."),
        field("recommends", PACKAGES, "Packages that are good to have with the package."),
        field("test", PACKAGES, "Packages that the tests need."),
        field(
            "extra_repos",
            Value::List(&Value::Section(&REPOSITORY)),
            "Repositories of packages beside those of the release.",
        ),
    ],
};

static PACKAGE: Section = Section {
    name: "package",
    about: "What must hold of a package.",
    choice: Choice::Any,
    example: "{version: ['>= 1.0']}",
    fields: &[
        field(
            "version",
            TEXTS,
            "Bounds of its version, such as `>= 1.7`, all of which must hold; a version alone means `=`.",
        ),
        field(
            "arch",
            TEXTS,
            "Architectures for which it is asked for, in the words of OCI (`amd64`), Debian or RPM. Unsaid: all.",
        ),
    ],
};

static REPOSITORY: Section = Section {
    name: "repository",
    about: "A repository of packages beside those of the release.",
    choice: Choice::Any,
    example: "{config: {a.list: {inline: {file: {contents: text}}}}}",
    fields: &[
        field("keys", FILES, "Keys that sign it, by the names of their files."),
        field("config", FILES, "What tells the package manager of it, by the names of the files."),
        field("data", Value::List(&Value::Section(&MOUNT)), "What is mounted with it."),
        field(
            "envs",
            Value::List(&Value::Word(|| RepositoryEnv::ALL.map(RepositoryEnv::word).into())),
            "When it is there. Unsaid: always.",
        ),
    ],
};

/// Packages by name, each with what must hold of it; or names alone.
pub(super) const PACKAGES: Value = Value::Either(&[Value::Mapping("jq", &Value::Section(&PACKAGE)), TEXTS]);

/// Files by name.
const FILES: Value = Value::Mapping("a.list", &Value::Section(&SOURCE));
