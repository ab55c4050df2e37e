//! A resolved spec, printed and read again, is the same.

use annex::resolve::Resolved;
use expect_test::expect_file;
use proptest::prelude::*;

use crate::{Client, spec};

const EVERYTHING: &str = include_str!("everything.yml");

/// The value without the places in it, which are of another text.
fn without_places(resolved: &Resolved) -> String {
    let shown = format!("{resolved:?}");
    let mut out = String::new();
    let mut rest = shown.as_str();
    while let Some(at) = rest.find("Span {") {
        let end = rest[at..].find('}').unwrap() + at + 1;
        out.push_str(&rest[..at]);
        rest = &rest[end..];
    }
    // A section that says nothing is not written, and then it is nowhere.
    (out + rest).replace("span: Some()", "span: _").replace("span: None", "span: _")
}

#[track_caller]
fn check(client: &Client, resolved: &Resolved) {
    let printed = resolved.to_string();
    let bare = Client { target: client.target, platform: client.platform, ..Client::default() };
    let again = match bare.try_resolve(&printed) {
        Ok((again, _)) => again,
        Err(problems) => panic!("{problems}\n{printed}"),
    };
    assert_eq!(again.to_string(), printed);
    assert_eq!(without_places(&again), without_places(resolved), "{printed}");
}

#[test]
fn a_spec_with_every_field_loads_resolves_and_prints() {
    let client = Client::with(&[("SOURCE_DATE_EPOCH", "1700000000")]);
    let (resolved, warnings) = client.try_resolve(EVERYTHING).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(warnings, "");
    expect_file!["everything.resolved.yml"].assert_eq(&resolved.to_string());
    check(&client, &resolved);
}

#[test]
fn a_spec_for_another_target_is_the_same_again_too() {
    let client = Client { target: "noble", ..Client::default() };
    check(&client, &client.resolve(EVERYTHING));
}

#[test]
fn everything_has_every_field() {
    let unused: Vec<_> = FIELDS.iter().filter(|field| !EVERYTHING.contains(&format!("{field}:"))).collect();
    assert_eq!(unused, [&""; 0], "a spec that uses all of the language uses these as well");
}

proptest! {
    #[test]
    fn any_text_in_a_field_is_the_same_again(
        texts in prop::collection::vec("([ -~]|[é日\u{2028}\n\t]|\\$|\\\\|\\$\\{|[{}'\"#:-]|NAME|\\$A){0,12}", 8),
        arg in "[ -~é\\\\$]{0,8}",
        flags in any::<[bool; 4]>(),
        mode in 0..0o10000_u32,
    ) {
        let quoted: Vec<_> = texts.iter().map(|text| serde_json::to_string(text).unwrap()).collect();
        let [a, b, c, d, e, f, g, h] = quoted.as_slice() else { unreachable!() };
        let [noarch, strip, empty, exists] = flags;
        let text = "args: {A: }\n".to_owned() + &spec(&format!(
            "description: {a}
noarch: {noarch}
x-note: [{b}, {{{c}: {d}}}]
sources: {{s: {{inline: {{file: {{contents: {b}, permissions: 0{mode:o}}}}}}}, t: {{build: {{source: {{context: {{}}}}, target: {c}, args: {{X: {d}}}}}}}}}
build: {{env: {{X: {a}, Y: {b}}}, steps: [{{command: \"x \\n{}}}, {{command: true, env: {{Z: {c}}}}}]}}
artifacts: {{disable_strip: {strip}}}
image: {{labels: {{l: {e}, m: {f}}}}}
tests: [{{name: {g}, steps: [{{command: x, stdin: {a}, stdout: {{equals: {b}, contains: [{c}, {h}], empty: {empty}}}}}], files: {{/x: {{not_exist: {exists}}}}}}}]
changelog: [{{date: 2026-01-01, author: a, changes: [{g}]}}]
",
            &h[1..]
        ));
        let client = Client::with(&[("A", &arg)]);
        if let Ok((resolved, _)) = client.try_resolve(&text) {
            check(&client, &resolved);
        }
    }
}

/// Names of fields, each at least once in the language.
const FIELDS: &[&str] = &[
    "args",
    "arch",
    "artifacts",
    "auth",
    "author",
    "base",
    "bases",
    "bazel",
    "binaries",
    "build",
    "cargohome",
    "caches",
    "changelog",
    "changes",
    "checksum",
    "cmd",
    "cmdline",
    "command",
    "commit",
    "config",
    "configFiles",
    "conflicts",
    "contains",
    "contents",
    "context",
    "createDirectories",
    "data",
    "data_dirs",
    "date",
    "dependencies",
    "description",
    "dest",
    "digest",
    "dir",
    "disable_auto_requires",
    "disable_strip",
    "disabled",
    "dockerfile_path",
    "docs",
    "drop",
    "dropins",
    "edits",
    "effective",
    "empty",
    "enable",
    "ends_with",
    "entrypoint",
    "env",
    "envs",
    "equals",
    "excludes",
    "extra_index_urls",
    "extra_repos",
    "file",
    "files",
    "frontend",
    "generate",
    "gid",
    "git",
    "gobuild",
    "gomod",
    "group",
    "groups",
    "header",
    "headers",
    "http",
    "id",
    "image",
    "includes",
    "index_url",
    "inheritable",
    "inline",
    "is_dir",
    "keepGitDir",
    "key",
    "keys",
    "labels",
    "libexec",
    "libs",
    "license",
    "licenses",
    "link_target",
    "links",
    "linux_capabilities",
    "manpages",
    "matches",
    "mode",
    "mounts",
    "name",
    "network_mode",
    "new",
    "no_auto_namespace",
    "no_follow",
    "noarch",
    "nodemod",
    "not_exist",
    "old",
    "opt",
    "package_config",
    "packager",
    "patches",
    "path",
    "paths",
    "permissions",
    "permitted",
    "pip",
    "post",
    "provides",
    "recommends",
    "ref",
    "registry",
    "replace",
    "replaces",
    "requirements_file",
    "revision",
    "rootfs",
    "runtime",
    "rustsccache",
    "scope",
    "sharing",
    "signer",
    "source",
    "sources",
    "spec",
    "ssh",
    "start",
    "starts_with",
    "state",
    "stderr",
    "stdin",
    "stdout",
    "steps",
    "stop_signal",
    "strip",
    "subpath",
    "symlinks",
    "sysext",
    "systemd",
    "target",
    "targets",
    "test",
    "tests",
    "token",
    "uid",
    "unit",
    "units",
    "url",
    "user",
    "username",
    "users",
    "vendor",
    "version",
    "volumes",
    "website",
    "working_dir",
];
