//! What of a build is installed.

use super::{Choice, Section, Value, field, needed};

pub(super) static ARTIFACTS: Section = Section {
    name: "artifacts",
    about: "What of a build is installed. Paths are relative to the directory of the build, and may be patterns.",
    choice: Choice::Any,
    example: "{binaries: {code/demo: }}",
    fields: &[
        field("binaries", FILES, "Programs, in `/usr/bin`."),
        field("libexec", FILES, "Programs for other programs, in `/usr/libexec`."),
        field("libs", FILES, "Libraries, in the directory that the release has for them."),
        field("headers", FILES, "Headers of libraries, in `/usr/include`."),
        field("data_dirs", FILES, "Data for all architectures, in `/usr/share`."),
        field("configFiles", FILES, "Configuration that the administrator may change, in `/etc`."),
        field("manpages", FILES, "Pages of the manual, in `/usr/share/man`."),
        field("docs", FILES, "Documentation, in `/usr/share/doc`."),
        field("licenses", FILES, "Terms of use."),
        field("opt", FILES, "What goes below `/opt`."),
        field("links", Value::List(&Value::Section(&LINK)), "Symbolic links."),
        field("createDirectories", Value::Section(&DIRECTORIES), "Directories that are made."),
        field("systemd", Value::Section(&SYSTEMD), "Units of systemd."),
        field("users", Value::List(&Value::Section(&USER)), "System users that are made."),
        field("groups", Value::List(&Value::Section(&GROUP)), "System groups that are made."),
        field("disable_strip", Value::Flag, "Whether programs keep their symbols."),
        field(
            "disable_auto_requires",
            Value::Flag,
            "Whether packages that the content needs are not looked for in it.",
        ),
    ],
};

static FILE: Section = Section {
    name: "artifact",
    about: "How a file or directory is installed.",
    choice: Choice::Any,
    example: "{name: demo}",
    fields: &[
        field("subpath", Value::Text, "A directory below the one for files of its kind."),
        field("name", Value::Text, "Its name there. Unsaid: that of its path."),
        field("permissions", Value::Mode, "Its mode. Unsaid: the one it has."),
        field("user", Value::Text, "The user that it belongs to. Unsaid: root."),
        field("group", Value::Text, "The group that it belongs to. Unsaid: root."),
        field(
            "linux_capabilities",
            Value::List(&Value::Section(&CAPABILITY)),
            "What the program may do without being root's: for `binaries`, `libexec`, `libs` and `opt`.",
        ),
    ],
};

static CAPABILITY: Section = Section {
    name: "capability",
    about: "Something that a program may do without being root's (`capabilities(7)`).",
    choice: Choice::Any,
    example: "{name: cap_net_raw, effective: true, permitted: true}",
    fields: &[
        needed("name", Value::Text, "Its name, such as `cap_net_raw`."),
        field("effective", Value::Flag, "Whether the program has it at once."),
        field("permitted", Value::Flag, "Whether the program may take it."),
        field("inheritable", Value::Flag, "Whether it is kept where the caller had it."),
    ],
};

static LINK: Section = Section {
    name: "link",
    about: "A symbolic link.",
    choice: Choice::Any,
    example: "{source: /usr/bin/demo, dest: /usr/bin/d}",
    fields: &[
        needed("source", Value::Text, "What the link says: where it leads."),
        needed("dest", Value::Text, "Where the link is."),
        field("user", Value::Text, "The user that it belongs to. Unsaid: root."),
        field("group", Value::Text, "The group that it belongs to. Unsaid: root."),
    ],
};

static DIRECTORIES: Section = Section {
    name: "directories",
    about: "Directories that are made, by their paths.",
    choice: Choice::Any,
    example: "{state: {demo: }}",
    fields: &[
        field("config", Value::Mapping("demo", &Value::Section(&DIRECTORY)), "Those below `/etc`."),
        field("state", Value::Mapping("demo", &Value::Section(&DIRECTORY)), "Those below `/var/lib`."),
    ],
};

static DIRECTORY: Section = Section {
    name: "directory",
    about: "A directory that is made.",
    choice: Choice::Any,
    example: "{user: demo}",
    fields: &[
        field("mode", Value::Mode, "Its mode. Unsaid: `0o755`."),
        field("user", Value::Text, "The user that it belongs to. Unsaid: root."),
        field("group", Value::Text, "The group that it belongs to. Unsaid: root."),
    ],
};

static SYSTEMD: Section = Section {
    name: "systemd",
    about: "Units of systemd, and changes of them.",
    choice: Choice::Any,
    example: "{units: {code/demo.service: }}",
    fields: &[
        field("units", Value::Mapping("code/demo.service", &Value::Section(&UNIT)), "Units, by their paths."),
        field("dropins", Value::Mapping("code/x.conf", &Value::Section(&DROPIN)), "Changes of units."),
    ],
};

static UNIT: Section = Section {
    name: "unit",
    about: "A unit of systemd.",
    choice: Choice::Any,
    example: "{enable: true}",
    fields: &[
        field("name", Value::Text, "Its name with its suffix. Unsaid: that of its path."),
        field("enable", Value::Flag, "Whether it is started with the system."),
        field("start", Value::Flag, "Whether it is started when it is installed."),
    ],
};

static DROPIN: Section = Section {
    name: "dropin",
    about: "A change of a unit (`systemd.unit(5)`).",
    choice: Choice::Any,
    example: "{unit: demo.service}",
    fields: &[
        needed("unit", Value::Text, "The unit that it changes."),
        field("name", Value::Text, "The name of the file, in `.conf`. Unsaid: that of its path."),
    ],
};

static USER: Section = Section {
    name: "user",
    about: "A system user that is made.",
    choice: Choice::Any,
    example: "{name: demo}",
    fields: &[needed("name", Value::Text, "Its name.")],
};

static GROUP: Section = Section {
    name: "group",
    about: "A system group that is made.",
    choice: Choice::Any,
    example: "{name: demo}",
    fields: &[needed("name", Value::Text, "Its name.")],
};

/// Files by their paths.
const FILES: Value = Value::Mapping("code/demo", &Value::Section(&FILE));
