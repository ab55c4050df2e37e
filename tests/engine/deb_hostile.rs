//! Repositories of Debian's kind that lie, fail or stop: each ends in an error that names what is wrong, and exports
//! nothing.

use std::time::{Duration, Instant};

use crate::engine::build::{Built, SYSEXT, build, image_name};
use crate::engine::docker::Engine;
use crate::engine::image::Image;
use crate::engine::messages::said;
use crate::engine::repository::Repository;

/// What goes wrong, and what a user must read.
pub(crate) struct Case {
    /// Which files, and what is the matter with them: see `repository/serve.pl`.
    pub(crate) fault: &'static str,
    /// Parts of the message.
    words: &'static [&'static str],
}

/// Builds a case.
pub(crate) fn check(engine: &Engine, case: &Case) {
    let start = Instant::now();
    let made = built(engine, case.fault);
    assert!(!made.success, "{} was taken:\n{}", case.fault, made.stderr);
    assert_eq!(made.files(), <[String; 0]>::default(), "a failed build exported something");
    assert!(start.elapsed() < PATIENCE, "{} took {:?}", case.fault, start.elapsed());
    let said = said(&made);
    for words in case.words {
        assert!(said.contains(words), "`{words}` is missing in\n{said}\n{}", made.stderr);
    }
}

pub(crate) fn what_is_only_slow_arrives(engine: &Engine) {
    for fault in ["InRelease-slow", "Packages-slow", "deb-slow"] {
        let made = built(engine, fault).succeeded();
        let image = Image::open(&made.file(&image_name("hostile")));
        assert_eq!(image.text("usr/bin/annex-hello"), "#!/bin/sh\necho hello from 1.0\n", "{fault}");
    }
}

/// An extension of one package of a repository with a fault.
fn built(engine: &Engine, fault: &str) -> Built {
    let repository = Repository::serve(engine);
    let url = format!("{}/@{fault}", repository.url());
    let spec = repository.spec_with("hostile", "annex-hello", &url, &repository.key());
    build(engine, &spec, SYSEXT, &[])
}

/// The longest that any of the cases may take: what apt waits, four times.
const PATIENCE: Duration = Duration::from_secs(240);

/// The faults, each with what is said of it.
pub(crate) const CASES: &[Case] = &[
    Case { fault: "InRelease-404", words: &["`apt-get update` failed", "404"] },
    Case { fault: "InRelease-500", words: &["`apt-get update` failed", "500"] },
    Case { fault: "InRelease-cut", words: &["`apt-get update` failed", "InRelease"] },
    Case { fault: "InRelease-flip", words: &["`apt-get update` failed", "InRelease"] },
    Case { fault: "InRelease-stall", words: &["`apt-get update` failed", "InRelease"] },
    Case { fault: "Packages-404", words: &["`apt-get update` failed", "Packages", "404"] },
    Case { fault: "Packages-500", words: &["`apt-get update` failed", "Packages", "500"] },
    Case { fault: "Packages-cut", words: &["`apt-get update` failed", "Packages"] },
    Case { fault: "Packages-flip", words: &["`apt-get update` failed", "Packages"] },
    Case { fault: "Packages-stall", words: &["`apt-get update` failed", "Packages"] },
    Case { fault: "deb-404", words: &["annex-hello", "404"] },
    Case { fault: "deb-500", words: &["annex-hello", "500"] },
    Case { fault: "deb-cut", words: &["annex-hello"] },
    Case { fault: "deb-flip", words: &["annex-hello"] },
];
