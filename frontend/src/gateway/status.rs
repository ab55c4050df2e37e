//! Errors as they go over the wire, with the places that clients show excerpts of.
//!
//! A detail is a type URL and, in spite of the `Any` around it, JSON: BuildKit's `util/grpcerrors`
//! writes and reads `github.com/moby/buildkit/errdefs.Source+json` and its kin that way.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use buildkit_llb::{Range, SourceInfo};
use buildkit_proto::{pb, rpc};
use prost::Message;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Problems;
use crate::span::{LineIndex, Span};

/// An error of a build, ours or the engine's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// A gRPC status code. Errors of users are [`Status::UNKNOWN`]: clients print the name of any
    /// other code in front of the message, some of them several times.
    pub code: i32,
    /// The text that clients print.
    pub message: String,
    /// What belongs to it, the engine's own details unchanged.
    pub details: Vec<Detail>,
}

/// An addition to a [`Status`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// What it is, such as `github.com/moby/buildkit/errdefs.Source+json`.
    pub type_url: String,
    /// Its content, in most cases JSON.
    pub value: Vec<u8>,
}

impl Status {
    /// The gRPC code without a meaning of its own.
    pub const UNKNOWN: i32 = 2;
    /// The gRPC code for a message that exceeds a limit.
    pub const RESOURCE_EXHAUSTED: i32 = 8;
    /// The gRPC code for a request that is not known.
    pub const UNIMPLEMENTED: i32 = 12;

    /// An error with a text and nothing else.
    pub fn new(message: impl Into<String>) -> Self {
        Self { code: Self::UNKNOWN, message: message.into(), details: Vec::new() }
    }

    /// The error of a subrequest that this frontend does not know. Clients look for the detail, and
    /// those of BuildKit 0.8 for the words.
    pub fn unknown_subrequest(name: &str) -> Self {
        let value = serde_json::json!({ "name": name }).to_string().into_bytes();
        Self {
            code: Self::UNIMPLEMENTED,
            message: format!("unsupported request {name}"),
            details: vec![Detail { type_url: format!("{PREFIX}errdefs.Subrequest+json"), value }],
        }
    }

    /// The error of a file with problems. `message` is their text for people; each problem that has
    /// a place becomes an excerpt above it, errors first, in the order of their places, as far as they
    /// fit.
    ///
    /// The spans are places in `file.data` as text, with a replacement character for what is not UTF-8.
    pub fn of_problems(message: impl Into<String>, file: &SourceInfo, problems: &Problems) -> Self {
        let text = String::from_utf8_lossy(&file.data);
        let lines = LineIndex::new(&text);
        let mut places: Vec<_> =
            problems.iter().filter_map(|diagnostic| Some((diagnostic.severity, diagnostic.span?))).collect();
        places.sort_unstable();
        let mut ranges: Vec<Range> = places.iter().map(|&(_, span)| range(&lines, span)).collect();
        let mut seen = Vec::new();
        ranges.retain(|range| {
            !seen.contains(range) && {
                seen.push(*range);
                true
            }
        });
        let mut status = Self::new(message);
        for range in ranges {
            let detail = source(file, &[range]);
            if !status.fits(&detail) {
                break;
            }
            status.details.push(detail);
        }
        // Clients print the last detail first (buildx 0.13 and 0.29, seen with an engine of their time).
        status.details.reverse();
        status
    }

    /// The same with a place, unless it has one. Without any, the frontend that forwarded the build
    /// to us shows the line that names our image; a range of line 0 keeps it from that and shows nothing.
    #[must_use]
    pub fn or_place(mut self, file: &SourceInfo, range: Range) -> Self {
        if self.details.iter().any(|detail| detail.type_url == SOURCE) {
            return self;
        }
        self.details.push(source(file, &[range]));
        self.led_by_place()
    }

    /// The engine's answer to a failed call.
    pub(super) fn of_tonic(status: &tonic::Status) -> Self {
        let details = rpc::Status::decode(status.details()).map(|status| status.details);
        Self::of_pb(rpc::Status {
            code: status.code().into(),
            message: status.message().to_owned(),
            details: details.unwrap_or_default(),
        })
    }

    pub(super) fn of_pb(status: rpc::Status) -> Self {
        let rpc::Status { code, message, details } = status;
        let detail = |any: prost_types::Any| Detail { type_url: any.type_url, value: any.value };
        let details = details.into_iter().map(detail).collect();
        Self { code, message, details }.led_by_place()
    }

    /// The same with the places of the vertex that failed, for an engine that did not add them: one
    /// that rewrote the graph knows the vertex by another digest than the one our places are under.
    pub(super) fn or_places_of_vertex(mut self, source_map: &pb::Source) -> Self {
        if self.first_place().is_some() {
            return self;
        }
        let vertex = self.details.iter().filter(|detail| detail.type_url == VERTEX);
        let digests = vertex.filter_map(|detail| serde_json::from_slice::<Vertex>(&detail.value).ok());
        let locations = digests.filter_map(|vertex| source_map.locations.get(&vertex.digest));
        let mut details: Vec<Detail> = locations
            .flat_map(|locations| &locations.locations)
            .filter_map(|location| {
                let info = source_map.infos.get(usize::try_from(location.source_index).ok()?)?;
                let ranges: Vec<Range> = location.ranges.iter().map(Range::from).collect();
                Some(source(&SourceInfo::from(info.clone()), &ranges))
            })
            .collect();
        // Clients print the last one first.
        details.reverse();
        self.details.extend(details);
        self.led_by_place()
    }

    /// The same for an engine whose limits it exceeds: the text alone.
    pub(super) fn shortened(&self) -> Self {
        let mut message = self.message.clone();
        let end = (0..=MAX_MESSAGE.min(message.len())).rev().find(|&end| message.is_char_boundary(end));
        message.truncate(end.unwrap_or_default());
        Self { code: self.code, message, details: Vec::new() }
    }

    pub(super) fn into_pb(self) -> rpc::Status {
        let Self { code, message, details } = self;
        let any = |Detail { type_url, value }| prost_types::Any { type_url, value };
        rpc::Status { code, message, details: details.into_iter().map(any).collect() }
    }

    /// The same with `file:line:` before the text: old clients print no excerpts.
    fn led_by_place(mut self) -> Self {
        if let Some((file, line)) = self.first_place() {
            let place = format!("{file}:{line}:");
            if !self.message.starts_with(&place) {
                self.message = format!("{place} {}", self.message);
            }
        }
        self
    }

    /// File and line of the first excerpt that clients show.
    fn first_place(&self) -> Option<(String, u32)> {
        let mut sources = self.details.iter().rev().filter(|detail| detail.type_url == SOURCE);
        sources.find_map(|detail| {
            let place: Place = serde_json::from_slice(&detail.value).ok()?;
            let line = place.ranges.first()?.start.as_ref()?.line;
            (line > 0 && !place.info.filename.is_empty()).then_some((place.info.filename, line))
        })
    }

    fn fits(&self, detail: &Detail) -> bool {
        let size: usize = self.details.iter().map(|detail| detail.value.len()).sum();
        self.details.is_empty() || size + detail.value.len() <= MAX_DETAILS
    }
}

/// The lines of a span; of a long one the first.
fn range(lines: &LineIndex, span: Span) -> Range {
    let first = lines.line(span.start);
    let last = lines.line(span.end.saturating_sub(1).max(span.start));
    Range::lines(first, last.min(first.saturating_add(MAX_LINES - 1)))
}

/// An excerpt for clients to print.
fn source(file: &SourceInfo, ranges: &[Range]) -> Detail {
    let SourceInfo { filename, language, data, .. } = file;
    let json = Source {
        info: Info { filename, language, data: STANDARD.encode(near(data, ranges)) },
        ranges: ranges.iter().map(|range| Lines::of(*range)).collect(),
    };
    let value = serde_json::to_vec(&json).expect("text, numbers and lists of them are JSON");
    Detail { type_url: SOURCE.to_owned(), value }
}

/// The text with all lines but those near the ranges made empty, if it is long: each excerpt carries
/// its whole text, and the lines keep their numbers.
fn near<'d>(data: &'d [u8], ranges: &[Range]) -> Cow<'d, [u8]> {
    if data.len() <= WHOLE {
        return Cow::Borrowed(data);
    }
    let shown = |number: u32| {
        ranges.iter().any(|range| {
            range.start.line.saturating_sub(CONTEXT) <= number
                && number <= range.end.line.saturating_add(CONTEXT)
        })
    };
    let mut near = Vec::new();
    for (line, number) in data.split_inclusive(|&byte| byte == b'\n').zip(1..) {
        if shown(number) {
            near.extend_from_slice(&line[..line.len().min(MAX_LINE)]);
        }
        if near.last() != Some(&b'\n') || !shown(number) {
            near.push(b'\n');
        }
    }
    Cow::Owned(near)
}

/// `errdefs.Source` as JSON.
#[derive(Serialize)]
struct Source<'a> {
    info: Info<'a>,
    ranges: Vec<Lines>,
}

#[derive(Serialize)]
struct Info<'a> {
    filename: &'a str,
    data: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    language: &'a str,
}

#[derive(Serialize)]
struct Lines {
    start: Line,
    end: Line,
}

#[derive(Serialize)]
struct Line {
    line: u32,
}

impl Lines {
    fn of(range: Range) -> Self {
        Self { start: Line { line: range.start.line }, end: Line { line: range.end.line } }
    }
}

/// What [`Status::first_place`] reads of `errdefs.Source`.
#[derive(Deserialize)]
struct Place {
    info: PlaceInfo,
    ranges: Vec<PlaceRange>,
}

#[derive(Deserialize)]
struct PlaceInfo {
    #[serde(default)]
    filename: String,
}

#[derive(Deserialize)]
struct PlaceRange {
    start: Option<PlaceLine>,
}

#[derive(Deserialize)]
struct PlaceLine {
    #[serde(default)]
    line: u32,
}

/// `errdefs.Vertex` as JSON.
#[derive(Deserialize)]
struct Vertex {
    digest: String,
}

/// What BuildKit puts before the name of a detail's type (`util/grpcerrors/grpcerrors.go`).
const PREFIX: &str = "github.com/moby/buildkit/";
const SOURCE: &str = "github.com/moby/buildkit/errdefs.Source+json";
const VERTEX: &str = "github.com/moby/buildkit/errdefs.Vertex+json";
/// Bytes of our own details. Engines before 0.14 take requests up to 4 MiB, and every client in the
/// chain limits its headers, in which details travel as base64.
const MAX_DETAILS: usize = 1 << 20;
/// Bytes of a message that is sent where the whole error was too long.
const MAX_MESSAGE: usize = 64 << 10;
/// Lines of an excerpt; clients print them all.
const MAX_LINES: u32 = 10;
/// Bytes of a text that is sent whole with each excerpt.
const WHOLE: usize = 64 << 10;
/// Lines before and after an excerpt that stay in a long text; clients print fewer.
const CONTEXT: u32 = 20;
/// Bytes of a line in a long text.
const MAX_LINE: usize = 4 << 10;

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::diagnostic::Diagnostic;

    use super::*;

    fn file(text: impl Into<Vec<u8>>) -> SourceInfo {
        SourceInfo::new("spec.yml", "YAML", text)
    }

    fn problems(spans: &[(u32, u32)]) -> Problems {
        let mut problems = Problems::default();
        for &(start, end) in spans {
            problems.push(Diagnostic::error(Span::new(start, end), "wrong"));
        }
        problems
    }

    fn check(status: &Status, expected: &Expect) {
        let mut text = format!("{} {}\n", status.code, status.message);
        for Detail { type_url, value } in &status.details {
            text.extend([type_url, " ", &String::from_utf8_lossy(value), "\n"]);
        }
        expected.assert_eq(&text);
    }

    #[test]
    fn each_problem_with_a_place_is_one_excerpt_errors_first() {
        let mut problems = problems(&[(13, 14), (6, 7)]);
        problems.push(Diagnostic::error(None, "of an option"));
        problems.push(Diagnostic::warning(Span::new(0, 4), "odd"));
        check(
            &Status::of_problems("spec.yml:2:2: wrong", &file("a: 1\nb: 2\n# c\nd\n"), &problems),
            &expect![[r#"
                2 spec.yml:2:2: wrong
                github.com/moby/buildkit/errdefs.Source+json {"info":{"filename":"spec.yml","data":"YTogMQpiOiAyCiMgYwpkCg==","language":"YAML"},"ranges":[{"start":{"line":1},"end":{"line":1}}]}
                github.com/moby/buildkit/errdefs.Source+json {"info":{"filename":"spec.yml","data":"YTogMQpiOiAyCiMgYwpkCg==","language":"YAML"},"ranges":[{"start":{"line":3},"end":{"line":3}}]}
                github.com/moby/buildkit/errdefs.Source+json {"info":{"filename":"spec.yml","data":"YTogMQpiOiAyCiMgYwpkCg==","language":"YAML"},"ranges":[{"start":{"line":2},"end":{"line":2}}]}
            "#]],
        );
    }

    #[test]
    fn a_span_up_to_the_next_line_ends_on_its_own_and_a_long_one_is_cut() {
        let lines = |text: &str, start, end| {
            let Range { start, end } = range(&LineIndex::new(text), Span::new(start, end));
            (start.line, end.line)
        };
        assert_eq!(lines("a\nb\nc\n", 0, 2), (1, 1));
        assert_eq!(lines("a\nb\nc\n", 0, 3), (1, 2));
        assert_eq!(lines("a\nb\nc\n", 2, 2), (2, 2));
        assert_eq!(lines("a\nb\nc\n", 6, 6), (4, 4));
        assert_eq!(lines(&"\n".repeat(99), 3, 99), (4, 13));
    }

    #[test]
    fn problems_on_one_line_are_one_excerpt() {
        let status = Status::of_problems("two", &file("a: 1\n"), &problems(&[(0, 1), (3, 4)]));
        assert_eq!(status.details.len(), 1);
    }

    #[test]
    fn bytes_that_are_not_text_do_not_shift_lines() {
        let text = b"\xff\xff\nb: 2\n";
        // Two replacement characters of three bytes each, and the end of the line.
        let status = Status::of_problems("wrong", &file(*text), &problems(&[(7, 8)]));
        assert_eq!(status.first_place(), Some(("spec.yml".into(), 2)));
    }

    #[test]
    fn a_long_text_keeps_its_line_numbers_and_loses_what_is_far() {
        let lines: Vec<String> = (1..=20_000).map(|number| format!("line {number}\n")).collect();
        let text = lines.concat();
        let near = near(text.as_bytes(), &[Range::lines(9000, 9001)]);
        let lines: Vec<_> = std::str::from_utf8(&near).unwrap().lines().collect();
        assert_eq!(lines.len(), 20_000);
        assert_eq!((lines[8978], lines[8979]), ("", "line 8980"));
        assert_eq!((lines[9020], lines[9021]), ("line 9021", ""));
        let long = vec![b'x'; 1 << 20];
        assert_eq!(super::near(&long, &[Range::lines(1, 1)]).len(), MAX_LINE + 1);
    }

    #[test]
    fn details_stay_below_the_limits_of_old_engines() {
        let text: String = (1..=5_000).map(|_| "0123456789\n").collect();
        let spans: Vec<_> = (0..200).map(|number| (number * 11, number * 11 + 1)).collect();
        let status = Status::of_problems("many", &file(text), &problems(&spans));
        let size: usize = status.details.iter().map(|detail| detail.value.len()).sum();
        assert!(size <= MAX_DETAILS, "{size}");
        assert!(status.details.len() >= 10, "{}", status.details.len());
    }

    #[test]
    fn a_place_leads_the_text_once() {
        let status = Status::new("it failed").or_place(&file("a\nb\n"), Range::lines(2, 2));
        assert_eq!(status.message, "spec.yml:2: it failed");
        let nowhere = Status::new("it failed").or_place(&file("a\nb\n"), Range::default());
        assert_eq!((&*nowhere.message, nowhere.details.len()), ("it failed", 1));
        let again = status.clone().or_place(&file("a\nb\n"), Range::lines(1, 1));
        assert_eq!(again, status);
    }

    #[test]
    fn the_vertex_that_failed_leads_to_its_place() {
        let location = pb::Location { source_index: 0, ranges: vec![Range::lines(3, 4).to_pb()] };
        let source_map = pb::Source {
            locations: [("sha256:1".to_owned(), pb::Locations { locations: vec![location] })].into(),
            infos: vec![file("a\nb\nc\nd\n").to_pb()],
        };
        let vertex = |digest: &str| Status {
            details: vec![Detail {
                type_url: VERTEX.into(),
                value: format!("{{\"digest\":\"{digest}\"}}").into_bytes(),
            }],
            ..Status::new("exit code: 1")
        };
        check(
            &vertex("sha256:1").or_places_of_vertex(&source_map),
            &expect![[r#"
                2 spec.yml:3: exit code: 1
                github.com/moby/buildkit/errdefs.Vertex+json {"digest":"sha256:1"}
                github.com/moby/buildkit/errdefs.Source+json {"info":{"filename":"spec.yml","data":"YQpiCmMKZAo=","language":"YAML"},"ranges":[{"start":{"line":3},"end":{"line":4}}]}
            "#]],
        );
        assert_eq!(vertex("sha256:2").or_places_of_vertex(&source_map), vertex("sha256:2"));
    }

    #[test]
    fn details_that_are_not_what_they_say_are_kept_and_not_read() {
        for value in
            ["", "{}", "[]", r#"{"info":{},"ranges":[]}"#, r#"{"info":{"filename":"f"},"ranges":[{}]}"#]
        {
            let detail = Detail { type_url: SOURCE.into(), value: value.into() };
            let status = Status { details: vec![detail], ..Status::new("m") };
            assert_eq!(status.clone().led_by_place(), status);
        }
    }

    #[test]
    fn an_unknown_subrequest_says_so_in_both_ways() {
        check(
            &Status::unknown_subrequest("frontend.dance"),
            &expect![[r#"
            12 unsupported request frontend.dance
            github.com/moby/buildkit/errdefs.Subrequest+json {"name":"frontend.dance"}
        "#]],
        );
    }

    #[test]
    fn a_shortened_error_is_cut_between_characters() {
        let status = Status::new("é".repeat(MAX_MESSAGE)).shortened();
        assert_eq!(status.message.len(), MAX_MESSAGE);
        assert_eq!(
            Status::new(format!("x{}", "é".repeat(MAX_MESSAGE))).shortened().message.len(),
            MAX_MESSAGE - 1
        );
    }
}
