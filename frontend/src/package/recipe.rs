//! A package to build, in the words of no format.

mod content;
#[cfg(test)]
pub(super) mod fixture;
mod script;

use buildkit_llb::Platform;

use crate::diagnostic::{Diagnostic, Problems, literal};
use crate::resolve::{self, Dependency, Resolved};
use crate::span::Span;
use crate::spec::changelog::Date;
use crate::tree::Offline;

pub use content::{Content, Directory, File, Link, Ownership, Role, Unit};
pub use script::{files, quote};

/// A package to build for one target and one platform.
#[derive(Clone, Copy, Debug)]
pub struct Recipe<'a> {
    /// What the spec says.
    pub resolved: &'a Resolved,
    /// Target key, such as `trixie`.
    pub target: &'a str,
    /// Platform of the hosts that install the package.
    pub platform: &'a Platform,
    /// Time of everything in it, in seconds since 1970-01-01 UTC.
    pub epoch: i64,
    /// Variables with which its tools find what was fetched for them.
    pub offline: &'a [Offline],
}

/// A text that a family's tools read, at a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    /// Path below the folder that it is for.
    pub path: String,
    /// What is in it.
    pub text: String,
    /// Whether it is a program.
    pub program: bool,
}

impl Text {
    /// A text that is read.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), program: false }
    }
}

impl Recipe<'_> {
    /// What is installed.
    pub fn content(&self) -> Content<'_> {
        Content::of(&self.resolved.artifacts)
    }

    /// Those of a list that are for the platform.
    pub fn on_platform<'d>(&self, list: &'d [Dependency]) -> impl Iterator<Item = &'d Dependency> {
        let platform = resolve::Platform {
            os: self.platform.os(),
            architecture: self.platform.architecture(),
            variant: self.platform.variant(),
        };
        list.iter().filter(move |dependency| dependency.is_for(platform))
    }

    /// Who made the package, with the address that formats ask for.
    pub fn maintainer(&self) -> String {
        person(self.resolved.packager.as_deref().unwrap_or_default())
    }

    /// What the package is, in one line.
    pub fn summary(&self) -> String {
        let description = self.resolved.description.as_deref().unwrap_or_default();
        let first = description.lines().map(one_line).find(|line| !line.is_empty());
        first.unwrap_or_else(|| self.resolved.name.value.clone())
    }

    /// What the package is, in lines; those of the summary are not among them.
    pub fn description(&self) -> Vec<&str> {
        let description = self.resolved.description.as_deref().unwrap_or_default().trim();
        let rest = description.split_once('\n').map_or("", |(_, rest)| rest);
        let lines = rest.trim_matches('\n').lines().map(str::trim_end);
        lines.collect()
    }

    /// Says which of the fields that a format needs are missing, and what no format can do.
    pub fn check(&self, needed: &[&str], problems: &mut Problems) {
        let Resolved { name, description, packager, license, artifacts, .. } = self.resolved;
        for (field, value) in [("description", description), ("license", license), ("packager", packager)] {
            if needed.contains(&field) && value.as_deref().is_none_or(|value| value.trim().is_empty()) {
                let message = format!("a package is not built without `{field}`");
                problems.push(Diagnostic::error(name.span, message).help(format!("write `{field}: …`")));
            }
        }
        for link in &artifacts.links {
            no_control(&link.source, "a link leads to", link.span, problems);
        }
        let bounded = [&self.resolved.conflicts, &self.resolved.replaces];
        for dependency in bounded.into_iter().flatten().filter(|dependency| dependency.bounds.len() > 1) {
            let message = format!(
                "`{}` is said not to fit by more than one bound, and packages would take either for all",
                dependency.name.value
            );
            let error = Diagnostic::error(dependency.name.span, message);
            problems.push(error.help("keep one bound"));
        }
        self.content().check(problems);
    }
}

/// The day of an instant, and whether it is one of the calendar that formats know.
pub fn date(epoch: i64) -> (Date, Weekday) {
    let days = epoch.div_euclid(86_400);
    // The algorithm of Howard Hinnant's `civil_from_days`: years begin in March, so that leap days end them.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let narrow = |number: i64| u8::try_from(number).unwrap_or(1);
    let date = Date { year: u16::try_from(year).unwrap_or(1970), month: narrow(month), day: narrow(day) };
    // 1970-01-01 was a Thursday.
    (date, Weekday(usize::try_from((days + 4).rem_euclid(7)).unwrap_or_default()))
}

/// The first second of a day, in seconds since 1970-01-01 UTC.
pub fn midnight(date: Date) -> i64 {
    let (year, month, day) = (i64::from(date.year), i64::from(date.month), i64::from(date.day));
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468) * 86_400
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekday(usize);

impl Weekday {
    /// Its first three letters in English, as in mails (RFC 5322) and in the changelogs of RPM.
    pub fn short(self) -> &'static str {
        ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][self.0 % 7]
    }
}

/// The first three letters of a month in English.
pub fn month(date: Date) -> &'static str {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    names[usize::from(date.month.saturating_sub(1)) % 12]
}

/// A person with the address that formats ask for: `.invalid` is nobody's (RFC 2606).
pub fn person(text: &str) -> String {
    let text = one_line(text);
    if text.contains('<') { text } else { format!("{text} <nobody@example.invalid>") }
}

/// A text without line ends and doubled white space.
pub fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn no_control(text: &str, what: &str, span: Span, problems: &mut Problems) {
    if text.chars().any(char::is_control) {
        let message = format!("{what} {}, which has a control character", literal(text));
        problems.push(Diagnostic::error(span, message).help("write a path of visible characters"));
    }
}

/// 1980-01-01, the first day that ZIP files can tell: the time of everything where nobody says any.
pub const DEFAULT_EPOCH: i64 = 315_532_800;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (epoch, text, weekday) in [
            (0, "1970-01-01", "Thu"),
            (DEFAULT_EPOCH, "1980-01-01", "Tue"),
            (951_782_400, "2000-02-29", "Tue"),
            (1_769_817_600, "2026-01-31", "Sat"),
            (4_107_542_400, "2100-03-01", "Mon"),
        ] {
            let (day, name) = date(epoch + 86_399);
            assert_eq!((day.to_string().as_str(), name.short()), (text, weekday));
            assert_eq!(midnight(day), epoch, "{text}");
        }
    }

    #[test]
    fn a_person_without_an_address_gets_one_that_is_nobodys() {
        assert_eq!(person("Ada  \n Lovelace"), "Ada Lovelace <nobody@example.invalid>");
        assert_eq!(person("Ada <ada@example.org>"), "Ada <ada@example.org>");
    }
}
