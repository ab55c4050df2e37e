//! Repositories that lie, fail or stop: each ends in an error that names what is wrong, and exports nothing.

use std::time::{Duration, Instant};

use crate::engine::docker::Engine;
use crate::engine::image::Image;
use crate::engine::messages::said;
use crate::engine::standin::{AZURE, Standin, extension, image_name};

/// A view of the repositories in which a package cannot be had, and what a user must read.
pub(crate) struct Case {
    /// The view; see [`Standin::of`].
    pub(crate) view: &'static str,
    /// The package that is asked for.
    package: &'static str,
    /// Parts of the message.
    words: &'static [&'static str],
}

/// Builds a case.
pub(crate) fn check(engine: &Engine, case: &Case) {
    let standin = Standin::of(engine, case.view, "hostile");
    let start = Instant::now();
    let made = extension(engine, AZURE, "hostile", &[case.package], &[&standin.worker()]);
    assert!(start.elapsed() < PATIENCE, "{} took {:?}", case.view, start.elapsed());
    assert!(!made.success, "{} was taken:\n{}", case.view, made.stderr);
    assert_eq!(made.files(), <[String; 0]>::default(), "a failed build exported something");
    let said = said(&made);
    for words in case.words {
        assert!(said.contains(words), "`{words}` is missing in\n{said}\n{}", made.stderr);
    }
}

pub(crate) fn what_is_only_slow_arrives(engine: &Engine) {
    for view in ["good.repomd-slow", "good.primary-slow", "good.rpm-slow"] {
        let standin = Standin::of(engine, view, "slow");
        let made = extension(engine, AZURE, "slow", &["annex-hello"], &[&standin.worker()]).succeeded();
        let image = Image::open(&made.file(&image_name("slow", AZURE)));
        assert_eq!(image.text("usr/bin/annex-hello"), "#!/bin/sh\necho hello from 1.0-1\n", "{view}");
    }
}

/// All at once: nearly all of it is waiting for dnf to lose patience.
pub(crate) fn what_stops_is_not_waited_for_without_end(engine: &Engine) {
    std::thread::scope(|scope| {
        for case in STOPPED {
            scope.spawn(|| check(engine, case));
        }
    });
}

/// The longest that any of the cases may take, on an engine that does other things too.
const PATIENCE: Duration = Duration::from_secs(450);

/// The views, each with what is said of it.
pub(crate) const CASES: &[Case] = &[
    // A package that is not what it was when it was signed, though the index says its digest.
    Case { view: "tampered", package: "annex-hello", words: &["annex-hello"] },
    Case { view: "tampered-header", package: "annex-hello", words: &["annex-hello"] },
    Case { view: "stranger", package: "annex-hello", words: &["annex-hello"] },
    Case { view: "unsigned", package: "annex-hello", words: &["annex-hello"] },
    // A package that is not what the index says.
    Case { view: "good.rpm-flip", package: "annex-never-flip", words: &["annex-never-flip"] },
    Case { view: "good.rpm-404", package: "annex-never-404", words: &["annex-never-404", "404"] },
    Case { view: "good.rpm-500", package: "annex-never-500", words: &["annex-never-500", "500"] },
    Case { view: "good.rpm-cut", package: "annex-never-cut", words: &["annex-never-cut"] },
    // An index that is not what was signed, or that cannot be had.
    Case { view: "stranger-index", package: "annex-hello", words: &["base"] },
    Case { view: "good.signature-404", package: "annex-hello", words: &["base"] },
    Case { view: "good.signature-flip", package: "annex-hello", words: &["base"] },
    Case { view: "good.repomd-404", package: "annex-hello", words: &["base"] },
    Case { view: "good.repomd-500", package: "annex-hello", words: &["base"] },
    Case { view: "good.repomd-flip", package: "annex-hello", words: &["base"] },
    Case { view: "good.primary-404", package: "annex-hello", words: &["base"] },
    Case { view: "good.primary-cut", package: "annex-hello", words: &["base"] },
    Case { view: "good.primary-flip", package: "annex-hello", words: &["base"] },
];

/// Answers that stop halfway without an end.
const STOPPED: &[Case] = &[
    Case { view: "good.repomd-stall", package: "annex-hello", words: &["base"] },
    Case { view: "good.primary-stall", package: "annex-hello", words: &["base"] },
];
