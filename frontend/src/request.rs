//! What the client asked for.
//!
//! The engine starts the frontend with the client's options in the environment, named as `BuildKit`'s
//! Docker UI package (`frontend/dockerui`) names them. [`Request::parse`] is the one place that reads them.

mod archive;
mod argument;
mod attestation;
mod cache;
mod context;
mod entry;
mod git;
mod ignore;
mod local;
mod option;
mod package;
mod reference;
mod sandbox;
mod scalar;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use buildkit_llb::{Platform, ResolveMode};
use serde::Deserialize;

pub use self::archive::{ARCHIVE_HEAD, ArchiveKind, archive_kind};
pub(crate) use self::argument::COMPRESSION;
pub use self::argument::{BuildArgs, Check, SysextArgs};
pub use self::attestation::{Attestations, Sbom};
pub use self::cache::{CacheImport, NoCache};
pub use self::context::{ContextSource, Contexts, NamedContext};
pub use self::entry::{Entry, HTTP_FILE, MainContext, SpecSource};
pub use self::git::{GitRef, GitTime, Transport};
pub use self::ignore::patterns as ignore_patterns;
pub use self::local::{IGNORE_FILE, LocalRead};
pub use self::option::Expected;
use self::option::Options;
pub use self::package::{ContextFile, PackageArgs};
pub use self::reference::{Digest, Reference};
pub use self::sandbox::{ExtraHost, Sandbox};
use self::scalar::boolean;
pub use self::state::unpacked;
use crate::diagnostic::{Diagnostic, Problems, literal};

/// Everything the client and the engine told at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `--target`; `None`: not said.
    pub target: Option<String>,
    /// `--platform`, in the client's order, each once; empty: not said, the engine's own is meant.
    pub platforms: Vec<Platform>,
    /// Whether the result holds one tree for each platform, even if there is only one.
    pub multi_platform: bool,
    /// `--build-arg`.
    pub build_args: BuildArgs,
    /// `--label`.
    pub labels: BTreeMap<String, String>,
    /// `--build-context`.
    pub contexts: Contexts,
    /// Where the spec and the main context are.
    pub entry: Entry,
    /// `--no-cache` and `--no-cache-filter`.
    pub no_cache: NoCache,
    /// Where images are looked for first, by `--pull` among others; `None`: as the engine thinks best.
    pub resolve_mode: Option<ResolveMode>,
    /// Settings of the containers that steps run in.
    pub sandbox: Sandbox,
    /// `--cache-from`.
    pub cache_imports: Vec<CacheImport>,
    /// `--attest`.
    pub attestations: Attestations,
    /// `--call`: the question that is asked in place of a build.
    pub subrequest: Option<String>,
    /// Frontend capabilities without which the client's build would go wrong.
    pub capabilities: BTreeSet<String>,
    /// The whole syntax directive: the frontend's image and what stands behind it.
    pub cmdline: Option<String>,
    /// The frontend's image.
    pub source: Option<String>,
    /// Session of the client; empty: the build has none.
    pub session: String,
    /// Other sessions that serve single locals, by the local's name.
    pub local_sessions: BTreeMap<String, String>,
    /// The engine's workers, in its order: the first builds. Empty on engines that do not say.
    pub workers: Vec<Worker>,
    /// The program that holds the engine, such as `docker`; for advice on what to update.
    pub exported_product: Option<String>,
    /// Key of the target that another frontend lets this one build: `target` is then what follows it.
    pub key: Option<String>,
    /// Options as they came, for another frontend that builds a part of this build.
    pub forwarded: BTreeMap<String, String>,
    /// Options as they came, for another frontend that builds all of it, from another spec.
    pub handed_on: BTreeMap<String, String>,
    /// Options that mean nothing here.
    pub ignored: BTreeMap<String, String>,
    /// What was found odd without being wrong.
    pub warnings: Problems,
}

/// A part of the engine that builds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Its identifier.
    pub id: String,
    /// What it tells of itself.
    pub labels: BTreeMap<String, String>,
    /// Platforms whose programs it can run, its own first.
    pub platforms: Vec<Platform>,
}

impl Request {
    /// Reads the environment that the engine made: `std::env::vars_os` of the process.
    ///
    /// # Errors
    /// All options that cannot be read, at once.
    pub fn parse(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, Problems> {
        let mut options = Options::read(environment);
        let (forwarded, handed_on) = (options.forwarded(), options.handed_on());
        let (build_args, overrides) = BuildArgs::read(&mut options);
        let platforms = options.parse("platform", platforms).unwrap_or_default();
        let multi_platform = options.parse("multi-platform", boolean);
        let multi_platform =
            multi_platforms(&mut options, overrides.multi_platform.or(multi_platform), platforms.len());
        let mut request = Self {
            target: options.filled("target"),
            platforms,
            multi_platform,
            labels: options.family("label:"),
            contexts: Contexts::read(&mut options),
            entry: Entry::read(&mut options),
            no_cache: NoCache::read(&mut options),
            resolve_mode: options.parse("image-resolve-mode", resolve_mode).flatten(),
            sandbox: Sandbox::read(&mut options, overrides.hostname),
            cache_imports: CacheImport::read(&mut options),
            attestations: Attestations::read(&mut options, &build_args.values),
            subrequest: options.filled("requestid"),
            capabilities: options.parse("frontend.caps", capabilities).unwrap_or_default(),
            cmdline: options.filled("cmdline"),
            source: options.filled("source"),
            session: options.variable("BUILDKIT_SESSION_ID").unwrap_or_default(),
            local_sessions: options.family("local-sessionid:"),
            workers: workers(&mut options),
            exported_product: options.variable("BUILDKIT_EXPORTEDPRODUCT"),
            build_args,
            key: options.filled(KEY),
            forwarded,
            handed_on,
            ignored: BTreeMap::new(),
            warnings: Problems::default(),
        };
        let (ignored, problems) = options.finish();
        if problems.has_errors() {
            return Err(problems);
        }
        request.ignored = ignored;
        request.warnings = problems;
        Ok(request)
    }

    /// What stands in the place of `name` on `platform`; see [`Contexts::find`].
    ///
    /// # Errors
    /// A name that no context can have, and a context whose value was refused.
    pub fn context(&self, name: &str, platform: &Platform) -> Option<Result<NamedContext<'_>, Diagnostic>> {
        self.contexts.find(name, platform)
    }

    /// The session that serves the local `name`; empty: any.
    pub fn session_of(&self, name: &str) -> &str {
        self.local_sessions.get(name).unwrap_or(&self.session)
    }
}

/// The option by which a frontend of this language tells the one of a target which target it is.
pub const KEY: &str = "dalec.target";

/// Frontend capabilities that this frontend has; its image lists them in a label.
pub const CAPABILITIES: [&str; 4] = [
    "moby.buildkit.frontend.contexts",
    "moby.buildkit.frontend.gitquerystring",
    "moby.buildkit.frontend.inputs",
    "moby.buildkit.frontend.subrequests",
];

fn platforms(list: &str) -> Result<Vec<Platform>, Expected> {
    let mut platforms = Vec::new();
    for text in list.split(',') {
        let platform = text.trim().parse().map_err(|_| {
            Expected::phrase("comma-separated platforms `os/architecture` or `os/architecture/variant`")
        })?;
        if !platforms.contains(&platform) {
            platforms.push(platform);
        }
    }
    Ok(platforms)
}

fn multi_platforms(options: &mut Options, said: Option<bool>, platforms: usize) -> bool {
    if said == Some(false) && platforms > 1 {
        let message = format!("{platforms} platforms are asked for, but `multi-platform` is `false`");
        options.problem(
            Diagnostic::error(None, message)
                .help("build one platform at a time, or leave out the build arg `BUILDKIT_MULTI_PLATFORM`"),
        );
    }
    said.unwrap_or(platforms > 1)
}

fn resolve_mode(text: &str) -> Result<Option<ResolveMode>, Expected> {
    match text {
        "default" => Ok(None),
        "local" => Ok(Some(ResolveMode::Local)),
        "pull" => Ok(Some(ResolveMode::Pull)),
        _ => Err(Expected::phrase("`default`, `local` or `pull`")),
    }
}

/// `+forward` behind a capability is for the frontend that passes the request on.
fn capabilities(list: &str) -> Result<BTreeSet<String>, Expected> {
    let names = list.split(',').map(|name| name.strip_suffix("+forward").unwrap_or(name));
    let names: BTreeSet<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
    match names.iter().find(|name| !CAPABILITIES.contains(&name.as_str())) {
        Some(unknown) => {
            let known = CAPABILITIES.join("`, `");
            Err(format!("capabilities that this frontend has, `{known}`, and not {}", literal(unknown))
                .into())
        }
        None => Ok(names),
    }
}

/// A list that cannot be read is only odd: the engine tells the same when it is asked.
fn workers(options: &mut Options) -> Vec<Worker> {
    let Some(json) = options.variable("BUILDKIT_WORKERS") else { return Vec::new() };
    match serde_json::from_str::<Vec<WorkerRecord>>(&json) {
        Ok(records) => records.into_iter().map(WorkerRecord::worker).collect(),
        Err(error) => {
            let message = format!("the engine's list of workers cannot be read: {error}");
            options.problem(Diagnostic::warning(None, message));
            Vec::new()
        }
    }
}

/// One entry of `BUILDKIT_WORKERS`; engines up to 0.8 write the keys in upper case.
#[derive(Deserialize)]
struct WorkerRecord {
    #[serde(alias = "ID")]
    id: String,
    #[serde(alias = "Labels", default)]
    labels: Option<BTreeMap<String, String>>,
    #[serde(alias = "Platforms", default)]
    platforms: Option<Vec<PlatformRecord>>,
}

#[derive(Deserialize)]
struct PlatformRecord {
    architecture: String,
    os: String,
    #[serde(default)]
    variant: String,
}

impl WorkerRecord {
    fn worker(self) -> Worker {
        let platform = |record: PlatformRecord| {
            let PlatformRecord { architecture, os, variant } = record;
            let text = if variant.is_empty() {
                format!("{os}/{architecture}")
            } else {
                format!("{os}/{architecture}/{variant}")
            };
            text.parse().ok()
        };
        Worker {
            id: self.id,
            labels: self.labels.unwrap_or_default(),
            platforms: self.platforms.unwrap_or_default().into_iter().filter_map(platform).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn environment(options: &[&str]) -> Vec<(OsString, OsString)> {
        let numbered = options.iter().zip(0..);
        numbered.map(|(option, n)| (format!("BUILDKIT_FRONTEND_OPT_{n}").into(), option.into())).collect()
    }

    fn parse(options: &[&str]) -> Request {
        Request::parse(environment(options)).unwrap()
    }

    fn check_problems(options: &[&str], expected: &Expect) {
        let problems = Request::parse(environment(options)).unwrap_err();
        let mut text = String::new();
        for problem in &problems {
            writeln!(text, "{}", problem.message).unwrap();
            if let Some(help) = &problem.help {
                writeln!(text, "  help: {help}").unwrap();
            }
        }
        expected.assert_eq(&text);
    }

    #[test]
    fn nothing_given_is_a_request_too() {
        let request = parse(&[]);
        assert_eq!((request.target, request.platforms, request.multi_platform), (None, vec![], false));
        assert_eq!(request.entry.spec_source(&BTreeSet::new()), SpecSource::Local("dockerfile"));
    }

    #[test]
    fn what_buildx_0_29_sends_for_a_build_of_a_directory() {
        let mut environment = environment(&[
            "attest:provenance=mode=min,inline-only=true",
            "build-arg:https_proxy=http://proxy.example.org:3128",
            "cmdline=example.org/annex:1",
            "filename=a.yml",
            "image-resolve-mode=local",
            "source=example.org/annex:1",
            "target=trixie/testing/sysext",
        ]);
        environment.push(("BUILDKIT_SESSION_ID".into(), "s1".into()));
        environment.push(("BUILDKIT_EXPORTEDPRODUCT".into(), "docker".into()));
        let workers =
            r#"[{"id":"w","labels":{"a":"b"},"platforms":[{"architecture":"amd64","os":"linux"}]}]"#;
        environment.push(("BUILDKIT_WORKERS".into(), workers.into()));
        let request = Request::parse(environment).unwrap();
        assert!(request.ignored.is_empty() && request.warnings.is_empty());
        assert_eq!(request.target.as_deref(), Some("trixie/testing/sysext"));
        assert_eq!(request.resolve_mode, Some(ResolveMode::Local));
        assert_eq!(request.attestations.provenance.as_ref().unwrap()["mode"], "min");
        assert_eq!(request.build_args.proxy.https_proxy, "http://proxy.example.org:3128");
        assert_eq!(request.exported_product.as_deref(), Some("docker"));
        assert_eq!(request.workers[0].platforms[0].to_string(), "linux/amd64");
        expect![[r#"
            LocalRead {
                name: "dockerfile",
                session: "s1",
                shared_key_hint: "dockerfile",
                follow_paths: [
                    "a.yml",
                    "a.yml.dockerignore",
                ],
                include_patterns: [],
                exclude_patterns: [],
                compared: false,
                title: "[internal] load build definition from a.yml",
            }
        "#]]
        .assert_debug_eq(&request.read_spec("dockerfile"));
    }

    #[test]
    fn what_docker_20_10_sends_empty_counts_as_unset() {
        let mut environment =
            environment(&["add-hosts=", "cache-from=", "filename=a.yml", "image-resolve-mode=default"]);
        let workers =
            r#"[{"ID":"w","Labels":null,"Platforms":[{"architecture":"arm","os":"linux","variant":"v7"}]}]"#;
        environment.push(("BUILDKIT_WORKERS".into(), workers.into()));
        let request = Request::parse(environment).unwrap();
        assert!(request.sandbox.extra_hosts.is_empty() && request.cache_imports.is_empty());
        assert_eq!(request.workers[0].platforms[0].to_string(), "linux/arm/v7");
    }

    #[test]
    fn what_call_sends_is_a_subrequest() {
        let request = parse(&[
            "requestid=frontend.lint",
            "frontend.caps=moby.buildkit.frontend.subrequests+forward,moby.buildkit.frontend.contexts",
        ]);
        assert_eq!(request.subrequest.as_deref(), Some("frontend.lint"));
        assert_eq!(
            request.capabilities.into_iter().collect::<Vec<_>>(),
            ["moby.buildkit.frontend.contexts", "moby.buildkit.frontend.subrequests"]
        );
    }

    #[test]
    fn a_named_directory_is_read_from_its_own_session_with_its_own_hints() {
        let request =
            parse(&["context:lock=local:lock", "local-sessionid:lock=s2", "sharedkey:localdir:lock=k"]);
        let platform = "linux/amd64".parse().unwrap();
        let context = request.context("lock", &platform).unwrap().unwrap();
        let ignore = request.read_named_ignore_file(&context, "lock");
        assert_eq!((&*ignore.session, &*ignore.shared_key_hint), ("s2", "context:lock-.dockerignore"));
        let tree = request.read_named_context(&context, "lock", vec!["*.tmp".to_owned()]);
        assert_eq!((&*tree.session, &*tree.shared_key_hint), ("s2", "context:lock-k"));
        assert_eq!(tree.exclude_patterns, ["*.tmp"]);
    }

    #[test]
    fn the_main_context_and_its_ignore_file_have_different_hints() {
        let request = parse(&[]);
        assert_eq!(request.read_ignore_file("context").shared_key_hint, "context-.dockerignore");
        assert_eq!(request.read_context("context", vec![]).shared_key_hint, "context");
    }

    #[test]
    fn several_platforms_make_a_result_of_several_trees() {
        let request = parse(&["platform=linux/amd64,linux/arm64/v8,linux/arm64"]);
        let shown: Vec<String> = request.platforms.iter().map(ToString::to_string).collect();
        assert_eq!((shown, request.multi_platform), (vec!["linux/amd64".into(), "linux/arm64".into()], true));
        assert!(parse(&["platform=linux/amd64", "multi-platform=true"]).multi_platform);
        assert!(!parse(&["platform=linux/amd64"]).multi_platform);
        let forced = ["multi-platform=false", "build-arg:BUILDKIT_MULTI_PLATFORM=1", "platform=linux/amd64"];
        assert!(parse(&forced).multi_platform);
    }

    #[test]
    fn no_cache_without_names_means_everything() {
        assert!(parse(&["no-cache="]).no_cache.covers("x"));
        let some = parse(&["no-cache=Lock,assemble"]).no_cache;
        assert!(some.covers("lock") && some.covers("ASSEMBLE") && !some.covers("x"));
        assert!(!parse(&[]).no_cache.covers("x"));
    }

    #[test]
    fn caches_come_from_both_options() {
        let request = parse(&[
            r#"cache-imports=[{"Type":"registry","Attrs":{"ref":"example.org/a"}},{"Type":"gha"}]"#,
            "cache-from=example.org/a,example.org/b",
        ]);
        let shown: Vec<String> = request
            .cache_imports
            .iter()
            .map(|import| format!("{} {:?}", import.kind, import.attributes.get("ref")))
            .collect();
        assert_eq!(
            shown,
            [r#"registry Some("example.org/a")"#, "gha None", r#"registry Some("example.org/b")"#]
        );
    }

    #[test]
    fn the_list_of_contents_has_a_default_scanner() {
        let sbom = parse(&["attest:sbom="]).attestations.sbom.unwrap();
        assert_eq!(sbom.generator.to_string(), "docker.io/docker/buildkit-syft-scanner:stable-1");
        let arg = ["attest:sbom=", "build-arg:BUILDKIT_ATTEST_SBOM=generator=example.org/scan,depth=2"];
        let sbom = parse(&arg).attestations.sbom.unwrap();
        assert_eq!(sbom.generator.to_string(), "example.org/scan:latest");
        assert_eq!(sbom.parameters["depth"], "2");
        assert_eq!(parse(&["attest:sbom=disabled=true"]).attestations.sbom, None);
    }

    #[test]
    fn build_args_with_a_meaning_are_typed_and_stay_args() {
        let request = parse(&[
            "build-arg:BUILDKIT_SANDBOX_HOSTNAME=builder",
            "build-arg:DALEC_SYSEXT_IMAGE_NAME=jq.raw",
            "build-arg:DALEC_SYSEXT_OS_ID=",
            "build-arg:DALEC_SYSEXT_OSID=debian",
            "build-arg:SOURCE_DATE_EPOCH=1700000000",
            "build-arg:VERSION=1.2",
            "hostname=other",
        ]);
        assert_eq!(request.sandbox.hostname.as_deref(), Some("builder"));
        assert_eq!(request.build_args.sysext.image_name.as_deref(), Some("jq"));
        assert_eq!(request.build_args.sysext.os_id, None);
        assert_eq!(request.build_args.source_date_epoch, Some(1_700_000_000));
        assert_eq!(request.build_args.values["VERSION"], "1.2");
        assert_eq!(request.build_args.values.len(), 6);
        let warnings: Vec<&str> = request.warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert_eq!(warnings, ["build arg `DALEC_SYSEXT_OSID` has no meaning"]);
    }

    #[test]
    fn options_without_a_meaning_stay_visible() {
        assert_eq!(parse(&["odd=1"]).ignored["odd"], "1");
    }

    #[test]
    fn all_problems_are_told_at_once() {
        check_problems(
            &[
                "add-hosts=mirror",
                "attest:sbom=generator=UPPER",
                "build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR=maybe",
                "build-arg:DALEC_SYSEXT_IMAGE_NAME=../x",
                "build-arg:DALEC_SYSEXT_SYSEXT_LEVEL=1\nID=x",
                "build-arg:SOURCE_DATE_EPOCH=yesterday",
                "cache-imports={}",
                "context=https://example.org/a.git#--x",
                "context:Upper=local:x",
                "force-network-mode=bridge",
                "frontend.caps=moby.buildkit.frontend.unknown",
                "image-resolve-mode=never",
                "memory=1g",
                "multi-platform=no",
                "platform=linux",
                "shm-size=-1",
                "ulimit=nofile",
            ],
            &expect![[r"
                option `build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR` is `maybe`: expected `true` or `false`
                option `build-arg:SOURCE_DATE_EPOCH` is `yesterday`: expected whole seconds since 1970-01-01 UTC, such as `1700000000`
                option `build-arg:DALEC_SYSEXT_IMAGE_NAME` is `../x`: expected a file name of at most 237 bytes without `/` and white space, not starting with `.`
                option `build-arg:DALEC_SYSEXT_SYSEXT_LEVEL` is `1\nID=x`: expected letters, digits, `.`, `_` and `-`, as in an os-release file
                option `platform` is `linux`: expected comma-separated platforms `os/architecture` or `os/architecture/variant`
                option `multi-platform` is `no`: expected `true` or `false`
                no context can be called `Upper`: expected an image name, such as `debian:trixie` or `registry.example.org/team/name:tag`
                option `context` is `https://example.org/a.git#--x`: expected a git URL with the name of a branch, tag or commit
                option `image-resolve-mode` is `never`: expected `default`, `local` or `pull`
                option `force-network-mode` is `bridge`: expected `host`, `none` or `sandbox`
                option `add-hosts` is `mirror`: expected comma-separated `host=address` pairs with IP addresses
                option `ulimit` is `nofile`: expected comma-separated `name=soft:hard` limits, each name once, soft not above hard, -1 for unlimited
                option `shm-size` is `-1`: expected a whole number: bytes of `/dev/shm`
                option `memory` is `1g`: expected a whole number: bytes of memory
                option `cache-imports` is `{}`: expected a JSON list of objects with `Type` and `Attrs`
                option `attest:sbom` is `UPPER`: expected an image name, such as `debian:trixie` or `registry.example.org/team/name:tag`
                option `frontend.caps` is `moby.buildkit.frontend.unknown`: expected capabilities that this frontend has, `moby.buildkit.frontend.contexts`, `moby.buildkit.frontend.gitquerystring`, `moby.buildkit.frontend.inputs`, `moby.buildkit.frontend.subrequests`, and not `moby.buildkit.frontend.unknown`
            "]],
        );
    }

    #[test]
    fn one_tree_for_two_platforms_is_a_problem() {
        check_problems(
            &["platform=linux/amd64,linux/arm64", "multi-platform=false"],
            &expect![[r"
            2 platforms are asked for, but `multi-platform` is `false`
              help: build one platform at a time, or leave out the build arg `BUILDKIT_MULTI_PLATFORM`
        "]],
        );
    }

    #[test]
    fn a_list_of_workers_that_cannot_be_read_is_only_odd() {
        let request = Request::parse([("BUILDKIT_WORKERS".into(), "{".into())]).unwrap();
        assert!(request.workers.is_empty() && !request.warnings.is_empty());
    }

    proptest! {
        #[test]
        fn any_options_are_read_or_refused(pairs in prop::collection::vec((prop::sample::select(NAMES), any::<String>()), 0..6)) {
            let options: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let _ = Request::parse(environment(&options.iter().map(String::as_str).collect::<Vec<_>>()));
        }
    }

    const NAMES: &[&str] = &[
        "add-hosts",
        "attest:sbom",
        "build-arg:SOURCE_DATE_EPOCH",
        "cache-from",
        "cache-imports",
        "context",
        "context:x",
        "filename",
        "frontend.caps",
        "input-metadata:x",
        "memory",
        "no-cache",
        "platform",
        "ulimit",
    ];
}
