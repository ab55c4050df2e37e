//! Sources: which are accepted, and what they are when nothing is said.

use annex::resolve::Source;
use annex::spec::generator::GomodHost;
use annex::spec::reference::SecretId;
use annex::spec::repository::RepositoryEnv;
use annex::spec::source::{Inline, SourceName, Variant};
use annex::spec::{Concrete, Parse as _};

use crate::{Client, count, parse, refused, resolved, spec};

#[track_caller]
fn source(text: &str) -> Source {
    let resolved = resolved(&format!("sources: {{s: {text}}}"));
    resolved.sources[&parse::<SourceName>("s")].clone()
}

#[test]
fn a_source_without_a_kind_is_rejected() {
    refused("sources: {s: {}}", "source `s` does not say where it comes from");
}

#[test]
fn a_source_of_two_kinds_is_rejected() {
    refused("sources: {s: {context: {}, inline: {file: {}}}}", "source `s` has both `context` and `inline`");
}

#[test]
fn a_git_source_with_a_checksum_is_accepted() {
    let source = source("{git: {url: 'https://example.org/r', commit: v1, checksum: 0123abcd}}");
    let Variant::Git(git) = source.variant else { panic!("{source:?}") };
    assert_eq!(git.checksum.unwrap().value.as_str(), "0123abcd");
}

#[test]
fn a_mount_of_two_kinds_or_of_none_is_rejected() {
    let with = |mount: &str| {
        format!(
            "sources: {{s: {{path: /o, image: {{ref: a, cmd: {{mounts: [{{dest: /m, spec: {mount}}}], steps: [{{command: x}}]}}}}}}}}"
        )
    };
    refused(&with("{context: {}, git: {}}"), "a mount has both `context` and `git`");
    refused(&with("{}"), "a mount does not say where it comes from");
}

#[test]
fn a_build_of_a_build_is_rejected_however_deep() {
    let inner = "{build: {source: {context: {}}}}";
    refused(
        &format!("sources: {{s: {{build: {{source: {inner}}}}}}}"),
        "the source of a build is a build itself",
    );
    let deep = "{build: {source: {build: {source: {context: {}, path: ../x}}}}}";
    assert_eq!(count(&format!("sources: {{s: {deep}}}")), 2);
}

#[test]
fn a_build_of_an_invalid_source_is_rejected() {
    refused("sources: {s: {build: {source: {}}}}", "the source of a build does not say where it comes from");
}

#[test]
fn an_inline_file_and_directory_at_once_are_rejected() {
    refused("sources: {s: {inline: {file: {}, dir: {}}}}", "`inline` has both `dir` and `file`");
}

#[test]
fn a_path_as_the_name_of_an_inline_file_is_rejected() {
    refused("sources: {s: {inline: {dir: {files: {a/b: }}}}}", "a file name has no `/`");
}

#[test]
fn negative_owners_of_inline_files_and_directories_are_rejected() {
    for text in ["file: {uid: -1}", "dir: {uid: -1}"] {
        refused(&format!("sources: {{s: {{inline: {{{text}}}}}}}"), "`uid` cannot be negative");
    }
    for text in ["file: {gid: -1}", "dir: {gid: -1}"] {
        refused(&format!("sources: {{s: {{inline: {{{text}}}}}}}"), "`gid` cannot be negative");
    }
}

#[test]
fn an_inline_file_with_a_path_is_rejected() {
    refused(
        "sources: {s: {inline: {file: {}}, path: x}}",
        "`path` is for directories; source `s` is one file",
    );
}

#[test]
fn a_generator_without_a_tool_is_rejected_and_every_tool_is_accepted() {
    refused("sources: {s: {context: {}, generate: [{subpath: x}]}}", "a generator names no tool");
    for tool in ["gomod", "cargohome", "nodemod", "pip"] {
        let source = source(&format!("{{context: {{}}, generate: [{{{tool}: {{}}}}]}}"));
        assert_eq!(source.generate.len(), 1, "{tool}");
    }
    let all = source("{context: {}, generate: [{gomod: {}, cargohome: {}, nodemod: {}, pip: {}}]}");
    let generator = &all.generate[0];
    assert!(generator.gomod.is_some() && generator.cargohome.is_some());
    assert!(generator.nodemod.is_some() && generator.pip.is_some());
}

#[test]
fn the_paths_of_a_generator_are_the_directory_itself_unless_they_are_said() {
    let paths = |text: &str| {
        let source = source(&format!("{{context: {{}}, generate: [{{cargohome: {text}}}]}}"));
        let cargohome = source.generate[0].cargohome.clone().unwrap();
        cargohome.paths.iter().map(|path| path.value.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(paths("{}"), ["/"]);
    assert_eq!(paths("{paths: [a, b/c]}"), ["a", "b/c"]);
    assert_eq!(paths("{paths: []}"), [""; 0]);
}

#[test]
fn an_image_source_needs_a_path_with_a_command_and_without() {
    let message = "source `s` is an image and has no `path`";
    refused("sources: {s: {image: {ref: a}}}", message);
    refused("sources: {s: {image: {ref: a, cmd: {steps: [{command: x}]}}}}", message);
    assert!(source("{image: {ref: a}, path: /}").path.value.is_root());
}

#[test]
fn a_mount_at_the_root_is_rejected() {
    let text = "sources: {s: {path: /o, image: {ref: a, cmd: {mounts: [{dest: /, spec: {context: {}}}], steps: [{command: x}]}}}}";
    refused(text, "a mount at `/` would hide everything");
}

#[test]
fn a_mount_below_the_path_that_is_taken_is_rejected_once_args_are_known() {
    let text = |path: &str| {
        format!(
            "args: {{P: /o}}\n{}",
            spec(&format!(
                "sources: {{s: {{path: {path}, image: {{ref: a, cmd: {{mounts: [{{dest: /o/m, spec: {{context: {{}}}}}}], steps: [{{command: x}}]}}}}}}}}"
            ))
        )
    };
    for path in ["/o", "$P"] {
        let said = Client::default().try_resolve(&text(path)).unwrap_err();
        assert!(said.contains("a mount at `/o/m` would be a part of the source"), "{said}");
    }
    assert!(Client::default().try_resolve(&text("/other")).is_ok());
    assert!(Client::default().try_resolve(&text("/")).is_ok());
}

#[test]
fn a_source_name_with_a_path_separator_is_rejected() {
    refused("sources: {a/b: {context: {}}}", "the name of a source has no `/`");
}

#[test]
fn inline_files_keep_their_contents_modes_and_owners() {
    let file = source("{inline: {file: {contents: \"a\\0b\\n\", permissions: 0o4711, uid: 1, gid: 2}}}");
    let Variant::Inline(Inline::File(file)) = file.variant else { panic!("a file") };
    assert_eq!(
        (file.contents.as_str(), file.permissions.bits(), file.uid, file.gid),
        ("a\0b\n", 0o4711, 1, 2)
    );
    let dir = source("{inline: {dir: {files: {a: {contents: $NO, permissions: 0600}, b: }, uid: 3}}}");
    let Variant::Inline(Inline::Dir(dir)) = dir.variant else { panic!("a directory") };
    assert_eq!((dir.permissions.bits(), dir.uid, dir.gid), (0o755, 3, 0));
    let files: Vec<_> = dir
        .files
        .iter()
        .map(|(name, file)| (name.as_str(), file.contents.as_str(), file.permissions.bits()))
        .collect();
    assert_eq!(files, [("a", "$NO", 0o600), ("b", "", 0o644)]);
}

#[test]
fn the_context_of_a_source_is_the_main_one_also_within_mounts() {
    let name = |source: &Source| match &source.variant {
        Variant::Context(context) => context.name.value.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(name(&source("{context: {}}")), "context");
    let image = source(
        "{path: /o, image: {ref: a, cmd: {mounts: [{dest: /m, spec: {context: {}}}], steps: [{command: x}]}}}",
    );
    let Variant::Image(image) = image.variant else { panic!("an image") };
    assert_eq!(name(&image.command.unwrap().mounts[0].source), "context");
}

#[track_caller]
fn hosts(auth: &str, own: &str) -> Vec<GomodHost<Concrete>> {
    let text = format!(
        "{{git: {{url: 'https://example.org/r', commit: v1, auth: {auth}}}, generate: [{{gomod: {{auth: {own}}}}}]}}"
    );
    source(&text).generate[0].gomod.clone().unwrap().auth
}

#[test]
fn what_opens_a_repository_opens_the_modules_of_its_host() {
    let only = |auth: &str| match hosts(auth, "{}").as_slice() {
        [one] => (one.host.value.to_string(), one.auth.clone()),
        other => panic!("{other:?}"),
    };
    let (host, auth) = only("{token: t}");
    assert_eq!((host.as_str(), auth.token.unwrap().as_str()), ("example.org", "t"));
    let (_, auth) = only("{header: h}");
    assert_eq!(auth.header.unwrap().as_str(), "h");
    let (_, auth) = only("{ssh: s}");
    let ssh = auth.ssh.unwrap();
    assert_eq!((ssh.id.unwrap().as_str(), ssh.username.as_str()), ("s", "git"));
    assert_eq!(hosts("{}", "{}"), []);
}

#[test]
fn what_is_said_of_a_host_of_modules_is_kept() {
    let found = hosts("{token: t}", "{example.org: {header: own}, example.com: {token: other}}");
    let show: Vec<_> = found
        .iter()
        .map(|host| (host.host.value.as_str(), host.auth.token.as_ref().map(SecretId::as_str)))
        .collect();
    assert_eq!(show, [("example.org", None), ("example.com", Some("other"))]);
}

#[test]
fn a_repository_is_everywhere_and_its_fetched_keys_can_be_read() {
    let text = "dependencies: {extra_repos: [{keys: {a: {http: {url: 'https://example.org/a'}}, b: {http: {url: 'https://example.org/b', permissions: 0o600}}}, config: {c: {context: {}, path: x}}, data: [{dest: /d, spec: {context: {}}}]}]}";
    let repository = resolved(text).dependencies.extra_repos[0].clone();
    assert_eq!(Vec::from_iter(repository.envs), RepositoryEnv::ALL);
    let modes: Vec<_> = repository
        .keys
        .values()
        .map(|key| match &key.variant {
            Variant::Http(http) => http.permissions.map(annex::spec::number::Mode::bits),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(modes, [Some(0o644), Some(0o600)]);
    for source in repository.config.values().chain(repository.data.iter().map(|mount| &mount.source)) {
        let Variant::Context(context) = &source.variant else { panic!("{source:?}") };
        assert_eq!(context.name.value.as_str(), "context");
    }
}

#[test]
fn only_files_of_a_url_and_inline_files_are_files() {
    for (text, is_file) in [
        ("{http: {url: 'https://example.org/a'}}", true),
        ("{inline: {file: {}}}", true),
        ("{inline: {dir: {}}}", false),
        ("{context: {}}", false),
        ("{git: {url: 'https://example.org/r', commit: v1}}", false),
        ("{image: {ref: a}, path: /}", false),
        ("{build: {source: {context: {}}}}", false),
    ] {
        assert_eq!(source(text).is_file(), is_file, "{text}");
    }
    assert!(SourceName::parse("tool-1.0.tar.gz").is_ok());
}
