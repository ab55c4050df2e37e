//! The specs in the documentation and the examples are good, and the README's tables are those of the code.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use annex::diagnostic::{Problems, SourceFile, render};
use annex::distro::{self, Distro, Host, Sysext};
use annex::job::{Allowance, Rule};
use annex::resolve::{Platform, Selection, resolve};
use annex::route;
use annex::spec::{Checks, Spec};
use expect_test::expect_file;

#[test]
fn every_spec_in_the_documentation_is_accepted_without_a_word() {
    let mut count = 0;
    for page in pages() {
        for (line, spec) in specs(&read(&page)) {
            check(&format!("{}:{line}", page.display()), &spec);
            count += 1;
        }
    }
    assert!(count >= 3, "{count} specs were found in the documentation: are they still marked as YAML?");
}

#[test]
fn every_example_is_accepted_without_a_word() {
    for directory in ["examples", "tests/bench"] {
        let entries = fs::read_dir(root().join(directory)).expect("the folder is there");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        for path in paths {
            let path = if path.is_dir() { path.join("spec.yml") } else { path };
            if path.extension().is_some_and(|extension| extension == "yml") {
                check(&path.display().to_string(), &read(&path));
            }
        }
    }
}

#[test]
fn the_page_of_the_examples_tells_of_each() {
    let entries = fs::read_dir(root().join("examples")).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut specs: Vec<String> = paths
        .filter(|path| path.is_dir() || path.extension().is_some_and(|extension| extension == "yml"))
        .map(|path| path.file_name().expect("an entry has a name").to_string_lossy().into_owned())
        .collect();
    specs.sort();
    let page = read(&root().join("examples/README.md"));
    let told: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| [")?.split_once(']'))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(told, specs);
}

#[test]
fn the_readme_shows_the_first_example_as_it_is() {
    let example = read(&root().join("examples/my-sysext.yml"));
    let shown = specs(&read(&root().join("README.md")));
    assert!(shown.iter().any(|(_, spec)| *spec == example), "examples/my-sysext.yml is not in README.md");
}

#[test]
fn the_readme_lists_the_target_of_every_release_with_its_proof() {
    let mut table =
        String::from("| target | packages of | hosts of the release have | proven by |\n|---|---|---|---|\n");
    for distro in distro::ALL {
        let Distro { key, name, sysext: Sysext { host, .. }, .. } = distro;
        let proof = PROOFS.iter().find(|(of, _)| of == key).map(|&(_, proof)| proof);
        let proof = proof.unwrap_or_else(|| panic!("say in tests/docs.rs how `{key}` is proven"));
        let Host { glibc, kernel, without: _, systemd } = host;
        let has =
            format!("Linux {}.{}, glibc {}.{}, systemd {systemd}", kernel.0, kernel.1, glibc.0, glibc.1);
        writeln!(table, "| `{key}/testing/sysext` | {name} | {has} | {proof} |").expect("a string takes all");
    }
    assert!(PROOFS.is_sorted() && PROOFS.len() == distro::ALL.len(), "a proof of no target");
    check_table("README.md", "targets", &table);
}

#[test]
fn every_route_of_every_release_is_described() {
    let page = read(&root().join("README.md"));
    for route in route::all() {
        let described = format!("`{}`", route.path.replacen(route.distro.key, "<release>", 1));
        let listed = page.contains(&format!("| `{}` |", route.path));
        assert!(listed || page.contains(&described), "README.md does not describe {described}");
    }
}

#[test]
fn the_options_page_names_the_contexts_of_every_release() {
    let mut table =
        String::from("| target | worker | image of the worker | `mkfs.erofs` runs in |\n|---|---|---|---|\n");
    for distro in distro::ALL {
        let (worker, image, tools) =
            (distro.worker_context(), distro.image_context(), distro.tools().0.worker_context());
        writeln!(table, "| `{}` | `{worker}` | `{image}` | `{tools}` |", distro.key)
            .expect("a string takes all");
    }
    check_table("docs/options.md", "contexts", &table);
}

/// Compares the table between two marks of a page with what the code says; `UPDATE_EXPECT=1` writes it there.
fn check_table(page: &str, name: &str, table: &str) {
    let path = root().join(page);
    let text = read(&path);
    let begin = format!("<!-- {name}: written by UPDATE_EXPECT=1 cargo test -p annex --test docs -->\n");
    let end = format!("<!-- end of {name} -->");
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("{page} has no mark {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{page} has no mark {end}"));
    expect_file![path].assert_eq(&format!("{before}{begin}{table}{end}{after}"));
}

#[test]
fn the_rules_page_tells_of_every_rule() {
    let path = root().join("docs/rules.md");
    let page = read(&path);
    let (head, _) = page.split_once(RULES).expect("the page has the table");
    let rows: String = Rule::ALL.iter().map(|rule| row(*rule)).collect();
    expect_file![path].assert_eq(&format!("{head}{RULES}{rows}"));
}

#[test]
fn the_tests_that_the_documentation_names_are_there() {
    let page = read(&root().join("docs/compatibility.md"));
    let (_, section) = page.split_once("## System extensions\n").expect("the page has the section");
    let rows: Vec<&str> = section.lines().take_while(|line| !line.starts_with("## ")).collect();
    let mut sources = String::new();
    for folder in ["frontend/src", "tests"] {
        add_sources(&root().join(folder), &mut sources);
    }
    let mut numbers = 0..;
    for row in rows.iter().filter(|row| row.starts_with("| ")).skip(1) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let number = numbers.next().map(|number: usize| (number + 1).to_string());
        assert_eq!(Some(cells[0].trim()), number.as_deref(), "{row}");
        let tests: Vec<&str> = cells.last().expect("a row has cells").split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "{row}");
        for test in tests {
            let name = test.rsplit("::").next().unwrap_or_default();
            assert!(sources.contains(&format!("fn {name}(")), "there is no test `{test}`");
        }
    }
    assert_eq!(numbers.next(), Some(20), "the table is whole");
}

/// Adds all that is written in Rust below a folder.
fn add_sources(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            add_sources(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&read(&path));
        }
    }
}

/// The head of the table of rules.
const RULES: &str = "| rule | finds | may be allowed |\n|---|---|---|\n";

fn row(rule: Rule) -> String {
    let allowance = match rule.allowance() {
        Allowance::All => "all",
        Allowance::Never => "nothing",
        Allowance::Spec => "nothing; it may be skipped",
        Allowance::Warnings => "warnings",
    };
    let description = rule.description().split_whitespace().collect::<Vec<_>>().join(" ");
    let description = description.trim_end_matches('.');
    format!("| <a id=\"{rule}\"></a>`{rule}` | {description} | {allowance} |\n")
}

fn check(place: &str, text: &str) {
    let (file, mut problems) = SourceFile::from_bytes("spec.yml", text.as_bytes());
    let platform = Platform { os: "linux", architecture: "amd64", variant: None };
    let known_targets: Vec<&str> = distro::ALL.iter().map(|distro| distro.key).collect();
    for target in &known_targets {
        let Some(spec) = Spec::parse(&file.text, &mut problems) else { break };
        let build_args = BTreeMap::new();
        let selection = Selection {
            target,
            platform,
            build_platform: platform,
            build_args: &build_args,
            known_targets: &known_targets,
        };
        match resolve(&spec, &selection) {
            Ok((_, warnings)) => problems.extend(warnings),
            Err(errors) => problems.extend(errors),
        }
    }
    let skip = Spec::parse(text, &mut Problems::default()).map(|spec| spec.annex.skip);
    let checks = Checks::of(text, skip.as_ref(), &mut problems);
    let problems = checks.told(&problems);
    assert_eq!(problems, Problems::default(), "{place}\n{}", render(&file, &problems));
}

/// The YAML blocks of a page that are whole specs, with the lines on which they begin.
fn specs(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut block: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(page.lines()) {
        match &mut block {
            None if line == "```yaml" => block = Some((number + 1, String::new())),
            None => {}
            Some(_) if line == "```" => found.extend(block.take()),
            Some((_, text)) => text.extend([line, "\n"]),
        }
    }
    found.retain(|(_, text)| text.starts_with("# syntax="));
    found
}

fn pages() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("docs")).expect("the folder is there");
    let mut pages: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    pages.push(root().join("README.md"));
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace").to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// How each target is proven, sorted by key: what was built, of which packages, and who merged it.
const PROOFS: &[(&str, &str)] = &[
    ("almalinux8", DNF_STAND_IN),
    ("almalinux9", DNF_STAND_IN),
    ("azlinux3", TDNF_STAND_IN),
    ("azlinux4", DNF5_STAND_IN),
    ("bionic", GRAPHS),
    ("bookworm", "builds from Debian's repository, merged by systemd 252, its programs run there"),
    ("bullseye", "builds from Debian's repository, merged by systemd 252, its programs run there"),
    ("flatcar", STAND_IN),
    ("focal", GRAPHS),
    ("jammy", GRAPHS),
    ("noble", STAND_IN),
    ("resolute", GRAPHS),
    ("rockylinux8", DNF_STAND_IN),
    ("rockylinux9", DNF_STAND_IN),
    ("trixie", "builds from Debian's repository, merged by systemd 252, 257 and 262, its programs run"),
];

/// For repositories that the machines of the tests do not reach.
const GRAPHS: &str = "graphs compared with golden files; the same code on Debian";

/// The same with an image that has the package manager of the release, and a repository made for the tests.
const DNF_STAND_IN: &str = "a stand-in: an image of Debian with dnf and a signed repository; golden graphs";
const DNF5_STAND_IN: &str =
    "a stand-in: an image of Debian with dnf 5 and a signed repository; golden graphs";
const TDNF_STAND_IN: &str =
    "a stand-in: an image of Debian with dnf under tdnf's options and a signed repository; golden graphs";

/// The same with an image in the place of the release's.
const STAND_IN: &str =
    "a stand-in: an image of Debian with a small signed repository under Ubuntu's names; golden graphs";
