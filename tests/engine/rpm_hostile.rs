//! Repositories that lie, fail or stop: each ends in an error that names what is wrong, and exports nothing.

use crate::engine::docker::Engine;
use crate::engine::messages::said;
use crate::engine::standin::{AZURE, Standin, extension};

/// A view of the repositories in which `annex-hello` cannot be had, and what a user must read.
pub(crate) struct Case {
    /// The view; see [`Standin::of`].
    pub(crate) view: &'static str,
    /// Parts of the message.
    words: &'static [&'static str],
}

/// Builds a case.
pub(crate) fn check(engine: &Engine, case: &Case) {
    let standin = Standin::of(engine, case.view, "hostile");
    let made = extension(engine, AZURE, "hostile", &["annex-hello"], &[&standin.worker()]);
    assert!(!made.success, "{} was taken:\n{}", case.view, made.stderr);
    assert_eq!(made.files(), <[String; 0]>::default(), "a failed build exported something");
    let said = said(&made);
    for words in case.words {
        assert!(said.contains(words), "`{words}` is missing in\n{said}\n{}", made.stderr);
    }
}

/// The views, each with what is said of it.
pub(crate) const CASES: &[Case] = &[
    // A package that is not what it was when it was signed, though the index says its digest.
    Case { view: "tampered", words: &["annex-hello"] },
    Case { view: "tampered-header", words: &["annex-hello"] },
    Case { view: "stranger", words: &["annex-hello"] },
    Case { view: "unsigned", words: &["annex-hello"] },
    // A package that is not what the index says.
    Case { view: "good.rpm-flip", words: &["annex-hello"] },
    Case { view: "good.rpm-404", words: &["annex-hello", "404"] },
    Case { view: "good.rpm-500", words: &["annex-hello", "500"] },
    Case { view: "good.rpm-cut", words: &["annex-hello"] },
    // An index that is not what was signed, or that cannot be had.
    Case { view: "stranger-index", words: &["base"] },
    Case { view: "good.signature-404", words: &["base"] },
    Case { view: "good.signature-flip", words: &["base"] },
    Case { view: "good.repomd-404", words: &["base"] },
    Case { view: "good.repomd-500", words: &["base"] },
    Case { view: "good.repomd-flip", words: &["base"] },
    Case { view: "good.primary-404", words: &["base"] },
    Case { view: "good.primary-cut", words: &["base"] },
    Case { view: "good.primary-flip", words: &["base"] },
];
