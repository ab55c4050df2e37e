//! Tests of a package.

use super::source::MOUNT;
use super::{Choice, Section, TEXTS, Value, field, needed};

pub(super) static TEST: Section = Section {
    name: "test",
    about: "Commands that are run with the package installed, and what must be true after them.",
    choice: Choice::Any,
    example: "{name: works, steps: [{command: demo}]}",
    fields: &[
        field("name", Value::Text, "What it is called."),
        field("steps", Value::List(&Value::Section(&STEP)), "The commands, in their order."),
        field(
            "files",
            Value::Mapping("/usr/bin/demo", &Value::Section(&FILE)),
            "What must be true of files after all commands, by path. Nothing: it is there, and no directory.",
        ),
        field("dir", Value::Text, "Where the commands run."),
        field("env", Value::Variables, "Variables for all commands."),
        field("mounts", Value::List(&Value::Section(&MOUNT)), "What is mounted for all commands."),
    ],
};

static STEP: Section = Section {
    name: "testStep",
    about: "A command, which must succeed, and what it must say.",
    choice: Choice::Any,
    example: "{command: demo}",
    fields: &[
        needed(
            "command",
            Value::Text,
            "A program and its arguments, quoted as for a shell; no shell runs them.",
        ),
        field("env", Value::Variables, "Variables for it alone."),
        field("stdin", Value::Text, "What it reads."),
        field("stdout", Value::Section(&CONTENT), "What must be true of what it writes."),
        field("stderr", Value::Section(&CONTENT), "What must be true of what it complains of."),
    ],
};

static CONTENT: Section = Section {
    name: "contentCheck",
    about: "What must be true of a content; what is not said is not checked.",
    choice: Choice::Any,
    example: "{contains: [text]}",
    fields: &[
        field("equals", Value::Text, EQUALS),
        field("contains", TEXTS, CONTAINS),
        field("matches", TEXTS, MATCHES),
        field("starts_with", Value::Text, STARTS),
        field("ends_with", Value::Text, ENDS),
        field("empty", Value::Flag, EMPTY),
    ],
};

static FILE: Section = Section {
    name: "fileCheck",
    about: "What must be true of a file. Unless it says otherwise, it is there and no directory.",
    choice: Choice::Any,
    example: "{is_dir: true}",
    fields: &[
        field("equals", Value::Text, EQUALS),
        field("contains", TEXTS, CONTAINS),
        field("matches", TEXTS, MATCHES),
        field("starts_with", Value::Text, STARTS),
        field("ends_with", Value::Text, ENDS),
        field("empty", Value::Flag, EMPTY),
        field("permissions", Value::Mode, "The lower nine bits of its mode."),
        field("is_dir", Value::Flag, "Whether it is a directory; else it is none."),
        field("not_exist", Value::Flag, "Whether it is not there; alone."),
        field("link_target", Value::Text, "What the link says."),
        field("no_follow", Value::Flag, "Whether a link itself is looked at, not what it leads to."),
    ],
};

const EQUALS: &str = "All of it.";
const CONTAINS: &str = "Texts that are in it.";
const MATCHES: &str = "Patterns of RE2 that match somewhere in it.";
const STARTS: &str = "Its start.";
const ENDS: &str = "Its end.";
const EMPTY: &str = "Whether there is none.";
