//! The examples, and what is seen of them.

/// An example, and what is seen of it where it is installed.
#[derive(Debug)]
pub(super) struct Example {
    /// Its folder.
    pub(super) folder: &'static str,
    /// The package of its spec.
    pub(super) package: &'static str,
    /// Commands for a shell, each with what it says.
    pub(super) commands: &'static [(&'static str, &'static str)],
    /// The same in a system that has the extension and not the packages that it needs.
    pub(super) merged: &'static [(&'static str, &'static str)],
}

/// What a tool finds wrong with packages, and why it stays.
#[derive(Debug)]
pub(super) struct Finding {
    /// The package.
    pub(super) package: &'static str,
    /// The tool's name for it.
    pub(super) tag: &'static str,
    /// Why it is right all the same.
    pub(super) reason: &'static str,
}

/// Errors of lintian.
pub(super) const LINTIAN: &[Finding] = &[
    Finding {
        package: "almanac",
        tag: "dir-or-file-in-opt",
        reason: "the spec puts it there; packages of the distribution itself may not (Policy 9.1.1)",
    },
    Finding {
        package: "sizes",
        tag: "statically-linked-binary",
        reason: "programs of Go are; lintian knows it only where it sees the source package",
    },
    Finding {
        package: "waitport",
        tag: "statically-linked-binary",
        reason: "that is what the example shows",
    },
];

/// Errors that it finds in packages of Debian 12 beside these.
pub(super) const LINTIAN_12: &[Finding] = &[Finding {
    package: "tidemark",
    tag: "aliased-location",
    reason: "units are in `/lib/systemd/system` there, as those of the release itself; lintian is Debian 13's",
}];

/// Errors of rpmlint.
pub(super) const RPMLINT: &[Finding] = &[
    Finding {
        package: ANY,
        tag: "no-group-tag",
        reason: "groups are history: the guidelines of Fedora say that there must be none",
    },
    Finding { package: ANY, tag: "no-signature", reason: "who publishes packages signs them" },
    Finding {
        package: "almanac",
        tag: "dir-or-file-in-opt",
        reason: "the spec puts it there; packages of the distribution itself may not",
    },
    Finding {
        package: "crcs",
        tag: "spelling-error",
        reason: "its dictionary does not know the words of the trade",
    },
    Finding {
        package: "dotdash",
        tag: "executable-in-library-package",
        reason: "a spec has one package: the program and its library are together",
    },
    Finding {
        package: "dotdash",
        tag: "missing-hash-section",
        reason: "compilers have written the newer table alone since 2006, and loaders read it",
    },
    Finding {
        package: "dotdash",
        tag: "non-versioned-file-in-library-package",
        reason: "a spec has one package: the program and its library are together",
    },
    Finding {
        package: "dotdash",
        tag: "shared-library-not-executable",
        reason: "rpm itself takes the mode away (brp-elfperms)",
    },
    Finding { package: "sizes", tag: "statically-linked-binary", reason: "programs of Go are" },
    Finding { package: "sizes-debuginfo", tag: "statically-linked-binary", reason: "programs of Go are" },
    Finding {
        package: "tidemark",
        tag: "non-readable",
        reason: "the spec says who may read its configuration",
    },
    Finding {
        package: "waitport",
        tag: "statically-linked-binary",
        reason: "that is what the example shows",
    },
    Finding {
        package: "waitport-debuginfo",
        tag: "statically-linked-binary",
        reason: "that is what the example shows",
    },
];

/// In the place of a package: whichever it is.
pub(super) const ANY: &str = "*";

/// All of them, each for each release.
pub(super) const EXAMPLES: &[Example] = &[
    Example {
        folder: "c-library",
        package: "dotdash",
        commands: &[
            ("dotdash SOS now", "... --- ... / -. --- .--\n"),
            ("grep -c dotdash_write /usr/include/dotdash.h", "1\n"),
        ],
        merged: &[],
    },
    Example {
        folder: "daemon",
        package: "tidemark",
        commands: &[("tidemark --show || echo code $?", "none yet\ncode 1\n")],
        merged: &[],
    },
    Example {
        folder: "go-modules",
        package: "sizes",
        commands: &[("printf %2048s x >/tmp/x; sizes /tmp/x; rm /tmp/x", "2.0 KiB   /tmp/x\n")],
        merged: &[],
    },
    Example {
        folder: "patched-tarball",
        package: "figlet",
        commands: &[("COLUMNS=20 figlet -f term one two three four five", "one two three four\nfive\n")],
        merged: &[],
    },
    Example {
        folder: "python-packages",
        package: "columnar",
        commands: &[(
            "printf 'a,b\\n1,2\\n' | columnar",
            "+---+---+\n| a | b |\n+===+===+\n| 1 | 2 |\n+---+---+\n",
        )],
        // There is no Python.
        merged: &[("test -x /usr/bin/columnar && cd /usr/share/columnar && ls", "texttable.py\n")],
    },
    Example {
        folder: "relocatable",
        package: "almanac",
        commands: &[
            ("almanac june", "30 days; the solstice is around the 21st\n"),
            ("cp -r /opt/almanac /tmp/moved; /tmp/moved/bin/almanac april; rm -r /tmp/moved", "30 days\n"),
        ],
        merged: &[],
    },
    Example {
        folder: "rust-crates",
        package: "crcs",
        commands: &[("printf 123456789 >/tmp/x; crcs /tmp/x; rm /tmp/x", "cbf43926  /tmp/x\n")],
        merged: &[],
    },
    Example {
        folder: "static",
        package: "waitport",
        commands: &[
            ("waitport 127.0.0.1 1 1 || echo code $?", "code 1\n"),
            ("waitport somewhere 1 1 2>/dev/null || echo code $?", "code 64\n"),
        ],
        merged: &[],
    },
];
