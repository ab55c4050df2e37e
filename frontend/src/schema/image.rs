//! Containers, and what is done with packages.

use super::source::SOURCE;
use super::{Choice, Section, TEXTS, Value, field, needed};

pub(super) static IMAGE: Section = Section {
    name: "image",
    about: "A container made of the package.",
    choice: Choice::AtMostOne(&["base", "bases"]),
    example: "{entrypoint: /usr/bin/demo}",
    fields: &[
        field("entrypoint", WORDS, "The program, with arguments as for a shell or as a list."),
        field("cmd", WORDS, "Arguments that `docker run` may replace."),
        field("env", TEXTS, "Variables, each as `NAME=value`."),
        field("labels", Value::Mapping("org.example.a", &Value::Text), "Labels with their values."),
        field("volumes", Value::Mapping("/data", &Value::Section(&VOLUME)), "Paths that are volumes."),
        field("working_dir", Value::Text, "Where the program starts."),
        field("stop_signal", Value::Text, "The signal that ends it, such as `SIGTERM`."),
        field("user", Value::Text, "The user that it runs as."),
        field(
            "bases",
            Value::List(&Value::Section(&BASE)),
            "Images that the package is installed on, in place of an empty one.",
        ),
        field("base", Value::Text, "The same as one image's reference; older."),
        field("post", Value::Section(&POST), "What is done when the package is installed."),
    ],
};

static VOLUME: Section = Section {
    name: "volume",
    about: "A volume: nothing more can be said of it.",
    choice: Choice::Any,
    example: "{}",
    fields: &[],
};

static BASE: Section = Section {
    name: "base",
    about: "An image that the package is installed on.",
    choice: Choice::Any,
    example: "{rootfs: {image: {ref: docker.io/library/busybox}}}",
    fields: &[needed("rootfs", Value::Section(&SOURCE), "An `image`; it needs no `path`.")],
};

static POST: Section = Section {
    name: "post",
    about: "What is done when the package is installed.",
    choice: Choice::Any,
    example: "{symlinks: {/usr/bin/demo: {paths: [/demo]}}}",
    fields: &[field(
        "symlinks",
        Value::Mapping("/usr/bin/demo", &Value::Section(&SYMLINK)),
        "Symbolic links, by what they lead to.",
    )],
};

static SYMLINK: Section = Section {
    name: "symlink",
    about: "Links to one path.",
    choice: Choice::One(&["path", "paths"]),
    example: "{paths: [/demo]}",
    fields: &[
        field("paths", TEXTS, "Where the links are."),
        field("path", Value::Text, "Where one link is; older."),
        field("user", Value::Text, "The user that they belong to. Unsaid: root."),
        field("group", Value::Text, "The group that they belong to. Unsaid: root."),
    ],
};

pub(super) static PACKAGE_CONFIG: Section = Section {
    name: "packageConfig",
    about: "What is done with finished packages.",
    choice: Choice::Any,
    example: "{signer: {image: registry.example.org/signer}}",
    fields: &[field("signer", Value::Section(&SIGNER), "A frontend that signs packages.")],
};

static SIGNER: Section = Section {
    name: "signer",
    about: "A frontend that signs packages.",
    choice: Choice::Any,
    example: "{image: registry.example.org/signer}",
    fields: &[
        needed("image", Value::Text, "The image of the frontend."),
        field("cmdline", Value::Text, "The command in the image, in place of its own."),
        field("args", Value::Variables, "Build args of the frontend."),
    ],
};

/// A program or its arguments.
const WORDS: Value = Value::Either(&[Value::Text, TEXTS]);
