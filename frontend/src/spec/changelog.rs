//! `changelog`: what changed, when and by whom.

use std::fmt;

use crate::diagnostic::Problems;
use crate::span::Spanned;
use crate::spec::decode::{Field, Fields, Invalid, Parse};
use crate::spec::field;

/// What somebody changed on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The day.
    pub date: Spanned<Date>,
    /// Who: a name and a mail address.
    pub author: Spanned<String>,
    /// What, one text for each change.
    pub changes: Vec<String>,
}

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day } = self;
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl Parse for Date {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let shape = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shape {
            return Err(Invalid::new("expected a day as `YYYY-MM-DD`").help("such as `2026-01-31`"));
        }
        let number = |range: std::ops::Range<usize>| text[range].parse::<u16>().unwrap_or_default();
        let (year, month, day) = (number(0..4), number(5..7), number(8..10));
        if !(1..=12).contains(&month) {
            return Err(Invalid::new(format!("there is no month {month}")).at(5..7));
        }
        if year == 0 {
            return Err(Invalid::new("there is no year 0").at(0..4));
        }
        if day == 0 || day > days(year, month) {
            return Err(Invalid::new(format!("month {month} of {year} has no day {day}")).at(8..10));
        }
        Ok(Self { year, month: u8::try_from(month).unwrap_or(1), day: u8::try_from(day).unwrap_or(1) })
    }
}

/// Days of a month.
fn days(year: u16, month: u16) -> u16 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The field `changelog`.
pub(super) fn changelog(field: Field<'_, '_>, problems: &mut Problems) -> Vec<Change> {
    let mut list = Vec::new();
    for item in field::list(field, problems).unwrap_or_default() {
        let Some(mut fields) = Fields::read(item, "an entry of the changelog", problems) else { continue };
        let place = item.place();
        let date = fields.require("date", place, problems);
        let date = date.and_then(|field| field.value.text("`date`", problems));
        let date = date.and_then(|text| text.parse::<Date>(problems));
        let author = fields.require("author", place, problems);
        let author = author.and_then(|field| field.value.text("`author`", problems));
        if let Some(text) =
            author.filter(|text| text.as_str().trim().is_empty() || text.as_str().contains('\n'))
        {
            problems.push(text.place().error("an author is one line, such as `Name <mail@example.org>`"));
        }
        let items = fields.list("changes", problems);
        let texts = items.iter().filter_map(|item| item.text("a change", problems));
        let changes = texts.map(|text| String::from(text.as_str())).collect();
        fields.finish(problems);
        let (Some(date), Some(author)) = (date, author) else { continue };
        list.push(Change { date, author: author.spanned(), changes });
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_the_calendar() {
        for text in ["2026-01-31", "2024-02-29", "2000-02-29", "0001-12-01"] {
            assert_eq!(Date::parse(text).map(|date| date.to_string()), Ok(String::from(text)));
        }
        for text in [
            "2026-1-31",
            "31.1.2026",
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-04-31",
            "2026-01-00",
            "0000-01-01",
            "é026-01-1",
        ] {
            assert!(Date::parse(text).is_err(), "{text}");
        }
    }
}
