//! Repositories of Debian's kind that lie, fail or stop: each ends in an error that names what is wrong, and exports
//! nothing.

use std::time::{Duration, Instant};

use crate::engine::build::{Built, SYSEXT, build, image_name};
use crate::engine::docker::Engine;
use crate::engine::image::Image;
use crate::engine::repository::Repository;

/// What goes wrong, and what a user must read.
pub(crate) struct Case {
    /// Which files, and what is the matter with them: see `repository/serve.pl`.
    pub(crate) fault: &'static str,
    /// The package that is asked for.
    package: &'static str,
    /// Parts of the message.
    words: &'static [&'static str],
}

/// Builds a case.
pub(crate) fn check(engine: &Engine, case: &Case) {
    let start = Instant::now();
    let made = built(engine, case.fault, case.package);
    assert!(!made.success, "{} was taken:\n{}", case.fault, made.stderr);
    assert_eq!(made.files(), <[String; 0]>::default(), "a failed build exported something");
    assert!(start.elapsed() < PATIENCE, "{} took {:?}", case.fault, start.elapsed());
    for words in case.words {
        assert!(made.stderr.contains(words), "`{words}` is missing in\n{}", made.stderr);
    }
}

pub(crate) fn what_is_only_slow_arrives(engine: &Engine) {
    for (fault, package) in [
        ("InRelease-slow", "annex-hello"),
        ("Packages-slow", "annex-hello"),
        ("deb-slow", "annex-never-slow"),
    ] {
        let made = built(engine, fault, package).succeeded();
        let image = Image::open(&made.file(&image_name("hostile")));
        let word = package.trim_start_matches("annex-");
        let text = image.text(&format!("usr/bin/{package}"));
        assert_eq!(text, format!("#!/bin/sh\necho {word} from 1.0\n"), "{fault}");
    }
}

/// All at once: nearly all of it is waiting for apt to lose patience.
pub(crate) fn what_stops_is_not_waited_for_without_end(engine: &Engine) {
    std::thread::scope(|scope| {
        for case in STOPPED {
            scope.spawn(|| check(engine, case));
        }
    });
}

/// An extension of one package of a repository with a fault.
fn built(engine: &Engine, fault: &str, package: &str) -> Built {
    let repository = Repository::serve(engine);
    let url = format!("{}/@{fault}", repository.url());
    let spec = Repository::spec_with("hostile", package, &url, &repository.key());
    build(engine, &spec, SYSEXT, &[])
}

/// The longest that any of the cases may take, on an engine that does other things too.
const PATIENCE: Duration = Duration::from_secs(450);

/// The faults, each with what is said of it.
pub(crate) const CASES: &[Case] = &[
    Case { fault: "InRelease-404", package: "annex-hello", words: &["`apt-get update` failed", "404"] },
    Case { fault: "InRelease-500", package: "annex-hello", words: &["`apt-get update` failed", "500"] },
    Case { fault: "InRelease-cut", package: "annex-hello", words: &["`apt-get update` failed", "InRelease"] },
    Case {
        fault: "InRelease-flip",
        package: "annex-hello",
        words: &["`apt-get update` failed", "InRelease"],
    },
    Case {
        fault: "Packages-404",
        package: "annex-hello",
        words: &["`apt-get update` failed", "Packages", "404"],
    },
    Case {
        fault: "Packages-500",
        package: "annex-hello",
        words: &["`apt-get update` failed", "Packages", "500"],
    },
    Case { fault: "Packages-cut", package: "annex-hello", words: &["`apt-get update` failed", "Packages"] },
    Case { fault: "Packages-flip", package: "annex-hello", words: &["`apt-get update` failed", "Packages"] },
    Case { fault: "deb-404", package: "annex-never-404", words: &["annex-never-404", "404"] },
    Case { fault: "deb-500", package: "annex-never-500", words: &["annex-never-500", "500"] },
    Case { fault: "deb-cut", package: "annex-never-cut", words: &["annex-never-cut"] },
    Case { fault: "deb-flip", package: "annex-never-flip", words: &["annex-never-flip"] },
];

/// Answers that stop halfway without an end.
const STOPPED: &[Case] = &[
    Case {
        fault: "InRelease-stall",
        package: "annex-hello",
        words: &["`apt-get update` failed", "InRelease", "imed out"],
    },
    Case {
        fault: "Packages-stall",
        package: "annex-hello",
        words: &["`apt-get update` failed", "Packages", "imed out"],
    },
];
