//! What is true of every case.

use std::sync::Arc;

use buildkit_proto::pb::{self, NetMode, op::Op};
use libtest_mimic::Failed;
use prost::Message;

use crate::Case;
use crate::builder::{Built, Graph, Request, SESSION, Step};

type Rule = fn(&Case) -> Result<(), Failed>;

/// Each rule by its name.
pub(crate) const OF_A_CASE: &[(&str, Rule)] = &[
    ("the same bytes each time", the_same_bytes_each_time),
    ("the order of options does not matter", the_order_of_options_does_not_matter),
    ("another session gives the same result", another_session_gives_the_same_result),
    ("only steps that need a network have one", only_steps_that_need_a_network_have_one),
    ("no process knows a secret", no_process_knows_a_secret),
];

fn the_same_bytes_each_time(case: &Case) -> Result<(), Failed> {
    let first = sent(&case.build());
    for _ in 1..TIMES {
        same(&first, &sent(&case.build()))?;
    }
    Ok(())
}

fn the_order_of_options_does_not_matter(case: &Case) -> Result<(), Failed> {
    let first = sent(&case.build());
    let mut request = case.request.clone();
    for _ in 0..request.options.len() {
        request.options.rotate_left(1);
        same(&first, &sent(&case.build_with(&request)))?;
    }
    request.options.reverse();
    same(&first, &sent(&case.build_with(&request)))
}

fn another_session_gives_the_same_result(case: &Case) -> Result<(), Failed> {
    let other = Request { session: "another".to_owned(), ..case.request.clone() };
    let results = case.build().results().into_values().zip(case.build_with(&other).results().into_values());
    for (first, second) in results {
        // A worker in a directory of the client is read from the client's session.
        let local = |graph: &Graph| graph.text().contains(" source local://");
        if first.digest() != second.digest() && !local(&first) {
            return Err(format!("{}\nis not\n{}", first.text(), second.text()).into());
        }
    }
    Ok(())
}

fn only_steps_that_need_a_network_have_one(case: &Case) -> Result<(), Failed> {
    let host = with(&case.request, &[("force-network-mode", "host"), ("build-arg:HTTP_PROXY", PROXY)]);
    let none = with(&case.request, &[("force-network-mode", "none")]);
    for (request, given) in [(&host, NetMode::Host), (&none, NetMode::None)] {
        for graph in graphs(&case.build_with(request)) {
            for (_, exec, step) in graph.execs() {
                let online = matches!(
                    step,
                    Step::Command(_)
                        | Step::Download(_)
                        | Step::Generate(_)
                        | Step::Install(_)
                        | Step::Resolve(_)
                );
                let expected = if online { given } else { NetMode::None };
                if exec.network() != expected {
                    return Err(format!("{step:?} has network {:?}", exec.network()).into());
                }
                let proxied = exec.meta.as_ref().and_then(|meta| meta.proxy_env.as_ref()).is_some();
                if proxied && !online {
                    return Err(format!("{step:?} has a proxy but no network").into());
                }
            }
        }
    }
    Ok(())
}

fn no_process_knows_a_secret(case: &Case) -> Result<(), Failed> {
    let request = with(
        &case.request,
        &[("build-arg:HTTP_PROXY", PROXY), ("label:token", SECRET), ("cache-from", "example.org/hunter2")],
    );
    for graph in graphs(&case.build_with(&request)) {
        for (_, op) in &graph.ops {
            if matches!(op.op, Some(Op::Source(_))) {
                continue;
            }
            let bytes = without_proxy(op).encode_to_vec();
            for secret in [SECRET, SESSION] {
                if bytes.windows(secret.len()).any(|part| part == secret.as_bytes()) {
                    return Err(format!("`{secret}` is in {op:?}").into());
                }
            }
        }
    }
    Ok(())
}

/// The engine keeps proxies out of its cache keys.
fn without_proxy(op: &pb::Op) -> pb::Op {
    let mut op = op.clone();
    if let Some(Op::Exec(pb::ExecOp { meta: Some(meta), .. })) = &mut op.op {
        meta.proxy_env = None;
    }
    op
}

/// The request with more options, in place of those of the same name.
fn with(request: &Request, more: &[(&str, &str)]) -> Request {
    let mut request = request.clone();
    request.options.retain(|(key, _)| more.iter().all(|(other, _)| key != other));
    request.options.extend(more.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())));
    request
}

fn graphs(built: &Built) -> Vec<Arc<Graph>> {
    built.solved.iter().map(|solved| Arc::clone(&solved.graph)).collect()
}

/// Everything that the engine was asked to solve, sorted: what is asked at the same time has no order.
fn sent(built: &Built) -> Vec<Vec<u8>> {
    let mut sent: Vec<_> = graphs(built).iter().map(|graph| graph.definition.encode_to_vec()).collect();
    sent.sort();
    sent
}

fn same(first: &[Vec<u8>], second: &[Vec<u8>]) -> Result<(), Failed> {
    if first == second { Ok(()) } else { Err("the engine is sent other bytes".into()) }
}

/// How often a case is planned.
const TIMES: usize = 25;
const SECRET: &str = "hunter2";
const PROXY: &str = "http://me:hunter2@proxy.example.org:3128";
