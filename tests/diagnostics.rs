//! What the author of a spec reads: each `diagnostics/<problem>.yml` gives `diagnostics/<problem>.txt`.
//!
//! `UPDATE_EXPECT=1` writes the texts. Comments at the start of a spec give options of the command:
//! `#: --target noble`, `#: --build-arg NAME=value`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use annex::diagnostic::{Problems, SourceFile, render};
use annex::resolve::{Platform, Selection, resolve};
use annex::spec::Spec;
use expect_test::expect_file;
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/diagnostics");
    let mut trials = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("the folder of cases is part of the repository") {
        let path = entry.expect("the folder of cases is readable").path();
        if path.extension().is_some_and(|extension| extension == "yml") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            trials.push(Trial::test(name, move || {
                let text = check(&std::fs::read(&path)?);
                expect_file![path.with_extension("txt")].assert_eq(&text);
                if text.is_empty() { Err("nothing is wrong with this spec".into()) } else { Ok(()) }
            }));
        } else if !path.with_extension("yml").exists() {
            let name = format!("{} has a spec", path.display());
            trials.push(Trial::test(name, || Err("there is no spec of this name".into())));
        }
    }
    let cases = trials.len();
    trials.push(Trial::test("there are as many as the language has ways to go wrong", move || {
        if cases < LEAST { Err(format!("{cases} are fewer than {LEAST}").into()) } else { Ok(()) }
    }));
    trials.sort_by(|a, b| a.name().cmp(b.name()));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Cases at least: when one goes, another one comes.
const LEAST: usize = 120;

fn check(bytes: &[u8]) -> String {
    let (file, mut problems) = SourceFile::from_bytes("spec.yml", bytes);
    if !problems.has_errors() {
        problems.extend(problems_of(&file.text));
    }
    render(&file, &problems)
}

fn problems_of(text: &str) -> Problems {
    let mut target = "trixie";
    let mut build_args = BTreeMap::new();
    for line in text.lines() {
        if let Some(key) = line.strip_prefix("#: --target ") {
            target = key;
        } else if let Some((name, value)) =
            line.strip_prefix("#: --build-arg ").and_then(|arg| arg.split_once('='))
        {
            build_args.insert(String::from(name), String::from(value));
        }
    }
    let mut problems = Problems::default();
    let Some(spec) = Spec::parse(text, &mut problems) else { return problems };
    let selection = Selection {
        target,
        platform: Platform { os: "linux", architecture: "arm", variant: Some("v7") },
        build_platform: Platform { os: "linux", architecture: "amd64", variant: None },
        build_args: &build_args,
        known_targets: &["azlinux3", "bookworm", "noble", "trixie"],
    };
    problems.extend(match resolve(&spec, &selection) {
        Ok((_, warnings)) => warnings,
        Err(problems) => problems,
    });
    problems
}
