//! The specs in the documentation and the examples are good, and the README's tables are those of the code.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use annex::diagnostic::{Problems, SourceFile, render};
use annex::job::{Allowance, Rule};
use annex::resolve::{Platform, Selection, resolve};
use annex::spec::Spec;
use annex::{distro, route};
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
        for path in paths.filter(|path| path.extension().is_some_and(|extension| extension == "yml")) {
            check(&path.display().to_string(), &read(&path));
        }
    }
}

#[test]
fn the_readme_shows_the_first_example_as_it_is() {
    let example = read(&root().join("examples/my-sysext.yml"));
    let shown = specs(&read(&root().join("README.md")));
    assert!(shown.iter().any(|(_, spec)| *spec == example), "examples/my-sysext.yml is not in README.md");
}

#[test]
fn the_readme_lists_every_target_and_no_other() {
    let readme = read(&root().join("README.md"));
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let listed: Vec<&str> = rows.map(|(target, _)| target).filter(|target| target.contains('/')).collect();
    let routes = route::all();
    let known: Vec<&str> = routes.iter().map(|route| route.path.as_str()).collect();
    assert_eq!(listed, known);
}

#[test]
fn the_options_page_names_the_contexts_of_every_release() {
    let page = read(&root().join("docs/options.md"));
    for distro in distro::ALL {
        for name in [&*distro.worker_context(), distro.image_context()] {
            assert!(page.contains(&format!("`{name}`")), "docs/options.md does not name `{name}`");
        }
    }
}

#[test]
fn the_rules_page_tells_of_every_rule() {
    let path = root().join("docs/rules.md");
    let page = read(&path);
    let (head, _) = page.split_once(RULES).expect("the page has the table");
    let rows: String = Rule::ALL.iter().map(|rule| row(*rule)).collect();
    expect_file![path].assert_eq(&format!("{head}{RULES}{rows}"));
}

/// The head of the table of rules.
const RULES: &str = "| rule | finds | may be allowed |\n|---|---|---|\n";

fn row(rule: Rule) -> String {
    let allowance = match rule.allowance() {
        Allowance::All => "all",
        Allowance::Never => "nothing",
        Allowance::Warnings => "warnings",
    };
    let description = rule.description().split_whitespace().collect::<Vec<_>>().join(" ");
    format!("| `{rule}` | {} | {allowance} |\n", description.trim_end_matches('.'))
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
