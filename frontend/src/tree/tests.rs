//! Trees that no route gives alone: mounts, modules of Node, all of a build.

use std::collections::BTreeMap;

use buildkit_llb::{Definition, Location, MergeSupport, Range, SourceInfo};
use expect_test::{Expect, expect};

use super::*;
use crate::diagnostic::Problems;
use crate::resolve::{self, Selection};
use crate::span::Span;
use crate::spec::Spec;
use crate::step::{NoCache, Settings};

/// An outside that knows every image and context.
#[derive(Debug)]
struct Known;

impl Outside for Known {
    fn has_context(&self, name: &str, _: &Platform) -> bool {
        name != "absent"
    }

    fn context(&self, part: &ContextPart, _: &Platform) -> Result<State, Later> {
        Ok(buildkit_llb::Local::new(&*part.name).state())
    }

    fn image(&self, reference: &str, _: &Platform) -> Result<Image, Later> {
        let config = br#"{"config": {"Env": ["PATH=/opt/bin", "HOME=/me"], "WorkingDir": "/srv"}}"#;
        Ok(Image::new(reference, config))
    }

    fn build(&self, _: &NestedBuild) -> Result<State, Later> {
        Err(Later)
    }
}

#[derive(Debug)]
struct Nowhere;

impl Places for Nowhere {
    fn location(&self, _: Span) -> Location {
        std::sync::Arc::new(SourceInfo::new("spec.yml", "yaml", "x\n")).location([Range::lines(1, 1)])
    }
}

fn with<T>(spec: &str, merge: MergeSupport, made: impl FnOnce(&Trees<'_>) -> T) -> T {
    let mut problems = Problems::default();
    let spec = Spec::parse(spec, &mut problems).unwrap();
    let build_args = BTreeMap::new();
    let platform = resolve::Platform { os: "linux", architecture: "amd64", variant: None };
    let selection = Selection {
        target: "trixie",
        platform,
        build_platform: platform,
        build_args: &build_args,
        known_targets: &["trixie"],
    };
    let (resolved, _) = resolve::resolve(&spec, &selection).unwrap();
    let platform = Platform::linux("amd64");
    let steps = Steps {
        program: State::scratch(),
        program_path: "/annex".to_owned(),
        platform: platform.clone(),
        resolve_mode: None,
        settings: Settings::default(),
        no_cache: NoCache::Nothing,
        cache_namespace: String::new(),
        merge,
    };
    let args = Args::default();
    made(&Trees {
        resolved: &resolved,
        platform: &platform,
        steps: &steps,
        outside: &Known,
        places: &Nowhere,
        key: "trixie",
        args: &args,
    })
}

fn graph(state: &State) -> String {
    let text = Definition::of(state).to_string();
    let quiet = |line: &&str| !line.starts_with("   at ") && !line.starts_with("   |");
    text.lines().filter(quiet).flat_map(|line| [line, "\n"]).collect()
}

fn check(spec: &str, merge: MergeSupport, expected: &Expect) {
    let worker = buildkit_llb::Image::new("example.org/worker", Platform::linux("amd64")).state();
    let text = with(spec, merge, |trees| graph(&trees.prepared(&worker).unwrap().tree(trees.steps)));
    expected.assert_eq(&text);
}

#[test]
fn modules_of_node_are_in_the_source_and_crates_beside_it() {
    check(
        "name: tool\nversion: 1.0.0\nsources:\n  web:\n    inline: {dir: {files: {package.json: {}}}}\n    \
         generate: [{nodemod: {registry: \"https://example.org/npm\"}, cargohome: {}}]\n  data:\n    inline: {file: {}}\n",
        MergeSupport::Copy,
        &expect![[r#"
            v0 file
               mkfile /data 0644 owner=0:0
               name [source] data
            v1 source docker-image://example.org/worker
               platform linux/amd64
            v2 file
               mkfile /script 0644
               name [internal] npm-install.sh
            v3 file
               mkdir /web 0755 owner=0:0
               mkfile /web/package.json 0644 owner=0:0
               name [source] web
            v4 exec ["sh", "/run/annex/script/npm-install.sh", "/run/annex/source/web"]
               env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
               env LC_ALL=C.UTF-8
               env HOME=/root
               env npm_config_registry=https://example.org/npm
               env npm_config_cache=/run/annex/cache
               bind / from v1:0 -> :0
               cache /run/annex/cache id=trixie-npm-linux/amd64 locked
               bind /run/annex/script/npm-install.sh from v2:0 path /script ro
               bind /run/annex/source from v3:0 -> :1
               platform linux/amd64
               name [source] web: modules of Node
            v5 file
               on v0:0
               copy v4:1 / to / dir-contents
            v6 file
               mkfile /script 0644
               name [internal] cargo-fetch.sh
            v7 exec ["sh", "/run/annex/script/cargo-fetch.sh", "/run/annex/source/web"]
               env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
               env LC_ALL=C.UTF-8
               env HOME=/root
               env CARGO_HOME=/out/__cargohome
               bind / from v1:0 -> :0
               bind /out from scratch -> :1
               bind /run/annex/script/cargo-fetch.sh from v6:0 path /script ro
               bind /run/annex/source from v3:0 discard
               platform linux/amd64
               name [source] web: crates of Rust
            v8 file
               on v5:0
               copy v7:1 / to / dir-contents
            root v8:0
        "#]],
    );
}

#[test]
fn generators_of_no_path_do_nothing() {
    check(
        "name: tool\nversion: 1.0.0\nsources:\n  web:\n    inline: {dir: {files: {a: {}}}}\n    \
         generate: [{nodemod: {paths: []}, cargohome: {paths: []}, pip: {paths: []}, gomod: {paths: []}}]\n",
        MergeSupport::Native,
        &expect![[r#"
            v0 file
               mkdir /web 0755 owner=0:0
               mkfile /web/a 0644 owner=0:0
               name [source] web
            root v0:0
        "#]],
    );
}

#[test]
fn commands_run_in_the_environment_of_their_image() {
    check(
        "name: tool\nversion: 1.0.0\nsources:\n  made:\n    \
         image: {ref: example.org/i, cmd: {env: {HOME: /other}, steps: [{command: make}]}}\n    path: /out\n",
        MergeSupport::Native,
        &expect![[r#"
            v0 source docker-image://example.org/i
               platform linux/amd64
               name [source] made: image example.org/i
            v1 exec ["/bin/sh", "-c", "make"]
               env PATH=/opt/bin
               env LC_ALL=C.UTF-8
               env HOME=/other
               cwd /srv
               bind / from v0:0 -> :0
               bind /out from scratch -> :1
               platform linux/amd64
               name [source] made: make
            v2 file
               mkdir /made 0755
               copy v1:1 / to /made/ follow-symlink dir-contents
               name [source] made
            root v2:0
        "#]],
    );
}

#[test]
fn a_mount_is_a_part_of_a_tree_or_what_is_selected_of_it() {
    let mounts = |text: &str| {
        let spec = format!(
            "name: tool\nversion: 1.0.0\nbuild:\n  steps:\n    - command: x\n      mounts: [{{dest: /m, spec: {text}}}]\n"
        );
        with(&spec, MergeSupport::Native, |trees| {
            let mount = &trees.resolved.build.steps[0].mounts[0];
            match trees.mounted(&mount.source) {
                Ok(Part { tree, path }) => format!("{path} of\n{}", graph(&tree)),
                Err(Open::Later) => "later\n".to_owned(),
                Err(Open::Problems(problems)) => {
                    problems.iter().flat_map(|problem| [&*problem.message, "\n"]).collect()
                }
            }
        })
    };
    let texts = [
        "{inline: {file: {contents: x}}}",
        "{inline: {dir: {files: {a: {}}}}, path: a}",
        "{context: {name: c}, path: sub}",
        "{context: {name: c}, path: sub, includes: [\"*.c\"]}",
        "{context: {name: absent}}",
        "{build: {source: {context: {}}}}",
    ];
    expect![[r#"
        /source of
        v0 file
           mkfile /source 0644 owner=0:0
           name [source] a mount
        root v0:0
        /source/a of
        v0 file
           mkdir /source 0755 owner=0:0
           mkfile /source/a 0644 owner=0:0
           name [source] a mount
        root v0:0
        /sub of
        v0 source local://c
        root v0:0
        / of
        v0 source local://c
        v1 file
           copy v0:0 /sub to / follow-symlink dir-contents create-dest include=["*.c"]
           name [source] a mount
        root v1:0
        the client gave no context `absent`
        later
    "#]]
    .assert_eq(&texts.map(mounts).concat());
}

#[test]
fn every_problem_is_told_and_answers_are_waited_for() {
    let spec = "name: tool\nversion: 1.0.0\nsources:\n  a: {context: {name: absent}}\n  \
                b: {git: {url: \"https://example.org/r\", commit: a94a8fe5ccb19ba61c4c0873d391e987982fbbd3, checksum: 00000000}}\n  \
                c: {build: {source: {context: {}}}}\n";
    let problems = with(spec, MergeSupport::Native, |trees| match trees.sources() {
        Err(Open::Problems(problems)) => problems,
        other => panic!("{other:?}"),
    });
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["the client gave no context `absent`", "`commit` is another one than `00000000`"]);
}

#[test]
fn a_build_finds_offline_what_was_fetched() {
    let spec = "name: tool\nversion: 1.0.0\nsources:\n  a:\n    inline: {dir: {files: {a: {}}}}\n    \
                generate: [{nodemod: {}, cargohome: {}, pip: {}, gomod: {}}]\n";
    let offline = with(spec, MergeSupport::Native, |trees| offline(trees.resolved));
    let mut lines = Vec::new();
    for Offline { variable, setting } in &offline {
        lines.push(match setting {
            Setting::Directory(below) => format!("{variable}=…/{below}\n"),
            Setting::Text(text) => format!("{variable}={text}\n"),
        });
    }
    expect![[r#"
        CARGO_HOME=…/__cargohome
        CARGO_NET_OFFLINE=true
        GOMODCACHE=…/__gomods
        GOPROXY=off
        PIP_FIND_LINKS=…/__pipdeps
        PIP_NO_INDEX=1
        npm_config_offline=true
    "#]]
    .assert_eq(&lines.concat());
}
