//! Reports of small trees.

use expect_test::expect;

use super::*;
use crate::job::{Allow, Level, Rule};
use crate::lock::Package;
use crate::worker::entry::tests::{directory, file, link};
use crate::worker::{finding, tree};

fn report() -> Report {
    let package = |name: &str| Package {
        name: name.into(),
        version: "1:2.0-1".into(),
        architecture: "amd64".into(),
        source: name.into(),
        url: String::new(),
        size: 2048,
        sha256: String::new(),
        keys: Vec::new(),
    };
    let job = Assemble {
        name: "tools".into(),
        image: "tools-v1".into(),
        allow: vec![Allow {
            rule: Rule::Etc,
            package: None,
            path: None,
            reason: "settings <b>stay</b>".into(),
        }],
        base: true,
        architecture: "x86-64".into(),
        packages: vec![package("jq"), package("zsh")],
        ..Assemble::default()
    };
    let mut tree = tree::tests::tree(vec![
        (0, file("usr/bin/jq", &"x".repeat(3000))),
        (0, link("usr/bin/jqq", "jq")),
        (1, directory("usr/share/zsh")),
        (1, file("usr/share/zsh/<script>alert(1)</script>", "12")),
    ]);
    tree.insert(
        crate::worker::path::tests::path("usr/lib/x"),
        crate::worker::tree::Placed::generated("ours"),
    );
    let finding =
        finding::warning(Rule::Overshadow, &["jq"], "`jq` hides <i>this</i>".into()).with_help("do not");
    let allowed = Finding { rule: Rule::Etc, level: Level::Warning, ..finding.clone() };
    let checked = Checked {
        findings: vec![finding],
        allowed: vec![Allowed { finding: allowed, by: vec![0] }],
        needs: Needs::default(),
        hidden: vec![Hidden {
            path: crate::worker::path::tests::path("usr/bin/jq"),
            package: Some(0),
            owner: Some("jq-base".into()),
            how: How::Content,
        }],
    };
    Report::new(&job, &tree, checked, true)
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is one text")]
fn a_report_for_programs_has_all_that_is_known() {
    expect![[r#"
        {
          "format": 1,
          "name": "tools",
          "image": "tools-v1.raw",
          "architecture": "x86-64",
          "has_base": true,
          "packages": [
            {
              "name": "jq",
              "version": "1:2.0-1",
              "architecture": "amd64",
              "source": "jq",
              "packed": 2048,
              "files": 2,
              "bytes": 3000
            },
            {
              "name": "zsh",
              "version": "1:2.0-1",
              "architecture": "amd64",
              "source": "zsh",
              "packed": 2048,
              "files": 1,
              "bytes": 2
            }
          ],
          "files": [
            {
              "path": "/usr/bin/jq",
              "kind": "file",
              "mode": "0644",
              "bytes": 3000,
              "package": "jq"
            },
            {
              "path": "/usr/bin/jqq",
              "kind": "symlink",
              "mode": "0777",
              "bytes": 0,
              "package": "jq",
              "target": "jq"
            },
            {
              "path": "/usr/lib/x",
              "kind": "file",
              "mode": "0644",
              "bytes": 4
            },
            {
              "path": "/usr/share/zsh/<script>alert(1)</script>",
              "kind": "file",
              "mode": "0644",
              "bytes": 2,
              "package": "zsh"
            }
          ],
          "needs": {
            "glibc": null,
            "programs": 0,
            "libraries": [],
            "interpreters": [],
            "features": []
          },
          "hidden": [
            {
              "path": "/usr/bin/jq",
              "package": "jq",
              "owner": "jq-base",
              "how": "content"
            }
          ],
          "findings": [
            {
              "rule": "overshadow",
              "level": "warning",
              "packages": [
                "jq"
              ],
              "message": "`jq` hides <i>this</i>",
              "help": "do not"
            }
          ],
          "allowed": [
            {
              "finding": {
                "rule": "etc",
                "level": "warning",
                "packages": [
                  "jq"
                ],
                "message": "`jq` hides <i>this</i>",
                "help": "do not"
              },
              "reasons": [
                "settings <b>stay</b>"
              ]
            }
          ]
        }
    "#]]
    .assert_eq(&report().json());
}

#[test]
fn a_page_is_the_same_each_time_and_needs_nothing_else() {
    let page = report().html();
    assert_eq!(page, report().html());
    for outside in ["<script", "http:", "https:", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn a_page_is_well_formed() {
    let page = report().html();
    let mut open: Vec<&str> = Vec::new();
    for part in page.split('<').skip(1) {
        let name = part.split(|end: char| !end.is_ascii_alphanumeric() && end != '/').next().unwrap();
        match name.strip_prefix('/') {
            _ if ["", "meta", "br"].contains(&name) => {}
            Some(name) => assert_eq!(open.pop(), Some(name), "{part}"),
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}
