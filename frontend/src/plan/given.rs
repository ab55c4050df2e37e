//! Choices that nobody has to make: the lock that a client gave, and that of no packages.

use std::collections::BTreeMap;

use super::extension::{Chosen, Extension, read};
use super::verdict::Verdict;
use super::{Answers, Open};
use crate::diagnostic::{Diagnostic, Problems};
use crate::job;
use crate::lock::{self, Lock};
use crate::sysext;

impl Extension<'_> {
    /// The lock that the client gave, if any; it must fit the spec.
    pub(super) fn given_lock(
        &self,
        answers: &Answers,
        wanted: &job::Resolve,
        verdict: &mut Verdict<'_>,
    ) -> Result<Option<Lock>, Open> {
        if !self.contexts.has(LOCK_CONTEXT, self.platform) {
            return Ok(None);
        }
        let context = answers.ask_context(LOCK_CONTEXT, self.platform)?;
        let alone = format!("/{}", lock::FILE);
        // The lock route's result for several platforms has a directory for each.
        let one_of_many = format!("/{}/{}", wanted.platform.replace('/', "_"), lock::FILE);
        let mut found = None;
        for path in [&one_of_many, &alone] {
            if let Some(bytes) = answers.ask_file(context, path)? {
                found = Some((path, bytes));
                break;
            }
        }
        let Some((path, bytes)) = found else {
            let message = format!("context `{LOCK_CONTEXT}` has no file `{}`", lock::FILE);
            let help =
                format!("make one with `--target={}/testing/sysext/lock --output=DIR`", self.distro.key);
            return Err(Problems::from(Diagnostic::error(None, message).help(help)).into());
        };
        let lock = Lock::parse(bytes).map_err(|error| {
            let message = format!("`{path}` of context `{LOCK_CONTEXT}` is not a lock: {error}");
            Problems::from(Diagnostic::error(None, message))
        })?;
        verdict.hear(lock.fit(wanted, self.distro.family.order()))?;
        Ok(Some(lock))
    }

    /// Nothing, packed with the tools that are there.
    pub(super) fn choose_nothing(&self, answers: &Answers, wanted: &job::Resolve) -> Result<Chosen, Open> {
        let tools = self.workers().tools(answers)?;
        let tools: job::Tools = read(answers, &sysext::tools(self.steps, &tools), "list of tools")?;
        let lock = Lock {
            version: lock::VERSION,
            target: wanted.target.clone(),
            platform: wanted.platform.clone(),
            erofs_utils: tools.erofs_utils,
            keys: BTreeMap::new(),
            packages: Vec::new(),
        };
        Ok(Chosen { lock, providers: Vec::new() })
    }
}

/// Name of the context that brings a lock.
const LOCK_CONTEXT: &str = "dalec-sysext-lock";
