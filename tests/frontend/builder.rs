//! An engine that knows what our own graphs mean: it answers for the steps that it is sent without
//! running them, so that a whole build happens in this process.
//!
//! [`Builder::default`] is an engine whose workers know two repositories, where every package that is
//! asked for can be had; a test changes what is to be different. [`Builder::build`] sends it a request.

#![allow(dead_code, reason = "each test target needs another part")]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use annex::build::{self, Environment};
use annex::gateway::{Gateway, Outcome};
use annex::job::{self, Resolution, Wanted};
use annex::lock::{self, Lock, Package};
use annex::version::Order;
use buildkit_llb::{self as llb, Definition, Digest, Image, Platform};
use buildkit_proto::fsutil::Stat;
use buildkit_proto::gateway as wire;
use buildkit_proto::pb::{self, file_action::Action, op::Op};
use prost::Message;
use tonic::Status;

use crate::fake::{Calls, Engine, Reply, failed, pong, solved};

/// An engine and what its steps answer.
#[derive(Clone)]
pub(crate) struct Builder {
    /// Release of BuildKit, such as `0.25`.
    pub(crate) release: String,
    /// What is said of the engine at the start, where it is not the usual of the release.
    pub(crate) pong: Option<wire::PongResponse>,
    /// Files in the trees of sources: identifier of the source, path, content. The tree that an archive
    /// is unpacked to has the archive's identifier with `unpacked ` before it.
    pub(crate) files: BTreeMap<(String, String), Vec<u8>>,
    /// Addresses of the repositories' indices.
    pub(crate) indices: Vec<String>,
    /// Addresses of lists of mirrors.
    pub(crate) mirrors: Vec<String>,
    /// Addresses of keys.
    pub(crate) keys: Vec<String>,
    /// How many repositories only the worker can ask.
    pub(crate) others: usize,
    /// Identifiers of sources that cannot be had.
    pub(crate) unreachable: BTreeSet<String>,
    /// Identifiers of sources that never end.
    pub(crate) stalled: BTreeSet<String>,
    /// Graphs that come with the request.
    pub(crate) inputs: BTreeMap<String, pb::Definition>,
    /// What a step writes, if it is not the usual.
    pub(crate) answer: Option<Answer>,
    /// Whether a step fails.
    pub(crate) failure: Option<Failure>,
    /// What another frontend answers, if it is not an image.
    pub(crate) foreign: Option<Foreign>,
    /// What else is different about the server.
    pub(crate) server: Option<Server>,
}

type Answer = Arc<dyn Fn(&Step) -> Option<Vec<u8>> + Send + Sync>;
type Failure = Arc<dyn Fn(&Step, &Digest) -> Option<Status> + Send + Sync>;
type Foreign = Arc<dyn Fn(&wire::SolveRequest) -> Reply<wire::SolveResponse> + Send + Sync>;
type Server = Arc<dyn Fn(Engine) -> Engine + Send + Sync>;

/// A process in a graph, known by its words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// Packing an image, or telling what would be in it.
    Assemble(Box<job::Assemble>),
    /// A package built.
    Build,
    /// A command of the spec, in an image.
    Command(String),
    /// Packages copied from the worker's own files.
    Copy(Vec<Package>),
    /// What a file is.
    Digest,
    /// Packages fetched by the distribution's tools.
    Download(Vec<Package>),
    /// What languages need, fetched by the script of this name.
    Generate(String),
    /// Tools put into a worker.
    Install(Vec<String>),
    /// Keys in the form that a package manager takes in.
    Keys,
    /// The repositories' indices for an architecture.
    List(String),
    /// Package files, by the end of their names, looked for in a tree: the source that it is, if it is one.
    ListFiles(String, String),
    /// Sources packed for the build of a package.
    Pack,
    /// A patch applied.
    Patch,
    /// The choice of packages.
    Resolve(job::Resolve),
    /// A test of the spec.
    Test(job::Test),
    /// The version of the tools.
    Tools,
    /// Keys that a package manager takes in.
    Trust,
}

/// A request as a client sends it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Keys and values.
    pub(crate) options: Vec<(String, String)>,
    /// The client's session.
    pub(crate) session: String,
    /// The value of `BUILDKIT_WORKERS`.
    pub(crate) workers: Option<String>,
    /// Whether the engine gives the frontend its own image.
    pub(crate) frontend: bool,
}

/// A build that has ended.
pub(crate) struct Built {
    /// How it ended.
    pub(crate) end: wire::ReturnRequest,
    /// What was asked of the engine.
    pub(crate) calls: Calls,
    /// What was solved, in the order of asking.
    pub(crate) solved: Vec<Solved>,
}

/// A graph that the engine was sent.
#[derive(Clone)]
pub(crate) struct Solved {
    /// Whether it was to be built at once.
    pub(crate) evaluate: bool,
    /// The graph.
    pub(crate) graph: Arc<Graph>,
}

/// A graph on the wire.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    /// As it was sent.
    pub(crate) definition: pb::Definition,
    /// Operations, inputs before users.
    pub(crate) ops: Vec<(Digest, pb::Op)>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            release: "0.25".to_owned(),
            pong: None,
            files: BTreeMap::new(),
            indices: [MAIN, SECURITY].map(str::to_owned).into(),
            mirrors: Vec::new(),
            keys: Vec::new(),
            others: 0,
            unreachable: BTreeSet::new(),
            stalled: BTreeSet::new(),
            inputs: BTreeMap::new(),
            answer: None,
            failure: None,
            foreign: None,
            server: None,
        }
    }
}

impl Builder {
    /// The usual engine, and a client whose directory has `spec.yml`.
    pub(crate) fn with_spec(spec: impl Into<Vec<u8>>) -> Self {
        Self::default().file("local://dockerfile", "spec.yml", spec)
    }

    /// Puts a file into the tree of a source.
    #[must_use]
    pub(crate) fn file(mut self, source: &str, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert((source.to_owned(), path.to_owned()), content.into());
        self
    }

    /// Lets some steps answer otherwise.
    #[must_use]
    pub(crate) fn answering(
        mut self,
        answer: impl Fn(&Step) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        self.answer = Some(Arc::new(answer));
        self
    }

    /// Lets some steps fail; `failure` sees the digest of the vertex.
    #[must_use]
    pub(crate) fn failing(
        mut self,
        failure: impl Fn(&Step, &Digest) -> Option<Status> + Send + Sync + 'static,
    ) -> Self {
        self.failure = Some(Arc::new(failure));
        self
    }

    /// Lets another frontend answer.
    #[must_use]
    pub(crate) fn asking(
        mut self,
        foreign: impl Fn(&wire::SolveRequest) -> Reply<wire::SolveResponse> + Send + Sync + 'static,
    ) -> Self {
        self.foreign = Some(Arc::new(foreign));
        self
    }

    /// Changes the server behind it all.
    #[must_use]
    pub(crate) fn served(mut self, server: impl Fn(Engine) -> Engine + Send + Sync + 'static) -> Self {
        self.server = Some(Arc::new(server));
        self
    }

    /// Sends a request and waits for its end, as `main` does.
    pub(crate) async fn build(self, request: &Request) -> Built {
        match self.try_build(request).await {
            (Ok(end), calls, solved) => Built { end, calls, solved },
            (Err(error), calls, _) => panic!("{error} after {:?}", calls.names()),
        }
    }

    /// The same for an engine that may go away: then an error, in the words of the frontend.
    pub(crate) async fn try_build(
        self,
        request: &Request,
    ) -> (Result<wire::ReturnRequest, String>, Calls, Vec<Solved>) {
        let solved = Arc::new(Mutex::new(Vec::new()));
        let (io, calls) = self.engine(Arc::clone(&solved)).start();
        let environment = request.environment();
        let story = async {
            let gateway =
                Gateway::connect(io, request.workers.as_deref()).await.map_err(|error| error.to_string())?;
            let outcome = build::run(&gateway, environment).await;
            let words = match &outcome {
                Outcome::Failure(status) => status.message.clone(),
                Outcome::Success(_) => "success".to_owned(),
            };
            gateway.finish(outcome).await.map_err(|error| format!("{words}; {error}"))
        };
        let ended = tokio::time::timeout(PATIENCE, story).await.expect("a build does not hang");
        let end = ended.map(|()| calls.returned().expect("a build that has ended has returned"));
        let solved = solved.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (end, calls, solved)
    }

    /// The server.
    fn engine(self, solved_graphs: Arc<Mutex<Vec<Solved>>>) -> Engine {
        let pong = self.pong.clone().unwrap_or_else(|| pong(&self.release));
        let builder = Arc::new(self);
        let inputs = Arc::clone(&builder);
        let (solving, reading, stating) = (Arc::clone(&builder), Arc::clone(&builder), Arc::clone(&builder));
        let (for_reading, for_stating) = (Arc::clone(&solved_graphs), Arc::clone(&solved_graphs));
        let engine = Engine::new(&builder.release)
            .with_pong(pong)
            .on_inputs(move |_| wire::InputsResponse { definitions: inputs.inputs.clone() })
            .on_solve(move |request| {
                let graph = Arc::new(Graph::read(request.definition.clone().unwrap_or_default()));
                let mut graphs = solved_graphs.lock().unwrap_or_else(PoisonError::into_inner);
                let id = format!("r{}", graphs.len());
                graphs.push(Solved { evaluate: request.evaluate, graph: Arc::clone(&graph) });
                if request.evaluate && solving.stalls(&graph) {
                    return Reply::Silence;
                }
                if let Some(foreign) = solving.foreign.as_ref().filter(|_| !request.frontend.is_empty()) {
                    return foreign(request);
                }
                match solving.run(&graph) {
                    Ok(()) if !request.frontend.is_empty() => Reply::Answer(nested(&id)),
                    Err(status) if request.evaluate => Reply::Fail(status),
                    _ => Reply::Answer(solved(&id)),
                }
            })
            .on_stat_file(move |request| {
                assert_eq!(request.path, ".", "only the root is looked at, to make a result");
                match stating.run(&graph_of(&for_stating, &request.r#ref)) {
                    Err(status) => Reply::Fail(status),
                    Ok(()) => Reply::Answer(wire::StatFileResponse { stat: Some(Stat::default()) }),
                }
            })
            .on_read_file(move |request| {
                let graph = graph_of(&for_reading, &request.r#ref);
                if let Err(status) = reading.run(&graph) {
                    return Reply::Fail(status);
                }
                let path = &request.file_path;
                let Some(content) = reading.content(&graph, path.trim_start_matches('/')) else {
                    return Reply::Fail(failed(2, &format!("open {path}: no such file or directory"), &[]));
                };
                let range = request.range.expect("files are read in parts");
                let from = usize::try_from(range.offset).unwrap().min(content.len());
                let to = from.saturating_add(usize::try_from(range.length).unwrap()).min(content.len());
                Reply::Answer(wire::ReadFileResponse { data: content[from..to].to_vec() })
            })
            .on_resolve_image_config(|request| wire::ResolveImageConfigResponse {
                digest: digest_in(&request.r#ref),
                config: b"{}".to_vec(),
                ..Default::default()
            })
            .on_resolve_source_meta(|request| {
                let source = request.source.clone().unwrap();
                let digest = digest_in(&source.identifier);
                let image =
                    wire::ResolveSourceImageResponse { digest, config: b"{}".to_vec(), ..Default::default() };
                wire::ResolveSourceMetaResponse {
                    source: Some(source),
                    image: Some(image),
                    ..Default::default()
                }
            })
            .on_warn(|_| wire::WarnResponse {})
            .on_return(|_| wire::ReturnResponse {});
        match &builder.server {
            Some(change) => change(engine),
            None => engine,
        }
    }

    /// Whether there is no end to building a graph.
    fn stalls(&self, graph: &Graph) -> bool {
        let stalls = |source: &pb::SourceOp| self.stalled.contains(&source.identifier);
        graph.ops.iter().any(|(_, op)| matches!(&op.op, Some(Op::Source(source)) if stalls(source)))
    }

    /// Builds all of a graph: the first thing in it that fails.
    fn run(&self, graph: &Graph) -> Result<(), Status> {
        for (digest, op) in &graph.ops {
            if let Some(Op::Source(source)) = &op.op
                && self.unreachable.contains(&source.identifier)
            {
                let message = format!("failed to load {}: 404 Not Found", source.identifier);
                return Err(failed_vertex(&message, digest));
            }
            let failure = self.failure.as_ref();
            let step = failure.and_then(|failure| Some((failure, graph.step(op)?)));
            if let Some(status) = step.and_then(|(failure, step)| failure(&step, digest)) {
                return Err(status);
            }
        }
        Ok(())
    }

    /// A file in the result of a graph.
    fn content(&self, graph: &Graph, path: &str) -> Option<Vec<u8>> {
        let (op, index) = graph.head()?;
        match op.op.as_ref()? {
            Op::Source(source) => {
                let followed = source.attrs.get("local.followpaths");
                let followed: Option<Vec<String>> = followed.map(|list| serde_json::from_str(list).unwrap());
                let there = followed.is_none_or(|list| list.iter().any(|followed| followed == path));
                let key = (source.identifier.clone(), path.to_owned());
                self.files.get(&key).filter(|_| there).cloned()
            }
            Op::File(file) => match file.actions.last()?.action.as_ref()? {
                Action::Mkfile(made) => {
                    (made.path.trim_start_matches('/') == path).then(|| made.data.clone())
                }
                Action::Copy(copy) if copy.attempt_unpack_docker_compatibility => {
                    let Op::Source(source) = graph.input(op, 0)?.op.as_ref()? else { return None };
                    let key = (format!("unpacked {}", source.identifier), path.to_owned());
                    self.files.get(&key).cloned()
                }
                _ => None,
            },
            Op::Exec(exec) => {
                let mount = exec.mounts.iter().find(|mount| mount.output == index)?;
                let step = graph.step(op)?;
                let (place, name) = match step {
                    Step::Assemble(_) => (job::REPORT, job::ANSWER),
                    _ => (job::OUT, job::ANSWER),
                };
                let given = self.answer.as_ref().and_then(|answer| answer(&step));
                let is_answer = mount.dest == place && path == name;
                is_answer.then(|| given.unwrap_or_else(|| self.usual(&step)))
            }
            _ => None,
        }
    }

    /// What a step writes when all is well.
    pub(crate) fn usual(&self, step: &Step) -> Vec<u8> {
        match step {
            Step::Assemble(_) => job::to_json(&job::Assembly {
                findings: Vec::new(),
                allowed: Vec::new(),
                files: 3,
                bytes: 4096,
            }),
            Step::List(_) => {
                let Self { indices, mirrors, keys, others, .. } = self;
                job::to_json(&job::Indices {
                    addresses: indices.clone(),
                    mirrors: mirrors.clone(),
                    keys: keys.clone(),
                    others: *others,
                })
            }
            Step::Resolve(resolve) => {
                let lock = Some(choice(resolve));
                job::to_json(&Resolution { lock, findings: Vec::new(), providers: Vec::new() })
            }
            Step::ListFiles(extension, _) => {
                let (path, architecture) = match &**extension {
                    "rpm" => ("RPMS/x86_64/hello-1.0.0-1.x86_64.rpm", "x86_64"),
                    _ => ("hello_1.0.0-1_amd64.deb", "amd64"),
                };
                job::to_json(&job::PackageFiles {
                    packages: BTreeMap::from([(path.to_owned(), file("hello", "1.0.0-1", architecture))]),
                    broken: BTreeMap::new(),
                    others: 1,
                })
            }
            Step::Tools => job::to_json(&job::Tools { erofs_utils: Some("1.8.6".to_owned()) }),
            Step::Digest => job::to_json(&job::Digest { sha256: "0123456789abcdef".repeat(4) }),
            Step::Build
            | Step::Command(_)
            | Step::Copy(_)
            | Step::Download(_)
            | Step::Generate(_)
            | Step::Install(_)
            | Step::Keys
            | Step::Pack
            | Step::Patch
            | Step::Test(_)
            | Step::Trust => {
                panic!("nobody reads an answer of {step:?}")
            }
        }
    }
}

impl Request {
    /// A request with these options beside the name of the spec and the target.
    pub(crate) fn new(options: &[(&str, &str)]) -> Self {
        let mut all = BTreeMap::from([("filename", "spec.yml"), ("target", "trixie/testing/sysext")]);
        all.extend(options.iter().copied());
        let options = all.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        Self { options: options.collect(), session: SESSION.to_owned(), workers: None, frontend: true }
    }

    fn environment(&self) -> Environment {
        let options = self.options.iter().enumerate().map(|(number, (key, value))| {
            (format!("BUILDKIT_FRONTEND_OPT_{number}"), format!("{key}={value}"))
        });
        let mut variables: Vec<(OsString, OsString)> =
            options.map(|(name, value)| (name.into(), value.into())).collect();
        variables.push(("BUILDKIT_SESSION_ID".into(), (&self.session).into()));
        variables.extend(self.workers.iter().map(|list| ("BUILDKIT_WORKERS".into(), list.into())));
        let image = Image::new(FRONTEND, Platform::linux("amd64")).state();
        let frontend = self.frontend.then(|| Definition::of(&image).to_bytes());
        Environment { variables, frontend, program: "/annex".to_owned() }
    }
}

impl Built {
    /// The graphs of the result, by platform; a single one is under the empty text.
    pub(crate) fn results(&self) -> BTreeMap<String, Arc<Graph>> {
        let result = self.end.result.as_ref().and_then(|result| result.result.as_ref());
        let ids = match result {
            None => BTreeMap::new(),
            Some(wire::result::Result::Ref(one)) => BTreeMap::from([(String::new(), one.id.clone())]),
            Some(wire::result::Result::RefDeprecated(one)) => BTreeMap::from([(String::new(), one.clone())]),
            Some(wire::result::Result::Refs(many)) => {
                many.refs.iter().map(|(platform, one)| (platform.clone(), one.id.clone())).collect()
            }
            Some(wire::result::Result::RefsDeprecated(many)) => many.refs.clone(),
        };
        ids.into_iter().map(|(platform, id)| (platform, self.graph(&id))).collect()
    }

    /// The value of a key of the result's metadata, as text.
    pub(crate) fn metadata(&self, key: &str) -> Option<String> {
        let result = self.end.result.as_ref()?;
        Some(String::from_utf8(result.metadata.get(key)?.clone()).unwrap())
    }

    /// The text of the error that it ended with.
    pub(crate) fn error(&self) -> &str {
        &self.end.error.as_ref().expect("the build fails").message
    }

    fn graph(&self, id: &str) -> Arc<Graph> {
        let number: usize = id.strip_prefix('r').unwrap().parse().unwrap();
        Arc::clone(&self.solved[number].graph)
    }
}

impl Graph {
    /// Reads what was sent.
    pub(crate) fn read(definition: pb::Definition) -> Self {
        let ops = definition.def.iter().map(|bytes| (Digest::of(bytes), pb::Op::decode(&**bytes).unwrap()));
        Self { ops: ops.collect(), definition }
    }

    /// The text for people.
    pub(crate) fn text(&self) -> String {
        let foreign = llb::Foreign::from_pb(self.definition.clone()).expect("the graph is whole");
        Definition::of(&foreign.state()).to_string()
    }

    /// The digest of the vertex whose output is the result.
    pub(crate) fn digest(&self) -> String {
        self.ops.last().and_then(|(_, last)| Some(last.inputs.first()?.digest.clone())).unwrap_or_default()
    }

    /// The processes, inputs before users.
    pub(crate) fn execs(&self) -> impl Iterator<Item = (&pb::Op, &pb::ExecOp, Step)> {
        self.ops.iter().filter_map(|(_, op)| match &op.op {
            Some(Op::Exec(exec)) => Some((op, exec, self.step(op).expect("every process is one of ours"))),
            _ => None,
        })
    }

    /// The process that makes the result.
    pub(crate) fn last_step(&self) -> Option<Step> {
        self.step(self.head()?.0)
    }

    /// What is said about an operation.
    pub(crate) fn said(&self, op: &pb::Op) -> pb::OpMetadata {
        let digest = self.ops.iter().find(|(_, one)| one == op).unwrap().0.to_string();
        self.definition.metadata.get(&digest).cloned().unwrap_or_default()
    }

    /// The operation that makes the result, and which of its outputs that is.
    fn head(&self) -> Option<(&pb::Op, i64)> {
        let input = self.ops.last()?.1.inputs.first()?;
        Some((self.op(&input.digest)?, input.index))
    }

    fn op(&self, digest: &str) -> Option<&pb::Op> {
        self.ops.iter().find(|(own, _)| own.to_string() == digest).map(|(_, op)| op)
    }

    /// The operation that makes an input of another.
    pub(crate) fn input(&self, op: &pb::Op, number: usize) -> Option<&pb::Op> {
        self.op(&op.inputs.get(number)?.digest)
    }

    /// What a process does, if it is one.
    fn step(&self, op: &pb::Op) -> Option<Step> {
        let Some(Op::Exec(exec)) = &op.op else { return None };
        let words: Vec<&str> = exec.meta.as_ref()?.args.iter().map(String::as_str).collect();
        Some(match words[..] {
            [job::PROGRAM, "worker", "armor-keys", ..] => Step::Keys,
            [job::PROGRAM, "worker", "assemble" | "report"] => Step::Assemble(Box::new(self.job(op, exec))),
            [job::PROGRAM, "worker", "digest"] => Step::Digest,
            [job::PROGRAM, "worker", "download-deb", _] => Step::Download(self.job(op, exec)),
            [job::PROGRAM, "worker", "download-rpm", _, _] => Step::Copy(self.job(op, exec)),
            [job::PROGRAM, "worker", "list-indices-deb", architecture]
            | [job::PROGRAM, "worker", "list-indices-rpm", _, _, architecture] => {
                Step::List(architecture.to_owned())
            }
            [job::PROGRAM, "worker", "list-packages", extension] => {
                let mount = exec.mounts.iter().find(|mount| mount.dest == job::PACKAGES)?;
                let tree = self.input(op, usize::try_from(mount.input).unwrap())?;
                let source = match &tree.op {
                    Some(Op::Source(source)) => source.identifier.clone(),
                    _ => String::new(),
                };
                Step::ListFiles(extension.to_owned(), source)
            }
            [job::PROGRAM, "worker", "list-tools"] => Step::Tools,
            [job::PROGRAM, "worker", "test"] => Step::Test(self.job(op, exec)),
            [job::PROGRAM, "worker", "resolve-deb"] | [job::PROGRAM, "worker", "resolve-rpm", _, _] => {
                Step::Resolve(self.job(op, exec))
            }
            ["sh", "/run/annex/script/apt-install.sh", ref tools @ ..]
            | ["sh", "/run/annex/script/dnf-install.sh", _, _, ref tools @ ..] => {
                Step::Install(tools.iter().map(|&tool| tool.to_owned()).collect())
            }
            ["sh", "/run/annex/script/rpm-import.sh", _] => Step::Trust,
            ["sh", "/run/annex/script/rpm-build-dep.sh", manager, ..] => {
                Step::Install(vec![manager.to_owned()])
            }
            ["sh", "/run/annex/script/deb-build.sh" | "/run/annex/script/rpm-build.sh", ..] => Step::Build,
            ["sh", "/run/annex/script/deb-source.sh" | "/run/annex/script/rpm-sources.sh", ..] => Step::Pack,
            ["/bin/sh", "-c", command] => Step::Command(command.to_owned()),
            ["sh", "/run/annex/script/patch.sh", ..] => Step::Patch,
            ["sh", script, ..] if GENERATORS.iter().any(|name| script.ends_with(name)) => {
                Step::Generate(script.to_owned())
            }
            _ => panic!("no step of ours: {words:?}"),
        })
    }

    /// The file that tells a step of ours what to do.
    fn job<T: serde::de::DeserializeOwned>(&self, op: &pb::Op, exec: &pb::ExecOp) -> T {
        let mount = exec.mounts.iter().find(|mount| mount.dest == job::JOB).expect("it has a job");
        let made = self.input(op, usize::try_from(mount.input).unwrap()).unwrap();
        let Some(Op::File(file)) = &made.op else { panic!("the job is no file: {made:?}") };
        let Some(Action::Mkfile(file)) = &file.actions[0].action else { panic!("the job is no file") };
        assert_eq!(file.path, mount.selector);
        serde_json::from_slice(&file.data).expect("the job is JSON of its type")
    }
}

/// A choice of packages that fits what is asked for.
pub(crate) fn choice(resolve: &job::Resolve) -> Lock {
    let order = annex::distro::find(&resolve.target).expect("it is in the table").family.order();
    let ending = if order == Order::Deb { "deb" } else { "rpm" };
    let package = |Wanted { name, versions }: &Wanted| {
        let bounds =
            versions.iter().flat_map(|bound| [bound.version.clone(), format!("{}+1", bound.version)]);
        let mut candidates = std::iter::once("1.0-1".to_owned()).chain(bounds);
        let version = candidates.find(|version| versions.iter().all(|bound| order.meets(version, bound)));
        let version = version.expect("one of the versions in the bounds is within them");
        let architecture = resolve.architecture.clone();
        Package {
            url: format!("http://example.org/pool/{name}_{version}_{architecture}.{ending}"),
            sha256: Digest::of(name.as_bytes()).to_string().replace("sha256:", ""),
            source: name.clone(),
            name: name.clone(),
            size: 4096,
            version,
            architecture,
            keys: Vec::new(),
        }
    };
    Lock {
        version: lock::VERSION,
        target: resolve.target.clone(),
        platform: resolve.platform.clone(),
        erofs_utils: None,
        keys: BTreeMap::new(),
        packages: resolve.packages.iter().map(package).collect(),
    }
}

/// What a package file says of itself.
pub(crate) fn file(name: &str, version: &str, architecture: &str) -> job::PackageFile {
    let [name, version, architecture] = [name, version, architecture].map(str::to_owned);
    job::PackageFile { name, version, architecture }
}

fn graph_of(solved: &Mutex<Vec<Solved>>, id: &str) -> Arc<Graph> {
    let number: usize = id.strip_prefix('r').unwrap().parse().unwrap();
    Arc::clone(&solved.lock().unwrap_or_else(PoisonError::into_inner)[number].graph)
}

/// What another frontend answers: an image.
fn nested(id: &str) -> wire::SolveResponse {
    let image = Image::new("example.org/nested:1", Platform::linux("amd64")).state();
    let graph = pb::Definition::from(Definition::of(&image));
    let reference = wire::Ref { id: id.to_owned(), def: Some(graph) };
    let result = wire::Result { result: Some(wire::result::Result::Ref(reference)), ..Default::default() };
    wire::SolveResponse { result: Some(result), ..Default::default() }
}

/// The engine's error of a vertex, with a detail that nobody here knows.
pub(crate) fn failed_vertex(message: &str, digest: &Digest) -> Status {
    let vertex = format!("{{\"digest\":\"{digest}\"}}");
    let details = [
        ("github.com/moby/buildkit/errdefs.Vertex+json", vertex.as_bytes()),
        ("type.example.org/of.tomorrow", &[0xff][..]),
    ];
    failed(2, message, &details)
}

/// The digest that an image's name has already, or one made of the name.
fn digest_in(reference: &str) -> String {
    match reference.split_once('@') {
        Some((_, digest)) => digest.to_owned(),
        None => Digest::of(reference.as_bytes()).to_string(),
    }
}

/// Scripts that fetch what languages need.
const GENERATORS: [&str; 5] =
    ["cargo-fetch.sh", "gomod-download.sh", "gomod-edit.sh", "npm-install.sh", "pip-download.sh"];
/// The index of the first repository.
pub(crate) const MAIN: &str = "http://example.org/debian/dists/trixie/InRelease";
/// The index of the second.
pub(crate) const SECURITY: &str = "http://example.org/debian-security/dists/trixie-security/InRelease";
/// The client's session.
pub(crate) const SESSION: &str = "session-of-the-client";
/// The image that this frontend is in.
pub(crate) const FRONTEND: &str =
    "example.org/annex:1@sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
/// A build in this process takes far less.
const PATIENCE: Duration = Duration::from_secs(100);
