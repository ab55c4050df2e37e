//! The report, opened by a browser.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::engine::build::{Built, build, spec};
use crate::engine::docker::{Engine, run, text};

pub(crate) fn a_report_tells_what_is_in_the_image(engine: &Engine) {
    let built = build(engine, &spec("told", &["at", "jq", "zsh", "zsh-common"]), REPORT, &[]).succeeded();
    assert_eq!(built.files(), ["report.html", "report.json"], "{}", built.stderr);
    let report: Value = serde_json::from_slice(&report_of(&built)).unwrap();
    assert_eq!(report["packages"].as_array().unwrap().len(), 4);
    let of = |list: &str, key: &str, value: &str| -> Value {
        let rows = report.pointer(list).and_then(Value::as_array).unwrap();
        rows.iter().find(|row| row[key] == value).unwrap_or_else(|| panic!("{list}: {value}")).clone()
    };
    assert_eq!(of("/files", "path", "/usr/bin/jq")["package"], "jq");
    let missing = of("/needs/libraries", "name", "libjq.so.1");
    assert_eq!(missing["place"], "missing");
    assert_eq!(missing["providers"], serde_json::json!(["libjq1", "libonig5"]));
    assert!(report["needs"]["glibc"]["version"].as_str().unwrap().starts_with("2."));
    assert!(report["findings"].as_array().unwrap().iter().any(|finding| finding["rule"] == "privilege"));
    let sizes: u64 =
        report["packages"].as_array().unwrap().iter().map(|row| row["bytes"].as_u64().unwrap()).sum();
    assert!(sizes > 1_000_000, "{sizes}");
    shown(&built.out(), "told");
}

pub(crate) fn a_report_is_given_of_what_cannot_be_built(engine: &Engine) {
    let built = build(engine, &spec("refused", &["libc6"]), REPORT, &[]).succeeded();
    let report: Value = serde_json::from_slice(&report_of(&built)).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["rule"] == "system-part" && finding["level"] == "error"));
}

fn report_of(built: &Built) -> Vec<u8> {
    std::fs::read(built.out().join("report.json")).unwrap_or_else(|error| panic!("{error}\n{}", built.stderr))
}

/// Opens the page in a browser and compares what it shows.
fn shown(folder: &Path, name: &str) {
    let page = format!("file://{}", folder.join("report.html").display());
    let dom = text(&run(browser(folder).args(["--dump-dom", &page])).stdout);
    for fact in [
        &*format!("<h1>{name}</h1>"),
        "<dt>Packages</dt><dd>4</dd>",
        "<th scope=\"row\">libjq.so.1</th><td><span class=\"missing\">missing</span></td>",
        "<code>libjq1</code>",
        "aria-label=\"map of sizes; the largest are zsh-common",
    ] {
        assert!(dom.contains(fact), "the browser does not show {fact}:\n{dom}");
    }
    let picture = folder.join("report.png");
    let screenshot = format!("--screenshot={}", picture.display());
    run(browser(folder).args(["--window-size=1280,1800", "--hide-scrollbars", &screenshot, &page]));
    let bytes = std::fs::read(&picture).unwrap_or_else(|error| panic!("no picture was taken: {error}"));
    // A page of one colour is a PNG of some kilobytes.
    assert!(
        bytes.starts_with(b"\x89PNG") && bytes.len() > 40_000,
        "the page is blank: {} bytes",
        bytes.len()
    );
}

/// Chromium without what a machine of tests has not: a display, a sandbox for root, its maker's hosts.
fn browser(folder: &Path) -> Command {
    let mut browser = Command::new("chromium");
    browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
    browser.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    browser.arg(format!("--user-data-dir={}", folder.join("browser").display()));
    browser
}

const REPORT: &str = "trixie/testing/sysext/report";
