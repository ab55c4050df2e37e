//! The page for people. It is one file without scripts, and the same for the same report.

use std::fmt::Write as _;

use super::html::{Html, count, size};
use super::treemap::{Area, layout};
use super::{FileRow, LibraryRow, PackageRow, Report};
use crate::job::{Finding, Level};

/// The page.
pub(super) fn render(report: &Report) -> String {
    let mut html = Html::default();
    html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    html.element("title", "", &format!("{}: what is in it", report.image)).raw("\n<style>\n");
    html.raw(STYLE).raw("</style>\n</head>\n<body>\n");
    html.raw("<a class=\"skip\" href=\"#findings\">To the findings</a>\n");
    head(report, &mut html);
    html.raw("<main>\n");
    findings(report, &mut html);
    sizes(report, &mut html);
    packages(report, &mut html);
    needs(report, &mut html);
    hidden(report, &mut html);
    files(report, &mut html);
    html.raw("</main>\n<footer><p>The same for programs: <code>report.json</code>.</p></footer>\n</body>\n</html>\n");
    html.0
}

fn head(report: &Report, html: &mut Html) {
    html.raw("<header>\n").element("h1", "", &report.name);
    html.raw("\n<p class=\"soft\"><code>").text(&report.image).raw("</code></p>\n<dl class=\"facts\">\n");
    let bytes = report.packages.iter().map(|package| package.bytes).sum();
    let of = |level: Level| report.findings.iter().filter(|finding| finding.level == level).count();
    let glibc = report.needs.glibc.as_ref().map_or("any".to_owned(), |glibc| glibc.version.clone());
    for (name, value) in [
        ("Packages", report.packages.len().to_string()),
        ("Files", report.files.len().to_string()),
        ("Size, unpacked", size(bytes)),
        ("Least glibc", glibc),
        ("Architecture", report.architecture.clone()),
        ("Errors", of(Level::Error).to_string()),
        ("Warnings", of(Level::Warning).to_string()),
    ] {
        html.raw("<div>").element("dt", "", name).element("dd", "", &value).raw("</div>\n");
    }
    html.raw("</dl>\n</header>\n");
}

fn findings(report: &Report, html: &mut Html) {
    html.raw("<section id=\"findings\">\n<h2>What was found</h2>\n");
    if report.findings.is_empty() && report.allowed.is_empty() {
        html.raw("<p>Nothing: all is as it should be.</p>\n");
    }
    html.raw("<ul class=\"findings\">\n");
    for found in &report.findings {
        let (class, word) = match found.level {
            Level::Error => ("error", "error"),
            Level::Warning => ("warning", "warning"),
        };
        finding(found, class, word, &[], html);
    }
    for row in &report.allowed {
        finding(&row.finding, "allowed", "allowed", &row.reasons, html);
    }
    html.raw("</ul>\n</section>\n");
}

fn finding(finding: &Finding, class: &str, word: &str, reasons: &[String], html: &mut Html) {
    html.element("li", &format!(" class=\"{class}\"><span class=\"tag\""), "");
    // The item stays open: its end comes below.
    html.0.truncate(html.0.len() - "</li>".len());
    html.text(&format!("{word} · {}", finding.rule))
        .raw("</span>\n<p>")
        .message(&finding.message)
        .raw("</p>\n");
    if let Some(help) = &finding.help {
        html.raw("<p class=\"soft\">").message(help).raw("</p>\n");
    }
    for reason in reasons {
        html.raw("<p class=\"soft\">Accepted: ").text(reason).raw("</p>\n");
    }
    html.raw("</li>\n");
}

/// A map of sizes: an area for each package, and in it one for each of its large files.
fn sizes(report: &Report, html: &mut Html) {
    let mut order: Vec<(usize, &PackageRow)> =
        report.packages.iter().enumerate().filter(|(_, package)| package.bytes > 0).collect();
    if order.is_empty() {
        return;
    }
    order.sort_by(|(_, one), (_, other)| other.bytes.cmp(&one.bytes).then_with(|| one.name.cmp(&other.name)));
    let total: u64 = order.iter().map(|(_, package)| package.bytes).sum();
    html.raw("<section id=\"sizes\">\n<h2>Where the bytes are</h2>\n");
    write!(html.0, "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"")
        .expect("a String takes all text");
    let largest = order.iter().take(5);
    let largest: Vec<String> =
        largest.map(|(_, package)| format!("{} {}", package.name, size(package.bytes))).collect();
    html.text(&format!("map of sizes; the largest are {}", largest.join(", "))).raw("\">\n");
    let whole = Area { left: 0.0, top: 0.0, width: f64::from(WIDTH), height: f64::from(HEIGHT) };
    let weights: Vec<f64> = order.iter().map(|(_, package)| weight(package.bytes)).collect();
    for ((rank, (_, package)), area) in order.iter().enumerate().zip(layout(&weights, whole)) {
        package_area(report, package, rank, total, area, html);
    }
    html.raw("</svg>\n</section>\n");
}

fn package_area(report: &Report, package: &PackageRow, rank: usize, total: u64, area: Area, html: &mut Html) {
    let hue = (rank * HUE) % 360;
    let tip = format!("{} {}", package.name, size(package.bytes));
    html.raw("<g>");
    rectangle(area, &format!("hsl({hue} 45% 62%)"), &tip, html);
    let is_labelled = area.width > 70.0 && area.height > 34.0;
    let inside = area.within(2.0, if is_labelled { 18.0 } else { 0.0 });
    let mut files: Vec<&FileRow> = report
        .files
        .iter()
        .filter(|file| file.kind == "file" && file.bytes > 0 && file.package.as_ref() == Some(&package.name))
        .collect();
    files.sort_by(|one, other| other.bytes.cmp(&one.bytes).then_with(|| one.path.cmp(&other.path)));
    // What would not be seen is one area.
    let seen = files.iter().take(FILES).take_while(|file| file.bytes.saturating_mul(LEAST) >= total).count();
    let rest: u64 = files[seen..].iter().map(|file| file.bytes).sum();
    let mut parts: Vec<(u64, String, &str)> = files[..seen]
        .iter()
        .map(|file| (file.bytes, file.path.clone(), file.path.rsplit('/').next().unwrap_or_default()))
        .collect();
    let others = count(files.len() - seen, "smaller file");
    if rest > 0 && seen > 0 {
        parts.push((rest, others.clone(), &others));
        parts.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    }
    let weights: Vec<f64> = parts.iter().map(|(bytes, ..)| weight(*bytes)).collect();
    for ((bytes, path, name), area) in parts.iter().zip(layout(&weights, inside)) {
        rectangle(area, &format!("hsl({hue} 50% 74%)"), &format!("{path} {}", size(*bytes)), html);
        label(area, name, "small", 11.0, html);
    }
    if is_labelled {
        let head = Area { height: 18.0, ..area };
        label(head, &tip, "", 13.0, html);
    }
    html.raw("</g>\n");
}

fn rectangle(area: Area, fill: &str, tip: &str, html: &mut Html) {
    let Area { left, top, width, height } = area;
    write!(
        html.0,
        "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\">"
    )
    .expect("a String takes all text");
    html.element("title", "", tip).raw("</rect>");
}

/// Words at the top left of an area, as many as there is room for.
fn label(area: Area, text: &str, class: &str, points: f64, html: &mut Html) {
    let Area { left, top, width, height } = area;
    let mut room = width - 8.0;
    let mut shown = String::new();
    for character in text.chars() {
        // Letters of usual fonts are about as wide as half of their size.
        room -= points * 0.58;
        if room < 0.0 {
            shown.pop();
            shown.push('…');
            break;
        }
        shown.push(character);
    }
    let says_little = shown != text && shown.chars().count() < 4;
    if height < points + 4.0 || says_little {
        return;
    }
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let (left, base) = (left + 4.0, top + points + 2.0);
    html.element("text", &format!("{class} x=\"{left:.1}\" y=\"{base:.1}\""), &shown);
}

fn packages(report: &Report, html: &mut Html) {
    let most = report.packages.iter().map(|package| package.bytes).max().unwrap_or_default().max(1);
    html.raw("<section id=\"packages\">\n<h2>Packages</h2>\n<div class=\"scroll\"><table>\n");
    head_row(&["Package", "Version", "Architecture", "Source", "#Files", "#Package file", "#Unpacked"], html);
    for package in &report.packages {
        let PackageRow { name, version, architecture, source, packed, files, bytes } = package;
        html.raw("<tr>").element("th", " scope=\"row\"", name).cell(version).cell(architecture).cell(source);
        html.number(&files.to_string()).number(&size(*packed));
        let share = bytes.saturating_mul(100) / most;
        html.element("td", &format!(" class=\"n meter\" style=\"--share:{share}%\""), &size(*bytes))
            .raw("</tr>\n");
    }
    html.raw("</tbody></table></div>\n</section>\n");
}

fn needs(report: &Report, html: &mut Html) {
    let needs = &report.needs;
    html.raw("<section id=\"needs\">\n<h2>What it needs of the host</h2>\n");
    html.raw("<p>").text(&count(needs.programs, "program or library file")).raw(" were read.");
    if let Some(glibc) = &needs.glibc {
        html.text(" The host needs glibc ")
            .raw("<strong>")
            .text(&glibc.version)
            .raw("</strong> or newer (<code>");
        html.text(&glibc.by).raw("</code>).");
    }
    let known = if report.has_base {
        "A base was given: what it has is known."
    } else {
        "No base was given: what the host has is not known."
    };
    html.raw("</p>\n<p class=\"soft\">").text(known).raw("</p>\n");
    if !needs.libraries.is_empty() {
        html.raw("<h3>Libraries</h3>\n<div class=\"scroll\"><table>\n");
        head_row(&["Library", "Where", "Needed by", "Versions needed", "Package"], html);
        let mut rows: Vec<&LibraryRow> = needs.libraries.iter().collect();
        rows.sort_by_key(|row| (rank(row.place, &row.lacks), row.name.as_str()));
        for row in rows {
            html.raw("<tr>").element("th", " scope=\"row\"", &row.name);
            place(row.place, row.path.as_deref(), html);
            html.names(&row.by);
            let versions: Vec<String> = row
                .versions
                .iter()
                .map(|version| {
                    if row.lacks.contains(version) { format!("{version} (lacking)") } else { version.clone() }
                })
                .collect();
            html.names(&versions).names(&row.providers).raw("</tr>\n");
        }
        html.raw("</tbody></table></div>\n");
    }
    if !needs.interpreters.is_empty() {
        html.raw("<h3>Programs that run its files</h3>\n<div class=\"scroll\"><table>\n");
        head_row(&["Program", "Where", "Runs", "Package"], html);
        for row in &needs.interpreters {
            html.raw("<tr>").element("th", " scope=\"row\"", &row.path);
            place(row.place, None, html);
            html.names(&row.by).names(&row.providers).raw("</tr>\n");
        }
        html.raw("</tbody></table></div>\n");
    }
    if !needs.features.is_empty() {
        html.raw("<h3>Libraries that are loaded if they are there</h3>\n<div class=\"scroll\"><table>\n");
        head_row(&["For", "Loaded by", "Any of", "Found"], html);
        for row in &needs.features {
            html.raw("<tr>").element("th", " scope=\"row\"", &format!("{} ({})", row.feature, row.priority));
            html.names(std::slice::from_ref(&row.by)).names(&row.libraries);
            html.cell(row.found.as_deref().unwrap_or("no")).raw("</tr>\n");
        }
        html.raw("</tbody></table></div>\n");
    }
    html.raw("</section>\n");
}

/// What is missing comes first, what every host has last.
fn rank(place: &str, lacks: &std::collections::BTreeSet<String>) -> usize {
    match place {
        "missing" => 0,
        "elsewhere" => 1,
        _ if !lacks.is_empty() => 2,
        "base" => 3,
        "carried" => 4,
        _ => 5,
    }
}

fn place(place: &str, path: Option<&str>, html: &mut Html) {
    let words = match place {
        "base" => "in the base",
        "carried" => "in the extension",
        "elsewhere" => "where the loader does not look",
        "host" => "on every host",
        _ => "missing",
    };
    html.raw("<td>").element("span", &format!(" class=\"{place}\""), words);
    if let Some(path) = path {
        html.raw("<br>").element("code", " class=\"soft\"", path);
    }
    html.raw("</td>");
}

fn hidden(report: &Report, html: &mut Html) {
    if report.hidden.is_empty() {
        return;
    }
    html.raw("<section id=\"hidden\">\n<h2>What it hides of the base</h2>\n<div class=\"scroll\"><table>\n");
    head_row(&["Path", "How", "Package here", "Package of the base"], html);
    for row in report.hidden.iter().take(ROWS) {
        let how = match row.how {
            "directory" => "a directory, by something that is none",
            "link" => "a link, by a directory",
            _ => "by other content",
        };
        html.raw("<tr>").element("th", " scope=\"row\"", &row.path).cell(how);
        html.cell(row.package.as_deref().unwrap_or("the extension itself"));
        html.cell(row.owner.as_deref().unwrap_or("not known")).raw("</tr>\n");
    }
    html.raw("</tbody></table></div>\n");
    more(report.hidden.len(), html);
    html.raw("</section>\n");
}

fn files(report: &Report, html: &mut Html) {
    html.raw("<section id=\"files\">\n<h2>Files</h2>\n");
    let names = report.packages.iter().map(|package| Some(package.name.as_str()));
    let mut shown = 0;
    for owner in names.chain([None]) {
        let of: Vec<&FileRow> = report.files.iter().filter(|file| file.package.as_deref() == owner).collect();
        if of.is_empty() {
            continue;
        }
        html.raw("<details><summary>").text(owner.unwrap_or("made by the build"));
        html.text(&format!(": {}", count(of.len(), "file")))
            .raw("</summary>\n<div class=\"scroll\"><table>\n");
        head_row(&["Path", "Mode", "#Size", "Kind"], html);
        for file in of.iter().take(ROWS.saturating_sub(shown)) {
            let kind = match (&file.target, file.kind) {
                (Some(target), _) => format!("link to {target}"),
                (None, "hardlink") => "hard link".to_owned(),
                (None, kind) => kind.to_owned(),
            };
            html.raw("<tr><td><code>").text(&file.path).raw("</code></td>").cell(&file.mode);
            html.number(&size(file.bytes)).cell(&kind).raw("</tr>\n");
        }
        shown += of.len();
        html.raw("</tbody></table></div></details>\n");
    }
    more(report.files.len(), html);
    html.raw("</section>\n");
}

/// Says that a list is cut.
fn more(rows: usize, html: &mut Html) {
    if rows > ROWS {
        let words =
            format!("{} more {} in report.json.", rows - ROWS, if rows == ROWS + 1 { "is" } else { "are" });
        html.raw("<p class=\"soft\">").text(&words).raw("</p>\n");
    }
}

/// The first row of a table: names of columns, those of numbers with `#`.
fn head_row(columns: &[&str], html: &mut Html) {
    html.raw("<thead><tr>");
    for column in columns {
        match column.strip_prefix('#') {
            Some(column) => html.element("th", " scope=\"col\" class=\"n\"", column),
            None => html.element("th", " scope=\"col\"", column),
        };
    }
    html.raw("</tr></thead>\n<tbody>\n");
}

#[expect(clippy::cast_precision_loss, reason = "an area is drawn, not computed with")]
fn weight(bytes: u64) -> f64 {
    bytes as f64
}

const STYLE: &str = include_str!("style.css");
/// Size of the map of sizes, in its own units.
const WIDTH: u32 = 1000;
const HEIGHT: u32 = 480;
/// Degrees between the hues of neighbours: the golden angle, so that many differ.
const HUE: usize = 137;
/// Files of one package that have areas of their own, at most.
const FILES: usize = 60;
/// A file has an area of its own if it is at least this part of all: less is not seen.
const LEAST: u64 = 700;
/// Rows of a table, at most: a page of a hundred megabytes is of no use.
const ROWS: usize = 20_000;
