//! Who may name whom.

use crate::{File, assert_none, has_word, rust_files};

/// The frontend's modules from the ground up: each may name those of the rows above it, and those of
/// its own row.
const LAYERS: &[&[&str]] = &[
    &["span"],
    &["nearest", "xml"],
    &["diagnostic"],
    &["compression", "job", "lock", "version"],
    &["spec"],
    &["resolve", "schema"],
    &["script"],
    &["step"],
    &["tree"],
    &["package"],
    &["distro"],
    &["sysext"],
    &["plan"],
    &["route"],
    &["subrequest"],
    &["build"],
    &["main"],
];

/// Modules that stand beside the layers: what each may name, and who may name it.
const BESIDE: &[(&str, &[&str], &[&str])] = &[
    ("gateway", &["diagnostic", "span"], &["build", "main"]),
    (
        "request",
        &["compression", "diagnostic", "nearest", "span"],
        &["build", "main", "plan", "route", "subrequest"],
    ),
    ("worker", &["diagnostic", "job", "lock", "nearest", "version", "xml"], &["main"]),
];

/// Crates that are known in one place only, and the start of that place's path.
const CRATES: &[(&str, &[&str])] = &[
    ("buildkit_proto", &["frontend/src/gateway", "llb/"]),
    ("granit_parser", &["frontend/src/spec/yaml"]),
    ("hyper_util", &["frontend/src/gateway"]),
    ("prost", &["frontend/src/gateway", "llb/", "proto/"]),
    ("prost_types", &["frontend/src/gateway", "proto/"]),
    ("quick_xml", &["frontend/src/xml.rs"]),
    ("tokio", &["frontend/src/build", "frontend/src/gateway", "frontend/src/main.rs"]),
    ("tonic", &["frontend/src/gateway", "proto/"]),
    ("tower", &["frontend/src/gateway"]),
];

/// Modules that know nothing of graphs.
const WITHOUT_GRAPH: &[&str] = &[
    "compression",
    "diagnostic",
    "job",
    "lock",
    "nearest",
    "resolve",
    "schema",
    "span",
    "spec",
    "subrequest",
    "version",
    "worker",
    "xml",
];

/// Words that reach outside the process or wait, and who may use them: what is below is pure.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("async", &["build", "gateway", "main"]),
    ("await", &["build", "gateway", "main"]),
    ("Instant", &["main"]),
    ("SystemTime", &[]),
    ("std::env", &["main", "worker"]),
    ("std::fs", &["gateway", "main", "worker"]),
    ("std::process", &["main", "worker"]),
];

#[test]
fn modules_name_only_what_is_below_them() {
    let mut found = Vec::new();
    for (module, file) in modules() {
        for named in named(&file.code()) {
            if named != module && !may_name(&module, &named) {
                found.push(format!("{} names `{named}`", file.path));
            }
        }
    }
    assert_none(
        &found,
        "move what both need below both, or pass it as an argument; the table is in tests/tidy/layers.rs",
    );
}

#[test]
fn every_module_has_its_layer() {
    let known = |module: &str| rank(module).is_some() || beside(module).is_some();
    let mut found: Vec<String> = modules().into_iter().map(|(module, _)| module).collect();
    found.retain(|module| !known(module));
    found.dedup();
    assert_none(
        &found,
        "add the module to the table in tests/tidy/layers.rs, at the lowest place that works",
    );
}

#[test]
fn a_foreign_crate_is_known_in_one_place() {
    let mut found = Vec::new();
    for file in rust_files().iter().filter(|file| !file.path.contains("tests/")) {
        let code = file.code();
        for (name, places) in CRATES {
            let names = has_word(&code, &format!("{name}::")) || code.contains(&format!("use {name};"));
            if names && !places.iter().any(|place| file.path.starts_with(place)) {
                found.push(format!("{} names `{name}`, which is for {}", file.path, places.join(", ")));
            }
        }
    }
    assert_none(&found, "put a type of our own between: the foreign one can then be replaced in one place");
}

#[test]
fn what_does_not_make_graphs_knows_none() {
    let found: Vec<String> = modules()
        .into_iter()
        .filter(|(module, file)| {
            WITHOUT_GRAPH.contains(&module.as_str()) && has_word(&file.code(), "buildkit_llb")
        })
        .map(|(_, file)| format!("{} names `buildkit_llb`", file.path))
        .collect();
    assert_none(&found, "take and give plain data here, and make the graph in `package`, `sysext` or `plan`");
}

#[test]
fn only_the_rim_reaches_outside() {
    let mut found = Vec::new();
    for (module, file) in modules() {
        let code = file.code();
        for (word, places) in OUTSIDE {
            if has_word(&code, word) && !places.contains(&module.as_str()) {
                found.push(format!("{} uses `{word}`", file.path));
            }
        }
    }
    assert_none(&found, "ask as data and let the rim (`main`, `build`, `gateway`, `worker`) answer");
}

#[test]
fn names_are_found_in_every_form_of_use() {
    let code = "use crate::span;\nuse crate::{job::{A, B}, lock};\nlet a = crate::spec::Spec;\n";
    assert_eq!(named(code), ["job", "lock", "span", "spec"]);
}

/// The frontend's files with the top module each belongs to.
fn modules() -> Vec<(String, File)> {
    let module = |path: &str| {
        let rest = path.strip_prefix("frontend/src/")?;
        let module = rest.split(['/', '.']).next()?;
        (module != "lib").then(|| module.to_owned())
    };
    rust_files().into_iter().filter_map(|file| Some((module(&file.path)?, file))).collect()
}

/// Top modules that code names by `crate::`, or `annex::` in the binary, sorted.
fn named(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for prefix in ["crate::", "annex::"] {
        for (at, _) in code.match_indices(prefix) {
            let rest = &code[at + prefix.len()..];
            match rest.strip_prefix('{') {
                Some(list) => found.extend(first_words(list)),
                None => found.extend(word(rest)),
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The first word of each entry of a list up to its `}`; lists inside are skipped.
fn first_words(list: &str) -> Vec<String> {
    let (mut words, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' | ',' if depth == 0 => {
                words.extend(word(list[start..at].trim_start()));
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    words
}

/// A name in lower case at the start: a module, not a type of the crate's root.
fn word(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    Some(text[..end].to_owned()).filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
}

fn may_name(module: &str, named: &str) -> bool {
    if module == "main" {
        return true;
    }
    match (beside(module), beside(named)) {
        (Some((may, _)), None) => may.contains(&named),
        (None, Some((_, by))) => by.contains(&module),
        (Some(_), Some(_)) => false,
        (None, None) => rank(named).is_some_and(|named| Some(named) <= rank(module)),
    }
}

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

fn beside(module: &str) -> Option<(&'static [&'static str], &'static [&'static str])> {
    BESIDE.iter().find(|(name, ..)| *name == module).map(|&(_, names, by)| (names, by))
}
