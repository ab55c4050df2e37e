//! What a choice of packages depends on outside the worker: the indices of its repositories, and keys.

use buildkit_llb::{Http, State};

use super::verdict::MAX_FINDING;
use super::{Answers, Open};
use crate::diagnostic::{Diagnostic, Problems, harmless, literal};
use crate::job::{Indices, first_mirror, index_of};
use crate::package::INDEX;

/// The outside of a worker's repositories.
#[derive(Debug)]
pub(super) struct Repositories {
    /// The signed indices, each a tree with the file [`INDEX`].
    pub(super) indices: Vec<State>,
    /// The addresses of the keys.
    pub(super) keys: Vec<String>,
    /// By number of their address, the keys that can be had, each a tree with the file [`INDEX`].
    pub(super) key_files: Vec<(usize, State)>,
    /// Whether some repository has no index to watch.
    pub(super) unwatched: bool,
    /// What the author should know of them.
    pub(super) warnings: Problems,
}

impl Repositories {
    /// Looks for all that a worker's list names. A list of mirrors is read here, since only the outside knows it: its
    /// first mirror has the index that is watched, so that a list in another order changes nothing as long as the
    /// mirrors have the same.
    pub(super) fn find(answers: &Answers, listed: Indices) -> Result<Self, Open> {
        let Indices { mut addresses, mirrors, keys, others } = listed;
        check_addresses([&addresses, &mirrors, &keys])?;
        let named = |what: &'static str| move |address: &String| source(what, address);
        let lists: Vec<State> = mirrors.iter().map(named("list of mirrors")).collect();
        let keys_at: Vec<State> = keys.iter().map(named("key")).collect();
        let indices_at: Vec<State> = addresses.iter().map(named("index")).collect();
        // all at once, though some are looked at later
        let all = [indices_at, lists.clone(), keys_at.clone()].concat();
        let reachable = answers.ask_reachable(&all)?;
        let (of_lists, of_keys) = reachable[addresses.len()..].split_at(lists.len());

        let mut warnings = Problems::default();
        for ((address, list), reachable) in mirrors.iter().zip(&lists).zip(of_lists) {
            let mirror = match reachable {
                true => answers.ask_file(list, &format!("/{INDEX}"))?.and_then(first_mirror),
                false => None,
            };
            match mirror.map(|mirror| index_of(&mirror)).filter(|index| is_address(index)) {
                Some(index) if addresses.contains(&index) => {}
                Some(index) => addresses.push(index),
                None => warnings.push(Diagnostic::warning(
                    None,
                    format!("no list of mirrors at `{address}`: the repository's packages are {ANEW}"),
                )),
            }
        }
        let mut unwatched = others != 0 || !warnings.is_empty();
        let indices: Vec<State> = addresses.iter().map(named("index")).collect();
        let reachable = answers.ask_reachable(&indices)?;
        unwatched |= reachable.contains(&false);
        for (address, _) in addresses.iter().zip(&reachable).filter(|&(_, &can)| !can) {
            let message = format!("no signed index at `{address}`: its packages are {ANEW}");
            warnings.push(Diagnostic::warning(None, message));
        }
        if others != 0 {
            let message = format!(
                "a repository of the worker can be asked by its own tools alone: packages are {ANEW}"
            );
            warnings.push(Diagnostic::warning(None, message));
        }
        let watched = indices.into_iter().zip(&reachable).filter(|&(_, &can)| can).map(|(state, _)| state);
        let key_files = keys_at.into_iter().enumerate().zip(of_keys).filter(|&(_, &can)| can);
        Ok(Self {
            indices: watched.collect(),
            key_files: key_files.map(|(key, _)| key).collect(),
            keys,
            unwatched,
            warnings,
        })
    }
}

/// What is at `url`. It has no checksum, so that it is asked for in each build; unchanged, it leaves the steps that
/// depend on it in the cache.
fn source(what: &str, url: &str) -> State {
    let http = Http { filename: Some(INDEX.to_owned()), ..Http::new(url) };
    http.state().named(format!("[resolve] {what} {url}"))
}

/// Whether the worker's lists can be such: a source of another kind would make the engine read what nobody asked for.
fn check_addresses(lists: [&Vec<String>; 3]) -> Result<(), Problems> {
    let count: usize = lists.into_iter().map(Vec::len).sum();
    if count > MAX_ADDRESSES {
        return Err(odd(LIST, &format!("it has {count} addresses, at most {MAX_ADDRESSES} are read")));
    }
    match lists.into_iter().flatten().find(|url| !is_address(url)) {
        Some(url) => Err(odd(LIST, &format!("{} is no address of a web server", literal(url)))),
        None => Ok(()),
    }
}

fn is_address(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !host.is_empty() && !host.contains('@') && url.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A step of ours that did not answer as it must: a worker image that is not what it should be.
pub(super) fn odd(what: &str, why: &str) -> Problems {
    let message = format!("the worker's {what} cannot be used: {}", harmless(why, MAX_FINDING));
    Diagnostic::error(None, message).help("check the worker's image, or build without its context").into()
}

/// What the answer of the step that lists repositories is called.
pub(super) const LIST: &str = "list of repositories";

/// Addresses of a worker, at most: each is asked for in every build.
const MAX_ADDRESSES: usize = 200;

/// What becomes of packages whose repository cannot be watched.
const ANEW: &str = "chosen anew in each build";
