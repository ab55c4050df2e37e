//! Making what a route gives: plans asked until they know enough, for all platforms at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use buildkit_llb::{Definition, Platform, State};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Metadata, add_new, words};
use crate::build::context::Session;
use crate::build::failure::Failure;
use crate::build::place::Map;
use crate::diagnostic::Problems;
use crate::gateway::{BuildResult, Error, Reference, References};
use crate::package::Part;
use crate::plan::{Answers, Extension, Open, Output, Package, Product, Question, Source, unused_allowances};
use crate::request::Check;
use crate::resolve::Resolved;
use crate::route::{Outcome, Route};
use crate::step::Steps;
use crate::tree::Image;

/// The result, and what the author should know of it.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) result: BuildResult,
    pub(super) warnings: Problems,
}

/// Makes what `route` gives, for each of the platforms.
pub(super) async fn make(
    session: &Arc<Session>,
    route: &Route,
    resolved: &[(Platform, Resolved)],
    steps: &Steps,
    map: &Map,
) -> Result<Made, Failure> {
    let plans: Vec<Plan<'_>> = resolved
        .iter()
        .map(|(platform, resolved)| plan(session, route, platform, resolved, steps, map))
        .collect();
    let products = products(session, &plans).await?;
    let mut warnings = Problems::default();
    let unused = products.iter().map(|product| product.unused.clone());
    let unused = unused.reduce(|one, other| &one & &other).unwrap_or_default();
    if let Some((_, resolved)) = resolved.first() {
        let check = match route.result {
            Outcome::Extension(Output::Report) => Check::Warn,
            Outcome::Extension(Output::Image | Output::Lock) | Outcome::Package(_) | Outcome::Source(_) => {
                session.request.build_args.sysext.check
            }
        };
        let problems = unused_allowances(resolved, check, &unused);
        if problems.has_errors() {
            return Err(problems.into());
        }
        warnings.extend(problems);
    }
    let mut references = BTreeMap::new();
    for ((platform, _), product) in resolved.iter().zip(products) {
        add_new(&mut warnings, &product.warnings);
        references.insert(platform.to_string(), session.solve(&product.state, false).await?);
    }
    let platforms = resolved.iter().map(|(platform, _)| platform);
    Ok(Made { result: result(session, platforms, references), warnings })
}

/// What is made for one platform.
#[derive(Debug)]
enum Plan<'a> {
    Extension(Extension<'a>),
    Source(Source<'a>),
    Package(Package<'a>, Part),
}

impl Plan<'_> {
    fn advance(&self, answers: &Answers) -> Result<Product, Open> {
        match self {
            Self::Extension(extension) => extension.advance(answers),
            Self::Source(source) => source.advance(answers),
            Self::Package(package, part) => package.advance(*part, answers),
        }
    }
}

fn plan<'a>(
    session: &'a Session,
    route: &Route,
    platform: &'a Platform,
    resolved: &'a Resolved,
    steps: &'a Steps,
    map: &'a Map,
) -> Plan<'a> {
    let args = &session.request.build_args;
    let (distro, contexts, places, epoch) = (route.distro, session, map, args.source_date_epoch);
    match route.result {
        Outcome::Extension(output) => {
            let (package_args, args) = (&args.package, &args.sysext);
            Plan::Extension(Extension {
                distro,
                resolved,
                platform,
                steps,
                contexts,
                args,
                package_args,
                epoch,
                places,
                output,
            })
        }
        Outcome::Package(part) => {
            let args = &args.package;
            let package = Package { distro, resolved, platform, steps, contexts, args, epoch, places };
            Plan::Package(package, part)
        }
        Outcome::Source(output) => {
            let args = &args.package;
            Plan::Source(Source { resolved, platform, steps, contexts, args, places, output })
        }
    }
}

/// Asks until every plan has what it needs.
async fn products(session: &Arc<Session>, plans: &[Plan<'_>]) -> Result<Vec<Product>, Failure> {
    let mut answers = Answers::default();
    loop {
        let mut products = Vec::new();
        let mut problems = Problems::default();
        let mut open = Vec::new();
        for plan in plans {
            match plan.advance(&answers) {
                Ok(product) => products.push(product),
                Err(Open::Asks(questions)) => open.extend(questions),
                Err(Open::Problems(said)) => add_new(&mut problems, &said),
            }
        }
        if problems.has_errors() {
            return Err(problems.into());
        }
        if open.is_empty() {
            return Ok(products);
        }
        answer(session, open, &mut answers).await?;
    }
}

/// Answers all of `questions`, at once.
async fn answer(
    session: &Arc<Session>,
    mut questions: Vec<Question>,
    answers: &mut Answers,
) -> Result<(), Failure> {
    questions.sort_by_key(Question::key);
    questions.dedup_by_key(|question| question.key());
    let mut tasks = JoinSet::new();
    for question in questions {
        let session = Arc::clone(session);
        tasks.spawn(async move {
            let answer = ask(&session, &question).await;
            (question, answer)
        });
    }
    // All are waited for, and the first failure in the order of the questions is told: which one is
    // not a matter of luck.
    let mut failures = BTreeMap::new();
    while let Some(done) = tasks.join_next().await {
        let (question, answer) = done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        match (answer, &question) {
            (Ok(Answer::Context(state)), Question::Context { name, platform }) => {
                answers.context(name, platform, state);
            }
            (Ok(Answer::File(content)), Question::File { state, path }) => {
                answers.file(state, path, content);
            }
            (Ok(Answer::Image(means)), Question::Image { reference, platform }) => {
                answers.image(reference, platform, means);
            }
            (Ok(Answer::Passed), Question::Passes { state, .. }) => answers.passes(state),
            (Ok(Answer::Source(state)), Question::Build(_) | Question::Part { .. } | Question::Sign(_)) => {
                answers.source(&question, state);
            }
            (Ok(Answer::Reachable(reachable)), Question::Reachable { state }) => {
                answers.reachable(state, reachable);
            }
            (Ok(_), _) => unreachable!("each question has its kind of answer"),
            (Err(failure), _) => {
                failures.insert(question.key(), failure);
            }
        }
    }
    failures.into_values().next().map_or(Ok(()), Err)
}

enum Answer {
    Context(State),
    File(Option<Vec<u8>>),
    Image(Image),
    Passed,
    Reachable(bool),
    Source(State),
}

async fn ask(session: &Session, question: &Question) -> Result<Answer, Failure> {
    match question {
        Question::Build(build) => session.nested(build).await.map(Answer::Source),
        Question::Context { name, platform } => session.context(name, platform).await.map(Answer::Context),
        Question::File { state, path } => {
            let reference = session.solve(state, true).await?;
            let content = session.gateway.read_file(&reference, path, MAX_ANSWER).await?;
            Ok(Answer::File(content))
        }
        Question::Image { reference, platform } => {
            session.image(reference, platform).await.map(Answer::Image)
        }
        Question::Passes { state, .. } => {
            session.solve(state, true).await?;
            Ok(Answer::Passed)
        }
        Question::Part { part, platform } => session.part(part, platform).await.map(Answer::Source),
        // The engine waits for a server that says nothing more as long as the connection lives.
        Question::Reachable { state } => match timeout(PATIENCE, session.solve(state, true)).await {
            Ok(Ok(_)) => Ok(Answer::Reachable(true)),
            Ok(Err(Error::Engine { .. })) | Err(_) => Ok(Answer::Reachable(false)),
            Ok(Err(error)) => Err(error.into()),
        },
        Question::Sign(signing) => session.sign(signing).await.map(Answer::Source),
    }
}

fn result<'p>(
    session: &Session,
    platforms: impl Iterator<Item = &'p Platform>,
    mut references: BTreeMap<String, Reference>,
) -> BuildResult {
    let mut metadata = Metadata::new();
    let epoch = session.request.build_args.source_date_epoch;
    let many = session.request.multi_platform || references.len() > 1;
    let mut list = Vec::new();
    for platform in platforms {
        let id = platform.to_string();
        let suffix = if many { format!("/{id}") } else { String::new() };
        let config = config(platform, &session.request.labels).to_string();
        metadata.insert(format!("containerimage.config{suffix}"), config.into_bytes());
        if let Some(epoch) = epoch {
            metadata.insert(format!("source.date.epoch{suffix}"), epoch.to_string().into_bytes());
        }
        list.push(json!({ "ID": id, "Platform": words(platform) }));
    }
    let references = if many {
        metadata.insert("refs.platforms".to_owned(), json!({ "Platforms": list }).to_string().into_bytes());
        References::ByPlatform(references)
    } else {
        references.pop_first().map_or(References::None, |(_, reference)| References::One(reference))
    };
    BuildResult { references, metadata, ..BuildResult::default() }
}

/// An image config that says the platform and the client's labels and nothing else: the image is a
/// carrier of one file.
fn config(platform: &Platform, labels: &BTreeMap<String, String>) -> serde_json::Value {
    let mut config = words(platform);
    config["config"] = if labels.is_empty() { json!({}) } else { json!({ "Labels": labels }) };
    config["rootfs"] = json!({ "type": "layers", "diff_ids": [] });
    config
}

impl Session {
    /// Solves the graph of a tree; `evaluate` waits until it is there.
    pub(super) async fn solve(&self, state: &State, evaluate: bool) -> Result<Reference, Error> {
        self.gateway.solve(&Definition::of(state), &self.solve_options(evaluate)).await
    }
}

/// Bytes of a step's answer at most: a lock of every package of a distribution has 40 MB.
const MAX_ANSWER: u64 = 64 << 20;

/// How long a signed index, a key or a list of mirrors may take: the largest has some hundred kilobytes.
const PATIENCE: Duration = Duration::from_secs(60);
