//! Licences of all that is linked or used to build.

use std::collections::BTreeSet;
use std::process::Command;

use crate::{assert_none, root};

/// Licences that ask for no more than a notice, by their SPDX identifiers.
const ALLOWED: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "bzip2-1.0.6",
];

#[test]
fn every_dependency_may_be_passed_on() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--locked", "--offline", "--prefix=none", "--format={l} is of {p}"])
        .current_dir(root())
        .output()
        .expect("cargo runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let packages: BTreeSet<&str> = tree.lines().filter(|line| !line.trim().is_empty()).collect();
    assert!(packages.len() > 3, "only {} packages are listed", packages.len());
    let allowed = |line: &str| line.split_once(" is of ").is_some_and(|(licence, _)| is_allowed(licence));
    let found: Vec<String> = packages.into_iter().filter(|line| !allowed(line)).map(str::to_owned).collect();
    assert_none(&found, "take another crate, or add the licence to the list after reading it");
}

#[test]
fn an_expression_is_allowed_by_its_parts() {
    for expression in [
        "MIT",
        "MIT OR GPL-2.0",
        "GPL-2.0/MIT",
        "(MIT OR GPL-2.0) AND ISC",
        "MIT AND (GPL-2.0 OR Zlib)",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(is_allowed(expression), "{expression}");
    }
    for expression in ["", "GPL-2.0", "MIT AND GPL-2.0", "MIT AND (GPL-2.0 OR MPL-2.0)", "(MIT", "MIT WITH x"]
    {
        assert!(!is_allowed(expression), "{expression}");
    }
}

/// Whether an SPDX expression can be met with [`ALLOWED`] licences; `/` is an old spelling of `OR`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    any(&mut words) == Some(true) && words.next().is_none()
}

type Words<'w> = std::iter::Peekable<std::str::SplitWhitespace<'w>>;

fn any(words: &mut Words<'_>) -> Option<bool> {
    let mut met = all(words)?;
    while words.next_if_eq(&"OR").is_some() {
        met |= all(words)?;
    }
    Some(met)
}

fn all(words: &mut Words<'_>) -> Option<bool> {
    let mut met = one(words)?;
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words)?;
    }
    Some(met)
}

fn one(words: &mut Words<'_>) -> Option<bool> {
    if words.next_if_eq(&"(").is_some() {
        let met = any(words)?;
        return words.next_if_eq(&")").map(|_| met);
    }
    let licence = words.next()?;
    if words.next_if_eq(&"WITH").is_some() {
        let exception = words.next()?;
        return Some(ALLOWED.contains(&format!("{licence} WITH {exception}").as_str()));
    }
    Some(ALLOWED.contains(&licence))
}
